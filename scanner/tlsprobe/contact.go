package tlsprobe

import (
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// An opening is a first question to a server that has not answered yet.
type opening struct {
	version version
	shape   shape
}

// openings are put in turn while the server hangs up on them: after the shortest
// hello for what most servers have each asks for another version and holds less than
// the one before, so that a server that speaks none of them costs no more than one
// that bears none. Never written to.
var openings = []opening{
	{tls12, full}, {tls12, brief}, {tls13, small}, {tls11, small}, {tls10, bare}, {ssl3, bare}, {ssl2, bare},
}

// contact puts the openings until one is answered, and finds the fullest
// hello that the server bears. The answer serves as its version's first.
func (s *session) contact() answer {
	var quiet answer // what came first instead of an answer
	for i, o := range openings {
		s.shape, s.purpose = o.shape, o.version.suitesPurpose()
		a := s.single(s.split(s.first(o.version))[0])
		switch {
		case a.outcome == chose, a.outcome == refused, a.plain != nil:
			return s.fit(o, a)
		case i == 0 && a.outcome == lost && s.insists(a):
			// Named outright: once more, with a hello that fits anywhere.
			o.shape, s.shape = brief, brief
			if b := s.single(s.split(s.first(o.version))[0]); b.settled() {
				s.quiet = true // by silence it says that it does not bear the other one
				return s.fit(o, b)
			}
			return a
		case i == 0 && a.outcome != silent:
			return a
		case i == 0:
			quiet = a
		case s.stopped != nil, a.outcome == lost:
			return quiet
		}
	}
	return s.lastly(quiet)
}

// lastly puts the first opening once more with all suites, where it held at depth
// verdict those that pass alone: a server that hangs up on who offers none of its own
// may have others. What it answers is asked for again in its turn.
func (s *session) lastly(quiet answer) answer {
	if s.p.ranks == nil {
		return quiet
	}
	s.shape, s.purpose = full, tls12.suitesPurpose()
	if a := s.single(question{version: tls12, suites: s.suites(tls12), groups: s.legacyGroups()}); a.settled() {
		return a
	}
	return quiet
}

// insists tells whether an endpoint that says nothing is asked again: the
// operator says that there is TLS, and some servers say nothing to a hello
// that is longer than they expect.
func (s *session) insists(a answer) bool {
	return s.endpoint.Outright && s.endpoint.Scheme == "tls" && a.failure.Stage == scanner.StageGreeting &&
		a.failure.Reason == scanner.ReasonTimeout
}

// first is the first question of a version, in the session's shape.
func (s *session) first(v version) question {
	switch v {
	case ssl2:
		return question{version: v}
	case tls13:
		return question{version: v, suites: s.suites(v), groups: s.p.questions.groups13}
	case tls12:
		if s.p.ranks != nil {
			return s.passing()
		}
	}
	return question{version: v, suites: s.pieces(s.suites(v))[0], groups: s.legacyGroups()}
}

// fit looks for the fullest hello that gets the server's choice, where the
// first answer leaves a doubt: it came to a smaller one, or is an alert that
// may mean the hello and not what is in it.
func (s *session) fit(o opening, a answer) answer {
	shapes := []shape{half, short, small, bare}
	switch {
	case o.shape == full && !a.upset(), o.version == ssl2, a.plain != nil:
		return s.met(o.version, a)
	case o.shape.brief && a.outcome == refused:
		return s.enlarge(o.version, a)
	case o.shape != full && a.outcome != chose:
		return s.met(o.version, a) // it does not speak this one: nothing to measure by
	case o.shape.brief:
		return s.stretch(o.version, a)
	case o.shape != full:
		shapes = []shape{full, half, short, small}
	}
	kept := s.shape
	s.purpose = "hellos of other lengths"
	if s.p.ranks != nil && kept == full && a.internal() { // it may be for a group that rode
		s.breaks = true
		if b := s.single(s.first(o.version)); b.outcome == chose {
			return s.met(o.version, b)
		}
		s.breaks = false
	}
	for _, shape := range shapes {
		if shape == kept {
			break
		}
		s.shape = shape
		b := s.shaped(o.version)
		heard := shape == half && a.upset() && b.outcome == refused && !b.upset() // and has none of what is in it
		if b.outcome == chose || heard {
			return s.met(o.version, b)
		}
	}
	s.shape = kept
	return s.met(o.version, a)
}

// shaped is the answer to a version's first question in the session's shape, with the
// wish for a staple or without.
func (s *session) shaped(v version) answer {
	q := s.split(s.first(v))[0]
	a := s.single(q)
	if a.outcome == silent {
		s.unstapled(&q, &a)
	}
	return a
}

// enlarge looks for the fullest hello that gets an answer at all, where the shortest
// got an alert: the server has none of what is in that.
func (s *session) enlarge(v version, a answer) answer {
	kept := s.shape
	s.purpose = "hellos of other lengths"
	for _, shape := range []shape{half, short, small} {
		if s.quiet { // it is waited for each time
			break
		}
		s.shape = shape
		if b := s.shaped(v); b.settled() && !b.upset() {
			return s.met(v, b)
		}
	}
	s.shape = kept
	return s.met(v, a)
}

// stretch looks for the fullest hello that the server bears after it took the
// shortest. To tell a length from what is in it, the suite that it chose fills the
// hello: where that gets an answer, the version is asked anew.
func (s *session) stretch(v version, a answer) answer {
	kept := s.shape
	s.purpose = "hellos of other lengths"
	for _, shape := range []shape{full, half, short, small} {
		if s.quiet { // it is waited for each time
			break
		}
		s.shape = shape
		if s.bearsOf(v, a.hello.Suite) {
			defer delete(s.firsts, v)
			return s.met(v, a)
		}
	}
	s.shape = kept
	s.measure(v, a.hello.Suite)
	return s.met(v, a)
}

// bearsOf tells whether the server bears a hello of the session's shape that holds
// nothing but one suite, which it takes.
func (s *session) bearsOf(v version, suite uint16) bool {
	n := s.shape.suites
	if n == 0 {
		n = len(s.suites(v))
	}
	q := question{version: v, suites: slices.Repeat([]uint16{suite}, n), groups: s.legacyGroups()}
	return s.single(s.split(q)[0]).outcome == chose
}

// measure looks for the longest list of suites, between those that were tried, that
// the server bears.
func (s *session) measure(v version, suite uint16) {
	lengths := []int{briefSize, 2 * fewest}
	if s.p.ranks != nil && s.shape == (shape{suites: fewest}) { // see shorter
		lengths = slices.Insert(lengths, 0, pieceSize)
	}
	for _, n := range lengths {
		s.shape.suites = n
		if s.bearsOf(v, suite) {
			break
		}
		s.shape.suites = fewest
	}
	if n := s.shape.suites; n < len(s.p.questions.suites13) {
		s.notPut(fmt.Sprintf("%s suites beside the first %d", tls13.name, n))
	}
}

func (s *session) met(v version, a answer) answer {
	if s.shape.bare {
		s.notPut("extensions")
	}
	if s.shape.lists != 0 && !s.shape.bare {
		s.notPut("suites with groups and signature schemes beside the usual ones")
	}
	if s.shape.brief {
		s.notPut("application protocols")
		s.notPut("OCSP staple")
		s.protocolsDone = true
	}
	s.firsts = map[version]answer{v: a}
	return a
}

// upset tells whether an alert may be for the hello itself: it was too long
// for the server, or held what it should have ignored.
func (a *answer) upset() bool {
	if a.outcome != refused {
		return false
	}
	switch a.alert.Description {
	case tlswire.AlertUnexpectedMessage, tlswire.AlertRecordOverflow, tlswire.AlertIllegalParameter,
		tlswire.AlertDecodeError, tlswire.AlertInternalError, tlswire.AlertUnsupportedExt:
		return true
	}
	return false
}

// opened is the answer to a version's first question.
func (s *session) opened(v version) answer {
	if a, ok := s.firsts[v]; ok {
		delete(s.firsts, v)
		return a
	}
	return s.pose(s.first(v))
}
