package tlsprobe

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// clientHello is what the difficult servers here look at.
type clientHello struct {
	raw    []byte
	ssl2   bool
	suites int
	shares int // bytes of the key_share extension; -1 without one
	groups int
	all    []uint16 // extensions
}

// readHello reads one hello off a connection.
func readHello(conn net.Conn) (clientHello, error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(conn, head); err != nil {
		return clientHello{}, err
	}
	if head[0] != 22 {
		return clientHello{raw: head, ssl2: true}, nil
	}
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	if _, err := io.ReadFull(conn, body); err != nil {
		return clientHello{}, err
	}
	h := clientHello{raw: append(head, body...), shares: -1}
	rest := body[4+2+32:]
	rest = rest[1+int(rest[0]):]
	n := int(binary.BigEndian.Uint16(rest))
	h.suites = n / 2
	rest = rest[2+n:]
	if rest = rest[1+int(rest[0]):]; len(rest) < 2 {
		return h, nil
	}
	for rest = rest[2:]; len(rest) >= 4; {
		n := int(binary.BigEndian.Uint16(rest[2:]))
		kind := binary.BigEndian.Uint16(rest)
		h.all = append(h.all, kind)
		switch tlswire.ExtensionType(kind) {
		case tlswire.ExtKeyShare:
			h.shares = n - 2
		case tlswire.ExtSupportedGroups:
			h.groups = n/2 - 1
		}
		rest = rest[4+n:]
	}
	return h, nil
}

// replayed is a connection whose first bytes were read already.
type replayed struct {
	net.Conn
	r io.Reader
}

func (c replayed) Read(p []byte) (int, error) { return c.r.Read(p) }

// alertBytes is a fatal alert's record.
func alertBytes(description byte) []byte { return []byte{21, 3, 3, 0, 2, 2, description} }

// inFront runs Go's server behind a function that sees each hello first and
// may end the connection by returning false.
func inFront(t *testing.T, config *tls.Config, pass func(net.Conn, clientHello) bool) scanner.Endpoint {
	t.Helper()
	addr := serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil || !pass(conn, h) {
			return
		}
		_ = tls.Server(replayed{conn, io.MultiReader(bytes.NewReader(h.raw), conn)}, config).Handshake()
	})
	return endpoint(addr, "lab.test")
}

func labConfig(t *testing.T) *tls.Config {
	return &tls.Config{
		Certificates:     []tls.Certificate{certificate(t, ecKey(t, elliptic.P256()))},
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA},
		MinVersion:       tls.VersionTLS11,
	}
}

// labSeen is what a server with labConfig accepts.
func labSeen() map[string]seen {
	return map[string]seen{
		scanner.TLSv11: {true, suiteNames(tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), []string{"secp256r1", "x25519"}, yes(true)},
		scanner.TLSv12: {true, suiteNames(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), []string{"secp256r1", "x25519"}, yes(true)},
		scanner.TLSv13: {true, suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256), []string{"secp256r1", "x25519"}, nil},
	}
}

