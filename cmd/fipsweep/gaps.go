package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// tellGaps says on stderr what a sweep lost, in one line, for who asked for no
// summary. That a sweep was stopped is said where it is known how to go on.
func tellGaps(w io.Writer, r *reports.Report) {
	if words := gapWords(r); words != "" {
		fmt.Fprintf(w, "fipsweep: incomplete: %s\n", words)
	}
}

// tellStopped says of a saved sweep that it was stopped.
func tellStopped(w io.Writer, s scanner.Sweep) {
	if s.Interrupted {
		fmt.Fprintf(w, "fipsweep: incomplete: sweep %s was stopped before everything was asked%s\n", s.ID, leftWords(s.Left))
	}
}

// leftWords is how much a sweep that was stopped left; "" where nobody knows.
func leftWords(l *scanner.Left) string {
	if l == nil || l.Endpoints == 0 {
		return ""
	}
	s := ", with "
	if l.AtLeast {
		s += "at least "
	}
	s += fmt.Sprintf("%d endpoint", l.Endpoints)
	if l.Endpoints != 1 {
		s += "s"
	}
	s += " left"
	if len(l.Unreached) > 0 {
		s += " (" + strings.Map(printable, l.Unreached[0])
		if len(l.Unreached) > 1 || l.More {
			s += " and others"
		}
		s += ")"
	}
	return s
}

// gapWords is the gaps by reason, each with the first place; "" where there are
// none but that the sweep was stopped.
func gapWords(r *reports.Report) string {
	g := r.Gaps
	var parts []string
	if g.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%d lost", g.Lost))
	}
	if g.Partial > 0 {
		parts = append(parts, fmt.Sprintf("%d answered in part", g.Partial))
	}
	var reasons []string
	for _, c := range g.Reasons {
		reasons = append(reasons, fmt.Sprintf("%s %d%s", spoken(string(c.Reason)), c.Places.Count, firstOf(c.Places)))
	}
	if len(parts) > 0 {
		return strings.Join(parts, ", ") + ": " + strings.Join(reasons, "; ")
	}
	if !g.Nothing || g.Stopped {
		return ""
	}
	for _, c := range slices.Concat(r.Unobserved, r.Silent) {
		reasons = append(reasons, fmt.Sprintf("%s %d%s", spoken(string(c.Reason)), c.Endpoints, firstOf(c.Places)))
	}
	if r.Empty > 0 {
		reasons = append(reasons, fmt.Sprintf("files without known cryptography %d", r.Empty))
	}
	return strings.Join(append([]string{"nothing was observed"}, nonEmpty(strings.Join(reasons, "; "))...), ": ")
}

func spoken(reason string) string { return strings.ReplaceAll(reason, "-", " ") }

// firstOf is the first place, and that there are more.
func firstOf(p reports.Places) string {
	runs := p.Runs()
	if len(runs) == 0 {
		return ""
	}
	more := ""
	if len(runs) > 1 || p.Left() > 0 {
		more = " and others"
	}
	return " (" + strings.Map(printable, runs[0]) + more + ")"
}

// printable keeps what a file's name holds from steering the terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}
