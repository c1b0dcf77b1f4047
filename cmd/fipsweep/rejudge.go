package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
)

func newRejudge(std streams) *cobra.Command {
	var f judgingFlags
	var state string
	var compare bool
	cmd := &cobra.Command{
		Use:   "rejudge [flags] SAVED...",
		Short: "Judge stored observations on another date, without the network",
		Long: `Judge stored observations on another date, without touching the network: the
outcome is what a scan of the same things on that date would have given.

SAVED is a journal, JSON lines that a sweep wrote (-o jsonl), the id of a sweep
whose journal is kept, or 'last'. Several are taken as the shards of one sweep;
files that hold the same observations are refused.`,
		Example: `  fipsweep rejudge last --as-of 2031-01-01
  fipsweep rejudge sweep.jsonl --as-of 2036-01-01 -o html=2036.html
  fipsweep rejudge last --as-of 2031-01-01 --policy cnsa2 --compare`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, words []string) error {
			if compare {
				return compareSaved(cmd.Context(), std, f, state, words)
			}
			return replaySaved(cmd.Context(), std, f, state, words)
		},
	}
	f.add(cmd)
	stateFlag(cmd, &state)
	cmd.Flags().BoolVar(&compare, "compare", false, "tell what changes against judging by fips140-3 on the day of the sweep; as text or json")
	return cmd
}

func newReport(std streams) *cobra.Command {
	var f judgingFlags
	var state string
	cmd := &cobra.Command{
		Use:   "report [flags] SAVED...",
		Short: "Write any report from saved sweeps, as of the day they were made",
		Long: `Write any report from saved sweeps, judged as on the day they were made unless
--as-of says otherwise.

SAVED is a journal, JSON lines that a sweep wrote (-o jsonl), the id of a sweep
whose journal is kept, or 'last'. Several are taken as the shards of one sweep;
files that hold the same observations are refused.`,
		Example: `  fipsweep report last -o html=report.html
  fipsweep report shard-1.jsonl shard-2.jsonl -o text -o html=all.html`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, words []string) error {
			if f.asOf == "" {
				f.asOf = asOfSweep
			}
			return replaySaved(cmd.Context(), std, f, state, words)
		},
	}
	f.add(cmd)
	stateFlag(cmd, &state)
	cmd.Flags().Lookup("as-of").Usage = "judge as on this `date`, YYYY-MM-DD (default the day of the sweep)"
	return cmd
}

func stateFlag(cmd *cobra.Command, state *string) {
	cmd.Flags().StringVar(state, "state", "", "`folder` of the sweeps' journals (default the user's state folder)")
}

// asOfSweep stands for the day on which a saved sweep was made, until that
// has been read.
const asOfSweep = "sweep"

// replaySaved judges saved observations as if they had just been made.
func replaySaved(ctx context.Context, std streams, f judgingFlags, state string, words []string) error {
	kept, err := findSaved(state, words)
	if err != nil {
		_, flags := newAssessor(f.today())
		return usage(errors.Join(err, flags))
	}
	about, note, err := kept.about(ctx)
	if err != nil {
		return usage(err)
	}
	if f.asOf == asOfSweep {
		f.asOf = string(fips.DateOf(about.Started))
	}
	a, err := newAssessor(f)
	if err != nil {
		return err
	}
	if note != "" && !f.quiet {
		fmt.Fprintln(std.err, note)
	}
	if f.quiet {
		tellStopped(std.err, about)
	}
	report, err := a.conduct(ctx, std, about, pipeline{sweeper: kept, now: func() time.Time { return about.Ended }})
	return a.finish(ctx, std, report, a.judged(kept.observations), err)
}

// today is the flags with a date that can be read before any sweep was.
func (f judgingFlags) today() judgingFlags {
	if f.asOf == asOfSweep {
		f.asOf = ""
	}
	return f
}
