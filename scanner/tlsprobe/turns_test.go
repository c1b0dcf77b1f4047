package tlsprobe

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// passing13 is madeUp, but that all suites of TLS 1.3 that Go has pass: it can
// leave none out.
func passing13() *Verdict {
	v := madeUp()
	rank := v.Rank
	v.Rank = func(kind, name string) int {
		if name == "TLS_CHACHA20_POLY1305_SHA256" {
			return 0
		}
		return rank(kind, name)
	}
	return v
}

// clean13 is clean, of TLS 1.2 and 1.3.
func clean13(t *testing.T) *tls.Config {
	c := clean(t)
	c.MaxVersion = tls.VersionTLS13
	return c
}

// decidedAs is decided, by another verdict.
func decidedAs(t *testing.T, v *Verdict, e scanner.Endpoint) scanner.Observation {
	t.Helper()
	return New(new(dialer).dial, Options{Timeout: 5 * time.Second, Pause: 20 * time.Millisecond, Verdict: v}).Probe(t.Context(), e)
}

// Of two servers that take turns and differ in nothing but old versions, the
// worse one is found, and it is told that there are two: whichever is asked
// first, and however it says no.
func TestVerdictOfUnlikeOldVersions(t *testing.T) {
	approved := clean13(t)
	old := approved.Clone()
	old.MinVersion = tls.VersionTLS10
	before12 := approved.Clone()
	before12.MinVersion, before12.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	before12.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	old.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Max(h.SupportedVersions) < tls.VersionTLS12 {
			return before12, nil
		}
		return nil, nil
	}
	plainly := func(c net.Conn) net.Conn { return c }
	for how, as := range map[string]func(net.Conn) net.Conn{
		"by an alert for it": plainly, "by another": func(c net.Conn) net.Conn { return vague{c} }, "by hanging up": func(c net.Conn) net.Conn { return mute{c} },
	} {
		for _, named := range []string{"", "lab.test"} {
			for first, turn := range [][]*tls.Config{{approved, old}, {old, approved}} {
				t.Run(fmt.Sprintf("%s, name %q, %d first", how, named, first), func(t *testing.T) {
					e := balancedAs(t, as, turn...)
					e.Name = named
					o := decidedAs(t, passing13(), e)
					v := o.TLS.Versions[3]
					if _, gap := o.Gap(); !accepted(&v) && !gap {
						t.Errorf("%s is told as refused: %v, incomplete %v", v.Version, o.TLS.Hellos, incomplete(o))
					}
					if how == "by an alert for it" {
						same(t, "TLS 1.1", true, accepted(&v))
					}
				})
			}
		}
	}
	o := decidedAs(t, passing13(), balanced(t, approved, approved))
	same(t, "incomplete of two like ones", []string(nil), incomplete(o))
	same(t, "asked of old versions", 2, o.TLS.Hellos["versions before TLSv1.2"])
	o = decidedAs(t, madeUp(), balanced(t, approved, approved))
	same(t, "asked of old versions where something fails", 1, o.TLS.Hellos["versions before TLSv1.2"])
}

// A server that from some connection on declines everything with an alert that
// is a plain no has given no answer from then on.
func TestServerThatTurnsToDeclining(t *testing.T) {
	for _, versions := range []*tls.Config{clean(t), clean13(t), rsa13(t)} {
		for _, named := range []string{"", "lab.test"} {
			for _, alert := range []byte{tlswire.AlertHandshakeFailure, tlswire.AlertProtocolVersion} {
				for _, v := range []*Verdict{nil, passing13()} {
					ask := func(after int) scanner.Observation {
						var count atomic.Int64
						e := inFront(t, versions, func(c net.Conn, _ clientHello) bool {
							if count.Add(1) > int64(after) {
								c.Write(alertBytes(alert))
								return false
							}
							return true
						})
						e.Name = named
						return decidedAs(t, v, e)
					}
					whole := ask(1000)
					same(t, "incomplete", []string(nil), incomplete(whole))
					for after := 1; after < whole.TLS.Connections; after++ {
						o := ask(after)
						if _, gap := o.Gap(); !gap {
							t.Errorf("depth %s, name %q, alert %d after %d of %d connections: no gap", o.TLS.Depth, named, alert, after, whole.TLS.Connections)
						}
						for _, v := range o.TLS.Versions {
							if v.Accepted != nil && !*v.Accepted && after < 3 {
								t.Errorf("depth %s, name %q, alert %d after %d connections: %s is told as refused", o.TLS.Depth, named, alert, after, v.Version)
							}
						}
					}
				}
			}
		}
	}
}
