package render

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

// ReportSchema names the version of the JSON document. Within a version fields
// are only ever added.
const ReportSchema = "fipsweep.report/v1"

// JSON writes the whole report as one document: what the sweep came to, all
// that the other outputs tell, then every observation and every finding in the
// form of their lines. These are read again one at a time.
func JSON(ctx context.Context, w io.Writer, r *reports.Report, t *control.Table, again reports.Assessments) error {
	head, err := newDocument(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(head); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	b.Truncate(b.Len() - len("\n}\n"))
	lists := [...]struct {
		name string
		each reports.Assessments
		add  func(*bytes.Buffer, fips.Assessment) error
	}{
		{"observations", again, func(b *bytes.Buffer, a fips.Assessment) error { return reports.AppendObservation(b, a.Observation) }},
		{"findings", r.WithFacts(again), func(b *bytes.Buffer, a fips.Assessment) error {
			for _, f := range a.Findings {
				if err := reports.AppendFinding(b, f, a.Observation.Time, t); err != nil {
					return err
				}
			}
			return nil
		}},
	}
	for _, l := range lists {
		fmt.Fprintf(&b, ",\n  %q: [", l.name)
		if err := elements(ctx, w, &b, l.each, l.add); err != nil {
			return err
		}
		b.WriteString("\n  ]")
	}
	b.WriteString("\n}\n")
	return drain(w, &b)
}

// elements writes what add appends for each assessment, a line to an element,
// as the elements of a list. The buffer holds what is still to be written.
func elements(ctx context.Context, w io.Writer, b *bytes.Buffer, again reports.Assessments, add func(*bytes.Buffer, fips.Assessment) error) error {
	var lines bytes.Buffer
	comma := ""
	for a, err := range again(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the sweep again: %w", err)
		}
		lines.Reset()
		if err := add(&lines, a); err != nil {
			return err
		}
		for line := range bytes.Lines(lines.Bytes()) {
			b.WriteString(comma)
			b.WriteString("\n    ")
			b.Write(bytes.TrimSuffix(line, []byte("\n")))
			comma = ","
		}
		if err := drain(w, b); err != nil {
			return err
		}
	}
	return nil
}

func drain(w io.Writer, b *bytes.Buffer) error {
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
