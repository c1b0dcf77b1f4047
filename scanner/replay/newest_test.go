package replay

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// TestNewest begins sweeps within one second, whose ids sort in another order,
// and in a folder with a name that patterns are written with.
func TestNewest(t *testing.T) {
	state := filepath.Join(t.TempDir(), "a[b]*")
	if _, err := Newest(state); err == nil || !strings.Contains(err.Error(), "no sweep is kept in "+state) {
		t.Errorf("of a state that is not there: %v", err)
	}
	began := time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)
	for _, x := range []struct {
		after  time.Duration
		random byte
	}{{0, 0x80}, {100 * time.Millisecond, 0x20}, {200 * time.Millisecond, 0xf0}, {300 * time.Millisecond, 0x10}, {2 * time.Second, 0x01}} {
		started := began.Add(x.after)
		j, err := Create(state, scanner.Sweep{ID: NewID(started, [2]byte{x.random}), Started: started}, &Plan{})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := Newest(state); got != j.Path() || err != nil {
			t.Errorf("after %v: %s, %v, want %s", x.after, got, err, j.Path())
		}
	}
}
