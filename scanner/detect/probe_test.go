package detect_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/detect"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
)

// No goroutine of any test may outlive the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clientHello is what crypto/tls would say first.
func clientHello(t *testing.T) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		tls.Client(ours, &tls.Config{InsecureSkipVerify: true}).Handshake() // fails when we hang up
	})
	defer wg.Wait()
	defer ours.Close()
	head := make([]byte, 5)
	if _, err := io.ReadFull(theirs, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(theirs, body); err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

// A bench is a detector whose every port leads to one address, and a record of
// what it did.
type bench struct {
	t        *testing.T
	to       netip.AddrPort
	dials    atomic.Int32
	open     atomic.Int32
	protocol string // what STARTTLS was called with
	scheme   string
	outright bool
	first    []byte               // what TLS or SSH read first
	answer   *scanner.Observation // what STARTTLS gives, if not TLS
}

func (b *bench) dial(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
	conn, err := lab.Dial(ctx, b.to)
	if err != nil {
		return nil, err
	}
	b.dials.Add(1)
	b.open.Add(1)
	return &counted{Conn: conn, open: &b.open}, nil
}

type counted struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// read stands for a prober that takes a connection over.
func (b *bench) read(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 5)
	n, _ := io.ReadFull(conn, buf)
	b.first = buf[:n]
}

// Continue is the TLS probe, which takes a connection over.
func (b *bench) Continue(_ context.Context, e scanner.Endpoint, conn net.Conn) scanner.Observation {
	b.read(conn)
	o := scanner.Observe(e, "tls")
	o.TLS = &scanner.TLS{Connections: 1}
	return o
}

func (b *bench) prober(wait, timeout time.Duration) *detect.Prober {
	hello := clientHello(b.t)
	return detect.New(detect.Config{
		Dial:  b.dial,
		Hello: func(scanner.Endpoint) []byte { return hello },
		Brief: func(scanner.Endpoint) []byte { return hello[:brief] },
		TLS:   b,
		SSH:   sshprobe.New(b.dial, sshprobe.Options{Timeout: timeout, Verdict: true}),
		STARTTLS: func(_ context.Context, e scanner.Endpoint, protocol string) scanner.Observation {
			b.protocol, b.scheme = protocol, e.Scheme
			if b.answer != nil {
				return *b.answer
			}
			o := scanner.Observe(e, "tls")
			o.TLS = &scanner.TLS{STARTTLS: protocol, Connections: 1, Hellos: map[string]int{}}
			return o
		},
		GreetingWait: wait, Timeout: timeout,
	})
}

func (b *bench) probe(port uint16, wait, timeout time.Duration) scanner.Observation {
	b.t.Helper()
	p := b.prober(wait, timeout)
	e := scanner.Host(b.to.Addr(), port, "")
	e.Outright = b.outright
	o := p.Probe(b.t.Context(), e)
	if n := b.open.Load(); n != 0 {
		b.t.Errorf("%d connections left open", n)
	}
	return o
}

// serve answers each connection with handle.
func serve(t *testing.T, handle func(conn net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return netip.MustParseAddrPort(l.Addr().String())
}

// greets sends text first and waits for the client to go.
func greets(text string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, text)
		io.Copy(io.Discard, c)
	}
}

// brief is the length of the short hello.
const brief = 100

// shortOnly answers a short hello in TLS, and has others handled.
func shortOnly(others func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		if n, _ := c.Read(make([]byte, 4096)); n > brief {
			others(c)
			return
		}
		io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x46")
		io.Copy(io.Discard, c)
	}
}

// answers sends text once the client has spoken.
func answers(text string) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, text)
		io.Copy(io.Discard, c)
	}
}

// mail greets, and turns away who does not wait for it.
func mail(c net.Conn) {
	c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if n, _ := c.Read(make([]byte, 1)); n > 0 {
		io.WriteString(c, "554 5.5.1 Error: client talked before greeting\r\n")
		return
	}
	io.WriteString(c, "220 mail.example.org ESMTP\r\n")
	c.SetReadDeadline(time.Time{})
	io.Copy(io.Discard, c)
}

// ehlo knows EHLO or not, and never says what it is.
func ehlo(reply string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, "220-hello\r\n220 there\r\n")
		b := make([]byte, 100)
		if n, _ := c.Read(b); bytes.HasPrefix(b[:n], []byte("EHLO ")) {
			io.WriteString(c, reply)
		}
		io.Copy(io.Discard, c)
	}
}

