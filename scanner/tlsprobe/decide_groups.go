package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// suitesLeft is the suites that may be accepted: those no worse than the worst
// that was seen, but for those that are known to be refused: of RSA and DSA where
// there is no such key, and where all that was seen passes, what was asked for
// with the rest. Those that may stand in front of others go last, or where
// something was found behind such are left out.
func (l *listing) suitesLeft(is func(tlswire.Shape) bool) []uint16 {
	r, shown := l.p.ranks, l.keys()
	rank := worst(l.suites, r.suites)
	list := within(l.session.suites(l.v), r.suites, rank)
	if l.shape.lists != 0 { // each is asked for with each of the groups
		list = slices.Clone(l.suites)
	}
	list = slices.DeleteFunc(list, func(c uint16) bool {
		refused := l.alone && keyInFront.is(c) || rank == 0 && !keyInFront.is(c) && !slices.Contains(shown, authentication(c))
		return !is(shapeOf(c)) || refused && !slices.Contains(l.suites, c)
	})
	front := slices.DeleteFunc(slices.Clone(list), func(c uint16) bool { return !keyInFront.is(c) || slices.Contains(shown, authentication(c)) })
	if l.fronted {
		return without(list, front)
	}
	return last(list, front)
}

// decideGroups asks for groups that do not pass, under every suite that may be
// accepted. With no group of RFC 7919 that passes on offer, a suite with DHE
// shows the server's own prime. Once a curve is as bad as any can be, there is
// no more to ask. More suites may be asked for by the way.
//
// The curve of an ECDSA certificate is offered last (see ecGroups). Once it is
// chosen, be it by the first answer, suites that need it are left out.
func (l *listing) decideGroups(more []uint16) {
	what := l.v.name + " groups that do not pass"
	for h := l.hunt(more); h.rank <= l.p.ranks.top; {
		q := h.question()
		if len(q.suites) == 0 {
			return
		}
		if l.stopped != nil {
			l.missed(what, *l.stopped)
			return
		}
		l.purpose = what
		a := l.through(q, []front{finiteOnes})
		if !l.goesOn(what, a) {
			l.declined(q.suites, a)
			if a.outcome == refused {
				l.settled = append(l.settled, q.suites...)
			}
			return
		}
		if !h.learns(q, a) {
			return
		}
	}
}

// A groupHunt is how far decideGroups has come.
type groupHunt struct {
	*listing
	under []uint16 // the suites under which groups are asked for
	keep  []uint16 // the curves of certificates, which are offered last
	rank  int      // from which on groups are asked for
}

func (l *listing) hunt(more []uint16) *groupHunt {
	h := &groupHunt{listing: l, keep: l.certificateCurves(), rank: worst(l.curves, l.p.ranks.groups) + 1}
	h.under = l.suitesLeft(func(s tlswire.Shape) bool { return s.Params == tlswire.ECParams })
	h.under = append(h.under, l.suitesLeft(func(s tlswire.Shape) bool { return s.Params == tlswire.DHParams })...)
	h.under = without(append(h.under, without(more, h.under)...), l.settled)
	if slices.Contains(h.keep, l.group) {
		h.certified()
	}
	if len(h.under) > 0 {
		h.under = append(h.under, l.ridesWith("RSA")...)
	}
	return h
}

// certified goes on without the suites that need the curve of a certificate, once
// that was chosen.
func (h *groupHunt) certified() {
	h.under = slices.DeleteFunc(h.under, ofECDSA)
	h.keep = nil
}

// question is what is asked next; without a suite there is nothing.
func (h *groupHunt) question() question {
	groups := without(worse(h.legacyGroups(), h.p.ranks.groups, h.rank), h.keep)
	if len(groups) == 0 { // no curve is in question, primes are
		h.under = finiteSuites(h.under)
		groups = slices.DeleteFunc(slices.Clone(h.legacyGroups()), finite)
	} else {
		groups = append(groups, h.keep...)
	}
	return question{version: h.v, suites: h.under, groups: groups}
}

// learns takes an answer, and tells whether there is more to ask.
func (h *groupHunt) learns(q question, a answer) bool {
	picked := a.hello.Suite
	if a.hello.Negotiated() != h.v.code || !slices.Contains(h.under, picked) {
		h.strangely(h.purpose, suiteName(picked))
		return false
	}
	if a.failed() { // it found no group for what it picked
		h.under = without(h.under, alike(h.under, picked))
		return true
	}
	h.shown(a)
	g, ok := groupOf(a.kex)
	switch {
	case shapeOf(picked).Params == tlswire.DHParams:
		h.under = without(h.under, alike(h.under, picked))
	case !ok:
		h.missed(h.purpose, *noCurve(a))
		return false
	case slices.Contains(h.keep, g):
		h.certified()
	case !slices.Contains(q.groups, g): // what was offered it does not take (see ecGroups)
		h.under = without(h.under, alike(h.under, picked))
	default:
		h.rank = h.p.ranks.groups[g] + 1
	}
	return true
}

