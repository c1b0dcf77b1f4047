package render

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// Text writes the summary for a terminal: verdict, counts, controls, what to
// do first, what is worst, what comes soon, where the evidence is.
func Text(w io.Writer, r *reports.Report, o TextOptions) error {
	p := newPaper(w, o)
	p.head(r)
	p.verdict(r)
	p.posture(r)
	p.controls(r)
	p.doFirst(r)
	p.worst(r)
	p.offers(r)
	p.ssh(r)
	p.host(r)
	p.together(r)
	p.soon(r)
	p.waivers(r)
	p.coverage(r)
	p.foot(r)
	return p.flush()
}

func (p *paper) head(r *reports.Report) {
	p.flow(t(""), 0, "   ", []span{
		styled(dim, strings.TrimSpace("fipsweep "+r.Sweep.Tool)), styled(dim, fmt.Sprintf("%s as of %s", r.Policy, r.AsOf)),
		styled(dim, fmt.Sprintf("catalogue %s, %s", r.Catalogue.Version, many(len(r.Catalogue.Rules), "rule"))),
	})
	when := r.Sweep.Started.UTC().Format("2006-01-02 15:04 UTC")
	if d := lasted(r.Sweep.Started, r.Sweep.Ended); d != "" {
		when += "   " + d
	}
	p.line(t(p.cut(p.plain(scope(r)), p.width-utf8.RuneCountInString(when)-3)), t("   "+when))
	if r.Sweep.Scope.Depth == fips.DepthVerdict {
		p.para(t(""), 0, atVerdict)
	}
	p.line()
}

func (p *paper) verdict(r *reports.Report) {
	head := strings.ToUpper(string(r.Headline()))
	indent := len(head) + 3
	p.para(styled(bold, head), indent, verdict(r))
	if way := wayOut(r); way != "" {
		p.para(t(""), indent, way)
	}
	p.line()
}

func (p *paper) posture(r *reports.Report) {
	rows := [...]struct {
		grade fips.Grade
		word  string
		list  []fips.Status
	}{
		{fips.Fail, "fail", []fips.Status{fips.Disallowed, fips.NotApproved}},
		{fips.Watch, "to watch", []fips.Status{fips.Unclassified, fips.LegacyUse, fips.Deprecated}},
		{fips.Pass, "pass", []fips.Status{fips.Allowed, fips.Approved}},
	}
	for _, row := range rows {
		spans := []span{styledf(bold, "%5s", number(r.Grade(row.grade))), tf(" %-9s", row.word)}
		for _, s := range row.list {
			style := colour(s)
			if r.Count(s) == 0 {
				style = dim
			}
			mark := p.mark(s)
			spans = append(spans, styledf(style, "%6s %s %-13s", number(r.Count(s)), mark.text, s))
		}
		p.line(spans...)
	}
	p.waived(r)
	p.unseen(r)
	p.line()
}

// unseen says what nothing is claimed about, and what was no endpoint at all.
func (p *paper) unseen(r *reports.Report) {
	var items []span
	for i, c := range r.Unobserved {
		item := fmt.Sprintf("%s %s", reasonWord(c.Reason), number(c.Endpoints))
		if i < len(r.Unobserved)-1 {
			item += ","
		}
		items = append(items, styled(dim, item))
	}
	p.flow(t(fmt.Sprintf("%5s not seen    ", number(r.NotSeen))), 18, " ", items)
	var also []string
	if r.Gaps.Stopped {
		also = append(also, stopped(r))
	}
	if r.Quiet > 0 {
		also = append(also, many(r.Quiet, "port")+" of hosts and ranges had nobody answering ("+counted(r.Silent)+")")
	}
	if r.Empty > 0 {
		also = append(also, emptyWords(r))
	}
	if r.Gaps.Partial > 0 {
		also = append(also, number(r.Gaps.Partial)+" of the observed answered in part")
	}
	if len(also) > 0 {
		p.para(t(""), 18, strings.Join(also, "; "))
	}
}

// emptyWords says what files held that are no endpoints.
func emptyWords(r *reports.Report) string {
	var words []string
	if n := r.Empty - r.Told; n > 0 {
		words = append(words, many(n, "file")+" "+verb(n, "holds", "hold")+" nothing known as cryptography")
	}
	if n := r.Told; n > 0 {
		words = append(words, many(n, "configuration")+" "+verb(n, "names", "name")+" nothing that is ruled on")
	}
	return strings.Join(words, "; ")
}

// counted is reasons, each with how many it is of.
func counted(list []reports.ReasonCount) string {
	var parts []string
	for _, c := range list {
		parts = append(parts, reasonWord(c.Reason)+" "+number(c.Endpoints))
	}
	return strings.Join(parts, ", ")
}

