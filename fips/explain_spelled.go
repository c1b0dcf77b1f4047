package fips

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// suiteOf finds a suite by its name in any case, the registry's or OpenSSL's, or
// by its code point as codeOf reads it.
func suiteOf(asked string) (iana.Suite, bool) {
	if s, ok := iana.SuiteByOpenSSL(asked); ok {
		return s, true
	}
	if strings.Contains(strings.ToLower(asked), "tls_") {
		for _, name := range iana.SuiteNames() {
			if strings.EqualFold(name, asked) {
				return iana.SuiteByName(name)
			}
		}
	}
	for _, s := range iana.OpenSSLSuites() {
		if strings.EqualFold(s.OpenSSL, asked) {
			return iana.SuiteByName(s.Name)
		}
	}
	if code, ok := codeOf(asked); ok {
		return iana.SuiteByCode(code)
	}
	return iana.Suite{}, false
}

var fourDigits = regexp.MustCompile(`^(?:0x)?([0-9a-f]{2})(?:,?0x)?([0-9a-f]{2})$`)

// codeOf reads a code point of TLS: 0xC02F, as the registry writes it 0xC0,0x2F,
// or c02f.
func codeOf(asked string) (uint16, bool) {
	m := fourDigits.FindStringSubmatch(strings.ToLower(asked))
	if m == nil {
		return 0, false
	}
	code, err := strconv.ParseUint(m[1]+m[2], 16, 16)
	return uint16(code), err == nil
}

// atCode finds the rules about a group and a signature scheme by their code
// points, which may be those of a suite, too.
func (j *Judge) atCode(asked string) (rules []*Rule) {
	code, ok := codeOf(asked)
	if !ok {
		return nil
	}
	if g, ok := iana.GroupByCode(code); ok {
		rules = append(rules, j.rules.Named("named-group", g.Name)...)
	}
	if s, ok := iana.SchemeByCode(code); ok {
		rules = append(rules, j.rules.Named("signature-scheme", s.Name)...)
	}
	return rules
}

// umbrellas are words for several algorithms, each of which has rules of its own.
var umbrellas = map[string][]string{"eddsa": {"Ed25519", "Ed448"}}

// umbrella finds the rules about public keys that a word covers.
func (j *Judge) umbrella(asked string) (rules []*Rule) {
	for _, name := range umbrellas[strings.ToLower(asked)] {
		rules = append(rules, j.rules.Named(keyKind, name)...)
	}
	return rules
}

// keysOf finds the rules about the keys of an algorithm of any size: who asks for
// RSA or DSA may mean those.
func (j *Judge) keysOf(algorithm string) (rules []*Rule) {
	for _, r := range j.rules.keys {
		if b := r.Bounds; strings.EqualFold(b.Algorithm, algorithm) && b.Parity == "" && b.ExponentParity == "" && b.MinExponentBits == 0 && b.MaxExponentBits == 0 {
			rules = append(rules, r)
		}
	}
	return rules
}

// looselyNamed finds the rules whose name, or another spelling of it, differs by
// case and marks alone: "sha256" is SHA-256.
func (j *Judge) looselyNamed(asked string) (rules []*Rule) {
	want := letters(asked)
	for i := range j.rules.rules {
		r := &j.rules.rules[i]
		for name := range r.names() {
			if want != "" && letters(name) == want && !strings.HasSuffix(name, "*") {
				rules = append(rules, r)
				break
			}
		}
	}
	return rules
}

// familyRules finds the rules whose names begin with a word and go on after a
// mark: "PBKDF2" is PBKDF2-HMAC-SHA1 and others.
func (j *Judge) familyRules(word string) []*Rule {
	var rules []*Rule
	want := letters(word)
	for i := range j.rules.rules {
		if r := &j.rules.rules[i]; len(want) > 2 && beginsWith(r.Name, want) {
			rules = append(rules, r)
		}
	}
	return rules
}

// beginsWith tells whether the first words of a name, and not all of them, have
// these letters.
func beginsWith(name, want string) bool {
	for i, c := range name {
		if i > 0 && strings.ContainsRune(marks, c) && letters(name[:i]) == want {
			return true
		}
	}
	return false
}

// marks stand between the words of a name.
const marks = "-_"

// hasWord tells whether one of the words of a name begins so.
func hasWord(name, word string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(marks+"@./", r) })
	return len(word) > 3 && slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, strings.ToLower(word)) })
}
