package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// Bounds of the tables about the site.
const (
	markdownSubnets = 8
	markdownListed  = 12
	markdownFacts   = 5 // of each kind
)

// coverage is how far the sweep reached, by kind and by subnet.
func (m *markdown) coverage() {
	m.f("## Coverage: %s\n\n", coverageWords(m.r))
	if m.r.Asked == 0 {
		return
	}
	m.reach("Kind", kindRows(m.r))
	if rows := subnetRows(m.r, markdownSubnets); len(rows) > 0 {
		m.reach("Subnet", rows)
	}
	if s := lockedWords(m.r); s != "" {
		m.f("%s.\n\n", prose(s))
	}
	m.f("_Nothing there_: ports of hosts and ranges where nobody answered, and files without known cryptography.\n\n")
}

func (m *markdown) reach(what string, rows []reachRow) {
	m.row(what, "Asked", "Answered", "Observed", "Not seen", "Nothing there", "Not seen, because")
	m.row("---", "--:", "--:", "--:", "--:", "--:", "---")
	for _, x := range rows {
		m.row(prose(x.Name), number(x.Asked), number(x.Answered), number(x.Observed), number(x.NotSeen), number(x.Empty+x.Quiet), prose(x.Because))
	}
	m.f("\n")
}

// inventory is what was expected beside what was found, and whose it is.
func (m *markdown) inventory() {
	v := m.r.Inventory
	if v == nil {
		return
	}
	m.f("## Inventory: %s of %s expected found\n\n", number(v.Found), number(v.Entries))
	m.missing(v)
	if n := v.Unexpected.Count; n > 0 {
		m.f("**Found and not expected:** %s.\n\n", m.places(v.Unexpected))
	} else {
		m.f("Nothing was found that is not expected.\n\n")
	}
	if len(v.Owners) == 0 {
		return
	}
	m.row("Owner", "Fail", "To watch", "Pass", "Waived", "Not seen", "Findings")
	m.row("---", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, o := range v.Owners[:min(markdownListed, len(v.Owners))] {
		owner := "_no owner_"
		if o.Owner != "" {
			owner = prose(cutRunes(o.Owner, maxName))
		}
		m.row(owner, number(o.Fail), number(o.Watch), number(o.Pass), number(o.Waived), number(o.NotSeen), number(o.Findings))
	}
	m.f("\n")
	if left := len(v.Owners) - markdownListed; left > 0 {
		m.f("and %s: `-o html` and `-o json` name all.\n\n", many(left, "further owner"))
	}
}

func (m *markdown) missing(v *reports.Inventory) {
	if v.MissingAll == 0 {
		m.f("All that is expected was found.\n\n")
		return
	}
	m.row("Expected and not found", "Whose", "Why")
	m.row("---", "---", "---")
	for _, x := range v.Missing[:min(markdownListed, len(v.Missing))] {
		m.row(codeSpan(x.Target), prose(cutRunes(tagWords(x.Tags), 2*maxName)), x.Why())
	}
	m.f("\n")
	if left := v.MissingAll - markdownListed; left > 0 {
		m.f("and %s more: `-o html` and `-o json` name them.\n\n", number(left))
	}
}

// tagWords says whose something is and what else the inventory says of it:
// "web (ingress, prod)".
func tagWords(t fips.Tags) string {
	var also []string
	for _, s := range []string{t.System, t.Environment, t.DataClass} {
		if s != "" {
			also = append(also, s)
		}
	}
	if t.Boundary {
		also = append(also, "faces outside")
	}
	switch {
	case len(also) == 0:
		return t.Owner
	case t.Owner == "":
		return "no owner (" + strings.Join(also, ", ") + ")"
	}
	return t.Owner + " (" + strings.Join(also, ", ") + ")"
}

// ownership says whose the endpoints of a row are, as far as it is known.
func ownership(row reports.Row) string {
	var list []string
	told := map[string]bool{}
	for _, t := range row.Tags {
		told[t.Owner] = true
		if s := tagWords(t); s != "" {
			list = append(list, s)
		}
	}
	for _, o := range row.Owners {
		if !told[o] {
			list = append(list, o)
		}
	}
	if len(list) > 0 && row.Unowned && len(row.Owners) > 0 {
		list = append(list, "some by nobody that is known")
	}
	return strings.Join(list, ", ")
}

// together is what several endpoints show together, as far as the room
// reaches. A private key beside its certificate is counted alone: it is the
// ordinary place of one in use. Files that are named and there are counted alone as well.
func (m *markdown) together(room int) {
	counts := m.r.Facts.Counts
	if len(counts) == 0 {
		return
	}
	m.f("## What endpoints show together\n\n")
	for _, kind := range reports.FactKinds() {
		n := counts[kind]
		if n == 0 {
			continue
		}
		m.f("**%s.** %s\n\n", upperFirst(factTitle(m.r.Facts, kind)), prose(factWhy(kind)))
		if kind != reports.PrivateBeside && kind != reports.FileNamed {
			m.facts(kind, n, room)
		}
	}
}

func (m *markdown) facts(kind reports.FactKind, n, room int) {
	shown := 0
	for _, x := range m.r.Facts.Of(kind)[:min(markdownFacts, n)] {
		before := m.Len()
		if shown == 0 {
			m.row("Status", "About", "What was met", "Places")
			m.row("---", "---", "---", "---")
		}
		m.fact(x)
		if utf8.RuneCountInString(m.String()) > room {
			s := m.take()[:before]
			m.f("%s", s)
			break
		}
		shown++
	}
	if shown > 0 {
		m.f("\n")
	}
	if left := n - shown; left > 0 {
		m.f("%s more: `-o html`, `-o csv` and `-o json` tell all.\n\n", number(left))
	}
}

func (m *markdown) fact(x reports.Fact) {
	status := "told, not judged"
	if x.Finding != nil {
		status = sign(x.Finding.Status) + " " + x.Finding.Status.String()
	}
	about := codeSpan(x.Subject)
	if x.SHA256 != "" {
		about += fmt.Sprintf("<br>sha256 `%.16s`", x.SHA256)
	}
	var at []string
	for _, e := range x.Endpoints[:min(markdownPlaces/2, len(x.Endpoints))] {
		at = append(at, codeSpan(m.r.Name(e)))
	}
	places := number(x.Count) + ": " + strings.Join(at, " ")
	if len(at) < x.Count {
		places += " …"
	}
	m.row(status, about, prose(cutRunes(x.Says, 400)), places)
}
