package render

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
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
		anchors: map[string]bool{}, full: r.Population() <= maxEntries}
	for _, c := range r.Changes {
		for _, row := range c.Rows {
			v.anchors[row.ID] = true
		}
	}
	return v, nil
}

// maxEntries is up to how many endpoints each has an entry of its own; in a
// larger report those that plainly pass have a line.
const maxEntries = 2000

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
		return fmt.Sprintf("%s of the %s observed %s or %s something disallowed or not-approved.", number(n), many(r.Observed, "endpoint"),
			verb(n, "offers", "offer"), verb(n, "holds", "hold"))
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
	Status        fips.Status
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

// Strip is the population by worst status.
func (v *view) Strip() []strip {
	var list []strip
	x := 0
	for _, c := range v.R.Posture {
		if c.Endpoints > 0 {
			list = append(list, strip{Status: c.Status, Count: c.Endpoints, X: percent(x, v.R.Population()),
				Width: percent(c.Endpoints, v.R.Population()), Dashed: c.Status == fips.Unobserved})
		}
		x += c.Endpoints
	}
	return list
}

// Braces group the strip into fail, watch, pass and not seen.
func (v *view) Braces() []strip {
	var list []strip
	x, whole := 0, v.R.Population()
	for _, g := range [...]fips.Grade{fips.Fail, fips.Watch, fips.Pass, fips.NotSeen} {
		n := v.R.Grade(g)
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
	return many(v.R.Population(), "endpoint") + " by worst status: " + strings.Join(parts, ", ")
}

// A quad is one of the four figures under the strip.
type quad struct {
	Count      int
	Word, Text string
}

// Quads are fail, watch, pass and not seen.
func (v *view) Quads() []quad {
	say := func(list ...fips.Status) string {
		var parts []string
		for _, s := range list {
			parts = append(parts, fmt.Sprintf("%s %s", number(v.R.Count(s)), s))
		}
		return strings.Join(parts, ", ")
	}
	return []quad{
		{v.R.Grade(fips.Fail), "fail", say(fips.Disallowed, fips.NotApproved)},
		{v.R.Grade(fips.Watch), "to watch", say(fips.Unclassified, fips.LegacyUse, fips.Deprecated)},
		{v.R.Grade(fips.Pass), "pass", say(fips.Allowed, fips.Approved) + ", by the worst thing seen"},
		{v.R.NotSeen, "not seen", "there or named, no usable answer: nothing is claimed about them"},
	}
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
		s = "Every endpoint that was there or named has an entry; those that plainly pass have one line"
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

// ControlWords is the states of the controls that are assessed.
func (v *view) ControlWords() string {
	return fmt.Sprintf("%d not-satisfied, %d satisfied", v.R.ControlsIn(control.NotSatisfied), v.R.ControlsIn(control.Satisfied))
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
		list = append(list, soonView{fmt.Sprintf("Certificates that expire within 30 days, first %s in %d", clean(soon[0].Subject), soon[0].Days), "certs", len(soon), false})
	}
	shown := map[bool]bool{}
	for _, e := range v.R.Calendar {
		if !shown[e.Draft] {
			shown[e.Draft] = true
			list = append(list, soonView{fmt.Sprintf("Endpoints that lose %s after %s", clean(subjects(e, 2)), e.Until), "calendar", e.Endpoints, e.Draft})
		}
	}
	return list
}

// Failing is how many endpoints fail.
func (v *view) Failing() int { return v.R.Grade(fips.Fail) }

// Statuses are all, worst first and unobserved last.
func (v *view) Statuses() []fips.Status { return append(fips.Statuses(), fips.Unobserved) }

// A kindCount is a column of a table that counts by kind.
type kindCount struct {
	Name  string
	Count int
}

// shownKinds leaves out the unknown kind where there is none.
func (v *view) shownKinds() []reports.Kind {
	kinds := []reports.Kind{reports.TLS, reports.SSH, reports.Store, reports.Plain}
	for _, c := range v.R.Posture {
		if c.ByKind[reports.Unknown] > 0 {
			return append(kinds, reports.Unknown)
		}
	}
	return kinds
}

func (v *view) byKind(counts reports.KindCounts) []kindCount {
	var list []kindCount
	for _, k := range v.shownKinds() {
		name := map[reports.Kind]string{reports.TLS: "TLS", reports.SSH: "SSH", reports.Store: "Files", reports.Plain: "Cleartext", reports.Unknown: "Unknown"}[k]
		list = append(list, kindCount{name, counts[k]})
	}
	return list
}

// Kinds are the columns, with the sums of the whole population.
func (v *view) Kinds() []kindCount {
	var sum reports.KindCounts
	for _, c := range v.R.Posture {
		for k, n := range c.ByKind {
			sum[k] += n
		}
	}
	return v.byKind(sum)
}

// A bar is a count as a length, filled as its status.
type bar struct {
	Status           fips.Status
	Width            string
	Outlined, Dashed bool
}

func barOf(s fips.Status, n, most int) bar {
	return bar{s, percent(n, most), s <= fips.Allowed, s == fips.Unobserved}
}

// A postureRow is the endpoints with one status.
type postureRow struct {
	reports.StatusCount
	Means string
	Bar   bar
	Kinds []kindCount
}

// PostureRows are the endpoints by worst status.
func (v *view) PostureRows() []postureRow {
	means := map[fips.Status]string{
		fips.Disallowed: "explicitly no longer permitted", fips.NotApproved: "never approved by NIST for this use",
		fips.Unclassified: "no rule covers the name yet", fips.LegacyUse: "only for data already protected",
		fips.Deprecated: "permitted with accepted risk or a known end", fips.Allowed: "not approved, but accepted for this use",
		fips.Approved: "on the approved list for this use", fips.Unobserved: "there or named, no usable answer",
	}
	most := 0
	for _, c := range v.R.Posture {
		most = max(most, c.Endpoints)
	}
	var list []postureRow
	for _, c := range v.R.Posture {
		list = append(list, postureRow{c, means[c.Status], barOf(c.Status, c.Endpoints, most), v.byKind(c.ByKind)})
	}
	return list
}

// PostureTitle states how much is right.
func (v *view) PostureTitle() string {
	r := v.R
	if r.Observed == 0 {
		return "Nothing was observed, so nothing is said"
	}
	return fmt.Sprintf("%s of %s observed %s; %s %s, %s %s to watch", number(r.Grade(fips.Pass)), many(r.Observed, "endpoint"), verb(r.Grade(fips.Pass), "passes", "pass"),
		number(r.Grade(fips.Fail)), verb(r.Grade(fips.Fail), "fails", "fail"), number(r.Grade(fips.Watch)), verb(r.Grade(fips.Watch), "is", "are"))
}

// An algorithmRow is one algorithm and how far it is spread.
type algorithmRow struct {
	Name, Kind string
	Status     fips.Status
	Endpoints  int
	Bar        bar
}

// Of each kind of algorithm so many are listed that do not pass, and so many
// that do.
const (
	listedBad  = 6
	listedGood = 3
)

// Algorithms are the most frequent of each kind, those that do not pass first.
func (v *view) Algorithms() []algorithmRow {
	order := []string{"protocol-version", "tls-cipher-suite", "named-group", "key-exchange", "tls-extension", "signature-scheme", "ssh-kex", "ssh-cipher", "ssh-mac",
		"ssh-hostkey", "public-key", "certificate-property", "keystore-protection"}
	rank := func(kind string) int {
		if i := slices.Index(order, kind); i >= 0 {
			return i
		}
		return len(order)
	}
	list := slices.Clone(v.R.Algorithms)
	slices.SortStableFunc(list, func(a, b reports.Algorithm) int {
		return cmp.Or(cmp.Compare(rank(a.Subject.Kind), rank(b.Subject.Kind)), strings.Compare(a.Subject.Kind, b.Subject.Kind), cmp.Compare(b.Status, a.Status))
	})
	most := 0
	for _, a := range list {
		most = max(most, a.Endpoints)
	}
	type group struct {
		kind string
		good bool
	}
	count := map[group]int{}
	var rows []algorithmRow
	for _, a := range list {
		g := group{a.Subject.Kind, a.Status.Grade() == fips.Pass}
		limit := listedBad
		if g.good {
			limit = listedGood
		}
		if count[g]++; count[g] <= limit || a.Subject.Kind == "protocol-version" {
			rows = append(rows, algorithmRow{a.Subject.Name, subjectKind(a.Subject.Kind), a.Status, a.Endpoints, barOf(a.Status, a.Endpoints, most)})
		}
	}
	return rows
}

// A controlRow is a result as the table shows it.
type controlRow struct {
	control.Result
	Band         string // the framework, on its first control
	Earlier      []string
	Mark         string
	Percent      int
	Seen, Unseen string
}

// Controls are the results, grouped by framework.
func (v *view) Controls() []controlRow {
	var rows []controlRow
	last := ""
	for _, c := range v.R.Controls {
		row := controlRow{Result: c, Mark: map[control.State]string{control.Satisfied: "y", control.NotSatisfied: "n", control.NotAssessed: "a"}[c.State]}
		if c.Framework != last {
			row.Band, last = c.Name, c.Framework
		}
		for edition, ids := range c.Earlier {
			if len(ids) > 0 {
				row.Earlier = append(row.Earlier, strings.TrimPrefix(edition, "ISO/IEC 27001:")+": "+strings.Join(ids, ", "))
			}
		}
		slices.Sort(row.Earlier)
		if p := c.Population(); p > 0 {
			row.Percent = 100 * c.Observed / p
			row.Seen, row.Unseen = percent(c.Observed, p), percent(c.NotSeen, p)
		}
		row.Examples = row.Examples[:min(2, len(row.Examples))]
		rows = append(rows, row)
	}
	return rows
}

// ControlTitle states what the controls come to.
func (v *view) ControlTitle() string {
	return fmt.Sprintf("%d of %d not-satisfied, %d satisfied, %d not-assessed", v.R.ControlsIn(control.NotSatisfied), len(v.R.Controls),
		v.R.ControlsIn(control.Satisfied), v.NotAssessed())
}
