package tlsprobe

import (
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
	l.bothGroups()
	l.ecGroups()
	l.ffGroups()
}

// bothGroups asks for the groups on curves and in finite fields that were not
// seen yet at once: a refusal ends both lists.
func (l *listing) bothGroups() {
	onCurves, keep := l.ecSuites()
	inFields := l.ffSuites()
	if len(onCurves) == 0 || len(inFields) == 0 {
		return
	}
	l.purpose = l.v.name + " groups"
	for l.stopped == nil {
		left := without(without(l.legacyGroups(), append(slices.Clone(l.curves), keep...)), finiteOf(l.primes))
		q := question{version: l.v, suites: append(turned(onCurves), turned(inFields)...), groups: left, keep: keep}
		a := l.pose(q)
		l.orders(q, a)
		// With all of RFC 7919 seen, that was a client that names none.
		l.ungrouped = a
		l.ungroupedAsked = !slices.ContainsFunc(left, finite) && (a.outcome == refused || a.kex != nil && len(a.kex.P) > 0)
		if a.outcome == refused && !a.vague() && len(keep) == 0 {
			l.curvesWhole, l.fieldsWhole = true, true
		}
		if a.outcome != chose || a.broken != nil {
			return
		}
		curves, primes := len(l.curves), len(l.primes)
		if l.exchange(a); len(l.curves) == curves && len(l.primes) == primes {
			l.showsNothing(a, onCurves, keep)
			return
		}
		if l.notOurs(a) {
			return
		}
	}
}

// showsNothing takes an answer to the question for both kinds of groups that shows
// nothing new: a curve that was kept ends the curves (but see hidesCurves), and a prime
// that was seen the finite fields. Under a prime no curve is left either where
// the server chose one of these suites with a curve before one with a prime: here,
// too, we have it in front.
func (l *listing) showsNothing(a answer, onCurves, keep []uint16) {
	if g, ok := groupOf(a.kex); ok {
		kept := slices.Contains(keep, g)
		l.keptLast = l.keptLast || kept && len(keep) == 1
		l.curvesWhole = kept && !l.hidesCurves()
		return
	}
	l.fieldsWhole = a.kex != nil && len(a.kex.P) > 0
	first := slices.IndexFunc(l.suites, func(c uint16) bool { return slices.Contains(onCurves, c) })
	l.curvesWhole = l.fieldsWhole && first < slices.IndexFunc(l.suites, isFinite) && len(keep) == 0
}

func (s *session) notPut(what string) {
	s.tls.Asked.NotPut = add(s.tls.Asked.NotPut, what)
}

// agreed tells whether an answer names a group of ours that was not seen yet.
func (l *listing) agreed(a answer) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && !slices.Contains(l.curves, g) && slices.Contains(l.legacyGroups(), g)
}

// notOurs tells whether an answer names a group that no question offers, and records
// it: who does may name another each time.
func (l *listing) notOurs(a answer) bool {
	g, ok := groupOf(a.kex)
	if !ok || slices.Contains(l.legacyGroups(), g) {
		return false
	}
	l.strangely(l.purpose, groupName(g))
	return true
}

// keptAgain tells whether an answer names a curve that was kept, and seen
// before.
func (l *listing) keptAgain(a answer, keep []uint16) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && slices.Contains(l.curves, g) && slices.Contains(keep, g)
}

// schemesGoOn asks with all groups, and the schemes seen struck out: an answer
// means that it was the groups that were refused before.
func (l *listing) schemesGoOn(suites []uint16) bool {
	left := l.unseenSchemes(suites)
	a := l.pose(question{version: l.v, suites: append(slices.Clone(suites), l.riders(l.ridesDSA())...), groups: l.legacyGroups(), schemes: left})
	if a.outcome != chose || a.broken != nil || a.kex == nil || !slices.Contains(left, a.kex.Scheme) {
		if kind := authentication(suites[0]); a.outcome == refused && !a.vague() {
			l.unsigns = add(l.unsigns, kind) // ecSuites gives those of one kind of key
		}
		return false
	}
	if !l.rodeDSA(a) {
		l.exchange(a)
	}
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
