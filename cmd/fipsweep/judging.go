package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/cyclonedx"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

// judgingFlags are the flags of every verb that judges observations and
// reports on them, wherever the observations come from.
type judgingFlags struct {
	outputs []string
	asOf    string
	failOn  string
	quiet   bool

	cbom     string // version of CycloneDX
	policies []string
	siteFlags
}

func (f *judgingFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.outputs, "output", "o", nil, "write `FORMAT[=PATH]`: text, html, md, csv, json, jsonl or cbom; '-' or no path is stdout; repeatable")
	fl.StringVar(&f.cbom, "cbom-version", string(cyclonedx.V17), "`VERSION` of CycloneDX that -o cbom writes: 1.6 or 1.7")
	asOfFlag(cmd, &f.asOf)
	policyFlag(cmd, &f.policies)
	f.siteFlags.add(cmd)
	fl.StringVar(&f.failOn, "fail-on", fips.Unclassified.String(), "exit 3 on findings of this `status` or worse, or never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no summary on stdout, and on stderr nothing but what went wrong")
}

// An assessor judges on one date and writes one set of outputs: everything is
// read and found to be possible before it exists.
type assessor struct {
	outs     []output
	quiet    bool
	judge    *fips.Judge
	cat      *fips.Catalogue
	controls *control.Table
	asOf     fips.Date
	failOn   fips.Status // Unobserved for never
	cbom     cyclonedx.Version
	ownSite
}

// newAssessor tells every complaint about the flags, together with others that
// the verb found.
func newAssessor(f judgingFlags, others ...error) (*assessor, error) {
	a := &assessor{quiet: f.quiet}
	errs := others
	var err error
	a.outs, err = parseOutputs(f.outputs, f.quiet)
	errs = append(errs, err)
	for _, o := range a.outs {
		errs = append(errs, o.checkPlace())
	}
	a.cbom, err = cyclonedx.ParseVersion(f.cbom)
	if err != nil {
		err = fmt.Errorf("--cbom-version: %w", err)
	}
	errs = append(errs, err)
	a.failOn, err = parseFailOn(f.failOn)
	errs = append(errs, err)
	a.asOf, err = parseAsOf(f.asOf)
	errs = append(errs, err)
	a.ownSite, err = f.siteFlags.read(a.asOf)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		_, policies := loadCatalogue(f.policies)
		return nil, usage(errors.Join(err, policies))
	}
	if a.judge, a.cat, err = newJudge(a.asOf, f.policies); err != nil {
		return nil, err
	}
	a.controls, err = control.Load()
	return a, err
}

func parseFailOn(s string) (fips.Status, error) {
	if s == never {
		return fips.Unobserved, nil
	}
	if status, err := fips.ParseStatus(s); err == nil && status.IsFinding() {
		return status, nil
	}
	words := failOnWords()
	last := len(words) - 1
	return 0, fmt.Errorf("--fail-on %s: want %s or %s", s, strings.Join(words[:last], ", "), words[last])
}

// never is what --fail-on says where no finding is to exit 3.
const never = "never"

// failOnWords is what --fail-on takes, worst first.
func failOnWords() []string {
	var words []string
	for _, s := range fips.Statuses() {
		if s.IsFinding() {
			words = append(words, s.String())
		}
	}
	return append(words, never)
}

// conduct runs a pipeline over what the sweeper yields, with the outputs that
// are written meanwhile. The error of an interrupted sweep is nil: being
// stopped is not a fault.
func (a *assessor) conduct(ctx context.Context, std streams, about scanner.Sweep, line pipeline, extra ...reports.Recorder) (*reports.Report, error) {
	builder, err := reports.NewBuilder(reports.Config{Sweep: about, Catalogue: a.cat, Controls: a.controls, Policy: a.judge.Policy(), AsOf: a.asOf, Waivers: a.waivers, Inventory: a.inventory, Judge: a.judge})
	if err != nil {
		return nil, err
	}
	lines, err := openStreams(a.outs, std.out, a.controls)
	if err != nil {
		return nil, err
	}
	line.judge, line.builder = a.assess, builder
	// Whoever counts comes first: what an output does not take is in the journal.
	line.recorders = slices.Concat(extra, lines.recorders(), []reports.Recorder{builder, new(heapBound)})
	report, err := line.assess(ctx)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	if err != nil {
		report = nil // of half a sweep that failed nothing can be said
	}
	return report, errors.Join(err, lines.close(report))
}

