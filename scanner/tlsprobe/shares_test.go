package tlsprobe

import (
	"crypto/tls"
	"net"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// Shares stand in the order of the groups that a hello offers, and each is for one
// of them (RFC 8446 section 4.2.8): Erlang declines any other hello.
func TestSharesInOrder(t *testing.T) {
	for _, curve := range []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521} {
		c := labConfig(t)
		c.MinVersion, c.CurvePreferences = tls.VersionTLS13, []tls.CurveID{curve}
		e := inFront(t, c, func(conn net.Conn, h clientHello) bool {
			if !h.ssl2 && !readOffer(h.raw).inOrder() {
				t.Errorf("%v: the shares are in another order than the groups", curve)
				conn.Write(alertBytes(tlswire.AlertIllegalParameter))
				return false
			}
			return true
		})
		for depth, o := range map[string]scanner.Observation{"full": probe(t, e), "verdict": decided(t, e)} {
			if o.TLS == nil || !slices.Equal(o.TLS.Versions[5].Groups, []string{groupName(uint16(curve))}) {
				t.Errorf("%v, depth %s: %+v", curve, depth, o.TLS)
			}
		}
	}
}

// inOrder tells whether the groups of a hello's shares are a part of those that it
// offers, in their order.
func (o offered) inOrder() bool {
	left := o.groups
	for _, g := range o.shared {
		at := slices.Index(left, g)
		if at < 0 {
			return false
		}
		left = left[at+1:]
	}
	return true
}
