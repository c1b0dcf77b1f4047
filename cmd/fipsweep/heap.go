package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/fipsweep/fipsweep/fips"
)

// By how many percent the heap may grow between collections. A judged sweep of
// a hundred thousand endpoints keeps some 150 MiB of tallies and keys: twice
// that, Go's own setting, is more than is promised. A sweep's own heap is small
// enough for the difference not to be felt; but a short run is over before a
// collection yields anything, and they were a third of what it cost.
const (
	startGrowth = 400
	heapGrowth  = 50
)

// few is how many endpoints a short run has at most.
const few = 16

// growHeap sets the growth, unless the operator says otherwise by GOGC.
func growHeap(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// A heapBound ends the start of a run that turns out to be no short one.
type heapBound struct{ seen int }

// Record counts the endpoint.
func (h *heapBound) Record(context.Context, fips.Assessment) error {
	if h.seen++; h.seen == few {
		growHeap(heapGrowth)
	}
	return nil
}