// decideOffCurve asks for curves that do not pass without that of the ECDSA
// certificate, which was chosen before them: there are servers that take those (see
// hidesCurves), and servers that show another certificate then (see otherCurves). So
// what passes is offered besides, at the end, until an answer shows no other. TLS
// 1.3 has told of both where it is spoken.
func (l *listing) decideOffCurve() {
	r, what := l.p.ranks, l.v.name+" groups that do not pass"
	suites := slices.DeleteFunc(slices.Clone(l.suites), func(c uint16) bool { return !ofECDSA(c) })
	if keep := l.certificateCurves(); accepted(l.found[tls13]) || l.late || len(suites) == 0 || len(without(keep, l.curves)) == len(keep) {
		return
	}
	others := true
	for rank := worst(l.curves, r.groups) + 1; rank <= r.top; {
		if l.stopped != nil {
			l.missed(what, *l.stopped)
			return
		}
		l.purpose = what
		keep := l.certificateCurves()
		groups := without(worse(l.legacyGroups(), r.groups, rank), keep)
		if others {
			groups = append(groups, without(l.legacyGroups(), append(slices.Clone(groups), keep...))...)
		}
		if len(groups) == 0 {
			return
		}
		a := l.pose(question{version: l.v, suites: suites, groups: groups})
		if !l.goesOn(what, a) || a.broken != nil {
			return
		}
		l.shown(a)
		g, ok := groupOf(a.kex)
		if !ok || !slices.Contains(groups, g) {
			return
		}
		others = len(l.certificateCurves()) > len(keep)
		rank = max(rank, r.groups[g]+1)
	}
}

// shown records what an answer shows, under a suite that may be known.
func (l *listing) shown(a answer) {
	if !slices.Contains(l.suites, a.hello.Suite) {
		l.choice(a)
		return
	}
	l.exchange(a)
}

func finiteSuites(suites []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool { return shapeOf(c).Params != tlswire.DHParams })
}

// alike is those of the suites that take their parameters as one does: for the
// same key, or without a certificate for the same cipher, since servers are
// known that choose a prime by its strength.
func alike(suites []uint16, one uint16) []uint16 {
	as, _ := iana.SuiteByCode(one)
	return slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool {
		s, _ := iana.SuiteByCode(c)
		keyless := s.Authentication == "PSK" || s.Authentication == "anon"
		return shapeOf(c).Params != shapeOf(one).Params || s.Authentication != as.Authentication || keyless && s.Cipher != as.Cipher
	})
}

// decideSchemes asks for signature schemes that do not pass, and for those of
// kinds of key that were not shown, but for DSA, which may stand in front, unless
// it is known not to. Of several that were, each is asked alone.
func (l *listing) decideSchemes() {
	suites, kinds := l.suitesLeft(func(s tlswire.Shape) bool { return s.Signed }), l.keys()
	suites = slices.DeleteFunc(suites, func(c uint16) bool { return dsaInFront.is(c) && !slices.Contains(kinds, "DSS") })
	switch {
	case l.supposed: // by what passes ECDSA is known to come first, which is never in front of RSA
		l.decideSchemesOf(within(suites, l.p.ranks.suites, 0))
		return
	case len(kinds) < 2:
		l.decideSchemesOf(append(suites, l.ridesWith("ECDSA")...))
		return
	}
	for _, kind := range kinds {
		l.decideSchemesOf(slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool {
			k := authentication(c)
			return k != kind && slices.Contains(kinds, k)
		}))
	}
}

func (l *listing) decideSchemesOf(suites []uint16) {
	r, what := l.p.ranks, l.v.name+" signature schemes that do not pass"
	for rank := worst(l.signed, r.schemes) + 1; len(suites) > 0; {
		list := l.withOtherKinds(worse(l.p.questions.schemes, r.schemes, rank), l.kindsSeen(), tls12)
		if rank > r.top {
			l.notPut(l.v.name + " chains of other keys")
			return
		}
		if len(list) == 0 {
			return
		}
		if l.stopped != nil {
			l.missed(what, *l.stopped)
			return
		}
		l.purpose = what
		a := l.pose(question{version: l.v, suites: suites, groups: last(l.legacyGroups(), without(l.legacyGroups(), l.curves)), schemes: list})
		rest := without(suites, alike(suites, a.hello.Suite))
		switch {
		case a.outcome == chose && !slices.Contains(suites, a.hello.Suite):
			l.strangely(what, suiteName(a.hello.Suite))
			return
		case a.outcome == chose && a.failed() && isFinite(a.hello.Suite) && len(rest) > 0:
			suites = rest // it may have found no group for that one, as Botan (2.19) does
			continue
		case shortKeyed(a):
			suites = rest
			continue
		case !l.goesOn(what, a) || a.failed():
			l.noSchemes = a.outcome == refused
			l.declined(suites, a)
			return
		case a.kex == nil || a.kex.Scheme == 0:
			l.missed(what, *noScheme(a))
			return
		}
		before := len(l.signed)
		l.shown(a)
		if !slices.Contains(list, a.kex.Scheme) || len(l.signed) == before {
			return // it heeds no list: what was offered it does not take
		}
		rank = max(rank, r.schemes[a.kex.Scheme]+1)
	}
}

// withOtherKinds adds to a list the schemes of kinds of key that did not sign
// yet: an answer shows their chain.
func (s *session) withOtherKinds(list, signed []uint16, v version) []uint16 {
	seen := map[string]bool{}
	for _, c := range signed {
		seen[keyKind(v, schemeName(c))] = true
	}
	for _, c := range s.p.questions.schemes {
		if !seen[keyKind(v, schemeName(c))] && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}
