package iana

import (
	"slices"
	"strings"
)

// A Suite is a TLS cipher suite and its parts. The parts have the names by
// which package fips rules on them, such as "ECDHE", "AES-128-GCM" and
// "HMAC-SHA256".
type Suite struct {
	Code           uint16
	Name           string // the registry's; for a private code point the customary one
	KeyExchange    string // "ECDHE", "RSA", "DH_anon", ...; "any" in TLS 1.3
	Authentication string // "RSA", "ECDSA", "DSS", "PSK", "anon", ...; "any" in TLS 1.3
	Cipher         string // "AES-128-GCM", "3DES-EDE-CBC", "NULL", ...
	Mode           string // "GCM", "CBC", ...; "" where the cipher has none
	Bits           int    // effective key bits: 40 or 56 for export, 112 for 3DES, 0 for NULL
	MAC            string // "HMAC-SHA1", ... or "AEAD"
	PRF            string // hash of the PRF or of HKDF; "" is the protocol version's own
	TLS13          bool   // negotiable in TLS 1.3, and only there
	Export         bool
	Private        bool // not assigned in the registry
}

// Suites lists every suite, registered and private, ordered by code.
func Suites() []Suite { return slices.Clone(suites[:]) }

// SuiteByCode finds a suite by its code point.
func SuiteByCode(code uint16) (Suite, bool) {
	page := suitePages[code>>8]
	if page == nil || page[code&0xff] == 0 {
		return Suite{}, false
	}
	return suites[page[code&0xff]-1], true
}

// suitePages is where suites stand in their list, from 1, by the two bytes of
// their code: they are looked up for each suite of each hello. Few first bytes
// are in use. Never written to.
var suitePages = func() (pages [256]*[256]uint16) {
	for i := range suites {
		code := suites[i].Code
		if pages[code>>8] == nil {
			pages[code>>8] = new([256]uint16)
		}
		pages[code>>8][code&0xff] = uint16(i + 1)
	}
	return pages
}()

// SuiteByName finds a suite by its name or by another spelling of it in use;
// the suite that comes back has the registry's.
func SuiteByName(name string) (Suite, bool) {
	i, ok := slices.BinarySearchFunc(suiteNames[:], name, func(n suiteName, s string) int { return strings.Compare(n.name, s) })
	if !ok {
		return Suite{}, false
	}
	return SuiteByCode(suiteNames[i].code)
}

// SuiteNames lists every name that SuiteByName knows.
func SuiteNames() []string {
	names := make([]string, len(suiteNames))
	for i, n := range suiteNames {
		names[i] = n.name
	}
	return names
}

type suiteName struct {
	name string
	code uint16
}

// A Signal is a value that stands among suites and is none. Offered with an
// old version, TLS_FALLBACK_SCSV makes a newer server refuse (RFC 7507).
type Signal struct {
	Code uint16
	Name string
}

// Signals lists the signalling values.
func Signals() []Signal { return slices.Clone(signals[:]) }

// A Group is a TLS named group.
type Group struct {
	Code    uint16
	Name    string
	Kind    string // "ec", "ff", "kem" or "hybrid"
	Private bool   // not assigned in the registry's snapshot
}

// Groups lists every group, ordered by code.
func Groups() []Group { return slices.Clone(groups[:]) }

// GroupByCode finds a group by its code point.
func GroupByCode(code uint16) (Group, bool) {
	return first(groups[:], func(g *Group) bool { return g.Code == code })
}

// GroupByName finds a group by its name.
func GroupByName(name string) (Group, bool) {
	return first(groups[:], func(g *Group) bool { return g.Name == name })
}

// A Scheme is a TLS signature scheme. The hash and signature pairs of RFC 5246
// section 7.4.1.4.1 are among them, but for anonymous, which must never be
// offered.
type Scheme struct {
	Code    uint16
	Name    string
	Private bool // not assigned in the registry's snapshot of TLS 1.3 schemes
}

// Schemes lists every signature scheme, ordered by code.
func Schemes() []Scheme { return slices.Clone(schemes[:]) }

// SchemeByCode finds a signature scheme by its code point.
func SchemeByCode(code uint16) (Scheme, bool) {
	return first(schemes[:], func(s *Scheme) bool { return s.Code == code })
}

// SchemeByName finds a signature scheme by its name.
func SchemeByName(name string) (Scheme, bool) {
	return first(schemes[:], func(s *Scheme) bool { return s.Name == name })
}

func first[T any](list []T, is func(*T) bool) (T, bool) {
	for i := range list {
		if is(&list[i]) {
			return list[i], true
		}
	}
	var zero T
	return zero, false
}
