package reports

import (
	"slices"

	"github.com/fipsweep/fipsweep/fips"
)

// Waived is what waivers take out of posture, findings and controls. A waived
// finding is in no other count, and an endpoint that would fail or be to watch
// but for waivers neither fails nor passes: it is here.
type Waived struct {
	Endpoints  int
	ByKind     KindCounts
	Findings   int
	FindingsBy map[fips.Status]int
}

// A WaiverUse is a waiver and what it did in this sweep.
type WaiverUse struct {
	fips.Waiver
	State    fips.WaiverState // on the day of judging
	Findings int              // that it is about, whether it holds or not; 0: it is idle
	Marked   int              // of these, those that it takes out
	Counted  int              // of these, those that no waiver takes out
	Places   Places
}

// Idle tells whether the waiver is about nothing that this sweep found.
func (u WaiverUse) Idle() bool { return u.Findings == 0 }

// maxWaiverPlaces bounds the endpoints named under each waiver.
const maxWaiverPlaces = 32

// waiverUses counts what each waiver of a set is about.
type waiverUses struct {
	set  *fips.Waivers
	uses []WaiverUse
	last []int // of each waiver, the assessment whose endpoint was named last
}

func newWaiverUses(set *fips.Waivers, day fips.Date) *waiverUses {
	u := &waiverUses{set: set, last: make([]int, len(set.All()))}
	for _, w := range set.All() {
		u.uses = append(u.uses, WaiverUse{Waiver: w, State: w.On(day)})
	}
	return u
}

// add counts the findings of the n-th assessment.
func (u *waiverUses) add(a fips.Assessment, n int) {
	for i := range a.Findings {
		f := &a.Findings[i]
		for _, w := range u.set.About(f) {
			use := &u.uses[w]
			use.Findings++
			switch {
			case f.Waiver == nil:
				use.Counted++
			case f.Waiver.ID == use.ID:
				use.Marked++
			}
			if u.last[w] != n {
				u.last[w] = n
				use.Places.add(a.Observation.Endpoint, maxWaiverPlaces)
			}
		}
	}
}

// open is the assessment with its unwaived findings only: what is still to do.
func open(a fips.Assessment) fips.Assessment {
	waived := func(f fips.Finding) bool { return f.Waiver != nil }
	if a.Waived != fips.Unobserved {
		a.Findings = slices.DeleteFunc(slices.Clone(a.Findings), waived)
	}
	return a
}

// waive counts what waivers take out of the posture, and tells whether the
// endpoint is in no other count.
func (b *Builder) waive(a fips.Assessment) bool {
	for _, f := range a.Findings {
		if f.Waiver != nil {
			b.waived.Findings++
			b.waived.FindingsBy[f.Status]++
		}
	}
	b.uses.add(a, b.n)
	if !a.ByWaiver() {
		return false
	}
	b.waived.Endpoints++
	b.waived.ByKind[KindOf(a.Observation)]++
	return true
}

// WaiversIn lists the waivers in the state.
func (r *Report) WaiversIn(s fips.WaiverState) []WaiverUse {
	return slices.DeleteFunc(slices.Clone(r.Waivers), func(u WaiverUse) bool { return u.State != s })
}

// IdleWaivers lists those that hold and are about nothing that was found.
func (r *Report) IdleWaivers() []WaiverUse {
	return slices.DeleteFunc(slices.Clone(r.Waivers), func(u WaiverUse) bool {
		return !u.Idle() || u.State != fips.WaiverHolds && u.State != fips.WaiverSoon
	})
}
