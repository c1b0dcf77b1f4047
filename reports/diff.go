package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// An EndpointMove is what became of an endpoint from one sweep to a newer one.
type EndpointMove string

// The moves of endpoints, in the order of reports. One of which nothing could
// be seen is unobserved, and never gone.
const (
	EndpointNew        EndpointMove = "new"
	EndpointObserved   EndpointMove = "observed" // it was there and could not be judged; now it could
	EndpointUnobserved EndpointMove = "unobserved"
	EndpointGone       EndpointMove = "gone"
)

// EndpointMoves lists the moves in the order of reports.
func EndpointMoves() []EndpointMove {
	return []EndpointMove{EndpointNew, EndpointObserved, EndpointUnobserved, EndpointGone}
}

// A Why says what a change rests on, where that is not that both sweeps saw the
// endpoint wholly.
type Why string

// The reasons. Those of a new finding speak of the older sweep, the others of
// the newer one.
const (
	WhyNewEndpoint Why = "endpoint-new"     // it was not met before
	WhyNotObserved Why = "not-observed"     // it was asked, and nothing could be judged
	WhyPartly      Why = "observed-in-part" // not all was learned of it
	WhyNotAsked    Why = "not-asked"        // by this sweep
	WhyRefused     Why = "refused"          // nothing listens there any more
	WhyNotMet      Why = "not-met"          // the same places were walked, and the file was not among them
	WhyEmpty       Why = "holds-nothing"    // the file was read, and holds nothing that is ruled on
)

// An EndpointChange is one endpoint that came, went, or is seen otherwise.
type EndpointChange struct {
	Move     EndpointMove
	Endpoint scanner.Endpoint
	Why      Why
	Reason   scanner.Reason // why nothing could be judged now; "" for none
	Before   fips.Status    // the worst, Unobserved for none
	After    fips.Status
}

// A Diff is what changed between two sweeps, judged alike: counts, and bounded
// groups.
type Diff struct {
	Comparison
	Alike   bool // both asked for the same, and neither was broken off
	Ends    map[EndpointMove]*Places
	Reached map[fips.Status]int // new findings and worse ones by status, waived ones left out
}

// A Differ is told of each change as it is met; either may be nil.
type Differ struct {
	Endpoint func(EndpointChange) error
	Finding  func(FindingChange) error
}

// DiffOf tells what changed from one sweep to a newer one. It reads the older
// one twice and the newer one once, in whatever order they hold their
// endpoints, and keeps of each endpoint and finding no more than its digest and
// what became of it.
func DiffOf(ctx context.Context, before, after Side, told Differ) (*Diff, error) {
	d := &differ{told: told, alike: alike(before.Report.Sweep, after.Report.Sweep), ends: map[EndpointMove]*Places{}, reached: map[fips.Status]int{},
		endpoints: map[digest8][2]sight{}, findings: map[findingKey]*sighted{},
		comparer: comparer{groups: map[groupKey]*MoveGroup{}, each: told.Finding, Comparison: Comparison{Before: before.Report, After: after.Report, Moves: map[Move]int{}}}}
	for _, pass := range []struct {
		of   Assessments
		take func(fips.Assessment) error
	}{{before.Again, d.older}, {after.Again, d.newer}, {before.Again, d.rest}} {
		for a, err := range pass.of(ctx) {
			if err := errors.Join(err, ctx.Err()); err != nil {
				return nil, fmt.Errorf("read the sweep again: %w", err)
			}
			if err := pass.take(a); err != nil {
				return nil, err
			}
		}
	}
	if err := d.facts(); err != nil {
		return nil, err
	}
	d.compareControls()
	return &Diff{*d.result(), d.alike, d.ends, d.reached}, nil
}

// alike tells whether two sweeps asked for the same places, so that what only
// one of them met came or went.
func alike(a, b scanner.Sweep) bool {
	same := func(x, y []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
	}
	return !a.Interrupted && !b.Interrupted && a.Scope.Shard == b.Scope.Shard && slices.Equal(a.Scope.Ports, b.Scope.Ports) &&
		same(a.Scope.Targets, b.Scope.Targets) && same(a.Scope.Exclude, b.Scope.Exclude)
}

// A differ gathers a diff.
type differ struct {
	comparer
	told      Differ
	alike     bool
	ends      map[EndpointMove]*Places
	reached   map[fips.Status]int
	endpoints map[digest8][2]sight
	findings  map[findingKey]*sighted
}

// Sides of a diff.
const (
	older = iota
	newer
)

// A findingKey is a finding's id, and which of several with that id it is.
type findingKey struct {
	id digest8
	n  int32
}

// sighted is a finding as either sweep has it.
type sighted struct {
	in, waived [2]bool
	status     [2]fips.Status
}

// older takes an assessment of the older sweep.
func (d *differ) older(a fips.Assessment) error {
	d.see(older, a)
	for key, f := range keyed(a.Findings) {
		d.mark(older, key, f)
	}
	return nil
}

// mark keeps a finding of a side, and tells whether that side had it already:
// two sweeps that are read as one may meet the same endpoint.
func (d *differ) mark(side int, key findingKey, f *fips.Finding) (s *sighted, again bool) {
	s = d.findings[key]
	if s == nil {
		s = new(sighted)
		d.findings[key] = s
	}
	again = s.in[side]
	s.in[side], s.waived[side], s.status[side] = true, f.Waiver != nil, f.Status
	return s, again
}

