package target

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds a line of a target file: the longest path is 4096 bytes.
const maxLine = 64 << 10

// A Line is one target or exclusion from a file, and where it stands there.
type Line struct {
	Text  string
	Name  string // the name by which an address is asked (SNI); "" for none
	Where string // "targets.txt:12"; "" for an argument
}

// ReadList reads a file of exclusions or plain targets, one a line. Blank lines
// are skipped, and comments: a # at the start of a line or after a space begins
// one. name is the file's, for complaints.
func ReadList(r io.Reader, name string) ([]Line, error) {
	var lines []Line
	l := &list{file: name, take: func(line Line) { lines = append(lines, line) }}
	err := eachLine(r, name, func(n int, text string) {
		if text = uncomment(text); text != "" {
			l.add(n, Line{Text: text})
		}
	})
	if err = l.end(err); err != nil {
		return nil, err
	}
	return lines, nil
}

// eachLine calls f with each line and its number.
func eachLine(r io.Reader, name string, f func(n int, text string)) error {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLine)
	n := 0
	for scan.Scan() {
		n++
		text := scan.Text()
		if n == 1 {
			if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") { // as PowerShell's > has it
				return fmt.Errorf("%s is in UTF-16: save it in UTF-8, or in PowerShell write it by Out-File -Encoding utf8", name)
			}
			text = strings.TrimPrefix(text, byteOrderMark)
		}
		f(n, text)
	}
	if errors.Is(scan.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%s:%d: the line is longer than %d bytes: write one target a line", name, n+1, maxLine)
	}
	if scan.Err() != nil {
		return fmt.Errorf("reading %s: %w", name, scan.Err())
	}
	return nil
}

const byteOrderMark = "\ufeff"

// uncomment cuts a comment off. A # inside a word is part of it, as paths have
// them.
func uncomment(s string) string {
	for i := range len(s) {
		if s[i] == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t') {
			s = s[:i]
			break
		}
	}
	return strings.TrimSpace(s)
}

const (
	maxTargets    = 8 << 20 // of one file; a line may be a whole network
	maxComplaints = 100     // about one file
)

// A list hands on what a file names, and gathers what is wrong with it.
type list struct {
	file string
	take func(Line)
	read int // targets
	errs []error
	more int // complaints, targets or both that are not told or taken
}

func (l *list) where(n int) string { return fmt.Sprintf("%s:%d", l.file, n) }

// add takes a target of the n-th line.
func (l *list) add(n int, line Line) {
	if l.read == maxTargets {
		l.fail(n, fmt.Errorf("the file names more than %d targets: write networks, or cut it", maxTargets))
		return
	}
	l.read++
	line.Where = l.where(n)
	l.take(line)
}

// fail takes a complaint about the n-th line.
func (l *list) fail(n int, err error) {
	if len(l.errs) == maxComplaints {
		l.more++
		return
	}
	l.errs = append(l.errs, fmt.Errorf("%s: %w", l.where(n), err))
}

// end is every complaint about the file.
func (l *list) end(err error) error {
	if l.more > 0 {
		l.errs = append(l.errs, fmt.Errorf("%s: and %d further complaints", l.file, l.more))
	}
	return errors.Join(append(l.errs, err)...)
}
