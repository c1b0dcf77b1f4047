package reports

import (
	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// Gaps is what was lost before all was asked of it. A refused port of a host
// or range is an answer and no gap; nor is content that a password locks, what
// nobody here can compute, or a question that the peer declined.
type Gaps struct {
	Nothing bool        // nothing at all was observed, where there was something to ask
	Stopped bool        // the sweep was stopped before everything was asked
	Lost    int         // endpoints that were named or answered, and yielded nothing that could be judged
	Partial int         // observed endpoints of which not all was learned
	Reasons []GapReason // the most frequent first
}

// A GapReason is the endpoints with a gap for one reason.
type GapReason struct {
	Reason scanner.Reason
	What   string // an example of what was not learned
	Places Places
}

// Incomplete tells whether the sweep has a gap.
func (g Gaps) Incomplete() bool { return g.Nothing || g.Stopped || g.Lost > 0 || g.Partial > 0 }

// gap gives the reason and the question of the first gap in an assessment.
func gap(a fips.Assessment, s control.Standing) (scanner.Reason, string, bool) {
	o := a.Observation
	if f := o.Failure; f != nil {
		// A name that does not resolve was named by the operator, so it counts
		// as named outright does.
		named := o.Outright || o.Endpoint.Path != "" || f.Stage == scanner.StageResolve
		lost := s == control.NotSeen && (named || o.Answered()) && !f.Reason.Excused()
		return f.Reason, string(f.Stage), lost
	}
	i, lost := a.Gap()
	return i.Reason, i.What, lost
}