func TestDifficultServers(t *testing.T) {
	var count atomic.Int64
	rows := []struct {
		name string
		pass func(net.Conn, clientHello) bool
	}{
		{"answers plainly", func(net.Conn, clientHello) bool { return true }},
		{"hangs up on more than 64 suites", func(_ net.Conn, h clientHello) bool { return h.suites <= 64 }},
		{"hangs up on more than 128 suites", func(_ net.Conn, h clientHello) bool { return h.suites <= 128 }},
		{"hangs up on 256 to 511 bytes", func(_ net.Conn, h clientHello) bool { n := len(h.raw) - 5; return n < 256 || n > 511 }},
		{"hangs up on more than 600 bytes", func(_ net.Conn, h clientHello) bool { return len(h.raw) <= 600 }},
		{"hangs up on more than 512 bytes", func(_ net.Conn, h clientHello) bool { return len(h.raw) <= 512 }},
		{"hangs up on more than 255 bytes", func(_ net.Conn, h clientHello) bool { return len(h.raw) <= 255 }},
		{"declines more than 20 suites", declinesMore(20)},
		{"declines more than 8 suites", declinesMore(8)},
		{"hangs up on more than 8 suites", func(_ net.Conn, h clientHello) bool { return h.suites <= 8 }},
		{"hangs up on more than 20 groups", func(_ net.Conn, h clientHello) bool { return h.groups <= 20 }},
		{"cannot read more than 20 groups", func(c net.Conn, h clientHello) bool {
			if h.groups > 20 {
				c.Write(alertBytes(tlswire.AlertDecodeError))
			}
			return h.groups <= 20
		}},
		{"cannot read more than 128 suites", func(c net.Conn, h clientHello) bool {
			if h.suites > 128 {
				c.Write(alertBytes(tlswire.AlertIllegalParameter))
			}
			return h.suites <= 128
		}},
		{"declines more than 64 suites", declinesMore(64)},
		{"wants a key share", func(c net.Conn, h clientHello) bool {
			if h.shares == 0 {
				c.Write(alertBytes(tlswire.AlertDecodeError))
			}
			return h.shares != 0
		}},
		{"breaks down now and then", func(c net.Conn, _ clientHello) bool {
			if count.Add(1)%5 == 0 {
				c.Write(alertBytes(tlswire.AlertInternalError))
				return false
			}
			return true
		}},
		{"closes now and then", func(net.Conn, clientHello) bool { return count.Add(1)%5 != 0 }},
		{"minds extensions that it does not know", func(c net.Conn, h clientHello) bool {
			if slices.Contains(h.all, uint16(tlswire.ExtHeartbeat)) {
				c.Write(alertBytes(tlswire.AlertHandshakeFailure))
			}
			return !slices.Contains(h.all, uint16(tlswire.ExtHeartbeat))
		}},
		{"minds a version that it does not know", func(c net.Conn, h clientHello) bool {
			if bytes.Contains(h.raw, []byte{0, 43, 0, 5, 4, 0x7a, 0x7a}) {
				c.Write(alertBytes(tlswire.AlertHandshakeFailure))
				return false
			}
			return true
		}},
		{"warns first", func(c net.Conn, _ clientHello) bool {
			c.Write([]byte{21, 3, 1, 0, 2, 1, tlswire.AlertUnrecognizedName})
			return true
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			count.Store(0)
			o := probe(t, inFront(t, labConfig(t), row.pass))
			same(t, "seen", labSeen(), seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			if o.TLS.Connections > 250 {
				t.Errorf("%d connections: %v", o.TLS.Connections, o.TLS.Hellos)
			}
		})
	}
}

// A server that says nothing to a hello that is longer than it expects is asked
// with the shortest where the operator says that there is TLS.
func TestSilentToLongHellos(t *testing.T) {
	e := inFront(t, labConfig(t), func(c net.Conn, h clientHello) bool {
		if len(h.raw) > 512 {
			io.Copy(io.Discard, c)
		}
		return len(h.raw) <= 512
	})
	e.Scheme, e.Outright = "tls", true
	o := New(new(dialer).dial, Options{Timeout: time.Second}).Probe(t.Context(), e)
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "incomplete", []string(nil), incomplete(o))
}

// declinesMore declines a list of more suites than it expects as it would one of
// which it has none.
func declinesMore(than int) func(net.Conn, clientHello) bool {
	return func(c net.Conn, h clientHello) bool {
		if h.suites > than {
			c.Write(alertBytes(tlswire.AlertHandshakeFailure))
		}
		return h.suites <= than
	}
}

// A server that does not want the name is asked without one.
func TestUnwantedName(t *testing.T) {
	config := labConfig(t)
	config.GetConfigForClient = func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		if i.ServerName != "" {
			return nil, errors.New("unknown name")
		}
		return nil, nil
	}
	addr := serve(t, func(conn net.Conn) { _ = tls.Server(otherAlert{conn}, config).Handshake() })
	o := probe(t, endpoint(addr, "lab.test"))
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "not put", "server name", o.TLS.Asked.NotPut[0])
	same(t, "name", "", o.TLS.Chains[0].Name)
}

// otherAlert turns internal_error into unrecognized_name.
type otherAlert struct{ net.Conn }

func (c otherAlert) Write(p []byte) (int, error) {
	if p[0] == byte(tlswire.TypeAlert) && p[len(p)-1] == tlswire.AlertInternalError {
		p = alertBytes(tlswire.AlertUnrecognizedName)
	}
	return c.Conn.Write(p)
}

// A server that says no by hanging up is believed once it has done so twice
// and still answers another question.
func TestSilentRefusal(t *testing.T) {
	config := labConfig(t)
	addr := serve(t, func(conn net.Conn) { _ = tls.Server(mute{conn}, config).Handshake() })
	o := probe(t, endpoint(addr, "lab.test"))
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "incomplete", []string(nil), incomplete(o))
}

// mute swallows alerts.
type mute struct{ net.Conn }

