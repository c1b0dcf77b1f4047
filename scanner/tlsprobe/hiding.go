package tlsprobe

import "slices"

// Of servers that take turns behind one address, one may speak an older version
// than the others, and whether a question reaches that one is chance. So a
// version that is refused right below one that is accepted is asked for twice,
// one after the other: of two servers that take turns, each is asked. A server
// that speaks TLS 1.3 goes by a list of versions (RFC 8446 section 4.2.1). There
// the question for the next older version asks for the refused one by the way, at
// no cost: two servers that take turns are told apart, and of three mostly. Hardly
// any such server has SSLv3, and that cannot be listed: it is asked for once. A
// refusal that was doubted was asked for twice already.

// lowered is the answer to the first question of a version up to TLS 1.2.
func (l *listing) lowered() answer {
	over, below := l.passedOver(l.v)
	q := l.first(l.v)
	q.groups = l.legacyGroups()
	if _, had := l.firsts[l.v]; had {
		return l.opened(l.v)
	} else if len(over) > 0 && l.listsVersions(l.v) {
		return l.withNewer(q, over)
	}
	a := l.pose(q)
	if !below || len(over) > 0 || a.outcome != refused || a.vague() || l.listsVersions(older(l.v)) || l.v == ssl3 && accepted(l.found[tls13]) {
		return a
	}
	l.purpose = "several servers"
	defer func() { l.purpose = l.v.suitesPurpose() }()
	b := l.pose(q)
	if b.outcome != chose {
		return a
	}
	l.disagree(l.v.name + " was refused and taken")
	return b
}

// passedOver is the versions that were refused between this one and the next
// newer that is accepted, newest first, and whether there is one.
func (s *session) passedOver(v version) (over []version, below bool) {
	for _, n := range slices.Backward(askedOrder[:slices.Index(askedOrder, v)]) {
		switch {
		case accepted(s.found[n]):
			slices.Reverse(over)
			return over, true
		case s.found[n].Accepted == nil:
			return nil, false
		}
		over = append(over, n)
	}
	return nil, false
}

// older is the version that is asked for next.
func older(v version) version { return askedOrder[slices.Index(askedOrder, v)+1] }

// listsVersions tells whether the question for a version may list others.
func (s *session) listsVersions(v version) bool {
	return (accepted(s.found[tls13]) || s.late) && s.shape == full && v.code > ssl3.code
}

// withNewer asks for a version, and for those that were refused before it. The
// field of old has the version alone, for servers that know no list.
func (l *listing) withNewer(q question, over []version) answer {
	with := q
	for _, n := range append(over, l.v) {
		with.versions = append(with.versions, n.code)
	}
	a := l.pose(with)
	at := slices.IndexFunc(over, func(n version) bool { return a.outcome == chose && a.hello.Negotiated() == n.code })
	if at >= 0 {
		n := over[at]
		l.disagree(n.name + " was refused and taken")
		l.note(n, &a)
		l.listings[n] = &listing{session: l.session, v: n}
		l.listings[n].exhaust(l.session.suites(n), a)
		l.purpose = l.v.suitesPurpose()
	}
	if at >= 0 || a.upset() && !a.internal() {
		return l.pose(q)
	}
	return a
}

// answersOlder keeps in which version a question for a newer one was answered: a
// server that refuses that version is another one.
func (s *session) answersOlder(v version, a answer) {
	switch {
	case a.outcome == chose:
		s.answered = append(s.answered, a.hello.Negotiated())
	case a.outcome == refused && slices.Contains(s.answered, v.code):
		s.disagree(v.name + " was taken and refused")
	}
}

// holes asks again for each version that was refused between others that are
// accepted, which few servers mean: whoever grants it is another server.
func (s *session) holes() {
	for i, v := range oldestFirst {
		if s.unlike || s.stopped != nil {
			return
		}
		asked := s.found[v].Accepted != nil && v != ssl2
		if !asked || accepted(s.found[v]) || !s.anyOf(oldestFirst[i+1:]) || !s.anyOf(oldestFirst[:i]) {
			continue
		}
		s.purpose = "several servers"
		if a := s.twice(s.first(v)); a.outcome == chose && a.hello.Negotiated() == v.code {
			s.disagree(v.name + " was refused and taken")
		}
	}
}

// anyOf tells whether one of the versions is accepted.
func (s *session) anyOf(versions []version) bool {
	return slices.ContainsFunc(versions, func(v version) bool { return accepted(s.found[v]) })
}
