package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/fipsweep/fipsweep/fips"
)

// progress draws endpoints done, rate and findings on stderr. It is a
// Recorder, so it is told of each endpoint exactly when it is finished.
type progress struct {
	bar   *progressbar.ProgressBar
	found int
}

// newProgress returns nil unless progress is to be drawn: "auto" draws on a
// terminal only. total is how many endpoints are foreseen; 0 is unknown.
func newProgress(mode string, w io.Writer, total int64) (*progress, error) {
	switch mode {
	case "never":
		return nil, nil
	case "auto":
		if !isTerminal(w) {
			return nil, nil
		}
	case "always":
	default:
		return nil, usage(fmt.Errorf("--progress %s: want auto, always or never", mode))
	}
	if total <= 0 {
		total = -1
	}
	return &progress{bar: progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("0 findings"),
		progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("endpoints"),
		progressbar.OptionThrottle(100e6),
		progressbar.OptionClearOnFinish(),
	)}, nil
}

// Record counts one endpoint. A terminal that went away is no reason to stop.
func (p *progress) Record(_ context.Context, a fips.Assessment) error {
	p.found += len(a.Findings)
	if done := p.bar.State().CurrentNum + 1; p.bar.GetMax64() > 0 && done > p.bar.GetMax64() {
		p.bar.ChangeMax64(done) // names and trees hold more than was foreseen
	}
	p.bar.Describe(fmt.Sprintf("%d findings", p.found))
	_ = p.bar.Add(1)
	return nil
}

// finish takes the bar off the screen.
func (p *progress) finish() {
	if p != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
