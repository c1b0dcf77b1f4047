package tlsprobe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// ask puts one question on one connection and reads the answer. All of it,
// dialling and a STARTTLS dialogue included, has one deadline.
func (s *session) ask(hello []byte, read func(*tlswire.Decoder, io.ReadWriter, []byte) answer) answer {
	if s.stopped != nil {
		return answer{failure: *s.stopped}
	}
	if s.given == nil && !s.wait(s.gap) {
		return s.account(s.ended(s.ctx.Err()))
	}
	begun := time.Now()
	ctx := s.clock.start(s.ctx, s.patience())
	defer s.clock.stop()
	if most := maxConnections[s.endpoint.Scheme]; most > 0 && s.tls.Connections >= most {
		s.stopped = &scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonThrottled,
			Detail: s.endpoint.Scheme + " shuts out hosts that break many handshakes off; this is where we stop"}
		return answer{failure: *s.stopped}
	}
	put := s.given != nil
	conn, rw, failed := s.open(ctx)
	if failed != nil {
		return s.account(*failed)
	}
	defer conn.Close()
	if put {
		defer bind(ctx, conn)() // one that we dialled ends with ctx: scanner.Dial
	} else {
		if _, err := rw.Write(hello); err != nil {
			return s.account(s.ended(err))
		}
	}
	s.in.Reset()
	a := read(&s.in, rw, hello)
	if a.settled() {
		s.slowest = max(s.slowest, time.Since(begun))
	}
	return s.account(a)
}

// open connects, or takes the connection that was given, and passes the
// STARTTLS dialogue where there is one.
func (s *session) open(ctx context.Context) (net.Conn, io.ReadWriter, *answer) {
	conn := s.given
	s.given = nil
	if conn == nil {
		var err error
		if conn, err = s.p.dial(ctx, s.endpoint.AddrPort()); err != nil {
			f := scanner.Failure{Stage: scanner.StageConnect, Reason: s.reason(err), Detail: err.Error()}
			return nil, nil, &answer{failure: f}
		}
	}
	s.tls.Connections++
	s.tls.Hellos[s.purpose]++
	if s.dialogue == nil {
		return conn, conn, nil
	}
	curious := s.spoke && !s.wondered // not before it is known to speak TLS: whoever minds is asked again without
	s.wondered = s.wondered || curious
	t, err := converse(conn, s.endpoint, s.dialogue, curious)
	if err == nil {
		s.tls.Required = cmp.Or(t.required, s.tls.Required)
		return conn, t.through, nil
	}
	_ = conn.Close()
	a := answer{}
	if refusal := (*declined)(nil); errors.As(err, &refusal) {
		a.plain = refusal.plain
		a.failure = refusal.failure
	} else {
		a.failure = s.ended(err).failure
	}
	return nil, nil, &a
}

// bind makes the connection end with the context, which frees a read that
// nothing else would. The function it returns lets go again. (The context has a
// timer already; a deadline beforehand would be a second one for each hello.)
func bind(ctx context.Context, conn net.Conn) func() bool {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// ended is an exchange that broke off before a byte of an answer.
func (s *session) ended(err error) answer { return answer{}.ended(err, nil) }

// reason maps an error, the sweep's own end first: a deadline set in the past
// to stop a read looks like a timeout.
func (s *session) reason(err error) scanner.Reason {
	if s.ctx.Err() != nil {
		return scanner.ReasonOf(s.ctx.Err())
	}
	return scanner.ReasonOf(err)
}

// account counts what came of a question and decides whether to go on.
func (s *session) account(a answer) answer {
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
	return a
}

func (s *session) stop(why scanner.Failure) { s.stopped = &why }

// upgraded is a connection with a reader of its own: what was read ahead of it
// comes first.
type upgraded struct {
	net.Conn
	r io.Reader
}

func (u *upgraded) Read(p []byte) (int, error) { return u.r.Read(p) }
