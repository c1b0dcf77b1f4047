package site

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Source is a file's name, for complaints, and its bytes.
type Source struct {
	Name string
	Data []byte
}

// byteOrderMark is what some editors and spreadsheets put before UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// maxComplaints bounds what is told of one file.
const maxComplaints = 100

// complaints gathers what is wrong with one file.
type complaints struct {
	file string
	all  []complaint
	more int
}

type complaint struct {
	line, column int
	err          error
}

func (c *complaints) add(line, column int, format string, args ...any) {
	if len(c.all) >= maxComplaints {
		c.more++
		return
	}
	c.all = append(c.all, complaint{line, column, fmt.Errorf(format, args...)})
}

// err joins the complaints in the order of the file.
func (c *complaints) err() error {
	slices.SortStableFunc(c.all, func(a, b complaint) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var errs []error
	for _, x := range c.all {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %w", c.file, x.line, x.column, x.err))
	}
	if c.more > 0 {
		errs = append(errs, fmt.Errorf("%s: and %d further complaints", c.file, c.more))
	}
	return errors.Join(errs...)
}

// Bounds of the texts in a file, in bytes.
const (
	maxText   = 200
	maxReason = 2000
)

// plainText says what keeps s from being one line of text.
func plainText(s string, most int) error {
	switch {
	case !utf8.ValidString(s):
		return errors.New("it is no UTF-8")
	case len(s) > most:
		return fmt.Errorf("it has %d bytes, and %d is the most", len(s), most)
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("it holds the character %q: write printable text", r)
		}
	}
	return nil
}

// oneLine folds white space: a reason may be written over several lines.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// clip bounds what a complaint repeats of the file.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}

// closest names the known word that s is likely to be a slip of.
func closest(s string, known []string) string {
	one := strings.NewReplacer("-", "_", " ", "_")
	for _, k := range known {
		if strings.EqualFold(one.Replace(s), one.Replace(k)) || len(k) > 3 && within(s, k, 2) {
			return fmt.Sprintf(": did you mean %s?", k)
		}
	}
	return fmt.Sprintf(": want one of %s", strings.Join(known, ", "))
}

// within tells whether a can be made b by at most n letters put in, left out
// or changed.
func within(a, b string, n int) bool {
	switch {
	case n < 0 || len(a) > 64:
		return false
	case a == "" || b == "":
		return len(a)+len(b) <= n
	case a[0] == b[0]:
		return within(a[1:], b[1:], n)
	}
	return within(a[1:], b, n-1) || within(a, b[1:], n-1) || within(a[1:], b[1:], n-1)
}
