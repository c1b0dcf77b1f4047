package reports

import (
	"fmt"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// A Report is all that renderers need: counts, and bounded examples. Every
// figure that a reader meets is one of its fields or a sum of them.
//
// Asked is Observed + NotSeen + Empty + Quiet, and Observed is the sum of
// Posture over every status and of Waived.Endpoints.
type Report struct {
	Sweep     scanner.Sweep
	Policy    string
	AsOf      fips.Date
	Catalogue *fips.Catalogue
	Evidence  string // SHA-256 of all observations as JSON lines, in the order recorded

	Asked    int // endpoints
	Answered int // endpoints from which anything came back
	Observed int // endpoints of which something was seen and ruled on
	NotSeen  int // endpoints that are there, or were named, and could not be judged
	Empty    int // files that were read and hold nothing that is ruled on
	Told     int // of Empty, configurations: what they say is told
	Quiet    int // ports of hosts and ranges where nobody answered

	Posture      []StatusCount // one for each status, worst first, Unobserved last
	Findings     int
	FindingsBy   map[fips.Status]int // waived ones left out, as in Findings
	Waived       Waived
	Waivers      []WaiverUse // every waiver that was given, in the order of the files
	Coverage     Coverage
	Inventory    *Inventory // nil where none was given
	RowsLeftOut  int        // findings that are in counts only, because rows are bounded
	Algorithms   []Algorithm
	Changes      []Change // in the order in which to make them
	Worst        []Worst
	Unobserved   []ReasonCount // of NotSeen
	Silent       []ReasonCount // of Quiet
	Gaps         Gaps
	Controls     []control.Result
	Certificates Certificates
	Items        map[string]int // what stores hold, by kind of item
	Calendar     []Ending
	Facts        Facts  // what several endpoints show together; its findings are in Findings and Changes
	Offers       Offers // what endpoints offer, and who can connect
	SSH          SSHServers
	Locked       Locked
	Host         Host
	Contested    []Contested
	Trace        *Trace // one finding, to be followed from figure to citation
	Questions    []scanner.Asked
	Connections  int

	names    naming
	judge    *fips.Judge
	expected *site.Inventory
}

// A StatusCount is the endpoints whose worst ruling has the status.
type StatusCount struct {
	Status    fips.Status
	Endpoints int
	ByKind    KindCounts
}

// An Algorithm is one subject and how many endpoints accept or hold it.
type Algorithm struct {
	Subject   fips.Subject
	Aspect    string // what of it; see Aspect
	Status    fips.Status
	Endpoints int
}

// A Worst is an endpoint with the worst status met, and what fails there.
type Worst struct {
	ID       string // the endpoint's
	Endpoint string
	Kind     Kind
	Status   fips.Status
	What     []string // up to three failing subjects
	More     int      // further failing subjects
	Alike    int      // other endpoints that fail in the same way
	Owner    string   // by the inventory; "" where nobody said
}

// A ReasonCount is the endpoints that were not seen for one reason.
type ReasonCount struct {
	Reason    scanner.Reason
	Endpoints int
	ByKind    KindCounts
	Places    Places
}

// ReasonUnruled is the reason of an endpoint that answered without showing
// anything that could be ruled on.
const ReasonUnruled scanner.Reason = "nothing-to-rule-on"

// A Contested ruling is one that others read otherwise.
type Contested struct {
	Rule       string
	Subject    fips.Subject
	Status     fips.Status
	Confidence string
	Contested  string
}

// A Trace is one finding with what it was seen by.
type Trace struct {
	Kind        Kind
	Time        time.Time
	Target      string
	Probe       string
	Evidence    []scanner.Evidence
	Connections int
	Finding     fips.Finding
	Controls    []string
}

// Count is the endpoints with the status.
func (r *Report) Count(s fips.Status) int {
	for _, c := range r.Posture {
		if c.Status == s {
			return c.Endpoints
		}
	}
	return 0
}

// Grade is the endpoints whose worst status has the grade.
func (r *Report) Grade(g fips.Grade) int {
	n := 0
	for _, c := range r.Posture {
		if c.Status.Grade() == g {
			n += c.Endpoints
		}
	}
	return n
}

// Population is the endpoints that are there or were named: those observed and
// those that should have been.
func (r *Report) Population() int { return r.Observed + r.NotSeen }

// Reached tells whether there is a finding of the status or worse.
func (r *Report) Reached(s fips.Status) bool {
	for found, n := range r.FindingsBy {
		if found >= s && n > 0 {
			return true
		}
	}
	return false
}

// A Headline is the first word of a report.
type Headline string

// The headlines. Unclassified keeps a sweep from being all right: no rule
// covers the name, so nobody can say that it is.
const (
	AllRight     Headline = "All right"
	NotYet       Headline = "Not yet"
	IncompleteIs Headline = "Incomplete"
)

// Headline is the verdict in a word.
func (r *Report) Headline() Headline {
	switch {
	case r.Reached(fips.Unclassified):
		return NotYet
	case r.Gaps.Incomplete() || r.NotSeen > 0 || r.Observed == 0:
		return IncompleteIs
	}
	return AllRight
}

// ControlWords counts the controls by what they come to. Those that are
// satisfied where they were observed are told apart from the satisfied: others
// that could have shown something were not seen.
func (r *Report) ControlWords() string {
	partly := 0
	for _, c := range r.Controls {
		if c.Partly() {
			partly++
		}
	}
	words := fmt.Sprintf("%d not-satisfied, %d satisfied", r.ControlsIn(control.NotSatisfied), r.ControlsIn(control.Satisfied)-partly)
	if partly > 0 {
		words += fmt.Sprintf(", %d where observed", partly)
	}
	return words
}

// ControlsIn counts the control results in the state.
func (r *Report) ControlsIn(s control.State) int {
	n := 0
	for _, c := range r.Controls {
		if c.State == s {
			n++
		}
	}
	return n
}
