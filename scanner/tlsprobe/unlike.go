package tlsprobe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// One address may lead to several servers: a balancer sends each connection to
// another. Where their answers disagree, no list ends for good: what one
// refused another may take. That is seen by ServerHellos of other extensions
// for the same question, by a refusal of what was granted before, by the end of a
// list that on a second asking is none, and by a version that was refused and
// then is granted.

// rounds is how often each end of a list is asked anew once answers disagree.
const rounds = 4

// mark compares the ServerHello of a plain question with those before it.
func (s *session) mark(q *question, a *answer) {
	v := q.version
	if s.confirms || v == ssl2 || v == tls13 || a.hello.Negotiated() != v.code || !q.plain() && !q.wishes || s.unnamed {
		return
	}
	now := shownOf(a)
	key := authentication(a.hello.Suite)
	marks := s.marks[v]
	if marks == nil {
		marks = map[string]shown{}
		s.marks[v] = marks
	}
	before, seen := marks[key]
	fits := len(marks) == 0 || now.like(before)
	if !seen {
		for _, k := range slices.Sorted(maps.Keys(marks)) {
			before = marks[k]
			fits = fits || now.like(before)
		}
	}
	if !fits && (seen || s.differs(*q, a)) {
		s.disagree(fmt.Sprintf("%s server hellos show now %s and now %s", v.name, before, now))
	}
	if !seen {
		marks[key] = now
	}
}

// differs puts a question again that had an answer which others do not fit, a few
// times at most, and tells whether the answer is another one: of one server it is
// the same each time, though it may have other settings for another key, or for who
// offers less. What does not come tells nothing.
func (s *session) differs(q question, a *answer) bool {
	if s.unlike || s.confirms {
		return false
	}
	purpose := s.purpose
	s.purpose, s.confirms = "several servers", true
	defer func() { s.purpose, s.confirms = purpose, false }()
	for range rounds {
		if b := s.single(q); b.settled() && !a.same(&b) {
			return true
		} else if !b.settled() {
			return false
		}
	}
	return false
}

// same tells whether two answers to one question chose the same, or nothing.
func (a *answer) same(b *answer) bool {
	g, _ := a.hello.Group()
	h, _ := b.hello.Group()
	return a.outcome == b.outcome && a.hello.Suite == b.hello.Suite && a.hello.Negotiated() == b.hello.Negotiated() && g == h &&
		shownOf(a).like(shownOf(b))
}

// shown is what a ServerHello shows of the server that wrote it, whatever it
// chose.
type shown struct {
	kinds   []tlswire.Extension
	knows13 bool
}

// shownOf is what an answer shows, whatever was asked.
func shownOf(a *answer) shown {
	unasked := slices.DeleteFunc(slices.Clone(a.hello.Extensions), func(e tlswire.Extension) bool { return has(wished, e.Type) })
	return shown{kinds: unasked, knows13: a.hello.Negotiated() == tls12.code && a.hello.Speaks13()}
}

// bySuite tells the extensions that are granted with some suites and not with
// others.
func bySuite(e tlswire.Extension) bool {
	return e.Type == tlswire.ExtPointFormats || e.Type == tlswire.ExtEncryptThenMAC
}

// like compares without regard to the order, or to what goes by the suite.
func (a shown) like(b shown) bool {
	if a.knows13 != b.knows13 {
		return false
	}
	within := func(list, of []tlswire.Extension) bool {
		for _, e := range list {
			if !bySuite(e) && !has(of, e.Type) {
				return false
			}
		}
		return true
	}
	return within(a.kinds, b.kinds) && within(b.kinds, a.kinds)
}

func (a shown) String() string {
	var kinds []string
	for _, e := range a.kinds {
		if !bySuite(e) {
			kinds = append(kinds, fmt.Sprint(e.Type))
		}
	}
	slices.Sort(kinds)
	text := "extensions " + strings.Join(kinds, ", ")
	if a.knows13 {
		text += ", and knowledge of TLS 1.3"
	}
	return text
}

// plain tells whether nothing beside the lists is asked.
func (q *question) plain() bool {
	return q.more == nil && q.legacy == 0 && !q.deflate && !q.fallback
}

// disagree records, once, that answers do.
func (s *session) disagree(how string) {
	if s.unlike {
		return
	}
	s.unlike = true
	s.missed("one answer to each question", scanner.Failure{Reason: scanner.ReasonUnlike, Detail: how})
}

