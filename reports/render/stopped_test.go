package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestStoppedIsToldFirst: that a sweep was stopped is said in the first lines of
// the summaries, whatever it saw till then, and of one that saw nothing it is not
// said that none fails.
func TestStoppedIsToldFirst(t *testing.T) {
	all := sample(t)
	for _, tt := range []struct {
		name    string
		seen    []fips.Assessment
		verdict string
	}{
		{"nothing seen", nil, "Incomplete: stopped before everything was asked, and nothing was observed"},
		{"nothing fails", all[54:64], "Incomplete: stopped before everything was asked; none of 10 endpoints observed fails"},
		{"some fail", all, "Not yet: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sweep()
			s.Interrupted, s.Left = true, &scanner.Left{By: scanner.ByDeadline, Endpoints: 26}
			r := build(t, s, tt.seen)
			var md bytes.Buffer
			if err := render.Markdown(&md, r); err != nil {
				t.Fatal(err)
			}
			const told = "the sweep was stopped by its deadline before everything was asked: 26 endpoints were left"
			head := strings.Join(strings.SplitN(md.String(), "\n", 6)[:5], "\n")
			if !strings.HasPrefix(head, "# "+tt.verdict) || !strings.Contains(head, "**Incomplete:** "+told+".") || strings.Count(md.String(), told) != 1 {
				t.Errorf("Markdown begins:\n%s", head)
			}
			head = strings.Join(strings.SplitN(text(t, r, render.TextOptions{}), "\n", 16)[:15], " ")
			if !strings.Contains(strings.Join(strings.Fields(head), " "), told) {
				t.Errorf("text begins:\n%s", head)
			}
		})
	}
}
