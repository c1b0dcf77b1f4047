package tlsprobe

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The clock's context ends when its time is over, whatever was wound before,
// and one that ended does not end the next.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, stop := context.WithCancelCause(t.Context())
		var c clock
		defer c.end()
		lasts := func(d time.Duration) error {
			begun := time.Now()
			ctx := c.start(parent, d)
			defer c.stop()
			if end, ok := ctx.Deadline(); !ok || end != begun.Add(d) {
				t.Errorf("it says that it ends at %v, %v; want in %v", end, ok, d)
			}
			select {
			case <-ctx.Done():
				if took := time.Since(begun); took != d && parent.Err() == nil {
					t.Errorf("ended after %v; want %v", took, d)
				}
				return ctx.Err()
			case <-time.After(2 * time.Second):
				return nil
			}
		}
		for i, d := range []time.Duration{5 * time.Second, time.Second, time.Second, 5 * time.Second, 3 * time.Second, time.Second} {
			var want error
			if d < 2*time.Second {
				want = context.DeadlineExceeded
			}
			if err := lasts(d); err != want {
				t.Errorf("exchange %d of %v: %v; want %v", i, d, err, want)
			}
		}
		stop(errors.New("the sweep is over"))
		if err := lasts(5 * time.Second); err != context.Canceled {
			t.Errorf("after the sweep's end: %v", err)
		}
	})
}
