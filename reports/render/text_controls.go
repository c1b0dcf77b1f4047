package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

// controls is the summary's block of them: how many are in each state, and
// which.
func (p *paper) controls(r *reports.Report) {
	left := fmt.Sprintf("CONTROLS   %s, %d %s", r.ControlWords(), r.ControlsIn(control.NotAssessed), control.NotAssessed)
	coverage := fmt.Sprintf("observed %s of %s", number(r.Observed), number(r.Population()))
	if r.Gaps.Stopped {
		coverage = fmt.Sprintf("observed %s, stopped", number(r.Observed))
	}
	gap := p.width - len(left) - len(coverage)
	if gap < 3 { // it has a line to itself
		p.line(styled(bold, "CONTROLS"), t(strings.TrimPrefix(left, "CONTROLS")))
		p.line(t(strings.Repeat(" ", max(0, p.width-len(coverage)))), t(coverage))
	} else {
		p.line(styled(bold, "CONTROLS"), t(strings.TrimPrefix(left, "CONTROLS")), t(strings.Repeat(" ", gap)), t(coverage))
	}
	p.assessed(r, control.NotSatisfied, red)
	p.assessed(r, control.Satisfied, green)
	p.notAssessed(r)
	p.line()
}

// assessed writes the controls in a state, a framework to a line, each with
// its figure and the whole of it.
func (p *paper) assessed(r *reports.Report, s control.State, st style) {
	first := true
	for framework := range frameworksOf(r) {
		var items []span
		for _, c := range r.Controls {
			if c.Framework != framework.id || c.State != s {
				continue
			}
			text := fmt.Sprintf("%-8s%s of %s", c.ID, number(c.Failing), number(c.Observed))
			word := " fail"
			if s == control.Satisfied {
				text, word = fmt.Sprintf("%-8s%s of %s", c.ID, number(c.Observed), number(c.Population())), " observed"
			}
			if first {
				text, first = text+word, false
			}
			if c.Partly() {
				text += fmt.Sprintf(", %s not seen", number(c.NotSeen))
			}
			if c.Waived > 0 {
				text += fmt.Sprintf(", %s waived", number(c.Waived))
			}
			if s == control.Satisfied && c.Watching > 0 {
				text += fmt.Sprintf(", %s to watch", number(c.Watching))
			}
			items = append(items, t(text))
		}
		if len(items) > 0 {
			p.flow(styled(st, fmt.Sprintf("  %s %-11s", p.result(s), framework.short)), p.indent(s)+12, "   ", items)
		}
	}
}

// indent is where the text behind a control's sign begins.
func (p *paper) indent(s control.State) int { return utf8.RuneCountInString(p.result(s)) + 2 }

// notAssessed writes the controls that nothing is said of, by the reason.
func (p *paper) notAssessed(r *reports.Report) {
	var reasons []string
	byReason := map[string][]string{}
	for _, c := range r.Controls {
		if c.State != control.NotAssessed {
			continue
		}
		if byReason[c.Reason] == nil {
			reasons = append(reasons, c.Reason)
		}
		byReason[c.Reason] = append(byReason[c.Reason], c.ID)
	}
	var list []string
	for _, reason := range reasons {
		list = append(list, strings.Join(byReason[reason], ", ")+" "+reason)
	}
	if len(list) > 0 {
		p.para(styled(dim, "  "+p.result(control.NotAssessed)), p.indent(control.NotAssessed)+1, strings.Join(list, "; "))
	}
}

// result is the sign of a control's state.
func (p *paper) result(s control.State) string {
	utf := map[control.State]string{control.Satisfied: "✓", control.NotSatisfied: "✗", control.NotAssessed: "–"}
	asc := map[control.State]string{control.Satisfied: "[ok]", control.NotSatisfied: "[x]", control.NotAssessed: "[-]"}
	if p.o.UTF8 {
		return utf[s]
	}
	return asc[s]
}

type framework struct{ id, name, short string }

// frameworksOf yields each framework of the results once, in their order.
func frameworksOf(r *reports.Report) func(func(framework) bool) {
	return func(yield func(framework) bool) {
		var seen []string
		for _, c := range r.Controls {
			if slices.Contains(seen, c.Framework) {
				continue
			}
			seen = append(seen, c.Framework)
			if !yield(framework{c.Framework, c.Name, c.Short}) {
				return
			}
		}
	}
}
