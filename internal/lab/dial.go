package lab

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Dial is a scanner.Dial without the limits of a sweep: the connection lives no
// longer than ctx.
func Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	return &bound{c, stop}, nil
}

type bound struct {
	net.Conn
	stop func() bool
}

func (b *bound) Close() error {
	b.stop()
	return b.Conn.Close()
}
