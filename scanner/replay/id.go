package replay

import (
	"fmt"
	"time"
)

const idTime = "20060102T150405Z"

// NewID names a sweep by its start, in UTC, and two random bytes that keep
// sweeps of the same second apart: "20261122T011502Z-7c41". Names sort by
// time.
func NewID(start time.Time, random [2]byte) string {
	return fmt.Sprintf("%s-%x", start.UTC().Format(idTime), random[:])
}

// checkID refuses what NewID did not make, since an id becomes a file name.
func checkID(id string) error {
	if len(id) == len(idTime)+5 {
		t, err := time.Parse(idTime, id[:len(idTime)])
		var random [2]byte
		if n, _ := fmt.Sscanf(id[len(idTime):], "-%02x%02x", &random[0], &random[1]); err == nil && n == 2 && NewID(t, random) == id {
			return nil
		}
	}
	return fmt.Errorf("%.40q is no sweep id: one looks like 20261122T011502Z-7c41", id)
}
