package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// A reachRow is some endpoints, how far they were reached, and why some of
// them were not seen.
type reachRow struct {
	Name string
	reports.Reach
	Because string
}

// filesRow is the name of both the kind and the subnet of what has a path.
const filesRow = "files"

// kindRows are the kinds of which anything was asked.
func kindRows(r *reports.Report) []reachRow {
	var rows []reachRow
	for k, reach := range r.Coverage.ByKind {
		if reach.Asked == 0 {
			continue
		}
		reasons := map[scanner.Reason]int{}
		for _, c := range r.Unobserved {
			if n := c.ByKind[k]; n > 0 {
				reasons[c.Reason] = n
			}
		}
		name := reports.Kind(k).String()
		switch reports.Kind(k) {
		case reports.Store:
			name = filesRow
		case reports.Unknown:
			name = "not known" // nothing answered, or it was lost before it showed
		}
		rows = append(rows, reachRow{name, reach, reasonWords(reasons)})
	}
	return rows
}

// subnetRows are the subnets with the most not seen and then the most asked,
// n of them at most, and as the last row the sum of all others. Files are no
// subnet: they are a kind.
func subnetRows(r *reports.Report, n int) []reachRow {
	var rows []reachRow
	for _, s := range r.Coverage.Subnets {
		if s.Subnet != filesRow {
			rows = append(rows, reachRow{s.Subnet, s.Reach, reasonWords(s.Reasons)})
		}
	}
	slices.SortStableFunc(rows, func(a, b reachRow) int {
		return cmp.Or(cmp.Compare(b.NotSeen, a.NotSeen), cmp.Compare(b.Asked, a.Asked))
	})
	more := r.Coverage.LeftOut
	if len(rows) <= n+1 && more == 0 && r.Coverage.Left.Asked == 0 {
		return rows
	}
	shown := min(n, len(rows))
	left := reachRow{Reach: r.Coverage.Left}
	for _, s := range rows[shown:] {
		left.Reach = left.Reach.Plus(s.Reach)
		more++
	}
	left.Name = "more subnets"
	if more > 0 {
		left.Name = number(more) + " more subnet" + ending(more)
	}
	return append(rows[:shown:shown], left)
}

// coverageWords is the reach in a sentence.
func coverageWords(r *reports.Report) string {
	networks := r.Coverage.LeftOut
	for _, s := range r.Coverage.Subnets {
		if strings.Contains(s.Subnet, "/") {
			networks++
		}
	}
	s := fmt.Sprintf("%s asked, %s answered, %s observed", number(r.Asked), number(r.Answered), number(r.Observed))
	if networks > 0 {
		s += ", in " + many(networks, "subnet")
	}
	if r.Gaps.Stopped {
		s += "; " + left(r)
	}
	return s
}

// lockedWords says how much no password opened; "" where all was open.
func lockedWords(r *reports.Report) string {
	l := r.Locked
	if l.Files == 0 {
		return ""
	}
	s := many(l.Files, "file") + " locked, in whole or in part"
	if l.Keys > 0 {
		s += ", with " + many(l.Keys, "key") + " that " + verb(l.Keys, "shows", "show")
	}
	return s + ". That is no gap; --passwords FILE names passwords to try"
}

// reasonWords lists reasons, the most frequent first.
func reasonWords(reasons map[scanner.Reason]int) string {
	var parts []string
	for _, reason := range byCount(reasons) {
		parts = append(parts, fmt.Sprintf("%s %s", reasonWord(reason), number(reasons[reason])))
	}
	return strings.Join(parts, ", ")
}

// byCount gives the reasons, the most frequent first.
func byCount(reasons map[scanner.Reason]int) []scanner.Reason {
	return slices.SortedFunc(maps.Keys(reasons), func(a, b scanner.Reason) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	})
}

// coverage says how far the sweep reached, by kind and by subnet, and why not
// further.
func (p *paper) coverage(r *reports.Report) {
	p.para(styled(bold, "COVERAGE"), 11, coverageWords(r))
	kinds, subnets := kindRows(r), subnetRows(r, 3)
	if r.Asked > 0 {
		name, figure := len("by subnet"), len("answered")
		for _, x := range append(slices.Clip(kinds), subnets...) {
			name, figure = max(name, min(24, len(x.Name))), max(figure, len(number(x.Asked)))
		}
		p.line(styledf(dim, "  %-*s %*s %*s %*s %*s", name, "by kind", figure, "asked", figure, "answered", figure, "observed", figure, "not seen"))
		p.reach(kinds, name, figure)
		if len(subnets) > 0 {
			p.line(styled(dim, "  by subnet"))
			p.reach(subnets, name, figure)
		}
	}
	for _, s := range []string{unreached(r, 5, p.plain), lockedWords(r)} {
		if s != "" {
			p.para(t("  "), 2, s)
		}
	}
	p.expected(r)
	p.line()
}

// reach writes rows of figures in columns of so many runes. What was asked was
// observed or not seen; of the rest the words beside the figures tell.
func (p *paper) reach(rows []reachRow, name, figure int) {
	for _, x := range rows {
		head := fmt.Sprintf("  %-*s %*s %*s %*s %*s  ", name, p.cut(x.Name, name), figure, number(x.Asked), figure, number(x.Answered), figure, number(x.Observed), figure, number(x.NotSeen))
		rest, indent := x.rest(), utf8.RuneCountInString(head)
		if p.width-indent < 12 { // no room beside such figures
			p.line(t(head))
			head, indent = "", 6
		}
		if rest != "" {
			p.para(t(head), indent, rest)
		} else if head != "" {
			p.line(t(head))
		}
	}
}

// rest says why some were not seen, and what was asked and is not there.
func (x reachRow) rest() string {
	var parts []string
	if x.Because != "" {
		parts = append(parts, x.Because)
	}
	if x.Quiet > 0 {
		parts = append(parts, "nobody there "+number(x.Quiet))
	}
	if x.Empty > 0 {
		parts = append(parts, "nothing ruled on "+number(x.Empty))
	}
	return strings.Join(parts, "; ")
}
