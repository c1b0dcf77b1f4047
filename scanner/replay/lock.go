package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrHeld is what Lock gives where another process has the state.
var ErrHeld = errors.New("another sweep")

// pollLock is how often a lock that is waited for is tried.
const pollLock = 100 * time.Millisecond

// Lock takes the state directory for one sweep: it makes the directory where it
// is missing. Where another process has it, it waits until ctx is done, and then
// gives ErrHeld. The system gives the lock back when the process ends, however
// that comes about. holder is what others are told.
func Lock(ctx context.Context, state, holder string) (unlock func() error, err error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	path := filepath.Join(state, "lock")
	for {
		f, err := tryLock(path)
		switch {
		case err == nil:
			err = f.Truncate(0)
			if err == nil {
				_, err = f.WriteAt([]byte(holder), 0)
			}
			if err != nil {
				return nil, errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Close())
			}
			return f.Close, nil
		case !errors.Is(err, ErrHeld):
			return nil, fmt.Errorf("locking the state: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w%s runs with the state in %s", ErrHeld, heldBy(path), state)
		case <-time.After(pollLock):
		}
	}
}

// heldBy is what the holder wrote of itself, behind a space.
func heldBy(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 100))
	if s := strings.TrimSpace(string(b)); s != "" {
		return fmt.Sprintf(" (%q)", s)
	}
	return ""
}
