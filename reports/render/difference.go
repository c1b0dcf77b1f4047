package render

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
)

// Difference writes what the policies on top of a catalogue change, from the
// judge's day on.
func Difference(w io.Writer, j *fips.Judge, c *fips.Catalogue, o TextOptions) error {
	p := newPaper(w, o)
	changes := j.Changes()
	p.line(styled(bold, fmt.Sprintf("policy %s on catalogue %s, from %s on: %s", j.Policy(), c.Version, j.AsOf(), many(len(changes), "change"))))
	var suites []fips.Change
	by := map[string][]fips.Change{}
	var order []string
	for _, x := range changes {
		if x.Kind == "tls-cipher-suite" && x.Name != "*" {
			suites = append(suites, x)
			continue
		}
		if by[x.By] == nil {
			order = append(order, x.By)
		}
		by[x.By] = append(by[x.By], x)
	}
	for _, id := range order {
		p.line()
		p.flow(styled(bold, id), 0, "  ", nil)
		for _, x := range by[id] {
			p.changed(x)
		}
	}
	p.suites(suites, j.AsOf())
	p.line()
	p.line(styled(dim, "fipsweep explain --policy ... NAME says why; -o json lists every suite"))
	return p.flush()
}

// changed writes one subject: what it was and is, its rule, and for how long.
func (p *paper) changed(x fips.Change) {
	turn := p.turned(x)
	what := x.Rule
	switch {
	case x.Name == "*":
		what = "any " + subjectKind(x.Kind) + " that no rule knows"
	case what == "":
		what = x.Kind + "/" + x.Name
	}
	if x.BelowBits > 0 {
		what += fmt.Sprintf(" below %d bits", x.BelowBits)
	}
	what += during(x.From, x.Until, x.Draft)
	const indent = 6
	if used := utf8.RuneCountInString(turn) + 6; used+utf8.RuneCountInString(p.plain(what)) <= p.width {
		p.line(t("  "), p.mark(x.After), styled(colour(x.After), " "+turn), t("  "+what))
		return
	}
	p.line(t("  "), p.mark(x.After), styled(colour(x.After), " "+turn))
	for _, l := range p.wrap(what, p.width-indent) {
		p.line(t(strings.Repeat(" ", indent)), t(l))
	}
}

func (p *paper) turned(x fips.Change) string {
	arrow := "->"
	if p.o.UTF8 {
		arrow = "→"
	}
	return fmt.Sprintf("%s %s %s", x.Before, arrow, x.After)
}

// suites counts the TLS suites that change, worst first.
func (p *paper) suites(list []fips.Change, day fips.Date) {
	if len(list) == 0 {
		return
	}
	p.line()
	p.line(styled(bold, fmt.Sprintf("TLS suites, on %s", day)))
	for _, after := range fips.Statuses() {
		for _, before := range fips.Statuses() {
			n := 0
			var one fips.Change
			for _, x := range list {
				if x.After == after && x.Before == before {
					n, one = n+1, x
				}
			}
			if n > 0 {
				p.line(t("  "), p.mark(after), styled(colour(after), " "+p.turned(one)), t("  "+many(n, "suite")))
			}
		}
	}
}
