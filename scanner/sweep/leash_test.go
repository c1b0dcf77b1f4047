package sweep

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// The connections of a talk share a leash by their context: all of them end
// with it, and what is closed before is let go of.
func TestTalkSharesALeash(t *testing.T) {
	leaks(t)
	d := NewDialer(DialLimits{})
	ap := tarpit(t, "127.0.0.1:0")
	whole := withTalk(t.Context(), new(host))
	asks, cancel := context.WithCancel(whole)
	dial := func(ctx context.Context) net.Conn {
		c, err := d.Dial(ctx, ap)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := dial(whole) // as detection opens it
	second, third, closed := dial(asks), dial(asks), dial(asks)
	l := talkOf(whole).leash
	if second.(*conn).leash != l || third.(*conn).leash != l || first.(*conn).leash == l {
		t.Error("a leash for each connection, or one for two contexts")
	}
	closed.Close()
	if len(l.conns) != 2 {
		t.Errorf("%d connections are tied, want 2", len(l.conns))
	}
	old := first.(*conn).leash
	if first.Close(); old.stop() {
		t.Error("the leash of a context that has no connection left is still tied to it")
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	for _, c := range []net.Conn{second, third} {
		if _, err := c.Read(make([]byte, 1)); scanner.ReasonOf(err) != scanner.ReasonInterrupted {
			t.Errorf("a hanging read ends with %v", err)
		}
		c.Close()
	}
	if _, err := d.Dial(asks, ap); scanner.ReasonOf(err) != scanner.ReasonInterrupted {
		t.Errorf("dialling on: %v", err)
	}
	if n := d.progress.Open.Load(); n != 0 || len(d.slots) != 0 {
		t.Errorf("%d open, %d slots", n, len(d.slots))
	}
}

// A connect is bounded by the leash's context, which is wound again unless it
// ended, and is of one connect at a time.
func TestLeashBoundsAConnect(t *testing.T) {
	leaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := newLeash(ctx, true)
	defer l.unshare()
	one, unwind := bound(ctx, l, time.Minute)
	two, stop := bound(ctx, l, time.Minute)
	if one.(undated).Context == two.(undated).Context {
		t.Error("two connects at once have one context")
	}
	stop()
	unwind()
	again, unwind := bound(ctx, l, 10*time.Millisecond)
	if again != one {
		t.Error("what was not used up is not wound again")
	}
	<-again.Done()
	if err := again.Err(); err != context.DeadlineExceeded {
		t.Errorf("ends with %v", err)
	}
	unwind()
	last, unwind := bound(ctx, l, time.Minute)
	defer unwind()
	if last.Err() != nil {
		t.Error("what ended is wound again")
	}
	cancel()
	if <-last.Done(); last.Err() != context.Canceled {
		t.Errorf("cancelled, it ends with %v", last.Err())
	}
}
