package main

import (
	"runtime/debug"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
)

// The heap of a short run may grow, and no longer once there are many endpoints.
func TestHeapIsBound(t *testing.T) {
	t.Setenv("GOGC", "")
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