func (m mute) Write(p []byte) (int, error) {
	if p[0] == byte(tlswire.TypeAlert) {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// A server that lets go of everybody after so many connections has not said
// that it refuses what was not asked by then.
func TestServerThatHangsUpAfterAWhile(t *testing.T) {
	spoken := seenOf(t, probe(t, inFront(t, labConfig(t), func(net.Conn, clientHello) bool { return true })))
	for _, after := range []int64{1, 3, 5, 8, 12} {
		var count atomic.Int64
		o := probe(t, inFront(t, labConfig(t), func(net.Conn, clientHello) bool { return count.Add(1) <= after }))
		if o.TLS == nil || len(incomplete(o)) == 0 {
			t.Fatalf("after %d connections nothing is told as lost: %+v", after, o)
		}
		for _, v := range o.TLS.Versions {
			if v.Accepted != nil && !*v.Accepted && spoken[v.Version].Accepted {
				t.Errorf("after %d connections %s is told as refused", after, v.Version)
			}
		}
	}
}

// A server that has had enough of us leaves a gap, not a short list.
func TestServerThatGivesUp(t *testing.T) {
	var count atomic.Int64
	o := probe(t, inFront(t, labConfig(t), func(net.Conn, clientHello) bool { return count.Add(1) <= 2 }))
	if got := incomplete(o); len(got) == 0 || !slices.Contains(got, "TLSv1.2 suites: closed") || !slices.Contains(got, "TLSv1.3 suites and groups: closed") {
		t.Errorf("incomplete %v", got)
	}
	same(t, "suites", []int{1, 1}, []int{len(o.TLS.Versions[4].Suites), len(o.TLS.Versions[5].Suites)})
}

func TestServerThatInvents(t *testing.T) {
	hello := func(suite uint16) []byte {
		body := append([]byte{3, 3}, make([]byte, 32)...)
		body = append(body, 0, byte(suite>>8), byte(suite), 0)
		message := append([]byte{2, 0, 0, byte(len(body))}, body...)
		message = append(message, 14, 0, 0, 0)
		return append([]byte{22, 3, 3, 0, byte(len(message))}, message...)
	}
	for _, row := range []struct {
		name  string
		suite uint16
		want  []string
	}{
		{"a suite that is none", 0x1a1a, nil},
		{"the same again and again", 0x002f, []string{"TLS_RSA_WITH_AES_128_CBC_SHA"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := serve(t, func(conn net.Conn) {
				if _, err := readHello(conn); err == nil {
					conn.Write(hello(row.suite))
				}
			})
			o := probe(t, endpoint(addr, ""))
			if len(incomplete(o)) == 0 || incomplete(o)[0] != "TLSv1.2 suites: not-understood" {
				t.Errorf("incomplete %v", incomplete(o))
			}
			same(t, "suites", row.want, o.TLS.Versions[4].Suites)
		})
	}
}

func TestHostilePeers(t *testing.T) {
	silence := func(conn net.Conn) { io.Copy(io.Discard, conn) }
	rows := []struct {
		name string
		peer func(net.Conn)
		want scanner.Failure // without detail
		most int             // connections
	}{
		{"silence", silence, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonTimeout}, 1},
		{"closes at once", func(net.Conn) {}, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonClosed}, 7},
		{"resets", func(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonReset}, 7},
		{"garbage", func(conn net.Conn) { conn.Write([]byte("\x00\x01\x02 nothing\x1b[31m")); silence(conn) },
			scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonGarbage}, 1},
		{"half a record", func(conn net.Conn) { conn.Write([]byte{22, 3, 3, 1, 0, 2, 0}) },
			scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonClosed}, 1},
		{"a byte now and then", func(conn net.Conn) {
			for _, b := range append([]byte{22, 3, 3, 0x10, 0}, make([]byte, 4096)...) {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonTimeout}, 1},
		{"100 MB", func(conn net.Conn) {
			// A handshake message of 16 MB, in records that never end.
			conn.Write([]byte{22, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff})
			conn.Write(make([]byte, 1<<14-4))
			record := append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 1<<14)...)
			for range 100 << 20 / len(record) {
				if _, err := conn.Write(record); err != nil {
					return
				}
			}
		}, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonTooLarge}, 1},
		{"small messages without end", func(conn net.Conn) {
			record := append([]byte{22, 3, 3, 0, 4}, 0, 0, 0, 0)
			for {
				if _, err := conn.Write(bytes.Repeat(record, 1000)); err != nil {
					return
				}
			}
		}, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonGarbage}, 1},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d := new(dialer)
			begun := time.Now()
			addr := serve(t, func(conn net.Conn) {
				if row.name != "silence" && row.name != "closes at once" {
					readHello(conn)
				}
				row.peer(conn)
			})
			o := New(d.dial, Options{Timeout: 500 * time.Millisecond}).Probe(t.Context(), endpoint(addr, ""))
			if o.Failure == nil {
				t.Fatalf("no failure: %+v", o)
			}
			got := *o.Failure
			if strings.ContainsAny(got.Detail, "\x1b\x00") {
				t.Errorf("peer's bytes unescaped: %q", got.Detail)
			}
			got.Detail = ""
			if row.name == "closes at once" && got.Reason == scanner.ReasonReset {
				got.Reason = scanner.ReasonClosed // it closed with our hello unread
			}
			same(t, "failure", row.want, got)
			if n := int(d.n.Load()); n > row.most {
				t.Errorf("%d connections", n)
			}
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := endpoint(l.Addr(), "")
	l.Close()
	o := probe(t, e)
	if o.Failure == nil || o.Failure.Stage != scanner.StageConnect || o.Failure.Reason != scanner.ReasonRefused {
		t.Errorf("failure %+v", o.Failure)
	}
}

