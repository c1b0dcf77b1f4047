package target

import (
	"errors"
	"net/netip"
	"slices"
	"sort"
)

// Excludes is what a sweep leaves alone: addresses and names. Its methods take
// a nil receiver for nothing excluded.
type Excludes struct {
	spans []span // sorted, disjoint
	names map[string]bool
}

// ParseExcludes reads exclusions: networks, ranges, addresses and names,
// without ports. The error joins every complaint.
func ParseExcludes(args []string, lines []Line) (*Excludes, error) {
	x := &Excludes{names: map[string]bool{}}
	var errs []error
	for _, line := range append(linesOf(args), lines...) {
		p, err := parseExclude(line.Text)
		switch {
		case err != nil:
			errs = append(errs, complain(line, "exclusion", err))
		case p.name != "":
			x.names[p.name] = true
		case p.addr.IsValid():
			x.spans = append(x.spans, single(p.addr.WithZone("")))
		default:
			x.spans = append(x.spans, p.span)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	x.join()
	return x, nil
}

func parseExclude(s string) (place, error) {
	host, _, hasPorts, err := splitPorts(s)
	if err != nil {
		return place{}, err
	}
	if hasPorts {
		return place{}, errors.New("an exclusion has no port: leave it off, and the whole host is left alone")
	}
	return parsePlace(host)
}

// Add leaves more addresses alone, such as those that an excluded name
// resolves to. It must not be called once targets were parsed with x.
func (x *Excludes) Add(addrs ...netip.Addr) {
	for _, a := range addrs {
		x.spans = append(x.spans, single(a.Unmap().WithZone("")))
	}
	x.join()
}

// join puts the spans in order. Systems make loopback of the unspecified address
// (see loopback), so that who excludes the one has excluded the other.
func (x *Excludes) join() {
	x.spans = merge(x.spans)
	for _, a := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		if x.Has(loopback(a)) {
			x.spans = merge(append(x.spans, single(a)))
		}
	}
}

// Names is the excluded names, sorted.
func (x *Excludes) Names() []string {
	if x == nil {
		return nil
	}
	names := make([]string, 0, len(x.names))
	for n := range x.names {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// HasName tells whether the name is excluded, in the form that targets have.
func (x *Excludes) HasName(name string) bool { return x != nil && x.names[name] }

// Has tells whether the address is excluded. It is safe for concurrent use,
// so that resolvers can ask it for what names lead to.
func (x *Excludes) Has(a netip.Addr) bool {
	if x == nil || !a.IsValid() {
		return false
	}
	a = a.Unmap().WithZone("")
	i := sort.Search(len(x.spans), func(i int) bool { return a.Compare(x.spans[i].to) <= 0 })
	return i < len(x.spans) && x.spans[i].has(a)
}

// loopback is what systems make of a connect to the unspecified address (RFC 1122
// section 3.2.1.3 and RFC 4291 section 2.5.2 allow none).
func loopback(unspecified netip.Addr) netip.Addr {
	if unspecified.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// merge sorts spans and joins those that overlap or touch.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && joins(out[n-1], s) {
			if out[n-1].to.Less(s.to) {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// joins tells whether b begins within a or right behind it.
func joins(a, b span) bool {
	if a.from.BitLen() != b.from.BitLen() {
		return false
	}
	return b.from.Compare(a.to) <= 0 || a.to.Next() == b.from
}
