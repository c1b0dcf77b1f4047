package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sweep"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// scanFlags is the command line of scan as the operator wrote it.
type scanFlags struct {
	judgingFlags
	trustFlags
	lists       []string
	exclude     []string
	ports       string
	wide        bool
	concurrency int
	perHost     int
	rate        float64
	timeout     time.Duration
	depth       string
	proxy       string
	passwords   []string
	history     string
	state       string
	progress    string
}

func newScan(std streams) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [flags] TARGET...",
		Short: "Sweep targets, judge what is seen, and report",
		Long: `Sweep targets, judge what is seen, and report.

A target is a network (10.0.0.0/24, 10.0.0.0/24:443,8443), a range
(10.0.0.1-50), a host (host, host:443, [::1]:443), a scheme and a host
(tls://host:port, ssh://host, smtp://host), or a file or folder (/etc/ssl,
./keys, file:///etc/pki). A host or network without a port is asked on the
usual ports of TLS, SSH and mail.

At --depth verdict a TLS endpoint is asked for what does not pass by the policy
and date of the sweep, and only until something fails: what passes there passes
at full depth, and what fails there fails. What was not asked is told, and
judged later by other rules it is a gap. SSH, which offers its lists unasked,
and files are read the same at either depth.`,
		Example: `  fipsweep scan localhost /etc/ssl/certs
  fipsweep scan -o html=report.html -o jsonl=sweep.jsonl 10.0.0.0/24
  fipsweep scan --ports 443,8443 --exclude 10.0.0.7 --rate 200 10.0.0.0/22
  fipsweep scan --targets hosts.txt --quiet -o jsonl --fail-on not-approved
  nmap -p443 --open -oG - 10.0.0.0/24 | awk '/open/{print $2":443"}' | fipsweep scan --targets -`,
		RunE: func(cmd *cobra.Command, args []string) error { return scan(cmd.Context(), std, f, args) },
	}
	f.judgingFlags.add(cmd)
	f.trustFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringArrayVar(&f.lists, "targets", nil, "read targets from `FILE`, one a line; '-' is stdin; repeatable")
	fl.StringArrayVar(&f.exclude, "exclude", nil, "leave alone this `network`, range, address or name; repeatable")
	fl.StringVar(&f.ports, "ports", "", "`ports` to ask where a target names none, such as 22,443,8000-8010")
	fl.BoolVar(&f.wide, "wide", false, "allow networks wider than /8 (IPv6: /104)")
	fl.IntVar(&f.concurrency, "concurrency", 0, "sockets open at once (default 1024, or what the open-file limit allows)")
	fl.IntVar(&f.perHost, "per-host", 2, "endpoints of one address asked at once")
	fl.Float64Var(&f.rate, "rate", 0, "new connections a second in all; 0 for no limit")
	fl.DurationVar(&f.timeout, "timeout", 5*time.Second, "how long one connection may take")
	fl.StringVar(&f.depth, "depth", depthFull, "`DEPTH` of TLS: full names all that is accepted; verdict asks in a dozen connections whether anything is that does not pass")
	fl.StringVar(&f.proxy, "proxy", "", "connect through `URL`: http://[user:password@]host:port or socks5://...; names are resolved here, and HTTP_PROXY and NO_PROXY are not heeded")
	fl.StringArrayVar(&f.passwords, "passwords", nil, "try the passwords in `FILE`, one a line and in this order, on keys and stores that are locked; they are neither logged nor stored; repeatable")
	fl.StringVar(&f.history, "history", "off", "where sweeps are kept for later; only 'off' for now")
	fl.StringVar(&f.state, "state", "", "`folder` for the sweep's journal (default the user's state folder)")
	fl.StringVar(&f.progress, "progress", "auto", "draw progress on stderr: auto, always or never")
	return cmd
}

// scan is the verb: plan, sweep, write what was asked for, and say by the exit
// status how it ended.
func scan(ctx context.Context, std streams, f scanFlags, args []string) error {
	p, err := newPlan(std, f, args)
	if err != nil {
		return err
	}
	started := time.Now().UTC()
	about := scanner.Sweep{ID: newSweepID(started), Started: started, Scope: p.scope, Tool: version, FIPS: ownFIPS()}
	about.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		about.User = u.Username
	}
	dir, err := stateDir(f.state)
	if err != nil {
		return err
	}
	journal, err := replay.Create(dir, about)
	if err != nil {
		return fmt.Errorf("%w; name another folder with --state DIR", err)
	}
	report, err := p.run(ctx, std, about, journal)
	kept := saved{[]string{journal.Path()}}
	return p.finish(ctx, std, report, p.judged(kept.observations), err)
}

// run wires the sweep of this machine into the pipeline and runs it.
func (p *plan) run(ctx context.Context, std streams, about scanner.Sweep, journal *replay.Journal) (*reports.Report, error) {
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if p.quiet {
		log = slog.New(slog.DiscardHandler)
	} else {
		fmt.Fprintf(std.err, "sweep %s, journal %s\n", about.ID, journal.Path())
		noteFiles(std.err, about.Scope.Targets)
	}
	bar, err := newProgress(p.progress, std.err, foreseen(p.targets))
	if err != nil {
		return nil, err
	}
	defer bar.finish()
	dialer := sweep.NewDialer(sweep.DialLimits{Concurrency: p.concurrency, Rate: p.rate, Timeout: p.timeout, Proxy: p.through, Log: log})
	files := newFiles(p.trust, p.given)
	local := sweep.New(sweep.Config{
		Expander: expander{files: files, hosts: newHosts(p.excluded)},
		Prober:   newProber(dialer.Dial, files, p.timeout, p.trust, p.verdict()),
		Limits:   sweep.Limits{PerHost: p.perHost},
		SweepID:  about.ID,
		Dialer:   dialer,
		Log:      log,
	})
	var extra []reports.Recorder
	if bar != nil {
		extra = append(extra, bar)
	}
	return p.conduct(ctx, std, about, pipeline{sweeper: local, targets: p.targets.All(), journal: journal, now: time.Now}, extra...)
}

// noteFiles says of a word that is a host by the grammar and a file by what
// lies in the folder how the file would be written.
func noteFiles(w io.Writer, words []string) {
	for _, word := range words {
		if strings.ContainsAny(word, "/:~") {
			continue
		}
		if _, err := os.Lstat(word); err == nil {
			fmt.Fprintf(w, "%s is asked as a host; for the file of that name write ./%s\n", word, word)
		}
	}
}

// foreseen is how many endpoints the progress bar expects.
func foreseen(l *target.List) int64 {
	return int64(min(l.Count(), 1<<62))
}
