package tlsprobe

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// held says nothing instead of an alert, and keeps the connection open.
type held struct{ net.Conn }

func (h held) Write(p []byte) (int, error) {
	if p[0] == byte(tlswire.TypeAlert) {
		io.Copy(io.Discard, h.Conn)
		return 0, io.ErrClosedPipe
	}
	return h.Conn.Write(p)
}

// A server that says no by saying nothing is believed once it has done so
// twice and still answers another question, and no question waits for long
// after that.
func TestSilenceAsRefusal(t *testing.T) {
	config := labConfig(t)
	addr := serve(t, func(conn net.Conn) { _ = tls.Server(held{conn}, config).Handshake() })
	d := new(dialer)
	o := New(d.dial, Options{Timeout: 1500 * time.Millisecond, Pause: 20 * time.Millisecond}).Probe(t.Context(), endpoint(addr, "lab.test"))
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "incomplete", []string(nil), incomplete(o))
}

// limited serves a number of connections and then hangs up on everybody until
// it has been left alone for a while.
func limited(t *testing.T, burst int, rest time.Duration) net.Addr {
	config := labConfig(t)
	var mu sync.Mutex
	var left = burst
	var last time.Time
	return serve(t, func(conn net.Conn) {
		mu.Lock()
		now := time.Now()
		if now.Sub(last) > rest {
			left = burst
		}
		last = now
		left--
		serving := left >= 0
		mu.Unlock()
		if serving {
			_ = tls.Server(conn, config).Handshake()
		}
	})
}

func TestServerThatLimits(t *testing.T) {
	for burst := 6; burst <= 14; burst++ { // so that the limit falls on each question once
		o := probe(t, endpoint(limited(t, burst, 60*time.Millisecond), "lab.test"))
		same(t, "seen", labSeen(), seenOf(t, o))
		same(t, "incomplete", []string(nil), incomplete(o))
	}
}

// A server that never comes back is given up, and what it was asked last is
// told as lost.
func TestServerThatNeverComesBack(t *testing.T) {
	var count atomic.Int64
	begun := time.Now()
	o := probe(t, inFront(t, labConfig(t), func(net.Conn, clientHello) bool { return count.Add(1) <= 4 }))
	if len(incomplete(o)) == 0 || count.Load() > 4+2+2*maxPauses {
		t.Errorf("incomplete %v after %d connections in %v", incomplete(o), count.Load(), time.Since(begun))
	}
}

// TestDeclinesWhatItGranted: a server that, after a while, answers everything
// with one alert has given no answer. Wherever the end falls, there is a gap.
func TestDeclinesWhatItGranted(t *testing.T) {
	for depth, verdict := range map[string]*Verdict{"full": nil, "verdict": madeUp()} {
		p := New(new(dialer).dial, Options{Pause: time.Millisecond, Verdict: verdict})
		whole := p.Probe(t.Context(), inFront(t, labConfig(t), func(net.Conn, clientHello) bool { return true }))
		same(t, "incomplete", []string(nil), incomplete(whole))
		for _, alert := range []byte{tlswire.AlertUnrecognizedName, tlswire.AlertInternalError, tlswire.AlertCloseNotify} {
			for after := 1; after < whole.TLS.Connections; after++ {
				var count atomic.Int64
				o := p.Probe(t.Context(), inFront(t, labConfig(t), func(c net.Conn, _ clientHello) bool {
					if count.Add(1) > int64(after) {
						c.Write(alertBytes(alert))
						return false
					}
					return true
				}))
				if _, gap := o.Gap(); !gap {
					t.Errorf("%s, alert %d after %d of %d connections: no gap: incomplete %v", depth, alert, after, whole.TLS.Connections, incomplete(o))
				}
			}
		}
	}
}

