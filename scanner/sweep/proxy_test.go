package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

const password = "hunter2"

func TestParseProxy(t *testing.T) {
	leaks(t)
	for _, tt := range []struct {
		text, want string // want is the proxy as text, or a part of the complaint after !
	}{
		{"http://proxy:3128", "http://proxy:3128"},
		{"HTTP://proxy:3128/", "http://proxy:3128"},
		{"http://bob:" + password + "@10.0.0.1:3128", "http://10.0.0.1:3128"},
		{"socks5://[::1]:1080", "socks5://[::1]:1080"},
		{"socks5://bob:hunter2%40%3A%2F@localhost:1080", "socks5://localhost:1080"},
		{"socks5://bob@localhost:1080", "socks5://localhost:1080"},
		{"proxy:3128", "!no proxy that is known"},
		{"http://proxy", "!host and port"},
		{"http://:3128", "!host and port"},
		{"http://proxy:0", "!host and port"},
		{"http://proxy:3128/x" + password, "!host and port"},
		{"http://proxy:3128?" + password, "!host and port"},
		{"http://bob:" + password + "/x@proxy:3128", "!no URL"},
		{"http://:" + password + "@proxy:3128", "!user must be there"},
		{"http://bo%3Ab:" + password + "@proxy:3128", "!user must be there"},
		{"http://bob:" + password + "%0d%0a@proxy:3128", "!user must be there"},
		{"socks5://bob:" + strings.Repeat(password, 40) + "@proxy:3128", "!up to 255 bytes"},
		{"socks5h://bob:" + password + "@proxy:1080", "!names are resolved on this machine"},
		{"https://bob:" + password + "@proxy:443", "!in TLS"},
		{"ftp://bob:" + password + "@proxy:21", "!no proxy that is known"},
		{"", "!no proxy that is known"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			p, err := ParseProxy(tt.text)
			complaint, bad := strings.CutPrefix(tt.want, "!")
			switch {
			case bad && (err == nil || !strings.Contains(err.Error(), complaint)):
				t.Errorf("error %v, want %q", err, complaint)
			case !bad && (err != nil || p.String() != tt.want):
				t.Errorf("%v, error %v", p, err)
			}
			if text := fmt.Sprintf("%v %+v %#v %v", p, p, p, err); strings.Contains(text, "hunter2") || strings.Contains(text, "bob") {
				t.Errorf("tells its credentials: %s", text)
			}
		})
	}
}

// proxied is a Dialer through what stands at the address.
func proxied(t *testing.T, scheme string, at netip.AddrPort, credentials string) *Dialer {
	t.Helper()
	p, err := ParseProxy(scheme + "://" + credentials + at.String())
	if err != nil {
		t.Fatal(err)
	}
	return NewDialer(DialLimits{Proxy: p, Timeout: 500 * time.Millisecond})
}

