package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// listedFirst is how many subnets the page shows before the reader asks for
// more.
const listedFirst = 40

// CoverageTitle states how far the sweep reached.
func (v *view) CoverageTitle() string { return upperFirst(coverageWords(v.R)) }

// Locked says how much no password opened.
func (v *view) Locked() string { return lockedWords(v.R) }

// CoverageKinds are the kinds of which anything was asked.
func (v *view) CoverageKinds() []reachRow {
	rows := kindRows(v.R)
	for i := range rows {
		rows[i].Name = upperFirst(rows[i].Name)
	}
	return rows
}

// A subnetView is a subnet with its reasons in words.
type subnetView struct {
	reports.SubnetReach
	Because string
}

func (v *view) subnets() []subnetView {
	list := slices.Clone(v.R.Coverage.Subnets)
	slices.SortStableFunc(list, func(a, b reports.SubnetReach) int { return cmp.Compare(b.NotSeen, a.NotSeen) })
	var out []subnetView
	for _, s := range list {
		out = append(out, subnetView{s, clean(reasonWords(s.Reasons))})
	}
	return out
}

// Subnets are those that are shown at once, with the most not seen first.
func (v *view) Subnets() []subnetView {
	all := v.subnets()
	return all[:min(listedFirst, len(all))]
}

// SubnetsMore are all others that are listed.
func (v *view) SubnetsMore() []subnetView {
	all := v.subnets()
	return all[min(listedFirst, len(all)):]
}

// unexpectedFirst is how many lines of what no entry expects are shown at once.
const unexpectedFirst = 24

func (v *view) unexpected() []string {
	if v.R.Inventory == nil {
		return nil
	}
	return v.R.Runs(v.R.Inventory.Unexpected)
}

// UnexpectedFirst is what is shown at once of what no entry expects.
func (v *view) UnexpectedFirst() []string {
	all := v.unexpected()
	return all[:min(unexpectedFirst, len(all))]
}

// UnexpectedMore is what else is listed of it.
func (v *view) UnexpectedMore() []string {
	all := v.unexpected()
	return all[min(unexpectedFirst, len(all)):]
}

// MissingLeft is how many entries are missing and not listed.
func (v *view) MissingLeft() int {
	if v.R.Inventory == nil {
		return 0
	}
	return v.R.Inventory.MissingAll - len(v.R.Inventory.Missing)
}

// WaiverTitle states what is waived and which waivers want looking after.
func (v *view) WaiverTitle() string {
	words := []string{many(v.R.Waived.Findings, "finding") + " waived"}
	count := func(n int, what string) {
		if n > 0 {
			words = append(words, number(n)+" "+what)
		}
	}
	count(len(v.R.WaiversIn(fips.WaiverExpired)), "expired")
	n := len(v.R.WaiversIn(fips.WaiverSoon))
	count(n, verb(n, "expires", "expire")+" within 30 days")
	count(len(v.R.IdleWaivers()), "idle")
	return strings.Join(words, ", ")
}

// A waiverView is a waiver as the table shows it.
type waiverView struct {
	reports.WaiverUse
	About, Word string
	Runs        []string
	Left        int
}

// Waivers are all that were given: those to look after first.
func (v *view) Waivers() []waiverView {
	order := []fips.WaiverState{fips.WaiverExpired, fips.WaiverSoon, fips.WaiverHolds, fips.WaiverFuture}
	var list []waiverView
	for _, state := range order {
		for _, u := range v.R.WaiversIn(state) {
			x := waiverView{WaiverUse: u, About: cmp.Or(u.Rule, u.Algorithm, "finding "+u.Finding), Runs: v.R.Runs(u.Places), Left: u.Places.Left()}
			x.Word = map[fips.WaiverState]string{fips.WaiverExpired: "expired", fips.WaiverSoon: "holds, expires soon", fips.WaiverHolds: "holds", fips.WaiverFuture: "not yet in force"}[state]
			if u.Idle() {
				x.Word += ", about nothing found"
			}
			list = append(list, x)
		}
	}
	return list
}

// tags are the lines of an endpoint's entry that the inventory says.
func tags(t *fips.Tags) []fact {
	if t == nil {
		return nil
	}
	var list []fact
	add := func(name, text string) {
		if text != "" {
			list = append(list, fact{Name: name, Text: clean(text)})
		}
	}
	add("Owner", t.Owner)
	add("System", t.System)
	add("Environment", t.Environment)
	add("Data class", t.DataClass)
	if t.Boundary {
		add("Boundary", "it faces outside")
	}
	return list
}

// waivedBy says who took a finding out of the counts, and until when.
func waivedBy(w *fips.WaiverMark) string {
	if w == nil {
		return ""
	}
	return clean(fmt.Sprintf("waived until %s by %s, %s: %s", w.Expires, w.ID, w.Approver, w.Reason))
}
