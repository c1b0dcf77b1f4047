package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner/sweep"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// saysEvery is how often a sweep whose stderr is no terminal says how far it
// is, where that was asked for.
const saysEvery = 30 * time.Second

// drawsEvery is how often a bar is drawn anew while nothing is finished, as when
// only silent ports are left: it draws itself when something is, but not twice
// within a tenth of a second, so that the last of a burst would be shown late.
const drawsEvery = time.Second

// How progress is shown, by --progress, --verbose and what stderr is.
type showing int

const (
	showsNothing showing = iota // but the status that a signal asks for
	showsLines
	showsBar
)

// parseProgress reads --progress: "auto" draws on a terminal only.
func parseProgress(mode string, verbose bool, w io.Writer) (showing, error) {
	switch {
	case mode == "always" || mode == "auto" && isTerminal(w):
		return showsBar, nil
	case mode != "auto" && mode != "never":
		return 0, fmt.Errorf("--progress %s: want auto, always or never", mode)
	case verbose:
		return showsLines, nil
	}
	return showsNothing, nil
}

// progress says on stderr how far a sweep is. It is a Recorder, so it is told
// of each endpoint exactly when it is finished.
type progress struct {
	w      io.Writer
	counts *sweep.Progress
	began  time.Time
	stop   func()

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil unless one is drawn
	drawn int64                    // the total that it has
	plan  foreseen
	done  int64 // with those of a sweep that is resumed
	found int   // findings
}

// foreseen is what is known of how many endpoints there will be.
type foreseen struct {
	endpoints int64 // with each path as one; 0 if nobody knows
	paths     int64 // of these, paths: how many files a tree has is known once it was walked
}

func foresee(l *target.List) foreseen {
	return foreseen{int64(min(l.Count(), 1<<62)), int64(l.Paths())}
}

// statusAsked is where it comes in that somebody asks by a signal how far the
// sweep is, until stop is called. From then on such a signal ends the process,
// as it does before: so this comes first, and what is asked while nothing can be
// told yet is told as soon as it can.
func statusAsked() (asked <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	if len(statusSignals()) > 0 {
		signal.Notify(c, statusSignals()...)
	}
	return c, func() { signal.Stop(c) }
}

// newProgress begins to say how far the sweep is that counts counts, where that
// is asked among others. The caller calls finish.
func newProgress(s showing, w io.Writer, plan foreseen, counts *sweep.Progress, asked <-chan os.Signal) *progress {
	p := &progress{w: w, counts: counts, began: time.Now(), plan: plan}
	if s == showsBar {
		p.drawn = p.total()
		p.bar = newBar(w, p.drawn)
	}
	every, again := time.NewTicker(saysEvery), time.NewTicker(drawsEvery)
	if s != showsLines {
		every.Stop()
	}
	if s != showsBar {
		again.Stop()
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	p.stop = sync.OnceFunc(func() {
		every.Stop()
		again.Stop()
		close(ended)
		<-gone
	})
	go func() {
		defer close(gone)
		for {
			select {
			case <-asked:
			case <-every.C:
			case <-again.C:
				p.draw()
				continue
			case <-ended:
				return
			}
			p.say()
		}
	}()
	return p
}

func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(orUnknown(total),
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("0 findings"),
		progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("endpoints"),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// Record counts one endpoint. A terminal that went away is no reason to stop.
func (p *progress) Record(_ context.Context, a fips.Assessment) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.found += len(a.Findings)
	if p.bar == nil {
		return nil
	}
	if total := p.total(); total != p.drawn {
		p.drawn = total
		p.bar.ChangeMax64(orUnknown(total))
	}
	p.describe()
	_ = p.bar.Add(1)
	return nil
}

// describe puts beside the bar what it does not count. The caller holds mu.
func (p *progress) describe() {
	p.bar.Describe(fmt.Sprintf("%d open, %d findings", p.counts.Open.Load(), p.found))
}

// draw shows the bar as things are now.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.describe()
	_ = p.bar.RenderBlank()
}

// total is how many endpoints there are; 0 while nobody knows: a tree is being
// walked, or a name led to more than was foreseen.
func (p *progress) total() int64 {
	if p.counts.Walked.Load() < p.plan.paths {
		return 0
	}
	total := p.plan.endpoints - p.plan.paths + p.counts.Files.Load()
	begun := p.done - p.counts.Done.Load() + p.counts.Asked.Load()
	if max(p.done, begun) > total {
		return 0
	}
	return total
}

// orUnknown is a total as the bar has it.
func orUnknown(total int64) int64 {
	if total <= 0 {
		return -1
	}
	return total
}

// say writes the status as a line of its own.
func (p *progress) say() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintln(p.w, p.status(time.Since(p.began)))
}

// status is done, open, rate, found and time left in one line. The rate is
// that of this process.
func (p *progress) status(took time.Duration) string {
	rate := float64(p.counts.Done.Load()) / max(took.Seconds(), 0.001)
	var b strings.Builder
	fmt.Fprintf(&b, "%d ", p.done)
	total := p.total()
	if total > 0 {
		fmt.Fprintf(&b, "of %d ", total)
	}
	fmt.Fprintf(&b, "done, %d connections open, %.1f endpoints a second, %d findings", p.counts.Open.Load(), rate, p.found)
	if total > 0 && rate > 0 {
		left := time.Duration(float64(total-p.done) / rate * float64(time.Second))
		fmt.Fprintf(&b, ", %v left", left.Round(time.Second))
	}
	return b.String()
}

// finish takes the bar off the screen, and says nothing more.
func (p *progress) finish() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
