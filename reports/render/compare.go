package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

// Comparison writes for a terminal what changes from one judging to the other.
func Comparison(w io.Writer, c *reports.Comparison, o TextOptions) error {
	p := newPaper(w, o)
	p.compared(c)
	p.tallies(c)
	p.changedControls(c)
	for _, m := range reports.Moves() {
		p.moves(c, m, nil)
	}
	p.leftOut(c)
	if o.Exit != "" {
		p.para(t(""), 0, o.Exit)
	}
	return p.flush()
}

func (p *paper) compared(c *reports.Comparison) {
	side := func(r *reports.Report) string {
		return fmt.Sprintf("%s as of %s, catalogue %s", r.Policy, r.AsOf, r.Catalogue.Version)
	}
	p.para(styled(bold, "BEFORE"), 11, side(c.Before))
	p.para(styled(bold, "AFTER"), 11, side(c.After))
	p.para(styled(bold, "OF"), 11, "sweep "+c.After.Sweep.ID+", "+scope(c.After))
	p.line()
}

// tallies says how many findings and endpoints move.
func (p *paper) tallies(c *reports.Comparison) {
	var list []string
	for _, m := range reports.Moves() {
		if n := c.Moves[m]; n > 0 {
			list = append(list, number(n)+" "+moveWord(m))
		}
	}
	list = append(list, number(c.Same)+" as before")
	p.para(styled(bold, "FINDINGS"), 11, fmt.Sprintf("%s before, %s after: %s", number(c.Before.Findings), number(c.After.Findings), strings.Join(list, ", ")))
	list = nil
	for _, g := range []struct {
		grade fips.Grade
		word  string
	}{{fips.Fail, "fail"}, {fips.Watch, "to watch"}, {fips.Pass, "pass"}} {
		before, after := c.Before.Grade(g.grade), c.After.Grade(g.grade)
		if before == after {
			list = append(list, fmt.Sprintf("%s %s as before", number(after), g.word))
		} else {
			list = append(list, fmt.Sprintf("%s %s where %s did", number(after), g.word, number(before)))
		}
	}
	p.para(styled(bold, "ENDPOINTS"), 11, fmt.Sprintf("%s of %s observed change: %s", number(c.Endpoints), number(c.After.Observed), strings.Join(list, ", ")))
}

func moveWord(m reports.Move) string {
	switch m {
	case reports.MoveNew:
		return "new"
	case reports.MoveWorse:
		return "of worse status"
	case reports.MoveMilder:
		return "of milder status"
	case reports.MoveWaiver:
		return "with another waiver"
	}
	return "gone"
}

func (p *paper) changedControls(c *reports.Comparison) {
	head := styled(bold, "CONTROLS")
	if len(c.Controls) == 0 {
		p.para(head, 11, fmt.Sprintf("all %d as before", len(c.After.Controls)))
		p.line()
		return
	}
	p.para(head, 11, fmt.Sprintf("%d of %d change", len(c.Controls), len(c.After.Controls)))
	for _, x := range c.Controls {
		st := map[control.State]style{control.Satisfied: green, control.NotSatisfied: red, control.NotAssessed: dim}[x.After]
		p.para(styledf(st, "  %s %-8s", p.result(x.After), x.ID), 11+p.indent(x.After)-3, fmt.Sprintf("%s, was %s: %s", x.After, x.Before, x.Reason))
	}
	p.line()
}

// shownGroups is how many groups of each move are named.
const shownGroups = 10

// moves writes the groups of a move, each with its endpoints, and with more on
// it if that is not nil.
func (p *paper) moves(c *reports.Comparison, m reports.Move, more func(reports.MoveGroup) string) {
	list := slices.DeleteFunc(slices.Clone(c.Groups), func(g reports.MoveGroup) bool { return g.Move != m })
	if len(list) == 0 {
		return
	}
	const figures = 20
	title := map[reports.Move]string{reports.MoveNew: "NEW", reports.MoveWorse: "WORSE", reports.MoveMilder: "MILDER", reports.MoveGone: "GONE", reports.MoveWaiver: "WAIVERS",
		reports.MoveMended: "MENDED", reports.MoveUnobserved: "NO LONGER OBSERVED"}[m]
	p.line(styledf(bold, "%-*s", p.width-figures, title), tf("%10s%10s", "findings", "endpoints"))
	for _, g := range list[:min(shownGroups, len(list))] {
		room := p.width - 4 - figures
		mark := p.mark(g.After)
		if g.Move == reports.MoveMended {
			mark = t(" ") // what is not there any more has no status
		}
		p.line(t("  "), mark, tf(" %-*s", room, p.cut(p.plain(moveLine(g)), room)), tf("%10s%10s", number(g.Findings), number(g.Places.Count)))
		if more != nil {
			p.para(styled(dim, "    "), 4, more(g))
		}
		p.line(styled(dim, "    "+p.runs(c.After.Runs(g.Places), g.Places.Left(), p.width-4)))
	}
	if rest := list[min(shownGroups, len(list)):]; len(rest) > 0 {
		n := 0
		for _, g := range rest {
			n += g.Findings
		}
		p.line(styledf(dim, "  … %-*s", p.width-4-figures, many(len(rest), "further subject")), styledf(dim, "%10s", number(n)))
	}
	p.line()
}

// moveLine says what a group is about and how it moves.
func moveLine(g reports.MoveGroup) string {
	subject := cutRunes(g.Subject.Name, 48)
	switch {
	case g.After == fips.Unobserved:
		return fmt.Sprintf("%s, was %s", subject, g.Before)
	case g.Move == reports.MoveWaiver || g.Before == g.After || g.Before == fips.Unobserved:
		return fmt.Sprintf("%s %s", subject, g.After)
	}
	return fmt.Sprintf("%s %s, was %s", subject, g.After, g.Before)
}

// runs names as many of the places as a line holds.
func (p *paper) runs(list []string, left, room int) string {
	text := ""
	for i, r := range list {
		add := p.plain(r)
		if i > 0 {
			add = " " + add
		}
		if utf8.RuneCountInString(text)+utf8.RuneCountInString(add) > room-5 {
			if i == 0 {
				return p.cutLeft(add, room)
			}
			return text + " " + p.plain("…")
		}
		text += add
	}
	if left > 0 {
		text += " " + p.plain("…")
	}
	return text
}

func (p *paper) leftOut(c *reports.Comparison) {
	if c.LeftOut > 0 {
		p.para(t(""), 0, fmt.Sprintf("%s on further subjects are counted and not grouped.", many(c.LeftOut, "finding")))
	}
	moved := 0
	for _, n := range c.Moves {
		moved += n
	}
	if moved > 0 {
		p.para(styled(dim, ""), 0, "each finding that changes: --compare -o json=FILE")
	}
}