// TestDeclinesTheProof: what a server says no to by hanging up is not known where
// it declines, beside it, what it granted.
func TestDeclinesTheProof(t *testing.T) {
	for depth, verdict := range map[string]*Verdict{"full": nil, "verdict": madeUp()} {
		t.Run("always, "+depth, func(t *testing.T) {
			o := muteBut(t, verdict, "lab.test", func(_ int, h clientHello) bool { return h.suites == 1 }, tlswire.AlertHandshakeFailure)
			if _, gap := o.Gap(); !gap {
				t.Errorf("no gap: incomplete %v", incomplete(o))
			}
		})
	}
	// At depth verdict what is believed waits for an answer that comes after it.
	whole := muteBut(t, madeUp(), "lab.test", func(int, clientHello) bool { return false }, 0)
	same(t, "incomplete", []string(nil), incomplete(whole))
	waited := false
	for after := range whole.TLS.Connections {
		o := muteBut(t, madeUp(), "lab.test", func(n int, _ clientHello) bool { return n > after }, tlswire.AlertHandshakeFailure)
		_, gap := o.Gap()
		if waited = waited || gap; !gap && len(o.Incomplete) > 0 {
			t.Errorf("declines after %d connections: no gap: incomplete %v", after, incomplete(o))
		}
	}
	same(t, "a gap somewhere", true, waited)
}

// TestDeclinesTheProofOnce: a server that says no by hanging up, and once answers
// with an alert whatever it is asked, comes to an end and is known as before.
func TestDeclinesTheProofOnce(t *testing.T) {
	for depth, verdict := range map[string]*Verdict{"full": nil, "verdict": madeUp()} {
		whole := muteBut(t, verdict, "lab.test", func(int, clientHello) bool { return false }, 0)
		for at := 2; at <= whole.TLS.Connections; at++ {
			o := muteBut(t, verdict, "lab.test", func(n int, _ clientHello) bool { return n == at }, tlswire.AlertUnrecognizedName)
			if diff := cmp.Diff(seenOf(t, whole), seenOf(t, o)); diff != "" || len(o.Incomplete) > 0 {
				t.Errorf("%s, connection %d of %d: incomplete %v, seen (-want +got):\n%s", depth, at, whole.TLS.Connections, incomplete(o), diff)
			}
		}
	}
}

// muteBut asks a server that says no by hanging up, but for some connections,
// counted from 1, which it ends with an alert.
func muteBut(t *testing.T, verdict *Verdict, name string, declines func(n int, h clientHello) bool, alert byte) scanner.Observation {
	var count atomic.Int64
	config := clean(t)
	e := endpoint(serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil {
			return
		}
		if declines(int(count.Add(1)), h) {
			conn.Write(alertBytes(alert))
			return
		}
		_ = tls.Server(replayed{mute{conn}, io.MultiReader(bytes.NewReader(h.raw), conn)}, config).Handshake()
	}), name)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return New(new(dialer).dial, Options{Pause: time.Millisecond, Verdict: verdict}).Probe(ctx, e)
}

// A server that reads the first 64 suites of a list and no more shows all of
// its suites all the same.
func TestServerThatReadsTheFirstOnly(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	behind := serveOpenSSL(t, "-cert", cert, "-key", key, "-psk", "1a2b3c4d", "-tls1_2", "-cipher", opensslEverything)
	addr := serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil {
			return
		}
		relay(conn, io.MultiReader(firstSuites(h.raw, 64), conn), behind)
	})
	o := probe(t, endpoint(addr, "lab.test"))
	same(t, "incomplete", []string(nil), incomplete(o))
	same(t, "suites", opensslSuites(t, scanner.TLSv12, opensslEverything, "RSA", "None", "PSK"), seenOf(t, o)[scanner.TLSv12].Suites)
}

// Every hello that asks for a list fits one segment of a network whose packets
// hold 1,400 bytes; some servers read no further.
func TestHellosFitOneSegment(t *testing.T) {
	s := New(nil, Options{}).begin(context.Background(), scanner.Host(netip.MustParseAddr("127.0.0.1"), 443, "a-name-of-fair-length.department.example.com"))
	for _, v := range askedOrder {
		q := s.first(v)
		q.schemes = s.p.questions.schemes
		hello, err := s.hello(&q)
		if err != nil || len(hello) > 1360 {
			t.Errorf("%s: %d bytes, %v", v.name, len(hello), err)
		}
	}
}

// firstSuites is the hello with all suites behind the first n made into values
// that nobody knows.
func firstSuites(raw []byte, n int) io.Reader {
	raw = slices.Clone(raw)
	if raw[0] != byte(tlswire.TypeHandshake) {
		return bytes.NewReader(raw)
	}
	at := 5 + 4 + 2 + 32
	at += 1 + int(raw[at])
	size := int(raw[at])<<8 | int(raw[at+1])
	for i := at + 2 + 2*n; i < at+2+size; i += 2 {
		raw[i], raw[i+1] = 0xfe, 0x01
	}
	return bytes.NewReader(raw)
}
