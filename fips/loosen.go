package fips

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A Loosening is a day on which a demand says of a rule's subject something
// milder than the rule does.
type Loosening struct {
	Rule string
	Day  Date // the first such day; "" for always
	Has  Status
}

// Loosens finds the rules of a catalogue that a demand, taken by its word,
// would loosen: of those that it names any, on any day on which it holds. What
// it reaches by a property or a pattern it only keeps from being better; if
// there is nothing that it makes worse, and something that is worse already,
// it can have meant nothing but to loosen that. The second result tells
// whether the demand reaches anything at all.
func (d *Demand) Loosens(c *Catalogue) ([]Loosening, bool) {
	var milder []Loosening
	reaches, tightens := false, false
	exact := len(d.Names) > 0 && !slices.ContainsFunc(d.Names, func(n string) bool { return strings.HasSuffix(n, "*") })
	note := func(id string, day Date, has Status) {
		reaches = true
		tightens = tightens || has < d.Status
		if has > d.Status && !slices.ContainsFunc(milder, func(l Loosening) bool { return l.Rule == id }) {
			milder = append(milder, Loosening{id, day, has})
		}
	}
	for i := range c.Rules {
		if r := &c.Rules[i]; d.covers(r, r.shortest()) {
			for _, day := range turns(r, []*Demand{d}) {
				if s, ok := r.On(day); ok && d.holds(day) {
					note(r.ID, day, s.Status)
				}
			}
		}
	}
	d.suites(c, note)
	for _, kind := range d.Kinds {
		if d.coversName(kind, "\x00") {
			reaches, tightens = true, tightens || d.Status > Unclassified
		}
	}
	if exact || !tightens {
		return milder, reaches
	}
	return nil, reaches
}

// suites notes what the catalogue says of the TLS suites that a demand is
// about, on each day on which that may change.
func (d *Demand) suites(c *Catalogue, note func(id string, day Date, has Status)) {
	if !slices.Contains(d.Kinds, suiteKind) {
		return
	}
	j := &Judge{rules: NewIndex(c)}
	for _, s := range iana.Suites() {
		if !d.coversName(suiteKind, s.Name) {
			continue
		}
		subject, parts, own := Subject{suiteKind, s.Name}, j.components(s), j.ownRules(s.Code)
		days := []Date{max(d.From, c.Since)}
		for _, p := range parts {
			for _, r := range p.rules {
				days = append(days, turns(r, []*Demand{d})...)
			}
		}
		for _, day := range days {
			if held := j.hold(subject, parts, own, day); day >= c.Since && d.holds(day) && len(held) > 0 {
				note(suiteKind+"/"+s.Name, day, held[0].Status)
			}
		}
	}
}
