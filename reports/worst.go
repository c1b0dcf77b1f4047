package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// Bounds of the lists that say what is worst and what is there.
const (
	maxWays       = 2000 // ways of failing
	maxWorst      = 64   // of them, those that a report keeps
	maxAlgorithms = 5000
)

// worst gathers failing endpoints by the way in which they fail.
type worst struct{ byWay map[string]*way }

type way struct {
	Worst
	at    scanner.Endpoint
	count int // endpoints that fail in this way
	fails int // failing subjects of each
}

// add takes an endpoint that fails.
func (w *worst) add(a fips.Assessment) {
	if a.Worst.Grade() != fips.Fail {
		return
	}
	what, fails := failing(a)
	key := a.Worst.String() + "\x00" + strings.Join(what, "\x00")
	x := w.byWay[key]
	if x == nil {
		if len(w.byWay) >= maxWays {
			return
		}
		x = &way{Worst: Worst{Status: a.Worst, What: what}}
		w.byWay[key] = x
	}
	x.count++
	e := a.Observation.Endpoint
	// Of those alike the first by name stands for all, whichever came first.
	if x.ID == "" || fails > x.fails || fails == x.fails && e.String() < x.at.String() {
		x.ID, x.at, x.Kind, x.fails, x.More = e.ID, e, KindOf(a.Observation), fails, fails-len(what)
		x.Owner = ownerOf(a.Tags)
	}
}

// failing names up to three failing subjects, the worst first and protocol
// versions before what is used in them, and counts them all.
func failing(a fips.Assessment) ([]string, int) {
	type subject struct {
		name   string
		status fips.Status
	}
	var all []subject
	seen := map[string]bool{}
	for _, f := range a.Findings {
		name := label(f.Ruling)
		if f.Status.Grade() == fips.Fail && !seen[name] {
			seen[name] = true
			all = append(all, subject{name, f.Status})
		}
	}
	slices.SortStableFunc(all, func(a, b subject) int {
		return cmp.Or(cmp.Compare(b.status, a.status), byWeight(a.name, b.name))
	})
	var names []string
	for _, s := range all[:min(3, len(all))] {
		names = append(names, s.name)
	}
	return names, len(all)
}

// result gives the worst endpoints, one for each way of failing.
func (w *worst) result(names naming) []Worst {
	var all []*way
	for _, x := range w.byWay {
		x.Alike, x.Endpoint = x.count-1, names.write(x.at)
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *way) int {
		return cmp.Or(cmp.Compare(b.Status, a.Status), cmp.Compare(b.fails, a.fails), cmp.Compare(b.count, a.count), strings.Compare(a.Endpoint, b.Endpoint))
	})
	var out []Worst
	for _, x := range all[:min(maxWorst, len(all))] {
		out = append(out, x.Worst)
	}
	return out
}

// algorithms counts the endpoints on which each subject was met.
type algorithms struct {
	met  map[algorithmKey]*Algorithm
	seen map[algorithmKey]bool // on the endpoint that is added
}

func newAlgorithms() *algorithms {
	return &algorithms{map[algorithmKey]*Algorithm{}, map[algorithmKey]bool{}}
}

type algorithmKey struct {
	kind, name, aspect string
	status             fips.Status
}

func (m *algorithms) add(a fips.Assessment) {
	clear(m.seen)
	for r, counts := range Counted(a) {
		key := algorithmKey{r.Subject.Kind, clip(r.Subject.Name, maxText), clip(Aspect(r), maxText), r.Status}
		if !counts || m.seen[key] {
			continue
		}
		m.seen[key] = true
		if m.met[key] == nil {
			if len(m.met) >= maxAlgorithms {
				continue
			}
			m.met[key] = &Algorithm{Subject: fips.Subject{Kind: key.kind, Name: key.name}, Aspect: key.aspect, Status: r.Status}
		}
		m.met[key].Endpoints++
	}
}

func (m *algorithms) result() []Algorithm {
	var all []Algorithm
	for _, x := range m.met {
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b Algorithm) int {
		return cmp.Or(strings.Compare(a.Subject.Kind, b.Subject.Kind), cmp.Compare(b.Endpoints, a.Endpoints),
			strings.Compare(a.Subject.Name, b.Subject.Name), cmp.Compare(b.Status, a.Status), strings.Compare(a.Aspect, b.Aspect))
	})
	return all
}
