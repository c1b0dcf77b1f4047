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

// ecGroups strikes out curve after curve under suites known to be accepted.
//
// A curve in supported_groups also allows certificates on it (RFC 8422
// section 5.1.1), so with ECDSA alone the certificate's curve cannot be left
// out: it goes last, and once it is chosen no other is left that the server
// prefers to it. Some servers take a curve from whom that does without (see
// hidesCurves).
//
// In TLS 1.2 the schemes seen are struck out with the groups, where the server
// has an order of its own and while that gets answers: each names both. A refusal
// of both, and an answer once all groups are offered again, mean that there are no
// more groups.
//
// A server that names a curve which it was not offered has no use for those that it
// was. wolfSSL (5.5) is one; for a suite of PSK it looks at the first that it knows
// alone, so that they are offered once more the other way round.
func (l *listing) ecGroups() {
	suites, keep := l.ecSuites()
	last := len(keep) == 1 && l.keptLast
	if len(suites) == 0 || l.curvesWhole || last && !l.hidesCurves() {
		return
	}
	var also []uint16 // curves seen that are not the certificate's: another's may be on them
	if last {
		keep, also = nil, l.offCurves()
	}
	what := l.v.name + " groups"
	l.purpose = what
	joint := l.v == tls12 && l.ordered() && !l.walks && !last
	where, backwards := atEnd, false
	for l.stopped == nil {
		left := without(l.legacyGroups(), append(slices.Clone(l.curves), keep...))
		if backwards {
			slices.Reverse(left)
		}
		q := question{version: l.v, suites: turned(suites), groups: amid(left, also), keep: keep}
		if joint {
			q.schemes = without(l.p.questions.schemes, l.signed)
		}
		dsaLeft := l.dsaLeft
		a := l.curvesOf(q, where)
		hides := where == atEnd && a.outcome == refused && !a.vague() // what is kept it took before
		if len(keep) > 0 && !joint && (hides || where == behindUsed && l.keptAgain(a, keep)) {
			where++
			continue
		}
		if joint && !l.agreed(a) && !l.keptAgain(a, keep) {
			if joint = false; l.schemesGoOn(suites) {
				return
			}
			l.dsaLeft = dsaLeft // it may have been for want of a scheme
			continue
		}
		if !l.goesOn(what, a) {
			return
		}
		g, ok := groupOf(a.kex)
		certificates := len(l.certificateCurves())
		switch {
		case a.failed():
			return // it chose a suite, and then found no curve for it
		case !ok:
			l.missed(what, *noCurve(a))
			return
		case l.keptAgain(a, keep):
			l.exchange(a) // it may show another scheme
			if !l.hidesCurves() {
				return
			}
			keep, joint, also, where = nil, false, l.offCurves(), atEnd
			continue
		case slices.Contains(also, g):
			l.exchange(a)
			also, l.offCurve = nil, l.offCurve && len(l.certificateCurves()) == certificates
			continue
		case slices.Contains(l.curves, g) && backwards:
			return // what was offered it does not take
		case slices.Contains(l.curves, g):
			backwards = true
			continue
		}
		l.exchange(a)
		l.offCurve = l.offCurve && len(l.certificateCurves()) == certificates
	}
	l.missed(what, *l.stopped)
}

// otherCurves asks for ECDSA certificates on other curves than those shown. Of several
// Go and Mbed TLS show the first on a curve that the client offers (RFC 8422 section
// 5.1.1); TLS 1.3 has shown them by its schemes, where it is spoken.
func (l *listing) otherCurves() {
	suites := slices.DeleteFunc(slices.Clone(l.suites), func(c uint16) bool { return !ofECDSA(c) })
	if l.offCurve && len(l.certificateCurves()) < 2 || accepted(l.found[tls13]) || l.newer() != nil || len(suites) == 0 {
		return
	}
	what := l.v.name + " other keys"
	l.purpose = what
	for l.stopped == nil {
		keep := l.certificateCurves()
		a := l.pose(question{version: l.v, suites: suites, groups: without(l.legacyGroups(), keep)})
		if !l.goesOn(what, a) || a.broken != nil {
			return
		}
		if l.exchange(a); len(l.certificateCurves()) == len(keep) {
			return
		}
	}
	l.missed(what, *l.stopped)
}

// offCurves is the curves seen but the certificate's, which go along where it is
// left out: that question then is otherCurves', too.
func (l *listing) offCurves() []uint16 {
	l.offCurve = true
	return without(l.curves, l.certificateCurves())
}

// hidesCurves tells whether curves may stand behind that of the certificate.
// GnuTLS, by an order of its own, takes them from who offers none but those. Where
// a newer version has shown none that is not known, there are none: TLS 1.3 has
// no use for the certificate's. (It may show a curve that TLS 1.2 does not take:
// that is asked for in vain.)
func (l *listing) hidesCurves() bool {
	if o := l.found[l.v].ServerOrder; o != nil && !*o {
		return false
	}
	var newer []uint16
	if n := l.newer(); n != nil {
		newer = n.curves
	} else if l.plan13 != nil {
		newer = l.plan13.groups
	} else {
		return true
	}
	return slices.ContainsFunc(newer, func(g uint16) bool {
		named, _ := iana.GroupByCode(g)
		return named.Kind == "ec" && !slices.Contains(l.curves, g)
	})
}

// agreed tells whether an answer names a group that was not seen yet.
func (l *listing) agreed(a answer) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && !slices.Contains(l.curves, g)
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
	left := without(l.p.questions.schemes, l.signed)
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
