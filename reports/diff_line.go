package reports

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// DiffSchema names the version of the JSON document of a diff.
const DiffSchema = "fipsweep.diff/v1"

type diffHead struct {
	Schema    string    `json:"schema"`
	Policy    string    `json:"policy"` // both are judged by it, and as of this day
	AsOf      fips.Date `json:"as_of"`
	Catalogue string    `json:"catalogue"`
	Before    sweptLine `json:"before"`
	After     sweptLine `json:"after"`
}

// sweptLine is one side of a diff.
type sweptLine struct {
	Sweep       string         `json:"sweep"`
	Started     time.Time      `json:"started"`
	Ended       time.Time      `json:"ended"`
	Interrupted bool           `json:"interrupted,omitempty"`
	Scope       scanner.Scope  `json:"scope"`
	Asked       int            `json:"asked"`
	Observed    int            `json:"observed"`
	NotSeen     int            `json:"not_seen"`
	Incomplete  bool           `json:"incomplete"`
	Posture     map[string]int `json:"posture"`  // endpoints by worst status
	Findings    map[string]int `json:"findings"` // by status
}

type endpointChangeLine struct {
	Of       string           `json:"of"` // "endpoint"
	Change   EndpointMove     `json:"change"`
	Endpoint scanner.Endpoint `json:"endpoint"`
	Why      Why              `json:"why,omitempty"`
	Reason   scanner.Reason   `json:"reason,omitempty"`
	Before   fips.Status      `json:"before"` // the worst
	After    fips.Status      `json:"after"`
}

type findingChangeLine struct {
	Of string `json:"of"` // "finding"
	changeLine
	Why    Why    `json:"why,omitempty"`
	Remedy string `json:"remedy"`
}

type diffFoot struct {
	SameScope bool                 `json:"same_scope"`
	Endpoints map[EndpointMove]int `json:"endpoints"`     // by what became of them
	Changed   map[Move]int         `json:"changed"`       // findings
	Same      int                  `json:"same"`          // findings
	Reached   map[string]int       `json:"new_by_status"` // findings that are new or of worse status, by status, waived ones left out
	Controls  []controlChangeLine  `json:"controls"`
}

// WriteDiff tells what changed as one JSON document, and gives it in counts too.
// Each change is written as it is met.
func WriteDiff(ctx context.Context, w io.Writer, before, after Side) error {
	l := &diffLines{w: w, sep: "\n"}
	r := after.Report
	if err := l.open(diffHead{DiffSchema, r.Policy, r.AsOf, r.Catalogue.Version, newSweptLine(before.Report), newSweptLine(r)}); err != nil {
		return err
	}
	d, err := DiffOf(ctx, before, after, Differ{
		Endpoint: func(x EndpointChange) error {
			return l.add(endpointChangeLine{"endpoint", x.Move, x.Endpoint, x.Why, x.Reason, x.Before, x.After})
		},
		Finding: func(x FindingChange) error {
			return l.add(findingChangeLine{"finding", newChangeLine(x), x.Why, x.Finding.Remedy})
		},
	})
	if err != nil {
		return err
	}
	foot := diffFoot{SameScope: d.Alike, Endpoints: map[EndpointMove]int{}, Changed: d.Moves, Same: d.Same, Reached: map[string]int{}, Controls: []controlChangeLine{}}
	for move, places := range d.Ends {
		foot.Endpoints[move] = places.Count
	}
	for status, n := range d.Reached {
		foot.Reached[status.String()] = n
	}
	for _, x := range d.Controls {
		foot.Controls = append(foot.Controls, controlChangeLine(x))
	}
	return l.close(foot)
}

func newSweptLine(r *Report) sweptLine {
	j := newJudgingLine(r)
	return sweptLine{Sweep: r.Sweep.ID, Started: r.Sweep.Started, Ended: r.Sweep.Ended, Interrupted: r.Sweep.Interrupted, Scope: r.Sweep.Scope,
		Asked: r.Asked, Observed: r.Observed, NotSeen: r.NotSeen, Incomplete: r.Gaps.Incomplete(), Posture: j.Posture, Findings: j.Findings}
}

// diffLines is the document while it is being written: a head, the changes,
// and a foot, as one object.
type diffLines struct {
	w   io.Writer
	b   bytes.Buffer
	sep string
}

func (l *diffLines) open(head diffHead) error {
	if err := encode(&l.b, head); err != nil {
		return fmt.Errorf("encode the diff: %w", err)
	}
	l.b.Truncate(l.b.Len() - len("}\n"))
	l.b.WriteString(`,"changes":[`)
	return nil
}

func (l *diffLines) add(change any) error {
	l.b.WriteString(l.sep)
	l.sep = ","
	if err := encode(&l.b, change); err != nil {
		return fmt.Errorf("encode a change: %w", err)
	}
	return l.flush()
}

func (l *diffLines) close(foot diffFoot) error {
	var f bytes.Buffer
	if err := encode(&f, foot); err != nil {
		return fmt.Errorf("encode the diff: %w", err)
	}
	l.b.WriteString("],")
	l.b.Write(f.Bytes()[len("{"):])
	return l.flush()
}

func (l *diffLines) flush() error {
	if _, err := l.b.WriteTo(l.w); err != nil {
		return fmt.Errorf("write the diff: %w", err)
	}
	return nil
}
