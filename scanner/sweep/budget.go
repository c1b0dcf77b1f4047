package sweep

import (
	"context"
	"sync"
	"time"
)

// A budget is the time that one endpoint may cost. It stands still while a
// probe waits for limits of ours, so that a low rate never makes a healthy
// peer look like one that does not answer.
type budget struct {
	mu    sync.Mutex
	timer *time.Timer
	left  time.Duration
	since time.Time
	holds int
}

type budgetKey struct{}

// withBudget returns a context that ends with context.DeadlineExceeded as its
// cause once the time is used up. The caller calls done when the probe ended.
func withBudget(ctx context.Context, d time.Duration) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	b := &budget{left: d, since: time.Now()}
	b.timer = time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return context.WithValue(ctx, budgetKey{}, b), func() {
		b.timer.Stop()
		cancel(context.Canceled)
	}
}

// hold stops the clock of the budget that ctx carries, if any, until the
// returned function is called.
func hold(ctx context.Context) (resume func()) {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok {
		return func() {}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holds++; b.holds == 1 {
		b.timer.Stop()
		b.left -= time.Since(b.since)
	}
	return b.resume
}

func (b *budget) resume() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holds--; b.holds == 0 {
		b.since = time.Now()
		b.timer.Reset(max(0, b.left))
	}
}
