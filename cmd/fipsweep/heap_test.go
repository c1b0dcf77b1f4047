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
