package sweep

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/scanner"
)

// No goroutine may outlive the tests, whatever a test says itself; most look
// when they end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// expand yields each port of a target, as scanner/resolve does, and for paths
// three files.
type expand struct{}

func (expand) Expand(_ context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	return func(yield func(scanner.Endpoint, error) bool) {
		switch {
		case t.Text == "panic":
			panic("the expander's own secret")
		case t.Name != "":
			e := scanner.Host(netip.Addr{}, 0, t.Name)
			e.Target = t.Text
			yield(e, fmt.Errorf("looking %s up: %w", t.Name, context.DeadlineExceeded))
		case t.Path != "":
			for i := range 3 {
				if !yield(scanner.File(fmt.Sprint(t.Path, "/", i)), nil) {
					return
				}
			}
		}
		for _, p := range t.Ports {
			e := scanner.Host(t.Addr, p, "")
			e.Target, e.Outright = t.Text, t.Outright
			if !yield(e, nil) {
				return
			}
		}
	}
}

type probeFunc func(context.Context, scanner.Endpoint) scanner.Observation

func (f probeFunc) Probe(ctx context.Context, e scanner.Endpoint) scanner.Observation {
	return f(ctx, e)
}

func fine(e scanner.Endpoint) scanner.Observation {
	o := scanner.Observe(e, "test")
	o.Plain = &scanner.Plain{Protocol: "test"}
	return o
}

func failed(e scanner.Endpoint, s scanner.Stage, r scanner.Reason) scanner.Observation {
	return scanner.Failed(e, "test", scanner.Failure{Stage: s, Reason: r})
}

// network is n addresses from 10.0.0.0 with the given ports.
func network(n int, ports ...uint16) iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		a := netip.MustParseAddr("10.0.0.0")
		for range n {
			if !yield(scanner.Target{Text: "net", Addr: a, Ports: ports}) {
				return
			}
			a = a.Next()
		}
	}
}

func just(ts ...scanner.Target) iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		for _, t := range ts {
			if !yield(t) {
				return
			}
		}
	}
}

// gather sweeps and returns what was emitted, by endpoint.
func gather(t *testing.T, ctx context.Context, cfg Config, targets iter.Seq[scanner.Target]) (map[string]scanner.Observation, error) {
	t.Helper()
	cfg.Expander = expand{}
	got := map[string]scanner.Observation{}
	err := New(cfg).Sweep(ctx, targets, func(o scanner.Observation) error {
		if _, twice := got[o.Endpoint.String()]; twice {
			t.Errorf("%s twice", o.Endpoint)
		}
		got[o.Endpoint.String()] = o
		return nil
	})
	return got, err
}

func TestSweep(t *testing.T) {
	leaks(t)
	start := time.Date(2026, 11, 22, 3, 0, 0, 0, time.FixedZone("", 3600))
	var p Progress
	got, err := gather(t, t.Context(), Config{
		SweepID:  "id",
		Progress: &p,
		Now:      func() time.Time { return start },
		Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			if e.Port == 2 {
				return failed(e, scanner.StageConnect, scanner.ReasonRefused)
			}
			return fine(e)
		}),
	}, just(
		scanner.Target{Text: "net", Addr: netip.MustParseAddr("10.0.0.1"), Ports: []uint16{1, 2}, Outright: true},
		scanner.Target{Text: "tree", Path: "/tree"},
		scanner.Target{Text: "n", Name: "n.example"},
	))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, o := range got {
		names = append(names, name)
		if o.Sweep != "id" || o.Time != start.UTC() || o.Time.Location() != time.UTC || o.Schema != scanner.ObservationSchema {
			t.Errorf("%s is stamped %q %v %q", name, o.Sweep, o.Time, o.Schema)
		}
	}
	if len(names) != 6 {
		t.Errorf("observed %v", names)
	}
	want := &scanner.Failure{Stage: scanner.StageResolve, Reason: scanner.ReasonTimeout, Detail: "looking n.example up: context deadline exceeded"}
	if diff := cmp.Diff(want, got["n.example"].Failure); diff != "" {
		t.Error(diff)
	}
	if !got["10.0.0.1:1"].Outright || got["10.0.0.1:1"].Target != "net" {
		t.Errorf("lost what its target was: %+v", got["10.0.0.1:1"])
	}
	if a, d, n := p.Asked.Load(), p.Done.Load(), p.Answered.Load(); a != 6 || d != 6 || n != 4 {
		t.Errorf("asked %d, done %d, answered %d; want 6, 6, 4", a, d, n)
	}
	if w, f := p.Walked.Load(), p.Files.Load(); w != 1 || f != 3 {
		t.Errorf("walked %d with %d files; want 1 with 3", w, f)
	}
}

