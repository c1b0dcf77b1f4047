package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/reports"
)

// exitStatus is what the process returns. Scripts depend on the numbers.
type exitStatus int

const (
	exitClean       exitStatus = 0
	exitFailed      exitStatus = 1
	exitUsage       exitStatus = 2
	exitFindings    exitStatus = 3
	exitIncomplete  exitStatus = 4
	exitInterrupted exitStatus = 130
)

// exitTable is the one place that says what each status means. Its order is
// that of precedence: when several hold, the first does.
var exitTable = [...]struct {
	status  exitStatus
	meaning string
}{
	{exitUsage, "the command line, a file given to it or a target cannot be"},
	{exitInterrupted, "interrupted; what was finished is written"},
	{exitFailed, "the work could not be done"},
	{exitFindings, "findings at or above --fail-on (default unclassified); of diff, new ones"},
	{exitIncomplete, "incomplete: something named or answering was lost before all was asked"},
	{exitClean, "clean: no such findings, and nothing lost"},
}

// exitHelp is the table as help prints it.
func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit status (when several hold, the first of this list):\n")
	for _, row := range exitTable {
		fmt.Fprintf(&b, "  %3d  %s\n", row.status, row.meaning)
	}
	return b.String()
}

// exitLine is a status and its meaning, as the summary's last line has it.
// counted is what exits 3, as "findings at or above unclassified". A gap that a
// status before it hides is told, and of a clean end what was not seen and is none.
func exitLine(status exitStatus, counted string, r *reports.Report) string {
	line := fmt.Sprintf("exit %d", status)
	for _, row := range exitTable {
		switch {
		case row.status != status:
		case status == exitFindings:
			line += ": " + counted
		default:
			line += ": " + row.meaning
		}
	}
	switch {
	case r.Gaps.Incomplete() && status != exitIncomplete:
		line += fmt.Sprintf("   (%d, incomplete, also held)", exitIncomplete)
	case status == exitClean && r.NotSeen > 0:
		line += fmt.Sprintf("   (%d not seen for what they are, which is no loss)", r.NotSeen)
	}
	return line
}

// A statusError carries the exit status of an error, so that the code which
// knows what went wrong says what it comes to. A nil err says nothing more
// than the output did.
type statusError struct {
	status exitStatus
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as the operator's to mend.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{exitUsage, err}
}

// statusOf prints an error once, on stderr, and gives its exit status.
func statusOf(ctx context.Context, err error, stderr io.Writer) exitStatus {
	if err == nil {
		return exitClean
	}
	status := exitFailed
	var se *statusError
	switch {
	case errors.As(err, &se):
		status = se.status
	case ctx.Err() != nil:
		status = exitInterrupted
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "fipsweep: %s\n", strings.TrimRight(line, "\n"))
	}
	return status
}

// worse gives the status that stands first in the table.
func worse(a, b exitStatus) exitStatus {
	for _, row := range exitTable {
		if row.status == a || row.status == b {
			return row.status
		}
	}
	return a
}
