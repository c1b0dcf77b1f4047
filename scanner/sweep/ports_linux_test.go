package sweep

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// tenPorts has the system connect from ten ports alone.
const tenPorts = `ip link set lo up; echo 40000 40009 >/proc/sys/net/ipv4/ip_local_port_range`

// Connections to different peers may have the same port on our side: where
// there are ten ports, there may be twenty connections.
func TestPeersSharePorts(t *testing.T) {
	if !inNamespace(t, tenPorts) {
		return
	}
	leaks(t)
	d := NewDialer(DialLimits{})
	for i := range 20 {
		addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}), 443)
		listen(t, addr.String(), func(c net.Conn) { c.Close() })
		c, err := d.Dial(t.Context(), addr)
		if err != nil {
			t.Fatalf("connection %d: %v", i+1, err)
		}
		defer c.Close()
	}
}

// Where every port on our side is taken, a connection waits for one, however
// little time its endpoint has; and if none comes free, or somebody's patience
// ends, this machine is to blame and not the peer.
func TestPortsRunOut(t *testing.T) {
	if !inNamespace(t, tenPorts) {
		return
	}
	leaks(t)
	peer := tarpit(t, "127.0.0.1:443")
	d := NewDialer(DialLimits{})
	d.lacking = 1500 * time.Millisecond
	var taken []net.Conn
	for range 10 {
		c, err := d.Dial(t.Context(), peer)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.(*conn).Conn.(*net.TCPConn).SetLinger(0) // its port is free at once
		taken = append(taken, c)
	}
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, 0), Limits: Limits{HostTimeout: 400 * time.Millisecond}}, just(at(peer)))
	if f := got[peer.String()].Failure; err != nil || f == nil || f.Stage != scanner.StageConnect || f.Reason != scanner.ReasonLimit {
		t.Errorf("no port comes free: %+v, %v", f, err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := d.Dial(impatient, peer); scanner.ReasonOf(err) != scanner.ReasonLimit {
		t.Errorf("a deadline of the caller's own: %v", err)
	}
	time.AfterFunc(900*time.Millisecond, func() { taken[0].Close() })
	short, done := withBudget(t.Context(), 400*time.Millisecond)
	defer done()
	c, err := d.Dial(short, peer)
	if err != nil {
		t.Fatalf("a port came free: %v", err)
	}
	for _, c := range append(taken, c) {
		c.Close()
	}
}