// newer takes an assessment of the newer sweep: what is new, or of another
// status, is known at once.
func (d *differ) newer(a fips.Assessment) error {
	d.n++
	was, known := d.see(newer, a)
	if s := d.endpoints[shortOf(a.Observation.Endpoint.ID)]; !known && s[newer].there && s[newer].reached && !(was[newer].there && was[newer].reached) {
		if err := d.end(EndpointChange{Move: EndpointNew, Endpoint: a.Observation.Endpoint, Why: WhyNewEndpoint, Reason: s[newer].reason, After: a.Worst}); err != nil {
			return err
		}
	}
	for key, f := range keyed(a.Findings) {
		s, again := d.mark(newer, key, f)
		if again {
			continue
		}
		why := Why("")
		if !s.in[older] {
			why = d.unseen(older, f)
		}
		if err := d.changed(s, f, why); err != nil {
			return err
		}
	}
	return nil
}

// changed counts what the newer sweep has of a finding.
func (d *differ) changed(s *sighted, f *fips.Finding, why Why) error {
	x := FindingChange{Move: MoveNew, ID: f.ID, After: f.Status, Finding: *f, Waived: s.waived, Why: why}
	if s.in[older] {
		was := *f
		was.Status, was.Waiver = s.status[older], nil
		x = moved(&was, f)
		if x.Waived = s.waived; x.Move == "" && x.Waived[older] != x.Waived[newer] {
			x.Move = MoveWaiver
		}
		if x.Move == MoveWaiver && x.Waived[older] == x.Waived[newer] {
			x.Move = ""
		}
	}
	if x.Move == "" {
		d.Same++
		return nil
	}
	if f.EndpointCount == 0 {
		d.touch(f.Endpoint)
	}
	if f.Waiver == nil && (x.Move == MoveNew || x.Move == MoveWorse) {
		d.reached[f.Status]++
	}
	return d.add(x)
}

// rest takes an assessment of the older sweep once more, when all that the
// newer one has is known.
func (d *differ) rest(a fips.Assessment) error {
	d.n++
	e := a.Observation.Endpoint
	id := shortOf(e.ID)
	if both := d.endpoints[id]; both[older].there && !both[older].told {
		both[older].told = true
		d.endpoints[id] = both
		if move, why := d.became(e, both); move != "" {
			if err := d.end(EndpointChange{Move: move, Endpoint: e, Why: why, Reason: both[newer].reason, Before: both[older].worst, After: both[newer].worst}); err != nil {
				return err
			}
		}
	}
	for key, f := range keyed(a.Findings) {
		s := d.findings[key]
		if s.in[newer] {
			continue
		}
		s.in[newer] = true // told once, if two sweeps of this side have it
		d.touch(e)
		move, why := d.left(e, f)
		x := FindingChange{Move: move, ID: f.ID, Before: f.Status, Finding: *f, Waived: [2]bool{f.Waiver != nil, false}, Why: why}
		if err := d.add(x); err != nil {
			return err
		}
	}
	return nil
}

// moved counts a change of an endpoint.
func (d *differ) end(x EndpointChange) error {
	if d.ends[x.Move] == nil {
		d.ends[x.Move] = new(Places)
	}
	d.ends[x.Move].add(x.Endpoint, maxPlaces)
	d.touch(x.Endpoint)
	if d.told.Endpoint == nil {
		return nil
	}
	return d.told.Endpoint(x)
}

// touch counts an endpoint with something that changed, once.
func (d *differ) touch(e scanner.Endpoint) {
	id := shortOf(e.ID)
	both := d.endpoints[id]
	if !both[older].changed {
		both[older].changed = true
		d.endpoints[id] = both
		d.Endpoints++
	}
}

// facts compares the findings about several endpoints together, which are
// known by what they are about.
func (d *differ) facts() error {
	for f := range d.Before.Facts.Findings() {
		d.mark(older, findingKey{shortOf(f.ID), -1}, &f)
	}
	for f := range d.After.Facts.Findings() {
		s, again := d.mark(newer, findingKey{shortOf(f.ID), -1}, &f)
		if again {
			continue
		}
		d.n++
		why := Why("")
		for _, e := range f.Endpoints {
			if !s.in[older] && why == "" {
				why = d.unseenAt(older, e, &f)
			}
		}
		if err := d.changed(s, &f, why); err != nil {
			return err
		}
	}
	for f := range d.Before.Facts.Findings() {
		s := d.findings[findingKey{shortOf(f.ID), -1}]
		if s.in[newer] {
			continue
		}
		d.n++
		move, why := d.leftTogether(&f)
		if err := d.add(FindingChange{Move: move, ID: f.ID, Before: f.Status, Finding: f, Waived: [2]bool{f.Waiver != nil, false}, Why: why}); err != nil {
			return err
		}
	}
	return nil
}

// Reaches tells whether there is a finding of the status or worse that is new,
// or was milder before.
func (d *Diff) Reaches(s fips.Status) bool {
	for found, n := range d.Reached {
		if found >= s && n > 0 {
			return true
		}
	}
	return false
}
