package sweep

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/scanner"
)

// leaks fails the test if a goroutine outlives it and its cleanups.
func leaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// listen accepts on a loopback address and hands each connection to serve.
func listen(t *testing.T, addr string, serve func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// tarpit accepts, reads and never answers.
func tarpit(t *testing.T, addr string) netip.AddrPort {
	return listen(t, addr, func(c net.Conn) {
		defer c.Close()
		_, _ = io.Copy(io.Discard, c)
	})
}

// reading is a prober that waits for the first byte, and lets its own deadline
// of timeout end that.
func reading(d *Dialer, timeout time.Duration) probeFunc {
	return func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
		c, err := d.Dial(ctx, e.AddrPort())
		if err != nil {
			return scanner.Failed(e, "test", scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonOf(err), Detail: err.Error()})
		}
		defer c.Close()
		if timeout > 0 {
			_ = c.SetDeadline(time.Now().Add(timeout))
		}
		if _, err = c.Read(make([]byte, 1)); err != nil {
			return failed(e, scanner.StageGreeting, scanner.ReasonOf(err))
		}
		return fine(e)
	}
}

func at(ap netip.AddrPort) scanner.Target {
	return scanner.Target{Text: ap.String(), Addr: ap.Addr(), Ports: []uint16{ap.Port()}}
}

func TestDialCounts(t *testing.T) {
	leaks(t)
	var p Progress
	d := NewDialer(DialLimits{Progress: &p})
	ap := tarpit(t, "127.0.0.1:0")
	c, err := d.Dial(t.Context(), ap)
	if err != nil {
		t.Fatal(err)
	}
	if p.Open.Load() != 1 || p.Connections.Load() != 1 {
		t.Errorf("open %d of %d", p.Open.Load(), p.Connections.Load())
	}
	c.Close()
	c.Close()
	if p.Open.Load() != 0 || p.Connections.Load() != 1 || len(d.slots) != 0 {
		t.Errorf("open %d of %d, %d slots", p.Open.Load(), p.Connections.Load(), len(d.slots))
	}
}

func TestDialRefused(t *testing.T) {
	leaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ap := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	d := NewDialer(DialLimits{})
	if _, err := d.Dial(t.Context(), ap); scanner.ReasonOf(err) != scanner.ReasonRefused {
		t.Errorf("%v", err)
	}
	if len(d.slots) != 0 {
		t.Error("a refused connection keeps its slot")
	}
}

// The connection ends with the context, and says why.
func TestConnEndsWithContext(t *testing.T) {
	for _, tt := range []struct {
		name string
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		want scanner.Reason
	}{
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(20*time.Millisecond, cancel)
			return ctx, cancel
		}, scanner.ReasonInterrupted},
		{"late", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 20*time.Millisecond)
		}, scanner.ReasonTimeout},
		{"out of budget", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return withBudget(ctx, 20*time.Millisecond)
		}, scanner.ReasonTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			d := NewDialer(DialLimits{})
			ctx, cancel := tt.ctx(t.Context())
			defer cancel()
			c, err := d.Dial(ctx, tarpit(t, "127.0.0.1:0"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Read(make([]byte, 1))
			if got := scanner.ReasonOf(err); got != tt.want {
				t.Errorf("%v is %q, want %q", err, got, tt.want)
			}
			if err := c.Close(); err != nil {
				t.Errorf("closing again: %v", err)
			}
			if len(d.slots) != 0 {
				t.Error("the slot is still taken")
			}
		})
	}
}

// At the end of the stream the reader sees io.EOF itself.
func TestConnEOF(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{})
	c, err := d.Dial(t.Context(), listen(t, "127.0.0.1:0", func(c net.Conn) { c.Close() }))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("%v", err)
	}
}

func TestSocketBound(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{Concurrency: 1})
	ap := tarpit(t, "127.0.0.1:0")
	first, err := d.Dial(t.Context(), ap)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err = d.Dial(ctx, ap); scanner.ReasonOf(err) != scanner.ReasonLimit {
		t.Errorf("without a free socket: %v is %q", err, scanner.ReasonOf(err))
	}
	stopped, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err = d.Dial(stopped, ap); scanner.ReasonOf(err) != scanner.ReasonInterrupted {
		t.Errorf("stopped: %v is %q", err, scanner.ReasonOf(err))
	}
	time.AfterFunc(20*time.Millisecond, func() { first.Close() })
	second, err := d.Dial(t.Context(), ap)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}

func TestRate(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{Rate: 50})
	ap := tarpit(t, "127.0.0.1:0")
	began := time.Now()
	for range 11 {
		c, err := d.Dial(t.Context(), ap)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	if took := time.Since(began); took < 190*time.Millisecond {
		t.Errorf("eleven connections in %v at 50 a second", took)
	}
}