// ends asks once more for what a list ended with, the other way round: a
// server that reads no more than the first part of a list, or another server
// behind the same address, takes something yet. Where no suite of a finite
// field was accepted, the hello leaves out the groups of RFC 7919 besides: a
// refusal then answers what unnamedPrimes asks. Where no DSA key was shown, it
// leaves out its suites, and answers what behind asks.
func (l *listing) ends() {
	l.ended = true
	if len(l.left) == 0 || l.stopped != nil || l.shape.suites != 0 {
		return
	}
	l.purpose = "end of " + l.v.name + " suites"
	turned := slices.DeleteFunc(slices.Clone(l.left), isSRP) // these want a user of ours
	slices.Reverse(turned)
	l.unfinite = !slices.ContainsFunc(l.suites, isFinite)
	all := turned
	if !slices.Contains(l.keys(), "DSS") {
		turned = slices.DeleteFunc(slices.Clone(all), dsaInFront.is)
	}
	a := l.pose(question{version: l.v, suites: turned, groups: l.legacyGroups(), lax: true})
	l.asked = l.unfinite && a.outcome == refused && l.shape == full
	l.dsaLeft = l.asked && len(turned) < len(all)
	l.behindDSA = len(turned) < len(all) && (a.outcome == refused || a.outcome == chose)
	if l.unfinite = false; a.outcome != chose || a.hello.Negotiated() != l.v.code {
		return
	}
	switch {
	case l.doubt:
		l.endsAnew(a, len(turned) < len(all))
	case isFinite(a.hello.Suite):
		l.finite = a
	default:
		l.goesOnAt(a, turned, all)
	}
}

// endsAnew goes on from the answer to the question for the end where the refusal
// before it was for want of something else than a suite.
func (l *listing) endsAnew(a answer, dsaHides bool) {
	l.doubt, l.dsaHides = false, dsaHides
	if isFinite(a.hello.Suite) {
		l.finite = a
		a = l.put(l.v, l.left, l.legacyGroups())
	}
	if a.outcome == chose && a.hello.Negotiated() == l.v.code {
		l.exhaust(l.left, a)
		l.ends()
	}
}

// goesOnAt goes on from the answer to the question for the end where there should
// have been none. A server that reads a part of the list, or has a DSA key in front,
// says the same each time.
func (l *listing) goesOnAt(a answer, turned, all []uint16) {
	again := l.put(l.v, turned, l.legacyGroups()).outcome == chose
	switch {
	case again && len(turned) < len(all) && l.put(l.v, all, l.legacyGroups()).outcome == refused:
		l.fronted = true
		l.exhaust(turned, a)
		return
	case !again:
		l.disagree(l.v.name + " suites were refused and taken")
		l.exhaust(l.left, a)
		return
	}
	l.shape.suites = pieceSize
	for _, piece := range l.pieces(l.left) {
		if a := l.put(l.v, piece, l.legacyGroups()); a.outcome == chose {
			l.exhaust(piece, a)
		}
	}
}

// aged takes the end of a list by an alert that the version is not spoken, which
// it is: what was accepted is asked for again a few times, and whoever refuses
// that is another server.
func (l *listing) aged() {
	if l.end.outcome != refused || l.end.alert.Description != tlswire.AlertProtocolVersion || len(l.suites) == 0 {
		return
	}
	l.purpose = "several servers"
	for i := 0; i < rounds && !l.unlike; i++ {
		if l.put(l.v, l.suites, l.legacyGroups()).outcome == refused {
			l.disagree(l.v.name + " was taken and refused")
		}
	}
}

// again asks for the end of each list anew, now that answers disagree.
func (s *session) again() {
	if !s.unlike {
		return
	}
	for range rounds {
		for _, v := range []version{tls12, tls11, tls10, ssl3} {
			s.purpose = "several servers"
			l := s.listings[v]
			if l == nil {
				l = &listing{session: s, v: v, left: s.suites(v)}
			}
			if len(l.left) == 0 || s.stopped != nil {
				continue // all are accepted, or nothing more is to be had
			}
			if a := s.twice(question{version: v, suites: l.left, groups: s.legacyGroups()}); a.outcome == chose && a.hello.Negotiated() == v.code {
				s.listings[v] = l
				l.exhaust(l.left, a)
			}
		}
		switch p := s.plan13; {
		case s.stopped != nil:
		case p == nil:
			if s.enumerate13(); s.plan13 == nil {
				s.enumerate13()
			}
		default:
			p.again()
		}
	}
}

// twice asks again what was refused: of two servers that take turns, the other.
func (s *session) twice(q question) answer {
	a := s.pose(q)
	if a.outcome == refused {
		a = s.pose(q)
	}
	return a
}
