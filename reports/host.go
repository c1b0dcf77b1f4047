package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// Host is what the configuration of the machine says of the mode that its
// libraries run in.
type Host struct {
	Facts []HostFact `json:"facts"`
	More  int        `json:"left_out"` // facts beyond the bounds

	kept [2]int // of those that weaken, and of the others
}

// A HostFact is a fact with the file that says it.
type HostFact struct {
	Path string `json:"path"`
	fips.HostFact
}

// maxHostFacts bounds what is kept of facts that weaken, and of others: a tree
// may hold the configurations of many machines.
const maxHostFacts = 128

func (h *Host) add(o scanner.Observation) {
	for _, f := range fips.HostFacts(o.Host) {
		n := &h.kept[last(f)]
		if *n >= maxHostFacts {
			h.More++
			continue
		}
		*n++
		h.Facts = append(h.Facts, HostFact{o.Endpoint.Path, f})
	}
}

// result orders the facts: what weakens first, then by file.
func (h Host) result() Host {
	facts := slices.Clone(h.Facts)
	slices.SortStableFunc(facts, func(a, b HostFact) int {
		return cmp.Or(cmp.Compare(last(a.HostFact), last(b.HostFact)), strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return Host{Facts: facts, More: h.More}
}

// last is 0 of what weakens, which goes before the rest.
func last(f fips.HostFact) int {
	if f.Sign == fips.SignWeakens {
		return 0
	}
	return 1
}
