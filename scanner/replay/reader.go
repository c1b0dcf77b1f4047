package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxLine bounds one line. The largest observations are of stores with some
// ten thousand items.
const maxLine = 64 << 20

// A Reader reads observations again, from a journal or from JSON lines that a
// sweep wrote. It reads once.
type Reader struct {
	r     io.Reader
	name  string
	whole bool     // a whole line was seen
	ended []string // the sweeps that JSON lines have ended, by id

	// About is what the file says of its sweep, as far as it was read: a
	// journal without Ended until its last line, JSON lines nothing until then.
	About scanner.Sweep
	// Plan is what a journal says of what its sweep asks; nil where it does not.
	Plan *Plan
	// Cut tells that the last line was not whole, as after a crash. What
	// comes before it is.
	Cut bool
}

// NewReader returns a Reader of r; name is for complaints.
func NewReader(r io.Reader, name string) *Reader { return &Reader{r: r, name: name} }

// Read yields the observations of r; see Reader.
func Read(ctx context.Context, r io.Reader, name string) iter.Seq2[scanner.Observation, error] {
	return NewReader(r, name).All(ctx)
}

// All yields the observations. An error that comes with a line concerns that
// line alone, and the sequence goes on if the caller does; lines of another
// version, one that is too long, or a read that fails end it.
func (r *Reader) All(ctx context.Context) iter.Seq2[scanner.Observation, error] {
	return func(yield func(scanner.Observation, error) bool) {
		in := bufio.NewReaderSize(r.r, 64<<10)
		for n := 1; ; n++ {
			if ctx.Err() != nil {
				yield(scanner.Observation{}, context.Cause(ctx))
				return
			}
			line, err := readLine(in)
			if len(bytes.TrimSpace(line)) > 0 && (err == nil || err == io.EOF) {
				o, what, bad := r.decode(line, err == io.EOF)
				if bad != nil {
					bad = fmt.Errorf("%s:%d: %w", r.name, n, bad)
				}
				if (what == isObservation || bad != nil) && !yield(o, bad) {
					return
				}
				if what == isForeign {
					return
				}
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(scanner.Observation{}, fmt.Errorf("%s:%d: %w", r.name, n, err))
				return
			}
		}
	}
}

// Sweep emits the observations, as a scanner.Sweeper. It takes no notice of
// targets: those were decided when the observations were made. The first error
// ends it.
func (r *Reader) Sweep(ctx context.Context, _ iter.Seq[scanner.Target], emit func(scanner.Observation) error) error {
	for o, err := range r.All(ctx) {
		if err != nil {
			return err
		}
		if err := emit(o); err != nil {
			return err
		}
	}
	return nil
}

// readLine reads up to and with a line end. At the end of the input it returns
// what is left, and io.EOF.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("the line is longer than %d MiB: no observation is", maxLine>>20)
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// kind is what a line is to a reader of observations.
type kind int

const (
	isOther       kind = iota // ours, and no observation
	isObservation             //
	isForeign                 // not to be read further
)

// observed is how observations begin in what fipsweep wrote.
const observed = `{"schema":"` + scanner.ObservationSchema + `"`

// decode reads one line; last tells that the input ended right behind it. To
// look into a line first is a third of what reading it costs, and most lines of
// most files are observations, and whole.
func (r *Reader) decode(line []byte, last bool) (scanner.Observation, kind, error) {
	if bytes.HasPrefix(line, []byte(observed)) {
		var o scanner.Observation
		if err := json.Unmarshal(line, &o); err == nil && o.Schema == scanner.ObservationSchema {
			r.whole = true
			return r.once(o)
		}
	}
	var o scanner.Observation
	var is struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(line, &is); err != nil {
		switch {
		case last && r.whole:
			r.Cut = true
			return o, isOther, nil
		case last:
			return o, isForeign, errors.New("the file holds not one whole line: it is no journal, or one that ended before it began")
		case !r.whole:
			return o, isForeign, errors.New("no JSON in one line: only a journal and what -o jsonl wrote can be read again, and no report")
		}
		return o, isOther, fmt.Errorf("the line is damaged: %w", err)
	}
	r.whole = true
	switch is.Schema {
	case scanner.ObservationSchema:
		if err := json.Unmarshal(line, &o); err != nil {
			return scanner.Observation{}, isOther, fmt.Errorf("the observation is damaged: %w", err)
		}
		return r.once(o)
	case JournalSchema:
		var h head
		if err := json.Unmarshal(line, &h); err != nil {
			return o, isOther, fmt.Errorf("the line about the sweep is damaged: %w", err)
		}
		r.About = h.Sweep
		if h.Plan != nil {
			r.Plan = h.Plan
		}
		return o, isOther, nil
	case sweepSchema:
		about, err := sweepOf(line)
		if err == nil {
			r.About = about
			r.ended = append(r.ended, about.ID)
		}
		return o, isOther, err
	}
	return o, foreign(is.Schema), refuse(is.Schema)
}

// once refuses an observation of a sweep that JSON lines have ended before: the file
// holds it twice, as when an output was appended to another.
func (r *Reader) once(o scanner.Observation) (scanner.Observation, kind, error) {
	if slices.Contains(r.ended, o.Sweep) {
		return o, isForeign, fmt.Errorf("sweep %s ended above and begins anew: the file holds it twice, and it would be counted twice; keep the lines of one", o.Sweep)
	}
	return o, isObservation, nil
}

// foreign tells lines of ours that are no observations from what cannot be
// read on.
func foreign(schema string) kind {
	if refuse(schema) != nil {
		return isForeign
	}
	return isOther
}

// refuse says why a schema cannot be read, or nil where its line is merely of
// no interest, as findings are: they are made again from observations.
func refuse(schema string) error {
	name, _, versioned := strings.Cut(schema, "/")
	switch {
	case name == "fipsweep.observation" || name == "fipsweep.journal":
		return fmt.Errorf("this file has lines of version %.60q, and this fipsweep reads %q: use the version of fipsweep that wrote it, or a newer one",
			schema, name+"/v1")
	case versioned && strings.HasPrefix(name, "fipsweep."):
		return nil
	}
	return errors.New("this is no journal and no JSON lines output of fipsweep: its lines name no schema of ours")
}
