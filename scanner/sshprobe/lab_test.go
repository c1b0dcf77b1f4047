package sshprobe_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sshprobe")
	if err != nil {
		panic(err)
	}
	keys = &keyRing{dir: dir, made: map[string]bool{}}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// A keyRing has one key of each kind for all tests, since RSA keys take their
// time.
type keyRing struct {
	mu   sync.Mutex
	dir  string
	made map[string]bool
}

var keys *keyRing

// file is where the private key of a kind ("rsa-1024") lies, with ".pub"
// behind its public half.
func (k *keyRing) file(t *testing.T, name string) string {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	file := filepath.Join(k.dir, name)
	if !k.made[name] {
		kind, bits, _ := strings.Cut(name, "-")
		lab.Run(t, lab.Program(t, "ssh-keygen"), "-q", "-t", kind, "-b", bits, "-N", "", "-f", file)
		k.made[name] = true
	}
	return file
}

func endpoint(addr netip.AddrPort) scanner.Endpoint {
	return scanner.Host(addr.Addr(), addr.Port(), "")
}

// A counter dials, counts, and holds that no two connections are open at once.
type counter struct {
	t     *testing.T
	total atomic.Int32
	open  atomic.Int32
}

func (c *counter) dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	conn, err := lab.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	c.total.Add(1)
	if c.open.Add(1) > 1 {
		c.t.Error("two connections at once")
	}
	return &countedConn{Conn: conn, counter: c}, nil
}

type countedConn struct {
	net.Conn
	counter *counter
	once    sync.Once
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.counter.open.Add(-1) })
	return c.Conn.Close()
}

// serve answers the n-th connection, from 0, with handle.
func serve(t *testing.T, handle func(n int, conn net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				handle(n, conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return netip.MustParseAddrPort(l.Addr().String())
}

// relay passes a connection on to a server, in one-byte segments on the way
// back if slow.
func relay(conn net.Conn, server netip.AddrPort, slow bool) {
	up, err := net.Dial("tcp", server.String())
	if err != nil {
		return
	}
	defer up.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		io.Copy(up, conn)
		up.Close()
	})
	if slow {
		conn.(*net.TCPConn).SetNoDelay(true)
		copyBytewise(conn, up)
	} else {
		io.Copy(conn, up)
	}
	conn.Close()
	wg.Wait()
}

func copyBytewise(dst io.Writer, src io.Reader) {
	b := make([]byte, 4096)
	for {
		n, err := src.Read(b)
		for i := range n {
			if _, err := dst.Write(b[i : i+1]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
