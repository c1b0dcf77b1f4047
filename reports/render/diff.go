package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// Diff writes for a terminal what changed from one sweep to a newer one.
func Diff(w io.Writer, d *reports.Diff, o TextOptions) error {
	p := newPaper(w, o)
	p.sweeps(d)
	p.para(styled(bold, "ENDPOINTS"), 11, endpointMoves(d))
	p.para(styled(bold, "FINDINGS"), 11, findingMoves(d))
	p.thenAndNow(d)
	p.changedControls(&d.Comparison)
	for _, m := range reports.EndpointMoves() {
		p.ends(d, m)
	}
	for _, m := range reports.Moves() {
		p.moves(&d.Comparison, m, restsOn)
	}
	if d.LeftOut > 0 {
		p.para(t(""), 0, fmt.Sprintf("%s on further subjects are counted and not grouped.", many(d.LeftOut, "finding")))
	}
	if len(d.Ends)+len(d.Moves) > 0 {
		p.para(styled(dim, ""), 0, "each endpoint and finding that changed: -o json=FILE")
	}
	if o.Exit != "" {
		p.para(t(""), 0, o.Exit)
	}
	return p.flush()
}

// sweeps says which two are compared, and by what both are judged.
func (p *paper) sweeps(d *reports.Diff) {
	p.para(styled(bold, "BEFORE"), 11, sweptSide(d.Before))
	p.para(styled(bold, "AFTER"), 11, sweptSide(d.After))
	p.para(styled(bold, "JUDGED"), 11, judgedAlike(d))
	if note := unlikeScopes(d); note != "" {
		p.para(styled(bold, "NOTE"), 11, note)
	}
	p.line()
}

func sweptSide(r *reports.Report) string {
	s := fmt.Sprintf("sweep %s, %s: %s asked, %s observed", r.Sweep.ID, scope(r), number(r.Asked), number(r.Observed))
	if r.Sweep.Interrupted {
		s += ", broken off"
	}
	return s
}

func judgedAlike(d *reports.Diff) string {
	return fmt.Sprintf("both by %s as of %s, catalogue %s", d.After.Policy, d.After.AsOf, d.After.Catalogue.Version)
}

// unlikeScopes warns of what an unlike question makes of the answer.
func unlikeScopes(d *reports.Diff) string {
	if d.Alike {
		return ""
	}
	return "the two did not ask for the same places, or one is not whole: what is new may be what was not asked before, and what was not asked again is not observed"
}

func endpointMoves(d *reports.Diff) string {
	var list []string
	for _, m := range reports.EndpointMoves() {
		if places := d.Ends[m]; places != nil {
			list = append(list, number(places.Count)+" "+endWord(m))
		}
	}
	head := fmt.Sprintf("%s observed then, %s now: ", number(d.Before.Observed), number(d.After.Observed))
	if len(list) == 0 {
		return head + "the same ones"
	}
	return head + strings.Join(list, ", ")
}

func endWord(m reports.EndpointMove) string {
	switch m {
	case reports.EndpointObserved:
		return "observed for the first time"
	case reports.EndpointUnobserved:
		return "no longer observed"
	}
	return string(m)
}

func findingMoves(d *reports.Diff) string {
	var list []string
	for _, m := range reports.Moves() {
		if n := d.Moves[m]; n > 0 {
			list = append(list, number(n)+" "+diffWord(m))
		}
	}
	list = append(list, number(d.Same)+" as before")
	return fmt.Sprintf("%s then, %s now: %s", number(d.Before.Findings), number(d.After.Findings), strings.Join(list, ", "))
}

func diffWord(m reports.Move) string {
	switch m {
	case reports.MoveGone:
		return "gone with their endpoint"
	case reports.MoveMended:
		return "mended"
	case reports.MoveUnobserved:
		return "no longer observed"
	}
	return moveWord(m)
}

// thenAndNow is the posture of both.
func (p *paper) thenAndNow(d *reports.Diff) {
	p.line(styledf(bold, "%-27s%8s%8s", "POSTURE", "then", "now"))
	for _, row := range thenNows(d) {
		p.line(tf("  %-25s%8s%8s", row.word, number(row.then), number(row.now)))
	}
	p.line()
}

type thenNow struct {
	word      string
	then, now int
}

// thenNows are the endpoints by grade, and those that were not seen.
func thenNows(d *reports.Diff) []thenNow {
	rows := []thenNow{
		{"fail", d.Before.Grade(fips.Fail), d.After.Grade(fips.Fail)},
		{"to watch", d.Before.Grade(fips.Watch), d.After.Grade(fips.Watch)},
		{"pass", d.Before.Grade(fips.Pass), d.After.Grade(fips.Pass)},
	}
	if then, now := d.Before.Waived.Endpoints, d.After.Waived.Endpoints; then+now > 0 {
		rows = append(rows, thenNow{"by waiver", then, now})
	}
	return append(rows, thenNow{"not seen", d.Before.NotSeen, d.After.NotSeen})
}

