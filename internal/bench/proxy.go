package bench

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// A Traffic is what passed a proxy. A connection counts when it is accepted,
// whether or not anything is said on it.
type Traffic struct {
	Connections    int64
	Sent, Received int64 // bytes of TCP's payload, by the tool and to it
}

// Minus is the traffic since an earlier count.
func (t Traffic) Minus(earlier Traffic) Traffic {
	return Traffic{t.Connections - earlier.Connections, t.Sent - earlier.Sent, t.Received - earlier.Received}
}

// A Proxy stands between a tool and a server on the loopback network, passes
// bytes on unread, and counts.
type Proxy struct {
	listener             net.Listener
	server               netip.AddrPort
	all                  sync.WaitGroup
	connections          atomic.Int64
	open, sent, received atomic.Int64
}

// NewProxy listens on a free port of 127.0.0.1 until it is closed.
func NewProxy(server netip.AddrPort) (*Proxy, error) {
	if !server.Addr().IsLoopback() {
		return nil, fmt.Errorf("proxy to %s: only the loopback network is measured", server)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, server: server}
	p.all.Go(p.accept)
	return p, nil
}

// Addr is where a tool finds it.
func (p *Proxy) Addr() netip.AddrPort { return p.listener.Addr().(*net.TCPAddr).AddrPort() }

// Close ends it and waits for what is open.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.all.Wait()
	return err
}

// Traffic is the count so far, taken once no connection is open any more, or
// after a second.
func (p *Proxy) Traffic() Traffic {
	for end := time.Now().Add(time.Second); p.open.Load() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	return Traffic{p.connections.Load(), p.sent.Load(), p.received.Load()}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.connections.Add(1)
		p.open.Add(1)
		p.all.Go(func() {
			defer p.open.Add(-1)
			p.relay(client.(*net.TCPConn))
		})
	}
}

// relay ends when both sides have; the end of either is passed on.
func (p *Proxy) relay(client *net.TCPConn) {
	defer client.Close()
	conn, err := net.DialTimeout("tcp", p.server.String(), 5*time.Second)
	if err != nil {
		_ = client.SetLinger(0) // as the server would: a reset
		return
	}
	server := conn.(*net.TCPConn)
	defer server.Close()
	var sending sync.WaitGroup
	sending.Go(func() { pass(server, client, &p.sent) })
	pass(client, server, &p.received)
	sending.Wait()
}

// pass copies until either side ends.
func pass(to, from *net.TCPConn, count *atomic.Int64) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		count.Add(int64(n))
		if _, failed := to.Write(buf[:n]); failed != nil {
			_ = from.CloseRead() // nobody wants the rest
			return
		}
		if err == io.EOF {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			_ = to.SetLinger(0)
			_ = to.Close() // a reset stays one
			return
		}
	}
}
