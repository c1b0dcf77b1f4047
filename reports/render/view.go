package render

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

// A view is a report in the words and measures of the page. Its templates only
// lay out.
type view struct {
	R       *reports.Report
	CSS     template.CSS
	JS      template.JS
	Policy  template.HTML
	sources map[string]fips.Source
	anchors map[string]bool // rows that can be linked to
	full    bool            // every endpoint has an entry of its own
	fixes   fixes
	entries int // endpoints that were told with all that was seen of them
}

func newView(r *reports.Report) (*view, error) {
	css, err := asset("report.css")
	if err != nil {
		return nil, err
	}
	js, err := asset("report.js")
	if err != nil {
		return nil, err
	}
	v := &view{R: r, CSS: template.CSS(css), JS: template.JS(js), Policy: policy(js), sources: sourcesOf(r.Catalogue),
		anchors: map[string]bool{}, fixes: fixes{}, full: r.Population() <= maxEntries}
	for _, c := range r.Changes {
		for _, row := range c.Rows {
			v.anchors[row.ID] = true
		}
	}
	return v, nil
}

// maxEntries is up to how many endpoints each has an entry of its own; in a
// larger report those that plainly pass have a line, and so have all others
// behind the first maxDetailed: no browser opens a page of a gigabyte.
const (
	maxEntries  = 2000
	maxDetailed = 5000
)

// Scope is what was swept.
func (v *view) Scope() string { return clean(scope(v.R)) }

// When is the time of the sweep.
func (v *view) When() string {
	s := v.R.Sweep.Started.UTC().Format("2006-01-02 15:04")
	if e := v.R.Sweep.Ended.UTC(); day(v.R.Sweep.Started) == day(e) {
		return s + e.Format(" to 15:04 UTC")
	} else if !e.IsZero() {
		return s + e.Format(" to 2006-01-02 15:04 UTC")
	}
	return s + " UTC"
}

// Verdict is the sentence behind the headline.
func (v *view) Verdict() string {
	r := v.R
	if n := r.Grade(fips.Fail); n > 0 {
		return fmt.Sprintf("%s of the %s observed %s or %s something disallowed or not-approved%s.", number(n), many(r.Observed, "endpoint"),
			verb(n, "offers", "offer"), verb(n, "holds", "hold"), byWaiver(r))
	}
	return upperFirst(verdict(r)) + "."
}

// WayOut is the shortest way out of what fails.
func (v *view) WayOut() string {
	if s := wayOut(v.R); s != "" {
		return upperFirst(s) + "."
	}
	return ""
}

// A strip is one piece of a bar.
type strip struct {
	Code, Word    string
	Count         int
	X, Width, End string // percent
	Dashed        bool
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", 100*float64(part)/float64(whole))
}

// Strip is the population by worst status, what is waived before what was not
// seen.
func (v *view) Strip() []strip {
	var list []strip
	x, whole := 0, v.R.Population()
	add := func(code, word string, n int, dashed bool) {
		if n > 0 {
			list = append(list, strip{Code: code, Word: word, Count: n, X: percent(x, whole), Width: percent(n, whole), Dashed: dashed})
		}
		x += n
	}
	for _, c := range v.R.Posture {
		if c.Status == fips.Unobserved {
			add("wa", "waived", v.R.Waived.Endpoints, false)
		}
		add(code(c.Status), c.Status.String(), c.Endpoints, c.Status == fips.Unobserved)
	}
	return list
}

// Braces group the strip into fail, watch, pass, waived and not seen.
func (v *view) Braces() []strip {
	var list []strip
	x, whole := 0, v.R.Population()
	for _, n := range [...]int{v.R.Grade(fips.Fail), v.R.Grade(fips.Watch), v.R.Grade(fips.Pass), v.R.Waived.Endpoints, v.R.Grade(fips.NotSeen)} {
		if n > 0 {
			list = append(list, strip{X: fmt.Sprintf("%.2f", 100*float64(x)/float64(whole)+.12), End: fmt.Sprintf("%.2f", 100*float64(x+n)/float64(whole)-.12)})
		}
		x += n
	}
	return list
}

// StripLabel says the strip in words.
func (v *view) StripLabel() string {
	var parts []string
	for _, c := range v.R.Posture {
		parts = append(parts, fmt.Sprintf("%s %s", number(c.Endpoints), c.Status))
	}
	if n := v.R.Waived.Endpoints; n > 0 {
		parts = append(parts, number(n)+" waived")
	}
	return many(v.R.Population(), "endpoint") + " by worst status: " + strings.Join(parts, ", ")
}