func TestBounds(t *testing.T) {
	for _, tt := range []struct {
		name             string
		limits           Limits
		hosts            int
		ports            []uint16
		most, mostOfHost int32
	}{
		{"in all", Limits{Concurrency: 5, PerHost: 2}, 40, []uint16{1, 2, 3}, 5, 2},
		{"of one host", Limits{Concurrency: 50, PerHost: 3}, 1, []uint16{1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3},
		{"one by one", Limits{Concurrency: 1, PerHost: 1}, 5, []uint16{1, 2}, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var (
					mu            sync.Mutex
					now, most     int32
					of            = map[netip.Addr]int32{}
					mostOfOneHost int32
				)
				got, err := gather(t, t.Context(), Config{Limits: tt.limits,
					Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
						mu.Lock()
						now++
						of[e.Address]++
						most, mostOfOneHost = max(most, now), max(mostOfOneHost, of[e.Address])
						mu.Unlock()
						time.Sleep(time.Second)
						mu.Lock()
						now--
						of[e.Address]--
						mu.Unlock()
						return fine(e)
					})}, network(tt.hosts, tt.ports...))
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != tt.hosts*len(tt.ports) {
					t.Errorf("%d observations", len(got))
				}
				if most != tt.most || mostOfOneHost != tt.mostOfHost {
					t.Errorf("%d at once, %d of one host; want %d and %d", most, mostOfOneHost, tt.most, tt.mostOfHost)
				}
			})
		})
	}
}

// Files are read a few at once, whatever the bound of endpoints, and hold up no
// host.
func TestFileReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var files, hosts, mostFiles, mostHosts atomic.Int32
		var targets []scanner.Target
		for i := range 100 {
			targets = append(targets, scanner.Target{Path: fmt.Sprint("/", i)}, scanner.Target{Addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), Ports: []uint16{1}})
		}
		got, err := gather(t, t.Context(), Config{Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			now, most := &hosts, &mostHosts
			if e.Path != "" {
				now, most = &files, &mostFiles
			}
			for n, m := now.Add(1), most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return fine(e)
		})}, just(targets...))
		if err != nil || len(got) != 400 {
			t.Errorf("%d observations, %v", len(got), err)
		}
		if f, h := mostFiles.Load(), mostHosts.Load(); f != fileReaders || h != 100 {
			t.Errorf("%d files and %d hosts at once, want %d and 100", f, h, fileReaders)
		}
	})
}

// Several targets that lead to one address keep to its bound together.
func TestPerHostOverTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		a := netip.MustParseAddr("10.0.0.1")
		var targets []scanner.Target
		for i := range 20 {
			targets = append(targets, scanner.Target{Addr: a, Ports: []uint16{uint16(i + 1)}})
		}
		_, err := gather(t, t.Context(), Config{Limits: Limits{PerHost: 2},
			Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
				return fine(e)
			})}, just(targets...))
		if err != nil || most.Load() != 2 {
			t.Errorf("%d at once, %v", most.Load(), err)
		}
	})
}

func TestEmitIsOneGoroutineAndHoldsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun, emitting atomic.Int32
		err := New(Config{Expander: expand{}, Limits: Limits{Concurrency: 4},
			Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				begun.Add(1)
				return fine(e)
			})}).Sweep(t.Context(), network(100, 1), func(scanner.Observation) error {
			if emitting.Add(1) != 1 {
				t.Error("emit called while it runs")
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if ahead := begun.Load(); ahead > 105 {
				t.Errorf("%d begun", ahead)
			}
			emitting.Add(-1)
			return nil
		})
		if err != nil || begun.Load() != 100 {
			t.Errorf("%d begun, %v", begun.Load(), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int32
		n := 0
		err := New(Config{Expander: expand{}, Limits: Limits{Concurrency: 4},
			Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				begun.Add(1)
				return fine(e)
			})}).Sweep(t.Context(), network(1000, 1), func(scanner.Observation) error {
			n++
			time.Sleep(time.Minute)
			synctest.Wait()
			if ahead := int(begun.Load()) - n; ahead > 4 {
				t.Errorf("%d ahead of a slow receiver", ahead)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestEmitError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		n := 0
		err := New(Config{Expander: expand{}, Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
			if e.Address != netip.MustParseAddr("10.0.0.0") {
				<-ctx.Done()
			}
			return fine(e)
		})}).Sweep(t.Context(), network(1_000_000, 1), func(scanner.Observation) error { n++; return full })
		if !errors.Is(err, full) || n != 1 {
			t.Errorf("error %v after %d", err, n)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var stopped time.Time
		time.AfterFunc(10*time.Second, func() { stopped = time.Now(); cancel() })
		got, err := gather(t, ctx, Config{Limits: Limits{Concurrency: 10},
			Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
				if e.Port == 1 {
					return fine(e)
				}
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
				}
				return failed(e, scanner.StageConnect, scanner.ReasonInterrupted)
			})}, network(1_000_000, 1, 2))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if d := time.Since(stopped); d > 2*time.Second {
			t.Errorf("ended after %v", d)
		}
		// The ten endpoints that hang were never asked everything; each is the
		// second of a host whose first had finished.
		if len(got) < 10 {
			t.Errorf("%d observations, want all that finished", len(got))
		}
		for _, o := range got {
			if o.Endpoint.Port != 1 || o.Failure != nil {
				t.Errorf("%s: %+v", o.Endpoint, o.Failure)
			}
		}
	})
}

