package sshprobe_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program finds a peer server. Where everything is meant to be there, its
// absence is a failure.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin") {
		if path := filepath.Join(dir, name); isProgram(path) {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: apt-get install %s", name, pkg)
	}
	t.Skipf("%s is not installed: apt-get install %s", name, pkg)
	return ""
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// run starts a server and ends it with the test.
func run(t *testing.T, name string, args ...string) {
	t.Helper()
	log := &lockedBuilder{}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, log)
		}
	})
}

type lockedBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuilder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuilder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// freePort finds a port for a server that cannot choose its own.
func freePort(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return netip.MustParseAddrPort(l.Addr().String())
}

// await returns when something listens.
func await(t *testing.T, addr netip.AddrPort) {
	t.Helper()
	for range 100 {
		if conn, err := net.Dial("tcp", addr.String()); err == nil {
			conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nothing listens on %v", addr)
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
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
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
