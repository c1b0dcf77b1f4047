package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// At depth verdict most answers are no, and a server that says it by hanging up
// would be asked each three times: twice for it, and for what is known. One that
// was seen to mean it, never said no by an alert, and never answered a second
// asking of what it had hung up on, is asked twice. The next answer shows that
// it still serves and confirms all that came before; where none comes, what was
// believed is not known. So it is with internal errors.

// A belief is what a session knows of a server that hangs up.
type belief struct {
	how    scanner.Reason // in which way; "" is not known
	never  bool           // it is not to be believed: it says no by an alert, or hangs up by chance
	active bool           // questions are asked whose answers may be believed
	unsure []string       // what the noes that are not confirmed yet were asked for
	alerts []string       // the same of noes by an alert, since the last answer
	denied []version      // of versions that rest on either
}

// believes tells whether a question that twice got no answer, or an alert that
// may be chance, counts as refused with no other beside it.
func (s *session) believes(a *answer) bool {
	b := &s.belief
	switch {
	case !b.active || !s.granted:
		return false
	case a.internal():
	case b.never || b.how == "" || a.outcome != silent || a.failure.Reason != b.how:
		return false
	default:
		a.outcome, a.mute = refused, true
	}
	a.believed = true
	b.unsure = append(b.unsure, s.purpose)
	return true
}

// learns is told of each answer on the wire, and what was asked.
func (b *belief) learns(a *answer, what string) {
	switch heeded := a.outcome == refused && a.alert.Description == tlswire.AlertFallback; {
	case a.outcome == chose, heeded: // whoever names that reason has looked into the hello
		b.unsure, b.alerts, b.denied = nil, nil, nil
	case a.outcome == refused:
		b.never = true
		b.alerts = add(b.alerts, what)
	}
}

// denies is told of a version that is not spoken.
func (b *belief) denies(v version) {
	if len(b.unsure)+len(b.alerts) > 0 {
		b.denied = append(b.denied, v)
	}
}

// shows is a question that was answered before, and shows a chain again, at full
// depth with what was refused in front: of several servers it may reach another one.
func (s *session) shows() question {
	if s.p.ranks != nil || s.proof.version != tls13 || s.plan13 == nil {
		return s.proof
	}
	q := s.beyond(s.known(tls13))
	if !q.known {
		return s.proof
	}
	return q
}

// prove ends the asking for what is believed, and asks once more for what is
// known where no answer came since. So it does after an alert, at depth verdict
// where nothing was found that fails: a server, or what stands before it, may have had enough of
// us, and say so by the alert with which others say no.
func (s *session) prove() {
	b := &s.belief
	b.active = false
	if !s.granted || len(b.unsure) == 0 && (len(b.alerts) == 0 || s.p.ranks != nil && s.decided()) {
		return
	}
	s.purpose = confirming
	if len(b.unsure) == 0 {
		s.purpose = confirmingAlert
	}
	if q, ok := s.oldClients(); ok && len(b.unsure) == 0 {
		if a := s.single(q); a.outcome == chose && a.broken == nil {
			return
		}
	}
	q := s.shows()
	a := s.single(q)
	if a.outcome == silent { // which may be chance
		a = s.single(q)
	}
	why := a.failure
	if a.outcome == refused {
		why = lapsed(why)
	}
	for _, what := range slices.Concat(b.unsure, b.alerts) { // none after an answer
		s.missed(what, why)
	}
	for _, v := range b.denied {
		s.found[v].Accepted = nil
		s.missed(v.name, why)
	}
}