// Waiting for the rate uses up nothing of the time that an endpoint may take.
func TestRateLeavesBudget(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{Rate: 5})
	ap := tarpit(t, "127.0.0.1:0")
	ctx, done := withBudget(t.Context(), 150*time.Millisecond)
	defer done()
	for range 4 {
		c, err := d.Dial(ctx, ap)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	time.Sleep(200 * time.Millisecond)
	if context.Cause(ctx) != context.DeadlineExceeded {
		t.Error("the budget stands still although nobody waits")
	}
}

func TestFitSockets(t *testing.T) {
	leaks(t)
	for _, tt := range []struct {
		name              string
		want, files, fits int
		told              bool
	}{
		{"enough", 256, 1024, 256, false},
		{"exactly", 960, 1024, 960, false},
		{"too few", 1024, 1024, 960, true},
		{"very few", 1024, 64, 32, true},
		{"none", 1024, 0, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			got := fitSockets(tt.want, tt.files, slog.New(slog.NewTextHandler(&log, nil)))
			if got != tt.fits || strings.Contains(log.String(), "ulimit -n") != tt.told {
				t.Errorf("%d, log %q", got, &log)
			}
		})
	}
}

func TestDialerBoundsEndpoints(t *testing.T) {
	leaks(t)
	for _, tt := range []struct {
		name   string
		dialer *Dialer
		want   int
	}{
		{"none", nil, 256},
		{"few sockets", NewDialer(DialLimits{Concurrency: 10}), 5},
		{"one socket", NewDialer(DialLimits{Concurrency: 1}), 1},
		{"slow", NewDialer(DialLimits{Rate: 10}), 20},
		{"slower", NewDialer(DialLimits{Rate: 0.1}), 1},
		{"plenty", NewDialer(DialLimits{Rate: 10_000}), 256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := New(Config{Dialer: tt.dialer}).cfg.Limits.Concurrency; got != tt.want {
				t.Errorf("%d endpoints in flight, want %d", got, tt.want)
			}
		})
	}
}

// 256 peers that accept and never answer cost one timeout together.
func TestTarpits(t *testing.T) {
	leaks(t)
	const timeout = 2 * time.Second
	var targets []scanner.Target
	for i := range 256 {
		targets = append(targets, at(tarpit(t, netip.AddrFrom4([4]byte{127, 1, byte(i / 200), byte(1 + i%200)}).String()+":0")))
	}
	d := NewDialer(DialLimits{Timeout: timeout})
	began := time.Now()
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, timeout), Limits: Limits{Concurrency: 256}}, just(targets...))
	took := time.Since(began)
	if err != nil || len(got) != 256 {
		t.Fatalf("%d observations, %v", len(got), err)
	}
	for _, o := range got {
		if o.Failure == nil || o.Failure.Stage != scanner.StageGreeting || o.Failure.Reason != scanner.ReasonTimeout {
			t.Fatalf("%s: %+v", o.Endpoint, o.Failure)
		}
	}
	t.Logf("256 tarpits with a timeout of %v: %v", timeout, took)
	if took > timeout*3/2 {
		t.Errorf("took %v", took)
	}
}

// Ctrl-C in front of peers that never answer, without any deadline of the
// prober's own: closing the connections frees them.
func TestCancelFreesConnections(t *testing.T) {
	leaks(t)
	var p Progress
	d := NewDialer(DialLimits{Progress: &p})
	var targets []scanner.Target
	for range 50 {
		targets = append(targets, at(tarpit(t, "127.0.0.1:0")))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var stopped time.Time
	time.AfterFunc(300*time.Millisecond, func() { stopped = time.Now(); cancel() })
	got, err := gather(t, ctx, Config{Dialer: d, Prober: reading(d, 0), Limits: Limits{PerHost: 100}}, just(targets...))
	took := time.Since(stopped)
	if !errors.Is(err, context.Canceled) || len(got) != 0 {
		t.Errorf("%d observations, %v", len(got), err)
	}
	if took > time.Second {
		t.Errorf("ended after %v", took)
	}
	if p.Open.Load() != 0 || p.Connections.Load() != 50 {
		t.Errorf("%d open of %d", p.Open.Load(), p.Connections.Load())
	}
}

// A peer that hangs costs no more than its budget, whatever the prober does.
func TestBudgetFreesConnections(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{})
	began := time.Now()
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, 0), Limits: Limits{HostTimeout: 300 * time.Millisecond}},
		just(at(tarpit(t, "127.0.0.1:0"))))
	if err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	for _, o := range got {
		if o.Failure == nil || o.Failure.Reason != scanner.ReasonTimeout {
			t.Errorf("%+v", o.Failure)
		}
	}
}

func greets(c net.Conn) { _, _ = c.Write([]byte("hi")); c.Close() }
