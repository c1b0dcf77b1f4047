package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// About reads what a file says of its sweep: a journal in its first and last
// line, JSON lines in their last. Where the file does not say, the sweep was
// broken off, and its id and times are those of its observations. Each
// observation that it meets is handed to see, which may be nil.
func About(ctx context.Context, in io.Reader, name string, see func(scanner.Observation)) (scanner.Sweep, error) {
	var first scanner.Observation
	var last time.Time
	r := NewReader(in, name)
	for o, err := range r.All(ctx) {
		if err != nil {
			return scanner.Sweep{}, err
		}
		if see != nil {
			see(o)
		}
		if first.Schema == "" {
			first = o
		}
		if o.Time.After(last) {
			last = o.Time
		}
	}
	s := r.About
	if s.ID == "" {
		s.ID, s.Started = first.Sweep, first.Time
	}
	if s.Started.IsZero() {
		return s, fmt.Errorf("%s tells of no sweep and no observation: it is empty, or all of it is of another kind", name)
	}
	if s.Ended.IsZero() {
		s.Ended, s.Interrupted = last, true
	}
	return s, nil
}

// sweepSchema names the line that JSON lines end with; package reports owns
// it. Only what it says of the sweep itself is read here.
const sweepSchema = "fipsweep.sweep/v1"

func sweepOf(line []byte) (scanner.Sweep, error) {
	var s scanner.Sweep
	var id struct {
		Sweep string `json:"sweep"`
	}
	if err := json.Unmarshal(line, &s); err != nil {
		return s, fmt.Errorf("the line about the sweep is damaged: %w", err)
	}
	err := json.Unmarshal(line, &id)
	s.ID = id.Sweep
	return s, err
}
