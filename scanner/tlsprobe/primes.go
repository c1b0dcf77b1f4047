package tlsprobe

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// fields is what is known of a version's groups in finite fields.
type fields struct {
	fieldsWhole    bool   // no groups are left
	ungroupedAsked bool   // the prime for a client that names no group is known
	ungrouped      answer // that shows it
	unfinite       bool   // suites of a finite field are had without its groups
	asked          bool   // whether they are is known
	dsaLeft        bool   // but of DSA, whose suites were left out when it was asked
	dsaHides       bool   // it may have been for that that the list went on
	finite         answer // the first that shows it
}

// finiteOf is the groups of RFC 7919 among the primes.
func finiteOf(primes [][]byte) []uint16 {
	var codes []uint16
	for _, p := range primes {
		if g, ok := iana.GroupByName(iana.PrimeName(p)); ok && g.Kind == "ff" {
			codes = append(codes, g.Code)
		}
	}
	return codes
}

// ffGroups asks for the finite-field groups of RFC 7919 one by one where the
// server took one of them, and at last for what it sends to a client that
// offers none.
func (l *listing) ffGroups() {
	suites := l.ffSuites()
	if len(suites) == 0 {
		return
	}
	what := l.v.name + " finite-field groups"
	l.purpose = what
	left := l.legacyGroups()
	if l.fieldsWhole {
		left = slices.DeleteFunc(slices.Clone(left), finite)
	}
	for l.stopped == nil {
		left = without(left, finiteOf(l.primes))
		before := len(l.primes)
		if l.ungroupedAsked {
			l.exportPrime(suites, l.ungrouped, left)
			return
		}
		q := question{version: l.v, suites: turned(suites), groups: left}
		a := l.pose(q)
		l.orders(q, a)
		if l.goesOn(what, a) {
			l.exchange(a)
		} else if a.outcome != refused {
			return
		}
		if !slices.ContainsFunc(left, finite) {
			l.exportPrime(suites, a, left)
			return
		}
		if len(l.primes) == before {
			left = slices.DeleteFunc(slices.Clone(left), finite)
		}
	}
	l.missed(what, *l.stopped)
}

// ffSuites is the accepted suites of a finite field, where the server took a
// group of RFC 7919 for one.
func (l *listing) ffSuites() (suites []uint16) {
	if l.fieldless || !slices.ContainsFunc(l.primes, negotiable) {
		return nil
	}
	for _, c := range l.suites {
		if isFinite(c) {
			suites = append(suites, c)
		}
	}
	return suites
}

// exportPrime asks for the prime of the export suites, where the server's own
// was shown under another.
func (l *listing) exportPrime(suites []uint16, shown answer, groups []uint16) {
	export := func(c uint16) bool { s, _ := iana.SuiteByCode(c); return s.Export }
	weak := slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool { return !export(c) })
	if len(weak) == 0 || shown.outcome != chose || export(shown.hello.Suite) {
		return
	}
	if a := l.put(l.v, weak, groups); l.goesOn(l.purpose, a) {
		l.exchange(a)
	}
}

// unnamedPrimes asks for the suites of a finite field without its groups,
// where none was accepted with them: a server that has none of those that a
// client names must not choose such a suite (RFC 7919 section 4), and yet has a
// prime of its own for clients that name none.
func (l *listing) unnamedPrimes() {
	if l.asked || l.fieldless || l.unfinite && len(l.suites) > 0 || l.v == ssl3 || l.shape.bare || l.stopped != nil || slices.ContainsFunc(l.suites, isFinite) {
		return
	}
	if n := l.newer(); n != nil && !n.unfinite && !slices.ContainsFunc(n.suites, isFinite) {
		return
	}
	var left []uint16
	for _, c := range l.session.suites(l.v) {
		if isFinite(c) {
			left = append(left, c)
		}
	}
	l.purpose = l.v.name + " primes without a group"
	l.unfinite = true
	for _, piece := range l.pieces(left) {
		a := l.finite
		if l.finite = (answer{}); !slices.Contains(piece, a.hello.Suite) {
			a = l.put(l.v, piece, l.legacyGroups())
		}
		if a.outcome == chose && a.hello.Negotiated() == l.v.code {
			l.exhaust(piece, a)
		} else {
			l.goesOn(l.purpose, a)
		}
	}
	l.unfinite = slices.ContainsFunc(l.suites, isFinite)
}

// withoutFields puts a question for suites that leaves out the groups of finite
// fields, where of DSA suites it is not known yet whether they are had so, and
// they are among them. Of keys that ends so what ends left open.
func (l *listing) withoutFields(put func()) {
	l.unfinite, l.dsaLeft = l.dsaLeft, false
	put()
	l.unfinite = l.unfinite && slices.ContainsFunc(l.suites, isFinite)
}

// dsaSuites is the suites of DSA in finite fields.
func (l *listing) dsaSuites() []uint16 {
	return slices.DeleteFunc(slices.Clone(l.session.suites(l.v)), func(c uint16) bool { return !dsaInFront.is(c) || !isFinite(c) })
}

// withDSA puts a question for other groups, which will be refused at last.
// Suites of DSA ride on it, without the groups of finite fields, where it keeps
// no group and DSA stands in front of nothing.
func (l *listing) withDSA(q question) answer {
	riding := q
	if l.dsaLeft && !l.fronted && !l.dsaHides && len(q.keep) == 0 && l.shape == full {
		riding.suites = append(slices.Clip(q.suites), l.dsaSuites()...)
		riding.groups = slices.DeleteFunc(slices.Clone(q.groups), finite)
	}
	a, purpose := l.pose(riding), l.purpose
	switch rode := len(riding.suites) > len(q.suites); {
	case rode && a.outcome == chose && dsaInFront.is(a.hello.Suite):
		l.withoutFields(func() { l.exhaust(l.dsaSuites(), a) })
		l.purpose = purpose
		a = l.pose(q)
	case rode && a.outcome == refused && !a.vague():
		l.dsaLeft = false
	}
	l.orders(q, a)
	return a
}

// unnamedDSA asks for the suites of DSA without the groups of finite fields,
// where nothing that was asked has told of them.
func (l *listing) unnamedDSA() {
	if l.dsaLeft && l.stopped == nil {
		l.purpose = l.v.name + " primes without a group"
		l.withoutFields(func() { l.more(l.dsaSuites()) })
	}
}

// isFinite tells whether a suite's parameters are in a finite field.
func isFinite(code uint16) bool { return shapeOf(code).Params == tlswire.DHParams }

// finite tells whether a group is one of RFC 7919.
func finite(code uint16) bool {
	g, ok := iana.GroupByCode(code)
	return ok && g.Kind == "ff"
}

// negotiable tells whether a prime is one that a client can ask for by name.
func negotiable(p []byte) bool {
	g, ok := iana.GroupByName(iana.PrimeName(p))
	return ok && g.Kind == "ff"
}

// primeOf is the facts of a finite-field group as it was sent.
func primeOf(p, g []byte) scanner.Prime {
	p, g = bytes.TrimLeft(p, "\x00"), bytes.TrimLeft(g, "\x00")
	return scanner.Prime{
		Bits:      new(big.Int).SetBytes(p).BitLen(),
		Group:     iana.PrimeName(p),
		Shared:    iana.SharedPrime(p),
		SHA256:    scanner.Digest(p),
		Generator: trimZero(hex.EncodeToString(g)),
	}
}

func trimZero(digits string) string {
	if len(digits) > 1 && digits[0] == '0' {
		return digits[1:]
	}
	return digits
}