func (p *paper) doFirst(r *reports.Report) {
	if len(r.Changes) == 0 {
		return
	}
	const columns = 18 // of the two figures
	p.line(styled(bold, "DO FIRST"), tf("%*s%10s", p.width-8-10, "repairs", "findings"))
	for i, c := range r.Changes[:min(3, len(r.Changes))] {
		room := p.width - 5 - columns
		lines := p.wrap(changeTitle(c), room)
		if len(lines) > 2 {
			lines = []string{lines[0], p.cut(lines[1]+" "+lines[2], room)}
		}
		p.line(styledf(bold, "%3d", i+1), tf("  %-*s", room, lines[0]), tf("%*s%10s", columns-10, number(c.Repairs), number(c.Findings)))
		for _, l := range lines[1:] {
			p.line(t("     " + l))
		}
	}
	if rest := r.Changes[min(3, len(r.Changes)):]; len(rest) > 0 {
		repairs, findings := 0, 0
		for _, c := range rest {
			repairs, findings = repairs+c.Repairs, findings+c.Findings
		}
		p.line(styled(dim, fmt.Sprintf("  …  %-*s%*s%10s", p.width-5-columns, many(len(rest), "smaller change"), columns-10, number(repairs), number(findings))))
	}
	p.line()
}

// shownWorst is how many of the worst endpoints the summary names.
const shownWorst = 6

func (p *paper) worst(r *reports.Report) {
	if len(r.Worst) == 0 {
		return
	}
	p.line(styled(bold, "WORST ENDPOINTS"))
	list := r.Worst[:min(shownWorst, len(r.Worst))]
	column := 0
	for _, w := range list {
		column = max(column, utf8.RuneCountInString(p.plain(w.Endpoint)))
	}
	column = min(column, p.width*2/5)
	for _, w := range list {
		name := p.plain(w.Endpoint)
		if w.Kind == reports.Store {
			name = p.cutLeft(name, column)
		} else {
			name = p.cut(name, column)
		}
		alike := ""
		if w.Alike > 0 {
			alike = fmt.Sprintf("   %s alike", number(w.Alike))
		}
		if w.Owner != "" {
			alike += "   " + p.cut(p.plain(w.Owner), 16)
		}
		mark := p.mark(w.Status)
		p.line(t("  "), mark, tf(" %-*s   ", column, name), t(p.what(w, p.width-7-column-utf8.RuneCountInString(alike))), styled(dim, alike))
	}
	p.line(styled(dim, p.cut(fmt.Sprintf("  all %s: %s", number(r.Population()), p.whole()), p.width)))
	p.line()
}

// whole says where all endpoints are to be read: in a file that was written,
// else in one that could be.
func (p *paper) whole() string {
	for _, o := range p.o.Outputs {
		if strings.HasSuffix(o, ".html") {
			return o
		}
	}
	return "-o html=report.html or -o jsonl=-"
}

// what says in so many columns what fails on an endpoint: names whole, and a
// count of those that had no room.
func (p *paper) what(w reports.Worst, room int) string {
	for n := len(w.What); n > 0; n-- {
		s := p.plain(strings.Join(w.What[:n], ", "))
		if more := w.More + len(w.What) - n; more > 0 {
			s += fmt.Sprintf(" and %s more", number(more))
		}
		if utf8.RuneCountInString(s) <= room {
			return s
		}
	}
	if len(w.What) == 0 {
		return ""
	}
	rest := ""
	if more := w.More + len(w.What) - 1; more > 0 {
		rest = fmt.Sprintf(" +%s", number(more))
	}
	return p.cut(p.plain(w.What[0]), room-len(rest)) + rest
}

func (p *paper) soon(r *reports.Report) {
	var lines []string
	if n := r.Certificates.Expired(); n > 0 {
		lines = append(lines, fmt.Sprintf("%s %s expired", many(n, "certificate"), verb(n, "has", "have")))
	}
	if soon := r.Certificates.Within(30); len(soon) > 0 {
		first := soon[0]
		lines = append(lines, fmt.Sprintf("%s %s within 30 days, first \"%s\" in %s", many(len(soon), "certificate"), verb(len(soon), "expires", "expire"), first.Subject, many(first.Days, "day")))
	}
	shown := map[bool]bool{}
	for _, e := range r.Calendar {
		if shown[e.Draft] {
			continue
		}
		shown[e.Draft] = true
		line := fmt.Sprintf("%s %s %s after %s", many(e.Endpoints, "endpoint"), verb(e.Endpoints, "loses", "lose"), losses(e), e.Until)
		if e.Draft {
			line += " (draft)"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	for i, l := range lines {
		head := span{"", normal}
		if i == 0 {
			head = styled(bold, "SOON")
		}
		p.para(head, 7, l)
	}
	p.line()
}

// losses says what an ending takes: an endpoint may have one of several.
func losses(e reports.Ending) string {
	if len(e.Subjects)+e.More > 1 && e.Endpoints > 1 {
		return "one or more of " + subjects(e, 2)
	}
	return subjects(e, 2)
}

// subjects names the first few subjects of an ending.
func subjects(e reports.Ending, n int) string {
	list := e.Subjects[:min(n, len(e.Subjects))]
	s := strings.Join(list, ", ")
	if more := len(e.Subjects) - len(list) + e.More; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func (p *paper) foot(r *reports.Report) {
	var items []span
	for _, o := range p.o.Outputs {
		items = append(items, t(p.cutLeft(p.plain(o), p.width)))
	}
	items = append(items, styled(dim, "sweep "+r.Sweep.ID), styled(dim, "evidence sha256 "+r.Evidence[:min(8, len(r.Evidence))]+"…"))
	p.flow(t(""), 0, "   ", items)
	if p.o.Exit != "" {
		p.para(t(""), 0, p.o.Exit)
	}
}

// day is a moment's day as reports write it.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