// finish writes the outputs that are written once everything is judged, and
// gives the verb's error: what went wrong, or the exit status that the report
// comes to.
func (a *assessor) finish(ctx context.Context, std streams, r *reports.Report, again reports.Assessments, err error) error {
	status := exitClean
	if err != nil {
		fmt.Fprintf(std.err, "fipsweep: %v\n", err)
		status = exitFailed
	}
	if ctx.Err() != nil {
		status = exitInterrupted
	}
	if r == nil {
		return &statusError{status, nil}
	}
	if a.quiet {
		tellGaps(std.err, r)
	}
	status = worse(status, outcome(r, a.failOn))
	if err := a.write(context.WithoutCancel(ctx), std, r, again, status); err != nil {
		return &statusError{worse(status, exitFailed), err}
	}
	if status == exitClean {
		return nil
	}
	return &statusError{status, nil}
}

// outcome is the exit status that the report itself comes to.
func outcome(r *reports.Report, failOn fips.Status) exitStatus {
	status := exitClean
	if r.Gaps.Incomplete() {
		status = exitIncomplete
	}
	if failOn != fips.Unobserved && r.Reached(failOn) {
		status = worse(status, exitFindings)
	}
	return status
}

// write renders every output but the JSON lines; the summary comes last, since
// it names the files that were written.
func (a *assessor) write(ctx context.Context, std streams, r *reports.Report, again reports.Assessments, status exitStatus) error {
	var errs []error
	var written []string
	for _, o := range a.outs {
		var err error
		switch o.format {
		case "html":
			err = o.writeWhole(std.out, func(w io.Writer) error { return render.HTML(ctx, w, r, again) })
		case "md":
			err = o.writeWhole(std.out, func(w io.Writer) error { return render.Markdown(w, r) })
		case "csv":
			err = o.writeWhole(std.out, func(w io.Writer) error { return render.CSV(ctx, w, r, a.controls, again) })
		case "json":
			err = o.writeWhole(std.out, func(w io.Writer) error { return render.JSON(ctx, w, r, a.controls, again) })
		case "cbom":
			err = o.writeWhole(std.out, func(w io.Writer) error { return cyclonedx.Write(ctx, w, r, a.cbom, again) })
		case "jsonl":
		default:
			continue
		}
		if errs = append(errs, err); err == nil && !o.stdout() {
			written = append(written, o.path)
		}
	}
	if errors.Join(errs...) != nil {
		status = worse(status, exitFailed) // which the summary tells
	}
	for _, o := range a.outs {
		if o.format != "text" {
			continue
		}
		opt := render.TextOptions{UTF8: true, Outputs: written, Exit: exitLine(status, "findings at or above "+a.failOn.String(), r)}
		if o.stdout() {
			term := textOptions(std.out)
			opt.Color, opt.UTF8 = term.Color, term.UTF8
		}
		errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return render.Text(w, r, opt) }))
	}
	return errors.Join(errs...)
}

// judged judges every observation of a source anew each time it is ranged
// over, so that no output needs all assessments in memory.
func (a *assessor) judged(source func(context.Context) iter.Seq2[scanner.Observation, error]) reports.Assessments {
	return func(ctx context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for o, err := range source(ctx) {
				var as fips.Assessment
				if err == nil {
					as = a.assess(o)
				}
				if !yield(as, err) {
					return
				}
			}
		}
	}
}
