package catalogue

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func load(t testing.TB) *fips.Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	c := load(t)
	if c.Version != "2026.11.25" || c.Since != "2024-03-01" {
		t.Errorf("version %s since %s, want 2026.11.25 since 2024-03-01", c.Version, c.Since)
	}
	if len(c.Rules) != 1044 || len(c.Sources) != 180 {
		t.Errorf("%d rules and %d sources, want 1044 and 180", len(c.Rules), len(c.Sources))
	}
}

// The golden file has a line for each rule, so that a change of the catalogue
// is read as a change of lines: what holds when, in which use, on whose word.
func TestGolden(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", "golden", "catalogue.txt")
	var b strings.Builder
	for _, r := range load(t).Rules {
		b.WriteString(line(r) + "\n")
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the catalogue differs from %s; if it should, run go test ./fips/catalogue -update (-want +got):\n%s", path, diff)
	}
}

func line(r fips.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s", r.ID, r.Status)
	if r.From != "" || r.Until != "" {
		fmt.Fprintf(&b, " %s..%s", r.From, r.Until)
	}
	for _, t := range r.Transitions {
		draft := ""
		if t.Draft {
			draft = " (draft)"
		}
		fmt.Fprintf(&b, ", then %s from %s%s by %s", t.Status, t.From, draft, t.Cite.Document)
	}
	fmt.Fprintf(&b, " | %s | %s", r.Use, r.Confidence)
	if r.Contested != "" {
		b.WriteString(", contested")
	}
	if r.Role != "" {
		b.WriteString(" | " + r.Role)
	}
	if r.Bounds != nil {
		bounds, _ := json.Marshal(r.Bounds) // numbers and text: cannot fail
		fmt.Fprintf(&b, " | %s", bounds)
	}
	for i, c := range r.Cite {
		fmt.Fprintf(&b, "%s %s, %s", [...]string{" |", ";"}[min(i, 1)], c.Document, c.Section)
	}
	return b.String()
}

// Contested rules say who reads them otherwise.
func TestContested(t *testing.T) {
	n := 0
	for _, r := range load(t).Rules {
		if want := r.Second != nil && r.Second.Result == "contested"; want != (r.Contested != "") {
			t.Errorf("%s: contested is %q", r.ID, r.Contested)
		}
		if r.Contested != "" {
			n++
		}
	}
	if n != 30 {
		t.Errorf("%d contested rules, want 30", n)
	}
}
