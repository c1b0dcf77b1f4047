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

// moreGroups asks for the groups and primes that the suites' own answers did
// not show. A hello without extensions cannot ask.
func (l *listing) moreGroups() {
	if l.v == ssl3 || l.shape.bare {
		return
	}
	l.ecGroups()
	l.ffGroups()
}

// next asks for one of the suites left. By the way it asks for groups: where a
// newer version has shown some that this one has not yet, only those are
// offered, as long as a suite for them is likely to be left. Schemes seen are
// left out too, where it is known that the key can sign otherwise.
func (l *listing) next(left []uint16) answer {
	plain := question{version: l.v, suites: left, groups: last(l.legacyGroups(), l.curves)}
	fewer := l.unsigned(plain)
	a, whole := l.withGroups(left, fewer)
	if a.outcome != refused || whole && fewer.schemes == nil {
		return a
	}
	l.purpose = l.v.name + " groups" // it may be for want of one, or of a scheme
	defer func() { l.purpose = l.v.suitesPurpose() }()
	return l.pose(plain)
}

// unsigned leaves out of a question the schemes seen, but for one of each kind
// of key that TLS 1.3 has shown: the one that the server prefers least. Once an
// answer was not signed, the list has come to suites that are not.
func (l *listing) unsigned(q question) question {
	if l.v != tls12 || l.plan13 == nil || l.shape != full || !l.signs {
		return q
	}
	kept := map[string]uint16{}
	for _, c := range l.plan13.signed {
		kept[keyKind(tls12, schemeName(c))] = c
	}
	left := slices.DeleteFunc(slices.Clone(l.p.questions.schemes), func(c uint16) bool {
		keeper, ok := kept[keyKind(tls12, schemeName(c))]
		return ok && keeper != c && slices.Contains(l.signed, c)
	})
	if len(left) < len(l.p.questions.schemes) {
		q.schemes = left
	}
	return q
}

// withGroups puts the question with the groups not seen yet alone, where there
// are any to be expected. It is whole where it left none out.
func (l *listing) withGroups(left []uint16, plain question) (a answer, whole bool) {
	ec, ff := l.elsewhere()
	ec = without(ec, l.curves)
	ff = without(ff, finiteOf(l.primes))
	onCurves := len(ec) > 0 && l.likely(left, tlswire.ECParams)
	inFields := len(ff) > 0 && l.likely(left, tlswire.DHParams)
	if l.v == ssl3 || l.shape.bare || !onCurves && !inFields {
		return l.pose(plain), true
	}
	q := plain
	q.keep = l.certificateCurves()
	q.groups = slices.DeleteFunc(slices.Clone(plain.groups), func(c uint16) bool {
		switch {
		case slices.Contains(q.keep, c):
			return true
		case finite(c):
			return inFields && !slices.Contains(ff, c)
		}
		return onCurves && !slices.Contains(ec, c)
	})
	a = l.pose(q)
	l.rode = l.agreed(a) || a.kex != nil && len(a.kex.P) > 0
	return a, false
}

// elsewhere is the groups that newer versions have shown, on curves and in
// finite fields.
func (l *listing) elsewhere() (ec, ff []uint16) {
	if p := l.plan13; p != nil {
		for _, c := range p.groups {
			switch g, _ := iana.GroupByCode(c); g.Kind {
			case "ec":
				ec = append(ec, c)
			case "ff":
				ff = append(ff, c)
			}
		}
	}
	if n := l.newer(); n != nil {
		ec = append(ec, without(n.curves, ec)...)
		ff = append(ff, without(finiteOf(n.primes), ff)...)
	}
	return ec, ff
}

// likely tells whether a suite of that kind is likely to be among those left:
// a newer list had it, or where there is none, asking by the way has told
// something each time.
func (l *listing) likely(left []uint16, kind tlswire.Params) bool {
	n := l.newer()
	return slices.ContainsFunc(left, func(c uint16) bool {
		if shapeOf(c).Params != kind {
			return false
		}
		return n != nil && slices.Contains(n.suites, c) || n == nil && l.rode
	})
}

