package sweep

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A leash ends connections with their context. The connections of a talk have
// one context, most of them, and share its leash: tying each to the context,
// and bounding each connect by a context of its own, was a twentieth of what a
// hello costs.
type leash struct {
	ctx  context.Context
	stop func() bool // of the context's call when it ends

	mu     sync.Mutex
	ended  bool
	shared bool // it is kept for further connections
	conns  []*conn

	limit  context.Context // of a connect; nil where there is none to wind again
	cancel context.CancelCauseFunc
	timer  *time.Timer
	wound  bool   // it is in use
	unwind func() // ends a connect
}

func newLeash(ctx context.Context, shared bool) *leash {
	l := &leash{ctx: ctx, shared: shared}
	l.unwind = l.connected
	l.stop = context.AfterFunc(ctx, l.end)
	return l
}

// holds tells whether the leash ends with that context, too.
func (l *leash) holds(ctx context.Context) bool { return l != nil && l.ctx.Done() == ctx.Done() }

// tie has the connection end with the context.
func (l *leash) tie(c *conn) {
	l.mu.Lock()
	late := l.ended
	if !late {
		l.conns = append(l.conns, c)
	}
	l.mu.Unlock()
	if late {
		c.shut()
	}
}

// untie lets go of a connection that is closed.
func (l *leash) untie(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.conns, c); i >= 0 {
		l.conns = slices.Delete(l.conns, i, i+1)
	}
	l.release()
}

// unshare says that no further connection comes.
func (l *leash) unshare() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shared = false
	l.release()
}

// release lets go of the context where nothing is tied any more. It is called
// with mu held.
func (l *leash) release() {
	if l.shared || len(l.conns) > 0 || l.wound {
		return
	}
	l.stop()
	if l.limit != nil {
		l.cancel(context.Canceled)
		l.limit = nil
	}
}

// end is called when the context ended.
func (l *leash) end() {
	l.mu.Lock()
	tied := l.conns
	l.ended, l.conns = true, nil
	l.mu.Unlock()
	for _, c := range tied {
		c.shut()
	}
}

// wind gives a context for one connect that ends after a time, until unwind is
// called; ok is false while another connect has it.
func (l *leash) wind(most time.Duration) (_ context.Context, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wound {
		return nil, false
	}
	l.wound = true
	if l.limit != nil {
		l.timer.Reset(most)
		return l.limit, true
	}
	limit, cancel := context.WithCancelCause(l.ctx)
	l.limit, l.cancel = limit, cancel
	l.timer = time.AfterFunc(most, func() { cancel(context.DeadlineExceeded) })
	return limit, true
}

// connected is unwind.
func (l *leash) connected() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wound = false
	if !l.timer.Stop() || l.limit.Err() != nil {
		l.cancel(context.Canceled)
		l.limit = nil
	}
	l.release()
}
