package tlsprobe

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// listening waits until a server takes connections.
func listening(t *testing.T, port uint16) scanner.Endpoint {
	t.Helper()
	addr := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
	lab.Listens(t, addr)
	return at("", addr)
}

// at is the endpoint of a scheme at an address.
func at(scheme string, addr netip.AddrPort) scanner.Endpoint {
	e := scanner.Host(addr.Addr(), addr.Port(), "lab.test")
	e.Scheme = scheme
	return e
}

// says waits until a server's output has a line with the prefix, and returns
// all lines.
func says(t *testing.T, out, prefix string) []string {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
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
	return lab.KeyPair(t, newkey...)
}

func portArg(port uint16) string { return fmt.Sprint(port) }
