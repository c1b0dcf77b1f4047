// Package hostfile reads the configuration of a machine's programs, from bytes
// into facts: which certificates, keys and trust nginx, Apache, HAProxy,
// Postfix and systemd's units are told to use, what OpenSSL's and Java's own
// configuration and the crypto-policies say, and whether the kernel is in FIPS
// mode. (SSH's configuration is package sshfile's.)
//
// It names only what bears on cryptography, names what is included and does not
// follow it, opens no file and never judges. A password that stands in a configuration is never told.
// Of a cipher string it tells the suites that are named one by one; what a
// keyword lets in is the reading OpenSSL's to say, and is told as not observed.
package hostfile

import (
	"bytes"
	"path"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A format is one program's configuration. Most files of a tree are none: what
// tells that looks for a word before it tries an expression.
type format struct {
	name string
	is   func(text []byte, path string) bool
	read func(m *scanner.Machine, text []byte)
}

func formats() []format {
	return []format{
		{"fips_enabled", isKernel, readKernel},
		{"crypto-policies", isPolicy, readPolicy},
		{"java.security", isJava, readJava},
		{"openssl.cnf", isOpenSSL, readOpenSSL},
		{"systemd unit", isUnit, readUnit},
		{"postfix", isPostfix, readPostfix},
		{"haproxy", isHAProxy, readHAProxy},
		{"nginx", isNginx, readNginx},
		{"apache", isApache, readApache},
	}
}

// Is tells whether the beginning of a text is a configuration that is read
// here. The path helps where the content could be anybody's.
func Is(beginning []byte, path string) bool {
	_, ok := of(beginning, path)
	return ok
}

// Parse reads a whole text, and tells what of it nobody can know who does not
// know the program that reads it; false for a text of another sort, and for one
// in which nothing bears on cryptography.
func Parse(text []byte, path string) (scanner.Machine, []scanner.Incomplete, bool) {
	f, ok := of(text, path)
	if !ok {
		return scanner.Machine{}, nil, false
	}
	m := scanner.Machine{Format: f.name}
	f.read(&m, text)
	open := letIn(&m)
	return m, open, len(m.Settings)+len(m.Uses) > 0
}

func of(text []byte, path string) (format, bool) {
	for _, f := range formats() {
		if f.is(text, path) {
			return f, true
		}
	}
	return format{}, false
}

// Bounds of one file.
const (
	maxLine  = 64 << 10
	maxFacts = 10_000
)

// set adds a setting, and use a file in use. What a file says is escaped.
func set(m *scanner.Machine, s scanner.Setting) {
	if len(m.Settings) >= maxFacts || len(s.Values) == 0 {
		return
	}
	s.Name, s.Scope = scanner.Escape(s.Name), scanner.Escape(s.Scope)
	for i, v := range s.Values {
		s.Values[i] = scanner.Escape(v)
	}
	m.Settings = append(m.Settings, s)
}

func use(m *scanner.Machine, line int, name, what, file string) {
	useAt(m, scanner.Use{Line: line, Name: name, What: what, File: file})
}

func useAt(m *scanner.Machine, u scanner.Use) {
	if len(m.Uses) >= maxFacts || u.File == "" || u.File == "none" {
		return
	}
	u.Name, u.File, u.Path = scanner.Escape(u.Name), scanner.Escape(u.File), scanner.Escape(u.Path)
	m.Uses = append(m.Uses, u)
}

// lines are the lines that say something, by their number, with those that end
// in a backslash put together where the format does that.
func lines(text []byte, comment string, joined bool) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n, began, whole := 0, 0, ""
		for raw := range bytes.Lines(text) {
			n++
			line := strings.TrimSpace(string(raw[:min(len(raw), maxLine)]))
			if whole == "" {
				began = n
			}
			if head, cut := strings.CutSuffix(line, "\\"); joined && cut && len(whole) < maxLine {
				whole += head
				continue
			}
			line, whole = whole+line, ""
			if line == "" || strings.IndexByte(comment, line[0]) >= 0 {
				continue
			}
			if !yield(began, line) {
				return
			}
		}
	}
}

// unquote takes the quotes off an argument.
func unquote(s string) string { return strings.Trim(s, `"'`) }

// list splits at blanks, commas and colons.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t,:", r) })
}

// versions names protocol versions as the registry does: "TLSv1" is TLSv1.0.
// What is taken out with a sign is left out.
func versions(words []string) (names []string) {
	for _, w := range words {
		switch w = unquote(strings.TrimPrefix(w, "+")); w {
		case "TLSv1":
			w = "TLSv1.0"
		case "SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3":
		default:
			continue
		}
		names = append(names, w)
	}
	return names
}

// fileKind guesses by its name what a file is that is handed to a program.
func fileKind(file string) string {
	switch strings.ToLower(path.Ext(file)) {
	case ".key":
		return scanner.UsePrivateKey
	case ".crl":
		return scanner.UseCRL
	case ".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".jks", ".keystore":
		if strings.Contains(strings.ToLower(path.Base(file)), "key") {
			return scanner.UsePrivateKey
		}
		return scanner.UseCertificate
	}
	return ""
}
