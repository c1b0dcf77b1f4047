// Package resolve turns network targets into endpoints: an address into one
// for each port, a name into one for each of its addresses and ports. Names are
// found by the machine's own resolver or by one that is named, and those of an
// address by its PTR records.
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

	// Names finds the names of an address, by each of which it is asked
	// besides; nil means that it is asked by none. A failure means none too:
	// whoever supplies Names tells of it.
	Names func(ctx context.Context, a netip.Addr) []string
	// Skip tells names that are left out of these, such as those that are
	// targets themselves; nil means none.
	Skip func(name string) bool
}

// Expander is the scanner.Expander of network targets.
type Expander struct{ o Options }

// New returns an Expander.
func New(o Options) *Expander {
	if o.Lookup == nil {
		o.Lookup = System
	}
	if o.Excluded == nil {
		o.Excluded = func(netip.Addr) bool { return false }
	}
	if o.Skip == nil {
		o.Skip = func(string) bool { return false }
	}
	return &Expander{o}
}

// Expand yields the endpoints of a target, the ports of an address one after
// the other. A name that does not resolve yields one endpoint without address,
// and the error; so does one of whose addresses some could not be found, behind
// those that could.
func (x *Expander) Expand(ctx context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	return func(yield func(scanner.Endpoint, error) bool) {
		if t.Addr.IsValid() {
			_ = x.ports(t, t.Addr, t.Name, yield) && x.byNames(ctx, t, yield)
			return
		}
		addrs, err := x.Addresses(ctx, t.Name)
		for _, a := range addrs {
			if !slices.Contains(t.Known, a) && !x.ports(t, a, t.Name, yield) {
				return
			}
		}
		if err != nil {
			yield(unresolved(t), fmt.Errorf("resolving %s: %w", t.Name, err))
		}
	}
}

// maxNames bounds the names by which one address is asked: some have hundreds.
const maxNames = 8

// byNames yields the endpoints of an address once more for each of its names.
// SSH is not asked by name.
func (x *Expander) byNames(ctx context.Context, t scanner.Target, yield func(scanner.Endpoint, error) bool) bool {
	if x.o.Names == nil || t.Name != "" || t.Scheme == "ssh" || x.o.Excluded(t.Addr) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	var names []string
	for _, n := range x.o.Names(ctx, t.Addr) {
		n = strings.ToLower(strings.TrimSuffix(n, "."))
		if isHost(n) && !slices.Contains(names, n) && !x.o.Skip(n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for _, n := range names[:min(len(names), maxNames)] {
		if !x.ports(t, t.Addr, n, yield) {
			return false
		}
	}
	return true
}

// isHost tells a name that can be asked by: a PTR record may hold anything.
func isHost(name string) bool {
	if name == "" || len(name) > 253 || strings.HasPrefix(name, ".") || strings.Contains(name, "..") {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}) < 0
}

func (x *Expander) ports(t scanner.Target, a netip.Addr, name string, yield func(scanner.Endpoint, error) bool) bool {
	if x.o.Excluded(a) {
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

// Addresses looks a name up and brings the answer into one order, without
// repeats; what is excluded is among them. An answer without addresses is an
// error; an error beside addresses means that there may be others.
func (x *Expander) Addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	if loopback(name) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := x.o.Lookup(ctx, name)
	addrs = slices.Clone(addrs)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !a.IsValid() })
	slices.SortFunc(addrs, netip.Addr.Compare)
	addrs = slices.Compact(addrs)
	if len(addrs) == 0 && err == nil {
		err = &net.DNSError{Err: "the answer holds no address", Name: name, IsNotFound: true}
	}
	return addrs, err
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

// SystemNames finds the names of an address as the machine itself does.
func SystemNames(ctx context.Context, a netip.Addr) ([]string, error) {
	return net.DefaultResolver.LookupAddr(ctx, a.WithZone("").String())
}
