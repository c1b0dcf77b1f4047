package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
)

// At depth verdict the last question is one that is answered (see prove), and at an
// address, where no chain is asked for without a name, there is mostly none left. So
// TLS 1.3 is asked for last where the first answer of TLS 1.2 has shown that it is
// known: for what does not pass beside all that does, while neither is known, and
// then for what passes. Its answer tells, too, that the hellos before it were such
// as the server bears.

// comesLast tells whether TLS 1.3 is asked for last. Where TLS 1.2 has shown an ECDSA
// key, the keys of TLS 1.3 are to be known first (see supposesRSA).
func (s *session) comesLast() bool {
	a, had := s.firsts[tls12]
	if s.p.ranks == nil || !had || s.name() != "" || s.shape != full || s.stopped != nil {
		return false
	}
	r := s.p.ranks
	g, _ := groupOf(a.kex)
	s.late = a.outcome == chose && a.hello.Negotiated() == tls12.code && a.hello.Speaks13() && authentication(a.hello.Suite) == "RSA" &&
		max(r.suites[a.hello.Suite], r.groups[g]) == 0 && r.versions[tls13] < r.top &&
		len(readableOf(within(s.p.questions.suites13, r.suites, 0))) > 0 && len((&plan13{session: s}).shortly()) > 0
	return s.late
}

// shortly is the groups that pass and have a short share, all of which go along with
// one hello: a server that has one of them answers without asking for another.
func (p *plan13) shortly() []uint16 {
	return within(slices.DeleteFunc(slices.Clone(p.p.questions.groups13), func(c uint16) bool {
		return !tlskeys.Short(c)
	}), p.p.ranks.groups, 0)
}

// lastly13 asks for TLS 1.3 where it comes last. What was refused ahead of it holds
// for a server that then takes what passes: its signatures where that is by one of
// the shares that went along, and in a suite whose records can be opened. One that
// does not speak it after all is asked for what was left out because it does.
func (s *session) lastly13() {
	if !s.late {
		return
	}
	if s.stopped != nil {
		s.missed(tls13.name, *s.stopped)
		return
	}
	p, fails := &plan13{session: s, ahead: true}, s.decided()
	if !fails {
		s.fixed = true
		p.decide()
		p.decideSchemes()
		p.decideOtherKeys()
	}
	s.belief.active, p.ahead = false, false
	s.spoken13(p)
	passing := within(p.suites, s.p.ranks.suites, 0)
	switch {
	case s.plan13 == nil:
		s.late = false
		if l := s.listings[tls12]; l != nil {
			l.decideOffCurve()
		}
		s.olderVersions()
		return
	case fails || len(passing) == 0 || len(within(p.groups, s.p.ranks.groups, 0)) == 0:
		p.decide()
		p.decideSchemes()
	case len(readableOf(passing)) == 0 || len(without(p.groups, p.shortly())) == len(p.groups):
		p.decideSchemes()
	}
	p.decideOtherKeys()
}
