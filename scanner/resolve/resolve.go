// Package resolve turns network targets into endpoints: an address into one
// for each port, a name into one for each of its addresses and ports.
//
// It never connects to an endpoint, and it never yields an address that the
// operator excluded, whatever name leads there. Targets that are paths are not
// its concern.
package resolve

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// lookupTime bounds one look-up, retries included.
const lookupTime = 15 * time.Second

// Options says how names are resolved.
type Options struct {
	// Lookup finds the addresses of a name; nil means System.
	Lookup func(ctx context.Context, name string) ([]netip.Addr, error)
	// Excluded tells what to leave alone; nil means nothing.
	Excluded func(netip.Addr) bool
}

// Expander is the scanner.Expander of network targets.
type Expander struct {
	lookup   func(ctx context.Context, name string) ([]netip.Addr, error)
	excluded func(netip.Addr) bool
}

// New returns an Expander.
func New(o Options) *Expander {
	x := &Expander{lookup: o.Lookup, excluded: o.Excluded}
	if x.lookup == nil {
		x.lookup = System
	}
	if x.excluded == nil {
		x.excluded = func(netip.Addr) bool { return false }
	}
	return x
}

// Expand yields the endpoints of a target, the ports of an address one after
// the other. A name that does not resolve yields one endpoint without address,
// and the error.
func (x *Expander) Expand(ctx context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	return func(yield func(scanner.Endpoint, error) bool) {
		if t.Addr.IsValid() {
			x.ports(t, t.Addr, t.Name, yield)
			return
		}
		addrs, err := x.resolve(ctx, t.Name)
		if err != nil {
			yield(unresolved(t), fmt.Errorf("resolving %s: %w", t.Name, err))
			return
		}
		for _, a := range addrs {
			if !slices.Contains(t.Known, a) && !x.ports(t, a, t.Name, yield) {
				return
			}
		}
	}
}

func (x *Expander) ports(t scanner.Target, a netip.Addr, name string, yield func(scanner.Endpoint, error) bool) bool {
	if x.excluded(a) {
		return true
	}
	for _, p := range t.Ports {
		if !yield(of(t, scanner.Host(a, p, name)), nil) {
			return false
		}
	}
	return true
}

func unresolved(t scanner.Target) scanner.Endpoint {
	port := uint16(0) // no single port is the one that was lost
	if len(t.Ports) == 1 {
		port = t.Ports[0]
	}
	return of(t, scanner.Host(netip.Addr{}, port, t.Name))
}

// of gives an endpoint what it inherits from its target.
func of(t scanner.Target, e scanner.Endpoint) scanner.Endpoint {
	e.Target, e.Scheme, e.Outright = t.Text, t.Scheme, t.Outright
	return e
}

// resolve looks a name up and brings the answer into one order, without
// repeats. An answer without addresses is an error.
func (x *Expander) resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	if loopback(name) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := x.lookup(ctx, name)
	if err != nil {
		return nil, err
	}
	addrs = slices.Clone(addrs)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !a.IsValid() })
	slices.SortFunc(addrs, netip.Addr.Compare)
	addrs = slices.Compact(addrs)
	if len(addrs) == 0 {
		return nil, &net.DNSError{Err: "the answer holds no address", Name: name, IsNotFound: true}
	}
	return addrs, nil
}

// loopback tells the names that RFC 6761 section 6.3 binds to the loopback
// addresses, both of them: a resolver that knows only one would hide half of
// what listens.
func loopback(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// System looks a name up as the machine itself does: hosts file, search list,
// configured servers; A and AAAA.
func System(ctx context.Context, name string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}