// A quad is one of the figures under the strip.
type quad struct {
	Count      int
	Word, Text string
}

// Quads are fail, watch, pass, waived where there are any, and not seen.
func (v *view) Quads() []quad {
	say := func(list ...fips.Status) string {
		var parts []string
		for _, s := range list {
			parts = append(parts, fmt.Sprintf("%s %s", number(v.R.Count(s)), s))
		}
		return strings.Join(parts, ", ")
	}
	quads := []quad{
		{v.R.Grade(fips.Fail), "fail", say(fips.Disallowed, fips.NotApproved)},
		{v.R.Grade(fips.Watch), "to watch", say(fips.Unclassified, fips.LegacyUse, fips.Deprecated)},
		{v.R.Grade(fips.Pass), "pass", say(fips.Allowed, fips.Approved) + ", by the worst thing seen"},
	}
	if v.R.Waived.Findings > 0 {
		quads = append(quads, quad{v.R.Waived.Endpoints, "waived", waivedWords(v.R)})
	}
	return append(quads, quad{v.R.NotSeen, "not seen", "there or named, not seen or not in whole: nothing is claimed about them"})
}

// First are the changes to make first.
func (v *view) First() []reports.Change { return v.R.Changes[:min(3, len(v.R.Changes))] }

// After says how far the first changes lead and what remains.
func (v *view) After() string {
	first, rest := v.First(), v.R.Changes[min(3, len(v.R.Changes)):]
	repairs, findings := 0, 0
	for _, c := range first {
		repairs, findings = repairs+c.Repairs, findings+c.Findings
	}
	s := fmt.Sprintf("%s %s of %s failing endpoints and %s %s of %s.", verb(len(first), "It repairs", "These "+inWords(len(first))+" repair"),
		number(repairs), number(v.R.Grade(fips.Fail)), verb(len(first), "closes", "close"), number(findings), many(v.R.Findings, "finding"))
	if len(rest) > 0 {
		s += fmt.Sprintf(" %s smaller %s %s for the other %s and for what is to watch.", upperFirst(inWords(len(rest))),
			verb(len(rest), "change", "changes"), verb(len(rest), "remains", "remain"), number(v.R.Grade(fips.Fail)-repairs))
	}
	return s
}

// EndpointWords says which endpoints are told of, and how.
func (v *view) EndpointWords() string {
	s := "Every endpoint that was there or named has an entry"
	if !v.full {
		s = "Every endpoint that was there or named has an entry; those that plainly pass have one line, and so have all behind the first " +
			number(maxDetailed) + ", of which the other outputs tell all"
	}
	return s + ". No private byte is kept: a key is recorded by type, size, protection and the SHA-256 of its public half."
}

// A worstView is one of the worst endpoints.
type worstView struct {
	reports.Worst
	What string
}

// Worst are the worst endpoints.
func (v *view) Worst() []worstView {
	var list []worstView
	for _, w := range v.R.Worst[:min(6, len(v.R.Worst))] {
		s := strings.Join(w.What, ", ")
		if w.More > 0 {
			s += fmt.Sprintf(" and %s more", number(w.More))
		}
		list = append(list, worstView{w, clean(s)})
	}
	return list
}

// NotAssessed is how many controls nothing is said of.
func (v *view) NotAssessed() int { return v.R.ControlsIn(control.NotAssessed) }

// A soonView is something that ends.
type soonView struct {
	Text, Link string
	Count      int
	Draft      bool
}

// Soon is what ends next.
func (v *view) Soon() []soonView {
	var list []soonView
	if n := v.R.Certificates.Expired(); n > 0 {
		list = append(list, soonView{"Certificates that have expired", "certs", n, false})
	}
	if soon := v.R.Certificates.Within(30); len(soon) > 0 {
		list = append(list, soonView{fmt.Sprintf("Certificates that expire within 30 days, first \"%s\" in %s", clean(soon[0].Subject), many(soon[0].Days, "day")), "certs", len(soon), false})
	}
	shown := map[bool]bool{}
	for _, e := range v.R.Calendar {
		if !shown[e.Draft] {
			shown[e.Draft] = true
			list = append(list, soonView{fmt.Sprintf("Endpoints that lose %s after %s", clean(losses(e)), e.Until), "calendar", e.Endpoints, e.Draft})
		}
	}
	return list
}

// Failing is how many endpoints fail.
func (v *view) Failing() int { return v.R.Grade(fips.Fail) }

// Statuses are all, worst first and unobserved last.
func (v *view) Statuses() []fips.Status { return append(fips.Statuses(), fips.Unobserved) }
