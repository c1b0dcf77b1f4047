package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
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
	fewDead  = 1 << 10
	manyDead = 1 << 16
	deadRSS  = 20 << 10
)

// TestDeadTargetsCostNoMemory measures the peak of resident memory of sweeps
// over addresses of loopback where nobody listens. (BenchmarkDead has the
// million.)
func TestDeadTargetsCostNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("65,536 connects take some seconds")
	}
	few, _ := sweepDead(t, fewDead, deadNetwork(fewDead))
	many, resumed := sweepDead(t, manyDead, deadNetwork(manyDead))
	t.Logf("%d dead targets: %d MiB; %d: %d MiB, resumed %d MiB", fewDead, few>>10, manyDead, many>>10, resumed>>10)
	if many > few+deadRSS || resumed > few+deadRSS {
		t.Errorf("%d targets take %d MiB, and %d MiB when resumed; %d take %d MiB", manyDead, many>>10, resumed>>10, fewDead, few>>10)
	}
}

// BenchmarkDead is the million, with the memory it took beside a thousand's: of
// one network, and of a list of addresses all over 127.0.0.0/8.
func BenchmarkDead(b *testing.B) {
	const million = 1 << 20
	few, _ := sweepDead(b, fewDead, deadNetwork(fewDead))
	for _, row := range []struct{ name, targets string }{
		{"network", deadNetwork(million)},
		{"list", "--targets=" + deadList(b, million)},
	} {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				many, resumed := sweepDead(b, million, row.targets)
				b.ReportMetric(float64(many>>10), "MiB")
				b.ReportMetric(float64(resumed>>10), "MiB-resumed")
				b.ReportMetric(float64(few>>10), "MiB-of-1024")
			}
		})
	}
}

// deadNetwork is n addresses where nobody listens, a power of two.
func deadNetwork(n int) string { return fmt.Sprintf("127.64.0.0/%d", 33-bits.Len(uint(n))) }

// deadList is a file of n such addresses, in no order and no neighbours. (It is
// never held whole: Linux counts what a process took when it began another as
// the peak of that.)
func deadList(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "targets.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	list := bufio.NewWriter(f)
	for i := range uint32(n) {
		a := (i + 1) * 0x9e3779b1 // odd, so that no two are the same in their last three bytes
		fmt.Fprintf(list, "127.%d.%d.%d\n", a>>16&255, a>>8&255, a&255)
	}
	if err := errors.Join(list.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// sweepDead sweeps targets that are n dead endpoints, breaks the end of the
// journal off and goes on with the sweep. It returns the peaks of memory.
func sweepDead(t testing.TB, n int, targets string) (swept, resumed int64) {
	t.Helper()
	state := t.TempDir()
	swept = peakOf(t, n, "scan", "--state", state, "--ports", "1", targets)
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
