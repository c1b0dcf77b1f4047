package replay

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestMain(m *testing.M) {
	if state := os.Getenv("HOLD_LOCK"); state != "" {
		_, err := Lock(context.Background(), state, "the other")
		fmt.Println("held", err)
		time.Sleep(time.Minute)
	}
	goleak.VerifyTestMain(m)
}

var plan = Plan{Targets: []string{"10.0.0.0/24"}, Flags: map[string][]string{"ports": {"443"}}, Dir: "/", Lists: "00"}

// Wherever a journal broke off behind its first line, going on with it keeps
// what was whole and comes to the journal of an unbroken sweep.
func TestResumeAtEveryByte(t *testing.T) {
	want := observations(4)
	whole, err := os.ReadFile(write(t, want, true))
	if err != nil {
		t.Fatal(err)
	}
	first, state := bytes.IndexByte(whole, '\n')+1, t.TempDir()
	path := Path(state, sweep.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for n := first; n <= len(whole); n += 7 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Resume(state, sweep)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var done Done
		for o, err := range Read(t.Context(), f, path) {
			if err != nil {
				t.Fatalf("cut at %d: %v", n, err)
			}
			done.Add(o)
		}
		f.Close()
		for _, o := range want {
			if has, _, _ := done.Has(o.Endpoint); has {
				continue
			}
			if err := j.Append(o); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(bytes.NewReader(data), path)
		got, errs := read(t, r)
		if diff := cmp.Diff(want, got, compareOK); diff != "" || len(errs) > 0 {
			t.Fatalf("cut at %d (-want +got): %v\n%s", n, errs, diff)
		}
		if r.Cut || !r.About.Ended.IsZero() {
			t.Errorf("cut at %d: cut %v, ended %v while it goes on", n, r.Cut, r.About.Ended)
		}
	}
}

func TestPlanOf(t *testing.T) {
	j, err := Create(t.TempDir(), sweep, &plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	about, got, err := PlanOf(j.Path())
	if diff := cmp.Diff(plan, got); diff != "" || err != nil || about.ID != sweep.ID {
		t.Errorf("%v, %v (-want +got):\n%s", about.ID, err, diff)
	}
	old := write(t, observations(1), true)
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(cut, []byte(`{"schema":"fipsweep.jour`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"without a plan", old, "does not say what its sweep asks"},
		{"cut in its first line", cut, "not one whole line"},
		{"absent", cut + "x", "no such file"},
	} {
		if _, _, err := PlanOf(tt.path); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A million endpoints are known in little room, each of them and no other.
func TestDoneIsSmall(t *testing.T) {
	const n = 1_000_000
	for _, tt := range []struct {
		name     string
		endpoint func(i int) scanner.Endpoint
		most     int64 // MiB
	}{
		{"addresses next to each other", func(i int) scanner.Endpoint {
			return scanner.Host(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 443, "")
		}, 2},
		{"all over a /8, at two ports", func(i int) scanner.Endpoint {
			a := uint32(i) * 0x9e3779b1 // odd, so that no two are the same in their last three bytes
			return scanner.Host(netip.AddrFrom4([4]byte{10, byte(a >> 16), byte(a >> 8), byte(a)}), uint16(443+i%2), "")
		}, 2},
		{"of IPv6", func(i int) scanner.Endpoint {
			return scanner.Host(netip.AddrFrom16([16]byte{0xfd, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}), 443, "")
		}, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var d Done
			for i := range n {
				reason := [...]scanner.Reason{scanner.ReasonRefused, scanner.ReasonTimeout}[i/3%2]
				d.Add(scanner.Failed(tt.endpoint(i), "sweep", scanner.Failure{Stage: scanner.StageConnect, Reason: reason}))
			}
			d.Has(scanner.Endpoint{})
			runtime.GC()
			runtime.ReadMemStats(&after)
			used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
			t.Logf("%d endpoints in %d KiB, by its own word %d", d.Len(), used>>10, d.Size()>>10)
			if used > tt.most<<20 || d.Len() != n || d.Size() > int(tt.most<<20) {
				t.Errorf("%d endpoints in %d KiB, want %d in %d MiB at most", d.Len(), used>>10, n, tt.most)
			}
			for i := 0; i < 2*n; i += 997 {
				has, heard, _ := d.Has(tt.endpoint(i))
				if has != (i < n) || heard != (has && i/3%2 == 0) {
					t.Fatalf("%v: %v, heard of its host: %v", tt.endpoint(i), has, heard)
				}
			}
		})
	}
}

// What was added is found, in whatever order and however few, and so is what
// comes next.
func TestNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, numbersInRun - 1, numbersInRun, numbersInRun + 1, 3*mostWaiting + 5} {
		var s numbers
		var want []uint64
		for range n {
			v := random.Uint64() >> random.IntN(64) &^ 1
			if slices.Contains(want[max(0, len(want)-numbersInRun):], v) {
				continue
			}
			want = append(want, v)
			s.add(v)
		}
		s.settle()
		slices.Sort(want)
		if got := slices.Collect(s.each); !slices.Equal(got, want) {
			t.Fatalf("of %d others were kept", n)
		}
		for _, v := range append(slices.Clone(want[:min(len(want), 2000)]), 0, 1, math.MaxUint64) {
			for _, v := range []uint64{v, v + 1} {
				i, _ := slices.BinarySearch(want, v)
				if got, ok := s.from(v); ok != (i < len(want)) || ok && got != want[i] {
					t.Fatalf("of %d, from %d: %d, %v", n, v, got, ok)
				}
			}
		}
	}
}

func TestDoneAnswered(t *testing.T) {
	a := netip.MustParseAddr("10.0.0.1")
	var d Done
	d.Add(scanner.Observe(scanner.Host(a, 1, "n.example"), "tls"))
	d.Add(scanner.Failed(scanner.Host(a, 2, "n.example"), "tls", scanner.Failure{Stage: scanner.StageConnect}))
	d.Add(scanner.Observation{Endpoint: scanner.Endpoint{Target: "odd"}})
	for port, reason := range map[uint16]scanner.Reason{3: scanner.ReasonRefused, 4: scanner.ReasonTimeout, 5: scanner.ReasonFiltered} {
		d.Add(scanner.Failed(scanner.Host(a, port, ""), "tls", scanner.Failure{Stage: scanner.StageConnect, Reason: reason}))
	}
	for _, tt := range []struct {
		e                     scanner.Endpoint
		done, heard, answered bool
	}{
		{scanner.Host(a, 1, "n.example"), true, true, true},
		{scanner.Host(a, 2, "n.example"), true, false, false},
		{scanner.Host(a, 1, ""), false, false, false},
		{scanner.Host(a, 3, ""), true, true, false},
		{scanner.Host(a, 4, ""), true, false, false},
		{scanner.Host(a, 5, ""), true, true, false},
		{scanner.Endpoint{Target: "odd"}, true, true, false},
	} {
		if done, heard, answered := d.Has(tt.e); done != tt.done || heard != tt.heard || answered != tt.answered {
			t.Errorf("%v: %v, %v, %v", tt.e, done, heard, answered)
		}
	}
	if done, _, _ := new(Done).Has(scanner.Host(a, 1, "")); done {
		t.Error("nothing has something")
	}
}

// The lock is another process's until that is killed, and then ours.
func TestLock(t *testing.T) {
	state := filepath.Join(t.TempDir(), "deep", "state")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLD_LOCK="+state)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	if n, err := out.Read(line); err != nil || string(line[:n]) != "held <nil>\n" {
		t.Fatalf("%q, %v", line[:n], err)
	}
	refuse, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(refuse, state, "us"); err == nil || !strings.Contains(err.Error(), `another sweep ("the other")`) {
		t.Errorf("taken twice: %v", err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = cmd.Process.Kill() })
	unlock, err := Lock(t.Context(), state, "us")
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := unlock(); err != nil {
		t.Error(err)
	}
	if unlock, err = Lock(refuse, state, "us again"); err != nil {
		t.Error(err)
	} else if err := unlock(); err != nil {
		t.Error(err)
	}
}
