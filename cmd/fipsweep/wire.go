package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
	"github.com/fipsweep/fipsweep/scanner/detect"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
	"github.com/fipsweep/fipsweep/scanner/starttls"
	"github.com/fipsweep/fipsweep/scanner/tlsprobe"
)

// schemes are the network schemes that a prober of ours speaks.
func schemes() []string { return append([]string{"ssh", "tls"}, starttls.Schemes()...) }

// newSweepID draws the id of a sweep. Of many that begin within a second, as a
// script has them, two may draw the same: one that is kept already is not taken.
func newSweepID(started time.Time, state string, draw func([]byte) (int, error)) (id string) {
	for range 100 {
		var random [2]byte
		_, _ = draw(random[:]) // never fails (crypto/rand)
		id = replay.NewID(started, random)
		if _, err := os.Lstat(replay.Path(state, id)); err != nil {
			break
		}
	}
	return id
}

func newFiles(b trustBase, o certstore.Options) *certstore.Store {
	o.Known = b.known
	return certstore.New(o)
}

// An expander sends paths to the walker of files and the rest to the resolver.
type expander struct{ files, hosts scanner.Expander }

func (x expander) Expand(ctx context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	if t.Path != "" {
		// An endpoint must be the same file in every sweep, from wherever it is run.
		if path, err := filepath.Abs(t.Path); err == nil {
			t.Path = path
		}
		return x.files.Expand(ctx, t)
	}
	return x.hosts.Expand(ctx, t)
}

// A prober sends each endpoint to whoever speaks its scheme; without a scheme
// the port itself is asked.
type prober struct {
	files, tls, ssh, detect scanner.Prober
}

func newProber(dial scanner.Dial, files scanner.Prober, timeout time.Duration, b trustBase, v *tlsprobe.Verdict) *prober {
	t := tlsprobe.New(dial, tlsprobe.Options{Timeout: timeout, Verdict: v, Anchors: b.anchors, Known: b.known})
	s := sshprobe.New(dial, sshprobe.Options{Timeout: timeout, Verdict: v != nil, Moduli: b.moduli, Known: b.known})
	return &prober{files: files, tls: t, ssh: s, detect: detect.New(detect.Config{
		Dial:  dial,
		Hello: t.Hello,
		Brief: t.Brief,
		TLS:   t,
		SSH:   s,
		STARTTLS: func(ctx context.Context, e scanner.Endpoint, protocol string) scanner.Observation {
			e.Scheme = protocol
			return t.Probe(ctx, e)
		},
		Timeout: timeout,
	})}
}

func (p *prober) Probe(ctx context.Context, e scanner.Endpoint) (o scanner.Observation) {
	switch {
	case e.Path != "":
		o = p.files.Probe(ctx, e)
	case e.Scheme == "":
		o = p.detect.Probe(ctx, e)
	case e.Scheme == "ssh":
		o = p.ssh.Probe(ctx, e)
	default:
		o = p.tls.Probe(ctx, e)
	}
	return o
}

// lineStreams are the JSON Lines outputs, written while the sweep runs.
type lineStreams struct {
	lines  []*reports.Lines
	closes []func() error
}

func openStreams(outs []output, stdout io.Writer, t *control.Table) (*lineStreams, error) {
	s := &lineStreams{}
	for _, o := range outs {
		if o.format != "jsonl" {
			continue
		}
		w, closeFile, err := o.openStream(stdout)
		if err != nil {
			return nil, err
		}
		s.lines = append(s.lines, reports.NewLines(w, t))
		s.closes = append(s.closes, closeFile)
	}
	return s, nil
}

func (s *lineStreams) recorders() []reports.Recorder {
	var rs []reports.Recorder
	for _, l := range s.lines {
		rs = append(rs, l)
	}
	return rs
}

// close writes the sweep's own line to each, unless there is no report, and
// closes the files.
func (s *lineStreams) close(r *reports.Report) error {
	for i, l := range s.lines {
		var err error
		if r != nil {
			err = l.Close(r)
		}
		if err := errors.Join(err, s.closes[i]()); err != nil {
			return err
		}
	}
	return nil
}

// textOptions says how w can be written to: colour on a terminal unless
// NO_COLOR is set, and UTF-8 unless the locale says otherwise.
func textOptions(w io.Writer) render.TextOptions {
	return render.TextOptions{
		Color: isTerminal(w) && os.Getenv("NO_COLOR") == "",
		UTF8:  utf8Locale(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")),
	}
}

// utf8Locale tells whether the first locale that is set speaks UTF-8. With
// none set, as under cron, it is taken to.
func utf8Locale(locales ...string) bool {
	i := slices.IndexFunc(locales, func(s string) bool { return s != "" })
	if i < 0 {
		return true
	}
	l := strings.ToLower(locales[i])
	return strings.Contains(l, "utf-8") || strings.Contains(l, "utf8")
}