// TestProxyAnswers has a proxy say what proxies say: each is either about the
// endpoint or the proxy's own end.
func TestProxyAnswers(t *testing.T) {
	const bound = "\x00\x01\x00\x00\x00\x00\x00\x00"
	for _, tt := range []struct {
		name, scheme, credentials, say string
		want                           scanner.Reason // of the endpoint; "" for a connection
		lost                           string         // what is said of the proxy
	}{
		{name: "open", scheme: "http", say: "HTTP/1.1 200 Connection established\r\nX: y\r\n\r\nhello"},
		{name: "open, no reason", scheme: "http", say: "HTTP/1.0 200\r\n\r\nhello"},
		{name: "forbidden", scheme: "http", say: "HTTP/1.1 403 Filtered\r\n\r\n", want: scanner.ReasonDenied},
		{name: "gateway timeout", scheme: "http", say: "HTTP/1.1 504 Gateway Timeout\r\n\r\n", want: scanner.ReasonTimeout},
		{name: "bad gateway", scheme: "http", say: "HTTP/1.1 502 Bad Gateway\r\n\r\n", want: scanner.ReasonUnreachable},
		{name: "tinyproxy's failure", scheme: "http", say: "HTTP/1.1 500 Unable to connect\r\n\r\n", want: scanner.ReasonUnreachable},
		{name: "squid's failure", scheme: "http", say: "HTTP/1.1 503 Service Unavailable\r\n\r\n", want: scanner.ReasonUnreachable},
		{name: "closes", scheme: "http", say: "", want: scanner.ReasonUnreachable},
		{name: "silent", scheme: "http", say: "wait", want: scanner.ReasonTimeout},
		{name: "cut in its header", scheme: "http", say: "HTTP/1.1 200 OK\r\nX: y", want: scanner.ReasonUnreachable},
		{name: "wants credentials", scheme: "http", say: "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", lost: "wants credentials (407 Proxy Authentication Required): write http://user:password@host:port"},
		{name: "refuses credentials", scheme: "http", credentials: "bob:" + password + "@", say: "HTTP/1.1 407 No\r\n\r\n", lost: "refuses the credentials: 407 No"},
		{name: "a web server", scheme: "http", say: "HTTP/1.1 405 Not Allowed\r\n\r\n", lost: "does not take CONNECT: 405 Not Allowed"},
		{name: "SSH", scheme: "http", say: "SSH-2.0-x\r\n", lost: `is no HTTP proxy: it answers "SSH-2.0-x\\r\\n"`},
		{name: "a line without end", scheme: "http", say: strings.Repeat("x", 1<<20), lost: `is no HTTP proxy`},
		{name: "a header without end", scheme: "http", say: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1<<16), lost: "more header lines"},
		{name: "a header line without end", scheme: "http", say: "HTTP/1.1 200 OK\r\n" + strings.Repeat("x", 1<<20), lost: "a line that has no end"},

		{name: "open", scheme: "socks5", say: "\x05\x00|\x05\x00" + bound + "hello"},
		{name: "open, IPv6", scheme: "socks5", say: "\x05\x00|\x05\x00\x00\x04" + strings.Repeat("\x00", 18) + "hello"},
		{name: "open, name", scheme: "socks5", say: "\x05\x00|\x05\x00\x00\x03\x03abc\x00\x00hello"},
		{name: "open after a login", scheme: "socks5", credentials: "bob:" + password + "@", say: "\x05\x02|\x01\x00|\x05\x00" + bound + "hello"},
		{name: "general failure", scheme: "socks5", say: "\x05\x00|\x05\x01" + bound, want: scanner.ReasonUnreachable},
		{name: "not allowed", scheme: "socks5", say: "\x05\x00|\x05\x02" + bound, want: scanner.ReasonDenied},
		{name: "network unreachable", scheme: "socks5", say: "\x05\x00|\x05\x03" + bound, want: scanner.ReasonUnreachable},
		{name: "host unreachable", scheme: "socks5", say: "\x05\x00|\x05\x04" + bound, want: scanner.ReasonUnreachable},
		{name: "refused", scheme: "socks5", say: "\x05\x00|\x05\x05" + bound, want: scanner.ReasonRefused},
		{name: "TTL expired", scheme: "socks5", say: "\x05\x00|\x05\x06" + bound, want: scanner.ReasonTimeout},
		{name: "no IPv6", scheme: "socks5", say: "\x05\x00|\x05\x08" + bound, want: scanner.ReasonUnreachable},
		{name: "another code", scheme: "socks5", say: "\x05\x00|\x05\x77" + bound, want: scanner.ReasonUnreachable},
		{name: "closes at the request", scheme: "socks5", say: "\x05\x00|", want: scanner.ReasonUnreachable},
		{name: "silent at the request", scheme: "socks5", say: "\x05\x00|wait", want: scanner.ReasonTimeout},
		{name: "no CONNECT", scheme: "socks5", say: "\x05\x00|\x05\x07" + bound, lost: "does not take CONNECT"},
		{name: "wants credentials", scheme: "socks5", say: "\x05\xff", lost: "wants credentials: write socks5://user:password@host:port"},
		{name: "refuses credentials", scheme: "socks5", credentials: "bob:" + password + "@", say: "\x05\x02|\x01\x01", lost: "refuses the credentials"},
		{name: "wants GSSAPI", scheme: "socks5", credentials: "bob:" + password + "@", say: "\x05\xff", lost: "another way to log in"},
		{name: "HTTP", scheme: "socks5", say: "HTTP/1.1 400 Bad Request\r\n\r\n", lost: "is no SOCKS5 proxy: it answers 48 54"},
		{name: "silent", scheme: "socks5", say: "wait", lost: "does not answer: i/o timeout"},
		{name: "closes", scheme: "socks5", say: "", lost: "does not answer: it hangs up"},
		{name: "an odd address", scheme: "socks5", say: "\x05\x00|\x05\x00\x00\x09", lost: "an address of kind 9"},
	} {
		t.Run(tt.scheme+" "+tt.name, func(t *testing.T) {
			leaks(t)
			at := listen(t, "127.0.0.1:0", func(c net.Conn) { answerInTurn(c, tt.say) })
			d := proxied(t, tt.scheme, at, tt.credentials)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			c, err := d.Dial(withAbort(ctx, cancel), netip.MustParseAddrPort("192.0.2.7:443"))
			var lost *lostProxy
			switch {
			case tt.lost != "":
				if !errors.As(context.Cause(ctx), &lost) || !strings.Contains(err.Error(), tt.lost) {
					t.Errorf("error %v; the sweep ends with %v", err, context.Cause(ctx))
				}
			case context.Cause(ctx) != nil:
				t.Errorf("the sweep ends with %v", context.Cause(ctx))
			case tt.want != "":
				if scanner.ReasonOf(err) != tt.want {
					t.Errorf("%v is %q, want %q", err, scanner.ReasonOf(err), tt.want)
				}
			case err != nil:
				t.Error(err)
			default:
				b, _ := io.ReadAll(io.LimitReader(c, 5))
				if string(b) != "hello" {
					t.Errorf("read %q", b)
				}
				c.Close()
			}
			if err != nil && (strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "bob")) {
				t.Errorf("tells the credentials: %v", err)
			}
			if len(d.slots) != 0 {
				t.Error("the slot is still taken")
			}
		})
	}
}

