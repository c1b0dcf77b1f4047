package render

import (
	"fmt"
	"strings"
)

// What a peer or a file says must stay text in Markdown: no table cell, no
// markup, no HTML, no link and no mention of a person or a merge request.

// maxName bounds a name; the other outputs have it whole.
const maxName = 120

// codeSpan writes a name as code. A name of ordinary characters stands between
// backquotes, where nothing else means anything; any other is written as HTML
// whose characters are spelled by number.
func codeSpan(name string) string {
	name = cutRunes(clean(name), maxName)
	if name == "" {
		return ""
	}
	if strings.IndexFunc(name, notPlain) < 0 && strings.TrimSpace(name) == name {
		return "`" + name + "`"
	}
	var b strings.Builder
	for _, r := range name {
		if notPlain(r) || strings.ContainsRune("@_*#:[]()!~$\"'", r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return "<code>" + b.String() + "</code>"
}

// notPlain tells of the characters that mean something between backquotes, in
// a table or to whoever is careless.
func notPlain(r rune) bool { return strings.ContainsRune("`|\\<>&", r) }

// prose writes a sentence. Words that Markdown, or the site that shows it,
// would take for markup, a link or a mention are written as code.
func prose(s string) string {
	words := strings.Split(clean(s), " ")
	for i, w := range words {
		if !strings.ContainsAny(w, "_@#*`|\\<>&[]~$") && !strings.Contains(w, "://") && !strings.HasPrefix(w, "www.") && !strings.HasPrefix(w, "!") && !strings.HasPrefix(w, ":") {
			continue
		}
		core := strings.TrimRight(w, ".,;:)")
		open := core[:len(core)-len(strings.TrimLeft(core, "("))]
		words[i] = open + codeSpan(core[len(open):]) + w[len(core):]
	}
	return strings.Join(words, " ")
}
