package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/sweep"
)

func TestStatus(t *testing.T) {
	for _, tt := range []struct {
		name                string
		plan                foreseen
		walked, files       int64
		before, done, asked int64 // before: of a sweep that is resumed; asked: of those begun, more than are done
		took                time.Duration
		want                string
	}{
		{"nothing yet", foreseen{10, 0}, 0, 0, 0, 0, 0, 0, "0 of 10 done, 3 connections open, 0.0 endpoints a second, 0 findings"},
		{"half", foreseen{10, 0}, 0, 0, 0, 5, 0, 10 * time.Second, "5 of 10 done, 3 connections open, 0.5 endpoints a second, 5 findings, 10s left"},
		{"resumed at half", foreseen{10, 0}, 0, 0, 5, 1, 0, 10 * time.Second, "6 of 10 done, 3 connections open, 0.1 endpoints a second, 6 findings, 40s left"},
		{"nobody knows of how many", foreseen{}, 0, 0, 0, 5, 0, 10 * time.Second, "5 done, 3 connections open, 0.5 endpoints a second, 5 findings"},
		{"more than foreseen", foreseen{2, 0}, 0, 0, 0, 5, 0, 10 * time.Second, "5 done, 3 connections open, 0.5 endpoints a second, 5 findings"},
		{"more than foreseen is under way", foreseen{5, 0}, 0, 0, 0, 5, 1, 10 * time.Second, "5 done, 3 connections open, 0.5 endpoints a second, 5 findings"},
		{"a tree is being walked", foreseen{11, 1}, 0, 26, 0, 5, 0, 10 * time.Second, "5 done, 3 connections open, 0.5 endpoints a second, 5 findings"},
		{"one of two was walked", foreseen{2, 2}, 1, 26, 0, 5, 0, 10 * time.Second, "5 done, 3 connections open, 0.5 endpoints a second, 5 findings"},
		{"a tree was walked", foreseen{11, 1}, 1, 5, 0, 5, 0, 10 * time.Second, "5 of 15 done, 3 connections open, 0.5 endpoints a second, 5 findings, 20s left"},
		{"a tree was walked anew", foreseen{1, 1}, 1, 15, 5, 5, 0, 10 * time.Second, "10 of 15 done, 3 connections open, 0.5 endpoints a second, 10 findings, 10s left"},
	} {
		counts := new(sweep.Progress)
		counts.Open.Store(3)
		counts.Done.Store(tt.done)
		counts.Asked.Store(tt.done + tt.asked)
		counts.Walked.Store(tt.walked)
		counts.Files.Store(tt.files)
		p := newProgress(showsNothing, io.Discard, tt.plan, counts, nil)
		for range tt.before + tt.done {
			if err := p.Record(t.Context(), fips.Assessment{Findings: make([]fips.Finding, 1)}); err != nil {
				t.Fatal(err)
			}
		}
		if got := p.status(tt.took); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.name, got, tt.want)
		}
		p.finish()
		p.finish()
	}
}

// A bar shows what is finished also where all of it was at once, and nothing
// more for a while.
func TestBarAfterABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := newProgress(showsBar, &out, foreseen{10, 0}, new(sweep.Progress), nil)
		for range 8 {
			if err := p.Record(t.Context(), fips.Assessment{}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		p.mu.Lock()
		shown := out.String()
		p.mu.Unlock()
		if !strings.Contains(shown, "(8/10") {
			t.Errorf("after eight of ten endpoints the bar shows %q", shown)
		}
		p.finish()
	})
}

// TestStatusByTheClock holds that --verbose says every 30 s how far a sweep is,
// that nothing else does so unasked, and that asking is answered at once.
func TestStatusByTheClock(t *testing.T) {
	for _, tt := range []struct {
		name  string
		shows showing
		lines int // in 100 seconds
	}{{"lines", showsLines, 3}, {"nothing", showsNothing, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				asked := make(chan os.Signal)
				p := newProgress(tt.shows, &out, foreseen{10, 0}, new(sweep.Progress), asked)
				said := func() int {
					synctest.Wait()
					p.mu.Lock()
					defer p.mu.Unlock()
					if n := strings.Count(out.String(), "0 of 10 done, "); n == strings.Count(out.String(), "\n") {
						return n
					}
					t.Errorf("said %q", out.String())
					return -1
				}
				time.Sleep(29 * time.Second)
				if n := said(); n != 0 {
					t.Errorf("%d lines before 30 s", n)
				}
				time.Sleep(71 * time.Second)
				if n := said(); n != tt.lines {
					t.Errorf("%d lines in 100 s, want %d", n, tt.lines)
				}
				asked <- syscall.SIGUSR1
				if n := said(); n != tt.lines+1 {
					t.Errorf("%d lines when asked, want %d", n, tt.lines+1)
				}
				p.finish()
				time.Sleep(time.Hour)
				if n := said(); n != tt.lines+1 {
					t.Errorf("%d lines after the end, want %d", n, tt.lines+1)
				}
			})
		})
	}
}

// TestStatusOnSignal asks a sweep how far it is; asked or not, it goes on.
func TestStatusOnSignal(t *testing.T) {
	for _, quiet := range [][]string{nil, {"-q"}} {
		asked := make(chan struct{}, 100)
		tarpit := serve(t, func(c net.Conn) { asked <- struct{}{}; time.Sleep(time.Minute) })
		cmd := execContext(t.Context(), binary(t), append([]string{"scan", "--state", t.TempDir(), "--timeout", "1500ms", "-o", "text=/dev/null", tarpit, "127.0.0.1:1"}, quiet...)...)
		path := filepath.Join(t.TempDir(), "stderr")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stderr = f
		said := func() string { b, _ := os.ReadFile(path); return string(b) }
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-asked
		cmd.Process.Signal(syscall.SIGUSR1)
		lab.Wait(t, "the status is told", func() bool { return strings.Contains(said(), " of 2 done, ") })
		cmd.Wait()
		if cmd.ProcessState.ExitCode() != int(exitIncomplete) || strings.Count(said(), " done, ") != 1 {
			t.Errorf("exit status %d\n%s", cmd.ProcessState.ExitCode(), said())
		}
	}
}

// TestStatusWhileWaiting asks a sweep that waits for another's end: that ends
// nothing, and is told once there is something to tell.
func TestStatusWhileWaiting(t *testing.T) {
	tarpit := serve(t, func(c net.Conn) { time.Sleep(time.Minute) })
	state := t.TempDir()
	unlock, err := replay.Lock(t.Context(), state, "another")
	if err != nil {
		t.Fatal(err)
	}
	cmd := execContext(t.Context(), binary(t), "scan", "--state", state, "--lock", "wait", "--timeout", "1s", "-o", "text=/dev/null", tarpit)
	path := filepath.Join(t.TempDir(), "stderr")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd.Stderr = f
	said := func() string { b, _ := os.ReadFile(path); return string(b) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lab.Wait(t, "it waits", func() bool { return strings.Contains(said(), "waiting for its end") })
	cmd.Process.Signal(syscall.SIGUSR1)
	time.Sleep(100 * time.Millisecond)
	if err := unlock(); err != nil {
		t.Error(err)
	}
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != int(exitIncomplete) || strings.Count(said(), " of 1 done, ") != 1 {
		t.Errorf("%v\n%s", cmd.ProcessState, said())
	}
}
