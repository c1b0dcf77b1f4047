package fips

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// Patterns finds among many patterns those that stand for an endpoint, without
// trying each. It is never written to once made.
type Patterns struct {
	all        []Pattern
	byPrefix   map[netip.Prefix][]int
	bits4      []int // lengths of prefixes that there are
	bits6      []int
	byName     map[string][]int
	byPath     map[string][]int
	others     []int // globs of names, and addresses with a zone
	otherPaths []int // globs of paths
}

// NewPatterns indexes the patterns by their places in the list.
func NewPatterns(all []Pattern) *Patterns {
	x := &Patterns{all: all, byPrefix: map[netip.Prefix][]int{}, byName: map[string][]int{}, byPath: map[string][]int{}}
	for i, p := range all {
		switch {
		case p.isPath && p.glob != nil:
			x.otherPaths = append(x.otherPaths, i)
		case p.isPath:
			x.byPath[p.path] = append(x.byPath[p.path], i)
		case p.glob != nil || p.zone.IsValid():
			x.others = append(x.others, i)
		case p.prefix.IsValid():
			if x.byPrefix[p.prefix] == nil {
				x.addBits(p.prefix)
			}
			x.byPrefix[p.prefix] = append(x.byPrefix[p.prefix], i)
		default:
			x.byName[p.name] = append(x.byName[p.name], i)
		}
	}
	return x
}

func (x *Patterns) addBits(p netip.Prefix) {
	list := &x.bits6
	if p.Addr().Is4() {
		list = &x.bits4
	}
	if !slices.Contains(*list, p.Bits()) {
		*list = append(*list, p.Bits())
	}
}

// Of lists the places of the patterns that stand for the endpoint, the
// narrowest first, and of equals the earliest.
func (x *Patterns) Of(e scanner.Endpoint) []int {
	var list []int
	add := func(some []int) {
		for _, i := range some {
			if x.all[i].Fits(e) {
				list = append(list, i)
			}
		}
	}
	if e.Path != "" {
		for _, name := range append([]string{e.Path}, e.Links...) {
			for dir := path.Clean(name); ; dir = path.Dir(dir) {
				add(x.byPath[dir])
				if dir == "/" || dir == "." {
					break
				}
			}
		}
		add(x.otherPaths)
	} else {
		if e.Name != "" {
			add(x.byName[strings.ToLower(strings.TrimSuffix(e.Name, "."))])
		}
		addr := e.Address.Unmap().WithZone("")
		bits := x.bits6
		if addr.Is4() {
			bits = x.bits4
		}
		for _, n := range bits {
			if p, err := addr.Prefix(n); err == nil {
				add(x.byPrefix[p])
			}
		}
		add(x.others)
	}
	slices.SortFunc(list, func(i, j int) int {
		return cmp.Or(x.all[i].Compare(x.all[j]), cmp.Compare(i, j))
	})
	return slices.Compact(list) // two names of a file may lie below one path
}
