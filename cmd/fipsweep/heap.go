package main

import (
	"os"
	"runtime/debug"
)

// heapGrowth is by how many percent the heap may grow between collections. A
// judged sweep of a hundred thousand endpoints keeps some 150 MiB of tallies
// and keys: twice that, Go's own setting, is more than is promised. A sweep's
// own heap is small enough for the difference not to be felt.
const heapGrowth = 50

// boundHeap sets it, unless the operator says otherwise by GOGC.
func boundHeap() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
