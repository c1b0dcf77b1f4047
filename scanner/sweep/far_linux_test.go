package sweep

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// A far network is all of 10.9.0.0/16 but 10.9.0.1, at the other end of the
// wire that the script "dropping" lays. Who connects to one of its addresses
// comes to the same port of 10.9.0.1, after as long as the test says and with
// such packets lost as it says: whatever arrives at the end of the wire is sent
// back with its two addresses exchanged. So real connections of the kernel have
// a real round trip, and no queueing discipline is needed for it.
type far struct {
	fate func(packet) (delay time.Duration, lost bool)
	fd   int

	mu   sync.Mutex
	syns map[netip.AddrPort][]time.Time // that came to the end of the wire
	late sync.WaitGroup
}

// A packet is a TCP segment on its way.
type packet struct {
	src, dst netip.AddrPort
	syn      bool // the first segment of a connection, or the same again
	nth      int  // of the first segments to dst, from 1
}

// home is where the far network's connections come to.
var home = netip.MustParseAddr("10.9.0.1")

// newFar begins to send packets back.
func newFar(t *testing.T, fate func(packet) (time.Duration, bool)) *far {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, int(htons(syscall.ETH_P_IP)))
	if err != nil {
		t.Fatal(err)
	}
	end, err := net.InterfaceByName("v1")
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: htons(syscall.ETH_P_IP), Ifindex: end.Index})
	}
	if err == nil { // so that the end of the test is noticed
		err = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Usec: 50_000})
	}
	if err != nil {
		t.Fatal(err)
	}
	f := &far{fate: fate, fd: fd, syns: map[netip.AddrPort][]time.Time{}}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for frame := make([]byte, 1<<16); ; {
			select {
			case <-ended:
				return
			default:
			}
			n, from, err := syscall.Recvfrom(fd, frame, 0)
			if ll, ok := from.(*syscall.SockaddrLinklayer); err == nil && ok && ll.Pkttype != syscall.PACKET_OUTGOING {
				f.pass(append([]byte(nil), frame[:n]...), ll)
			}
		}
	}()
	t.Cleanup(func() {
		close(ended)
		<-gone
		f.late.Wait()
		syscall.Close(fd)
	})
	return f
}

// pass sends a frame back when it is time: 14 bytes of Ethernet, IPv4 without
// options, TCP.
func (f *far) pass(frame []byte, at *syscall.SockaddrLinklayer) {
	const ethernet, ip = 14, 20
	if len(frame) < ethernet+ip+20 || frame[ethernet] != 0x45 || frame[ethernet+9] != syscall.IPPROTO_TCP {
		return
	}
	header := frame[ethernet:][:ip]
	size := int(binary.BigEndian.Uint16(header[2:]))
	if size < ip+20 || len(frame) < ethernet+size {
		return
	}
	segment := frame[ethernet+ip : ethernet+size]
	src, dst := netip.AddrFrom4([4]byte(header[12:])), netip.AddrFrom4([4]byte(header[16:]))
	p := packet{
		src: netip.AddrPortFrom(src, binary.BigEndian.Uint16(segment)),
		dst: netip.AddrPortFrom(dst, binary.BigEndian.Uint16(segment[2:])),
		syn: segment[13]&0x12 == 0x02, // SYN and not ACK
	}
	if p.syn {
		f.mu.Lock()
		f.syns[p.dst] = append(f.syns[p.dst], time.Now())
		p.nth = len(f.syns[p.dst])
		f.mu.Unlock()
	}
	delay, lost := f.fate(p)
	if lost {
		return
	}
	copy(header[12:], dst.AsSlice())
	copy(header[16:], src.AsSlice())
	check(header, segment)
	f.late.Add(1)
	time.AfterFunc(delay, func() {
		defer f.late.Done()
		_ = syscall.Sendto(f.fd, frame, 0, at)
	})
}

// check sets the checksum of a TCP segment, RFC 9293 section 3.1: what leaves a
// virtual wire may not have one yet.
func check(header, segment []byte) {
	segment[16], segment[17] = 0, 0
	sum := uint32(syscall.IPPROTO_TCP) + uint32(len(segment))
	for _, part := range [][]byte{header[12:20], segment} {
		for i := 0; i+1 < len(part); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(part[i:]))
		}
		if len(part)%2 == 1 {
			sum += uint32(part[len(part)-1]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(segment[16:], ^uint16(sum))
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// asked is when first segments came to the far end for a port.
func (f *far) asked(ap netip.AddrPort) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time(nil), f.syns[ap]...)
}

