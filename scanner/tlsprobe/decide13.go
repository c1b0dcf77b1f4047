package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// spoken13 asks for TLS 1.3 with what passes alone, fixed shares and to the
// end, so that the answer shows the chain, the signature and the tickets. An
// answer to a hello without a share would prove nothing of a server that
// refuses those, so none is put at this depth.
func (s *session) spoken13(p *plan13) {
	s.fixed, s.protocolsDone = true, true
	s.purpose = tls13.name + " that passes"
	q := s.passingOf(tls13, s.p.questions.groups13)
	q.schemes = s.othersFirst(q.schemes)
	a := p.withShare(&q, s.tickets(q))
	suites, groups := q.suites, q.groups
	if a.outcome == refused && a.alert.Description != tlswire.AlertProtocolVersion {
		s.purpose = tls13.name
		suites, groups = s.p.questions.suites13, s.p.questions.groups13
		a = p.first()
		s.fixed = true
	}
	switch {
	case a.outcome == chose && a.hello.Negotiated() == tls13.code:
	case accepted(s.found[tls13]): // as what does not pass
		s.plan13 = p
		return
	default:
		s.verdict(tls13, a)
		return
	}
	if p.record(a, suites, groups) {
		s.plan13 = p
		if a.opened {
			p.sign(tls13.name+" signature schemes", a)
		}
	}
}

// withShare goes on from an answer that wants the share of another group than went
// along. One that has no fixed share shows nothing more: it is left out of the
// question, as long as that has an answer.
func (p *plan13) withShare(q *question, a answer) answer {
	for range 2 {
		group, ok := a.hello.Group()
		if a.outcome != chose || !a.hello.Retry() || !ok {
			break
		}
		next := *q
		if _, fixed := tlskeys.Share(group); fixed {
			next.groups, next.share = []uint16{group}, group
			*q = next
			return p.tickets(next)
		}
		next.groups = slices.DeleteFunc(slices.Clone(q.groups), func(c uint16) bool { _, fixed := tlskeys.Share(c); return !fixed })
		b := p.tickets(next)
		if b.outcome != chose || !p.record(a, q.suites, q.groups) {
			break
		}
		*q, a = next, b
	}
	return a
}

// othersFirst is schemes with those last that the key of the first answer of TLS
// 1.2 could sign with: of two keys each version then shows one.
func (s *session) othersFirst(schemes []uint16) []uint16 {
	k := s.firsts[tls12].kex
	if k == nil || k.Scheme == 0 {
		return schemes
	}
	kind := keyKind(tls12, schemeName(k.Scheme))
	return behindLikely(schemes, slices.DeleteFunc(slices.Clone(schemes), func(c uint16) bool { return keyKind(tls12, schemeName(c)) != kind }))
}

// sign records how an answer was signed, and the chain that goes with it.
func (p *plan13) sign(what string, a answer) bool {
	if !p.signs(what, a, len(p.signed) == 0 && !p.ahead) {
		return false
	}
	p.certs.see(tls13, p.name(), "", a.chain)
	if slices.Contains(p.signed, a.scheme) {
		return false
	}
	p.signed = append(p.signed, a.scheme)
	found := p.found[tls13]
	found.SignatureSchemes = append(found.SignatureSchemes, schemeName(a.scheme))
	return true
}

// decide asks TLS 1.3 for what does not pass, each list with the others held
// at what is known, or ahead of that at what passes.
func (p *plan13) decide() {
	r, q := p.p.ranks, p.p.questions
	p.decideList("suites", func() (suites, groups []uint16) {
		return worse(q.suites13, r.suites, worst(p.suites, r.suites)+1), p.held(p.groups, q.groups13, r.groups)
	})
	p.decideList("groups", func() (suites, groups []uint16) {
		return p.held(p.suites, q.suites13, r.suites), worse(q.groups13, r.groups, worst(p.groups, r.groups)+1)
	})
}