// Stopping the sweep ends a read at once.
func TestStopped(t *testing.T) {
	addr := serve(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	begun := time.Now()
	o := New(new(dialer).dial, Options{Timeout: 30 * time.Second}).Probe(ctx, endpoint(addr, ""))
	if o.Failure == nil || o.Failure.Reason != scanner.ReasonInterrupted || time.Since(begun) > 5*time.Second {
		t.Errorf("failure %+v after %v", o.Failure, time.Since(begun))
	}
}

// The first question may be on a connection that somebody else opened.
func TestContinue(t *testing.T) {
	e := endpoint(serveTLS(t, labConfig(t)), "lab.test")
	d := new(dialer)
	p := New(d.dial, Options{})
	conn, err := net.Dial("tcp", e.AddrPort().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(p.Hello(e)); err != nil {
		t.Fatal(err)
	}
	o := p.Continue(t.Context(), e, conn)
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "connections", int(d.n.Load())+1, o.TLS.Connections)
}

func TestSSL2(t *testing.T) {
	leaf := certificate(t, rsaKey(t)).Certificate[0]
	kinds := []byte{0x01, 0, 0x80, 0x07, 0, 0xc0}
	message := []byte{4, 0, 1, 0, 2, byte(len(leaf) >> 8), byte(len(leaf)), 0, byte(len(kinds)), 0, 4}
	message = append(append(append(message, leaf...), kinds...), 1, 2, 3, 4)
	reply := append(binary.BigEndian.AppendUint16(nil, 0x8000|uint16(len(message))), message...)
	addr := serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		switch {
		case err != nil:
		case h.ssl2:
			conn.Write(reply)
		default:
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
		}
	})
	o := probe(t, endpoint(addr, ""))
	want := map[string]seen{scanner.SSLv2: {Accepted: true, Suites: []string{"SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "SSL_CK_RC4_128_WITH_MD5"}}}
	same(t, "seen", want, seenOf(t, o))
	same(t, "connections", 6, o.TLS.Connections)
	if len(o.TLS.Chains) != 1 || o.TLS.Chains[0].Certificates[0].SHA256 != scanner.Digest(leaf) {
		t.Errorf("chains %+v", o.TLS.Chains)
	}
}

// A refusal of a hello without what was seen before may be for want of that:
// the list goes on with all of it.
func TestRefusalInDoubt(t *testing.T) {
	config := &tls.Config{MinVersion: tls.VersionTLS11, Certificates: []tls.Certificate{certificate(t, ecKey(t, elliptic.P256())), certificate(t, rsaKey(t))}, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256}}
	var all []uint16
	for _, s := range tls.CipherSuites() {
		all = append(all, s.ID)
	}
	for _, row := range []struct {
		name   string
		lacked func(offered) bool
	}{
		{"a scheme", func(o offered) bool { return !slices.Contains(o.schemes, 0x0503) }},
		{"a group", func(o offered) bool { return !slices.Contains(o.groups, 29) }},
		{"either", func(o offered) bool { return !slices.Contains(o.schemes, 0x0503) || !slices.Contains(o.groups, 29) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, inFront(t, config, func(c net.Conn, h clientHello) bool {
				if h.ssl2 || len(h.all) == 0 || h.raw[10] != 3 || !row.lacked(readOffer(h.raw)) {
					return true
				}
				c.Write(alertBytes(tlswire.AlertHandshakeFailure))
				return false
			}))
			same(t, "TLS 1.2", goSuites(tls.VersionTLS12, all), sorted(o.TLS.Versions[4].Suites))
			same(t, "TLS 1.3", goSuites(tls.VersionTLS13, all), sorted(o.TLS.Versions[5].Suites))
			same(t, "incomplete", []string(nil), incomplete(o))
		})
	}
}
