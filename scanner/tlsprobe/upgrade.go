package tlsprobe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/starttls"
)

// maxConnections bounds the connections to servers that shut out a host which
// breaks too many handshakes off: MySQL and MariaDB do after 100
// (max_connect_errors). They count every connection that ends before a login,
// however it does, and add up over sweeps until a client of the host logs in:
// two sweeps stay below. A login that is refused does not count (MariaDB 10.11),
// but it would be one, and sets nothing back. Never written to.
var maxConnections = map[string]int{"mysql": 49, "mariadb": 49}

// counted tells whether the server counts connections. It is not asked what
// such servers have no use for: they know no server names, and their clients
// do not fall back.
func (s *session) counted() bool { return maxConnections[s.endpoint.Scheme] > 0 }

// talk is a conversation in clear with the endpoint, yet to be held.
func (s *session) talk() *starttls.Talk {
	return &starttls.Talk{Scheme: s.endpoint.Scheme, Host: cmp.Or(s.host, s.endpoint.Address.String())}
}

// upgraded leads a new connection to where TLS begins. Where it does not come
// to that the connection is closed, and the answer says why.
func (s *session) upgraded(ctx context.Context, conn net.Conn, a *answer) (net.Conn, io.ReadWriter) {
	if s.dialogue == nil {
		return conn, conn
	}
	t := s.talk()
	t.Curious = s.spoke && !s.wondered // not before it is known to speak TLS: whoever minds is asked again without
	t.Insisted = s.insisted
	s.wondered = s.wondered || t.Curious
	err := t.Hold(conn, s.dialogue)
	s.tls.Required = cmp.Or(t.Required, s.tls.Required)
	if err == nil {
		return conn, t.Through
	}
	_ = conn.Close()
	if t.Curious && ctx.Err() == nil {
		s.wondered = s.insisted || !t.Insisted // there is a second thing to ask
		s.insisted = t.Insisted
		return s.open(ctx, a)
	}
	if refusal := (*starttls.Declined)(nil); errors.As(err, &refusal) {
		a.plain = refusal.Plain
		a.failure = refusal.Failure
	} else {
		a.ended(err, nil)
		a.outcome = lost
	}
	return nil, nil
}

// aside holds a conversation that is not to turn to TLS, on a connection of
// its own.
func (s *session) aside(purpose string, dialogue starttls.Dialogue) (*starttls.Talk, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.p.timeout)
	defer cancel()
	t := s.talk()
	conn, err := s.p.dial(ctx, s.endpoint.AddrPort())
	if err != nil {
		return t, &starttls.Declined{Failure: scanner.Failure{Stage: scanner.StageConnect, Reason: s.reason(err), Detail: err.Error()}}
	}
	defer conn.Close()
	s.tls.Connections++
	s.tls.Hellos[purpose]++
	return t, t.Hold(conn, dialogue)
}

// unwrapped asks whether a server is the protocol of its scheme in clear. It is
// asked before TLS is: Redis takes a ClientHello for the beginning of a line
// and waits for its end, while all that have TLS hang up on what is none.
func (s *session) unwrapped() (o scanner.Observation, over bool) {
	question := starttls.Wrapped(s.endpoint.Scheme)
	if question == nil {
		return s.o, false
	}
	_, err := s.aside("plain "+s.endpoint.Scheme, question)
	refusal := (*starttls.Declined)(nil)
	if !errors.As(err, &refusal) {
		return s.o, false
	}
	if s.o.Plain = refusal.Plain; s.o.Plain == nil && refusal.Failure.Stage == scanner.StageConnect {
		s.o.Failure = &refusal.Failure
	}
	return s.o, s.o.Plain != nil || s.o.Failure != nil
}

// inClear asks a server that turns to TLS to go on without. Where it says
// nothing to that, it is not known whether it insists.
func (s *session) inClear() {
	question := starttls.InClear(s.endpoint.Scheme)
	if question == nil || s.dialogue == nil || s.stopped != nil {
		return
	}
	t, _ := s.aside("session in clear", question)
	s.tls.Required = t.Required
}
