package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// The schemas of the lines that are not observations.
const (
	FindingSchema = "fipsweep.finding/v1"
	SweepSchema   = "fipsweep.sweep/v1"
)

// Lines is a Recorder that writes JSON Lines while the sweep runs: an
// observation, then what it offers and its findings, and at the end the sweep.
type Lines struct {
	w        io.Writer
	controls *control.Table

	buf bytes.Buffer // of one write, used again, as is the next
	one findingLine
}

// NewLines writes to w; findings name the shown controls of the table.
func NewLines(w io.Writer, t *control.Table) *Lines {
	return &Lines{w: w, controls: t.Shown()}
}

// findingLine is the JSON form of a finding.
type findingLine struct {
	Schema      string           `json:"schema"`
	ID          string           `json:"id"`
	Sweep       string           `json:"sweep"`
	Time        time.Time        `json:"time"` // of the observation
	Endpoint    scanner.Endpoint `json:"endpoint"`
	Rule        string           `json:"rule"`
	Subject     fips.Subject     `json:"subject"`
	Status      fips.Status      `json:"status"`
	Use         string           `json:"use"`
	Class       fips.Class       `json:"class"`
	Where       []string         `json:"where,omitempty"`
	Parts       []fips.Part      `json:"parts,omitempty"`
	From        fips.Date        `json:"from,omitempty"`
	Until       fips.Date        `json:"until,omitempty"`
	Next        *fips.Transition `json:"next,omitempty"`
	Because     string           `json:"because"`
	Remedy      string           `json:"remedy"`
	Cite        []fips.Citation  `json:"cite"`
	Controls    []string         `json:"controls"`
	Confidence  string           `json:"confidence"`
	SourceRead  bool             `json:"source_read"`
	Draft       bool             `json:"draft,omitempty"`
	Contested   string           `json:"contested,omitempty"`
	Certificate string           `json:"certificate,omitempty"`
	Base        *fips.Base       `json:"base,omitempty"`   // where a policy on top of the catalogue decides
	Waiver      *fips.WaiverMark `json:"waiver,omitempty"` // what takes it out of the counts
	Tags        *fips.Tags       `json:"tags,omitempty"`   // of the endpoint, by the inventory

	Endpoints     []scanner.Endpoint `json:"endpoints,omitempty"` // of a finding about several together: the first of them
	EndpointCount int                `json:"endpoint_count,omitempty"`
	EndpointTags  []fips.Tags        `json:"endpoint_tags,omitempty"` // of each of these, as tags are of one
}

// sweepLine is the JSON form of a finished sweep.
type sweepLine struct {
	Schema      string                 `json:"schema"`
	ID          string                 `json:"sweep"`
	Started     time.Time              `json:"started"`
	Ended       time.Time              `json:"ended"`
	Scope       scanner.Scope          `json:"scope"`
	Host        string                 `json:"host"`
	User        string                 `json:"user"`
	Tool        string                 `json:"tool"`
	FIPS        string                 `json:"fips"`
	Interrupted bool                   `json:"interrupted,omitempty"`
	Left        *scanner.Left          `json:"left,omitempty"`
	Policy      string                 `json:"policy"`
	AsOf        fips.Date              `json:"as_of"`
	Catalogue   catalogueLine          `json:"catalogue"`
	Questions   []scanner.Asked        `json:"questions,omitempty"` // version and digest of each question set put
	Asked       int                    `json:"asked"`
	Answered    int                    `json:"answered"`
	Observed    int                    `json:"observed"`
	NotSeen     int                    `json:"not_seen"`
	Empty       int                    `json:"empty"`
	Quiet       int                    `json:"quiet"`
	Unobserved  map[scanner.Reason]int `json:"unobserved"` // not_seen and quiet together, by reason
	Incomplete  incompleteLine         `json:"incomplete"`
	Posture     map[string]int         `json:"posture"`  // endpoints by worst status
	Findings    map[string]int         `json:"findings"` // findings by status
	Controls    []control.Result       `json:"controls"`
	Evidence    string                 `json:"evidence_sha256"` // of the sweep's observation lines, in their order
	Offers      offersLine             `json:"offers"`
	SSH         SSHServers             `json:"ssh"`
	Locked      Locked                 `json:"locked"`
	HostFacts   Host                   `json:"host_facts"`
	siteLine
	factsLine
}

type catalogueLine struct {
	Version string    `json:"version"`
	Since   fips.Date `json:"since"`
	Rules   int       `json:"rules"`
	Sources int       `json:"sources"`
}

