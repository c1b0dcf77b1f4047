package fips

import "slices"

// A memo keeps the rulings on names, each with all its texts: a sweep meets the
// same few hundred at every endpoint.
type memo map[memoKey]Ruling

type memoKey struct {
	Subject
	class Class
}

// maxHeld bounds the rulings that are kept: of some kinds a peer may make up
// names that a rule covers.
const maxHeld = 4096

func (m memo) ruling(s Subject, class Class) (Ruling, bool) {
	r, ok := m[memoKey{s, class}]
	return r, ok
}

// keep keeps a ruling that does not depend on where it is seen, and gives it
// with lists that whoever adds to them copies.
func (m memo) keep(r Ruling) Ruling {
	r.Cite, r.Parts, r.Where = slices.Clip(r.Cite), slices.Clip(r.Parts), slices.Clip(r.Where)
	if len(m) < maxHeld {
		m[memoKey{r.Subject, r.Class}] = r
	}
	return r
}
