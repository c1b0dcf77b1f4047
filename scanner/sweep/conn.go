package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a connection that ends with its context. One that the peer reset is
// told as reset, whichever call of ours the reset came before: the system tells
// it to one only, and to those that follow says that the connection ended.
type conn struct {
	net.Conn
	ahead  []byte // was read before, and is read first
	ctx    context.Context
	leash  *leash
	dialer *Dialer
	talk   *talk // until the first read; nil outside of a probe
	reset  error // what writing met, which reading then is not told again
	once   sync.Once
	err    error
}

func (c *conn) Read(b []byte) (int, error) {
	if len(c.ahead) > 0 {
		n := copy(b, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	n, err := c.Conn.Read(b)
	if err == io.EOF && c.reset != nil {
		err = c.reset
	}
	if t := c.talk; t != nil {
		c.talk = nil
		t.read(n, err)
	}
	return n, c.why("reading", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if errors.Is(err, syscall.ECONNRESET) {
		c.reset = err
	}
	return n, c.why("writing", err)
}

// why puts the context's cause in the place of an error that its end brought
// about.
func (c *conn) why(doing string, err error) error {
	if err == nil || err == io.EOF || c.ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%s: %w", doing, context.Cause(c.ctx))
}

func (c *conn) Close() error {
	c.leash.untie(c)
	c.shut()
	return c.err
}

func (c *conn) shut() {
	c.once.Do(func() {
		c.err = c.Conn.Close()
		c.dialer.release()
	})
}

// A wreck is a connection that the peer accepted and had reset before the
// connect told us of it: a port that nobody listens on refuses. Somebody is
// there, as on a connection that is reset a moment later.
type wreck struct{ peer netip.AddrPort }

func (w wreck) fail(doing string) error {
	return &net.OpError{Op: doing, Net: "tcp", Addr: w.RemoteAddr(), Err: os.NewSyscallError(doing, syscall.ECONNRESET)}
}

func (w wreck) Read([]byte) (int, error)       { return 0, w.fail("read") }
func (w wreck) Write([]byte) (int, error)      { return 0, w.fail("write") }
func (wreck) Close() error                     { return nil }
func (wreck) LocalAddr() net.Addr              { return new(net.TCPAddr) }
func (w wreck) RemoteAddr() net.Addr           { return net.TCPAddrFromAddrPort(w.peer) }
func (wreck) SetDeadline(time.Time) error      { return nil }
func (wreck) SetReadDeadline(time.Time) error  { return nil }
func (wreck) SetWriteDeadline(time.Time) error { return nil }