// answerInTurn reads something and says the next part, and at the end waits
// or closes.
func answerInTurn(c net.Conn, say string) {
	defer c.Close()
	for part := range strings.SplitSeq(say, "|") {
		if _, err := c.Read(make([]byte, 4096)); err != nil {
			return
		}
		if part, wait := strings.CutSuffix(part, "wait"); wait {
			_, _ = io.WriteString(c, part)
			_, _ = io.Copy(io.Discard, c)
			return
		}
		if _, err := io.WriteString(c, part); err != nil {
			return
		}
	}
	// Closing with bytes unread would reset the connection.
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}

// What is sent is addresses, and the credentials where they belong.
func TestProxyRequests(t *testing.T) {
	for _, tt := range []struct {
		name, scheme, credentials, addr string
		answers                         []string
		want                            []string
	}{
		{"http", "http", "", "192.0.2.7:443", nil, []string{"CONNECT 192.0.2.7:443 HTTP/1.1\r\nHost: 192.0.2.7:443\r\n\r\n"}},
		{"http, IPv6", "http", "", "[2001:db8::1]:443", nil, []string{"CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"}},
		{"http with a login", "http", "Aladdin:open%20sesame@", "192.0.2.7:443", nil, // RFC 7617 section 2
			[]string{"CONNECT 192.0.2.7:443 HTTP/1.1\r\nHost: 192.0.2.7:443\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"}},
		{"socks5", "socks5", "", "192.0.2.7:443", []string{"\x05\x00"}, []string{"\x05\x01\x00", "\x05\x01\x00\x01\xc0\x00\x02\x07\x01\xbb"}},
		{"socks5, IPv6", "socks5", "", "[2001:db8::1]:22", []string{"\x05\x00"},
			[]string{"\x05\x01\x00", "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x16"}},
		{"socks5 with a login", "socks5", "bob:pw@", "192.0.2.7:443", []string{"\x05\x02", "\x01\x00"},
			[]string{"\x05\x02\x00\x02", "\x01\x03bob\x02pw", "\x05\x01\x00\x01\xc0\x00\x02\x07\x01\xbb"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			got := make(chan []string, 1)
			at := listen(t, "127.0.0.1:0", func(c net.Conn) {
				defer c.Close()
				var all []string
				for i := 0; i <= len(tt.answers); i++ {
					b := make([]byte, 4096)
					n, _ := c.Read(b)
					all = append(all, string(b[:n]))
					if i < len(tt.answers) {
						_, _ = io.WriteString(c, tt.answers[i])
					}
				}
				got <- all
			})
			_, _ = proxied(t, tt.scheme, at, tt.credentials).Dial(t.Context(), netip.MustParseAddrPort(tt.addr))
			if diff := cmp.Diff(tt.want, <-got); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDeadProxy ends the sweep with one error, and says nothing of endpoints.
func TestDeadProxy(t *testing.T) {
	leaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	d := proxied(t, "socks5", at, "bob:"+password+"@")
	var targets []scanner.Target
	for i := range 20 {
		targets = append(targets, scanner.Target{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Ports: []uint16{443}})
	}
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, 0)}, just(targets...))
	if want := "the proxy socks5://" + at.String() + " cannot be reached: connect: connection refused"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if len(got) != 0 {
		t.Errorf("observations: %+v", got)
	}
}

// TestProxyDies keeps what was seen before.
func TestProxyDies(t *testing.T) {
	leaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for range 3 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answerInTurn(c, "\x05\x00|\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00hello")
		}
		l.Close()
	}()
	d := proxied(t, "socks5", l.Addr().(*net.TCPAddr).AddrPort(), "")
	var targets []scanner.Target
	for i := range 20 {
		targets = append(targets, scanner.Target{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Ports: []uint16{443}})
	}
	got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, 0), Limits: Limits{Concurrency: 1}}, just(targets...))
	if lost := (*lostProxy)(nil); !errors.As(err, &lost) || len(got) != 3 {
		t.Errorf("%d observations, %v", len(got), err)
	}
	for _, o := range got {
		if o.Failure != nil {
			t.Errorf("%s: %+v", o.Endpoint, o.Failure)
		}
	}
}

