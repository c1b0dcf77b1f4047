package reports

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// ComparisonSchema names the version of the JSON document of a comparison.
const ComparisonSchema = "fipsweep.comparison/v1"

type comparisonHead struct {
	Schema string      `json:"schema"`
	Sweep  string      `json:"sweep"`
	Before judgingLine `json:"before"`
	After  judgingLine `json:"after"`
}

// judgingLine is one side of a comparison.
type judgingLine struct {
	Policy    string         `json:"policy"`
	AsOf      fips.Date      `json:"as_of"`
	Catalogue string         `json:"catalogue"`
	Posture   map[string]int `json:"posture"`  // endpoints by worst status
	Findings  map[string]int `json:"findings"` // by status
}

type changeLine struct {
	Change       Move             `json:"change"`
	ID           string           `json:"id"`
	Endpoint     scanner.Endpoint `json:"endpoint"`
	Count        int              `json:"endpoint_count,omitempty"` // of a finding about several together
	Rule         string           `json:"rule"`
	WasID        string           `json:"was_id,omitempty"`   // where another rule decides now
	WasRule      *string          `json:"was_rule,omitempty"` // likewise; "" where none spoke
	Subject      fips.Subject     `json:"subject"`
	Use          string           `json:"use"`
	Certificate  string           `json:"certificate,omitempty"`
	Before       fips.Status      `json:"before"`
	After        fips.Status      `json:"after"`
	WaivedBefore bool             `json:"waived_before,omitempty"`
	WaivedAfter  bool             `json:"waived_after,omitempty"`
	Because      string           `json:"because"`
}

type comparisonFoot struct {
	Endpoints int                 `json:"endpoints"` // with something that changes
	Changed   map[Move]int        `json:"changed"`   // findings
	Same      int                 `json:"same"`      // findings
	Controls  []controlChangeLine `json:"controls"`
	Compared  time.Time           `json:"swept"` // when the sweep began
}

type controlChangeLine struct {
	Framework string        `json:"framework"`
	ID        string        `json:"id"`
	Before    control.State `json:"before"`
	After     control.State `json:"after"`
	Reason    string        `json:"reason"`
}

// WriteComparison compares and writes it as one JSON document. Each change is
// written as it is met.
func WriteComparison(ctx context.Context, w io.Writer, before, after Side) error {
	var b bytes.Buffer
	head := comparisonHead{ComparisonSchema, after.Report.Sweep.ID, newJudgingLine(before.Report), newJudgingLine(after.Report)}
	if err := encode(&b, head); err != nil {
		return fmt.Errorf("encode the comparison: %w", err)
	}
	b.Truncate(b.Len() - len("}\n"))
	b.WriteString(`,"changes":[`)
	sep := "\n"
	c, err := Compare(ctx, before, after, func(x FindingChange) error {
		b.WriteString(sep)
		sep = ","
		if err := encode(&b, newChangeLine(x)); err != nil {
			return fmt.Errorf("encode the change of finding %s: %w", x.ID, err)
		}
		if _, err := b.WriteTo(w); err != nil {
			return fmt.Errorf("write the comparison: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.WriteString("],")
	foot := comparisonFoot{c.Endpoints, c.Moves, c.Same, []controlChangeLine{}, after.Report.Sweep.Started}
	for _, x := range c.Controls {
		foot.Controls = append(foot.Controls, controlChangeLine(x))
	}
	var f bytes.Buffer
	if err := encode(&f, foot); err != nil {
		return fmt.Errorf("encode the comparison: %w", err)
	}
	b.Write(f.Bytes()[len("{"):])
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}

func newJudgingLine(r *Report) judgingLine {
	l := judgingLine{Policy: r.Policy, AsOf: r.AsOf, Catalogue: r.Catalogue.Version, Posture: map[string]int{}, Findings: map[string]int{}}
	for _, c := range r.Posture {
		l.Posture[c.Status.String()] = c.Endpoints
	}
	for status, n := range r.FindingsBy {
		l.Findings[status.String()] = n
	}
	return l
}

func newChangeLine(x FindingChange) changeLine {
	f := x.Finding
	l := changeLine{Change: x.Move, ID: x.ID, Endpoint: f.Endpoint, Count: f.EndpointCount, Rule: f.Rule, Subject: f.Subject, Use: f.Use,
		Certificate: f.Certificate, Before: x.Before, After: x.After, WaivedBefore: x.Waived[0], WaivedAfter: x.Waived[1], Because: f.Because}
	if x.Was != nil {
		l.WasID, l.WasRule = x.Was.ID, &x.Was.Rule
	}
	return l
}
