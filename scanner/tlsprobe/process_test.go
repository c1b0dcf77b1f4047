package tlsprobe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// tool finds a peer's program. Without it the test is skipped, unless the run
// says that all are there.
func tool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: apt-get install %s", name, pkg)
	}
	t.Skipf("%s is not installed: apt-get install %s", name, pkg)
	return ""
}

// run runs a program to its end and returns what it says.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		message := ""
		if failed := (*exec.ExitError)(nil); asExit(err, &failed) {
			message = string(failed.Stderr)
		}
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, message)
	}
	return string(out)
}

func asExit(err error, target **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*target = e
	return ok
}

// start runs a server until the test ends. Its output goes to a file; its
// standard input stays open.
func start(t *testing.T, name string, args ...string) (out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "out")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = f, f
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cancel()
		_ = c.Wait()
		f.Close()
		if t.Failed() {
			said, _ := os.ReadFile(out)
			t.Logf("%s said:\n%.2000s", name, said)
		}
	})
	return out
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// listening waits until a server takes connections.
func listening(t *testing.T, port uint16) scanner.Endpoint {
	t.Helper()
	addr := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if c, err := net.DialTimeout("tcp", addr.String(), time.Second); err == nil {
			c.Close()
			return scanner.Host(addr.Addr(), addr.Port(), "lab.test")
		}
	}
	t.Fatalf("nothing listens on %s", addr)
	return scanner.Endpoint{}
}

// says waits until a server's output has a line with the prefix, and returns
// all lines.
func says(t *testing.T, out, prefix string) []string {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		lines := readLines(t, out)
		for _, l := range lines {
			if strings.HasPrefix(l, prefix) {
				return lines
			}
		}
	}
	t.Fatalf("%s has no line %q: %v", out, prefix, readLines(t, out))
	return nil
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(io.LimitReader(f, 1<<20)); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}

// keyPair makes a self-signed certificate with openssl and returns the paths
// of certificate and key.
func keyPair(t *testing.T, newkey ...string) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	args := append([]string{"req", "-x509", "-nodes", "-subj", "/CN=lab.test", "-days", "2", "-keyout", key, "-out", cert}, newkey...)
	run(t, tool(t, "openssl", "openssl"), args...)
	return cert, key
}

func portArg(port uint16) string { return fmt.Sprint(port) }
