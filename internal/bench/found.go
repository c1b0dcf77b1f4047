package bench

import (
	"maps"
	"slices"
)

// What is compared, each kind by the names of its registry: suites as "version
// suite", the algorithms of SSH as "list name".
const (
	Suites     = "suites"
	Groups     = "groups"
	Algorithms = "algorithms"
	HostKeys   = "host keys"
)

// A Found is names by kind: what a tool reports, or what a server has. A kind
// that is not there was not told.
type Found map[string]map[string]bool

// Add puts names under a kind. Without names it says that the kind was looked
// for.
func (f Found) Add(kind string, names ...string) {
	if f[kind] == nil {
		f[kind] = map[string]bool{}
	}
	for _, n := range names {
		f[kind][n] = true
	}
}

// A Score is one kind of Found held against the truth.
type Score struct {
	Told             bool // the tool reports this kind at all
	Of               int  // how many there are
	Missed, Invented []string
}

// Found is how many of those there are were found.
func (s Score) Found() int { return s.Of - len(s.Missed) }

// Against compares what a tool found of one kind with the truth.
func (f Found) Against(truth Found, kind string) Score {
	got, told := f[kind]
	s := Score{Told: told, Of: len(truth[kind])}
	for _, n := range slices.Sorted(maps.Keys(truth[kind])) {
		if !got[n] {
			s.Missed = append(s.Missed, n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(got)) {
		if !truth[kind][n] {
			s.Invented = append(s.Invented, n)
		}
	}
	return s
}