// A proxy that is away for a moment costs nothing but that.
func TestProxyComesBack(t *testing.T) {
	for _, tt := range []struct {
		reply byte
		want  scanner.Reason
	}{{0, ""}, {5, scanner.ReasonRefused}} {
		leaks(t)
		var tries atomic.Int32
		at := listen(t, "127.0.0.1:0", func(c net.Conn) {
			if tries.Add(1) == 1 {
				c.Close()
				return
			}
			answerInTurn(c, "\x05\x00|\x05"+string([]byte{tt.reply})+"\x00\x01\x00\x00\x00\x00\x00\x00")
		})
		c, err := proxied(t, "socks5", at, "").Dial(t.Context(), netip.MustParseAddrPort("192.0.2.7:443"))
		if scanner.ReasonOf(err) != tt.want || tries.Load() != 2 {
			t.Fatalf("%v after %d tries", err, tries.Load())
		}
		if err == nil {
			c.Close()
		}
	}
}

// A sweep that is stopped does not wait for the proxy.
func TestProxyStops(t *testing.T) {
	leaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	p, err := ParseProxy("http://" + tarpit(t, "127.0.0.1:0").String())
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	_, err = NewDialer(DialLimits{Proxy: p, Timeout: time.Minute}).Dial(ctx, netip.MustParseAddrPort("192.0.2.7:443"))
	if scanner.ReasonOf(err) != scanner.ReasonInterrupted || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// FuzzProxy reads whatever a proxy may say.
func FuzzProxy(f *testing.F) {
	for _, s := range []string{"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello", "HTTP/1.1 407 x\r\n\r\n", "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00hello",
		"\x05\x02\x01\x00\x05\x00\x00\x03\x03abc\x00\x00", "\x05\xff", "HTTP/1.1 2", "SSH-2.0-x\r\n"} {
		f.Add([]byte(s))
	}
	addr := netip.MustParseAddrPort("192.0.2.7:443")
	f.Fuzz(func(t *testing.T, said []byte) {
		for _, scheme := range []string{"http", "socks5"} {
			p, err := ParseProxy(scheme + "://bob:" + password + "@proxy:1")
			if err != nil {
				t.Fatal(err)
			}
			in := bytes.NewReader(said)
			ahead, err := p.tunnel(struct {
				io.Reader
				io.Writer
			}{in, io.Discard}, addr)
			if rest := said[len(said)-in.Len():]; err == nil && !bytes.HasSuffix(said, slices.Concat(ahead, rest)) {
				t.Error("what follows the answer is not what was said")
			}
			if err != nil && strings.Contains(err.Error(), password) && !bytes.Contains(said, []byte(password)) {
				t.Errorf("tells the password: %v", err)
			}
			if err != nil && len(err.Error()) > 1024 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		}
	})
}
