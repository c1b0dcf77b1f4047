package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
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
	if !q.known || a.hello.Negotiated() != q.version.code {
		return
	}
	what := q.version.name
	if !slices.Contains(s.suitesOf(q.version), a.hello.Suite) {
		s.disagree(what + " suites were refused and taken")
	} else if g, ok := a.hello.Group(); ok && q.version == tls13 && g != q.share {
		if _, named := iana.GroupByCode(g); named {
			s.disagree(what + " groups: " + groupName(q.share) + " was taken, and now is not, or not before " + groupName(g))
		}
	}
}
