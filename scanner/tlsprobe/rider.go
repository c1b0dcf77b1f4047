package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// At depth verdict two things that would take a question each ride on the first
// of TLS 1.2, which offers what passes.
//
// It offers suites of DSA too, last: a server that answers by another key has no
// DSA key in front of that answer. So suites of DSA can ride once more, on a
// question that is put anyway and is declined for all but them, and stand in front
// of nothing there: of an RSA key on that for groups, and of an ECDSA key, which is
// never chosen where it cannot sign, on that for signature schemes.
//
// And it offers all groups, those that do not pass first. Where the answer is by
// ECDSA, on the curve of the certificate, no other group is left that the server
// prefers to it (see ecGroups). Of any other the groups are asked for.

// A rider is what rode on the first question, and is to ride on another.
type rider struct {
	ridden  bool     // the first question's answer is in front of suites of DSA
	pending bool     // which are not known to be refused yet
	group   uint16   // of the first answer by ECDSA where all were offered
	settled []uint16 // suites that showed the server's own prime by the way

	supposed  bool // there is an RSA key too, to which the server goes on from its ECDSA key
	noSuites  bool // suites that do not pass were refused
	noSchemes bool // signature schemes that do not pass were
	noPassing bool // no group is accepted that passes
}

// withRiders is the question with what rides on it, of a server that bears it.
func (s *session) withRiders(q question) question {
	if s.shape != full {
		return q
	}
	dsa := slices.DeleteFunc(slices.Clone(s.p.questions.schemes), func(c uint16) bool { return keyKind(tls12, schemeName(c)) != "dsa" })
	q.suites = append(without(q.suites, s.suitesOfDSA()), s.suitesOfDSA()...)
	q.schemes = append(without(q.schemes, dsa), dsa...)
	q.groups = s.legacyGroups()
	return q
}

func (s *session) suitesOfDSA() []uint16 {
	return slices.DeleteFunc(slices.Clone(s.p.questions.suites), func(c uint16) bool { return !dsaInFront.is(c) })
}

// ridesOn takes the answer to a question with riders.
func (l *listing) ridesOn(a answer) {
	l.keeps(a, true)
	key := authentication(a.hello.Suite)
	l.ridden = slices.Contains(l.suites, a.hello.Suite) && (key == "RSA" || key == "ECDSA")
	l.pending = l.ridden
	l.settles(a)
}

// settles is told of an answer, which may show the server's own prime.
func (l *listing) settles(a answer) {
	if a.kex != nil && len(a.kex.P) > 0 && (l.fieldless || !negotiable(a.kex.P)) {
		l.settled = append(l.settled, alike(l.session.suites(l.v), a.hello.Suite)...)
	}
}

// keeps takes the group of an answer, to a question with all of them or not.
func (l *listing) keeps(a answer, all bool) {
	if g, ok := groupOf(a.kex); ok && all && l.group == 0 && authentication(a.hello.Suite) == "ECDSA" {
		l.group = g
	}
}

// ridesWith gives the suites of DSA to a question, where they ride with a key.
func (l *listing) ridesWith(key string) []uint16 {
	if !l.pending || l.supposed != (authentication(l.suites[0]) != key) || key == "RSA" && !l.ridesOnGroups() {
		return nil
	}
	return l.suitesOfDSA()
}

// ridesOnGroups tells whether suites of DSA ride on the question for groups. An answer
// by RSA in a finite field is not known to have its suites with a curve in front of
// them.
func (l *listing) ridesOnGroups() bool {
	return l.ridden && (l.supposed || authentication(l.suites[0]) == "RSA" && !isFinite(l.suites[0]))
}

// declined is told how a question ended on which they may have ridden.
func (l *listing) declined(suites []uint16, a answer) {
	l.pending = l.pending && !(a.outcome == refused && slices.ContainsFunc(suites, dsaInFront.is))
}

// decideRiders asks for the suites of DSA alone where they found nothing to ride
// on, or its answers were never a refusal.
func (l *listing) decideRiders() {
	what := l.v.name + " suites of DSA"
	if !l.pending || l.stopped != nil || slices.Contains(l.keys(), "DSS") || worst(l.suites, l.p.ranks.suites) >= l.p.ranks.top {
		return
	}
	l.purpose = what
	l.byAny(l.offering(question{version: l.v, suites: l.suitesOfDSA(), groups: l.legacyGroups()}))
}

// passingGroups is the groups that pass, and the curves of certificates, without
// which ECDSA is not to be had.
func (l *listing) passingGroups() []uint16 {
	passing := within(l.session.legacyGroups(), l.p.ranks.groups, 0)
	return append(passing, without(l.certificateCurves(), passing)...)
}

// failsOnCurves tells whether a curve was seen that does not pass, and none that
// does.
func (l *listing) failsOnCurves() bool {
	return len(l.curves) > 0 && !slices.ContainsFunc(l.curves, func(g uint16) bool { return l.p.ranks.groups[g] == 0 })
}

