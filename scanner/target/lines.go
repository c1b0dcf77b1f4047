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

// ReadList reads a file of targets or exclusions, one a line. Blank lines are
// skipped, and comments: a # at the start of a line or after a space begins
// one. name is the file's, for complaints.
func ReadList(r io.Reader, name string) ([]Line, error) {
	var lines []Line
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLine)
	n := 0
	for scan.Scan() {
		n++
		text := scan.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if text = uncomment(text); text != "" {
			lines = append(lines, Line{Text: text, Where: fmt.Sprintf("%s:%d", name, n)})
		}
	}
	if errors.Is(scan.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s:%d: the line is longer than %d bytes: write one target a line", name, n+1, maxLine)
	}
	if scan.Err() != nil {
		return nil, fmt.Errorf("reading %s: %w", name, scan.Err())
	}
	return lines, nil
}

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
