//go:build unix

package certstore_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// Benchmarked is a tree of 100,000 files, of which 1,000 are stores.
const (
	benchFiles  = 100_000
	benchStores = 1_000
)

// tree makes it: a hundred files to a folder, most of them text of 2 kB.
func tree(b *testing.B) string {
	b.Helper()
	parts, dir := make1(b), b.TempDir()
	stores := [][]byte{parts.cert, parts.certDER, parts.key, parts.p7, packed(b, "cert.pem", parts.cert)}
	other := [][]byte{[]byte(strings.Repeat("some words of text\n", 100)), make([]byte, 3000), []byte("#!/bin/sh\nexit 0\n")}
	for n := range benchFiles {
		folder := filepath.Join(dir, fmt.Sprintf("%03d", n/1000), fmt.Sprint(n/100%10))
		if n%100 == 0 {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				b.Fatal(err)
			}
		}
		data := other[n%len(other)]
		if n%(benchFiles/benchStores) == 0 {
			data = stores[n/100%len(stores)]
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(n)), data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkTree walks and reads the tree with one reader, and tells the most
// memory that the process ever had.
func BenchmarkTree(b *testing.B) {
	dir := tree(b)
	before := processor(b)
	b.ResetTimer()
	for range b.N {
		s, files, stores := certstore.New(certstore.Options{}), 0, 0
		for e, err := range s.Expand(b.Context(), scanner.Target{Text: dir, Path: dir}) {
			if err != nil {
				b.Fatal(err)
			}
			files++
			if o := s.Probe(b.Context(), e); o.Store != nil && o.Store.Format != "" {
				stores++
			}
		}
		if files != benchFiles || stores != benchStores {
			b.Fatalf("%d files, %d stores", files, stores)
		}
	}
	b.ReportMetric(benchFiles*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric(float64((processor(b)-before).Microseconds())/float64(benchFiles*b.N), "CPU-µs/file")
	b.ReportMetric(peakMemory(b), "peak-MB")
}

// BenchmarkByHand does what people do without a tool, with a hundredth of the
// tree, and finds fewer.
func BenchmarkByHand(b *testing.B) {
	dir, openssl := tree(b), lab.Program(b, "openssl")
	b.ResetTimer()
	var took time.Duration
	for range b.N {
		cmd := exec.Command("sh", "-c", "find \"$1\"/000 -type f | xargs -n1 -P$(nproc) \"$2\" x509 -noout -subject -in 2>/dev/null | wc -l", "sh", dir, openssl)
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%s certificates", strings.TrimSpace(string(out)))
		took += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(benchFiles/100*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric(float64(took.Microseconds())/float64(benchFiles/100*b.N), "CPU-µs/file")
}

// processor is the time that this process has had of processors.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the high-water mark of this process, in megabytes; 0 where the
// system does not tell.
func peakMemory(b *testing.B) float64 {
	data, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kB float64
			fmt.Sscan(rest, &kB)
			return kB / 1024
		}
	}
	return 0
}
