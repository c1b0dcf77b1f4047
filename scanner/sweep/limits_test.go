package sweep

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// Endpoints of one subnet keep to its bound together, and those of others go
// on.
func TestPerSubnet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := map[netip.Prefix]int{}, map[netip.Prefix]int{}
		var targets []scanner.Target
		for i := range 200 {
			text := fmt.Sprintf("10.0.%d.%d", i%2, i)
			if i%4 == 3 {
				text = fmt.Sprintf("2001:db8::%x", i)
			}
			targets = append(targets, scanner.Target{Addr: netip.MustParseAddr(text), Ports: []uint16{1, 2, 3}})
		}
		got, err := gather(t, t.Context(), Config{Limits: Limits{PerSubnet: 5, Concurrency: 100},
			Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				bits := 24
				if e.Address.Is6() {
					bits = 64
				}
				of := netip.PrefixFrom(e.Address, bits).Masked()
				mu.Lock()
				now[of]++
				most[of] = max(most[of], now[of])
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				now[of]--
				mu.Unlock()
				return fine(e)
			})}, just(targets...))
		if err != nil || len(got) != 600 || len(most) != 3 {
			t.Fatalf("%d observations in %d subnets, %v", len(got), len(most), err)
		}
		for of, n := range most {
			if n != 5 {
				t.Errorf("%v: %d at once, want 5", of, n)
			}
		}
	})
}

// A connect may take what the host's round trip makes likely, once that is
// known, and never more than the operator allows.
func TestPatienceFollowsTheRoundTrip(t *testing.T) {
	leaks(t)
	for _, tt := range []struct {
		name       string
		rtts       []time.Duration
		most, want time.Duration
	}{
		{"not known", nil, 5 * time.Second, 5 * time.Second},
		{"near", []time.Duration{time.Millisecond}, 10 * time.Second, 3500 * time.Millisecond},
		{"far", []time.Duration{800 * time.Millisecond}, 10 * time.Second, 6200 * time.Millisecond},
		{"one slow answer of many", []time.Duration{time.Millisecond, time.Millisecond, 800 * time.Millisecond}, 10 * time.Second, 3500 * time.Millisecond},
		{"the operator's is less", []time.Duration{800 * time.Millisecond}, 2 * time.Second, 2 * time.Second},
	} {
		h := new(host)
		for _, rtt := range tt.rtts {
			h.answered(rtt)
		}
		if got := h.begin(tt.most); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// What was lost is worth another connection, what was refused never is, and
// only a port that served before is in trouble.
func TestLostAndRefused(t *testing.T) {
	leaks(t)
	for _, tt := range []struct {
		name   string
		served bool
		err    error
		lost   bool
		paused bool
	}{
		{"never served, timeout", false, context.DeadlineExceeded, false, false},
		{"never served, refused", false, syscall.ECONNREFUSED, false, false},
		{"served, timeout", true, context.DeadlineExceeded, true, false},
		{"served, refused", true, syscall.ECONNREFUSED, false, true},
		{"served, reset", true, syscall.ECONNRESET, false, true},
		{"served, our own limit", true, limitError{}, false, false},
		{"served, the sweep's end", true, context.Canceled, false, false},
	} {
		to := &talk{host: new(host)}
		if tt.served {
			to.read(1, nil)
		}
		if lost := to.failed(tt.err); lost != tt.lost || (to.host.pause > 0) != tt.paused {
			t.Errorf("%s: lost %v, pause %v", tt.name, lost, to.host.pause)
		}
	}
}

// A host that refuses what it had served is asked ever more slowly, and as
// before once it serves again.
func TestTroubleSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(host)
		if d := h.turn(); d != 0 {
			t.Errorf("in no trouble: %v", d)
		}
		for range 3 {
			h.trouble(pauseRefused)
		}
		var waits []time.Duration
		for range 4 {
			waits = append(waits, h.turn())
		}
		if want := 100 * time.Millisecond; waits[0] != 0 || waits[1] != want || waits[3] != 3*want {
			t.Errorf("%v, want %v apart", waits, want)
		}
		for range 10 {
			h.trouble(pauseRefused)
		}
		if h.pause != pauseRefused {
			t.Errorf("pause of %v", h.pause)
		}
		h.trouble(pauseReset)
		if h.pause != pauseRefused {
			t.Errorf("a reset brought the pause to %v", h.pause)
		}
		for range 6 {
			h.well()
		}
		if d := h.turn(); h.pause != 0 || d != 0 {
			t.Errorf("well again: pause %v, %v", h.pause, d)
		}
	})
}

