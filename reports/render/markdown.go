package render

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

// maxMarkdown is as many characters as GitHub takes in one comment (65,536),
// less some for words that are put around it. What is beyond is counted.
const maxMarkdown = 60000

// Bounds of what one change names; the other outputs name all.
const (
	markdownRows   = 40
	markdownPlaces = 12
	markdownSoon   = 12
)

// Markdown writes the report for a merge request or a page: GitHub's flavour,
// the verdict first, and of each change its findings folded away.
func Markdown(w io.Writer, r *reports.Report) error {
	m := &markdown{r: r}
	m.head()
	m.posture()
	m.controls()
	m.changesTable()
	head := m.take()
	m.offers()
	m.ssh()
	m.host()
	m.soon()
	m.unseen()
	m.coverage()
	m.inventory()
	m.waivers()
	m.foot()
	tail := m.take()
	room := maxMarkdown - utf8.RuneCountInString(head) - utf8.RuneCountInString(tail)
	m.together(room / 3)
	facts := m.take()
	m.changes(room - utf8.RuneCountInString(facts))
	if _, err := io.WriteString(w, head+m.take()+facts+tail); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

// markdown is a page that is being written.
type markdown struct {
	strings.Builder
	r *reports.Report
}

func (m *markdown) take() string {
	s := m.String()
	m.Reset()
	return s
}

func (m *markdown) f(format string, a ...any) { fmt.Fprintf(m, format, a...) }

// row writes the cells of a table. They are escaped already.
func (m *markdown) row(cells ...string) { m.f("| %s |\n", strings.Join(cells, " | ")) }

func (m *markdown) head() {
	m.f("# %s: %s\n\n", m.r.Headline(), prose(verdict(m.r)))
	if m.r.Gaps.Stopped {
		m.f("**Incomplete:** %s.\n\n", stopped(m.r))
	}
	if way := wayOut(m.r); way != "" {
		m.f("**%s.**\n\n", upperFirst(way))
	}
	if m.r.Sweep.Scope.Depth == fips.DepthVerdict {
		m.f("%s\n\n", atVerdict)
	}
}

func (m *markdown) posture() {
	m.row("Endpoints", "", "by worst status")
	m.row("--:", "---", "---")
	say := func(list ...fips.Status) string {
		var parts []string
		for _, s := range list {
			if n := m.r.Count(s); n > 0 {
				parts = append(parts, fmt.Sprintf("%s %s %s", sign(s), number(n), s))
			}
		}
		return strings.Join(parts, ", ")
	}
	m.row(number(m.r.Grade(fips.Fail)), "fail", say(fips.Disallowed, fips.NotApproved))
	m.row(number(m.r.Grade(fips.Watch)), "to watch", say(fips.Unclassified, fips.LegacyUse, fips.Deprecated))
	m.row(number(m.r.Grade(fips.Pass)), "pass", say(fips.Allowed, fips.Approved))
	if n := m.r.Waived.Endpoints; n > 0 {
		m.row(number(n), "by waiver", "neither fail nor pass: all that fails there, or is to watch, is waived")
	}
	var reasons []string
	for _, c := range m.r.Unobserved {
		reasons = append(reasons, reasonWord(c.Reason)+" "+number(c.Endpoints))
	}
	m.row(number(m.r.NotSeen), "not seen", strings.Join(reasons, ", "))
	m.f("\n")
}

func (m *markdown) controls() {
	r := m.r
	m.f("## Controls: %s, %d not-assessed\n\n", r.ControlWords(), r.ControlsIn(control.NotAssessed))
	m.row("Control", "What it asks", "Result", "Evidence")
	m.row("---", "---", "---", "---")
	paper := &paper{o: TextOptions{UTF8: true}}
	for _, c := range r.Controls {
		m.row(prose(c.Short+" ")+codeSpan(c.ID), prose(c.Asks), paper.result(c.State)+" "+c.Word(), prose(c.Reason))
	}
	m.f("\n")
}

// changesTable is what to do, in short.
func (m *markdown) changesTable() {
	if len(m.r.Changes) == 0 {
		m.f("## No finding\n\nNothing that was observed is deprecated or worse.\n\n")
		return
	}
	m.f("## %s, closed by %s\n\n", many(m.r.Findings, "finding"), many(len(m.r.Changes), "change"))
	const most = 10
	m.row("", "Do", "Repairs", "Findings", "Endpoints")
	m.row("--:", "---", "--:", "--:", "--:")
	for i, c := range m.r.Changes[:min(most, len(m.r.Changes))] {
		m.row(fmt.Sprint(i+1), prose(c.Title), number(c.Repairs), number(c.Findings), number(c.Endpoints))
	}
	if rest := m.r.Changes[min(most, len(m.r.Changes)):]; len(rest) > 0 {
		repairs, findings := 0, 0
		for _, c := range rest {
			repairs, findings = repairs+c.Repairs, findings+c.Findings
		}
		m.row("", many(len(rest), "further change"), number(repairs), number(findings), "")
	}
	m.f("\n_Repairs_: failing endpoints that have no failing finding left once this change and those above it are made.\n\n")
}

// changes writes each change with its findings folded away, as far as the room
// reaches.
func (m *markdown) changes(room int) {
	for i, c := range m.r.Changes {
		before := m.Len()
		m.change(i+1, c)
		const sentence = 200 // of what is left out
		if n := utf8.RuneCountInString(m.String()); n+sentence > room {
			s := m.take()[:before]
			m.f("%s_%s not unfolded here for want of room: `-o html`, `-o csv` and `-o json` tell all._\n\n", s,
				upperFirst(inWords(len(m.r.Changes)-i))+" "+verb(len(m.r.Changes)-i, "change is", "changes are"))
			return
		}
	}
}

func (m *markdown) change(n int, c reports.Change) {
	m.f("<details><summary><b>%d. %s</b>: %s on %s</summary>\n\n", n, html.EscapeString(clean(c.Title)), many(c.Findings, "finding"), many(c.Endpoints, "endpoint"))
	m.row("Status", "Subject", "Because", "Remedy", "Rule and citations", "Endpoints")
	m.row("---", "---", "---", "---", "---", "---")
	for _, row := range c.Rows[:min(markdownRows, len(c.Rows))] {
		m.row(sign(row.Status)+" "+row.Status.String(), codeSpan(row.Subject.Name)+" "+prose(aspectOf(row.Subject.Kind, reports.Aspect(fips.Ruling{Subject: row.Subject, Rule: row.Rule}))), prose(row.Because), prose(row.Remedy),
			rule(row), m.whose(row))
	}
	if left := len(c.Rows) - markdownRows; left > 0 {
		m.f("\n%s: `-o csv` has all.\n", many(left, "further row"))
	}
	m.f("\n</details>\n\n")
}

func rule(row reports.Row) string {
	s := "no rule speaks of it"
	if row.Rule != "" {
		s = codeSpan(row.Rule)
	}
	for _, c := range row.Cite {
		s += "<br>" + prose(strings.TrimSuffix(c.Document+", "+c.Section, ", "))
	}
	if d := dates(row.From, row.Until, row.Next); d != "" {
		s += "<br>" + prose(d)
	}
	return s
}

// whose is the endpoints of a row and those who own them.
func (m *markdown) whose(row reports.Row) string {
	s := m.places(row.Places)
	if of := ownership(row); of != "" {
		s += "<br>owned by " + prose(cutRunes(of, 2*maxName))
	}
	return s
}

// places counts endpoints and names the first.
func (m *markdown) places(p reports.Places) string {
	runs := m.r.Runs(p)
	var shown []string
	for _, s := range runs[:min(markdownPlaces, len(runs))] {
		shown = append(shown, codeSpan(s))
	}
	text := number(p.Count) + ": " + strings.Join(shown, " ")
	if len(shown) < len(runs) || p.Left() > 0 {
		text += " …"
	}
	return text
}

// sign is the mark of a status; the word stands beside it.
func sign(s fips.Status) string { return (&paper{o: TextOptions{UTF8: true}}).mark(s).text }
