package main

import (
	"bytes"
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

// TestOneEncoding looks whether a journal has its observations in the very bytes
// that JSON lines have, of which the sweep's evidence digest is.
func TestOneEncoding(t *testing.T) {
	all := makeUp(10)
	all[0].Target = "a<b>&\u2028" // which encoders escape or do not
	var out bytes.Buffer
	path, report := record(t, plainAssessor(t), all, &out)
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	journal, lines := observationsOf(kept), observationsOf(out.Bytes())
	if bytes.Count(journal, []byte("\n")) != len(all) {
		t.Errorf("the journal holds %d observations of %d", bytes.Count(journal, []byte("\n")), len(all))
	}
	if diff := cmp.Diff(string(lines), string(journal)); diff != "" {
		t.Errorf("(-JSON lines +journal):\n%s", diff)
	}
	if digest := scanner.Digest(journal); digest != report.Evidence {
		t.Errorf("the journal's observations have the digest %s, the report says %s", digest, report.Evidence)
	}
}

func observationsOf(text []byte) (all []byte) {
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte(`{"schema":"`+scanner.ObservationSchema+`"`)) {
			all = append(all, line...)
		}
	}
	return all
}

// recorded is how many observations BenchmarkRecord puts through at a time.
const recorded = 1000

// BenchmarkRecord is what an observation costs from the moment it is made: the
// journal, the judging, the JSON lines and the report's tallies. Of ten, six
// are of TLS servers, two of SSH servers, one of a file, and one is lost.
func BenchmarkRecord(b *testing.B) {
	a := plainAssessor(b)
	all := makeUp(recorded)
	b.ReportAllocs()
	cpu := taken(b)
	for b.Loop() {
		record(b, a, all, io.Discard)
	}
	b.ReportMetric(float64((taken(b)-cpu).Microseconds())/float64(recorded*b.N), "cpu-µs/observation")
}

// taken is what this process has had of the processors: most of the time goes
// by waiting for the disk.
func taken(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReadAgain is what an observation costs an output that reads the
// journal and judges it again.
func BenchmarkReadAgain(b *testing.B) {
	a := plainAssessor(b)
	path, _ := record(b, a, makeUp(recorded), io.Discard)
	kept := saved{[]string{path}}
	b.ReportAllocs()
	cpu := taken(b)
	for b.Loop() {
		n := 0
		for _, err := range a.judged(kept.observations)(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != recorded {
			b.Fatalf("%d observations", n)
		}
	}
	b.ReportMetric(float64((taken(b)-cpu).Microseconds())/float64(recorded*b.N), "cpu-µs/observation")
}

func plainAssessor(tb testing.TB) *assessor {
	tb.Helper()
	a, err := newAssessor(judgingFlags{asOf: "2026-11-22", failOn: "never", quiet: true, cbom: "1.7"})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// record puts observations through a pipeline with a journal, and gives its
// path and the report.
func record(tb testing.TB, a *assessor, all made, lines io.Writer) (string, *reports.Report) {
	tb.Helper()
	began := time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)
	about := scanner.Sweep{ID: replay.NewID(began, [2]byte{}), Started: began, Scope: scanner.Scope{Targets: []string{"10.0.0.0/13", "/srv"}, Depth: depthFull}}
	journal, err := replay.Create(tb.TempDir(), about, nil)
	if err != nil {
		tb.Fatal(err)
	}
	builder, err := reports.NewBuilder(reports.Config{Sweep: about, Catalogue: a.cat, Controls: a.controls, Policy: a.judge.Policy(), AsOf: a.asOf, Judge: a.judge})
	if err != nil {
		tb.Fatal(err)
	}
	line := pipeline{sweeper: all, journal: journal, judge: a.assess, builder: builder, now: time.Now,
		recorders: []reports.Recorder{reports.NewLines(lines, a.controls), builder}}
	r, err := line.assess(tb.Context())
	if err != nil || r.Asked != len(all) {
		tb.Fatal(r, err)
	}
	return journal.Path(), r
}

// made is a Sweeper of observations that were made up before.
type made []scanner.Observation

func makeUp(n int) made {
	m := &maker{rand: rand.New(rand.NewPCG(1, 2)), suites: iana.Suites()}
	var all made
	for i := range n {
		all = append(all, m.observation(i))
	}
	return all
}

func (m made) Sweep(_ context.Context, _ iter.Seq[scanner.Target], emit func(scanner.Observation) error) error {
	for _, o := range m {
		if err := emit(o); err != nil {
			return err
		}
	}
	return nil
}
