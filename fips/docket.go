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

func newDocket() *docket { return new(docket) }

// ordinary is how many rulings a TLS server comes to, about. Most endpoints of
// a sweep come to none.
const ordinary = 32

// add enters a ruling, seen where it says.
func (d *docket) add(r Ruling, where ...string) {
	key := docketKey{r.Rule, r.ownRule(), r.Use, r.Certificate, r.Subject}
	i, ok := d.at[key]
	if !ok {
		if d.at == nil {
			d.rulings, d.at = make([]Ruling, 0, ordinary), make(map[docketKey]int, ordinary)
		}
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