// ends names the endpoints that moved alike.
func (p *paper) ends(d *reports.Diff, m reports.EndpointMove) {
	places := d.Ends[m]
	if places == nil {
		return
	}
	p.line(styledf(bold, "%s %s", strings.ToUpper(endTitle(m)), number(places.Count)))
	names := endNames(d, m)
	var items []span
	for i, name := range names {
		if i == shownEnds {
			break
		}
		items = append(items, t(p.cutLeft(p.plain(name), p.width-2)))
	}
	p.flow(t("  "), 2, " ", items)
	if len(names) > shownEnds || places.Left() > 0 {
		p.line(styled(dim, "  … and others"))
	}
	p.line()
}

// shownEnds is how many endpoints, or runs of them, are named of each move.
const shownEnds = 24

func endTitle(m reports.EndpointMove) string { return "endpoints " + endWord(m) }

// endNames names the endpoints of a move, as the sweep that saw them does.
func endNames(d *reports.Diff, m reports.EndpointMove) []string {
	r := d.After
	if m == reports.EndpointGone || m == reports.EndpointUnobserved {
		r = d.Before
	}
	return r.Runs(*d.Ends[m])
}

// restsOn says by which rule a group is a finding, and what its move rests on.
func restsOn(g reports.MoveGroup) string {
	rule := g.Rule
	if rule == "" {
		rule = "no rule"
	}
	switch g.Why {
	case reports.WhyNewEndpoint:
		return rule + "; on an endpoint that is new"
	case reports.WhyNotObserved:
		if g.Move == reports.MoveNew {
			return rule + "; nothing could be judged there before"
		}
		return rule + "; nothing could be judged there now"
	case reports.WhyPartly:
		if g.Move == reports.MoveNew {
			return rule + "; it may have been there: not all was learned before"
		}
		return rule + "; it may still be there: not all was learned now"
	case reports.WhyNotAsked:
		if g.Move == reports.MoveNew {
			return rule + "; this was not asked before"
		}
		return rule + "; this was not asked again"
	case reports.WhyRefused:
		return rule + "; nothing is there any more"
	case reports.WhyNotMet:
		return rule + "; the file was not met again"
	case reports.WhyEmpty:
		return rule + "; the file holds nothing that is ruled on now"
	}
	return rule
}

// MarkdownDiff writes the same for a merge request or a page.
func MarkdownDiff(w io.Writer, d *reports.Diff) error {
	m := &markdown{r: d.After}
	m.f("# What changed: %s\n\n", findingMoves(d))
	m.f("Endpoints: %s.\n\n", endpointMoves(d))
	m.row("", "Then", "Now")
	m.row("---", "--:", "--:")
	for _, row := range thenNows(d) {
		m.row(row.word, number(row.then), number(row.now))
	}
	m.f("\nBefore: %s. After: %s. Judged %s.\n\n", prose(sweptSide(d.Before)), prose(sweptSide(d.After)), prose(judgedAlike(d)))
	if note := unlikeScopes(d); note != "" {
		m.f("%s.\n\n", upperFirst(note))
	}
	for _, move := range reports.EndpointMoves() {
		if places := d.Ends[move]; places != nil {
			m.f("**%s, %s:** %s\n\n", upperFirst(endTitle(move)), number(places.Count), spans(endNames(d, move), places.Left()))
		}
	}
	m.diffGroups(d)
	if _, err := io.WriteString(w, m.take()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

// diffGroups is a table of what moved, the worst first, as far as a page holds it.
func (m *markdown) diffGroups(d *reports.Diff) {
	if len(d.Groups) == 0 {
		m.f("No finding changed.\n")
		return
	}
	m.row("Change", "Finding", "Rests on", "Findings", "Endpoints")
	m.row("---", "---", "---", "--:", "---")
	for _, g := range d.Groups[:min(markdownRows, len(d.Groups))] {
		names := d.After.Runs(g.Places)
		m.row(diffWord(g.Move), prose(moveLine(g)), prose(restsOn(g)), number(g.Findings), spans(names, g.Places.Left()))
	}
	if rest := len(d.Groups) - markdownRows; rest > 0 {
		m.f("\nand %s.\n", many(rest, "further subject"))
	}
}

// spans names a few endpoints as code.
func spans(names []string, left int) string {
	var list []string
	for _, name := range names[:min(markdownPlaces, len(names))] {
		list = append(list, codeSpan(name))
	}
	if len(names) > markdownPlaces || left > 0 {
		list = append(list, "and others")
	}
	return strings.Join(list, ", ")
}
