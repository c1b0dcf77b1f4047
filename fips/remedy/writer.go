package remedy

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// A writer gathers a remedy.
type writer struct {
	Remedy
	judge     *fips.Judge
	seen      fips.Assessment
	kept      map[string][]string // what the lines leave, by kind; a kind that they do not decide is not in it
	ended     map[fips.Subject]bool
	endedKeys map[string]bool         // digests of keys that are used no more
	why       map[fips.Subject]string // why something is left
	lacks     map[string]bool         // kinds of which the product has nothing that passes
}

func newWriter(j *fips.Judge, a fips.Assessment) *writer {
	w := &writer{judge: j, seen: a, kept: map[string][]string{}, ended: map[fips.Subject]bool{}, endedKeys: map[string]bool{}, why: map[fips.Subject]string{}, lacks: map[string]bool{}}
	w.Endpoint, w.Policy, w.AsOf = a.Observation.Endpoint, j.Policy(), j.AsOf()
	w.Blocks, w.Mends, w.Left = []Block{}, []fips.Subject{}, []Left{}
	return w
}

// pick leaves of the names those that pass. Where none does it leaves the
// mildest, if that is tolerated yet; the status is that of what is left. A name
// that could break out of its line is not among them, whatever rule covers it.
func (w *writer) pick(kind string, names []string) ([]string, fips.Status) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !plain(name) })
	best := fips.Disallowed
	status := map[string]fips.Status{}
	for _, name := range names {
		status[name] = w.judge.StatusOf(kind, name)
		best = min(best, status[name])
	}
	if best >= fips.Unclassified {
		return nil, best
	}
	best = max(best, fips.Allowed)
	return slices.DeleteFunc(names, func(name string) bool { return status[name] > best }), best
}

// plain tells whether a name is made of what names are made of: a peer may
// send anything, and what it sends is to stand in a configuration.
func plain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("@._+/=-", c))
	})
}

// keep settles what the lines leave of a kind.
func (w *writer) keep(kind string, names []string) {
	w.kept[kind] = names
	for _, name := range names {
		if s := w.judge.StatusOf(kind, name); s.IsFinding() {
			w.left(Left{Subject: fips.Subject{Kind: kind, Name: name}, Status: s,
				Because: "The product has nothing better for it under this policy and on this day: a newer version may."})
		}
	}
}

func (w *writer) left(l Left) {
	if !slices.ContainsFunc(w.Left, func(x Left) bool { return x.Subject == l.Subject && x.Certificate == l.Certificate }) {
		w.Left = append(w.Left, l)
	}
}

func (w *writer) note(text string) {
	if !slices.Contains(w.Notes, text) {
		w.Notes = append(w.Notes, text)
	}
}

// ends says that the lines end what is found under a name.
func (w *writer) ends(kind, name string) { w.ended[fips.Subject{Kind: kind, Name: name}] = true }

// found tells whether there is a finding under a name.
func (w *writer) found(kind, name string) bool {
	return slices.ContainsFunc(w.seen.Findings, func(f fips.Finding) bool { return f.Subject == fips.Subject{Kind: kind, Name: name} })
}

// done sorts the findings into those that the lines end and those that stay,
// and gives no lines where they would end nothing.
func (w *writer) done() Remedy {
	for _, f := range w.seen.Findings {
		if w.over(f) {
			if !slices.Contains(w.Mends, f.Subject) {
				w.Mends = append(w.Mends, f.Subject)
			}
			continue
		}
		w.left(Left{Subject: f.Subject, Status: f.Status, Certificate: f.Certificate, Because: w.because(f)})
	}
	if len(w.Mends) == 0 {
		w.Blocks, w.Notes = []Block{}, nil
		w.Left = slices.DeleteFunc(w.Left, func(l Left) bool {
			return !slices.ContainsFunc(w.seen.Findings, func(f fips.Finding) bool { return f.Subject == l.Subject && f.Certificate == l.Certificate })
		})
	}
	return w.Remedy
}

func (w *writer) over(f fips.Finding) bool {
	if w.ended[f.Subject] {
		return true
	}
	if f.Certificate != "" {
		return w.endedKeys[f.Certificate]
	}
	kept, decided := w.kept[f.Subject.Kind]
	return decided && !slices.Contains(kept, f.Subject.Name)
}

// because says why a finding stays.
func (w *writer) because(f fips.Finding) string {
	switch why, ok := w.why[f.Subject]; {
	case ok:
		return why
	case w.lacks[f.Subject.Kind] && f.Certificate == "":
		return "The product, so far as is known here, has nothing that passes to put in its place: a newer version may."
	case f.Certificate != "":
		return "It lies in a key or a certificate, which configuration only names. " + f.Remedy
	}
	return "No setting that is known here ends it. " + f.Remedy
}

// stays gives the reason for which what is found under a name stays.
func (w *writer) stays(kind, name, why string) { w.why[fips.Subject{Kind: kind, Name: name}] = why }

func (w *writer) block(where, comment string, lines ...Line) {
	if len(lines) > 0 {
		w.Blocks = append(w.Blocks, Block{where, comment, lines})
	}
}

// nothing tells of what kind a product has nothing that passes.
func (w *writer) nothing(kind, what, until string) {
	w.lacks[kind] = true
	w.note("This product, so far as is known here, has no " + what + " that passes under " + w.Policy + " on " + string(w.AsOf) + ": " + until)
}

func addNew(list []string, names ...string) []string {
	for _, n := range names {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

func join(names []string) string { return strings.Join(names, ",") }
