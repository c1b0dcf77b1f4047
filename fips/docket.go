package fips

import "slices"

// A docket gathers the rulings of one observation. What was seen in several
// places is ruled on once, and tells all of them.
type docket struct {
	rulings []Ruling
	at      map[docketKey]int
}

type docketKey struct {
	rule, base, use, certificate string
	subject                      Subject
}

func newDocket() *docket { return &docket{at: map[docketKey]int{}} }

// maxSpare is how many rulings a docket may have held that is used again: few
// files come to more.
const maxSpare = 1024

// take gives the rulings, and empties the docket for another observation.
func (d *docket) take() []Ruling {
	if len(d.rulings) == 0 {
		return nil
	}
	rulings := slices.Clone(d.rulings)
	if len(rulings) > maxSpare {
		*d = *newDocket()
		return rulings
	}
	clear(d.rulings) // else it would hold on to what they point to
	d.rulings = d.rulings[:0]
	clear(d.at)
	return rulings
}

// add enters a ruling, seen where it says.
func (d *docket) add(r Ruling, where ...string) {
	key := docketKey{r.Rule, "", r.Use, r.Certificate, r.Subject}
	if r.Base != nil {
		key.base = r.Base.Rule
	}
	i, ok := d.at[key]
	if !ok {
		i = len(d.rulings)
		d.at[key] = i
		d.rulings = append(d.rulings, r)
	}
	for _, w := range where {
		if w != "" && !slices.Contains(d.rulings[i].Where, w) {
			d.rulings[i].Where = append(d.rulings[i].Where, w)
		}
	}
}

// addOf enters a ruling about a certificate or key of that digest.
func (d *docket) addOf(digest string, r Ruling, where ...string) {
	r.Certificate = digest
	d.add(r, where...)
}