func TestProbe(t *testing.T) {
	const wait, timeout = 700 * time.Millisecond, 2 * time.Second
	for _, tt := range []struct {
		name     string
		port     uint16
		outright bool
		handle   func(net.Conn)
		plain    *scanner.Plain
		failure  *scanner.Failure
		starttls string
		tls      bool
		dials    int32
	}{
		{name: "alert", port: 443, handle: answers("\x15\x03\x01\x00\x02\x02\x46"), tls: true, dials: 1},
		{name: "SSL 2.0 hangs up", port: 443, handle: answersAndCloses, tls: true, dials: 1},
		{name: "hangs up where no TLS is expected", port: 9999, handle: answersAndCloses, failure: &scanner.Failure{Stage: "greeting", Reason: "closed"}, dials: 2},
		{name: "hangs up on long hellos", port: 9999, handle: shortOnly(func(net.Conn) {}), starttls: "tls", dials: 2},
		{name: "says nothing to long hellos", port: 9999, handle: shortOnly(greets("")), failure: &scanner.Failure{Stage: "greeting", Reason: "timeout"}, dials: 1},
		{name: "says nothing to long hellos and is named outright", port: 9999, outright: true, handle: shortOnly(greets("")), starttls: "tls", dials: 2},
		{name: "says nothing at all and is named outright", port: 9999, outright: true, handle: greets(""), failure: &scanner.Failure{Stage: "greeting", Reason: "timeout"}, dials: 2},
		{name: "mail", port: 25, handle: mail, starttls: "smtp", dials: 1},
		{name: "mail on an odd port", port: 8080, handle: mail, starttls: "smtp", dials: 1},
		{name: "mail refusing", port: 25, handle: greets("554 no SMTP service here\r\n"), plain: &scanner.Plain{Protocol: "smtp", Banner: "554 no SMTP service here"}, dials: 1},
		{name: "mail busy", port: 25, handle: greets("421 too many connections\r\n"), failure: &scanner.Failure{Stage: "handshake", Reason: "throttled", Detail: "421 too many connections"}, dials: 1},
		{name: "FTP by port", port: 21, handle: greets("220 ready\r\n"), starttls: "ftp", dials: 1},
		{name: "IMAP", port: 143, handle: greets("* OK ready\r\n"), starttls: "imap", dials: 1},
		{name: "POP3", port: 110, handle: greets("+OK ready\r\n"), starttls: "pop3", dials: 1},
		{name: "mail by EHLO", port: 2222, handle: ehlo("250 mail\r\n"), starttls: "smtp", dials: 1},
		{name: "FTP by EHLO", port: 2222, handle: ehlo("530 Please login\r\n"), starttls: "ftp", dials: 1},
		{name: "neither by EHLO", port: 2222, handle: ehlo(""), plain: &scanner.Plain{Protocol: "unknown", Banner: "220-hello"}, dials: 1},
		{name: "refusal on an odd port", port: 2222, handle: greets("500 no\r\n"), plain: &scanner.Plain{Protocol: "unknown", Banner: "500 no"}, dials: 1},
		{name: "VNC", port: 5900, handle: greets("RFB 003.008\n"), plain: &scanner.Plain{Protocol: "vnc", Banner: "RFB 003.008"}, dials: 1},
		{name: "HTTP", port: 80, handle: answers("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"), plain: &scanner.Plain{Protocol: "http", Banner: "HTTP/1.1 400 Bad Request"}, dials: 1},
		{name: "terminal control in a banner", port: 5900, handle: greets("RFB \x1b[31m\x00\r\n"), plain: &scanner.Plain{Protocol: "vnc", Banner: `RFB \x1b[31m\x00`}, dials: 1},
		{name: "IRC", port: 6667, handle: greets(":irc NOTICE * :hello\r\n"), starttls: "irc", dials: 1},
		{name: "ManageSieve", port: 4190, handle: greets("\"IMPLEMENTATION\" \"x\"\r\n"), starttls: "sieve", dials: 1},
		{name: "XMPP on an odd port", port: 8080, handle: answers("<?xml version='1.0'?><stream:stream>\n"), starttls: "xmpp", dials: 1},
		{name: "MySQL", port: 3306, handle: greets(mysqlGreeting(0xff)), starttls: "mysql", dials: 1},
		{name: "MySQL without TLS", port: 3306, handle: greets(mysqlGreeting(0xf7)), plain: &scanner.Plain{Protocol: "mysql", Banner: "8.0.36"}, dials: 1},
		{name: "MySQL has no account for us", port: 3306, handle: greets("\x16\x00\x00\x00\xff\x6a\x04Host is not allowed"), failure: &scanner.Failure{Stage: "handshake", Reason: "denied", Detail: "Host is not allowed"}, dials: 1},
		{name: "MySQL has blocked us", port: 3306, handle: greets("\x12\x00\x00\x00\xff\x69\x04Host is blocked"), failure: &scanner.Failure{Stage: "handshake", Reason: "throttled", Detail: "Host is blocked"}, dials: 1},
		{name: "garbage", port: 443, handle: greets("\x00\x01\x02\x03\x04\x05"), failure: &scanner.Failure{Stage: "handshake", Reason: "not-understood", Detail: `first bytes: \x00\x01\x02\x03\x04\x05`}, dials: 1},
		{name: "100 MB of a line", port: 443, handle: flood, failure: &scanner.Failure{Stage: "handshake", Reason: "not-understood", Detail: "first bytes: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, dials: 1},
		{name: "one byte at a time", port: 443, handle: drip, failure: &scanner.Failure{Stage: "handshake", Reason: "timeout"}, dials: 1},
		{name: "TLS record unasked", port: 25, handle: greets("\x16\x03\x01\x00\x02"), failure: &scanner.Failure{Stage: "handshake", Reason: "not-understood", Detail: `first bytes: \x16\x03\x01\x00\x02`}, dials: 1},
		{name: "silence", port: 443, handle: greets(""), failure: &scanner.Failure{Stage: "greeting", Reason: "timeout"}, dials: 1},
		{name: "silence where a greeting is due", port: 25, handle: greets(""), failure: &scanner.Failure{Stage: "greeting", Reason: "timeout"}, dials: 1},
		{name: "closes before a greeting", port: 22, handle: func(net.Conn) {}, failure: &scanner.Failure{Stage: "greeting", Reason: "closed"}, dials: 1},
		{name: "resets", port: 8080, handle: answersAndResets, failure: &scanner.Failure{Stage: "greeting", Reason: "reset"}, dials: 2},
		{name: "TLS where a greeting is due", port: 2222, handle: answers("\x16\x03\x03\x00\x7a\x02"), tls: true, dials: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{t: t, to: serve(t, tt.handle)}
			start := time.Now()
			b.outright = tt.outright
			o := b.probe(tt.port, wait, timeout)
			if took := time.Since(start); took > timeout+time.Second {
				t.Errorf("took %v", took)
			}
			if diff := cmp.Diff(tt.plain, o.Plain); diff != "" {
				t.Errorf("plain: %s", diff)
			}
			if o.Failure != nil && tt.failure != nil && tt.failure.Detail == "" {
				o.Failure.Detail = "" // depends on how far a slow peer came
			}
			if diff := cmp.Diff(tt.failure, o.Failure); diff != "" {
				t.Errorf("failure: %s", diff)
			}
			if b.protocol != tt.starttls || b.scheme != tt.starttls {
				t.Errorf("STARTTLS %q with scheme %q, want %q", b.protocol, b.scheme, tt.starttls)
			}
			if (o.TLS != nil) != (tt.tls || tt.starttls != "") {
				t.Errorf("TLS %+v", o.TLS)
			}
			if n := b.dials.Load(); n != tt.dials {
				t.Errorf("%d connections, want %d", n, tt.dials)
			}
		})
	}
}

// mysqlGreeting is the first packet of a server of version 8; CLIENT_SSL is bit
// 3 of the byte of its capabilities.
func mysqlGreeting(capabilities byte) string {
	body := "\x0a8.0.36\x00\x07\x00\x00\x00abcdefgh\x00\xff" + string([]byte{capabilities}) + "\xff\x02\x00"
	return string([]byte{byte(len(body)), 0, 0, 0}) + body
}

// TestClientFirst asks a port for the protocol that belongs there, and for all
// others where it is not that.
func TestClientFirst(t *testing.T) {
	failed := func(stage scanner.Stage, reason scanner.Reason) scanner.Observation {
		return scanner.Failed(scanner.Endpoint{}, "tls", scanner.Failure{Stage: stage, Reason: reason})
	}
	plain := scanner.Observation{Plain: &scanner.Plain{Protocol: "postgres"}}
	for _, tt := range []struct {
		name   string
		port   uint16
		asked  string // the protocol that is tried first
		answer scanner.Observation
		handle func(net.Conn)
		dials  int32 // connections to find out otherwise
		stage  scanner.Stage
	}{
		{"PostgreSQL", 5432, "postgres", plain, greets(""), 0, ""},
		{"LDAP", 389, "ldap", plain, greets(""), 0, ""},
		{"RDP", 3389, "rdp", plain, greets(""), 0, ""},
		{"SQL Server", 1433, "mssql", plain, greets(""), 0, ""},
		{"Redis", 6379, "redis", plain, greets(""), 0, ""},
		{"MongoDB", 27017, "mongodb", plain, greets(""), 0, ""},
		{"RabbitMQ", 5672, "amqp", plain, greets(""), 0, ""},
		{"XMPP", 5222, "xmpp-client", plain, greets(""), 0, ""},
		{"XMPP between servers", 5269, "xmpp-server", plain, greets(""), 0, ""},
		{"nobody there", 5432, "postgres", failed("connect", "refused"), greets(""), 0, "connect"},
		{"busy", 5432, "postgres", failed("starttls", "throttled"), greets(""), 0, "starttls"},
		{"HTTPS there", 5432, "postgres", failed("starttls", "not-understood"), answers("\x15\x03\x01\x00\x02\x02\x46"), 1, ""},
		{"another there", 5432, "postgres", failed("greeting", "closed"), greets("RFB 003.008\n"), 1, ""},
		{"silent", 6379, "redis", failed("greeting", "timeout"), greets(""), 0, "greeting"},
		{"silent, another", 5432, "postgres", failed("greeting", "timeout"), answers("\x15\x03\x01\x00\x02\x02\x46"), 1, ""},
		{"nothing that is known", 5432, "postgres", failed("starttls", "not-understood"), answersAndCloses, 2, "starttls"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{t: t, to: serve(t, tt.handle), answer: &tt.answer}
			o := b.probe(tt.port, 300*time.Millisecond, 2*time.Second)
			if b.protocol != tt.asked || b.scheme != tt.asked || b.dials.Load() != tt.dials {
				t.Errorf("asked for %q with scheme %q and then connected %d times", b.protocol, b.scheme, b.dials.Load())
			}
			if got := o.Failure; (got != nil) != (tt.stage != "") || got != nil && got.Stage != tt.stage {
				t.Errorf("failure %+v", got)
			}
		})
	}
}

