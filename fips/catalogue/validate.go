package catalogue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
)

// A report gathers complaints, each led by what it is about.
type report []error

func (r *report) add(about, format string, args ...any) {
	*r = append(*r, fmt.Errorf("%s: %s", about, fmt.Sprintf(format, args...)))
}

// validate finds everything that is wrong with the catalogue.
func validate(c *fips.Catalogue) []error {
	var out report
	if c.Version == "" {
		out.add(metaFile, "version is empty")
	}
	if _, err := fips.ParseDate(string(c.Since)); err != nil {
		out.add(metaFile, "since: %v", err)
	}
	known := out.sources(c.Sources)
	seen := map[string]bool{}
	for i := range c.Rules {
		r := &c.Rules[i]
		if seen[r.ID] {
			out.add(r.ID, "id is there twice")
		}
		seen[r.ID] = true
		out.identity(r)
		out.words(r)
		out.dates(r)
		out.citations(r, known)
	}
	out.timelines(c)
	return out
}

// sources returns the ids there are.
func (out *report) sources(list []fips.Source) map[string]bool {
	known := map[string]bool{}
	for _, s := range list {
		about := "source " + s.ID
		if known[s.ID] {
			out.add(about, "id is there twice")
		}
		known[s.ID] = true
		for _, f := range []struct{ name, value string }{{"id", s.ID}, {"title", s.Title}, {"edition", s.Edition}, {"date", s.Date}, {"access", s.Access}} {
			if f.value == "" {
				out.add(about, "%s is empty", f.name)
			}
		}
		if _, err := fips.ParseIssued(s.Date); err != nil && s.Date != "" {
			out.add(about, "%v", err)
		}
	}
	return known
}

// identity holds an id to kind/name or kind/name#use.
func (out *report) identity(r *fips.Rule) {
	want := r.Kind + "/" + r.Name
	if r.Kind == "" || r.Name == "" {
		out.add(r.ID, "kind or name is empty")
	}
	if use, found := strings.CutPrefix(r.ID, want+"#"); r.ID != want && (!found || use == "") {
		out.add(r.ID, "id must be %q, or that with #use behind it", want)
	}
}

func (out *report) words(r *fips.Rule) {
	for _, f := range []struct{ name, value string }{{"use", r.Use}, {"because", r.Because}, {"remedy", r.Remedy}} {
		if strings.TrimSpace(f.value) == "" {
			out.add(r.ID, "%s is empty", f.name)
		}
	}
	oneOf := func(field, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			out.add(r.ID, "%s is %q; want one of %q", field, value, allowed)
		}
	}
	oneOf("confidence", r.Confidence, "high", "medium", "low")
	oneOf("role", r.Role, fips.Roles()...)
	oneOf("status", r.Status.String(), rulable()...)
	for _, t := range r.Transitions {
		oneOf("status of transition "+string(t.From), t.Status.String(), rulable()...)
	}
	if r.Second != nil {
		oneOf("result of second_reading", r.Second.Result, "agrees", "corrected", "contested", "unverified")
	}
}

// rulable are the statuses that a rule may give: not unclassified, which says
// that there is no rule.
func rulable() []string {
	var names []string
	for _, s := range fips.Statuses() {
		if s != fips.Unclassified {
			names = append(names, s.String())
		}
	}
	return names
}

// dates holds a rule's own dates to each other: until not before from, and
// transitions that begin the day after and follow in order, so that between
// them no day has two statuses or none.
func (out *report) dates(r *fips.Rule) {
	for _, d := range append([]fips.Date{r.From, r.Until}, starts(r)...) {
		if _, err := fips.ParseDate(string(d)); d != "" && err != nil {
			out.add(r.ID, "%v", err)
		}
	}
	if r.From != "" && r.Until != "" && r.Until < r.From {
		out.add(r.ID, "until %s is before from %s", r.Until, r.From)
	}
	if len(r.Transitions) == 0 {
		return
	}
	switch first, after := r.Transitions[0].From, dayAfter(r.Until); {
	case r.Until == "":
		out.add(r.ID, "has transitions and no until")
	case first > after:
		out.add(r.ID, "gap between until %s and the transition of %s", r.Until, first)
	case first < after:
		out.add(r.ID, "until %s overlaps the transition of %s", r.Until, first)
	}
	for i, t := range r.Transitions {
		if t.From == "" {
			out.add(r.ID, "transition %d has no date", i+1)
		}
		if i > 0 && t.From <= r.Transitions[i-1].From {
			out.add(r.ID, "transition of %s overlaps that of %s before it", t.From, r.Transitions[i-1].From)
		}
	}
}

func starts(r *fips.Rule) []fips.Date {
	var list []fips.Date
	for _, t := range r.Transitions {
		list = append(list, t.From)
	}
	return list
}

func (out *report) citations(r *fips.Rule, known map[string]bool) {
	if len(r.Cite) == 0 {
		out.add(r.ID, "cites nothing")
	}
	all := slices.Clone(r.Cite)
	for _, t := range r.Transitions {
		all = append(all, t.Cite)
	}
	for _, cite := range all {
		if !known[cite.Document] {
			out.add(r.ID, "cites %q, which is no source", cite.Document)
		}
		if cite.Section == "" {
			out.add(r.ID, "cites %s without a section", cite.Document)
		}
	}
}

// timelines holds the rules about one subject in one role to each other: from
// the catalogue's first day on, each day has exactly one.
func (out *report) timelines(c *fips.Catalogue) {
	lines := map[string][]*fips.Rule{}
	for i := range c.Rules {
		r := &c.Rules[i]
		bounds, _ := json.Marshal(r.Bounds) // numbers and text: cannot fail
		key := strings.Join([]string{r.Kind, r.Name, r.Role, string(bounds)}, "\x00")
		lines[key] = append(lines[key], r)
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b *fips.Rule) int { return cmp.Compare(a.From, b.From) })
		if first := line[0]; first.From > c.Since {
			out.add(first.ID, "gap from %s to %s: no rule speaks of the subject", c.Since, first.From)
		}
		for i, r := range line[1:] {
			out.follows(line[i], r)
		}
		if last := line[len(line)-1]; last.Until != "" && len(last.Transitions) == 0 {
			out.add(last.ID, "gap: nothing follows until %s", last.Until)
		}
	}
}

func (out *report) follows(before, after *fips.Rule) {
	switch {
	case before.Until == "" || len(before.Transitions) > 0 || after.From <= before.Until:
		out.add(after.ID, "overlaps %s", before.ID)
	case after.From > dayAfter(before.Until):
		out.add(after.ID, "gap between %s, which ends on %s, and %s", before.ID, before.Until, after.From)
	}
}

// dayAfter is the next day; "" where d is no date, which is complained of
// elsewhere.
func dayAfter(d fips.Date) fips.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return fips.DateOf(t.AddDate(0, 0, 1))
}
