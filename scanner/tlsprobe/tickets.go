package tlsprobe

import (
	"errors"
	"io"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// readTickets ends a TLS 1.3 handshake and says goodbye at once, since most
// servers send session tickets only after the client's Finished, and reads
// what comes until the server hangs up.
func (a *answer) readTickets(d *tlswire.Decoder, rw io.ReadWriter, hello []byte) {
	o := a.readFlight(d, rw, hello)
	if o == nil || !a.whole || a.broken != nil {
		return
	}
	out, server, err := o.keys.Goodbye(a.request != nil)
	if err != nil {
		return
	}
	o.server = server
	if _, err := rw.Write(out); err != nil {
		return
	}
	for {
		m, err := o.outer.Next()
		switch {
		case errors.Is(err, tlswire.ErrMore):
			if _, err := o.outer.Fill(rw); err != nil {
				return
			}
		case err != nil:
			return
		case o.take(a, m):
			a.broken = nil // the flight was whole; what failed came after it
			return
		}
	}
}

// tickets puts a question to its end, and keeps what comes with the chain and
// after the handshake: tickets, and whether early data may go with them.
func (s *session) tickets(q question) answer {
	q.finish = true
	q.more = []tlswire.Extension{
		{Type: tlswire.ExtPSKModes, Body: []byte{1, 1}},
		{Type: tlswire.ExtSCT},
		{Type: tlswire.ExtStatusRequest, Body: []byte{1, 0, 0, 0, 0}},
	}
	a := s.withProtocols(q)
	if a.outcome != chose || !a.whole {
		return a
	}
	s.client(a)
	f := &s.facts
	if a.tickets > 0 || a.request == nil { // without a certificate of ours it may have broken off
		f.SessionTicket = either(f.SessionTicket, a.tickets > 0)
		f.EarlyData = yes(a.early)
	}
	f.SCTs = either(f.SCTs, has(a.encrypted().leaf, tlswire.ExtSCT))
	s.staples(has(a.encrypted().leaf, tlswire.ExtStatusRequest))
	return a
}

// either is a fact that several versions show.
func either(old *bool, now bool) *bool { return yes(now || old != nil && *old) }