func answersAndCloses(c net.Conn) { c.Read(make([]byte, 4096)) }

func answersAndResets(c net.Conn) {
	c.Read(make([]byte, 1))
	c.(*net.TCPConn).SetLinger(0)
}

func flood(c net.Conn) {
	for chunk := bytes.Repeat([]byte("a"), 1<<20); ; {
		if _, err := c.Write(chunk); err != nil {
			return
		}
	}
}

func drip(c net.Conn) {
	for _, err := c.Write([]byte("a")); err == nil; _, err = c.Write([]byte("a")) {
		time.Sleep(100 * time.Millisecond)
	}
}

// TestHandOn gives the TLS prober the bytes that were read already.
func TestHandOn(t *testing.T) {
	const answer = "\x16\x03\x03\x00\x7arest"
	b := &bench{t: t, to: serve(t, func(c net.Conn) {
		c.Read(make([]byte, 4096))
		for i := range len(answer) { // one byte in each segment
			io.WriteString(c, answer[i:i+1])
			time.Sleep(5 * time.Millisecond)
		}
		io.Copy(io.Discard, c)
	})}
	o := b.probe(443, time.Second, 2*time.Second)
	if o.TLS == nil || string(b.first) != answer[:5] {
		t.Errorf("read %q, failure %+v", b.first, o.Failure)
	}
}

