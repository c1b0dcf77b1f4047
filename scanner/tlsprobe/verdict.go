package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// At depth verdict the question is whether anything is accepted that does not
// pass. Each version is asked whether it is spoken, with what passes alone;
// then, in each dimension (suites, groups and primes, signature schemes), with
// what does not pass alone: a refusal is cheap, and answers the whole
// dimension. An answer names one, and what is worse still is asked for, until
// the server declines or nothing is worse.
//
// What is no worse than what was seen is not asked for, and the observation
// says so. Extensions and chains come with the answers, as far as they can.

func (p *Prober) depth() string {
	if p.ranks != nil {
		return "verdict"
	}
	return "full"
}

// spoken asks whether a version is spoken, and records the first answer.
func (s *session) spoken(v version) answer {
	switch {
	case v == tls13:
		return s.spoken13()
	case v == tls12:
		s.purpose = v.name + " that passes"
		a := s.pose(s.passing())
		if a.outcome == chose {
			s.granted(a)
		}
		if declined := a.outcome == refused && a.alert.Description != tlswire.AlertProtocolVersion; declined || a.outcome == silent {
			s.purpose = v.name
			a = s.everything(v)
		}
		return s.takeVersion(v, a)
	case accepted(s.found[tls12]), accepted(s.found[tls13]), s.older != nil:
		return s.shared(v)
	}
	return s.takeVersion(v, s.everything(v))
}

// passing is TLS 1.2 with what passes alone: the answer is what a client that
// offers nothing else would get.
func (s *session) passing() question {
	return s.passingOf(tls12, s.legacyGroups()).wishing()
}

// passingOf offers of a version what passes; where of some list nothing does,
// all of it, since a hello without it would be none.
func (s *session) passingOf(v version, groups []uint16) question {
	r := s.p.ranks
	some := func(codes []uint16, of map[uint16]int) []uint16 {
		if list := within(codes, of, 0); len(list) > 0 {
			return list
		}
		return codes
	}
	return question{version: v, suites: some(s.suites(v), r.suites), groups: some(groups, r.groups), schemes: some(s.p.questions.schemes, r.schemes)}
}

// everything offers all of a version up to TLS 1.2.
func (s *session) everything(v version) answer {
	return s.offering(question{version: v, suites: s.suites(v), groups: s.legacyGroups()})
}

// offering puts a question, in pieces to a server that hangs up on long lists.
// The first piece that it chooses from is the answer.
func (s *session) offering(q question) answer {
	if s.chunk == 0 {
		a := s.single(q)
		if a.internal() {
			a = s.single(q)
		}
		if a.outcome != silent || !s.spoke && q.version != askedOrder[0] {
			return a
		}
		if len(q.suites) <= pieceSize {
			return s.pose(q)
		}
		s.chunk = pieceSize
	}
	var a answer
	for piece := range slices.Chunk(q.suites, s.chunk) {
		q.suites = piece
		if a = s.pose(q); a.outcome != refused && a.outcome != silent {
			return a
		}
	}
	return a
}

// takeVersion records the first answer of a version up to TLS 1.2.
func (s *session) takeVersion(v version, a answer) answer {
	if a.outcome != chose || a.hello.Negotiated() != v.code {
		s.verdict(v, a)
		return a
	}
	if !slices.Contains(s.suites(v), a.hello.Suite) {
		s.strangely(v.name+" suites", suiteName(a.hello.Suite))
		return a
	}
	l := &listing{session: s, v: v}
	s.listings[v] = l
	l.choice(a)
	return a
}

// shared asks for the versions before TLS 1.2 at once, of a server that is
// known to be of this age: it must answer in the newest that it speaks (RFC
// 5246 appendix E.1). None of them passes, so which does not matter; those
// below the one that answers remain unobserved.
func (s *session) shared(v version) answer {
	if s.older == nil {
		s.purpose = "versions before " + tls12.name
		a := s.everything(tls11)
		if a.outcome == silent && !s.stillAnswers() {
			a.outcome = lost
		}
		s.older = &a
	}
	a := *s.older
	switch {
	case a.outcome == chose && a.hello.Negotiated() == v.code:
		s.note(v, a)
		return s.takeVersion(v, a)
	case a.outcome == chose && a.hello.Negotiated() < tls12.code:
		s.notPut(v.name)
	case a.outcome == lost || a.outcome == odd:
		s.missed(v.name, a.failure)
	default:
		s.found[v].Accepted = yes(false)
	}
	return answer{outcome: refused}
}

// decide asks, of the versions that pass and are spoken, what of them does
// not, and sums up.
func (s *session) decide() {
	r := s.p.ranks
	if p := s.plan13; p != nil && r.versions[tls13] < r.top {
		p.decide()
	}
	for _, v := range askedOrder {
		if l := s.listings[v]; l != nil && r.versions[v] < r.top {
			l.decide()
		}
	}
	s.namelessChains()
	if accepted(s.found[tls13]) {
		s.facts.DowngradeSentinel = s.sentinel
	}
	for _, v := range oldestFirst {
		s.told(v)
	}
	s.notPut("application protocols, server order, fallback signal, unknown version")
}

// told names what was found in a version, and says what was not asked.
func (s *session) told(v version) {
	found := s.found[v]
	if !accepted(found) || v == ssl2 {
		return
	}
	var suites, groups []uint16
	if l := s.listings[v]; l != nil {
		suites, groups = l.suites, l.curves
	}
	if p := s.plan13; p != nil && v == tls13 {
		suites, groups = p.suites, p.groups
	}
	for _, c := range suites {
		found.Suites = append(found.Suites, suiteName(c))
	}
	for _, g := range groups {
		found.Groups = append(found.Groups, groupName(g))
	}
	if r := s.p.ranks; r.versions[v] >= r.top {
		s.notPut(v.name + " beyond what was seen")
		return
	}
	s.notPut(v.name + " suites, groups, primes and signature schemes no worse than those seen")
	if v == tls12 && s.facts.Compression == nil {
		s.notPut(v.name + " extensions")
	} else if v == tls12 && s.facts.TruncatedHMAC == nil && slices.ContainsFunc(suites, func(c uint16) bool { return s.p.ranks.suites[c] > 0 }) {
		s.notPut(v.name + " extensions under CBC")
	}
}
