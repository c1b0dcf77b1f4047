package render

import (
	"fmt"
	"strconv"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// hostWhy says what facts of a host are worth.
const hostWhy = "What configurations say of the mode that libraries run in. It is told and not ruled on: no file shows whether a validated module computes (IA-7), and what is left to a program's default is not seen."

// signWord is a sign as people read it.
func signWord(s fips.HostSign) string {
	switch s {
	case fips.SignModeOn:
		return "approved mode set"
	case fips.SignModeOff:
		return "approved mode not set"
	}
	return string(s)
}

// hostTitle counts the facts by what they say.
func hostTitle(h reports.Host) string {
	counts := map[fips.HostSign]int{}
	for _, f := range h.Facts {
		counts[f.Sign]++
	}
	s := ""
	for _, c := range []struct {
		sign fips.HostSign
		word string
	}{{fips.SignWeakens, "let in more than the default"}, {fips.SignModeOff, "without an approved mode"}, {fips.SignModeOn, "with one set"}} {
		if n := counts[c.sign]; n > 0 {
			if s != "" {
				s += ", "
			}
			s += number(n) + " " + c.word
		}
	}
	return s
}

// hostPlace is where a fact stands.
func hostPlace(f reports.HostFact) string { return fmt.Sprintf("%s:%d", f.Path, f.Line) }

// shownHost is how many facts the summary names.
const shownHost = 6

// host tells the first facts on paper.
func (p *paper) host(r *reports.Report) {
	h := r.Host
	if len(h.Facts) == 0 {
		return
	}
	p.para(styled(bold, "HOST"), 7, "configurations: "+hostTitle(h)+"; whether a validated module computes is not observable")
	for _, f := range h.Facts[:min(shownHost, len(h.Facts))] {
		mark := "–"
		switch {
		case f.Sign == fips.SignWeakens:
			mark = "!"
		case f.Sign == fips.SignModeOn:
			mark = "+"
		case !p.o.UTF8:
			mark = "-"
		}
		p.para(t("  "+mark), 5, p.plain(f.Says)+", "+p.cutLeft(p.plain(hostPlace(f)), 48))
	}
	if more := len(h.Facts) - shownHost + h.More; more > 0 {
		p.line(styled(dim, fmt.Sprintf("     and %s more: %s", number(more), p.whole())))
	}
	p.line()
}

// markdownHost is how many facts the page names.
const markdownHost = 20

// host tells them in Markdown.
func (m *markdown) host() {
	h := m.r.Host
	if len(h.Facts) == 0 {
		return
	}
	m.f("## What configurations of the host say\n\n%s\n\n", prose(hostWhy))
	m.row("Points to", "Says", "Means", "Where")
	m.row("---", "---", "---", "---")
	for _, f := range h.Facts[:min(markdownHost, len(h.Facts))] {
		m.row(signWord(f.Sign), prose(cutRunes(f.Says, 200)), prose(f.Means), codeSpan(hostPlace(f)))
	}
	m.f("\n")
	if more := len(h.Facts) - min(markdownHost, len(h.Facts)) + h.More; more > 0 {
		m.f("%s more: `-o html`, `-o csv` and `-o json` tell them.\n\n", number(more))
	}
}

// host writes a row for each fact.
func (c *sheet) host() []sparse {
	var rows []sparse
	for _, f := range c.r.Host.Facts {
		rows = append(rows, sparse{"record": recordHost, "kind": string(f.Sign), "subject": f.Says, "because": f.Means, "citations": f.See,
			"endpoint": f.Path, "path": f.Path, "where": "line " + strconv.Itoa(f.Line)})
	}
	if c.r.Host.More > 0 {
		rows = append(rows, sparse{"record": recordHost, "because": "and " + number(c.r.Host.More) + " more, not listed"})
	}
	return rows
}

// A hostFactView is a fact as the page shows it.
type hostFactView struct{ Sign, Says, Means, See, Where string }

// firstHost is how many facts the page shows without being asked.
const firstHost = 12

// HostTitle and HostWhy head the facts on the page.
func (v *view) HostTitle() string { return hostTitle(v.R.Host) }
func (v *view) HostWhy() string   { return hostWhy }

// HostFirst and HostMore are the facts, those that weaken first.
func (v *view) HostFirst() []hostFactView {
	return hostRows(v.R.Host.Facts[:min(firstHost, len(v.R.Host.Facts))])
}
func (v *view) HostMore() []hostFactView {
	return hostRows(v.R.Host.Facts[min(firstHost, len(v.R.Host.Facts)):])
}

func hostRows(facts []reports.HostFact) (rows []hostFactView) {
	for _, f := range facts {
		rows = append(rows, hostFactView{signWord(f.Sign), f.Says, f.Means, f.See, hostPlace(f)})
	}
	return rows
}

// HostNote goes below the control that asks for the module.
func (v *view) HostNote(control string) string {
	if control != "IA-7" {
		return ""
	}
	return hostTitle(v.R.Host)
}
