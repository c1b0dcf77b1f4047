package sshfile

import (
	"bytes"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// An AuthorizedKey is a line of authorized_keys (sshd(8)).
type AuthorizedKey struct {
	Line    int
	Options []string // as written: `command="/bin/true"`, "cert-authority", ...
	PublicKey
}

// CA tells whether the key signs others rather than being let in itself.
func (k AuthorizedKey) CA() bool {
	for _, o := range k.Options {
		if strings.EqualFold(o, "cert-authority") {
			return true
		}
	}
	return false
}

// ParseAuthorizedKeys reads a file of authorized keys. Keys of protocol 1,
// which are three numbers, are told as lines that could not be read.
func ParseAuthorizedKeys(data []byte) (keys []AuthorizedKey, problems []Problem) {
	for n, line := range entries(data) {
		key := AuthorizedKey{Line: n}
		var ok bool
		if key.PublicKey, ok = ParsePublicKey(line); !ok {
			options, rest := quotedWord(line)
			key.Options = splitOptions(options)
			key.PublicKey, ok = ParsePublicKey(rest)
		}
		if !ok {
			problems = append(problems, Problem{n, "no key that we can read"})
			continue
		}
		keys = append(keys, key)
	}
	return keys, problems
}

// A KnownHost is a line of known_hosts (sshd(8)).
type KnownHost struct {
	Line   int
	Marker string   // "@cert-authority", "@revoked" or ""
	Hosts  []string // names and patterns; one that begins with "|1|" is hashed
	Hashed bool
	PublicKey
}

// ParseKnownHosts reads a file of known hosts. Hashed names stay so: what they
// hide is not guessed.
func ParseKnownHosts(data []byte) (hosts []KnownHost, problems []Problem) {
	for n, line := range entries(data) {
		h := KnownHost{Line: n}
		names, rest := word(line)
		if names[0] == '@' {
			h.Marker = scanner.Escape(names)
			names, rest = word(rest)
		}
		var ok bool
		if h.PublicKey, ok = ParsePublicKey(rest); !ok {
			problems = append(problems, Problem{n, "no key that we can read"})
			continue
		}
		for name := range bytes.SplitSeq(names, []byte(",")) {
			h.Hosts = append(h.Hosts, scanner.Escape(name))
		}
		h.Hashed = bytes.HasPrefix(names, []byte("|1|"))
		hosts = append(hosts, h)
	}
	return hosts, problems
}

// entries are the lines that say something, by their number.
func entries(data []byte) func(yield func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		n := 0
		for line := range bytes.Lines(data) {
			n++
			line = bytes.TrimSpace(line)
			if len(line) > 0 && line[0] != '#' && !yield(n, line) {
				return
			}
		}
	}
}

// quotedWord cuts the first word off, in which blanks may stand in quotes.
func quotedWord(line []byte) (first, rest []byte) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t'):
			return line[:i], bytes.TrimLeft(line[i:], " \t")
		}
	}
	return line, nil
}

// splitOptions cuts options at the commas that stand outside of quotes.
func splitOptions(options []byte) []string {
	var list []string
	start, quoted := 0, false
	for i := 0; i <= len(options); i++ {
		switch {
		case i == len(options), !quoted && options[i] == ',':
			if i > start {
				list = append(list, scanner.Escape(options[start:i]))
			}
			start = i + 1
		case options[i] == '\\' && quoted && i+1 < len(options):
			i++
		case options[i] == '"':
			quoted = !quoted
		}
	}
	return list
}