// newer is the list of the newest version up to TLS 1.2 that was asked before.
func (l *listing) newer() *listing {
	for _, v := range []version{tls12, tls11} {
		if n := l.listings[v]; n != nil && v.code > l.v.code {
			return n
		}
	}
	return nil
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

func (s *session) notPut(what string) {
	s.tls.Asked.NotPut = add(s.tls.Asked.NotPut, what)
}

// ecGroups strikes out curve after curve under suites known to be accepted.
//
// A curve in supported_groups also allows certificates on it (RFC 8422
// section 5.1.1), so with ECDSA alone the certificate's curve cannot be left
// out: it goes last, and once it is chosen no other is left that the server
// prefers to it.
//
// In TLS 1.2 the schemes seen are struck out with the groups, where the server
// has an order of its own and while that gets answers: each names both. A refusal of both, and an answer once all groups
// are offered again, mean that there are no more groups.
func (l *listing) ecGroups() {
	suites, keep := l.ecSuites()
	if len(suites) == 0 {
		return
	}
	what := l.v.name + " groups"
	l.purpose = what
	joint := l.v == tls12 && l.ordered()
	for l.stopped == nil {
		left := without(l.legacyGroups(), append(slices.Clone(l.curves), keep...))
		q := question{version: l.v, suites: suites, groups: left, keep: keep}
		if joint {
			q.schemes = without(l.p.questions.schemes, l.signed)
		}
		a := l.pose(q)
		if joint && !l.agreed(a) {
			if joint = false; l.schemesGoOn(suites) {
				return
			}
			continue
		}
		if !l.goesOn(what, a) {
			return
		}
		g, ok := groupOf(a.kex)
		switch {
		case a.broken != nil && a.broken.Reason == scanner.ReasonAlert:
			return // it chose a suite, and then found no curve for it
		case !ok:
			l.missed(what, *noCurve(a))
			return
		case slices.Contains(l.curves, g) && slices.Contains(keep, g):
			return
		case slices.Contains(l.curves, g):
			l.strangely(what, groupName(g))
			return
		}
		l.exchange(a)
	}
	l.missed(what, *l.stopped)
}

// agreed tells whether an answer names a group that was not seen yet.
func (l *listing) agreed(a answer) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && !slices.Contains(l.curves, g)
}

// schemesGoOn asks with all groups, and the schemes seen struck out: an answer
// means that it was the groups that were refused before.
func (l *listing) schemesGoOn(suites []uint16) bool {
	left := without(l.p.questions.schemes, l.signed)
	a := l.pose(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: left})
	if a.outcome != chose || a.broken != nil || a.kex == nil || !slices.Contains(left, a.kex.Scheme) {
		return false
	}
	l.exchange(a)
	return true
}

// ecSuites is accepted suites with an ephemeral curve, those to be preferred:
// under RSA the certificate is on no curve; without a signature some servers
// choose before they look for a curve; under ECDSA the certificates' curves
// must be kept.
func (l *listing) ecSuites() (suites, keep []uint16) {
	for _, auth := range []string{"RSA", "anon", "PSK", "ECDSA"} {
		for _, c := range l.suites {
			if s, _ := iana.SuiteByCode(c); s.Authentication == auth && shapeOf(c).Params == tlswire.ECParams {
				suites = append(suites, c)
			}
		}
		if len(suites) == 0 {
			continue
		}
		if auth == "ECDSA" {
			keep = l.certificateCurves()
		}
		break
	}
	return suites, keep
}

func (l *listing) certificateCurves() []uint16 {
	var codes []uint16
	for _, curve := range l.certs.curves() {
		if g, ok := iana.GroupByName(curve); ok {
			codes = append(codes, g.Code)
		}
	}
	return codes
}

// ffGroups asks for the finite-field groups of RFC 7919 one by one where the
// server took one of them, and at last for what it sends to a client that
// offers none.
func (l *listing) ffGroups() {
	var suites []uint16
	for _, c := range l.suites {
		if shapeOf(c).Params == tlswire.DHParams {
			suites = append(suites, c)
		}
	}
	if len(suites) == 0 || !slices.ContainsFunc(l.primes, negotiable) {
		return
	}
	what := l.v.name + " finite-field groups"
	l.purpose = what
	left := l.legacyGroups()
	for l.stopped == nil {
		left = without(left, finiteOf(l.primes))
		before := len(l.primes)
		a := l.put(l.v, suites, left)
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
	if l.asked || l.v == ssl3 || l.shape.bare || l.stopped != nil || slices.ContainsFunc(l.suites, isFinite) {
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

// noCurve is why a choice shows no curve.
func noCurve(a answer) *scanner.Failure {
	if a.broken != nil {
		return a.broken
	}
	return &scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server chose " + suiteName(a.hello.Suite) + " without a curve"}
}

// groupOf is the curve that the server's parameters are on.
func groupOf(k *tlswire.ServerKeyExchange) (uint16, bool) {
	if k == nil {
		return 0, false
	}
	switch k.CurveType {
	case tlswire.CurveNamed:
		return k.Group, true
	case tlswire.CurveExplicitPrime:
		return explicitPrime, true
	case tlswire.CurveExplicitChar2:
		return explicitChar2, true
	}
	return 0, false
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
