package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How many dead targets a sweep is measured with, and how much more memory
// they may take, in KiB, than a thousand: to sweep them, and to go on with a
// sweep that had finished them, which must know them again.
const (
	fewDead     = 1 << 10
	manyDead    = 1 << 16
	deadRSS     = 20 << 10
	deadTargets = "127.64.0.0/%d:1"
)

// TestDeadTargetsCostNoMemory measures the peak of resident memory of sweeps
// over addresses of loopback where nobody listens. (BenchmarkDead has the
// million.)
func TestDeadTargetsCostNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("65,536 connects take some seconds")
	}
	few, _ := sweepDead(t, fewDead)
	many, resumed := sweepDead(t, manyDead)
	t.Logf("%d dead targets: %d MiB; %d: %d MiB, resumed %d MiB", fewDead, few>>10, manyDead, many>>10, resumed>>10)
	if many > few+deadRSS || resumed > few+deadRSS {
		t.Errorf("%d targets take %d MiB, and %d MiB when resumed; %d take %d MiB", manyDead, many>>10, resumed>>10, fewDead, few>>10)
	}
}

// BenchmarkDead is the million, with the memory it took beside a thousand's.
func BenchmarkDead(b *testing.B) {
	few, _ := sweepDead(b, fewDead)
	for b.Loop() {
		many, resumed := sweepDead(b, 1<<20)
		b.ReportMetric(float64(many>>10), "MiB")
		b.ReportMetric(float64(resumed>>10), "MiB-resumed")
		b.ReportMetric(float64(few>>10), "MiB-of-1024")
	}
}

// sweepDead sweeps n dead targets, a power of two, breaks the end of the
// journal off and goes on with the sweep. It returns the peaks of memory.
func sweepDead(t testing.TB, n int) (swept, resumed int64) {
	t.Helper()
	bits := 32
	for size := 1; size < n; size *= 2 {
		bits--
	}
	state := t.TempDir()
	swept = peakOf(t, n, "scan", "--state", state, fmt.Sprintf(deadTargets, bits))
	journals, _ := filepath.Glob(filepath.Join(state, "sweeps", "*.jsonl"))
	if len(journals) != 1 {
		t.Fatalf("journals: %v", journals)
	}
	info, err := os.Stat(journals[0])
	if err == nil {
		err = os.Truncate(journals[0], info.Size()-1000)
	}
	if err != nil {
		t.Fatal(err)
	}
	return swept, peakOf(t, n, "scan", "--state", state, "--resume", strings.TrimSuffix(filepath.Base(journals[0]), ".jsonl"))
}

// peakOf runs the program, whose summary must speak of n endpoints, and
// returns its peak of resident memory in KiB.
func peakOf(t testing.TB, n int, args ...string) int64 {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(binary(t), args...)
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	began := time.Now()
	_ = cmd.Run()
	if asked := strings.ReplaceAll(out.String(), ",", ""); !strings.Contains(asked, fmt.Sprintf("%d asked", n)) {
		t.Fatalf("%v: want %d asked\n%s", args, n, out.String())
	}
	t.Logf("%v: %v", args[3:], time.Since(began).Round(time.Second/10))
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
}
