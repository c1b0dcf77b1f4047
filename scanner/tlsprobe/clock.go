package tlsprobe

import (
	"context"
	"time"
)

// A clock gives each exchange of a session a context that ends in time. A
// context with a timer of its own is a twentieth of what a hello costs, so one
// that was not used up is wound again. It serves one exchange at a time.
type clock struct {
	limit  context.Context // nil where there is none to wind again
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

// start returns the context of an exchange, which stop ends.
func (c *clock) start(parent context.Context, d time.Duration) context.Context {
	end := time.Now().Add(d)
	if c.limit == nil {
		limit, cancel := context.WithCancelCause(parent)
		c.limit, c.cancel = limit, cancel
		c.timer = time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	} else {
		c.timer.Reset(d)
	}
	return timed{c.limit, end}
}

// stop ends the exchange. What was started with its context has ended, too.
func (c *clock) stop() {
	if !c.timer.Stop() || c.limit.Err() != nil {
		c.end()
	}
}

// end lets go of the context.
func (c *clock) end() {
	if c.limit != nil {
		c.timer.Stop()
		c.cancel(context.Canceled)
		c.limit = nil
	}
}

// timed is a context that a timer ends and that says when.
type timed struct {
	context.Context
	end time.Time
}

func (t timed) Deadline() (time.Time, bool) {
	if before, ok := t.Context.Deadline(); ok && before.Before(t.end) {
		return before, true
	}
	return t.end, true
}

func (t timed) Err() error {
	if err := t.Context.Err(); err == nil || context.Cause(t.Context) != context.DeadlineExceeded {
		return err
	}
	return context.DeadlineExceeded
}
