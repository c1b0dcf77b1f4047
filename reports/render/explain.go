package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
)

// Explain writes what the catalogue says of names: status, why, remedy,
// citations with section, dates and whether the source text was read.
func Explain(w io.Writer, c *fips.Catalogue, list []fips.Explanation, o TextOptions) error {
	p := newPaper(w, o)
	sources := sourcesOf(c)
	for i, e := range list {
		if i > 0 {
			p.line()
		}
		p.explain(e, sources)
	}
	return p.flush()
}

func sourcesOf(c *fips.Catalogue) map[string]fips.Source {
	m := map[string]fips.Source{}
	if c != nil {
		for _, s := range c.Sources {
			m[s.ID] = s
		}
	}
	return m
}

// labelled is the column at which the text behind a label begins.
const labelled = 13

func (p *paper) explain(e fips.Explanation, sources map[string]fips.Source) {
	about := "  " + subjectKind(e.Kind)
	if e.Subject != "" && !strings.EqualFold(e.Subject, e.Name) {
		about += " " + e.Subject
	}
	p.flow(styled(bold, e.Name), 2, "  ", []span{t(about)})
	if e.Kind == control.Kind {
		p.explainControl(e)
		return
	}
	mark := p.mark(e.Status)
	p.line(t("  "), mark, styled(colour(e.Status), " "+e.Status.String()), t(during(e.From, e.Until, e.Draft)))
	if e.Use != "" && e.Use != "any" {
		p.field("for", e.Use)
	}
	p.field("because", e.Because)
	for i, part := range e.Parts {
		label := "parts"
		if i > 0 {
			label = ""
		}
		p.field(label, fmt.Sprintf("%s %s: %s", subjectKind(part.Kind), part.Name, part.Status))
	}
	p.field("remedy", e.Remedy)
	for _, next := range e.Transitions {
		p.field("then", transition(next))
	}
	p.cited(e.Cite, sources)
	read := "no cited text was itself read for it"
	if e.SourceRead {
		read = "a cited source was read for it, in whole or in part"
	}
	p.field("confidence", e.Confidence+"; "+read)
	if e.Contested != "" {
		p.field("contested", e.Contested)
	}
	if e.Question != "" {
		p.field("open", e.Question)
	}
	if e.Quantum {
		p.field("quantum", "a large quantum computer breaks it")
	}
	if e.Rule != "" {
		p.field("rule", e.Rule)
	}
	p.field("policy", e.Policy)
}

// explainControl says what a control asks and what bears on it. It has no
// status outside of a report.
func (p *paper) explainControl(e fips.Explanation) {
	p.field("of", e.Use)
	p.field("asks", e.Because)
	for i, x := range e.Evidence {
		label := "evidence"
		if i > 0 {
			label = ""
		}
		rules := "no rule gives it"
		if len(x.Rules) > 0 {
			rules = "rules on " + strings.Join(x.Rules, ", ")
		}
		p.para(styled(dim, "  "+label), labelled, string(x.Class)+": "+rules)
	}
	p.field("remedy", e.Remedy)
	p.cited(e.Cite, nil)
	p.field("confidence", e.Confidence+", that this evidence bears on it")
}

// field writes a labelled, wrapped text, if there is any.
func (p *paper) field(label, text string) {
	if text != "" {
		p.para(styled(dim, "  "+label), labelled, text)
	}
}

// during says between which days a status holds.
func during(from, until fips.Date, draft bool) string {
	var s string
	switch {
	case from != "" && until != "":
		s = fmt.Sprintf("  from %s to %s", from, until)
	case from != "":
		s = fmt.Sprintf("  since %s", from)
	case until != "":
		s = fmt.Sprintf("  until %s", until)
	}
	if draft {
		s += "  (by a draft)"
	}
	return s
}

// transition says what follows, when and by which document.
func transition(t fips.Transition) string {
	s := fmt.Sprintf("%s from %s", t.Status, t.From)
	if t.Draft {
		s += " (draft)"
	}
	s += ", " + t.Cite.Document
	if t.Cite.Section != "" {
		s += " " + t.Cite.Section
	}
	if t.Note != "" {
		s += ". " + t.Note
	}
	return s
}

func (p *paper) cited(list []fips.Citation, sources map[string]fips.Source) {
	for i, c := range list {
		label := ""
		if i == 0 {
			label = "cited"
		}
		p.para(styled(dim, "  "+label), labelled, citation(c, sources))
	}
}

// citation names a document, the place in it, its title, and how far its text
// was read.
func citation(c fips.Citation, sources map[string]fips.Source) string {
	s := c.Document
	if c.Section != "" {
		s += ", " + c.Section
	}
	if src, ok := sources[c.Document]; ok {
		edition := src.Edition
		if !strings.Contains(edition, src.Date) {
			edition += ", " + src.Date
		}
		s += fmt.Sprintf(": %s (%s); %s", src.Title, edition, access(src.Access))
	}
	if c.Note != "" {
		s += ". " + c.Note
	}
	return s
}

// access says how far the text of a source was read.
func access(a string) string {
	switch {
	case a == "":
		return "not said how far it was read"
	case strings.HasPrefix(a, "read"):
		return "text " + a
	}
	return "known from " + a
}

// Rules lists the catalogue, a rule to a line, as it stands on the judge's day.
func Rules(w io.Writer, j *fips.Judge, c *fips.Catalogue, o TextOptions) error {
	p := newPaper(w, o)
	p.line(styled(bold, fmt.Sprintf("catalogue %s: %s, %s, as of %s", c.Version, many(len(c.Rules), "rule"), many(len(c.Sources), "source"), j.AsOf())))
	if j.Policy() != fips.BasePolicy {
		p.line(styled(bold, "under policy "+j.Policy()))
	}
	rules := make([]*fips.Rule, len(c.Rules))
	for i := range c.Rules {
		rules[i] = &c.Rules[i]
	}
	slices.SortStableFunc(rules, func(a, b *fips.Rule) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	kind := ""
	for _, r := range rules {
		if r.Kind != kind {
			kind = r.Kind
			p.line()
			p.line(styled(bold, kind))
		}
		p.rule(r, j)
	}
	p.line()
	p.line(styled(dim, "fipsweep explain NAME says why, what to do and on whose authority"))
	return p.flush()
}

// rule writes one rule: its status that day, its id, and what follows.
func (p *paper) rule(r *fips.Rule, j *fips.Judge) {
	s, holds := j.Standing(r)
	head := []span{t("  "), p.mark(s.Status), styledf(colour(s.Status), " %-13s", s.Status)}
	then := ""
	switch {
	case !holds:
		head = []span{t("  "), p.mark(fips.Unobserved), styledf(dim, " %-13s", "not in force")}
	case s.Next != nil:
		then = fmt.Sprintf("  %s from %s", s.Next.Status, s.Next.From)
		if s.Next.Draft {
			then += " (draft)"
		}
	case s.Until != "":
		then = fmt.Sprintf("  until %s", s.Until)
	}
	if s.By != nil {
		then = "  by " + s.By.ID + then
	}
	const column = 18
	id := p.plain(r.ID)
	room := p.width - column
	if utf8.RuneCountInString(id)+utf8.RuneCountInString(then) <= room {
		p.line(append(head, t(id), styled(dim, then))...)
		return
	}
	for i, l := range p.wrap(id, room) {
		if i == 0 {
			p.line(append(head, t(l))...)
		} else {
			p.line(t(strings.Repeat(" ", column)), t(l))
		}
	}
	if then != "" {
		p.line(t(strings.Repeat(" ", column)), styled(dim, strings.TrimSpace(then)))
	}
}