// decidePassing asks a server that was seen to take curves that do not pass for
// one that does: it tells what a client comes to that offers no other. It is
// false where there is none.
func (l *listing) decidePassing() bool {
	groups := within(l.session.legacyGroups(), l.p.ranks.groups, 0)
	suites := slices.DeleteFunc(slices.Clone(l.suites), func(c uint16) bool { return shapeOf(c).Params != tlswire.ECParams })
	what := l.v.name + " groups that pass"
	if l.noPassing {
		return false
	}
	if !l.failsOnCurves() || len(groups) == 0 || len(suites) == 0 || l.stopped != nil {
		return true
	}
	l.purpose = what
	l.byAny(l.offering(question{version: l.v, suites: suites, groups: groups}))
	l.noPassing = l.failsOnCurves()
	return !l.noPassing
}

// supposesRSA tells whether a server that has shown an ECDSA key in TLS 1.2, and
// that in front of what it has of other keys, has shown an RSA key in TLS 1.3.
func (l *listing) supposesRSA() bool {
	return l.v == tls12 && l.ridden && slices.Equal(l.keys(), []string{"ECDSA"}) && l.plan13 != nil &&
		slices.ContainsFunc(l.plan13.signed, func(c uint16) bool { return keyKind(tls12, schemeName(c)) == "rsa" })
}

// kindsSeen is the schemes seen, and one of RSA where there is such a key.
func (l *listing) kindsSeen() []uint16 {
	if l.supposed {
		return append(slices.Clone(l.signed), rsaPSS)
	}
	return l.signed
}

// hasFinite tells whether a suite of a finite field was seen for a key.
func (l *listing) hasFinite(key string) bool {
	return slices.ContainsFunc(l.suites, func(c uint16) bool { return isFinite(c) && authentication(c) == key })
}

// decideSupposed ends the asking for two keys at once, and tells whether the server
// goes on from one to the other. Where it does not, RSA is asked by itself for what
// was asked of both: ECDSA has answered that, since it comes first and RSA can sign.
// Groups were asked for of RSA alone, which holds where that is in front of DSA.
func (l *listing) decideSupposed() bool {
	if !l.supposed || worst(l.suites, l.p.ranks.suites) >= l.p.ranks.top {
		l.supposed = false
		return false
	}
	went := l.goesOnToRSA()
	if l.supposed = false; went || l.stopped != nil {
		return went
	}
	if a := l.through(l.withoutECDSA(true), []front{finiteOnes}); !l.byRSA(a) {
		l.settled = slices.DeleteFunc(l.settled, func(c uint16) bool { return !ofECDSA(c) }) // a suite of DSA may have been in front of others
		l.decideAll()
		return false
	}
	l.decideSuites(ofECDSA)
	l.decideSchemesOf(l.signedSuites("RSA"))
	return false
}

// goesOnToRSA asks whether the server goes on to its RSA key where it has no use
// for that of ECDSA: what it refused of both at once it then has of neither. One
// that keeps each apart looks at the one of ECDSA alone (see otherKeys). Suites of
// DSA are offered last: where they rode on the question for groups, a suite of RSA
// with a curve must be in front of them, or groups are asked for without them.
func (l *listing) goesOnToRSA() bool {
	r := l.p.ranks
	of := func(list []uint16, key string) []uint16 {
		return slices.DeleteFunc(slices.Clone(list), func(c uint16) bool { return authentication(c) != key })
	}
	ecdsa, q := of(l.session.suites(l.v), "ECDSA"), question{version: l.v, groups: l.legacyGroups()}
	l.purpose = l.v.name + " other keys"
	switch {
	case l.stopped != nil:
		l.missed(l.purpose, *l.stopped)
		return false
	case l.noSuites:
		ecdsa = worse(ecdsa, r.suites, 1)
	case l.noSchemes:
		q.schemes = slices.DeleteFunc(slices.Clone(l.p.questions.schemes), func(c uint16) bool {
			return keyKind(tls12, schemeName(c)) == "ecdsa" && r.schemes[c] == 0
		})
	default:
		return false
	}
	q.suites = slices.Concat(ecdsa, of(within(l.session.suites(l.v), r.suites, 0), "RSA"), l.suitesOfDSA())
	a := l.offering(q)
	went := l.byRSA(a)
	if went && isFinite(a.hello.Suite) && !l.pending {
		l.settled = finiteSuites(l.settled)
		l.decideGroups(nil)
	}
	return went
}

// byAny takes an answer by whatever key, and tells whether it is one.
func (l *listing) byAny(a answer) bool {
	if !l.goesOn(l.purpose, a) || a.hello.Negotiated() != l.v.code {
		return false
	}
	l.shown(a)
	return a.broken == nil
}

// byRSA takes an answer that should be by the RSA key, and tells whether it is.
func (l *listing) byRSA(a answer) bool {
	return l.byAny(a) && authentication(a.hello.Suite) == "RSA"
}

func ofECDSA(code uint16) bool { return authentication(code) == "ECDSA" }
