package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// JournalSchema names the version of a journal's own lines: the first, which
// says what sweep it is, and the last of a sweep that ended. The lines between
// are observations under their own schema.
const JournalSchema = "fipsweep.journal/v1"

// syncEvery is how old the oldest observation may be that the disk does not
// hold yet, while others follow.
const syncEvery = time.Second

type head struct {
	Schema string        `json:"schema"`
	Sweep  scanner.Sweep `json:"sweep"`
}

// Path is where the journal of a sweep lies in a state directory.
func Path(state, id string) string { return filepath.Join(state, "sweeps", id+".jsonl") }

// A Journal is being written by one sweep. Its methods are called from one
// goroutine.
type Journal struct {
	f      file
	path   string
	size   int64 // of the whole lines
	synced time.Time
	broken error // once a line could not be written, none may follow
}

// file is what a journal needs of *os.File.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Create begins the journal of a sweep in a state directory, which it makes
// where it is missing, for its owner alone: what a sweep saw is a map of what
// is weak.
func Create(state string, s scanner.Sweep) (*Journal, error) {
	if err := checkID(s.ID); err != nil {
		return nil, err
	}
	path := Path(state, s.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	j := &Journal{f: f, path: path}
	if err := j.line(head{JournalSchema, s}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, j.Sync()
}

// Path is the journal's file.
func (j *Journal) Path() string { return j.path }

// Append writes one observation. When it returns, the observation is out of
// the process; the disk holds it within a second if more follow, or after
// Sync.
func (j *Journal) Append(o scanner.Observation) error {
	if err := j.line(o); err != nil {
		return err
	}
	if time.Since(j.synced) < syncEvery {
		return nil
	}
	return j.Sync()
}

// End writes the last line of a sweep that ended: what it is, with its end.
func (j *Journal) End(s scanner.Sweep) error {
	if err := j.line(head{JournalSchema, s}); err != nil {
		return err
	}
	return j.Sync()
}

// line writes one line in one call, so that a reader and a crash see whole
// lines. What a full disk took of it is cut off again.
func (j *Journal) line(v any) error {
	if j.broken != nil {
		return j.broken
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding for the journal: %w", err)
	}
	n, err := j.f.Write(append(b, '\n'))
	if err != nil {
		err = fmt.Errorf("writing the journal %s: %w", j.path, err)
		if n > 0 {
			err = errors.Join(err, j.f.Truncate(j.size))
		}
		j.broken = err
		return err
	}
	j.size += int64(n)
	return nil
}

// Sync has the disk hold everything written so far.
func (j *Journal) Sync() error {
	if err := j.f.Sync(); err != nil {
		j.broken = fmt.Errorf("syncing the journal %s: %w", j.path, err)
		return j.broken
	}
	j.synced = time.Now()
	return nil
}

// Close syncs and closes the journal. A journal that could not be written
// tells so again.
func (j *Journal) Close() error {
	err := j.broken
	if err == nil {
		err = j.Sync()
	}
	return errors.Join(err, j.f.Close())
}
