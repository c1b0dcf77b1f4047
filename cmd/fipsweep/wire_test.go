package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner/replay"
)

// An id that a sweep of the same second has is not drawn again.
func TestNewSweepID(t *testing.T) {
	state, started := t.TempDir(), time.Date(2026, 11, 26, 1, 20, 20, 0, time.UTC)
	drawn := byte(0)
	draw := func(b []byte) (int, error) {
		b[0], b[1] = 0, drawn/2 // each twice
		drawn++
		return len(b), nil
	}
	for _, want := range []string{"20261126T012020Z-0000", "20261126T012020Z-0001"} {
		id := newSweepID(started, state, draw)
		if id != want {
			t.Errorf("%s, want %s", id, want)
		}
		path := replay.Path(state, id)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
