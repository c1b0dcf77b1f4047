package control

import (
	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// maxExamples bounds the failing endpoints that a result names.
const maxExamples = 5

// A Tally counts assessments into controls as they come. It keeps counts and a
// few examples, however many there are.
type Tally struct {
	counts  []count
	byClass map[fips.Class][]int
	marks   []mark // scratch of Add, one for each control

	boundary bool // some endpoint is tagged as facing outside
	stopped  bool // the sweep was broken off
}

// A count is what was met for one control.
type count struct {
	framework Framework
	control   Control
	kinds     kind

	observed, notSeen, failing, watching, unclassified int
	waived, unsupported                                int // by waiver neither failing nor to watch; of these, with nothing seen but what is waived
	written                                            int // to watch by what files have written, which supports nothing
	examples                                           []Example
}

// A mark is the worst that one endpoint shows for one control.
type mark struct {
	status  fips.Status // waived findings left out
	finding string
	waived  bool
	written bool // status is what a file says of a service
}

// An Example is one endpoint that fails a control, and the finding that says so.
type Example struct {
	ID       string `json:"id"` // the endpoint's
	Endpoint string `json:"endpoint"`
	Finding  string `json:"finding"`
}

// NewTally counts into the controls of the table.
func NewTally(t *Table) *Tally {
	y := &Tally{byClass: map[fips.Class][]int{}}
	for _, f := range t.Frameworks {
		for _, c := range f.Controls {
			n := count{framework: f, control: c}
			for _, class := range c.Classes {
				k, _ := kindsOf(class)
				n.kinds |= k
				y.byClass[class] = append(y.byClass[class], len(y.counts))
			}
			if c.Over == overNetwork {
				n.kinds &^= store
			}
			y.counts = append(y.counts, n)
		}
	}
	y.marks = make([]mark, len(y.counts))
	return y
}

// BrokenOff says that the sweep was stopped before everything was asked: what
// was left may fail, so nothing is satisfied any more.
func (y *Tally) BrokenOff() { y.stopped = true }

// Add counts one assessment. Each endpoint is assessed once in a sweep.
func (y *Tally) Add(a fips.Assessment) {
	y.boundary = y.boundary || a.Tags != nil && a.Tags.Boundary
	switch Stand(a) {
	case Observed:
		y.mark(a)
		y.count(a)
	case NotSeen:
		k := kindOf(a.Observation)
		for i := range y.counts {
			if n := &y.counts[i]; n.kinds&k != 0 && n.concerns(a.Tags) {
				n.notSeen++
			}
		}
	}
}

// mark finds the worst status that the endpoint shows for each control. A
// ruling that could be a finding and is none (the self-signature of a trust
// anchor) is told and not counted, as in the endpoint's own worst status. What
// a configuration says of a service is evidence against a control, and never
// for one: nobody saw it in force.
func (y *Tally) mark(a fips.Assessment) {
	clear(y.marks)
	e := a.Observation.Endpoint
	for _, r := range a.Rulings {
		if r.Status.IsFinding() || written(r.Class, e) {
			continue
		}
		for _, i := range y.byClass[r.Class] {
			if y.takes(i, r.Class, e) {
				y.marks[i].status = max(y.marks[i].status, r.Status)
			}
		}
	}
	for _, f := range a.Findings {
		for _, i := range y.byClass[f.Class] {
			switch m := &y.marks[i]; {
			case !y.takes(i, f.Class, e):
			case f.Waiver != nil:
				m.waived = true
			case f.Status > m.status:
				m.status, m.finding, m.written = f.Status, f.ID, written(f.Class, e)
			}
		}
	}
}

// written tells whether the evidence is what a file says of a service, which
// only the service shows.
func written(class fips.Class, e scanner.Endpoint) bool {
	k, _ := kindsOf(class)
	return e.Path != "" && k&store == 0
}

// takes tells whether what an endpoint shows of a class is evidence for the
// control.
func (y *Tally) takes(i int, class fips.Class, e scanner.Endpoint) bool {
	return y.counts[i].control.Over != overNetwork || !ofFile(class, e)
}

// concerns tells whether an endpoint with the tags belongs to the control's
// population.
func (n count) concerns(t *fips.Tags) bool {
	switch n.control.Needs {
	case "":
		return true
	case needsBoundary:
		return t != nil && t.Boundary
	}
	return false
}

func (y *Tally) count(a fips.Assessment) {
	short := a.Short()
	for i, m := range y.marks {
		n := &y.counts[i]
		if m.status == fips.Unobserved && !m.waived || !n.concerns(a.Tags) {
			continue
		}
		if short && m.status.Grade() != fips.Fail {
			n.notSeen++ // what fails of it was perhaps not asked for
			continue
		}
		if m.waived && m.status.Grade() <= fips.Pass {
			n.waived++
		}
		switch m.status.Grade() {
		case fips.NotSeen:
			n.unsupported++
		case fips.Watch:
			n.watching++
			if m.written {
				n.written++
			}
		case fips.Fail:
			n.failing++
			if len(n.examples) < maxExamples {
				e := a.Observation.Endpoint
				n.examples = append(n.examples, Example{ID: e.ID, Endpoint: e.String(), Finding: m.finding})
			}
		}
		n.observed++
		if m.status == fips.Unclassified {
			n.unclassified++
		}
	}
}
