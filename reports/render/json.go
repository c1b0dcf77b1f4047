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
	l := lists{w: w, b: &b}
	l.open("changes")
	for _, c := range r.Changes {
		if err := l.value(newChangeJSON(r, c)); err != nil {
			return err
		}
	}
	l.open("certificates")
	for _, c := range r.Certificates.List {
		if err := l.value(newCertificateJSON(r, c)); err != nil {
			return err
		}
	}
	l.open("observations")
	if err := l.each(ctx, again, func(b *bytes.Buffer, a fips.Assessment) error { return reports.AppendObservation(b, a.Observation) }); err != nil {
		return err
	}
	l.open("findings")
	if err := l.each(ctx, r.WithFacts(again), func(b *bytes.Buffer, a fips.Assessment) error {
		for _, f := range a.Findings {
			if err := reports.AppendFinding(b, r, f, a.Observation.Time, t); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	b.WriteString("\n  ]\n}\n")
	return l.drain()
}

// lists writes the lists of the document, an element to a line. The buffer
// holds what is still to be written.
type lists struct {
	w     io.Writer
	b     *bytes.Buffer
	comma string
	begun bool
}

func (l *lists) open(name string) {
	if l.begun {
		l.b.WriteString("\n  ]")
	}
	fmt.Fprintf(l.b, ",\n  %q: [", name)
	l.begun, l.comma = true, ""
}

func (l *lists) value(v any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	l.lines(line.Bytes())
	return l.drain()
}

func (l *lists) lines(p []byte) {
	for line := range bytes.Lines(p) {
		l.b.WriteString(l.comma)
		l.b.WriteString("\n    ")
		l.b.Write(bytes.TrimSuffix(line, []byte("\n")))
		l.comma = ","
	}
}

// each writes what add appends for each assessment, a line to an element.
func (l *lists) each(ctx context.Context, again reports.Assessments, add func(*bytes.Buffer, fips.Assessment) error) error {
	var lines bytes.Buffer
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
		l.lines(lines.Bytes())
		if err := l.drain(); err != nil {
			return err
		}
	}
	return nil
}

func (l *lists) drain() error {
	if _, err := l.b.WriteTo(l.w); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
