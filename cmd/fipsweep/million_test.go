package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// million is how many files a tree has that is scanned in bounded memory, and
// millionRSS the peak of resident memory that it may take, in KiB.
const (
	million    = 1_000_000
	millionRSS = 100 << 10
)

// BenchmarkMillion scans a million files, in one folder and in ten thousand,
// and tells files a second and the peak of resident memory.
func BenchmarkMillion(b *testing.B) {
	for _, tree := range []struct {
		name   string
		folder int // files to each
	}{{"flat", million}, {"nested", 100}} {
		b.Run(tree.name, func(b *testing.B) {
			program, dir := binary(b), b.TempDir()
			for n := range million {
				folder := filepath.Join(dir, fmt.Sprint(n/tree.folder%100), fmt.Sprint(n/tree.folder/100))
				if n%tree.folder == 0 {
					if err := os.MkdirAll(folder, 0o755); err != nil {
						b.Fatal(err)
					}
				}
				if err := os.WriteFile(fmt.Sprintf("%s/a-file-of-the-tree-%07d", folder, n), []byte("text\n"), 0o644); err != nil {
					b.Fatal(err)
				}
			}
			b.ResetTimer()
			for range b.N {
				scanMillion(b, program, dir)
			}
			b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

func scanMillion(b *testing.B, program, dir string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program, "scan", "-q", dir)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+b.TempDir())
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != int(exitIncomplete) { // nothing to judge
		b.Fatalf("%v: %s", err, out)
	}
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	b.ReportMetric(float64(peak)/1024, "peak-MB")
	if peak > millionRSS {
		b.Errorf("peak of %d MiB, want at most %d", peak>>10, millionRSS>>10)
	}
}
