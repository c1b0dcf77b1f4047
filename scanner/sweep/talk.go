package sweep

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/fipsweep/fipsweep/scanner"
)

// A talk is all connections of one probe to its endpoint.
type talk struct {
	host   *host
	served atomic.Bool // something was read on one of them

	mu    sync.Mutex
	leash *leash // of the last one
}

type talkKey struct{}

func withTalk(ctx context.Context, h *host) context.Context {
	if h == nil {
		return ctx
	}
	return context.WithValue(ctx, talkKey{}, &talk{host: h})
}

// talkOf is nil outside of a probe.
func talkOf(ctx context.Context) *talk {
	t, _ := ctx.Value(talkKey{}).(*talk)
	return t
}

// leashOf is what ends connections with that context; nil outside of a probe.
func (t *talk) leashOf(ctx context.Context) *leash {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.leash.holds(ctx) {
		if t.leash != nil {
			t.leash.unshare()
		}
		t.leash = newLeash(ctx, true)
	}
	return t.leash
}

// failed learns from a connection that could not be opened, and tells whether
// it is worth another: packets to a port that had served us were lost. What
// was refused is not asked again.
func (t *talk) failed(err error) (lost bool) {
	if t == nil || !t.served.Load() {
		return false
	}
	switch scanner.ReasonOf(err) {
	case scanner.ReasonRefused, scanner.ReasonReset:
		t.host.trouble(pauseRefused)
	case scanner.ReasonTimeout:
		return true
	}
	return false
}

// read learns from the first read of a connection.
func (t *talk) read(n int, err error) {
	switch {
	case t == nil:
	case n > 0:
		t.served.Store(true)
		t.host.well()
	case err != nil && err != io.EOF && t.served.Load() && scanner.ReasonOf(err) == scanner.ReasonReset:
		t.host.trouble(pauseReset)
	}
}
