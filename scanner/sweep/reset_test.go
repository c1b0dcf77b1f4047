package sweep

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// asking is a prober that writes before it reads, as one of TLS does.
func asking(d *Dialer) probeFunc {
	return func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
		c, err := d.Dial(ctx, e.AddrPort())
		if err != nil {
			return failed(e, scanner.StageConnect, scanner.ReasonOf(err))
		}
		defer c.Close()
		_, _ = c.Write([]byte("hello")) // reading says why
		if _, err = c.Read(make([]byte, 1)); err != nil {
			return failed(e, scanner.StageGreeting, scanner.ReasonOf(err))
		}
		return fine(e)
	}
}

// A port that resets as soon as it accepted is told as one thing, whether the
// reset comes before we know that it accepted, before we write, or before we
// read: somebody is there, and reset.
func TestResetAtOnce(t *testing.T) {
	leaks(t)
	served := listen(t, "127.88.0.1:0", func(c net.Conn) {
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	})
	d := NewDialer(DialLimits{Timeout: 5 * time.Second})
	for name, p := range map[string]probeFunc{"reads": reading(d, 0), "writes": asking(d)} {
		t.Run(name, func(t *testing.T) {
			seen := map[scanner.Failure]int{}
			for range 1000 {
				f := p(t.Context(), scanner.Host(served.Addr(), served.Port(), "")).Failure
				seen[scanner.Failure{Stage: f.Stage, Reason: f.Reason}]++
			}
			if want := (scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonReset}); seen[want] != 1000 {
				t.Errorf("%v, want 1000 of %v", seen, want)
			}
		})
	}
}

// The same, where the reset surely comes before we know that it accepted.
func TestResetBeforeConnected(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{Timeout: 5 * time.Second})
	d.net.Control = func(string, string, syscall.RawConn) error { return syscall.ECONNRESET }
	peer := netip.MustParseAddrPort("127.88.0.2:443")
	o := asking(d)(t.Context(), scanner.Host(peer.Addr(), peer.Port(), ""))
	if o.Failure == nil || o.Failure.Stage != scanner.StageGreeting || o.Failure.Reason != scanner.ReasonReset {
		t.Errorf("told as %+v", o.Failure)
	}
	h := newHosts(1, 0).enter(peer.Addr())
	if err := d.admit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.knock(t.Context(), peer, h, time.Second); err != nil || !h.heard {
		t.Errorf("a knock: %v, heard of the host: %v", err, h.heard)
	}
	if open := len(d.slots); open != 0 {
		t.Errorf("%d sockets are held", open)
	}
}
