package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

// What --lock says of a state folder that another sweep has.
const (
	lockRefuse = "refuse"
	lockWait   = "wait"
)

// free are the flags that have no say in what a sweep asks: they may be others
// each time it is gone on with. (The proxy has one, and is kept in the scope,
// without its password.) A flag that is not here is part of the plan.
var free = [...]string{
	"concurrency", "per-host", "per-subnet", "rate", "timeout", "host-timeout", "deadline", "proxy",
	"output", "quiet", "progress", "verbose", "waivers", "inventory", "history", "state", "resume", "lock", "config", "print-config",
}

// plannedBy is what a command line asks.
func plannedBy(fl *pflag.FlagSet, args []string) replay.Plan {
	p := replay.Plan{Targets: args, Flags: map[string][]string{}}
	p.Dir, _ = os.Getwd()
	fl.Visit(func(f *pflag.Flag) {
		if !slices.Contains(free[:], f.Name) {
			p.Flags[f.Name] = valuesOf(f)
		}
	})
	return p
}

func valuesOf(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return slices.Clone(list.GetSlice())
	}
	return []string{f.Value.String()}
}

// A former is a sweep that was broken off, or whose outputs were, and is gone
// on with. The methods of a nil one are those of a sweep that begins.
type former struct {
	path  string
	about scanner.Sweep // Ended is zero unless everything was asked
	plan  replay.Plan
}

// resumed finds the sweep of --resume, has the flags say what they said when
// it began, and gives its targets. What is on the command line besides must be
// what it was.
func (f *scanFlags) resumed(fl *pflag.FlagSet, args []string) (*former, []string, error) {
	if f.resume == "" {
		return nil, args, nil
	}
	dir, err := stateDir(f.state)
	if err != nil {
		return nil, nil, err
	}
	path, err := findOne(dir, f.resume)
	if err != nil {
		return nil, nil, fmt.Errorf("--resume: %w", err)
	}
	w := &former{path: path}
	if err := w.look(); err != nil {
		return nil, nil, err
	}
	about, plan := w.about, w.plan
	if w.ended() && f.resume == "last" {
		return nil, nil, fmt.Errorf("--resume: the last sweep, %s, ended at %s: there is nothing to go on with; '%s' reports on it",
			about.ID, about.Ended.Format(time.DateTime), f.withState("fipsweep report "+about.ID))
	}
	if replay.Path(dir, about.ID) != filepath.Clean(path) {
		return nil, nil, fmt.Errorf("--resume: %s is not where the state keeps the journal of sweep %s: name the sweep by its id, and its folder with --state", path, about.ID)
	}
	var errs []error
	if len(args) > 0 && !slices.Equal(args, plan.Targets) {
		errs = append(errs, fmt.Errorf("--resume: sweep %s was of %s: leave the targets out, or name the same", about.ID, strings.Join(plan.Targets, " ")))
	}
	errs = append(errs, restore(fl, plan.Flags, about.ID))
	if !fl.Changed("as-of") {
		f.asOf = string(fips.DateOf(about.Started))
	}
	return w, plan.Targets, errors.Join(errs...)
}

// withState is a command line with --state where this one has it.
func (f *scanFlags) withState(line string) string {
	if f.state != "" {
		line += " --state " + f.state
	}
	return line
}

// look reads how far the sweep came. While another process may go on with it,
// that holds for a moment only.
func (w *former) look() (err error) {
	if w == nil {
		return nil
	}
	w.about, w.plan, err = replay.PlanOf(w.path)
	if w.about.Interrupted {
		w.about.Ended, w.about.Interrupted = time.Time{}, false
	}
	return err
}

// restore has the flags say what they said when the sweep began.
func restore(fl *pflag.FlagSet, then map[string][]string, id string) error {
	var errs []error
	fl.Visit(func(f *pflag.Flag) {
		if old, ok := then[f.Name]; !slices.Contains(free[:], f.Name) && (!ok || !slices.Equal(old, valuesOf(f))) {
			was := "was not given"
			if ok {
				was = "was " + strings.Join(old, " ")
			}
			errs = append(errs, fmt.Errorf("--resume: --%s %s when sweep %s began: leave it out", f.Name, was, id))
		}
	})
	for name, values := range then {
		f := fl.Lookup(name)
		if f == nil {
			errs = append(errs, fmt.Errorf("--resume: sweep %s was begun with --%s, which this fipsweep does not know: use the one that began it", id, name))
			continue
		}
		if f.Changed {
			continue // and the same
		}
		for _, v := range values {
			errs = append(errs, fl.Set(name, v))
		}
	}
	return errors.Join(errs...)
}

