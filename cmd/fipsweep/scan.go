package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sweep"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// scanFlags is the command line of scan as the operator wrote it.
type scanFlags struct {
	outputs     []string
	lists       []string
	exclude     []string
	ports       string
	wide        bool
	concurrency int
	perHost     int
	rate        float64
	timeout     time.Duration
	asOf        string
	failOn      string
	history     string
	state       string
	progress    string
	quiet       bool
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
usual ports of TLS, SSH and mail.`,
		Example: `  fipsweep scan localhost /etc/ssl/certs
  fipsweep scan -o html=report.html -o jsonl=sweep.jsonl 10.0.0.0/24
  fipsweep scan --ports 443,8443 --exclude 10.0.0.7 --rate 200 10.0.0.0/22
  fipsweep scan --targets hosts.txt --quiet -o jsonl --fail-on not-approved
  nmap -p443 --open -oG - 10.0.0.0/24 | awk '/open/{print $2":443"}' | fipsweep scan --targets -`,
		RunE: func(cmd *cobra.Command, args []string) error { return scan(cmd.Context(), std, f, args) },
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.outputs, "output", "o", nil, "write `FORMAT[=PATH]`: text, jsonl or html; '-' or no path is stdout; repeatable")
	fl.StringArrayVar(&f.lists, "targets", nil, "read targets from `FILE`, one a line; '-' is stdin; repeatable")
	fl.StringArrayVar(&f.exclude, "exclude", nil, "leave alone this `network`, range, address or name; repeatable")
	fl.StringVar(&f.ports, "ports", "", "`ports` to ask where a target names none, such as 22,443,8000-8010")
	fl.BoolVar(&f.wide, "wide", false, "allow networks wider than /8 (IPv6: /104)")
	fl.IntVar(&f.concurrency, "concurrency", 0, "sockets open at once (default 1024, or what the open-file limit allows)")
	fl.IntVar(&f.perHost, "per-host", 2, "endpoints of one address asked at once")
	fl.Float64Var(&f.rate, "rate", 0, "new connections a second in all; 0 for no limit")
	fl.DurationVar(&f.timeout, "timeout", 5*time.Second, "how long one connection may take")
	asOfFlag(cmd, &f.asOf)
	fl.StringVar(&f.failOn, "fail-on", fips.Unclassified.String(), "exit 3 on findings of this `status` or worse, or never")
	fl.StringVar(&f.history, "history", "off", "where sweeps are kept for later; only 'off' for now")
	fl.StringVar(&f.state, "state", "", "`folder` for the sweep's journal (default the user's state folder)")
	fl.StringVar(&f.progress, "progress", "auto", "draw progress on stderr: auto, always or never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no summary on stdout and no notes on stderr")
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
		return err
	}
	report, err := p.run(ctx, std, about, journal)
	status := exitClean
	if err != nil {
		fmt.Fprintf(std.err, "fipsweep: %v\n", err)
		status = exitFailed
	}
	if ctx.Err() != nil {
		status = exitInterrupted
	}
	if report == nil {
		return &statusError{status, nil}
	}
	status = worse(status, outcome(report, p.failOn))
	if err := p.write(context.WithoutCancel(ctx), std, report, journal.Path(), status); err != nil {
		return &statusError{worse(status, exitFailed), err}
	}
	if status == exitClean {
		return nil
	}
	return &statusError{status, nil}
}

// run wires the pipeline and runs it. The error of an interrupted sweep is
// nil: being stopped is not a fault.
func (p *plan) run(ctx context.Context, std streams, about scanner.Sweep, journal *replay.Journal) (*reports.Report, error) {
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if p.quiet {
		log = slog.New(slog.DiscardHandler)
	} else {
		fmt.Fprintf(std.err, "sweep %s, journal %s\n", about.ID, journal.Path())
		noteFiles(std.err, about.Scope.Targets)
	}
	builder, err := reports.NewBuilder(reports.Config{Sweep: about, Catalogue: p.cat, Controls: p.controls, Policy: "fips140-3", AsOf: p.asOf})
	if err != nil {
		return nil, err
	}
	streams, err := openStreams(p.outs, std.out, p.controls)
	if err != nil {
		return nil, err
	}
	bar, err := newProgress(p.progress, std.err, foreseen(p.targets))
	if err != nil {
		return nil, err
	}
	dialer := sweep.NewDialer(sweep.DialLimits{Concurrency: p.concurrency, Rate: p.rate, Timeout: p.timeout, Log: log})
	files := newFiles()
	line := &pipeline{
		sweeper: sweep.New(sweep.Config{
			Expander: expander{files: files, hosts: newHosts(p.excluded)},
			Prober:   newProber(dialer.Dial, files, p.timeout),
			Limits:   sweep.Limits{PerHost: p.perHost},
			SweepID:  about.ID,
			Dialer:   dialer,
			Log:      log,
		}),
		targets:   p.targets,
		journal:   journal,
		judge:     p.judge,
		recorders: append(streams.recorders(), builder),
		builder:   builder,
		now:       time.Now,
	}
	if bar != nil {
		line.recorders = append(line.recorders, bar)
	}
	report, err := line.assess(ctx)
	bar.finish()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil
	}
	return report, errors.Join(err, streams.close(report))
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

// write renders every output that is written once the sweep is over; the
// summary comes last, since it names the files that were written.
func (p *plan) write(ctx context.Context, std streams, r *reports.Report, journal string, status exitStatus) error {
	again := p.judgeAgain(journal)
	var errs []error
	var written []string
	for _, o := range p.outs {
		var err error
		switch o.format {
		case "html":
			err = o.writeWhole(std.out, func(w io.Writer) error { return render.HTML(ctx, w, r, again) })
		case "jsonl":
		default:
			continue
		}
		if errs = append(errs, err); err == nil && !o.stdout() {
			written = append(written, o.path)
		}
	}
	for _, o := range p.outs {
		if o.format != "text" {
			continue
		}
		opt := render.TextOptions{UTF8: true, Outputs: written, Exit: exitLine(status)}
		if o.stdout() {
			term := textOptions(std.out)
			opt.Color, opt.UTF8 = term.Color, term.UTF8
		}
		errs = append(errs, o.writeWhole(std.out, func(w io.Writer) error { return render.Text(w, r, opt) }))
	}
	return errors.Join(errs...)
}
