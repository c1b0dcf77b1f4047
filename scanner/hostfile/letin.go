package hostfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxWords bounds the words of all cipher strings of a file: each may be held
// against every suite.
const maxWords = 20_000

// letIn puts behind each cipher string the suites that it names, as a setting
// to be ruled on, and tells of which words the meaning is not known.
func letIn(m *scanner.Machine) (open []scanner.Incomplete) {
	forbidden, left, long := excluded(m), maxWords, false
	all := make([]scanner.Setting, 0, len(m.Settings))
	for _, s := range m.Settings {
		all = append(all, s)
		words, ok := cipherWords(m.Format, s)
		if !ok {
			continue
		}
		words = append(words, forbidden...)
		if left -= len(words); left < 0 {
			long = true
			continue
		}
		in, unknown := cipherString(words)
		if len(unknown) > 0 {
			slices.Sort(unknown)
			open = append(open, scanner.Incomplete{What: fmt.Sprintf("line %d, %s", s.Line, s.Name), Reason: scanner.ReasonVersion,
				Detail: "what of it is let in depends on the OpenSSL that reads it: " + few(slices.Compact(unknown))})
		}
		if len(in) > 0 {
			all = append(all, scanner.Setting{Line: s.Line, Name: "suites named by " + s.Name, Scope: s.Scope, Kind: suiteKind, Values: in})
		}
	}
	if long {
		open = append(open, scanner.Incomplete{What: "cipher strings", Reason: scanner.ReasonTooLarge, Detail: fmt.Sprintf("no more than %d words of one file are read", maxWords)})
	}
	m.Settings = all
	return open
}

// few is the first of the words; they are escaped already.
func few(words []string) string {
	const most = 12
	if more := len(words) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), more)
	}
	return strings.Join(words, ", ")
}

// cipherWords are the words of a setting that is a cipher string; an @ ends the
// word before it. mod_ssl adds
// to each the end that it has here, and takes the protocol before it.
func cipherWords(format string, s scanner.Setting) (words []string, ok bool) {
	name, args := strings.ToLower(s.Name), s.Values
	if (name == "ssl_conf_command" || name == "sslopensslconfcmd" || strings.HasSuffix(name, "_ssl_conf_command")) && len(args) > 1 {
		name, args = strings.ToLower(args[0]), args[1:]
	}
	switch {
	case name == "cipherstring", name == "ciphersuites", name == "ciphers",
		strings.HasSuffix(name, "ssl_ciphers"), strings.HasPrefix(name, "ssl-default-") && (strings.HasSuffix(name, "-ciphers") || strings.HasSuffix(name, "-ciphersuites")),
		format == "postfix" && (strings.HasSuffix(name, "_cipherlist") || strings.HasSuffix(name, "_tls_ciphers") || strings.HasSuffix(name, "_tls_mandatory_ciphers")):
	case name == "sslciphersuite" || name == "sslproxyciphersuite":
		if len(args) > 1 {
			args = args[1:]
		}
		args = append(slices.Clone(args), "!aNULL", "!eNULL", "!EXP")
	default:
		return nil, false
	}
	for _, a := range args {
		words = append(words, list(strings.NewReplacer("@", ":@", ";", ":").Replace(a))...)
	}
	return words, true
}

// excluded is what Postfix's lists of exclusions strike out of its cipher
// lists. Which of them is in force for a list does not show, so that each is a
// word that strikes out who knows what.
func excluded(m *scanner.Machine) (words []string) {
	if m.Format != "postfix" {
		return nil
	}
	for _, s := range m.Settings {
		if strings.HasSuffix(s.Name, "exclude_ciphers") {
			for _, v := range s.Values {
				words = append(words, maybe+v)
			}
		}
	}
	return words
}
