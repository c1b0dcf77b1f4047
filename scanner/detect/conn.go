package detect

import (
	"context"
	"net"
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// A listener is the one connection that a port is known by: what was read of
// it is kept, so that it can be handed on as though nobody had read.
type listener struct {
	net.Conn
	stop  func() bool
	done  func() error // the context's
	heard []byte
	err   error // what ended the hearing; nil while more may come
}

func listen(ctx context.Context, conn net.Conn) *listener {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return &listener{Conn: conn, stop: stop, done: ctx.Err}
}

// hear reads until the first bytes are enough to know them by, or the time is
// over. It waits for the first byte until the first deadline only.
func (l *listener) hear(firstByte, all time.Time) {
	b := make([]byte, maxGreeting)
	for l.err = nil; l.err == nil && !enough(l.heard); {
		patience := all
		if len(l.heard) == 0 {
			patience = firstByte
		}
		if l.err = l.wait(patience); l.err != nil {
			return
		}
		var n int
		n, l.err = l.Conn.Read(b[:maxGreeting-len(l.heard)])
		l.heard = append(l.heard, b[:n]...)
	}
}

// wait sets the deadline, unless it would undo the one of a context that is
// done.
func (l *listener) wait(until time.Time) error {
	l.SetDeadline(until)
	return l.done()
}

// handOn returns a connection that reads what was heard again. Its deadlines
// are its new owner's.
func (l *listener) handOn() net.Conn {
	l.stop()
	l.SetDeadline(time.Time{})
	return &replayed{Conn: l.Conn, heard: slices.Clip(l.heard), ended: ended(l.err)}
}

// ended keeps an end of the connection, and forgets a deadline.
func ended(err error) error {
	if scanner.ReasonOf(err) == scanner.ReasonTimeout {
		return nil
	}
	return err
}

func (l *listener) close() {
	l.stop()
	l.Conn.Close()
}

// replayed is a connection whose first bytes were read before.
type replayed struct {
	net.Conn
	heard []byte
	ended error
}

func (r *replayed) Read(p []byte) (int, error) {
	switch {
	case len(r.heard) > 0:
		n := copy(p, r.heard)
		r.heard = r.heard[n:]
		return n, nil
	case r.ended != nil:
		return 0, r.ended
	}
	return r.Conn.Read(p)
}
