package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fipsweep/fipsweep/scanner"
)

// PlanOf reads from the first line of a journal what its sweep is and asks,
// and from the last whether it ended, which is all that it reads.
func PlanOf(path string) (scanner.Sweep, Plan, error) {
	f, err := os.Open(path)
	if err != nil {
		return scanner.Sweep{}, Plan{}, fmt.Errorf("resuming: %w", err)
	}
	defer f.Close()
	line, err := readLine(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		return scanner.Sweep{}, Plan{}, fmt.Errorf("resuming: %s holds not one whole line: there is nothing to go on with, scan anew", path)
	}
	r := NewReader(nil, path)
	if _, _, err := r.decode(line, false); err != nil {
		return scanner.Sweep{}, Plan{}, fmt.Errorf("resuming: %s: %w", path, err)
	}
	if r.Plan == nil || checkID(r.About.ID) != nil {
		return scanner.Sweep{}, Plan{}, fmt.Errorf("resuming: %s does not say what its sweep asks, as journals of fipsweep 0.1 and JSON lines do not: scan anew", path)
	}
	about := r.About
	if last, err := lastLine(f); err == nil {
		if _, _, err := r.decode(last, true); err == nil {
			about.Ended, about.Interrupted = r.About.Ended, r.About.Interrupted
		}
	}
	return about, *r.Plan, nil
}

// lastLine is the last whole line, or the end of it where it is longer than
// any but an observation.
func lastLine(f *os.File) ([]byte, error) {
	end, err := wholeLines(f)
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(end, 1<<20))
	if _, err := f.ReadAt(b, end-int64(len(b))); err != nil {
		return nil, err
	}
	b = bytes.TrimSuffix(b, []byte("\n"))
	return b[bytes.LastIndexByte(b, '\n')+1:], nil
}

// Resume opens the journal of a sweep that was broken off, for what is still
// missing. What a crash left of a last line is cut off. The caller reads what
// the journal holds before it appends, and holds the state's lock.
func Resume(state string, s scanner.Sweep) (*Journal, error) {
	if err := checkID(s.ID); err != nil {
		return nil, err
	}
	path := Path(state, s.ID)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("resuming: %w", err)
	}
	j := &Journal{f: f, path: path}
	if j.size, err = wholeLines(f); err == nil {
		err = f.Truncate(j.size)
	}
	if err == nil {
		// A sweep that says so again has not ended, whatever it said before.
		err = j.writeHead(head{Schema: JournalSchema, Sweep: s})
	}
	if err == nil {
		err = j.Sync()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("resuming: %w", err), f.Close())
	}
	return j, nil
}

// wholeLines is how many bytes of the file are lines with an end.
func wholeLines(f *os.File) (int64, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	b := make([]byte, 64<<10)
	for end > 0 {
		n := min(int64(len(b)), end)
		if _, err := f.ReadAt(b[:n], end-n); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(b[:n], '\n'); i >= 0 {
			return end - n + int64(i) + 1, nil
		}
		end -= n
	}
	return 0, nil
}
