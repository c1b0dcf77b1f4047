package main

import (
	"runtime/debug"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
)

// Whoever sets what the heap may take has no ballast in it.
func TestBallast(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(startGrowth)
	defer debug.SetGCPercent(before)
	if n := len(startHeap()); n != ballastSize {
		t.Errorf("a ballast of %d bytes", n)
	}
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "100")
			if startHeap() != nil || growHeap(heapGrowth) {
				t.Error("the operator's word is not heeded")
			}
		})
	}
}

// The heap of a short run may grow, and no longer once there are many endpoints.
func TestHeapIsBound(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(startGrowth)
	defer debug.SetGCPercent(before)
	var h heapBound
	for range few - 1 {
		_ = h.Record(t.Context(), fips.Assessment{})
	}
	if now := debug.SetGCPercent(startGrowth); now != startGrowth {
		t.Errorf("%d %% after %d endpoints", now, few-1)
	}
	_ = h.Record(t.Context(), fips.Assessment{})
	if now := debug.SetGCPercent(startGrowth); now != heapGrowth {
		t.Errorf("%d %% after %d endpoints, want %d", now, few, heapGrowth)
	}
}

// What is kept as numbers makes the heap larger by itself, and by no garbage.
func TestGrowthBeside(t *testing.T) {
	if g := growthBeside(0); g != heapGrowth {
		t.Errorf("%d %% beside nothing, want %d", g, heapGrowth)
	}
	for _, kept := range []int{1 << 20, 8 << 20, 64 << 20} {
		garbage := func(live, growth int) int { return live / 100 * growth }
		if with, without := garbage(ballastSize+kept, growthBeside(kept)), garbage(ballastSize, heapGrowth); with > without {
			t.Errorf("room for %d bytes of garbage beside %d, for %d beside none", with, kept, without)
		}
	}
}