func TestNoSTARTTLS(t *testing.T) {
	b := &bench{t: t, to: serve(t, greets("* OK ready\r\n"))}
	p := detect.New(detect.Config{Dial: b.dial, Hello: func(scanner.Endpoint) []byte { return nil }})
	o := p.Probe(t.Context(), scanner.Host(b.to.Addr(), 143, ""))
	if diff := cmp.Diff(&scanner.Plain{Protocol: "imap", Banner: "* OK ready"}, o.Plain); diff != "" {
		t.Error(diff)
	}
}

func TestDialFails(t *testing.T) {
	refuse := func(context.Context, netip.AddrPort) (net.Conn, error) { return nil, errors.New("odd") }
	p := detect.New(detect.Config{Dial: refuse})
	o := p.Probe(t.Context(), scanner.Host(netip.MustParseAddr("127.0.0.1"), 1, ""))
	if diff := cmp.Diff(&scanner.Failure{Stage: "connect", Reason: "internal"}, o.Failure); diff != "" {
		t.Error(diff)
	}
}

// TestStopped ends at once when the sweep is stopped.
func TestStopped(t *testing.T) {
	for _, port := range []uint16{22, 443} {
		b := &bench{t: t, to: serve(t, greets(""))}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		o := b.prober(time.Minute, time.Minute).Probe(ctx, scanner.Host(b.to.Addr(), port, ""))
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("port %d: took %v", port, took)
		}
		if o.Failure == nil || o.Failure.Reason != scanner.ReasonInterrupted || b.open.Load() != 0 {
			t.Errorf("port %d: %+v, %d connections open", port, o.Failure, b.open.Load())
		}
	}
}
