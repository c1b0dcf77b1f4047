package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Proxy is what a sweep's connections go through. It is given addresses, not
// names, so that what is excluded stays excluded. Its credentials are in no
// text that it or its errors have.
type Proxy struct {
	scheme string // "http" for CONNECT, "socks5"
	hostport,
	user, password string
	login bool // there are credentials
}

// ParseProxy reads http://[user:password@]host:port or socks5:// likewise. Its
// errors repeat nothing of the text, which may hold a password.
func ParseProxy(text string) (*Proxy, error) {
	const form = "write http://host:port or socks5://host:port, with user:password@ before the host where the proxy wants it"
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("it is no URL: " + form + " (in a password, @ is %40, : is %3A and / is %2F)")
	}
	switch u.Scheme {
	case "http", "socks5":
	case "socks5h":
		return nil, errors.New("names are resolved on this machine, so that exclusions hold: write socks5://")
	case "https":
		return nil, errors.New("a proxy that is spoken to in TLS is not supported: " + form)
	default:
		return nil, errors.New("it is no proxy that is known: " + form)
	}
	if u.Hostname() == "" || u.Port() == "" || u.Port() == "0" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("it must name host and port and nothing after them: " + form)
	}
	p := &Proxy{scheme: u.Scheme, hostport: net.JoinHostPort(u.Hostname(), u.Port())}
	if p.login = u.User != nil; p.login {
		p.user = u.User.Username()
		p.password, _ = u.User.Password()
	}
	if p.login && (p.user == "" || len(p.user) > 255 || len(p.password) > 255 || strings.ContainsAny(p.user, ":\r\n\x00") || strings.ContainsAny(p.password, "\r\n\x00")) {
		return nil, errors.New("its user must be there and hold no colon, and user and password are up to 255 bytes in one line")
	}
	return p, nil
}

// String is the proxy without its credentials.
func (p *Proxy) String() string { return p.scheme + "://" + p.hostport }

// GoString keeps them out of %#v too.
func (p *Proxy) GoString() string { return p.String() }

// proxyTries is how often a proxy that does not answer is tried before the
// sweep ends for it, after pauses of proxyPause and its double.
const (
	proxyTries = 3
	proxyPause = 250 * time.Millisecond
)

// reach opens a connection through the proxy, and returns with it what was
// read ahead of the endpoint's bytes. A failure of the proxy itself comes as a
// *lostProxy, one of the endpoint as scanner.ReasonOf knows it.
func (p *Proxy) reach(ctx context.Context, d *net.Dialer, addr netip.AddrPort) (net.Conn, []byte, error) {
	var lost *lostProxy
	for try := range proxyTries {
		if try > 0 && !pause(ctx, proxyPause<<(try-1)) {
			break
		}
		conn, ahead, err := p.once(ctx, d, addr)
		again := (*lostProxy)(nil)
		if err == nil || !errors.As(err, &again) && (lost == nil || ctx.Err() == nil) {
			return conn, ahead, err
		}
		if again != nil {
			lost = again
		}
		if lost.final || ctx.Err() != nil {
			break
		}
	}
	// A probe's own deadline may end before the tries do: it is the proxy that
	// does not answer all the same.
	if cause := context.Cause(ctx); cause != nil && cause != context.DeadlineExceeded {
		return nil, nil, cause
	}
	return nil, nil, lost
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once tries one connection.
func (p *Proxy) once(ctx context.Context, d *net.Dialer, addr netip.AddrPort) (net.Conn, []byte, error) {
	// Half of the time, so that a deadline of the same length is not over
	// before it is known that the proxy does not answer.
	dial := *d
	dial.Timeout /= 2
	conn, err := dial.DialContext(ctx, "tcp", p.hostport)
	switch {
	case err != nil && (ctx.Err() != nil || scanner.ReasonOf(err) == scanner.ReasonLimit):
		return nil, nil, err
	case err != nil:
		return nil, nil, &lostProxy{proxy: p.String(), why: "cannot be reached: " + dialFault(err)}
	}
	_ = conn.SetDeadline(time.Now().Add(d.Timeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	ahead, err := p.tunnel(conn, addr)
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, ahead, nil
}

// tunnel asks the proxy for the address.
func (p *Proxy) tunnel(rw io.ReadWriter, addr netip.AddrPort) (ahead []byte, err error) {
	if p.scheme == "socks5" {
		return nil, p.socks5(rw, addr)
	}
	return p.connectHTTP(rw, addr)
}

// dialFault is the cause of a failed connect, without the addresses around it.
func dialFault(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it hangs up"
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// A lostProxy ends the sweep: nothing more can be asked through the proxy.
type lostProxy struct {
	proxy string
	why   string
	final bool // trying again would not help
}

func (l *lostProxy) Error() string { return fmt.Sprintf("the proxy %s %s", l.proxy, l.why) }

func (p *Proxy) lost(format string, args ...any) error {
	return &lostProxy{proxy: p.String(), why: fmt.Sprintf(format, args...), final: true}
}

// A proxyRefusal is the proxy's word that the endpoint cannot be had. It
// unwraps to an error that scanner.ReasonOf knows as its like.
type proxyRefusal struct {
	text string
	like error
}

func (r *proxyRefusal) Error() string { return "the proxy says: " + r.text }
func (r *proxyRefusal) Unwrap() error { return r.like }

// unanswered is the error of a read that the proxy answered nothing to: it may
// still be trying the endpoint, or close in place of saying why not.
func unanswered(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return &proxyRefusal{"nothing, and closes the connection", syscall.EHOSTUNREACH}
	}
	return fmt.Errorf("waiting for the proxy: %w", err)
}
