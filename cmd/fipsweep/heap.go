package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/fipsweep/fipsweep/fips"
)

// By how many percent the heap may grow between collections. A judged sweep of
// a hundred thousand endpoints keeps some 150 MiB of tallies and keys: twice
// that, Go's own setting, is more than is promised. But of the 10 MiB that a
// sweep itself keeps, any such part is soon used up, and each collection looks
// through the stacks of all probes. So the heap holds a ballast besides, which
// grows along on paper: nobody writes to it, so it takes no memory. A short run
// is over before a collection yields anything, and they were a third of what it
// cost: it begins with room for 16 MiB. While a list is read, a collection finds
// numbers, which it need not look through, and garbage: it may come often.
const (
	ballastSize = 16 << 20
	startGrowth = 800 // of the 4 MiB that Go begins with
	heapGrowth  = 40
	listGrowth  = 10
)

// few is how many endpoints a short run has at most.
const few = 16

// startHeap sets the growth for the start. What it returns must be kept until
// the end.
func startHeap() (ballast []byte) {
	if !growHeap(startGrowth) {
		return nil
	}
	return make([]byte, ballastSize)
}

// growHeap sets the growth, unless the operator says otherwise.
func growHeap(percent int) bool {
	ours := os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == ""
	if ours {
		debug.SetGCPercent(percent)
	}
	return ours
}

// growthBeside is by how much the heap may grow where so many bytes of numbers
// are kept. They count as ballast: what need not be looked through makes no
// collection dearer, and so no room for more garbage.
func growthBeside(bytes int) int { return heapGrowth * ballastSize / (ballastSize + bytes) }

// A heapBound ends the start of a run that turns out to be no short one.
type heapBound struct{ seen int }

// Record counts the endpoint.
func (h *heapBound) Record(context.Context, fips.Assessment) error {
	if h.seen++; h.seen == few {
		growHeap(heapGrowth)
	}
	return nil
}