// incompleteLine says whether all was asked, and if not, why not.
type incompleteLine struct {
	Incomplete bool                   `json:"incomplete"`
	Lost       int                    `json:"lost"`
	Partial    int                    `json:"partial"`
	Reasons    map[scanner.Reason]int `json:"reasons,omitempty"`
}

// Record writes the observation, the offer and the findings in one write, so that what
// reads along meets whole lines.
func (l *Lines) Record(_ context.Context, a fips.Assessment) error {
	b := &l.buf
	b.Reset()
	if err := AppendObservation(b, a.Observation); err != nil {
		return err
	}
	if err := AppendOffer(b, a); err != nil {
		return err
	}
	for _, f := range a.Findings {
		l.one = l.finding(f, a.Observation.Time)
		if err := encode(b, &l.one); err != nil {
			return fmt.Errorf("encode finding %s: %w", f.ID, err)
		}
	}
	return l.write(b.Bytes())
}

// Close writes the findings about several endpoints together, and the sweep's
// own line. It does not close the writer.
func (l *Lines) Close(r *Report) error {
	if err := l.writeFacts(r); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := encode(&b, newSweepLine(r)); err != nil {
		return fmt.Errorf("encode sweep %s: %w", r.Sweep.ID, err)
	}
	return l.write(b.Bytes())
}

func (l *Lines) write(p []byte) error {
	if _, err := l.w.Write(p); err != nil {
		return fmt.Errorf("write JSON lines: %w", err)
	}
	return nil
}

func (l *Lines) finding(f fips.Finding, t time.Time) findingLine {
	return findingLine{
		Schema: FindingSchema, ID: f.ID, Sweep: f.Sweep, Time: t, Endpoint: f.Endpoint, Rule: f.Rule, Subject: f.Subject,
		Status: f.Status, Use: f.Use, Class: f.Class, Where: f.Where, Parts: f.Parts, From: f.From, Until: f.Until, Next: f.Next,
		Because: f.Because, Remedy: f.Remedy, Cite: orEmpty(f.Cite), Controls: orEmpty(l.controls.Of(f.Class, f.Endpoint)),
		Confidence: f.Confidence, SourceRead: f.SourceRead, Draft: f.Draft, Contested: f.Contested, Certificate: f.Certificate, Base: f.Base,
		Waiver: f.Waiver, Tags: f.Tags, Endpoints: f.Endpoints, EndpointCount: f.EndpointCount,
	}
}

func newSweepLine(r *Report) sweepLine {
	s := sweepLine{
		Schema: SweepSchema, ID: r.Sweep.ID, Started: r.Sweep.Started, Ended: r.Sweep.Ended, Scope: r.Sweep.Scope,
		Host: r.Sweep.Host, User: r.Sweep.User, Tool: r.Sweep.Tool, FIPS: r.Sweep.FIPS, Interrupted: r.Sweep.Interrupted, Left: r.Sweep.Left, Policy: r.Policy, AsOf: r.AsOf,
		Catalogue: catalogueLine{r.Catalogue.Version, r.Catalogue.Since, len(r.Catalogue.Rules), len(r.Catalogue.Sources)},
		Questions: r.Questions, Asked: r.Asked, Answered: r.Answered, Observed: r.Observed, NotSeen: r.NotSeen,
		Empty: r.Empty, Quiet: r.Quiet, Unobserved: map[scanner.Reason]int{}, Posture: map[string]int{},
		Findings: map[string]int{}, Controls: orEmpty(r.Controls), Evidence: r.Evidence,
		Incomplete: incompleteLine{Incomplete: r.Gaps.Incomplete(), Lost: r.Gaps.Lost, Partial: r.Gaps.Partial},
		Offers:     newOffersLine(r),
		SSH:        r.SSH,
		Locked:     r.Locked,
		HostFacts:  Host{Facts: orEmpty(r.Host.Facts), More: r.Host.More},
		siteLine:   newSiteLine(r),
		factsLine:  newFactsLine(r),
	}
	for _, list := range [][]ReasonCount{r.Unobserved, r.Silent} {
		for _, c := range list {
			s.Unobserved[c.Reason] += c.Endpoints
		}
	}
	for _, c := range r.Posture {
		s.Posture[c.Status.String()] = c.Endpoints
	}
	for status, n := range r.FindingsBy {
		s.Findings[status.String()] = n
	}
	for _, g := range r.Gaps.Reasons {
		if s.Incomplete.Reasons == nil {
			s.Incomplete.Reasons = map[scanner.Reason]int{}
		}
		s.Incomplete.Reasons[g.Reason] = g.Places.Count
	}
	return s
}

// encode appends v as one line.
func encode(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// orEmpty makes a nil list an empty one, so that readers meet [] and not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
