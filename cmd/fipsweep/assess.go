package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sweep"
)

// A pipeline is the whole of a sweep: who sweeps what, where each observation
// is kept, who judges it, and who is told.
type pipeline struct {
	sweeper   scanner.Sweeper
	targets   iter.Seq[scanner.Target]
	journal   *replay.Journal // nil where the observations are kept already
	kept      observations    // of a sweep that is resumed: what its journal holds; nil for none
	judge     func(scanner.Observation) fips.Assessment
	recorders []reports.Recorder
	builder   *reports.Builder
	left      func(scanner.StoppedBy) *scanner.Left // once the sweep was stopped: what it did not reach
	now       func() time.Time                      // when the sweep ended
}

// assess runs the pipeline: sweep, keep, judge, record, and the report at the
// end. A sweep that was cut short still gives the report of what it finished.
func (p *pipeline) assess(ctx context.Context) (*reports.Report, error) {
	// What was observed is recorded even when the sweep is being stopped.
	whole := context.WithoutCancel(ctx)
	err := p.kept.each(ctx, func(o scanner.Observation) error { return p.take(whole, o, nil) })
	if err == nil {
		err = p.sweeper.Sweep(ctx, p.targets, func(o scanner.Observation) error { return p.take(whole, o, p.journal) })
	}
	if errors.Is(err, sweep.ErrDeadline) {
		err = nil
		p.stopped(scanner.ByDeadline)
	} else if ctx.Err() != nil {
		p.stopped(scanner.BySignal)
	}
	report := p.builder.Report(p.now().UTC())
	if p.journal == nil {
		return report, err
	}
	if err == nil || report.Sweep.Interrupted {
		err = errors.Join(err, p.journal.End(report.Sweep))
	}
	if closing := p.journal.Close(); !errors.Is(err, closing) {
		err = errors.Join(err, closing)
	}
	return report, err
}

// stopped has the report say so, and what is left.
func (p *pipeline) stopped(by scanner.StoppedBy) {
	var left *scanner.Left
	if p.left != nil {
		left = p.left(by)
	}
	p.builder.Interrupted(left)
}

// take keeps an observation in the journal, if there is one, judges it and
// tells everybody of it. It is encoded once for all of them.
func (p *pipeline) take(ctx context.Context, o scanner.Observation, j *replay.Journal) (err error) {
	if o.Line, err = o.Encode(); err != nil {
		return err
	}
	if j != nil {
		if err := j.Append(o); err != nil {
			return err
		}
	}
	a := p.judge(o)
	for _, r := range p.recorders {
		if err := r.Record(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// observations is a source that can be read any number of times.
type observations func(context.Context) iter.Seq2[scanner.Observation, error]

// each calls f with each observation, until either fails.
func (s observations) each(ctx context.Context, f func(scanner.Observation) error) error {
	if s == nil {
		return nil
	}
	for o, err := range s(ctx) {
		if err == nil {
			err = f(o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
