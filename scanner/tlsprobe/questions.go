package tlsprobe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// questionsVersion changes when the plan puts a question that its text does
// not show.
const questionsVersion = "10"

// A version is one protocol version to ask for.
type version struct {
	code uint16
	name string
}

// suitesPurpose is what the hellos that list its suites are counted under.
func (v version) suitesPurpose() string {
	switch v {
	case ssl2:
		return v.name
	case tls13:
		return v.name + " suites and groups"
	}
	return v.name + " suites"
}

// The versions. Package variables of constant content.
var (
	ssl2  = version{tlswire.VersionSSL2, scanner.SSLv2}
	ssl3  = version{tlswire.VersionSSL3, scanner.SSLv3}
	tls10 = version{tlswire.VersionTLS10, scanner.TLSv10}
	tls11 = version{tlswire.VersionTLS11, scanner.TLSv11}
	tls12 = version{tlswire.VersionTLS12, scanner.TLSv12}
	tls13 = version{tlswire.VersionTLS13, scanner.TLSv13}
)

// oldestFirst is how an observation lists them, askedOrder how they are asked:
// the groups that TLS 1.3 shows are asked for by the way in the older ones.
var (
	oldestFirst = []version{ssl2, ssl3, tls10, tls11, tls12, tls13}
	askedOrder  = []version{tls13, tls12, tls11, tls10, ssl3, ssl2}
)

// questions is every code point that is offered.
type questions struct {
	suites   []uint16 // SSLv3 to TLS 1.2
	suites13 []uint16
	groups   []uint16 // to TLS 1.2, explicit curves included
	groups13 []uint16
	schemes  []uint16
	kinds    []uint32 // SSLv2
	text     string
}

func newQuestions() questions {
	var q questions
	all := iana.Suites()
	// A server that chooses by the client's order shows the usual suites
	// first, and the first piece of a split list is the one most likely to
	// find common ground.
	slices.SortStableFunc(all, func(a, b iana.Suite) int { return rank(a) - rank(b) })
	for _, s := range all {
		if s.TLS13 {
			q.suites13 = append(q.suites13, s.Code)
		} else {
			q.suites = append(q.suites, s.Code)
		}
	}
	slices.SortStableFunc(q.suites13, func(a, b uint16) int { return place(usualSuites13, a) - place(usualSuites13, b) })
	groups := iana.Groups()
	slices.SortStableFunc(groups, func(a, b iana.Group) int { return place(usualGroups, a.Code) - place(usualGroups, b.Code) })
	for _, g := range groups {
		if g.Kind != "kem" && g.Kind != "hybrid" { // which TLS 1.3 alone has a message for
			q.groups = append(q.groups, g.Code)
		}
		if g.Code != explicitPrime && g.Code != explicitChar2 {
			q.groups13 = append(q.groups13, g.Code) // RFC 8446 section 4.2.7 has no explicit curves
		}
	}
	schemes := iana.Schemes()
	slices.SortStableFunc(schemes, func(a, b iana.Scheme) int { return place(usualSchemes, a.Code) - place(usualSchemes, b.Code) })
	for _, s := range schemes {
		q.schemes = append(q.schemes, s.Code)
	}
	for _, k := range iana.SSL2Kinds() {
		q.kinds = append(q.kinds, k.Code)
	}
	q.text = q.write()
	return q
}

// What most servers share goes in front, so that the first piece of a list
// that is split finds common ground: groups with a curve or ML-KEM that are in
// wide use, then those of RFC 7919; schemes that sign for the keys in wide use.
// Never written to.
//
// Of TLS 1.3's suites the first two stand as no server that is known has them in
// an order of its own with the third, so that its choices show that it has one.
var (
	usualSuites13 = []uint16{0x1302, 0x1301, 0x1303}

	usualGroups = []uint16{29, 23, 24, 25, 4588, 4587, 4589, 30, 256, 257, 258, 259, 260}

	usualSchemes = []uint16{
		0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601, 0x0807, 0x0808,
		0x0203, 0x0201, 0x0303, 0x0301, 0x0809, 0x080a, 0x080b,
	}
)

// place is where a code point stands in a list; those that are not in it stand
// behind.
func place(list []uint16, code uint16) int {
	if i := slices.Index(list, code); i >= 0 {
		return i
	}
	return len(list)
}

// Explicit curves have code points among the groups, RFC 8422 section 5.1.1.
const (
	explicitPrime = 0xff01
	explicitChar2 = 0xff02
)

// rank puts the suites that most servers share in front: those with a curve
// first, so that a server that goes by our order shows its curves by the way,
// and those of finite fields last: servers are known that choose one of those
// for a client that has it first, and then lack parameters.
func rank(s iana.Suite) int {
	place := slices.Index([]string{"ECDHE", "RSA", "DHE"}, s.KeyExchange)
	switch {
	case place < 0 || s.Authentication == "DSS" || s.Private:
		return 4
	case strings.HasPrefix(s.Cipher, "AES-") && (s.Mode == "CBC" || s.Mode == "GCM"), s.Cipher == "CHACHA20-POLY1305",
		s.Cipher == "3DES-EDE-CBC", s.Cipher == "RC4-128":
		return place
	}
	return 3
}

// write gives the set's text: one line for each version and list, of code
// points in the order they are offered.
func (q questions) write() string {
	var b strings.Builder
	line := func(v version, what string, codes []uint16) {
		fmt.Fprintf(&b, "%s %s", v.name, what)
		for _, c := range codes {
			fmt.Fprintf(&b, " %04x", c)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s kinds", ssl2.name)
	for _, k := range q.kinds {
		fmt.Fprintf(&b, " %06x", k)
	}
	b.WriteByte('\n')
	line(ssl3, "suites", q.suites)
	for _, v := range []version{tls10, tls11, tls12} {
		line(v, "suites", q.suites)
		line(v, "groups", q.groups)
	}
	line(tls12, "signature schemes", q.schemes)
	line(tls13, "suites", q.suites13)
	line(tls13, "groups", q.groups13)
	line(tls13, "signature schemes", q.schemes)
	return b.String()
}

// Asked names the question set; what of it is not put to an endpoint is added
// there.
func (p *Prober) Asked() scanner.Asked { return p.asked }

// Questions is the text of the question set whose digest observations carry.
func (p *Prober) Questions() string { return p.questions.text }

// suiteName, groupName, schemeName and kindName are the registry's names; a
// code point without one is written as it is.
func suiteName(code uint16) string {
	if s, ok := iana.SuiteByCode(code); ok {
		return s.Name
	}
	return fmt.Sprintf("0x%04X", code)
}

func groupName(code uint16) string {
	if g, ok := iana.GroupByCode(code); ok {
		return g.Name
	}
	return fmt.Sprintf("0x%04X", code)
}

func schemeName(code uint16) string {
	if s, ok := iana.SchemeByCode(code); ok {
		return s.Name
	}
	return fmt.Sprintf("0x%04X", code)
}

func kindName(code uint32) string {
	if k, ok := iana.SSL2KindByCode(code); ok {
		return k.Name
	}
	return fmt.Sprintf("0x%06X", code)
}
