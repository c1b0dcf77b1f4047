package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

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
	for k, n := range v.R.Waived.ByKind {
		sum[k] += n
	}
	return v.byKind(sum)
}

// A waivedRow is the endpoints that waivers alone keep from failing or being
// to watch.
type waivedRow struct {
	Endpoints int
	Kinds     []kindCount
}

// WaivedRow is nil where there are none.
func (v *view) WaivedRow() *waivedRow {
	if v.R.Waived.Endpoints == 0 {
		return nil
	}
	return &waivedRow{v.R.Waived.Endpoints, v.byKind(v.R.Waived.ByKind)}
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
		fips.Approved: "on the approved list for this use", fips.Unobserved: "there or named, not seen or not in whole",
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
	return fmt.Sprintf("%s of %s observed %s; %s %s, %s %s to watch", number(r.Grade(fips.Pass)), many(r.Observed, "endpoint"), verbOf(r.Grade(fips.Pass), r.Observed, "passes", "pass"),
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
			rows = append(rows, algorithmRow{a.Subject.Name, aspectOf(a.Subject.Kind, a.Aspect), a.Status, a.Endpoints, barOf(a.Status, a.Endpoints, most)})
		}
	}
	return rows
}

// aspectOf says what kind a subject is, and what of it is meant.
func aspectOf(kind, aspect string) string {
	if aspect == "" {
		return subjectKind(kind)
	}
	return subjectKind(kind) + ": " + clean(aspect)
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
	return fmt.Sprintf("%s, %d not-assessed, of %d", v.R.ControlWords(), v.NotAssessed(), len(v.R.Controls))
}