// holds tells what else is not as it was when the sweep began.
func (w *former) holds(p *plan, now replay.Plan) error {
	if w == nil {
		return nil
	}
	var errs []error
	if now.Dir != w.plan.Dir {
		errs = append(errs, fmt.Errorf("--resume: sweep %s was begun in %s, from where its files are named: run it there", w.about.ID, w.plan.Dir))
	}
	if now.Lists != w.plan.Lists {
		errs = append(errs, fmt.Errorf("--resume: %s held other targets when sweep %s began: give it the same, or scan anew", strings.Join(p.lists, ", "), w.about.ID))
	}
	for _, word := range slices.Sorted(maps.Keys(now.Files)) {
		if now.Files[word] != w.plan.Files[word] {
			errs = append(errs, fmt.Errorf("--resume: %s was changed since sweep %s began: give it as it was, or scan anew", word, w.about.ID))
		}
	}
	if p.scope.Proxy != w.about.Scope.Proxy {
		errs = append(errs, fmt.Errorf("--resume: sweep %s went through %s: name the same with --proxy", w.about.ID, orNo(w.about.Scope.Proxy, "no proxy")))
	}
	if w.about.Tool != version {
		errs = append(errs, fmt.Errorf("--resume: sweep %s was begun by fipsweep %s, and this is %s: use that one, or scan anew", w.about.ID, w.about.Tool, version))
	}
	return errors.Join(errs...)
}

func orNo(s, no string) string {
	if s == "" {
		return no
	}
	return s
}

// ended tells whether everything was asked, so that only outputs may lack.
func (w *former) ended() bool { return w != nil && !w.about.Ended.IsZero() }

// finished yields what the journal holds, and has done know of it, for which the
// heap makes room.
func (w *former) finished(done *replay.Done) observations {
	if w == nil {
		return nil
	}
	kept := saved{[]string{w.path}}
	return func(ctx context.Context) iter.Seq2[scanner.Observation, error] {
		return func(yield func(scanner.Observation, error) bool) {
			for o, err := range kept.observations(ctx) {
				if err == nil {
					done.Add(o)
				}
				if !yield(o, err) {
					return
				}
			}
			growHeap(growthBeside(done.Size()))
		}
	}
}

// met tells of an endpoint whether done has it; nil for a sweep that begins.
func (w *former) met(done *replay.Done) func(scanner.Endpoint) bool {
	if w == nil {
		return nil
	}
	return func(e scanner.Endpoint) bool {
		is, _, _ := done.Has(e)
		return is
	}
}

// rewrite writes the outputs of a sweep that had ended, from its journal.
func (p *plan) rewrite(ctx context.Context, std streams, w *former) error {
	if !p.quiet {
		fmt.Fprintf(std.err, "sweep %s had asked everything; its outputs are written again\n", w.about.ID)
	}
	kept := &saved{[]string{w.path}}
	report, err := p.conduct(ctx, std, w.about, pipeline{sweeper: kept, now: func() time.Time { return w.about.Ended }})
	return p.finish(ctx, std, report, p.judged(kept.observations), err)
}

// lockState has no other sweep run with the same state. One that runs is
// waited for where --lock says so.
func lockState(ctx context.Context, std streams, p *plan, dir, id string) (func() error, error) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	unlock, err := replay.Lock(now, dir, id)
	if !errors.Is(err, replay.ErrHeld) {
		return unlock, err
	}
	if p.lock != lockWait {
		return nil, fmt.Errorf("%w: wait for it with --lock wait, or name another folder with --state DIR", err)
	}
	if !p.quiet {
		fmt.Fprintf(std.err, "%v; waiting for its end\n", err)
	}
	return replay.Lock(ctx, dir, id)
}
