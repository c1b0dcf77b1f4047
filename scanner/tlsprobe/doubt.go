package tlsprobe

import (
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// A no that is no alert, or one that may be for something else than the question,
// is confirmed before it counts: it is asked again, and then beside it a question
// whose answer is known. A server that answers that one as before, and hangs up
// on this one twice, or says nothing to it twice, means no. One that answers
// neither has had enough of us: it is left alone for a while, and asked more
// slowly from then on.
const maxPauses = 4 // each twice as long as the one before

// A server that limits us is asked once in a tenth of the first pause at
// most, and where that does not do, twice as slowly, up to once in two pauses.
const (
	firstGap = 10 // parts of a pause
	maxGap   = 2  // pauses
)

// pose puts one question to the end of all doubt: the answer chose or refused,
// unless the endpoint is given up or breaks the protocol.
func (s *session) pose(q question) (a answer) {
	if s.whole(&q) {
		s.settle(&q, &a)
		return a
	}
	for _, piece := range s.split(q) {
		if s.settle(&piece, &a); a.outcome != refused {
			break
		}
	}
	return a
}

func (s *session) settle(q *question, a *answer) {
	if s.breaks {
		s.knownFirst(q)
	}
	s.try(q, a)
	if a.hungUp() {
		s.hangsUp(q, a)
	}
	if a.settled() || q.lax && a.internal() || !s.spoke || s.stopped != nil {
		return
	}
	if !a.unnamed() { // which is no chance
		eased := a.internal() && s.knownFirst(q)
		switch s.try(q, a); {
		case a.settled() && eased:
			s.breaks = true
		case a.settled():
			s.belief.never = true
		}
	}
	if a.outcome == silent && s.unstapled(q, a) {
		return
	}
	if s.stopped == nil && (a.outcome == silent || a.outcome == lost || a.internal() && s.granted) && !s.believes(a) {
		s.confirm(q, a)
	}
}

// hangsUp puts a question again on which the server chose and then hung up. One that
// does so twice, and still serves who asks for what it served before, has found that it
// cannot go on: Mbed TLS (2.28) chooses a suite, and then finds no curve or hash for it.
func (s *session) hangsUp(q *question, a *answer) {
	suite := a.hello.Suite
	if s.try(q, a); !a.hungUp() || a.hello.Suite != suite || s.stopped != nil {
		return
	}
	if !s.quits {
		purpose, unnamed := s.purpose, s.unnamed
		c := s.beyondDoubt(a)
		s.purpose, s.unnamed = purpose, unnamed
		s.quits = c.outcome == chose && c.broken == nil
	}
	if s.quits {
		a.broken.Reason, a.broken.Detail = scanner.ReasonAlert, "it hangs up after its choice"
	}
}

// knownFirst has the groups of a question up to TLS 1.2 begin with the curves that
// the server is known to take, and those that most take, and tells whether they
// did not. The JDK chooses a curve that its configuration names and it does not
// have, where that is the first that both name, and breaks down.
func (s *session) knownFirst(q *question) bool {
	var known []uint16
	for _, v := range askedOrder {
		if l := s.listings[v]; l != nil {
			known = append(known, without(l.curves, known)...)
		}
	}
	known = append(known, without(usualGroups, known)...)
	known = slices.DeleteFunc(known, func(g uint16) bool { return !slices.Contains(q.groups, g) })
	if q.version == tls13 || len(known) == 0 || slices.Equal(known, q.groups[:len(known)]) {
		return false
	}
	q.groups = append(known, without(q.groups, known)...)
	return true
}

// settled tells whether an answer needs no second asking. An internal error
// may be chance.
func (a *answer) settled() bool {
	return a.outcome == chose || a.outcome == refused && !a.internal()
}

// What the questions put beside a doubtful answer are counted under.
const (
	confirming      = "confirming a refusal without an alert"
	confirmingAlert = "confirming a refusal by an alert"
)

// confirm decides what a question means that twice got no answer.
func (s *session) confirm(q *question, a *answer) {
	purpose, unnamed := s.purpose, s.unnamed
	defer func() { s.purpose, s.unnamed = purpose, unnamed }()
	for n, pause := 0, s.p.pause; ; n, pause = n+1, 2*pause {
		if a.failure.Reason != scanner.ReasonTimeout {
			s.lost = 0 // what comes at once may come again and again; pauses are counted
		}
		c := s.beyondDoubt(a)
		if c.outcome == chose || !s.granted && c.settled() {
			s.lost = 0
			if n == 0 || n > maxPauses {
				s.denies(a)
				return
			}
			s.gap = min(max(s.p.pause/firstGap, 2*s.gap), maxGap*s.p.pause)
			s.purpose, s.unnamed = purpose, unnamed
			if s.try(q, a); a.settled() || a.outcome == odd || s.stopped != nil {
				return
			}
			continue
		}
		if s.stopped != nil || n >= maxPauses || !s.wait(pause) {
			s.giveUp(a, c.failure)
			return
		}
	}
}

// beyondDoubt puts the question whose answer is known, as it was put before.
func (s *session) beyondDoubt(doubtful *answer) answer {
	s.unnamed, s.purpose = false, confirming
	if doubtful.failure.Reason == scanner.ReasonAlert {
		s.purpose = confirmingAlert
	}
	return s.single(s.proof)
}

// denies makes a doubtful answer a refusal.
func (s *session) denies(a *answer) {
	s.quiet = s.quiet || a.failure.Reason == scanner.ReasonTimeout
	if a.outcome == silent {
		s.belief.how = a.failure.Reason
	}
	a.mute = a.outcome != refused
	a.outcome = refused
}

// giveUp ends the asking of a server that answers nothing any more. What it
// declined with is no answer: it declines what it granted.
func (s *session) giveUp(a *answer, because scanner.Failure) {
	a.outcome = lost
	if s.stopped == nil {
		s.stop(lapsed(because))
	}
	a.failure = *s.stopped
}

// lapsed is why a question that was answered before no longer is.
func lapsed(because scanner.Failure) scanner.Failure {
	f := scanner.Failure{Stage: scanner.StageHandshake, Reason: because.Reason, Detail: "it no longer answers what it answered before"}
	if because.Reason == scanner.ReasonAlert {
		f.Reason = scanner.ReasonUnlike
		f.Detail += ", but declines it: " + because.Detail
	}
	return f
}

// proven remembers a question that got an answer, one that was granted rather
// than one that was refused.
func (s *session) proven(q *question, a *answer) {
	if s.proof.version.name != "" && (s.granted || a.outcome != chose) {
		return
	}
	s.granted = a.outcome == chose
	s.proof = question{version: q.version, suites: q.suites, groups: q.groups, schemes: q.schemes, share: q.share}
	if s.granted && q.version != ssl2 && a.hello.Negotiated() == q.version.code {
		s.proof.suites = []uint16{a.hello.Suite}
	}
}

// wait lets the endpoint be. It is false where the sweep ended meanwhile.
func (s *session) wait(d time.Duration) bool {
	if d == 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// patience is how long one connection may take. A server that says no by
// saying nothing is not waited for much longer than its answers take.
func (s *session) patience() time.Duration {
	if !s.quiet {
		return s.p.timeout
	}
	return min(max(time.Second, 8*s.slowest), s.p.timeout)
}
