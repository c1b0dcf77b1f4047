package render_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files anew")

var began = time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)

// sample reads the made-up network that package reports keeps for tests.
func sample(t testing.TB) []fips.Assessment {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "testdata", "sample.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []fips.Assessment
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var a fips.Assessment
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func sweep() scanner.Sweep {
	return scanner.Sweep{ID: "20261122T011502Z-7c41", Started: began, Host: "scan-1", User: "ops", Tool: "1.0.0", FIPS: "off",
		Scope: scanner.Scope{Targets: []string{"10.20.0.0/22", "/etc/pki"}, Ports: []uint16{22, 443}, Depth: "full"}}
}

// sources is a small catalogue, so that goldens do not follow every rule.
func sources() *fips.Catalogue {
	return &fips.Catalogue{Version: "2026.11.21", Since: "2024-03-01", Rules: make([]fips.Rule, 998),
		Sources: []fips.Source{
			{ID: "SP800-131Ar2", Title: "Transitioning the Use of Cryptographic Algorithms and Key Lengths", Edition: "SP 800-131A Rev. 2", Date: "2019-03", Access: "memory", URL: "https://csrc.nist.gov/pubs/sp/800/131/a/r2/final"},
			{ID: "SP800-52r2", Title: "Guidelines for TLS Implementations", Edition: "SP 800-52 Rev. 2", Date: "2019-08", Access: "read"},
			{ID: "IR8547", Title: "Transition to Post-Quantum Cryptography Standards", Edition: "NIST IR 8547 ipd", Date: "2024-11-12", Access: "excerpt"},
		}}
}

func build(t testing.TB, s scanner.Sweep, all []fips.Assessment) *reports.Report {
	t.Helper()
	return buildWith(t, s, sources(), all)
}

func buildWith(t testing.TB, s scanner.Sweep, c *fips.Catalogue, all []fips.Assessment) *reports.Report {
	t.Helper()
	table, err := control.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: s, Catalogue: c, Controls: table, Policy: "fips140-3", AsOf: "2026-11-22"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(s.Started.Add(6*time.Minute + 31*time.Second))
}

// again yields the assessments as a renderer reads them.
func again(all []fips.Assessment) reports.Assessments {
	return func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for _, a := range all {
				if !yield(a, nil) {
					return
				}
			}
		}
	}
}

func loadCatalogue(t testing.TB) *fips.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// golden compares with a file of testdata/golden, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got): if the new one is right, go test ./reports/render -update\n%s", name, d)
	}
}
