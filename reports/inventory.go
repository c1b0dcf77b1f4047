package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/fips/site"
)

// An Inventory is what was expected beside what was found. An entry is found
// if at least one endpoint that it stands for was observed.
type Inventory struct {
	Entries    int
	Found      int
	Missing    []Missing // expected and not found, in the order of the file
	MissingAll int       // with those that are not listed
	Unexpected Places    // endpoints where something is and that no entry stands for
	Owners     []OwnerReach
}

// A Missing is an entry that was not found, and how far it was reached.
type Missing struct {
	Target   string
	Tags     fips.Tags
	Where    string // the file and line of the entry
	Asked    int
	Answered int
}

// Why says why nothing was found there.
func (m Missing) Why() string {
	switch {
	case m.Asked == 0:
		return "nothing there was asked"
	case m.Answered == 0:
		return "nobody answered"
	}
	return "it answered, and nothing could be judged"
}

// An OwnerReach is the endpoints of one owner by what they come to. Owner is ""
// for those that no entry gives one.
type OwnerReach struct {
	Owner                              string
	Fail, Watch, Pass, Waived, NotSeen int
	Findings                           int // one about several endpoints counts for each who owns one
}

// Bounds of what is listed.
const (
	maxMissing = 512
	maxOwners  = 512
)

// reconciliation matches what is asked with what is expected.
type reconciliation struct {
	expected   *site.Inventory
	entries    []entry
	unexpected Places
	owners     map[string]*OwnerReach
}

type entry struct{ asked, answered, observed int }

func newReconciliation(v *site.Inventory) *reconciliation {
	if v == nil {
		return nil
	}
	return &reconciliation{expected: v, entries: make([]entry, len(v.All())), owners: map[string]*OwnerReach{}}
}

// add takes an endpoint that was asked.
func (x *reconciliation) add(a fips.Assessment, s control.Standing) {
	if x == nil {
		return
	}
	o := a.Observation
	of := x.expected.Of(o.Endpoint)
	for _, i := range of {
		e := &x.entries[i]
		e.asked++
		if o.Answered() {
			e.answered++
		}
		if s == control.Observed {
			e.observed++
		}
	}
	if s == control.Empty || s == control.Quiet {
		return
	}
	if len(of) == 0 && (s == control.Observed || o.Answered()) {
		x.unexpected.add(o.Endpoint, maxPlaces)
	}
	x.owner(a)
}

// of finds or begins the reach of an owner; nil where there are too many.
func (x *reconciliation) of(name string) *OwnerReach {
	w := x.owners[name]
	if w == nil && len(x.owners) < maxOwners {
		w = &OwnerReach{Owner: name}
		x.owners[name] = w
	}
	return w
}

// shared counts a finding about several endpoints once for each who owns one.
func (x *reconciliation) shared(f fips.Finding) {
	if x == nil || f.Waiver != nil {
		return
	}
	told := map[string]bool{}
	for _, e := range f.Endpoints {
		name := ownerOf(tagsOf(x.expected, e))
		if w := x.of(name); w != nil && !told[name] {
			told[name] = true
			w.Findings++
		}
	}
}

func (x *reconciliation) owner(a fips.Assessment) {
	w := x.of(ownerOf(a.Tags))
	if w == nil {
		return
	}
	w.Findings += len(open(a).Findings)
	switch {
	case a.ByWaiver():
		w.Waived++
	case a.Worst.Grade() == fips.Fail:
		w.Fail++
	case a.Worst.Grade() == fips.Watch:
		w.Watch++
	case a.Worst.Grade() == fips.Pass:
		w.Pass++
	default:
		w.NotSeen++
	}
}

// result is nil without an inventory.
func (x *reconciliation) result() *Inventory {
	if x == nil {
		return nil
	}
	v := &Inventory{Entries: len(x.entries), Unexpected: x.unexpected}
	for i, want := range x.expected.All() {
		e := x.entries[i]
		if e.observed > 0 {
			v.Found++
			continue
		}
		v.MissingAll++
		if len(v.Missing) < maxMissing {
			v.Missing = append(v.Missing, Missing{Target: want.Target.String(), Tags: want.Tags, Where: want.Where, Asked: e.asked, Answered: e.answered})
		}
	}
	for _, w := range x.owners {
		v.Owners = append(v.Owners, *w)
	}
	slices.SortFunc(v.Owners, func(a, b OwnerReach) int {
		return cmp.Or(cmp.Compare(b.Fail, a.Fail), cmp.Compare(b.Findings, a.Findings), strings.Compare(a.Owner, b.Owner))
	})
	return v
}