// Refusals of a port that served reach the host through the Dialer: a server
// that goes away in the middle is not hammered.
func TestRefusalsAfterSuccess(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{Timeout: time.Second})
	h := new(host)
	ctx := withTalk(t.Context(), h)
	served := listen(t, "127.9.9.20:0", func(c net.Conn) { _, _ = c.Write([]byte("hi")); c.Close() })
	c, err := d.Dial(ctx, served)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	gone := netip.AddrPortFrom(served.Addr(), 1)
	began := time.Now()
	for range 5 {
		if _, err := d.Dial(ctx, gone); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 150*time.Millisecond || h.pause == 0 || !h.heard {
		t.Errorf("five refusals took %v, pause %v, heard %v", took, h.pause, h.heard)
	}
	var p Progress
	d = NewDialer(DialLimits{Progress: &p})
	if _, err := d.Dial(withTalk(t.Context(), new(host)), gone); err == nil || p.Connections.Load() != 1 {
		t.Errorf("%v after %d connections", err, p.Connections.Load())
	}
}

// The time for a sweep ends it like an interruption: what was finished is
// emitted, what was cut short is not.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := gather(t, t.Context(), Config{Limits: Limits{Deadline: 3500 * time.Millisecond, Concurrency: 1},
			Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
				select {
				case <-time.After(time.Second):
					return fine(e)
				case <-ctx.Done():
					return failed(e, scanner.StageConnect, scanner.ReasonOf(context.Cause(ctx)))
				}
			})}, network(10, 1))
		if !errors.Is(err, ErrDeadline) || len(got) != 3 {
			t.Errorf("%d observations, %v", len(got), err)
		}
	})
}

// What was done is not asked again, and an address of a name that answered
// then answers for the others.
func TestDoneIsNotAsked(t *testing.T) {
	leaks(t)
	a := netip.MustParseAddr("10.0.0.1")
	done := map[string]bool{"10.0.0.1:1": true, "10.0.0.1:2": false}
	asked := map[uint16]bool{}
	var mu sync.Mutex
	got, err := gather(t, t.Context(), Config{
		Done: func(e scanner.Endpoint) (bool, bool, bool) {
			answered, ok := done[e.String()]
			return ok, answered, answered
		},
		Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			mu.Lock()
			asked[e.Port] = true
			mu.Unlock()
			return failed(e, scanner.StageConnect, scanner.ReasonRefused)
		})}, just(scanner.Target{Addr: a, Ports: []uint16{1, 2, 3}, Outright: true}))
	if err != nil || len(got) != 1 || asked[1] || asked[2] || !asked[3] {
		t.Errorf("asked %v, %v, %v", asked, got, err)
	}
	for _, heard := range []bool{true, false} {
		got, err := gather(t, t.Context(), Config{
			Done: func(e scanner.Endpoint) (bool, bool, bool) { return e.Port == 1, heard, false },
			Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				return failed(e, scanner.StageConnect, scanner.ReasonTimeout)
			})}, just(scanner.Target{Addr: a, Ports: []uint16{1, 2}}))
		if f := got["10.0.0.1:2"].Failure; err != nil || f == nil || (f.Reason == scanner.ReasonFiltered) != heard {
			t.Errorf("the host had sent something back: %v; %+v, %v", heard, f, err)
		}
	}
	for _, answered := range []bool{true, false} {
		n := newNamed(scanner.Target{Name: "n", Outright: true})
		n.met(answered)
		n.begin()
		o := failed(scanner.Host(a, 3, "n"), scanner.StageConnect, scanner.ReasonRefused)
		o.Outright = true
		_ = n.end(o)
		if out := n.end(); len(out) != 1 || out[0].Outright == answered {
			t.Errorf("another address answered before: %v; %+v", answered, out)
		}
	}
}
