package certstore_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// run runs a real tool in dir.
func run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	return lab.RunIn(t, dir, lab.Program(t, name), args...)
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// probe reads one file as a file of a tree.
func probe(path string) scanner.Observation {
	return certstore.New(certstore.Options{}).Probe(context.Background(), scanner.File(path))
}

// sweep expands a path and probes all that comes of it. Errors of the
// expansion become failures, as the sweep makes them.
func sweep(t testing.TB, s *certstore.Store, path string) []scanner.Observation {
	t.Helper()
	var all []scanner.Observation
	target := scanner.Target{Text: path, Path: path, Outright: true}
	for e, err := range s.Expand(context.Background(), target) {
		if e.Target != path {
			t.Errorf("%s: target %q, want %q", e, e.Target, path)
		}
		if err != nil {
			all = append(all, scanner.Failed(e, certstore.ProbeName,
				scanner.Failure{Stage: scanner.StageOpen, Reason: scanner.ReasonOf(err), Detail: err.Error()}))
			continue
		}
		all = append(all, s.Probe(context.Background(), e))
	}
	return all
}

// brief writes an observation in one line: format, items, what is lacking.
func brief(o scanner.Observation) string {
	if o.Failure != nil {
		return "failure " + string(o.Failure.Stage) + " " + string(o.Failure.Reason)
	}
	parts := []string{o.Store.Format + ":"}
	for _, i := range o.Store.Items {
		text := i.Kind
		if i.Protection != nil {
			text += "(" + i.Protection.Scheme + ")"
		}
		if i.Problem != "" {
			text += "!"
		}
		parts = append(parts, text)
	}
	for _, i := range o.Incomplete {
		parts = append(parts, "-"+i.What+" "+string(i.Reason))
	}
	return strings.Join(parts, " ")
}