// after gives every packet the same time for its way.
func after(d time.Duration) func(packet) (time.Duration, bool) {
	return func(packet) (time.Duration, bool) { return d, false }
}

// A host that is far away is asked as any other: its answers are no timeouts
// and its round trip is known for what it is. Nor is it taken for dead where it
// takes longer to answer than a host may say nothing before its other ports are
// knocked at.
func TestFarHosts(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	const way = 150 * time.Millisecond
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		knocked bool
	}{
		{"patient", 5 * time.Second, false},
		{"impatient", time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			newFar(t, after(way))
			target := scanner.Target{Addr: netip.MustParseAddr("10.9.3.3")}
			for range 6 {
				target.Ports = append(target.Ports, listen(t, home.String()+":0", greets).Port())
			}
			var p Progress
			d := NewDialer(DialLimits{Timeout: tt.timeout, Progress: &p})
			got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, tt.timeout)}, just(target))
			if n := p.Connections.Load(); err != nil || len(got) != 6 || (n > 6) != tt.knocked {
				t.Errorf("%d observations with %d connections, %v", len(got), n, err)
			}
			for name, o := range got {
				if o.Plain == nil {
					t.Errorf("%s: %+v", name, o.Failure)
				}
			}
			h := new(host)
			c, err := d.Dial(withTalk(t.Context(), h), netip.AddrPortFrom(target.Addr, target.Ports[0]))
			if err != nil || h.rtt < 2*way || h.rtt > 3*way {
				t.Fatalf("round trip of %v, %v; want %v", h.rtt, err, 2*way)
			}
			c.Close()
		})
	}
}

// Once a host has answered, a port of it whose packets are lost is waited for
// as long as three SYNs and its own round trip make likely; whose first two are
// lost is found by the third.
func TestFarWait(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	for _, tt := range []struct {
		name string
		way  time.Duration
		want time.Duration
	}{
		{"near", 0, 3500 * time.Millisecond},
		{"far", 150 * time.Millisecond, 4200 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			served, flaky := listen(t, home.String()+":0", greets), listen(t, home.String()+":0", greets)
			there := netip.MustParseAddr("10.9.3.4")
			lost := netip.AddrPortFrom(there, 9)
			newFar(t, func(p packet) (time.Duration, bool) {
				return tt.way, p.dst == lost || p.syn && p.dst.Port() == flaky.Port() && p.nth < 3
			})
			d := NewDialer(DialLimits{Timeout: 10 * time.Second})
			ctx := withTalk(t.Context(), new(host))
			for range 3 {
				c, err := d.Dial(ctx, netip.AddrPortFrom(there, served.Port()))
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
			}
			var all sync.WaitGroup
			all.Go(func() {
				c, err := d.Dial(ctx, netip.AddrPortFrom(there, flaky.Port()))
				if err != nil {
					t.Errorf("a port whose third SYN arrives: %v", err)
					return
				}
				c.Close()
			})
			began := time.Now()
			_, err := d.Dial(ctx, lost)
			took := time.Since(began)
			all.Wait()
			if scanner.ReasonOf(err) != scanner.ReasonTimeout || took < tt.want-50*time.Millisecond || took > tt.want+700*time.Millisecond {
				t.Errorf("%v after %v, want %v", err, took, tt.want)
			}
		})
	}
}

// What is lost on its way to a port that had served us is tried once more, and
// found; what is refused never is. The far end counts.
func TestFarRetries(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	leaks(t)
	served := listen(t, home.String()+":0", greets)
	there := netip.AddrPortFrom(netip.MustParseAddr("10.9.3.5"), served.Port())
	refused := netip.AddrPortFrom(there.Addr(), 9)
	f := newFar(t, func(p packet) (time.Duration, bool) {
		// One connection is served; what the next sends in 1.2 s is lost: two SYNs.
		return time.Millisecond, p.syn && p.dst == there && (p.nth == 2 || p.nth == 3)
	})
	d := NewDialer(DialLimits{Timeout: 1200 * time.Millisecond})
	ctx := withTalk(t.Context(), new(host))
	for range 2 {
		c, err := d.Dial(ctx, there)
		if err != nil {
			t.Fatalf("after %d SYNs: %v", len(f.asked(there)), err)
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	if n := len(f.asked(there)); n != 4 {
		t.Errorf("%d SYNs, want 1 that served, 2 that were lost and 1 again", n)
	}
	if _, err := d.Dial(ctx, refused); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
	if n := len(f.asked(refused)); n != 1 {
		t.Errorf("what is refused got %d SYNs", n)
	}
}
