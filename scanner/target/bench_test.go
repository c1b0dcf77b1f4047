package target

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// One target of a /8, in the order of the sweep.
func BenchmarkAll(b *testing.B) {
	l, err := Parse([]string{"10.0.0.0/8"}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for range l.All() {
		if n++; n >= b.N {
			break
		}
	}
}

// A list of a million open ports, as a port scanner writes it: what it takes to
// read and to plan, and what is kept.
func BenchmarkMillionLines(b *testing.B) {
	var in strings.Builder
	for i := range 1_000_000 {
		n := i * 0x9e3779b1 // no order, and no neighbours
		fmt.Fprintf(&in, "open tcp %d 10.%d.%d.%d 1700000000\n", 443+i&1*8000, n>>16&255, n>>8&255, n&255)
	}
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		p := NewParser(Options{})
		if err := p.Read(strings.NewReader(in.String()), "masscan.list"); err != nil {
			b.Fatal(err)
		}
		l, err := p.List()
		if err != nil {
			b.Fatal(err)
		}
		p = nil
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(l.Count()), "B/target")
		runtime.KeepAlive(l)
	}
}
