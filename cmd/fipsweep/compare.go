package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
)

// compareSaved judges saved observations twice, by the catalogue alone on the
// day of the sweep and as the flags ask, and tells what changes. The exit
// status is that of judging as the flags ask.
func compareSaved(ctx context.Context, std streams, f judgingFlags, state string, words []string) error {
	kept, err := findSaved(state, words)
	if err != nil {
		_, flags := newAssessor(f)
		return usage(errors.Join(err, flags))
	}
	about, note, err := kept.about(ctx)
	if err != nil {
		return usage(err)
	}
	after, err := newAssessor(f)
	if err != nil {
		return err
	}
	for _, o := range after.outs {
		if o.format != "text" && o.format != "json" {
			return usage(fmt.Errorf("-o %s: --compare writes text or json; leave out --compare for the report itself", o.format))
		}
	}
	then := f
	then.outputs, then.quiet, then.policies, then.asOf = nil, true, nil, string(fips.DateOf(about.Started))
	before, err := newAssessor(then)
	if err != nil {
		return err
	}
	if note != "" && !f.quiet {
		fmt.Fprintln(std.err, note)
	}
	var sides [2]reports.Side
	for i, a := range [...]*assessor{before, after} {
		report, err := a.conduct(ctx, std, about, pipeline{sweeper: kept, now: func() time.Time { return about.Ended }})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("judge the saved sweep: %w", err)
		}
		sides[i] = reports.Side{Report: report, Again: a.judged(kept.observations)}
	}
	if f.quiet {
		tellStopped(std.err, about)
		tellGaps(std.err, sides[1].Report)
	}
	status := outcome(sides[1].Report, after.failOn)
	if err := after.writeComparison(ctx, std, sides[0], sides[1], status); err != nil {
		return err
	}
	if status == exitClean {
		return nil
	}
	return &statusError{status, nil}
}

func (a *assessor) writeComparison(ctx context.Context, std streams, before, after reports.Side, status exitStatus) error {
	var errs []error
	for _, o := range a.outs {
		if o.format == "json" {
			errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return reports.WriteComparison(ctx, w, before, after) }))
			continue
		}
		opt := render.TextOptions{UTF8: true, Exit: exitLine(status, "findings at or above "+a.failOn.String(), after.Report)}
		if o.stdout() {
			term := textOptions(std.out)
			opt.Color, opt.UTF8 = term.Color, term.UTF8
		}
		errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error {
			c, err := reports.Compare(ctx, before, after, nil)
			if err != nil {
				return err
			}
			return render.Comparison(w, c, opt)
		}))
	}
	return errors.Join(errs...)
}
