package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

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
	what := l.v.name + " groups"
	h := l.curveHunt()
	if h == nil {
		return
	}
	for l.purpose = what; l.stopped == nil; {
		dsaLeft := l.dsaLeft
		a := l.curvesOf(h.question(), h.where)
		hides := h.where == atEnd && a.outcome == refused && !a.vague() // what is kept it took before
		switch {
		case len(h.keep) > 0 && !h.joint && (hides || h.where == behindUsed && l.keptAgain(a, h.keep)):
			h.where++
		case h.joint && !l.agreed(a) && !l.keptAgain(a, h.keep):
			if h.joint = false; l.schemesGoOn(h.under) {
				return
			}
			l.dsaLeft = dsaLeft // it may have been for want of a scheme
		case !l.goesOn(what, a) || !h.learns(a):
			return
		}
	}
	l.missed(what, *l.stopped)
}

// A curveHunt is how far ecGroups has come.
type curveHunt struct {
	*listing
	under     []uint16 // the suites under which curves are asked for
	keep      []uint16 // the curves of certificates, which are not left out
	also      []uint16 // curves seen that are not the certificate's: another's may be on them
	joint     bool     // schemes are left out with the curves
	where     reach    // of what is kept, among the others
	backwards bool     // the curves are offered the other way round
}

// curveHunt is where ecGroups begins; nil where there is nothing to ask.
func (l *listing) curveHunt() *curveHunt {
	h := &curveHunt{listing: l, where: atEnd}
	h.under, h.keep = l.ecSuites()
	last, alone := len(h.keep) == 1 && l.keptLast, l.keptAlone(h.keep)
	if len(h.under) == 0 || l.curvesWhole || last && !l.hidesCurves() {
		return nil
	}
	h.joint = l.v == tls12 && l.ordered() && !l.walks && !last
	if last || alone {
		h.keep, h.also = nil, l.offCurves()
	}
	return h
}

// question is what is asked next.
func (h *curveHunt) question() question {
	left := without(h.legacyGroups(), append(slices.Clone(h.curves), h.keep...))
	if h.backwards {
		slices.Reverse(left)
	}
	q := question{version: h.v, suites: turned(h.under), groups: amid(left, h.also), keep: h.keep}
	if h.joint {
		q.schemes = h.unseenSchemes(h.under)
	}
	return q
}

// learns takes an answer, and tells whether there is more to ask.
func (h *curveHunt) learns(a answer) bool {
	g, ok := groupOf(a.kex)
	certificates := len(h.certificateCurves())
	switch {
	case a.failed():
		return false // it chose a suite, and then found no curve for it
	case !ok:
		h.missed(h.purpose, *noCurve(a))
		return false
	case h.keptAgain(a, h.keep):
		h.exchange(a) // it may show another scheme
		if !h.hidesCurves() {
			return false
		}
		h.keep, h.joint, h.also, h.where = nil, false, h.offCurves(), atEnd
		return true
	case slices.Contains(h.curves, g) && !slices.Contains(h.also, g): // what was offered it does not take
		again := !h.backwards
		h.backwards = true
		return again
	case slices.Contains(h.also, g):
		h.also = nil
	}
	h.exchange(a)
	if h.notOurs(a) {
		return false
	}
	h.offCurve = h.offCurve && len(h.certificateCurves()) == certificates
	return true
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

// curveOrder is what is known of a server's order of curves under ECDSA.
type curveOrder struct {
	byECDSA   []uint16 // those that were chosen
	following bool     // it goes by ours
}

// tellsCurves keeps whether a server goes by our order of curves under ECDSA: it chose
// one that was not seen, and could have chosen one that it had chosen before when both
// were on offer. Its order of suites tells nothing of that: Botan (2.19) and Erlang may go
// by ours of those, and by one of their own of curves.
func (s *session) tellsCurves(q *question, a *answer) {
	g, ok := groupOf(a.kex)
	if !ok || a.broken != nil || !ofECDSA(a.hello.Suite) || s.shape != full || s.p.ranks != nil || slices.Contains(s.byECDSA, g) {
		return
	}
	s.following = s.following || slices.ContainsFunc(s.byECDSA, func(seen uint16) bool { return slices.Contains(q.groups, seen) || slices.Contains(q.keep, seen) })
	s.byECDSA = append(s.byECDSA, g)
}

// hidesCurves tells whether curves may stand behind that of the certificate.
// GnuTLS, by an order of its own, takes them from who offers none but those. Where
// a newer version has shown none that is not known, there are none, unless such an
// order was seen: TLS 1.3 has no use for the certificate's. (It may show a curve that
// TLS 1.2 does not take: that is asked for in vain.)
func (l *listing) hidesCurves() bool {
	if l.following {
		return false
	}
	return l.theirCurves() || l.newerShows(func(g uint16) bool { return !slices.Contains(l.curves, g) })
}

// keptAlone tells whether no curve is to be expected beside that of the certificate:
// no other was seen, nor by a newer version. By our order of curves there is none; by
// another there may be some behind it.
func (l *listing) keptAlone(keep []uint16) bool {
	return len(keep) == 1 && slices.Equal(l.curves, keep) && !l.ordered() && !l.newerShows(func(g uint16) bool { return g != keep[0] })
}

// theirCurves tells whether it has an order of its own: it did not choose at first the
// one that we have in front of all that it takes.
func (l *listing) theirCurves() bool {
	first := func(g uint16) int { return slices.Index(l.legacyGroups(), g) }
	return slices.ContainsFunc(l.curves, func(g uint16) bool { return first(g) < first(l.curves[0]) })
}

// newerShows tells whether the newest version has shown a curve of which something is
// so; true where none has been asked.
func (l *listing) newerShows(is func(uint16) bool) bool {
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
		return named.Kind == "ec" && is(g)
	})
}
