package reports

import (
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// settle counts the facts once everything is recorded, and the findings among
// them with all others. The posture of an endpoint stays what it shows by
// itself.
func (b *Builder) settle() Facts {
	f := Facts{Counts: map[FactKind]int{}, Halves: b.ties.halves, uses: b.ties.uses, each: func(yield func(Fact) bool) {
		for x := range b.ties.all() {
			b.rule(&x)
			if !yield(x) {
				return
			}
		}
	}}
	for x, at := range b.ties.all() {
		b.rule(&x)
		if f.Counts[x.Kind]++; f.Counts[x.Kind] <= maxFacts {
			f.List = append(f.List, x)
		}
		if x.Finding == nil || b.settled {
			continue
		}
		b.inventory.shared(*x.Finding)
		b.uses.add(fips.Assessment{Observation: scanner.Observation{Endpoint: x.Finding.Endpoint}, Findings: []fips.Finding{*x.Finding}}, 0)
		if x.Finding.Waiver != nil {
			b.waived.Findings++
			b.waived.FindingsBy[x.Finding.Status]++
			continue
		}
		b.findings[x.Finding.Status]++
		b.changes.addShared(*x.Finding, at, b.config.Inventory)
	}
	b.settled = true
	return f
}

// rule gives a fact what a rule makes of it.
func (b *Builder) rule(f *Fact) {
	joint := f.Kind.joint()
	if b.config.Judge == nil || joint == "" {
		return
	}
	x := fips.Joint{Rule: joint, About: f.about(), SHA256: f.SHA256, How: []string{f.Subject + ": " + f.Says}, Endpoints: f.Endpoints, Count: f.Count}
	for _, e := range f.Endpoints {
		x.Where = append(x.Where, clip(b.names.write(e), maxText))
	}
	ruling, finding := b.config.Judge.AssessJoint(b.config.Sweep.ID, x)
	f.Ruling, f.Finding = &ruling, finding
	if finding != nil {
		b.waiveShared(finding)
	}
}

// about is what the fact's finding is about, in every sweep.
func (f *Fact) about() string {
	switch f.Kind {
	case ChainDiffers:
		return "name:" + f.Subject
	case CertificateNames:
		return "certificate:" + f.SHA256
	}
	return "key:" + f.SHA256
}

// waiveShared marks the finding where waivers take it out on each of its
// endpoints. Where not all are known, only a waiver of the finding itself does.
func (b *Builder) waiveShared(f *fips.Finding) {
	var mark *fips.WaiverMark
	for _, e := range f.Endpoints {
		at := *f
		at.Endpoint = e
		if !b.config.Waivers.Mark(&at, b.config.AsOf) {
			return
		}
		if mark == nil {
			mark = at.Waiver
		}
	}
	byID := func(w fips.Waiver) bool { return mark != nil && w.ID == mark.ID && w.Finding != "" }
	if f.EndpointCount == len(f.Endpoints) || slices.ContainsFunc(b.config.Waivers.All(), byID) {
		f.Waiver = mark
	}
}

// A reach is the endpoints that a change about several together touches: the
// assessments, and the ids of those that are named.
type reach struct {
	at    map[uint32]bool
	named map[string]bool
}

// addShared puts a finding about several endpoints into its change; at are the
// assessments that show it.
func (c *changes) addShared(f fips.Finding, at []uint32, of *site.Inventory) {
	ch := c.of(areaOther, nil, f.Ruling)
	ch.Findings++
	if ch.reach == nil {
		ch.reach = &reach{map[uint32]bool{}, map[string]bool{}}
	}
	for _, n := range at {
		if !ch.reach.at[n] {
			ch.reach.at[n] = true
			ch.Endpoints++
			if f.Status.Grade() == fips.Fail {
				ch.Failing++
			}
		}
	}
	key := rowKey{f.Rule, f.Subject.Kind, clip(f.Subject.Name, maxText), f.Use, f.Status}
	c.row(ch, f, f.Endpoint, map[*Row]bool{ch.rows[key]: true})
	row := ch.rows[key]
	if row == nil {
		return
	}
	if row.Findings == 1 {
		ch.reach.named[f.Endpoint.ID] = true
	}
	row.Places.Count = len(row.Places.first)
	for _, e := range f.Endpoints {
		row.tag(tagsOf(of, e))
		if len(row.Places.first) < maxPlaces && !ch.reach.named[e.ID] {
			ch.reach.named[e.ID] = true
			row.Places.add(e, maxPlaces)
		}
	}
	row.Places.Count = max(ch.Endpoints, row.Places.Count)
}
