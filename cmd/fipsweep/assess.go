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
)

// A pipeline is the whole of a sweep: who sweeps what, where each observation
// is kept, who judges it, and who is told.
type pipeline struct {
	sweeper   scanner.Sweeper
	targets   iter.Seq[scanner.Target]
	journal   *replay.Journal // nil where the observations are kept already
	judge     func(scanner.Observation) fips.Assessment
	recorders []reports.Recorder
	builder   *reports.Builder
	now       func() time.Time // when the sweep ended
}

// assess runs the pipeline: sweep, keep, judge, record, and the report at the
// end. A sweep that was cut short still gives the report of what it finished.
func (p *pipeline) assess(ctx context.Context) (*reports.Report, error) {
	// What was observed is recorded even when the sweep is being stopped.
	record := context.WithoutCancel(ctx)
	err := p.sweeper.Sweep(ctx, p.targets, func(o scanner.Observation) error {
		if p.journal != nil {
			if err := p.journal.Append(o); err != nil {
				return err
			}
		}
		a := p.judge(o)
		for _, r := range p.recorders {
			if err := r.Record(record, a); err != nil {
				return err
			}
		}
		return nil
	})
	if ctx.Err() != nil {
		p.builder.Interrupted()
	}
	report := p.builder.Report(p.now().UTC())
	if p.journal == nil {
		return report, err
	}
	if err == nil || report.Sweep.Interrupted {
		err = errors.Join(err, p.journal.End(report.Sweep))
	}
	return report, errors.Join(err, p.journal.Close())
}
