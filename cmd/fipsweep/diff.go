package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

func newDiff(std streams) *cobra.Command {
	var f judgingFlags
	var state string
	var sides [2][]string
	cmd := &cobra.Command{
		Use:   "diff [flags] [A B]",
		Short: "Tell what changed between two sweeps",
		Long: `Tell what changed from one sweep to a newer one: endpoints that are new, gone
or no longer observed, and findings that are new, mended, of another status, or
no longer observed. A finding is mended only where the newer sweep saw its
endpoint and would have seen it.

A and B are each what 'report' takes: a journal, JSON lines that a sweep wrote
(-o jsonl), the id of a sweep whose journal is kept, or 'last'. Without them the
last two sweeps of the state that came to their end. A side of several files,
such as the shards of one sweep, is given by --before and --after.

Both are judged alike, as on the day of the newer one unless --as-of says
otherwise, so that what changed is the world and not the rules.

Exit status 3 means findings that are new, or of worse status, at or above
--fail-on; what was there before does not count. Status 4 means that the newer
sweep is incomplete.`,
		Example: `  fipsweep diff
  fipsweep diff 20261122T011502Z-7c41 last
  fipsweep diff monday.jsonl tuesday.jsonl -o json=changes.json
  fipsweep diff --before mon-1.jsonl --before mon-2.jsonl --after tue-1.jsonl --after tue-2.jsonl`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, words []string) error {
			if f.asOf == "" {
				f.asOf = asOfSweep
			}
			return diffSaved(cmd.Context(), std, f, state, words, sides)
		},
	}
	f.add(cmd)
	stateFlag(cmd, &state)
	fl := cmd.Flags()
	fl.StringArrayVar(&sides[0], "before", nil, "`SAVED` of the older side; repeatable: several are read as one sweep")
	fl.StringArrayVar(&sides[1], "after", nil, "`SAVED` of the newer side; repeatable: several are read as one sweep")
	fl.Lookup("output").Usage = "write `FORMAT[=PATH]`: text, json or md; '-' or no path is stdout; repeatable"
	fl.Lookup("as-of").Usage = "judge both as on this `date`, YYYY-MM-DD (default the day of the newer sweep)"
	fl.Lookup("fail-on").Usage = "exit 3 on new findings of this `status` or worse, or never"
	if err := fl.MarkHidden("cbom-version"); err != nil {
		panic(err) // the flag is judgingFlags' own
	}
	return cmd
}

// A sweptSide is one side of a diff: saved files, and what they say of their sweep.
type sweptSide struct {
	*saved
	sweep scanner.Sweep
}

// diffSaved judges both sides alike and tells what changed. Everything is read
// and found to be possible before anything is judged.
func diffSaved(ctx context.Context, std streams, f judgingFlags, state string, words []string, flags [2][]string) error {
	sides, notes, err := findSides(ctx, state, words, flags)
	if err != nil {
		_, others := newAssessor(f.today())
		return usage(errors.Join(err, others))
	}
	if f.asOf == asOfSweep {
		f.asOf = string(max(fips.DateOf(sides[olderSide].sweep.Started), fips.DateOf(sides[newerSide].sweep.Started)))
	}
	a, err := newAssessor(f)
	if err != nil {
		return err
	}
	outs := a.outs
	for _, o := range outs {
		if o.format != "text" && o.format != "json" && o.format != "md" {
			return usage(fmt.Errorf("-o %s: diff writes text, json or md", o.format))
		}
	}
	for _, note := range notes {
		if !f.quiet {
			fmt.Fprintln(std.err, note)
		}
	}
	a.outs = nil // of the diff, and not of either side
	var judged [2]reports.Side
	for i, side := range sides {
		report, err := a.conduct(ctx, std, side.sweep, pipeline{sweeper: side, now: func() time.Time { return side.sweep.Ended }})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("judge the saved sweep: %w", err)
		}
		judged[i] = reports.Side{Report: report, Again: a.judged(side.observations)}
	}
	a.outs = outs
	return a.writeDiff(ctx, std, judged[olderSide], judged[newerSide])
}

const (
	olderSide = iota
	newerSide
)

