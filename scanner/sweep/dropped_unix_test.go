//go:build unix

package sweep

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// backlog listens with room for one connection that nobody accepts.
func backlog(t *testing.T, ap netip.AddrPort) netip.AddrPort {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: ap.Addr().As4(), Port: int(ap.Port())}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(ap.Addr(), uint16(name.(*syscall.SockaddrInet4).Port))
}

// full is a listener whose backlog is full: the kernel drops further SYNs, as
// a firewall does.
func full(t *testing.T, addr netip.Addr, port uint16) netip.AddrPort {
	t.Helper()
	ap := netip.AddrPortFrom(addr, port)
	fd := backlog(t, ap)
	for range 3 {
		c, err := net.DialTimeout("tcp", fd.String(), 60*time.Millisecond)
		if err == nil {
			t.Cleanup(func() { c.Close() })
		}
	}
	if c, err := net.DialTimeout("tcp", fd.String(), 60*time.Millisecond); err == nil {
		c.Close()
		lab.Absent(t, "this kernel does not drop connections to a full backlog: lost packets are not tried")
	}
	return fd
}

// A host that drops packets costs one timeout and not one for each port, and
// the one port of it that answers is found though it comes last.
func TestDroppedPorts(t *testing.T) {
	leaks(t)
	const timeout = 500 * time.Millisecond
	host := netip.MustParseAddr("127.9.9.9")
	target := scanner.Target{Text: "host", Addr: host}
	for range 12 {
		target.Ports = append(target.Ports, full(t, host, 0).Port())
	}
	open := listen(t, "127.9.9.9:0", func(c net.Conn) { _, _ = c.Write([]byte("hi")); c.Close() })
	target.Ports = append(target.Ports, open.Port())
	var probes atomic.Int32
	d := NewDialer(DialLimits{Timeout: timeout})
	read := reading(d, timeout)
	began := time.Now()
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
		probes.Add(1)
		return read(ctx, e)
	})}, just(target))
	took := time.Since(began)
	if err != nil || len(got) != 13 {
		t.Fatalf("%d observations, %v", len(got), err)
	}
	for name, o := range got {
		if name == open.String() {
			if o.Plain == nil {
				t.Errorf("the open port: %+v", o.Failure)
			}
		} else if o.Failure == nil || o.Failure.Stage != scanner.StageConnect || o.Failure.Reason != scanner.ReasonFiltered {
			t.Errorf("%s: %+v", name, o.Failure)
		}
	}
	t.Logf("12 dropped ports and one open, with a timeout of %v: %v, %d probes", timeout, took, probes.Load())
	if took > 2*timeout || probes.Load() > 5 {
		t.Errorf("took %v and %d probes", took, probes.Load())
	}
}

// A proxy whose host drops packets ends the sweep, also where a prober's own
// deadline is over before the Dialer has given up.
func TestProxyDrops(t *testing.T) {
	leaks(t)
	const timeout = time.Second
	p, err := ParseProxy("http://" + full(t, netip.MustParseAddr("127.9.9.10"), 0).String())
	if err != nil {
		t.Fatal(err)
	}
	d := NewDialer(DialLimits{Timeout: timeout, Proxy: p})
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
		ctx, cancel := context.WithTimeout(ctx, timeout*9/10)
		defer cancel()
		_, err := d.Dial(ctx, e.AddrPort())
		return failed(e, scanner.StageConnect, scanner.ReasonOf(err))
	})}, just(at(netip.MustParseAddrPort("192.0.2.7:443"))))
	if lost := (*lostProxy)(nil); !errors.As(err, &lost) || len(got) != 0 {
		t.Errorf("%v, observations %+v", err, got)
	}
}
