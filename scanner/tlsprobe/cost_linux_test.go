package tlsprobe

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sweep"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// BenchmarkHello compares one question, from its writing to its answer read,
// with a loop that dials, writes the same bytes and reads the same number of
// them: the floor. The answers are fixed and come from another process, whose
// CPU does not count. "of-floor" is the one's CPU by the other's, in batches that
// take turns; it should not pass 1.25.
func BenchmarkHello(b *testing.B) {
	dial := sweep.NewDialer(sweep.DialLimits{}).Dial
	p := New(dial, Options{})
	groups := []uint16{29, 23}
	questions := []struct {
		name    string
		q       question
		refused bool
	}{
		{name: "TLSv1.2 flight", q: question{version: tls12, suites: p.questions.suites, groups: groups}},
		{name: "TLSv1.2 refusal", q: question{version: tls12, suites: p.questions.suites, groups: p.questions.groups}, refused: true},
		{name: "TLSv1.3 retry", q: question{version: tls13, suites: p.questions.suites13, groups: p.questions.groups13}},
	}
	for _, row := range questions {
		b.Run(row.name, func(b *testing.B) {
			answer := []byte{21, 3, 3, 0, 2, 2, 40} // handshake_failure
			if !row.refused {
				answer = recorded(b, p, row.q)
			}
			e := respond(b, answer)
			s := p.begin(b.Context(), e)
			s.found[row.q.version] = &scanner.TLSVersion{Version: row.q.version.name}
			hello, err := p.begin(b.Context(), e).hello(&row.q)
			if err != nil {
				b.Fatal(err)
			}
			var asked, bare []float64
			for range max(100, (b.N+batch-1)/batch) {
				bare = append(bare, cpu(b, func() error { return bareHello(e.AddrPort(), hello, len(answer)) }))
				asked = append(asked, cpu(b, func() error {
					if a := s.single(row.q); a.outcome != chose && !row.refused || a.broken != nil || a.outcome == lost {
						return fmt.Errorf("no answer: %+v", a.failure)
					}
					return nil
				}))
			}
			b.ReportMetric(0, "ns/op") // it would count the floor as well
			b.ReportMetric(quiet(asked), "cpu-µs/hello")
			b.ReportMetric(quiet(bare), "cpu-µs/floor")
			b.ReportMetric(quiet(asked)/quiet(bare), "of-floor")
		})
	}
}

// batch is how many hellos are sent between two readings of the clock.
const batch = 100

// cpu is the microseconds of this process's CPU that one call takes.
func cpu(b *testing.B, call func() error) float64 {
	start := spent(b)
	for range batch {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	return float64((spent(b) - start).Nanoseconds()) / 1e3 / batch
}

func spent(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// quiet is the lower quartile: what else the machine does only adds.
func quiet(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/4] }

// bareHello is the least that can be done for an answer.
func bareHello(addr netip.AddrPort, hello []byte, n int) error {
	conn, err := (&net.Dialer{KeepAlive: -1}).DialContext(context.Background(), "tcp", addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(hello); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	for n > 0 {
		got, err := conn.Read(buf)
		if err != nil {
			return err
		}
		n -= got
	}
	return nil
}

// recorded is what Go's server says to a question.
func recorded(b *testing.B, p *Prober, q question) []byte {
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		tls.Server(server, &tls.Config{Certificates: []tls.Certificate{certificate(b, ecKey(b, elliptic.P256()))}}).Handshake()
	}()
	hello, err := p.begin(b.Context(), scanner.Endpoint{}).hello(&q)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := client.Write(hello); err != nil {
		b.Fatal(err)
	}
	var said bytes.Buffer
	var a answer
	if a.readFlight(new(tlswire.Decoder), io.TeeReader(client, &said), hello); a.outcome != chose || a.broken != nil {
		b.Fatalf("no answer to record: %+v", a)
	}
	return said.Bytes()
}

// respond answers every hello with these bytes, in a process of its own.
func respond(b *testing.B, answer []byte) scanner.Endpoint {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("TLSPROBE_ANSWER=%x", answer))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		b.Fatal(err)
	}
	addr, err := netip.ParseAddrPort(strings.TrimSpace(string(line[:n])))
	if err != nil {
		b.Fatal(err)
	}
	return scanner.Host(addr.Addr(), addr.Port(), "lab.test")
}
