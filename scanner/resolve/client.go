package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	tries    = 2               // of one question: packets get lost
	tryTime  = 3 * time.Second // for one of them
	maxChain = 16              // aliases behind a name
	udpSize  = 1232            // what passes everywhere unfragmented (DNS flag day 2020)
)

// A Client asks one resolver, whatever this machine's own settings are.
type Client struct {
	server   string
	udp, tcp *dns.Client
}

// NewClient returns a Client of the resolver at an address, on port 53 unless
// one is named.
func NewClient(server string) (*Client, error) {
	addr, err := netip.ParseAddrPort(server)
	if err != nil {
		a, err := netip.ParseAddr(strings.Trim(server, "[]"))
		if err != nil {
			return nil, fmt.Errorf("%.60q is no resolver: write its address, as 10.0.0.53 or [2001:db8::53]:5353", server)
		}
		addr = netip.AddrPortFrom(a, 53)
	}
	if addr.Port() == 0 {
		return nil, fmt.Errorf("%.60q is no resolver: port 0 is none", server)
	}
	return &Client{
		server: addr.String(),
		udp:    &dns.Client{Net: "udp", Timeout: tryTime, UDPSize: udpSize},
		tcp:    &dns.Client{Net: "tcp", Timeout: tryTime},
	}, nil
}

// Lookup finds the addresses of a name, A and AAAA. Where one of the two
// questions is not answered it gives what the other found, and the error.
func (c *Client) Lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	var addrs []netip.Addr
	var errs []error
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		answer, err := c.ask(ctx, name, kind)
		if notFound(err) {
			continue
		}
		errs = append(errs, err)
		for _, rr := range behind(name, answer) {
			switch rr := rr.(type) {
			case *dns.A:
				addrs = appendAddr(addrs, rr.A)
			case *dns.AAAA:
				addrs = appendAddr(addrs, rr.AAAA)
			}
		}
	}
	err := errors.Join(errs...)
	if len(addrs) == 0 && err == nil {
		err = c.failure(name, "no such host", func(e *net.DNSError) { e.IsNotFound = true })
	}
	return addrs, err
}

func appendAddr(addrs []netip.Addr, ip net.IP) []netip.Addr {
	if a, ok := netip.AddrFromSlice(ip); ok {
		addrs = append(addrs, a)
	}
	return addrs
}

// Names finds the names of an address by its PTR records.
func (c *Client) Names(ctx context.Context, a netip.Addr) ([]string, error) {
	arpa, err := dns.ReverseAddr(a.WithZone("").String())
	if err != nil {
		return nil, err
	}
	answer, err := c.ask(ctx, arpa, dns.TypePTR)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, rr := range behind(arpa, answer) {
		if ptr, ok := rr.(*dns.PTR); ok {
			names = append(names, ptr.Ptr)
		}
	}
	return names, nil
}

// behind is the records of a name and of what it is an alias of: an answer may
// hold others, which nobody asked for.
func behind(name string, answer []dns.RR) []dns.RR {
	at := dns.CanonicalName(name)
	for range maxChain {
		var here []dns.RR
		next := ""
		for _, rr := range answer {
			if dns.CanonicalName(rr.Header().Name) != at {
				continue
			}
			if alias, ok := rr.(*dns.CNAME); ok {
				next = dns.CanonicalName(alias.Target)
				continue
			}
			here = append(here, rr)
		}
		if len(here) > 0 || next == "" {
			return here
		}
		at = next
	}
	return nil
}

// ask puts one question until it is answered: by UDP, and by TCP where the
// answer does not fit. Names are complete: no search list holds.
func (c *Client) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), kind)
	q.SetEdns0(udpSize, false)
	var last error
	for range tries {
		if ctx.Err() != nil {
			break
		}
		in, err := c.exchange(ctx, q)
		if err != nil {
			last = err
			continue
		}
		switch in.Rcode {
		case dns.RcodeSuccess:
			return in.Answer, nil
		case dns.RcodeNameError:
			return nil, c.failure(name, "no such host", func(e *net.DNSError) { e.IsNotFound = true })
		}
		last = fmt.Errorf("the resolver answers %s", dns.RcodeToString[in.Rcode])
	}
	return nil, c.failed(ctx, name, last)
}

func (c *Client) exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error) {
	in, _, err := c.udp.ExchangeContext(ctx, q, c.server)
	if err == nil && in.Truncated {
		in, _, err = c.tcp.ExchangeContext(ctx, q, c.server)
	}
	return in, err
}

// failed says why a question was not answered, in the form that the standard
// library's resolver has, so that the reason is told alike.
func (c *Client) failed(ctx context.Context, name string, last error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t, ok := errors.AsType[net.Error](last)
	return c.failure(name, fmt.Sprint(last), func(e *net.DNSError) {
		e.IsTimeout, e.IsTemporary, e.UnwrapErr = ok && t.Timeout(), true, last
	})
}

func (c *Client) failure(name, text string, set func(*net.DNSError)) error {
	e := &net.DNSError{Err: text, Name: name, Server: c.server}
	set(e)
	return e
}

func notFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}
