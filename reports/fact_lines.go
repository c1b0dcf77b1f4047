package reports

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// factsLine is the part of the sweep line that says what several endpoints
// show together.
type factsLine struct {
	Counts map[FactKind]int `json:"fact_counts"`
	Facts  []factLine       `json:"facts"` // the first of each kind
	Halves int              `json:"private_keys_unmatched,omitempty"`
}

type factLine struct {
	Kind    FactKind     `json:"kind"`
	ID      string       `json:"id"`
	Subject string       `json:"subject"`
	SHA256  string       `json:"sha256,omitempty"`
	Says    string       `json:"says"`
	Count   int          `json:"count"`           // endpoints
	Hands   int          `json:"hands,omitempty"` // of a shared key, at least
	Places  []string     `json:"endpoints"`       // the first of them
	Rule    string       `json:"rule,omitempty"`  // that speaks of the fact
	Status  *fips.Status `json:"status,omitempty"`
	Finding string       `json:"finding,omitempty"` // its id, where the ruling is one
}

// maxFactPlaces bounds the endpoints that a fact names in the sweep line.
const maxFactPlaces = 16

func newFactsLine(r *Report) factsLine {
	f := r.Facts
	l := factsLine{Counts: f.Counts, Facts: []factLine{}, Halves: f.Halves}
	if l.Counts == nil {
		l.Counts = map[FactKind]int{}
	}
	for _, x := range f.List {
		line := factLine{Kind: x.Kind, ID: x.ID, Subject: x.Subject, SHA256: x.SHA256, Says: x.Says, Count: x.Count, Hands: x.Hands, Places: []string{}}
		for _, e := range x.Endpoints[:min(maxFactPlaces, len(x.Endpoints))] {
			line.Places = append(line.Places, r.Name(e))
		}
		if x.Ruling != nil {
			line.Rule, line.Status = x.Ruling.Rule, &x.Ruling.Status
		}
		if x.Finding != nil {
			line.Finding = x.Finding.ID
		}
		l.Facts = append(l.Facts, line)
	}
	return l
}

// writeFacts writes the findings about several endpoints together: they are
// ruled at the end of the sweep.
func (l *Lines) writeFacts(r *Report) error {
	for f := range r.Facts.Findings() {
		var b bytes.Buffer
		if err := encode(&b, l.together(r, f, r.Sweep.Ended)); err != nil {
			return fmt.Errorf("encode finding %s: %w", f.ID, err)
		}
		if err := l.write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// together is the line of a finding that may be about several endpoints, of
// which each has its own tags.
func (l *Lines) together(r *Report, f fips.Finding, t time.Time) findingLine {
	line := l.finding(f, t)
	said := false
	for _, e := range f.Endpoints {
		tags := r.Tags(e)
		if tags == nil {
			tags = &fips.Tags{}
		} else {
			said = true
		}
		line.EndpointTags = append(line.EndpointTags, *tags)
	}
	if !said {
		line.EndpointTags = nil
	}
	return line
}

// WithFacts yields the assessments, and behind them the findings about several
// endpoints together, each as one that has no observation of its own: for
// outputs that list findings.
func (r *Report) WithFacts(again Assessments) Assessments {
	return func(ctx context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for a, err := range again(ctx) {
				if !yield(a, err) {
					return
				}
			}
			for f := range r.Facts.Findings() {
				o := scanner.Observation{Sweep: f.Sweep, Time: r.Sweep.Ended, Endpoint: f.Endpoint}
				if !yield(fips.Assessment{Observation: o, Findings: []fips.Finding{f}}, nil) {
					return
				}
			}
		}
	}
}
