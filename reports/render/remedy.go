package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
)

// Remedy writes configuration lines so that they can be pasted: all else is
// comments, and no line is broken or cut.
func Remedy(w io.Writer, r remedy.Remedy, o TextOptions) error {
	p := newPaper(w, o)
	mark := "#"
	if len(r.Blocks) > 0 {
		mark = r.Blocks[0].Comment
	}
	head := fmt.Sprintf("%s for %s", r.Product, r.Endpoint)
	if r.Software != "" {
		head += ", which says that it is " + r.Software
	}
	p.comment(mark, head+fmt.Sprintf("; by %s as of %s.", r.Policy, r.AsOf))
	p.comment(mark, remedyWords(r))
	for _, note := range r.Notes {
		p.comment(mark, "Note: "+note)
	}
	for _, b := range r.Blocks {
		p.raw("")
		p.comment(b.Comment, b.Where+":")
		for _, l := range b.Lines {
			if l.Because != "" {
				p.comment(b.Comment, l.Because)
			}
			if l.Text != "" {
				p.raw(l.Text)
			}
		}
	}
	if len(r.Left) > 0 {
		p.raw("")
		p.comment(mark, "No line of it ends:")
	}
	for _, l := range r.Left {
		p.comment(mark, fmt.Sprintf("- %s, %s: %s", subjectWords(l.Subject), l.Status, l.Because))
	}
	return p.flush()
}

// remedyWords says what the lines come to.
func remedyWords(r remedy.Remedy) string {
	switch {
	case len(r.Mends) == 0 && len(r.Left) == 0:
		return "Nothing to mend: nothing that was seen is a finding."
	case len(r.Mends) == 0:
		return "No line mends what was found."
	}
	var names []string
	for _, s := range r.Mends {
		names = append(names, s.Name)
	}
	const most = 12
	if n := len(names); n > most {
		names = append(names[:most], fmt.Sprintf("and %s more", number(n-most)))
	}
	return "Ends " + many(len(r.Mends), "finding") + ": " + strings.Join(names, ", ") + "."
}

func subjectWords(s fips.Subject) string { return subjectKind(s.Kind) + " " + s.Name }

// comment writes text as comments, wrapped.
func (p *paper) comment(mark, text string) {
	for _, line := range p.wrap(p.plain(text), max(p.width, 60)-len(mark)-1) {
		p.raw(mark + " " + line)
	}
}

// raw writes a line whole.
func (p *paper) raw(text string) {
	p.w.WriteString(p.plain(text))
	p.w.WriteByte('\n')
}
