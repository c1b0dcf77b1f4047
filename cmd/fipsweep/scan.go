package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sweep"
)

// scanFlags is the command line of scan as the operator wrote it.
type scanFlags struct {
	judgingFlags
	trustFlags
	storeFlags
	targetFlags
	limitFlags
	depth     string
	proxy     string
	passwords []string
	history   string
	state     string
	progress  string
	verbose   bool
	resume    string
	lock      string
}

// limitFlags bound what a sweep may take of the network and of time.
type limitFlags struct {
	concurrency int
	perHost     int
	perSubnet   int
	rate        float64
	timeout     time.Duration
	hostTimeout time.Duration
	deadline    time.Duration
}

func (f *limitFlags) add(fl *pflag.FlagSet) {
	fl.IntVar(&f.concurrency, "concurrency", 0, "sockets open at once (default 1024, or what the open-file limit allows)")
	fl.IntVar(&f.perHost, "per-host", 2, "endpoints of one address asked at once")
	fl.IntVar(&f.perSubnet, "per-subnet", 0, "endpoints of one /24 (IPv6: /64) asked at once; 0 for no limit")
	fl.Float64Var(&f.rate, "rate", 0, "new connections a second in all; 0 for no limit")
	fl.DurationVar(&f.timeout, "timeout", 5*time.Second, "how long one connection may take")
	fl.DurationVar(&f.hostTimeout, "host-timeout", 2*time.Minute, "how long one endpoint may take, with all its connections")
	fl.DurationVar(&f.deadline, "deadline", 0, "how long the sweep may take; what is missing then is left to --resume; 0 for no limit")
}

const scanLong = `Sweep targets, judge what is seen, and report.

A target is a network (10.0.0.0/24, 10.0.0.0/24:443,8443), a range
(10.0.0.1-50), a host (host, host:443, [::1]:443), a scheme and a host
(tls://host:port, ssh://host, smtp://host), or a file or folder (/etc/ssl,
./keys, file:///etc/pki); --stores system adds the places where a Linux machine
keeps its own. A host or network without a port is asked on the usual ports of
TLS, SSH and mail. A file of targets has them one a line, or is CSV with a
header (ip, name and port, where name is the SNI), or what a port scanner wrote;
which, is told by its content.

Names come first, then addresses, in an order in which those of one subnet come
far apart: the same at each sweep of the same targets, unless --seed is another.
What is excluded is sent no packet, whatever name leads to it.

At --depth verdict a TLS endpoint is asked for what does not pass by the policy
and date of the sweep, and only until something fails: what passes there passes
at full depth, and what fails there fails. What was not asked is told, something
worse among it perhaps, and judged later by other rules or by a --fail-on that
it may reach it is a gap. SSH offers its lists unasked, and only primes of group
exchange are left out, once one of them decides. Files are read the same at
either depth.`

func newScan(std streams) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [flags] TARGET...",
		Short: "Sweep targets, judge what is seen, and report",
		Long:  scanLong,
		Example: `  fipsweep scan localhost /etc/ssl/certs
  fipsweep scan -o html=report.html -o jsonl=sweep.jsonl 10.0.0.0/24
  fipsweep scan --ports 443,8443 --exclude 10.0.0.7 --rate 200 10.0.0.0/22
  fipsweep scan --stores system --exclude-path /etc/pki/nssdb
  fipsweep scan --targets hosts.txt --quiet -o jsonl --fail-on not-approved
  nmap -p443 --open -oX - 10.0.0.0/24 | fipsweep scan --targets -
  fipsweep scan --shard 1/3 --exclude-file never.txt --ports tls,ssh 10.0.0.0/8`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := widened(cmd.Flags()); err != nil {
				return usage(err)
			}
			former, args, err := f.resumed(cmd.Flags(), args)
			if err != nil {
				return usage(err)
			}
			return scan(cmd.Context(), std, f, former, plannedBy(cmd.Flags(), args), args)
		},
	}
	f.judgingFlags.add(cmd)
	f.trustFlags.add(cmd)
	f.storeFlags.add(cmd)
	f.targetFlags.add(cmd)
	fl := cmd.Flags()
	f.limitFlags.add(fl)
	fl.StringVar(&f.depth, "depth", depthFull, "`DEPTH`: full names all that is accepted; verdict asks in a dozen connections whether anything is that does not pass")
	fl.StringVar(&f.proxy, "proxy", "", "connect through `URL`: http://[user:password@]host:port or socks5://...; names are resolved here, and HTTP_PROXY and NO_PROXY are not heeded")
	fl.StringArrayVar(&f.passwords, "passwords", nil, "try the passwords in `FILE`, one a line and in this order, on keys and stores that are locked; they are neither logged nor stored; repeatable")
	fl.StringVar(&f.history, "history", "off", "where sweeps are kept for later; only 'off' for now")
	fl.StringVar(&f.state, "state", "", "`folder` for the sweep's journal (default the user's state folder)")
	fl.StringVar(&f.resume, "resume", "", "go on with this `SWEEP` that was broken off, by its id, or 'last'; it asks what it asked then, and what it finished is not asked again")
	fl.StringVar(&f.lock, "lock", lockRefuse, "where another sweep runs with the same --state: refuse, or wait for its end")
	fl.StringVar(&f.progress, "progress", "auto", "draw progress on stderr: auto, always or never")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "where stderr is no terminal, say every 30s how far the sweep is; SIGUSR1 asks for that at any time")
	return cmd
}

