package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// At depth verdict the question is whether anything is accepted that does not
// pass. Each version is asked whether it is spoken, with what passes (and what
// rides on that: see rider); then, in each dimension (suites, groups and primes,
// signature schemes), with what does not pass alone: a refusal is cheap, and answers
// the whole dimension. An answer names one, and what is worse still is asked for,
// until the server declines or nothing is worse.
//
// Of a server that would pass the noes must hold: it is asked twice for the versions
// that it declined with one hello (see secondTurn), and at last for an answer (see
// prove, and lastly13 where one is wanted anyway).
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
func (s *session) spoken(v version) {
	switch {
	case v == tls13:
		s.spoken13(&plan13{session: s})
	case v == tls12:
		s.purpose = v.name + " that passes"
		a := s.opened(v)
		rode := a.outcome == chose && s.shape == full && !s.breaks
		if a.outcome == chose {
			s.long = s.shape.suites == 0
			s.grants(a)
		}
		if a.outcome == refused && a.alert.Description != tlswire.AlertProtocolVersion {
			s.purpose = v.name
			passing := within(s.legacyGroups(), s.p.ranks.groups, 0) // of which a short reader may have heard none
			a = s.offering(question{version: v, suites: s.suites(v), groups: append(passing, without(s.legacyGroups(), passing)...)})
			a, _ = s.hidden(v, a)
		}
		if a.outcome == refused && a.alert.Description != tlswire.AlertProtocolVersion {
			s.spokenUnnamed(v, a)
			return
		}
		s.takeVersion(v, a)
		if l := s.listings[v]; l != nil && rode {
			l.ridesOn(a)
			if dsaInFront.is(a.hello.Suite) && s.stopped == nil { // a rider is not what passes
				l.byAny(s.pose(s.passingOf(v, s.legacyGroups()).wishing()))
			}
		}
	default:
		s.takeVersion(v, s.everything(v))
	}
}

// spokenUnnamed asks for a version that was refused once more, by suites of a finite
// field without its groups: a server with a prime of its own alone may have nothing for
// who names those (RFC 7919 section 4).
func (s *session) spokenUnnamed(v version, refusal answer) {
	q := question{version: v, groups: slices.DeleteFunc(slices.Clone(s.legacyGroups()), finite)}
	q.suites = slices.DeleteFunc(slices.Clone(s.suites(v)), func(c uint16) bool { return !isFinite(c) })
	s.purpose = v.name + " primes without a group"
	a := s.offering(q)
	if a.outcome != chose || a.hello.Negotiated() != v.code {
		s.takeVersion(v, refusal)
		return
	}
	if s.takeVersion(v, a); s.listings[v] != nil {
		s.listings[v].unfinite = true
	}
}

