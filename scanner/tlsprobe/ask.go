package tlsprobe

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// ask puts one question on one connection and reads the answer.
func (s *session) ask(q *question, a *answer) {
	hello, err := s.hello(q)
	switch {
	case err != nil:
		a.failure = scanner.Failure{Stage: scanner.StageProbe, Reason: scanner.ReasonInternal, Detail: err.Error()}
		return
	case s.stopped != nil:
		a.failure = *s.stopped
		return
	case s.given == nil && !s.wait(s.gap):
		a.ended(s.ctx.Err(), nil)
	default:
		s.exchange(q, hello, a)
	}
	s.account(a)
}

// exchange sends the hello and reads the answer. All of it, dialling and a
// STARTTLS dialogue included, has one deadline.
func (s *session) exchange(q *question, hello []byte, a *answer) {
	begun := time.Now()
	ctx := s.clock.start(s.ctx, s.patience())
	defer s.clock.stop()
	if most := maxConnections[s.endpoint.Scheme]; most > 0 && s.tls.Connections >= most {
		s.stopped = &scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonThrottled,
			Detail: s.endpoint.Scheme + " shuts out hosts that break many handshakes off; this is where we stop"}
		a.failure = *s.stopped
		return
	}
	put := s.given != nil
	conn, rw := s.open(ctx, a)
	if conn == nil {
		return
	}
	defer conn.Close()
	if put {
		defer bind(ctx, conn)() // one that we dialled ends with ctx: scanner.Dial
	} else if _, err := rw.Write(hello); err != nil {
		a.ended(err, nil)
		return
	}
	s.in.Reset()
	a.read(q, &s.in, rw, hello)
	if a.settled() {
		s.slowest = max(s.slowest, time.Since(begun))
	}
}

// open connects, or takes the connection that was given, and passes the
// STARTTLS dialogue where there is one. Without a connection, the answer says
// why.
func (s *session) open(ctx context.Context, a *answer) (net.Conn, io.ReadWriter) {
	conn := s.given
	s.given = nil
	if conn == nil {
		var err error
		if conn, err = s.p.dial(ctx, s.endpoint.AddrPort()); err != nil {
			a.failure = scanner.Failure{Stage: scanner.StageConnect, Reason: s.reason(err), Detail: err.Error()}
			return nil, nil
		}
	}
	s.tls.Connections++
	s.tls.Hellos[s.purpose]++
	return s.upgraded(ctx, conn, a)
}

// bind makes the connection end with the context, which frees a read that
// nothing else would. The function it returns lets go again. (The context has a
// timer already; a deadline beforehand would be a second one for each hello.)
func bind(ctx context.Context, conn net.Conn) func() bool {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// reason maps an error, the sweep's own end first: a deadline set in the past
// to stop a read looks like a timeout.
func (s *session) reason(err error) scanner.Reason {
	if s.ctx.Err() != nil {
		return scanner.ReasonOf(s.ctx.Err())
	}
	return scanner.ReasonOf(err)
}

// account counts what came of a question and decides whether to go on.
func (s *session) account(a *answer) {
	switch {
	case s.ctx.Err() != nil && a.outcome != chose && a.outcome != refused:
		a.outcome = lost
		a.failure.Reason = scanner.ReasonOf(s.ctx.Err())
		s.stop(a.failure)
	case a.outcome == chose, a.outcome == refused, a.unnamed():
		s.spoke = true
	case a.outcome == lost && a.plain == nil:
		if s.lost++; s.lost == maxLost {
			s.stop(a.failure)
		}
	}
}

func (s *session) stop(why scanner.Failure) { s.stopped = &why }
