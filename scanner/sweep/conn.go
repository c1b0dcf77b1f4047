package sweep

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
)

// conn is a connection that ends with its context.
type conn struct {
	net.Conn
	ahead  []byte // was read before, and is read first
	ctx    context.Context
	leash  *leash
	dialer *Dialer
	talk   *talk // until the first read; nil outside of a probe
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
	if t := c.talk; t != nil {
		c.talk = nil
		t.read(n, err)
	}
	return n, c.why("reading", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
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