// findSides finds both sides, with notes on what they lack.
func findSides(ctx context.Context, state string, words []string, flags [2][]string) (sides [2]sweptSide, notes []string, err error) {
	named, err := sidesOf(state, words, flags)
	if err != nil {
		return sides, nil, err
	}
	var errs []error
	for i, words := range named {
		sides[i].saved, err = findSaved(state, words)
		errs = append(errs, err)
	}
	errs = append(errs, sameFiles(sides[olderSide].saved, sides[newerSide].saved))
	if err := errors.Join(errs...); err != nil {
		return sides, nil, err
	}
	for i := range sides {
		var note string
		sides[i].sweep, note, err = sides[i].about(ctx)
		errs, notes = append(errs, err), append(notes, nonEmpty(note)...)
	}
	if sides[newerSide].sweep.Started.Before(sides[olderSide].sweep.Started) {
		notes = append(notes, "the second of the two is the older one: what is told as new was there before")
	}
	return sides, notes, errors.Join(errs...)
}

// sidesOf says which words name either side.
func sidesOf(state string, words []string, flags [2][]string) ([2][]string, error) {
	given := len(flags[olderSide]) + len(flags[newerSide])
	switch {
	case len(words) > 0 && given > 0:
		return flags, errors.New("name both sides as A B, or both by --before and --after")
	case len(words) == 2:
		return [2][]string{words[:1], words[1:]}, nil
	case len(words) == 1:
		return flags, fmt.Errorf("only %s is named: diff wants two sweeps, or none for the last two of the state", words[0])
	case given == 0:
		return lastTwo(state)
	case len(flags[olderSide]) == 0 || len(flags[newerSide]) == 0:
		return flags, errors.New("--before and --after go together: one of them is missing")
	}
	return flags, nil
}

// lastTwo are the two newest sweeps of the state that came to their end.
func lastTwo(state string) (sides [2][]string, err error) {
	dir, err := stateDir(state)
	if err != nil {
		return sides, err
	}
	journals, err := filepath.Glob(replay.Path(dir, "*"))
	if err != nil {
		return sides, err
	}
	type ended struct {
		path    string
		started time.Time
	}
	var list []ended
	for i, path := range slices.Backward(journals) { // ids sort by time, to the second
		if about, _, err := replay.PlanOf(path); err == nil && !about.Ended.IsZero() && !about.Interrupted {
			list = append(list, ended{path, about.Started})
		}
		if len(list) >= 2 && i > 0 && secondOf(journals[i-1]) != secondOf(path) {
			break
		}
	}
	if len(list) < 2 {
		return sides, fmt.Errorf("%s does not hold two sweeps that came to their end: scan again, or name two saved sweeps", dir)
	}
	slices.SortFunc(list, func(a, b ended) int { return b.started.Compare(a.started) })
	return [2][]string{{list[1].path}, {list[0].path}}, nil
}

// secondOf is the second in which the sweep of a journal began.
func secondOf(path string) string {
	second, _, _ := strings.Cut(filepath.Base(path), "-")
	return second
}

// sameFiles is a complaint about a file that stands on both sides.
func sameFiles(a, b *saved) error {
	var errs []error
	for _, x := range a.paths {
		for _, y := range b.paths {
			one, err1 := os.Stat(x)
			other, err2 := os.Stat(y)
			if err1 == nil && err2 == nil && os.SameFile(one, other) {
				errs = append(errs, fmt.Errorf("%s stands on both sides: nothing could differ", x))
			}
		}
	}
	return errors.Join(errs...)
}

// writeDiff writes each output, and gives the verb's error: the exit status
// that the diff comes to.
func (a *assessor) writeDiff(ctx context.Context, std streams, before, after reports.Side) error {
	d, err := reports.DiffOf(ctx, before, after, reports.Differ{})
	if err != nil {
		return err
	}
	if a.quiet {
		tellStopped(std.err, after.Report.Sweep)
		tellGaps(std.err, after.Report)
	}
	status := exitClean
	if after.Report.Gaps.Incomplete() {
		status = exitIncomplete
	}
	if a.failOn != fips.Unobserved && d.Reaches(a.failOn) {
		status = worse(status, exitFindings)
	}
	var errs []error
	for _, o := range a.outs {
		switch o.format {
		case "json":
			errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return reports.WriteDiff(ctx, w, before, after) }))
		case "md":
			errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return render.MarkdownDiff(w, d) }))
		default:
			opt := render.TextOptions{UTF8: true, Exit: exitLine(status, "new findings at or above "+a.failOn.String(), after.Report)}
			if o.stdout() {
				term := textOptions(std.out)
				opt.Color, opt.UTF8 = term.Color, term.UTF8
			}
			errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return render.Diff(w, d, opt) }))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if status == exitClean {
		return nil
	}
	return &statusError{status, nil}
}
