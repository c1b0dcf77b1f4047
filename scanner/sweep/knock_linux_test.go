package sweep

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// connecting is how many connections the kernel is trying to open: those whose
// state is TCP_SYN_SENT, 02. Read while one takes another's place, the table may
// have both; so of two readings the smaller counts.
func connecting(t *testing.T) int {
	var counts [2]int
	for i := range counts {
		table, err := os.ReadFile("/proc/self/net/tcp")
		if err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(string(table)) {
			if fields := strings.Fields(line); len(fields) > 3 && fields[3] == "02" {
				counts[i]++
			}
		}
	}
	return min(counts[0], counts[1])
}

// mostConnecting looks every few milliseconds, until it is asked what the most
// was.
func mostConnecting(t *testing.T) (most func() int) {
	ended, result := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			n = max(n, connecting(t))
			select {
			case <-ended:
				result <- n
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() int { close(ended); return <-result }
}

// The ports of hosts that say nothing are knocked at one after the other, each
// host by itself, within every limit of the sweep: the far end and the kernel
// count.
func TestKnocksKeepToTheLimits(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	const timeout = 2 * time.Second
	for _, tt := range []struct {
		name         string
		dial         DialLimits
		limits       Limits
		hosts, ports int
		most         int     // connections being opened at once
		rate         float64 // of first SYNs, a second; 0 for any
		took         time.Duration
	}{
		{"defaults", DialLimits{}, Limits{}, 4, 12, 48, 0, timeout},
		{"sockets", DialLimits{Concurrency: 6}, Limits{}, 2, 8, 6, 0, 8 * timeout},
		{"one socket", DialLimits{Concurrency: 1}, Limits{}, 1, 4, 1, 0, 4 * timeout},
		{"of a subnet", DialLimits{}, Limits{PerSubnet: 5}, 2, 8, 5, 0, 8 * timeout},
		{"rate", DialLimits{Rate: 20}, Limits{}, 2, 12, 24, 20, 4 * timeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			f := newFar(t, func(packet) (time.Duration, bool) { return 0, true })
			var targets []scanner.Target
			for a := netip.MustParseAddr("10.9.4.1"); len(targets) < tt.hosts; a = a.Next() {
				target := scanner.Target{Addr: a}
				for p := range uint16(tt.ports) {
					target.Ports = append(target.Ports, 400+p)
				}
				targets = append(targets, target)
			}
			tt.dial.Timeout = timeout
			most := mostConnecting(t)
			d := NewDialer(tt.dial)
			began := time.Now()
			got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, timeout), Limits: tt.limits}, just(targets...))
			took := time.Since(began)
			n := most()
			t.Logf("%v, %d connections being opened at most", took.Round(10*time.Millisecond), n)
			if err != nil || len(got) != tt.hosts*tt.ports || took > tt.took*3/2 {
				t.Errorf("%d observations in %v, %v", len(got), took, err)
			}
			if n > tt.most {
				t.Errorf("%d connections being opened at once, want %d at most", n, tt.most)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.syns) != tt.hosts*tt.ports {
				t.Errorf("%d ports of %d were asked", len(f.syns), tt.hosts*tt.ports)
			}
			var first []time.Time
			for ap, times := range f.syns {
				first = append(first, times[0])
				if len(times) < 2 {
					t.Errorf("%v was given up after %d SYN", ap, len(times))
				}
			}
			slices.SortFunc(first, time.Time.Compare)
			if long := first[len(first)-1].Sub(first[0]); tt.rate > 0 && float64(len(first)-2)/long.Seconds() > tt.rate {
				t.Errorf("%d connections in %v", len(first), long)
			}
		})
	}
}

// A host whose first ports say nothing and whose others answer is asked by one
// knock at a time. What was refused is not asked again, and what is silent on a
// host that is there is filtered.
func TestKnocksAtALiveHost(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	leaks(t)
	const timeout = 2 * time.Second
	there := netip.MustParseAddr("10.9.5.1")
	target := scanner.Target{Addr: there, Ports: []uint16{9, 10}}
	var mu sync.Mutex
	var now, most int
	for range 8 {
		target.Ports = append(target.Ports, listen(t, home.String()+":0", func(c net.Conn) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			_, _ = c.Write([]byte("hi"))
			c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			c.Read(make([]byte, 1)) // a knock is over when it hangs up
			mu.Lock()
			now--
			mu.Unlock()
			c.Close()
		}).Port())
	}
	target.Ports = append(target.Ports, 11, 12, 13)
	f := newFar(t, func(p packet) (time.Duration, bool) {
		return 5 * time.Millisecond, p.dst.Port() == 9 || p.dst.Port() == 10
	})
	d := NewDialer(DialLimits{Timeout: timeout})
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, timeout), Limits: Limits{PerHost: 2}}, just(target))
	if err != nil || len(got) != len(target.Ports) {
		t.Fatalf("%d observations of %d, %v", len(got), len(target.Ports), err)
	}
	for _, p := range target.Ports {
		ap := netip.AddrPortFrom(there, p)
		o, syns := got[ap.String()], len(f.asked(ap))
		switch {
		case p == 9 || p == 10:
			if o.Failure == nil || o.Failure.Stage != scanner.StageConnect || o.Failure.Reason != scanner.ReasonFiltered {
				t.Errorf("%v: %+v", ap, o.Failure)
			}
		case p < 20:
			if o.Failure == nil || o.Failure.Reason != scanner.ReasonRefused || syns != 1 {
				t.Errorf("%v: %+v after %d SYNs", ap, o.Failure, syns)
			}
		case o.Plain == nil || syns != 2:
			t.Errorf("%v: %+v after %d SYNs, want a knock and a probe", ap, o.Failure, syns)
		}
	}
	if most > 2 {
		t.Errorf("the host served %d at once", most)
	}
}
