package control

import (
	"fmt"

	"github.com/fipsweep/fipsweep/fips"
)

// A State is what an assessment of one control comes to.
type State string

// The states. Satisfied needs positive evidence, and speaks of what was observed:
// see Result.Partly.
const (
	Satisfied    State = "satisfied"
	NotSatisfied State = "not-satisfied"
	NotAssessed  State = "not-assessed"
)

// A Result is what the evidence says of one control. The population is the
// endpoints that could show something of its classes: Observed of them did.
type Result struct {
	Framework    string              `json:"framework"`      // its ID
	Name         string              `json:"framework_name"` // its name
	Short        string              `json:"-"`
	ID           string              `json:"id"`
	Asks         string              `json:"asks"`
	Earlier      map[string][]string `json:"earlier,omitempty"`
	State        State               `json:"state"`
	Reason       string              `json:"reason"`
	Observed     int                 `json:"observed"`
	NotSeen      int                 `json:"not_seen"`
	Failing      int                 `json:"failing"`
	Watching     int                 `json:"watching"` // unclassified ones included
	Unclassified int                 `json:"unclassified"`
	Waived       int                 `json:"waived"` // neither failing nor to watch, by waiver alone
	Examples     []Example           `json:"examples,omitempty"`
	Cannot       string              `json:"cannot,omitempty"` // what this evidence does not show
}

// Population is all endpoints that could have shown something.
func (r Result) Population() int { return r.Observed + r.NotSeen }

// Partly tells that it is satisfied where it was observed, and that others which
// could have shown something were not seen: they may fail.
func (r Result) Partly() bool { return r.State == Satisfied && r.NotSeen > 0 }

// Word is the state in words for people.
func (r Result) Word() string {
	if r.Partly() {
		return string(Satisfied) + " where observed"
	}
	return string(r.State)
}

// Results gives every control of the table in its order.
func (y *Tally) Results() []Result {
	var all []Result
	for _, n := range y.counts {
		r := Result{
			Framework: n.framework.ID, Name: n.framework.Name, Short: n.framework.Short,
			ID: n.control.ID, Asks: n.control.Asks, Earlier: n.control.Earlier, Cannot: n.control.Cannot,
			Observed: n.observed, NotSeen: n.notSeen, Failing: n.failing, Watching: n.watching,
			Unclassified: n.unclassified, Waived: n.waived, Examples: n.examples,
		}
		r.State, r.Reason = n.state(y.boundary)
		if y.stopped && r.State == Satisfied {
			r.State, r.Reason = NotAssessed, "none observed fails, but the sweep was broken off: what was left is unobserved"
		}
		all = append(all, r)
	}
	return all
}

// state decides. An unclassified name is neither for nor against: no rule
// covers it, so while one is there and nothing fails, nothing is claimed. Nor
// is anything where all that was seen is waived: a waiver is no evidence.
func (n count) state(boundary bool) (State, string) {
	switch {
	case n.control.Needs != "" && !(n.control.Needs == needsBoundary && boundary):
		return NotAssessed, "no " + n.control.Needs + " tagged"
	case n.onlyModule():
		return NotAssessed, "module: not observable"
	case n.kinds == 0:
		return NotAssessed, "no endpoint alone can show it"
	case n.failing > 0:
		return NotSatisfied, fmt.Sprintf("%d of %d observed fail", n.failing, n.observed)
	case n.observed == 0:
		return NotAssessed, "nothing of its kind was observed"
	case n.unclassified > 0:
		return NotAssessed, fmt.Sprintf("%d of %d observed hold a name that no rule covers", n.unclassified, n.observed)
	case n.written > 0 && n.unsupported+n.written == n.observed:
		return NotAssessed, "nothing of it was observed but what files say of services"
	case n.unsupported == n.observed:
		return NotAssessed, fmt.Sprintf("all that %d observed show is waived", n.observed)
	}
	reason := fmt.Sprintf("%d of %d observed, none fails", n.observed, n.observed+n.notSeen)
	if n.notSeen > 0 {
		reason = fmt.Sprintf("%d of %d observed, none of these fails", n.observed, n.observed+n.notSeen)
	}
	if n.waived > 0 {
		reason += fmt.Sprintf(", %d by waiver", n.waived)
	}
	if n.notSeen > 0 {
		reason += fmt.Sprintf("; %d not seen, which may", n.notSeen)
	}
	return Satisfied, reason
}

// onlyModule tells whether the control asks for nothing but the module, which
// no observation shows.
func (n count) onlyModule() bool {
	return len(n.control.Classes) == 1 && n.control.Classes[0] == fips.ClassModule
}
