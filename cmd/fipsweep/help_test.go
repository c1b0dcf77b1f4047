package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpFits holds that help of each verb fits 80 columns, but for lines that
// somebody is to copy, and that no flag was lost by breaking it into lines.
func TestHelpFits(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		words := strings.Fields(c.CommandPath())[1:]
		var out, errs bytes.Buffer
		if status := run(append(slices.Clone(words), "--help"), streams{in: &bytes.Buffer{}, out: &out, err: &errs}); status != exitClean {
			t.Errorf("%q: exit %d, %s", words, status, errs.String())
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > helpWidth && !strings.HasPrefix(line, "  fipsweep ") {
				t.Errorf("%q: %d columns: %s", words, n, line)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(out.String(), "--"+f.Name+" ") {
				t.Errorf("%q does not tell --%s", words, f.Name)
			}
		})
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(newRoot(streams{in: &bytes.Buffer{}, out: &bytes.Buffer{}, err: &bytes.Buffer{}}))
}

// TestCompletion holds that each word that a shell is told of is one that the
// flag takes, and that the words of a flag are told.
func TestCompletion(t *testing.T) {
	told := func(args ...string) []string {
		var out, errs bytes.Buffer
		if status := run(append([]string{"__complete"}, args...), streams{in: &bytes.Buffer{}, out: &out, err: &errs}); status != exitClean {
			t.Fatalf("%q: exit %d, %s", args, status, errs.String())
		}
		return strings.Fields(out.String())
	}
	for name, values := range words() {
		if got := told("scan", "--"+name, ""); !slices.Equal(got[:len(got)-1], values) {
			t.Errorf("--%s: told %q, want %q", name, got, values)
		}
		for _, value := range values {
			var out, errs bytes.Buffer
			args := []string{"scan", "--state", t.TempDir(), "--quiet", "--" + name, value, "--timeout", "0s", "127.0.0.9:9"}
			if status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs}); status != exitUsage || !strings.HasPrefix(errs.String(), "fipsweep: --timeout 0s") || strings.Count(errs.String(), "\n") != 1 {
				t.Errorf("--%s %s: exit %d, %s", name, value, status, errs.String())
			}
		}
	}
}
