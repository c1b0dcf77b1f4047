package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// Newest is the journal in a state directory of the sweep that began last. Ids
// sort by the second of their start; of those of one second their journals say
// more.
func Newest(state string) (string, error) {
	folder := filepath.Dir(Path(state, "any"))
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("looking for sweeps: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".jsonl"); ok && checkID(id) == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("no sweep is kept in %s", state)
	}
	last := ids[len(ids)-1]
	second := last[:len(idTime)]
	var newest time.Time
	for i := len(ids) - 1; i >= 0 && strings.HasPrefix(ids[i], second); i-- {
		if about, _, err := PlanOf(Path(state, ids[i])); err == nil && about.Started.After(newest) {
			last, newest = ids[i], about.Started
		}
	}
	return Path(state, last), nil
}
