package render

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// soon is what ends next.
func (m *markdown) soon() {
	var lines []string
	c := m.r.Certificates
	if n := c.Expired(); n > 0 {
		lines = append(lines, fmt.Sprintf("%s %s expired", many(n, "certificate"), verb(n, "has", "have")))
	}
	if soon := c.Within(30); len(soon) > 0 {
		lines = append(lines, fmt.Sprintf("%s %s within 30 days, first %s in %s", many(len(soon), "certificate"), verb(len(soon), "expires", "expire"), codeSpan(soon[0].Subject), many(soon[0].Days, "day")))
	}
	for _, e := range m.r.Calendar {
		var names []string
		for _, s := range e.Subjects[:min(2, len(e.Subjects))] {
			names = append(names, codeSpan(s))
		}
		what := strings.Join(names, ", ")
		if more := len(e.Subjects) - len(names) + e.More; more > 0 {
			what += fmt.Sprintf(" and %d more", more)
		}
		line := fmt.Sprintf("%s %s %s after %s: then %s, by %s", many(e.Endpoints, "endpoint"), verb(e.Endpoints, "loses", "lose"), what, e.Until, e.Next, prose(e.Document))
		if e.Draft {
			line += " (draft)"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	m.f("## Soon\n\n")
	for _, l := range lines[:min(markdownSoon, len(lines))] {
		m.f("- %s\n", l)
	}
	m.f("\n")
}

// unseen is what nothing is claimed about.
func (m *markdown) unseen() {
	r := m.r
	if r.NotSeen == 0 && !r.Gaps.Incomplete() {
		return
	}
	m.f("## Not seen\n\nNothing is claimed about these.\n\n")
	if s := unreached(r, markdownSoon, codeSpan); r.Gaps.Stopped && s != "" {
		m.f("%s.\n\n", s)
	}
	m.row("Why", "Endpoints")
	m.row("---", "---")
	for _, c := range r.Unobserved {
		m.row(reasonWord(c.Reason), m.places(c.Places))
	}
	m.f("\n")
	if r.Gaps.Partial > 0 {
		m.f("%s of the observed answered in part.\n\n", number(r.Gaps.Partial))
	}
}

// waivers is what they took out, and which of them want looking after.
func (m *markdown) waivers() {
	r := m.r
	var lines []string
	if r.Waived.Findings > 0 {
		lines = append(lines, fmt.Sprintf("%s %s waived and in no count above", many(r.Waived.Findings, "finding"), verb(r.Waived.Findings, "is", "are")))
	}
	for _, u := range r.Waivers {
		switch {
		case u.State == fips.WaiverExpired:
			lines = append(lines, fmt.Sprintf("Waiver %s expired on %s and takes nothing out", codeSpan(u.ID), u.Expires))
		case u.State == fips.WaiverFuture:
			lines = append(lines, fmt.Sprintf("Waiver %s does not hold before %s", codeSpan(u.ID), u.From))
		case u.Idle():
			lines = append(lines, fmt.Sprintf("Waiver %s is about nothing that was found", codeSpan(u.ID)))
		case u.State == fips.WaiverSoon:
			lines = append(lines, fmt.Sprintf("Waiver %s expires on %s", codeSpan(u.ID), u.Expires))
		}
	}
	if len(lines) == 0 {
		return
	}
	m.f("## Waivers\n\n")
	for _, l := range lines[:min(2*markdownSoon, len(lines))] {
		m.f("- %s\n", l)
	}
	if left := len(lines) - 2*markdownSoon; left > 0 {
		m.f("- and %s more\n", number(left))
	}
	m.f("\n")
}

func (m *markdown) foot() {
	r := m.r
	m.f("---\n\n")
	for _, line := range []string{
		fmt.Sprintf("Sweep %s of %s, %s", codeSpan(r.Sweep.ID), codeSpan(scope(r)), when(r)),
		fmt.Sprintf("%s asked: %s observed, %s not seen, %s without known cryptography, %s of hosts and ranges with nobody answering",
			many(r.Asked, "endpoint"), number(r.Observed), number(r.NotSeen), many(r.Empty, "file"), many(r.Quiet, "port")),
		fmt.Sprintf("Policy %s as of %s, catalogue %s, fipsweep %s", codeSpan(r.Policy), r.AsOf, codeSpan(r.Catalogue.Version), codeSpan(r.Sweep.Tool)),
		fmt.Sprintf("Evidence: SHA-256 of the observations `%s`", r.Evidence),
		"What is observed shows algorithms. It cannot show that a validated module computes them: module: not observable",
	} {
		m.f("- %s.\n", line)
	}
}

// when is the time of the sweep and how long it took.
func when(r *reports.Report) string {
	s := r.Sweep.Started.UTC().Format("2006-01-02 15:04 UTC")
	if d := lasted(r.Sweep.Started, r.Sweep.Ended); d != "" {
		s += ", " + d
	}
	return s
}