// scan is the verb: plan, sweep, write what was asked for, and say by the exit
// status how it ended. A former sweep is gone on with, if there is one.
func scan(ctx context.Context, std streams, f scanFlags, former *former, asks replay.Plan, args []string) error {
	asked, stop := statusAsked()
	defer stop()
	p, err := newPlan(ctx, std, f, args)
	if err != nil {
		return err
	}
	asks.Lists = p.listsDigest()
	if asks.Files, err = p.held(); err != nil {
		return usage(err)
	}
	if err := former.holds(p, asks); err != nil {
		return usage(err)
	}
	dir, err := stateDir(f.state)
	if err != nil {
		return err
	}
	about := newAbout(p.scope, dir)
	if former != nil {
		about = former.about
	}
	unlock, err := lockState(ctx, std, p, dir, about.ID)
	if err != nil {
		return err
	}
	defer unlock()
	if err := former.look(); err != nil {
		return err
	}
	if former.ended() {
		return p.rewrite(ctx, std, former)
	}
	journal, err := openJournal(dir, about, asks, former)
	if err != nil {
		return fmt.Errorf("%w; name another folder with --state DIR", err)
	}
	report, err := p.run(ctx, std, about, journal, former, asked)
	goOn := "go on with: " + f.withState("fipsweep scan --resume "+about.ID)
	if err != nil {
		err = fmt.Errorf("%w; %s", err, goOn)
	} else if report != nil && report.Sweep.Interrupted {
		fmt.Fprintf(std.err, "stopped before everything was asked%s; %s\n", leftWords(report.Sweep.Left), goOn)
	}
	if p.quiet && report != nil && report.Gaps.Incomplete() {
		noteFiles(std.err, about.Scope.Targets)
	}
	kept := saved{[]string{journal.Path()}}
	err = p.finish(ctx, std, report, p.judged(kept.observations), err)
	if se := (*statusError)(nil); errors.As(err, &se) && se.err != nil {
		se.err = fmt.Errorf("%w\nwhat was observed is kept; write it again with: %s", se.err, f.withState("fipsweep report "+about.ID))
	}
	return err
}

// newAbout is a sweep that begins now, and is kept in the state directory.
func newAbout(scope scanner.Scope, state string) scanner.Sweep {
	started := time.Now().UTC()
	about := scanner.Sweep{ID: newSweepID(started, state, rand.Read), Started: started, Scope: scope, Tool: version, FIPS: ownFIPS()}
	about.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		about.User = u.Username
	}
	return about
}

func openJournal(dir string, about scanner.Sweep, asks replay.Plan, former *former) (*replay.Journal, error) {
	if former != nil {
		return replay.Resume(dir, about)
	}
	return replay.Create(dir, about, &asks)
}

// run wires the sweep of this machine into the pipeline and runs it.
func (p *plan) run(ctx context.Context, std streams, about scanner.Sweep, journal *replay.Journal, former *former, asked <-chan os.Signal) (*reports.Report, error) {
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if p.quiet {
		log = slog.New(slog.DiscardHandler)
	} else {
		fmt.Fprintf(std.err, "sweep %s, journal %s\n", about.ID, journal.Path())
		noteFiles(std.err, about.Scope.Targets)
		noteEmpty(std.err, about.Scope)
	}
	shows, err := parseProgress(p.progress, p.verbose, std.err)
	if err != nil {
		return nil, err
	}
	plan := foresee(p.targets)
	if plan.endpoints > few {
		growHeap(heapGrowth)
	}
	counts := new(sweep.Progress)
	seen := newProgress(shows, std.err, plan, counts, asked)
	defer seen.finish()
	dialer := sweep.NewDialer(sweep.DialLimits{Concurrency: p.concurrency, Rate: p.rate, Timeout: p.timeout, Proxy: p.through, Progress: counts, Log: log})
	files := newFiles(p.trust, p.files)
	done := new(replay.Done)
	local := sweep.New(sweep.Config{
		Expander: expander{files: files, hosts: p.hosts(log)},
		Prober:   newProber(dialer.Dial, files, p.timeout, p.trust, p.verdict()),
		Limits:   sweep.Limits{PerHost: p.perHost, PerSubnet: p.perSubnet, HostTimeout: p.hostTimeout, Deadline: p.deadline},
		SweepID:  about.ID,
		Done:     done.Has,
		Dialer:   dialer,
		Progress: counts,
		Log:      log,
	})
	rest := newRemainder(p.targets, p.ptr, former.met(done))
	defer rest.end()
	line := pipeline{sweeper: local, targets: rest.all(), journal: journal, kept: former.finished(done), left: rest.left, now: time.Now}
	report, err := p.conduct(ctx, std, about, line, seen, rest)
	if err != nil {
		err = fmt.Errorf("%w\nwhat was finished is kept%s", err, leftWords(rest.left("")))
	}
	return report, err
}

// noteFiles says of a word that is a host by the grammar and a file by what
// lies in the folder how the file would be written.
func noteFiles(w io.Writer, words []string) {
	for _, word := range words {
		if strings.ContainsAny(word, "/:~") || word == "." || word == ".." {
			continue
		}
		if _, err := os.Lstat(word); err == nil {
			fmt.Fprintf(w, "%s is asked as a host; for the file of that name write ./%s\n", word, word)
		}
	}
}
