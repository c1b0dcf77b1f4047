package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A farmKind is who stands on some addresses of a farm, and what a sweep makes
// of them.
type farmKind struct {
	name    string
	outcome string
	handle  func(net.Conn, *tls.Config)
}

// farmKinds are who stands on a farm, one after the other. A nil one is
// nobody: the address refuses.
var farmKinds = []farmKind{
	{"TLS", "TLS, 1 chains", func(c net.Conn, cfg *tls.Config) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
	}},
	{"SMTP", "plain smtp", func(c net.Conn, _ *tls.Config) {
		io.WriteString(c, "220 farm ESMTP\r\n")
		for b := make([]byte, 512); ; {
			if _, err := c.Read(b); err != nil {
				return
			}
			io.WriteString(c, "502 no\r\n")
		}
	}},
	{"nobody", "connect refused", nil},
	{"garbage", "handshake not-understood", func(c net.Conn, _ *tls.Config) { c.Read(make([]byte, 512)); io.WriteString(c, "\x00\xffgarbage\x07") }},
	{"reset", "greeting reset", func(c net.Conn, _ *tls.Config) { c.(*net.TCPConn).SetLinger(0) }}, // at once, whatever we are about to do
	{"SSH", "SSH without its ssh kexinit: not-understood", func(c net.Conn, _ *tls.Config) {
		io.WriteString(c, "SSH-2.0-farm\r\nnot a packet")
		c.Read(make([]byte, 64))
	}},
	{"tarpit", "greeting timeout", func(c net.Conn, _ *tls.Config) { io.Copy(io.Discard, c) }},
	{"closes", "greeting closed", func(c net.Conn, _ *tls.Config) { c.Read(make([]byte, 8192)) }},
}

// farmAt is the i-th address of a farm, in 127.77.0.0/16.
func farmAt(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, 77, byte(i / 250), byte(1 + i%250)})
}

// farm is n addresses of loopback, of every kind in turn, and the targets that
// are all of them, 250 in each.
func farm(t testing.TB, n int) (targets []string) { return farmOf(t, n, farmKinds) }

func farmOf(t testing.TB, n int, kinds []farmKind) (targets []string) {
	t.Helper()
	cfg := &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS12}
	port := lab.Port(t).Port()
	for i := range n {
		if i%250 == 0 {
			targets = append(targets, fmt.Sprintf("%v-%d:%d", farmAt(i), min(250, n-i), port))
		}
		kind := kinds[i%len(kinds)]
		if kind.handle == nil {
			continue
		}
		l, err := net.Listen("tcp", netip.AddrPortFrom(farmAt(i), port).String())
		if errors.Is(err, syscall.EMFILE) {
			t.Skipf("this process may not open the files of %d listeners", n)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go stand(l, cfg, kind.handle)
	}
	return targets
}

func stand(l net.Listener, cfg *tls.Config, handle func(net.Conn, *tls.Config)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			handle(c, cfg)
		}()
	}
}

// TestFarm sweeps two thousand addresses with the default limits and holds
// each to what stands there.
func TestFarm(t *testing.T) {
	const n = 2000
	targets := farm(t, n)
	began := time.Now()
	r := runScan(t, append([]string{"--timeout", "8s"}, targets...)...)
	t.Logf("%d endpoints of %d kinds in %v", n, len(farmKinds), time.Since(began).Round(100*time.Millisecond))
	if len(r.observations) != n {
		t.Fatalf("%d observations of %d endpoints\n%s", len(r.observations), n, r.stderr)
	}
	at := map[netip.Addr]scanner.Observation{}
	for _, o := range r.observations {
		at[o.Endpoint.Address] = o
	}
	outcomes := map[string]map[string]int{}
	for i := range n {
		kind, was := farmKinds[i%len(farmKinds)], outcomeOf(at[farmAt(i)])
		if outcomes[kind.name] == nil {
			outcomes[kind.name] = map[string]int{}
		}
		outcomes[kind.name][was]++
	}
	want := map[string]map[string]int{}
	for _, kind := range farmKinds {
		want[kind.name] = map[string]int{kind.outcome: n / len(farmKinds)}
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// TestTarpits holds that ports which accept and never answer cost one timeout,
// 256 of them together, with the default limits.
func TestTarpits(t *testing.T) {
	i := slices.IndexFunc(farmKinds, func(k farmKind) bool { return k.name == "tarpit" })
	targets := farmOf(t, 256, farmKinds[i:i+1])
	began := time.Now()
	r := runScan(t, targets...)
	took := time.Since(began)
	t.Logf("256 tarpits with a timeout of 5 s: %v", took.Round(10*time.Millisecond))
	for _, o := range r.observations {
		if was := outcomeOf(o); was != farmKinds[i].outcome {
			t.Errorf("%v: %s", o.Endpoint, was)
		}
	}
	if len(r.observations) != 256 || took > 9*time.Second {
		t.Errorf("%d observations in %v, want 256 in about 5 s", len(r.observations), took)
	}
}

// outcomeOf is an observation in a few words.
func outcomeOf(o scanner.Observation) string {
	switch {
	case o.TLS != nil && len(o.Incomplete) == 0:
		return fmt.Sprintf("TLS, %d chains", len(o.TLS.Chains))
	case o.TLS != nil:
		return fmt.Sprintf("TLS without its %s: %s", o.Incomplete[0].What, o.Incomplete[0].Reason)
	case o.SSH != nil && len(o.Incomplete) > 0:
		return fmt.Sprintf("SSH without its %s: %s", o.Incomplete[0].What, o.Incomplete[0].Reason)
	case o.Plain != nil:
		return "plain " + o.Plain.Protocol
	case o.Failure != nil:
		return fmt.Sprintf("%s %s", o.Failure.Stage, o.Failure.Reason)
	}
	return "something else"
}

// TestFewFiles sweeps with 64 files to open: what is seen is what is seen with
// thousands.
func TestFewFiles(t *testing.T) {
	targets := farm(t, 96)
	whole, _ := sweepUntil(t, t.TempDir(), 0, targets...)
	lines := filepath.Join(t.TempDir(), "lines")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -n 64; exec "$0" scan -q --timeout 2s --state "$1" -o jsonl="$2" $3`,
		binary(t), t.TempDir(), lines, strings.Join(targets, " "))
	if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != int(exitFindings) {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(steady(t, whole), steady(t, data)); diff != "" {
		t.Errorf("with 64 files (-with many +with 64):\n%s", diff)
	}
}
