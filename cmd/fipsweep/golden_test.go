package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEveryOutputPolicyAndDate judges one fixed set of observations under each
// policy on three dates, and holds every output to what it was. What people
// read side by side is kept whole; of what is long, the words of one judging
// are kept and of the others the digest.
func TestEveryOutputPolicyAndDate(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	dir := filepath.Join("..", "..", "testdata", "golden", "rejudge")
	var digests strings.Builder
	for _, policy := range []string{"fips140-3", "cnsa2", "pqc"} {
		for _, date := range []string{"2026-11-22", "2031-01-01", "2036-01-01"} {
			for _, format := range formats {
				var out, errs bytes.Buffer
				args := []string{"rejudge", filepath.Join(dir, "observations.jsonl"), "--policy", policy, "--as-of", date, "-o", format, "--fail-on", "never"}
				if status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs}); status != exitClean && status != exitIncomplete {
					t.Fatalf("%v: exit status %d\n%s", args, status, &errs)
				}
				if format == "cbom" {
					valid.BOM(t, out.Bytes())
				}
				name := fmt.Sprintf("%s-%s.%s", policy, date, format)
				fmt.Fprintf(&digests, "%s  %s\n", scanner.Digest(out.Bytes()), name)
				if slices.Contains([]string{"text", "md", "csv"}, format) || name == "fips140-3-2026-11-22."+format {
					golden(t, filepath.Join(dir, name), out.String())
				}
			}
		}
	}
	golden(t, filepath.Join(dir, "digests.txt"), digests.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s: if the new one is right, go test ./cmd/fipsweep -update (-want +got):\n%.2000s", filepath.Base(path), diff)
	}
}
