package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// JournalSchema names the version of a journal's own lines: the first, which
// says what sweep it is, and the last of a sweep that ended. The lines between
// are observations under their own schema.
const JournalSchema = "fipsweep.journal/v1"

// syncAfter is how long after it was written an observation is synced, with
// those that followed. The disk holds it within a second unless syncing itself
// takes half of one.
const syncAfter = 500 * time.Millisecond

type head struct {
	Schema string        `json:"schema"`
	Sweep  scanner.Sweep `json:"sweep"`
	Plan   *Plan         `json:"plan,omitempty"` // in the first line
}

// A Plan is what decides which endpoints a sweep asks, and for what. It is
// kept in a journal so that whoever goes on with the sweep asks the same.
type Plan struct {
	Targets []string            `json:"targets,omitempty"` // as written on the command line
	Flags   map[string][]string `json:"flags,omitempty"`   // those that were set and have a say in it
	Dir     string              `json:"dir"`               // the folder that files are named from
	Lists   string              `json:"lists,omitempty"`   // SHA-256 of what the lists of targets held, in hex
	Files   map[string]string   `json:"files,omitempty"`   // by flag and name, the SHA-256 of each, or of passwords when they were last changed
}

// Path is where the journal of a sweep lies in a state directory.
func Path(state, id string) string { return filepath.Join(state, "sweeps", id+".jsonl") }

// A Journal is being written by one sweep.
type Journal struct {
	path string

	mu     sync.Mutex
	f      file
	size   int64       // of the whole lines
	timer  *time.Timer // nil unless something is written that is to be synced
	broken error       // once a line could not be written, none may follow
	closed bool
}

// file is what a journal needs of *os.File.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Create begins the journal of a sweep in a state directory, which it makes
// where it is missing, for its owner alone: what a sweep saw is a map of what
// is weak. The file appears with its first line in it, so that a journal that
// is there can be resumed.
func Create(state string, s scanner.Sweep, p *Plan) (*Journal, error) {
	if err := checkID(s.ID); err != nil {
		return nil, err
	}
	path := Path(state, s.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("creating the journal: %w", &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist})
	}
	young := path + ".new"
	f, err := os.OpenFile(young, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	j := &Journal{f: f, path: path}
	err = j.writeHead(head{JournalSchema, s, p})
	if err == nil {
		err = j.Sync()
	}
	if err == nil {
		err = os.Rename(young, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(young))
	}
	syncFolder(filepath.Dir(path))
	return j, nil
}

// syncFolder has the disk hold the names in a folder, where the system has a
// way to ask for that.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Path is the journal's file.
func (j *Journal) Path() string { return j.path }

// Append writes one observation. When it returns, the observation is out of
// the process; the disk holds it within a second.
func (j *Journal) Append(o scanner.Observation) error {
	line, err := o.Encode()
	if err != nil {
		return fmt.Errorf("for the journal: %w", err)
	}
	if err := j.write(line); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.timer == nil {
		j.timer = time.AfterFunc(syncAfter, func() { _ = j.Sync() }) // a failure is told by what follows
	}
	return nil
}

// End writes the last line of a sweep that ended: what it is, with its end.
func (j *Journal) End(s scanner.Sweep) error {
	if err := j.writeHead(head{Schema: JournalSchema, Sweep: s}); err != nil {
		return err
	}
	return j.Sync()
}

func (j *Journal) writeHead(h head) error {
	b, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encoding for the journal: %w", err)
	}
	return j.write(append(b, '\n'))
}

// write writes one line in one call, so that a reader and a crash see whole
// lines. What a full disk took of it is cut off again.
func (j *Journal) write(line []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	n, err := j.f.Write(line)
	if err != nil {
		if at := (*fs.PathError)(nil); errors.As(err, &at) {
			err = at.Err // the file has had another name
		}
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
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.sync()
}

func (j *Journal) sync() error {
	if j.timer != nil {
		j.timer.Stop()
		j.timer = nil
	}
	if j.broken != nil || j.closed {
		return j.broken
	}
	if err := j.f.Sync(); err != nil {
		j.broken = fmt.Errorf("syncing the journal %s: %w", j.path, err)
	}
	return j.broken
}

// Close syncs and closes the journal. A journal that could not be written
// tells so again.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.sync()
	j.closed = true
	if closing := j.f.Close(); err == nil {
		err = closing
	}
	return err
}
