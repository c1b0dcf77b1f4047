package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
)

// TextOptions is how a terminal can be written to.
type TextOptions struct {
	Color   bool     // colour repeats what mark and word say
	UTF8    bool     // else marks are ASCII
	Width   int      // columns; 0 means 80
	Outputs []string // files that were written beside the summary
	Exit    string   // the exit status and its meaning, as the last line says it
}

// A style is a way of drawing text that repeats what the text says.
type style string

const (
	normal  style = ""
	bold    style = "1"
	dim     style = "2"
	red     style = "31"
	green   style = "32"
	yellow  style = "33"
	blue    style = "34"
	magenta style = "35"
	cyan    style = "36"
)

// A span is a piece of a line in one style.
type span struct {
	text  string
	style style
}

func t(text string) span                            { return span{text: text} }
func tf(format string, a ...any) span               { return span{text: fmt.Sprintf(format, a...)} }
func styled(s style, text string) span              { return span{text, s} }
func styledf(s style, format string, a ...any) span { return span{fmt.Sprintf(format, a...), s} }

// A paper takes lines and keeps each within its width.
type paper struct {
	w     *bufio.Writer
	o     TextOptions
	width int
}

func newPaper(w io.Writer, o TextOptions) *paper {
	p := &paper{w: bufio.NewWriter(w), o: o, width: o.Width}
	if p.width <= 0 {
		p.width = 80
	}
	return p
}

// line writes the spans as one line, cut where the width ends.
func (p *paper) line(spans ...span) {
	left := p.width
	if n := len(spans); n > 0 {
		spans[n-1].text = strings.TrimRight(spans[n-1].text, " ")
	}
	for _, s := range spans {
		text := p.plain(s.text)
		n := utf8.RuneCountInString(text)
		if n > left {
			text, n = p.cut(text, left), left
		}
		left -= n
		if p.o.Color && s.style != normal && strings.TrimSpace(text) != "" {
			text = "\x1b[" + string(s.style) + "m" + text + "\x1b[0m"
		}
		p.w.WriteString(text)
	}
	p.w.WriteByte('\n')
}

// flow writes items one after the other with a gap, further lines indented.
func (p *paper) flow(head span, indent int, gap string, items []span) {
	line := []span{head}
	used := utf8.RuneCountInString(p.plain(head.text))
	fresh := true
	for _, item := range items {
		text := p.plain(item.text)
		n := utf8.RuneCountInString(text)
		if !fresh && used+len(gap)+n > p.width {
			p.line(line...)
			line, used, fresh = []span{t(strings.Repeat(" ", indent))}, indent, true
		}
		if !fresh {
			line = append(line, t(gap))
			used += len(gap)
		}
		line = append(line, item)
		used += n
		fresh = false
	}
	p.line(line...)
}

// wrap breaks a sentence into lines of at most width runes. A word that is
// longer stays whole where it can be pasted, and is broken only beyond that.
func (p *paper) wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(p.plain(text)) {
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			r := []rune(word)
			lines, word = append(lines, string(r[:width])), string(r[width:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// para writes a wrapped sentence under a head that stands in its first line.
func (p *paper) para(head span, indent int, text string) {
	pad := strings.Repeat(" ", indent)
	first := p.plain(head.text)
	if n := utf8.RuneCountInString(first); n < indent {
		first += strings.Repeat(" ", indent-n)
	}
	for i, l := range p.wrap(text, p.width-indent) {
		if i == 0 {
			p.line(span{first, head.style}, t(l))
		} else {
			p.line(t(pad), t(l))
		}
	}
}

// cut shortens text to n runes and shows that it did.
func (p *paper) cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	if n <= 0 {
		return ""
	}
	return string(r[:n-1]) + p.plain("…")
}

// cutLeft shortens text to its last n runes: of a path the end tells most.
func (p *paper) cutLeft(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return p.plain("…") + string(r[len(r)-n+1:])
}

// plain makes text safe for a terminal: what a peer or a file supplied must
// not move the cursor, change colours or turn the writing direction.
func (p *paper) plain(s string) string {
	if p.o.UTF8 && printable(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == utf8.RuneError || !unicode.IsPrint(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		case r < 0x80 || p.o.UTF8:
			b.WriteRune(r)
		default:
			b.WriteByte(ascii(r))
		}
	}
	return b.String()
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// ascii stands in for a rune where the locale has no UTF-8.
func ascii(r rune) byte {
	switch r {
	case '…':
		return '~'
	case '–', '−':
		return '-'
	case '’':
		return '\''
	}
	return '?'
}

// mark is the sign of a status. The word always stands beside it or in reach.
func (p *paper) mark(s fips.Status) span {
	utf := [...]string{"◌", "●", "○", "▽", "◧", "?", "◆", "✖"}
	asc := [...]string{".", "*", "o", "v", "=", "?", "#", "X"}
	list := asc
	if p.o.UTF8 {
		list = utf
	}
	return span{list[s], colour(s)}
}

func colour(s fips.Status) style {
	return [...]style{dim, green, cyan, cyan, magenta, blue, yellow, red}[s]
}

func (p *paper) flush() error { return p.w.Flush() }
