package tlsprobe

import (
	"slices"
)

// Once the lists of a version have ended, a question whose answer is known offers in
// front of that what was refused: of a server that is one, the answer is the same,
// and of several another one may take what was offered.

// beyond is a question for what is known, with what was refused in front.
func (s *session) beyond(q question) question {
	l, p := s.listings[q.version], s.plan13
	switch {
	case s.shape != full || s.unnamed:
		return q
	case q.version == tls13 && (p == nil || s.fixed || q.share == 0):
		return q
	case q.version == tls13:
		// What it chose before the group that is shared it may choose again,
		// and ask for a share of.
		after := p.groups[slices.Index(p.groups, q.share):]
		q.groups = append(without(s.p.questions.groups13, p.groups), after...)
		q.suites = append(without(s.p.questions.suites13, p.suites), q.suites...)
	case l == nil || s.fronted || l.end.vague():
		return q
	default:
		q.suites = append(slices.DeleteFunc(slices.Clone(l.left), notAgain), q.suites...)
	}
	q.known = true
	return q
}

// beyondKinds is beyond for a question for signatures: of the kinds of key whose
// suites it has.
func (l *listing) beyondKinds(q question) question {
	kinds, suites := map[string]bool{}, q.suites
	for _, c := range suites {
		kinds[authentication(c)] = true
	}
	if q = l.beyond(q); q.known {
		q.suites = slices.DeleteFunc(q.suites, func(c uint16) bool {
			return !slices.Contains(suites, c) && (!kinds[authentication(c)] || !shapeOf(c).Signed)
		})
	}
	return q
}

// notAgain tells the suites whose refusal may have been for something else than
// the suite: its user, its group, or a key that stands in front.
func notAgain(code uint16) bool { return isSRP(code) || isFinite(code) || dsaInFront.is(code) }

// compare takes the answer to a question for what is known.
func (s *session) compare(q *question, a *answer) {
	if !q.known || s.confirms || a.hello.Negotiated() != q.version.code {
		return
	}
	g, named := a.hello.Group()
	suite := !slices.Contains(s.suitesOf(q.version), a.hello.Suite)
	group := q.version == tls13 && named && g != q.share
	if !suite && !group {
		return
	}
	if s.differs(*q, a) {
		s.disagree(q.version.name + " suites or groups were refused and taken, or taken and refused")
		return
	}
	// It is one server, which has other settings for such a client.
	if l := s.listings[q.version]; suite && l != nil {
		l.choice(*a)
	} else if p := s.plan13; q.version == tls13 {
		if suite {
			p.suites = append(p.suites, a.hello.Suite)
		}
		if group && !slices.Contains(p.groups, g) {
			p.groups = append(p.groups, g)
		}
	}
}
