package fips

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A Change is what the policies on top of a catalogue make of one subject for
// a time.
type Change struct {
	By        string `json:"by"` // the demand, or the policy's own rule
	Kind      string `json:"kind"`
	Name      string `json:"name"`           // "*" for every name that no rule speaks of
	Rule      string `json:"rule,omitempty"` // the catalogue's
	Use       string `json:"use,omitempty"`
	BelowBits int    `json:"below_bits,omitempty"` // for shorter keys only
	Before    Status `json:"before"`
	After     Status `json:"after"`
	From      Date   `json:"from,omitempty"`
	Until     Date   `json:"until,omitempty"`
	Draft     bool   `json:"draft,omitempty"`
}

// Changes lists what the policies change from the judge's day on: the rules'
// subjects, then names that no rule knows, then, as on that day, the TLS suites
// by their parts.
func (j *Judge) Changes() []Change {
	list := []Change{}
	if j.base == nil {
		return list
	}
	for i := range j.rules.rules {
		list = append(list, j.changesOf(&j.rules.rules[i])...)
	}
	slices.SortStableFunc(list, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Rule, b.Rule))
	})
	list = append(list, j.newNames()...)
	for _, name := range iana.SuiteNames() {
		r := j.suite(name)
		if r.Base != nil && r.Base.Status != r.Status {
			list = append(list, Change{By: r.Rule, Kind: suiteKind, Name: name, Rule: r.Base.Rule, Before: r.Base.Status, After: r.Status,
				From: j.asOf, Until: r.Until, Draft: r.Draft})
		}
	}
	return list
}

// changesOf are the times at which a demand decides over a rule.
func (j *Judge) changesOf(r *Rule) []Change {
	var list []Change
	bands := j.bands(r)
	for i, bits := range bands {
		for _, s := range stretches(r, j.demandsOn(r, bits)) {
			if s.By == nil || s.Until != "" && s.Until < j.asOf {
				continue
			}
			c := Change{By: s.By.ID, Kind: r.Kind, Name: r.Name, Rule: r.ID, Use: r.Use, Before: s.Own, After: s.Status,
				From: s.From, Until: s.Until, Draft: s.Turned.Draft}
			if i+1 < len(bands) {
				c.BelowBits = bands[i+1]
			}
			list = append(list, c)
		}
	}
	return list
}

// newNames is what the policies say of names that the catalogue does not know.
func (j *Judge) newNames() []Change {
	var list []Change
	for i := range j.added.rules {
		r := &j.added.rules[i]
		line := j.line(r, 0)
		if line == nil {
			line = stretches(r, nil)
		}
		for _, s := range line {
			by := r.ID
			if s.By != nil {
				by = s.By.ID
			}
			list = append(list, Change{By: by, Kind: r.Kind, Name: r.Name, Use: r.Use, Before: Unclassified, After: s.Status, From: s.From, Until: s.Until,
				Draft: s.Turned != nil && s.Turned.Draft})
		}
	}
	for p := range j.policies {
		for i := range j.policies[p].Tighten {
			d := &j.policies[p].Tighten[i]
			for _, kind := range d.Kinds {
				if d.Status > Unclassified && d.coversName(kind, "\x00") {
					list = append(list, Change{By: d.ID, Kind: kind, Name: "*", Before: Unclassified, After: d.Status, From: d.From, Until: d.Until, Draft: d.Draft})
				}
			}
		}
	}
	return slices.DeleteFunc(list, func(c Change) bool { return c.Until != "" && c.Until < j.asOf })
}