// passing is TLS 1.2 with what passes, and what rides on that. The suites that
// pass are repeated until there are as many as there are in all, or in one hello, so
// that it shows besides whether the server bears such a list: some decline a longer
// one than they expect, whatever is in it.
func (s *session) passing() question {
	q := s.passingOf(tls12, s.legacyGroups())
	n := s.shape.suites
	if n == 0 {
		n = len(s.suites(tls12)) - len(s.suitesOfDSA())
	}
	q.suites = slices.Repeat(q.suites, n/len(q.suites)+1)[:max(n, len(q.suites))]
	if s.breaks {
		return q.wishing()
	}
	return s.withRiders(q).wishing()
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

// offering puts a question, in pieces to a server that bears no long lists.
// The first piece that it chooses from is the answer.
func (s *session) offering(q question) answer {
	var a answer
	for _, piece := range s.pieces(q.suites) {
		q.suites = piece
		if a = s.pose(q); a.outcome != refused {
			return a
		}
	}
	doubt := a.mute || a.upset() && !a.internal()
	if doubt && s.shape.suites == 0 && len(q.suites) > pieceSize && !s.bears(q.suites) {
		s.shape.suites = pieceSize
		return s.offering(q)
	}
	return a
}

// bears tells whether the server bears a list as long: it is put with a suite
// that is known to be accepted.
func (s *session) bears(suites []uint16) bool {
	if s.long || !s.granted || s.proof.version == tls13 || s.proof.version == ssl2 {
		return s.long
	}
	purpose := s.purpose
	defer func() { s.purpose = purpose }()
	s.purpose = "hellos of other lengths"
	q := s.proof
	q.suites = append(slices.Clone(suites), q.suites...)
	s.long = s.pose(q).outcome == chose
	return s.long
}

// takeVersion records the first answer of a version up to TLS 1.2.
func (s *session) takeVersion(v version, a answer) {
	if a.outcome != chose || a.hello.Negotiated() != v.code {
		s.verdict(v, a)
		return
	}
	if !slices.Contains(s.suites(v), a.hello.Suite) {
		s.strangely(v.name+" suites", suiteName(a.hello.Suite))
		return
	}
	l := &listing{session: s, v: v}
	s.listings[v] = l
	l.choice(a)
}

// sharesHello tells whether a version shares a question with others, which is put once
// it is known what of the newer ones does not pass.
func (s *session) sharesHello(v version) bool {
	return s.p.ranks != nil && v.code < tls12.code && v != ssl2 && (accepted(s.found[tls12]) || accepted(s.found[tls13]))
}

// olderVersions asks for the versions before TLS 1.2 at once, of a server that
// is known to be of this age: it must answer in the newest that it speaks (RFC
// 5246 appendix E.1). None of them passes, so which does not matter; those
// below the one that answers remain unobserved.
func (s *session) olderVersions() {
	if !s.sharesHello(tls11) {
		return
	}
	s.purpose = "versions before " + tls12.name
	a := answer{}
	if s.stopped == nil {
		a = s.secondTurn(s.everything(tls11))
	} else {
		a.failure = *s.stopped
	}
	if s.fronted {
		a, _ = s.hidden(tls11, a)
	}
	for _, v := range []version{tls11, tls10, ssl3} {
		switch {
		case a.outcome == chose && a.hello.Negotiated() == v.code:
			s.note(v, &a)
			s.takeVersion(v, a)
			if l := s.listings[v]; l != nil && s.p.ranks.versions[v] < s.p.ranks.top {
				l.decide()
			}
		case a.outcome == chose && a.hello.Negotiated() < tls12.code, v != tls11 && a.outcome == refused && s.decided():
			s.notPut(v.name) // nobody asked for it by itself
		default:
			s.verdict(v, a)
		}
	}
}

// secondTurn asks for the versions before TLS 1.2 once more where they were
// refused by an alert and nothing was found that fails: one hello tells of one
// server, and two may take turns behind an address. Each piece of a split list
// is put at an odd distance from the first time, which leads to the other of two.
// (A no that is no alert was had on two connections anyway.)
//
// There are servers that leave TLS 1.1 out and refuse whoever asks for it, though
// they speak TLS 1.0: GnuTLS is one. So a server of TLS 1.3, which goes by a list of
// versions, is given both; any other is asked for TLS 1.0 by itself.
func (s *session) secondTurn(refusal answer) answer {
	if refusal.outcome != refused || refusal.mute || refusal.internal() || s.decided() {
		return refusal
	}
	older := question{version: tls10, groups: s.legacyGroups()}
	if s.listsVersions(tls11) {
		both := older
		both.versions = []uint16{tls11.code, tls10.code}
		if a := s.turnOf(both); a.outcome != refused || !a.upset() || a.internal() {
			return a
		}
	}
	same := older
	same.version = tls11
	if a := s.turnOf(same); a.outcome != refused {
		return a
	}
	return s.turnOf(older)
}

// turnOf puts the question with all suites, the last piece first. That TLS 1.1 is
// taken, which was refused, is told.
func (s *session) turnOf(q question) (a answer) {
	for _, piece := range slices.Backward(s.pieces(s.suites(q.version))) {
		q.suites = piece
		if a = s.pose(q); a.outcome == chose && (a.hello.Negotiated() == tls11.code || q.version == tls11) {
			s.disagree("versions before " + tls12.name + " were refused and taken")
		}
		if a.outcome != refused {
			break
		}
	}
	return a
}

// decide asks, of the versions that pass and are spoken, what of them does
// not, and sums up.
func (s *session) decide() {
	r := s.p.ranks
	if p := s.plan13; p != nil && r.versions[tls13] < r.top {
		p.decide()
		p.decideSchemes()
	}
	for _, v := range askedOrder {
		if l := s.listings[v]; l != nil && r.versions[v] < r.top {
			l.decide()
		}
	}
	l := s.listings[tls12]
	both := l != nil && l.supposed
	if !both {
		s.plan13.decideOtherKeys()
	}
	s.olderVersions()
	if both && !l.decideSupposed() {
		s.plan13.decideOtherKeys()
	}
	s.lastly13()
	s.belief.active = false // an answer is expected, and confirms what was believed
	if s.counted() {
		s.notPut("chains without a server name")
	} else {
		s.namelessChains()
	}
	if accepted(s.found[tls13]) {
		s.facts.DowngradeSentinel = s.sentinel
	}
	for _, v := range oldestFirst {
		s.told(v)
	}
	s.notPut("application protocols, server order, fallback signal, unknown version")
}

// decided tells whether something was found that nothing can be worse than.
func (s *session) decided() bool {
	r := s.p.ranks
	for _, v := range askedOrder {
		l := s.listings[v]
		switch {
		case accepted(s.found[v]) && r.versions[v] >= r.top, worst(s.suitesOf(v), r.suites) >= r.top,
			l != nil && max(worst(l.curves, r.groups), worst(l.signed, r.schemes)) >= r.top:
			return true
		}
	}
	p := s.plan13
	return p != nil && max(worst(p.groups, r.groups), worst(p.signed, r.schemes)) >= r.top
}

// told says what of a version was not asked.
func (s *session) told(v version) {
	if !accepted(s.found[v]) || v == ssl2 {
		return
	}
	if r := s.p.ranks; r.versions[v] >= r.top {
		s.notPut(v.name + " beyond what was seen")
		return
	}
	s.notPut(v.name + " suites, groups, primes and signature schemes no worse than those seen")
	if v == tls12 && s.facts.Compression == nil {
		s.notPut(v.name + " extensions")
	} else if v == tls12 && s.facts.TruncatedHMAC == nil && worst(s.suitesOf(v), s.p.ranks.suites) > 0 {
		s.notPut(v.name + " extensions under CBC")
	}
}