// held is what is known to be accepted of a list, with what passes where that is
// not known yet.
func (p *plan13) held(known, all []uint16, of map[uint16]int) []uint16 {
	if !p.ahead {
		return known
	}
	passing := within(all, of, 0)
	return append(passing, without(known, passing)...)
}

func (p *plan13) decideList(name string, offer func() (suites, groups []uint16)) {
	what := tls13.name + " " + name + " that do not pass"
	for {
		suites, groups := offer()
		if len(suites) == 0 || len(groups) == 0 {
			return
		}
		if p.stopped != nil {
			p.missed(what, *p.stopped)
			return
		}
		p.purpose = what
		q := question{version: tls13, suites: suites, groups: groups}
		if name == "groups" || !p.ahead {
			q.share, _ = tlskeys.Shareable(groups)
		}
		if a := p.pose(q); !p.goesOn(name+" that do not pass", a) || !p.record(a, suites, groups) {
			return
		}
	}
}

// decideSchemes asks for signature schemes that do not pass, and for those of
// kinds of key that were not shown.
func (p *plan13) decideSchemes() { p.decideSchemesOf(p.p.questions.schemes) }

// decideOtherKeys asks again without the kinds of key that were shown, where
// other kinds are to be expected.
func (p *plan13) decideOtherKeys() {
	if p == nil || p.p.ranks.versions[tls13] >= p.p.ranks.top {
		return
	}
	left := p.unshown()
	if len(left) > 0 && p.decided() {
		p.notPut(tls13.name + " chains of other keys")
	} else if len(left) > 0 {
		p.decideSchemesOf(left)
	}
}

// shownElsewhere is the schemes of TLS 1.3 by which keys would sign whose chains
// older versions have shown: what does not pass is asked of them, and nothing else.
func (p *plan13) shownElsewhere() []uint16 {
	var codes []uint16
	for _, chain := range p.certs.list {
		switch k := chain.Certificates[0].Key; {
		case chain.Version == tls13.name || chain.Name != p.name():
		case k.Algorithm == "RSA":
			codes = append(codes, rsaPSS)
		case k.Algorithm == "EC":
			for _, c := range p.p.questions.schemes {
				if g, ok := strings.CutPrefix(schemeName(c), "ecdsa_"); ok && strings.HasPrefix(g, k.Curve+"_") {
					codes = append(codes, c)
				}
			}
		}
	}
	return codes
}

// rsaPSS is rsa_pss_rsae_sha256.
const rsaPSS = 0x0804

func (p *plan13) decideSchemesOf(schemes []uint16) {
	r, what := p.p.ranks, tls13.name+" signature schemes that do not pass"
	q := question{version: tls13, suites: readableOf(p.held(p.suites, p.p.questions.suites13, r.suites)), groups: p.shortly()}
	group, ok := tlskeys.Shareable(p.groups)
	if !p.ahead {
		q.groups, q.share = []uint16{group}, group
	}
	if !ok && !p.ahead || len(q.suites) == 0 {
		p.unreadable(what)
		return
	}
	for rank := worst(p.signed, r.schemes) + 1; ; {
		list := p.withOtherKinds(worse(p.p.questions.schemes, r.schemes, rank), append(slices.Clone(p.signed), p.shownElsewhere()...), tls13)
		list = slices.DeleteFunc(list, func(c uint16) bool { return !slices.Contains(schemes, c) })
		if rank > r.top {
			p.notPut(tls13.name + " chains of other keys")
			return
		}
		if len(list) == 0 {
			return
		}
		if p.stopped != nil {
			p.missed(what, *p.stopped)
			return
		}
		p.purpose = what
		q.schemes = list
		a := p.pose(q)
		if !p.sign(what, a) || !slices.Contains(list, a.scheme) {
			return // declined, or heeding no list
		}
		rank = max(rank, r.schemes[a.scheme]+1)
	}
}
