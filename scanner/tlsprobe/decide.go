package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// decide asks a version up to TLS 1.2 for what does not pass. Where TLS 1.3 has
// shown an RSA key beside one of ECDSA, both are asked at once (see goesOnToRSA).
func (l *listing) decide() {
	l.supposed = l.supposesRSA()
	l.decideAll()
}

// Groups come first where suites of DSA ride on them for a key that stands alone so
// far: a suite of a finite field that passes then shows itself there, and is not asked
// for with the suites. They are asked for once more where the others show what was
// not among them.
func (l *listing) decideAll() {
	early, before := l.ridesOnGroups() && !l.failsOnCurves() && (l.supposed || len(l.certificateCurves()) == 0), len(l.suites)
	if early {
		l.decideGroups(slices.DeleteFunc(slices.Clone(l.session.suites(l.v)), func(c uint16) bool {
			return !rsaInFront.is(c) && !(l.supposed && ofECDSA(c)) || shapeOf(c).Params != tlswire.ECParams && !isFinite(c)
		}))
		before = len(l.suites)
	}
	l.decideSuites(func(uint16) bool { return false })
	l.decideApart()
	l.decidePassing()
	if !early || slices.ContainsFunc(l.suites[before:], func(c uint16) bool {
		return !slices.Contains(l.settled, c) && !(ofECDSA(c) && slices.Contains(l.certificateCurves(), l.group))
	}) {
		l.decideGroups(nil)
	}
	if l.v == tls12 {
		l.decideOffCurve()
		if !l.noSchemes || !slices.Equal(l.keys(), []string{"ECDSA"}) { // it was asked beside RSA, and comes first
			l.decideSchemes()
		}
		l.decideRiders()
	}
	if worst(l.suites, l.p.ranks.suites) >= l.p.ranks.top { // what keys there are besides was not asked to the end
		l.notPut(l.v.name + " suites and signature schemes of keys that were not shown")
	}
}

// decideSuites asks for suites that do not pass, but for some. Of a server that was
// seen to take no curve that passes it asks with those at first.
func (l *listing) decideSuites(but func(uint16) bool) {
	r, what := l.p.ranks, l.v.name+" suites that do not pass"
	rank := worst(l.suites, r.suites) + 1
	block := rank == 1 && l.facts.TruncatedHMAC == nil
	var failed []uint16 // picked, and then found impossible, or settled
	narrow := l.failsOnCurves() && len(within(l.legacyGroups(), r.groups, 0)) > 0 // by some policies no curve passes
	for rank <= r.top {
		if l.stopped != nil {
			l.missed(what, *l.stopped)
			return
		}
		list := slices.DeleteFunc(without(l.suspects(rank, block), failed), but)
		if len(list) == 0 {
			return
		}
		block = false
		l.purpose = what
		q := question{version: l.v, suites: list, groups: l.legacyGroups()}
		if narrow {
			q.groups = l.passingGroups()
		}
		a := l.through(q.wishing(), fronts)
		if narrow && a.outcome == refused && !l.decidePassing() {
			narrow = false // it has no curve that passes
			continue
		}
		if !l.goesOn(what, a) {
			l.noSuites = a.outcome == refused
			return
		}
		picked := a.hello.Suite
		if a.hello.Negotiated() != l.v.code || !slices.Contains(list, picked) {
			l.strangely(what, suiteName(picked))
			return
		}
		l.grants(a)
		l.keeps(a, !narrow)
		if l.choice(a); !slices.Contains(l.suites, picked) {
			failed = append(failed, picked)
			continue
		}
		failed = append(failed, l.field(a, list)...)
		rank = max(rank, r.suites[picked]+1)
	}
}

// suspects is the suites that do not pass from a rank on, and besides those with
// other keys or none, which tell whether there are such, and at first those with
// CBC, since what is granted about the MAC is granted under no other. A server that
// has shown ECDSA alone is asked for RSA and DSA by itself (see decideApart). Where
// suites of DSA ride elsewhere, those of a finite field that pass are asked for
// here, since there they may stand behind them.
func (l *listing) suspects(rank int, block bool) []uint16 {
	of, keys := l.p.ranks.suites, l.keys()
	list := append(worse(l.session.suites(l.v), of, rank), slices.DeleteFunc(without(within(l.session.suites(l.v), of, rank-1), l.suites), func(c uint16) bool {
		return slices.Contains(keys, authentication(c)) && !(block && cbc(c)) && !(l.ridden && isFinite(c) && !l.hasFinite(authentication(c)))
	})...)
	return slices.DeleteFunc(list, func(c uint16) bool {
		return l.ridden && dsaInFront.is(c) && !slices.Contains(keys, "DSS") || keyInFront.is(c) && slices.Equal(keys, []string{"ECDSA"})
	})
}

// field gives the suites that need not be asked for, since they are no worse, once an
// answer has shown what the server has of finite fields.
func (l *listing) field(a answer, suites []uint16) []uint16 {
	if !l.ridden || !isFinite(a.hello.Suite) {
		return nil
	}
	l.settled = without(l.settled, alike(l.settled, a.hello.Suite)) // they were refused without a group
	l.settles(a)
	return within(alike(suites, a.hello.Suite), l.p.ranks.suites, l.p.ranks.suites[a.hello.Suite])
}

// decideApart asks for suites of RSA and DSA, without schemes of ECDSA, a server
// that has shown no other key than that: it may keep each key apart, and look at
// the suites of its ECDSA key alone for whoever could take that (see otherKeys).
// Where it has another, what does not pass is asked of that one by itself.
func (l *listing) decideApart() {
	if l.stopped != nil || !slices.Equal(l.keys(), []string{"ECDSA"}) {
		return
	}
	what := l.v.name + " other keys"
	l.purpose = what
	q := l.withoutECDSA(!l.ridden)
	a := l.through(q, fronts)
	switch {
	case !l.goesOn(what, a):
		l.alone = a.outcome == refused
	case a.hello.Negotiated() != l.v.code || !slices.Contains(q.suites, a.hello.Suite):
		l.strangely(what, suiteName(a.hello.Suite))
	default:
		l.shown(a)
		l.decideSuites(ofECDSA)
	}
}

// withoutECDSA offers suites of RSA, and of DSA where that may be, without schemes
// of ECDSA.
func (l *listing) withoutECDSA(dsa bool) question {
	suites := slices.DeleteFunc(slices.Clone(l.session.suites(l.v)), func(c uint16) bool { return !rsaInFront.is(c) })
	if dsa {
		suites = append(suites, l.suitesOfDSA()...)
	}
	return question{
		version: l.v, suites: suites,
		groups:  slices.DeleteFunc(slices.Clone(l.legacyGroups()), finite), // so that it shows a prime of its own
		schemes: slices.DeleteFunc(slices.Clone(l.p.questions.schemes), func(c uint16) bool { return keyKind(tls12, schemeName(c)) == "ecdsa" }),
	}
}
