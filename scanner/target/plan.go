package target

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// An entry is a place with what is asked there, each port once. Entries do not
// overlap.
type entry struct {
	place place
	uses  []use        // a path has one, without ports
	known []netip.Addr // of a name: addresses at which it is an entry of its own
}

// A use is the part of a spec that an entry takes over.
type use struct {
	spec  *spec
	ports []uint16
}

// plan cuts the specs into entries such that no endpoint is asked twice, and
// takes out what is excluded. Its cost grows with the number of targets, never
// with the number of addresses.
func plan(specs []spec, alone singles, x *Excludes) (*List, error) {
	named := namedOf(specs, x)
	var spans []use
	for i := range specs {
		if s := &specs[i]; s.place.span.from.IsValid() {
			spans = append(spans, use{spec: s, ports: s.ports})
		}
	}
	back, err := alone.settle(slices.Clone(spans), x)
	pieces := cutAll(append(spans, back...), x)
	errs := []error{err, shareAll(named), shareAll(pieces)}
	names := map[string]bool{}
	for _, e := range named {
		if e.place.name != "" {
			names[e.place.name] = true
		}
	}
	return &List{named: newRow(named), singles: alone, spans: newRow(pieces), names: names}, errors.Join(errs...)
}

// namedOf is the entries of paths and of hosts by name or by one address.
func namedOf(specs []spec, x *Excludes) []entry {
	var named []entry
	seen := map[string]int{} // path or name to its entry
	for i := range specs {
		s := &specs[i]
		if s.place.span.from.IsValid() || x.HasName(s.place.name) || x.Has(s.place.addr) {
			continue
		}
		key := "path " + s.path
		if s.path == "" {
			key = "host " + s.place.key()
		}
		u := use{spec: s, ports: s.ports}
		if at, ok := seen[key]; ok {
			named[at].uses = append(named[at].uses, u)
			continue
		}
		seen[key] = len(named)
		named = append(named, entry{place: s.place, uses: []use{u}})
	}
	adopt(named, seen)
	return named
}

// cutAll cuts the spans of each address family by themselves.
func cutAll(spans []use, x *Excludes) []entry {
	var four, six []use
	for _, u := range spans {
		if u.spec.place.span.from.Is4() {
			four = append(four, u)
		} else {
			six = append(six, u)
		}
	}
	return append(cut(four, x), cut(six, x)...)
}

// shareAll gives each port of each entry to one of its uses.
func shareAll(entries []entry) error {
	var errs []error
	for i := range entries {
		var err error
		entries[i].uses, err = share(entries[i].uses, entries[i].place.span.from)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// adopt sees to a name that is a target by itself and with an address besides:
// what is asked of the name is asked at that address there, and not again when
// the name leads to it.
func adopt(entries []entry, seen map[string]int) {
	for i := range entries {
		p := entries[i].place
		if p.name == "" || !p.addr.IsValid() {
			continue
		}
		if at, ok := seen["host "+p.name]; ok {
			entries[at].known = append(entries[at].known, p.addr)
			entries[i].uses = append(entries[i].uses, entries[at].uses...)
		}
	}
}

// cut divides overlapping spans of one address family at every point where one
// begins or ends: within a piece the same specs hold for all addresses.
func cut(uses []use, x *Excludes) []entry {
	if len(uses) == 0 {
		return nil
	}
	slices.SortStableFunc(uses, func(a, b use) int {
		return a.spec.place.span.from.Compare(b.spec.place.span.from)
	})
	starts := pieceStarts(uses, x)
	var (
		out    []entry
		active []use
	)
	for i, from := range starts {
		active = slices.DeleteFunc(active, func(u use) bool { return u.spec.place.span.to.Less(from) })
		for len(uses) > 0 && uses[0].spec.place.span.from == from {
			active = append(active, uses[0])
			uses = uses[1:]
		}
		if len(active) == 0 || x.Has(from) {
			continue
		}
		// Only the family's highest address begins no piece behind it.
		to := active[0].spec.place.span.to
		if i+1 < len(starts) {
			to = starts[i+1].Prev()
		}
		out = append(out, entry{place: place{span: span{from, to}}, uses: slices.Clone(active)})
	}
	return out
}

// pieceStarts is every address at which the set of specs may change, sorted.
func pieceStarts(uses []use, x *Excludes) []netip.Addr {
	family := uses[0].spec.place.span.from.BitLen()
	var starts []netip.Addr
	add := func(s span) {
		if s.from.BitLen() != family {
			return
		}
		starts = append(starts, s.from)
		if after := s.to.Next(); after.IsValid() {
			starts = append(starts, after)
		}
	}
	for _, u := range uses {
		add(u.spec.place.span)
	}
	if x != nil {
		for _, s := range x.spans {
			add(s)
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	return slices.Compact(starts)
}

// share gives each port of an entry to one use: to a target that names the
// endpoint outright before a network, to one with a scheme before one without,
// and to the earlier before the later. The address is one of those where they
// are asked.
func share(uses []use, at netip.Addr) ([]use, error) {
	if len(uses) == 1 {
		return uses, nil
	}
	slices.SortStableFunc(uses, func(a, b use) int {
		if r := rank(b.spec) - rank(a.spec); r != 0 {
			return r
		}
		return a.spec.order - b.spec.order
	})
	if uses[0].spec.path != "" {
		return uses[:1], nil
	}
	var errs []error
	taken := map[uint16]*spec{}
	kept := uses[:0]
	for _, u := range uses {
		var mine []uint16
		for _, p := range u.ports {
			by, ok := taken[p]
			switch {
			case !ok:
				taken[p] = u.spec
				mine = append(mine, p)
			case by.scheme != u.spec.scheme && by.scheme != "" && u.spec.scheme != "":
				errs = append(errs, fmt.Errorf("targets %q and %q expect different things of port %d: keep one of them", clip(by.textAt(at)), clip(u.spec.textAt(at)), p))
			}
		}
		if len(mine) > 0 {
			u.ports = mine
			kept = append(kept, u)
		}
	}
	return kept, errors.Join(errs...)
}

func rank(s *spec) int {
	r := 0
	if s.outright {
		r += 2
	}
	if s.scheme != "" {
		r++
	}
	return r
}
