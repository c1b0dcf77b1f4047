package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlskeys"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// plan13 enumerates TLS 1.3, where each answer names a suite and a group at
// once, and both are struck out. When the server declines, one of the two
// lists is at its end, and not both need be: with a known suite put back the
// groups go on, with a known group the suites.
type plan13 struct {
	*session
	suites, groups     []uint16 // accepted, in the order they were chosen
	noSuites, noGroups bool     // the list is known to be whole
	signed             []uint16 // schemes signed with
	stays              bool     // it chose a key before it looked for a scheme, and found none
	ahead              bool     // at depth verdict: what does not pass is asked for before what does
	ride13
}

func (s *session) enumerate13() {
	q := s.p.questions
	p := &plan13{session: s}
	first := p.first()
	p.rides = s.shape == full && !s.fixed
	if first.outcome != chose || first.hello.Negotiated() != tls13.code {
		s.verdict(tls13, first)
		return
	}
	p.both(first)
	p.rest("groups", func() ([]uint16, []uint16) { return turned(p.suites), without(q.groups13, p.groups) }, &p.noGroups)
	p.rest("suites", func() ([]uint16, []uint16) { return without(q.suites13, p.suites), p.groups }, &p.noSuites)
	s.plan13 = p
	p.orders(question{}, first)
	p.signatures()
}

// first asks whether TLS 1.3 is spoken, with no key share. Where the answer
// may mean that the server wants one, it is asked again with fixed shares.
func (p *plan13) first() answer {
	a := p.opened(tls13)
	if !p.wantsShare(a) {
		return a
	}
	p.fixed = true
	if b := p.pose(p.session.first(tls13)); b.outcome == chose && b.hello.Negotiated() == tls13.code {
		return b
	}
	p.fixed = false
	return a
}

// wantsShare tells whether a refusal may concern the empty key share. A plain
// handshake_failure says so only of a server that is known to speak TLS 1.3 or
// speaks nothing older.
func (p *plan13) wantsShare(a answer) bool {
	switch {
	case a.outcome != refused:
		return false
	case a.mute:
		return true
	}
	switch a.alert.Description {
	case tlswire.AlertProtocolVersion:
		return false
	case tlswire.AlertHandshakeFailure, tlswire.AlertInsufficientSec:
		return p.speaks13 || p.firsts[tls12].outcome != chose
	}
	return true
}

// both strikes out suite and group of each answer until the server declines.
// Where the suites seen are what servers mostly have, the others are asked for
// with all groups: a refusal then concerns the suites alone.
func (p *plan13) both(a answer) {
	q := p.p.questions
	suites, groups := q.suites13, q.groups13
	for p.goesOn("suites and groups", a) {
		if !p.record(a, suites, groups) {
			return
		}
		before := len(suites)
		suites, groups = without(q.suites13, p.suites), without(q.groups13, p.groups)
		if len(suites) == 0 || !p.askable(groups) {
			return
		}
		if len(suites) < before && p.usual() {
			groups = last(q.groups13, p.groups)
			if a = p.put(tls13, suites, groups); a.outcome == refused {
				p.noSuites = true
			}
			continue
		}
		a = p.next(suites, groups, true, p.likely())
	}
}

// usual tells whether the suites seen are the three that servers have by
// default, or all five of RFC 8446 appendix B.4.
func (p *plan13) usual() bool {
	n := len(p.suites)
	return (n == 3 || n == 5) && !slices.ContainsFunc(p.suites, func(c uint16) bool { return c < 0x1301 || c > 0x1300+uint16(n) })
}

// likely tells whether more suites are to be expected.
func (p *plan13) likely() bool {
	return slices.ContainsFunc(usualSuites13, func(c uint16) bool { return !slices.Contains(p.suites, c) })
}

// rest goes on with one list, the other held at what is known. Where both
// ended on the same refusal, and this list turned out to go on, that refusal
// was for want of the other: it is whole.
func (p *plan13) rest(what string, offer func() (suites, groups []uint16), whole *bool) {
	if *whole || len(p.suites) == 0 || p.stopped != nil {
		return
	}
	if what == "suites" {
		p.onceMore()
	}
	for {
		suites, groups := offer()
		if len(suites) == 0 || len(groups) == 0 {
			return
		}
		if !p.askable(groups) {
			p.missed(tls13.name+" "+what, scanner.Failure{Reason: scanner.ReasonUncomputable, Detail: "the server wants a key share, and the groups left have no fixed one"})
			return
		}
		a := p.next(suites, groups, false, what == "suites" && p.likely())
		if !p.goesOn(what, a) {
			return
		}
		if !p.record(a, suites, groups) {
			return
		}
		if what == "groups" {
			p.orders(question{suites: suites}, a)
		}
		switch {
		case what == "suites":
		case p.unsure:
			p.onceMore()
		default:
			p.noSuites = true
		}
	}
}

// askable tells whether a hello with these groups can be written: with fixed
// shares, one of them must have one.
func (p *plan13) askable(groups []uint16) bool {
	if !p.fixed {
		return len(groups) > 0
	}
	_, ok := tlskeys.Shareable(groups)
	return ok
}

// record takes the answer's suite and group, which must be among those
// offered.
func (p *plan13) record(a answer, suites, groups []uint16) bool {
	group, named := a.hello.Group()
	switch {
	case a.hello.Negotiated() != tls13.code:
		p.strangely(tls13.name+" suites and groups", "an older version")
		return false
	case !slices.Contains(suites, a.hello.Suite):
		p.strangely(tls13.name+" suites", suiteName(a.hello.Suite))
		return false
	case !named:
		p.missed(tls13.name+" groups", scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server named no group"})
		return false
	case !slices.Contains(groups, group):
		p.strangely(tls13.name+" groups", groupName(group))
		return false
	}
	if !slices.Contains(p.suites, a.hello.Suite) {
		p.suites = append(p.suites, a.hello.Suite)
	}
	if !slices.Contains(p.groups, group) {
		p.groups = append(p.groups, group)
	}
	return true
}

// again asks for what was refused, now that answers disagree.
func (p *plan13) again() {
	q := p.p.questions
	for _, lists := range [][2][]uint16{
		{without(q.suites13, p.suites), q.groups13},
		{q.suites13, without(q.groups13, p.groups)},
	} {
		if a := p.twice(question{version: tls13, suites: lists[0], groups: lists[1]}); a.outcome == chose {
			p.record(a, lists[0], lists[1])
		}
	}
}

// goesOn tells whether an answer is a choice. Where it is none at all, nothing
// more is to be had.
func (p *plan13) goesOn(what string, a answer) bool {
	if a.outcome != chose && a.outcome != refused {
		p.noSuites, p.noGroups = true, true
	}
	return p.session.goesOn(tls13.name+" "+what, a)
}