// A probe that listens to nothing is left behind.
func TestCancelDeafProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := gather(t, ctx, Config{Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			time.Sleep(time.Hour)
			return fine(e)
		})}, network(3, 1))
		if d := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || d > 3*time.Second {
			t.Errorf("%v after %v", err, d)
		}
		time.Sleep(2 * time.Hour) // the bubble ends only once all its goroutines have
	})
}

func TestCancelledBefore(t *testing.T) {
	leaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := gather(t, ctx, Config{Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
		t.Errorf("%s asked", e)
		return fine(e)
	})}, network(10, 1))
	if !errors.Is(err, context.Canceled) || len(got) != 0 {
		t.Errorf("%d observations, %v", len(got), err)
	}
}

func TestHostTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got, err := gather(t, t.Context(), Config{Limits: Limits{HostTimeout: 30 * time.Second},
			Prober: probeFunc(func(ctx context.Context, e scanner.Endpoint) scanner.Observation {
				<-ctx.Done()
				o := failed(e, scanner.StageHandshake, scanner.ReasonOf(ctx.Err()))
				if e.Port == 2 {
					o = fine(e)
					o.Incomplete = []scanner.Incomplete{{What: "x", Reason: scanner.ReasonInterrupted}}
				}
				return o
			})}, network(1, 1, 2))
		if err != nil || time.Since(began) != 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if f := got["10.0.0.0:1"].Failure; f == nil || f.Reason != scanner.ReasonTimeout {
			t.Errorf("%+v", f)
		}
		if in := got["10.0.0.0:2"].Incomplete; len(in) != 1 || in[0].Reason != scanner.ReasonTimeout {
			t.Errorf("%+v", in)
		}
	})
}

type secret struct{ key string }

func TestPanicBoundary(t *testing.T) {
	leaks(t)
	got, err := gather(t, t.Context(), Config{
		Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			switch e.Port {
			case 1:
				return indexes(e, nil)
			case 2:
				panic(secret{"-----BEGIN PRIVATE KEY-----"})
			case 3:
				panic("-----BEGIN PRIVATE KEY-----")
			case 4:
				var p *scanner.Endpoint
				e.Port = p.Port
			}
			return fine(e)
		}),
	}, just(
		scanner.Target{Addr: netip.MustParseAddr("10.0.0.1"), Ports: []uint16{1, 2, 3, 4, 5}},
		scanner.Target{Text: "panic", Path: "/tree"},
	))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 6 {
		t.Errorf("%d observations", len(got))
	}
	for at, want := range map[string]string{
		"10.0.0.1:1": "panic in sweep.indexes (local_test.go:", "10.0.0.1:2": "a value of type sweep.secret",
		"10.0.0.1:3": "a value of type string", "10.0.0.1:4": "nil pointer", "/tree": "a value of type string",
	} {
		f := got[at].Failure
		if f == nil || f.Stage != scanner.StageProbe || f.Reason != scanner.ReasonInternal {
			t.Errorf("%s: %+v", at, f)
			continue
		}
		if !strings.Contains(f.Detail, want) || strings.Contains(f.Detail, "BEGIN") || strings.Contains(f.Detail, "secret ") {
			t.Errorf("%s: %q, want %q", at, f.Detail, want)
		}
	}
	if got["10.0.0.1:5"].Plain == nil {
		t.Error("the sweep did not go on")
	}
}

func indexes(e scanner.Endpoint, b []byte) scanner.Observation {
	e.Port = uint16(b[5])
	return fine(e)
}

// A million dead targets need no more memory than a few.
func TestMillionDeadTargets(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	leaks(t)
	run := func(n int) (peak uint64, done int) {
		runtime.GC()
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		err := New(Config{Expander: expand{}, Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
			return failed(e, scanner.StageConnect, scanner.ReasonTimeout)
		})}).Sweep(t.Context(), network(n, 443), func(scanner.Observation) error {
			if done++; done%(n/10) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				if now.HeapAlloc > before.HeapAlloc {
					peak = max(peak, now.HeapAlloc-before.HeapAlloc)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return peak, done
	}
	few, n := run(1000)
	if n != 1000 {
		t.Errorf("%d observations", n)
	}
	many, n := run(1_000_000)
	if n != 1_000_000 {
		t.Errorf("%d observations", n)
	}
	t.Logf("heap: %d KiB for 1,000 targets, %d KiB for 1,000,000", few>>10, many>>10)
	if many > few+(4<<20) {
		t.Errorf("heap grew from %d to %d bytes", few, many)
	}
}
