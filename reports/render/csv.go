package render

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// columns are the header of the CSV output. New ones are only ever added, at
// the end.
var columns = [...]string{
	"sweep", "time", "endpoint", "address", "port", "name", "path", "status", "kind", "subject", "use", "where",
	"rule", "because", "remedy", "citations", "controls", "from", "until", "then", "confidence", "source_read",
	"draft", "contested", "certificate", "finding", "endpoint_id", "owner", "system", "environment", "data_class",
	"boundary", "waiver", "waiver_reason", "waiver_ticket", "waiver_approver", "waiver_expires", "endpoints", "catalogue_status",
	"record", "asked", "answered", "observed", "not_seen", "nothing_there",
}

// What a row may be, as its column record says. Only findings have a status.
const (
	recordFinding    = "finding"
	recordFact       = "fact"
	recordHost       = "host-fact"
	recordCoverage   = "coverage"
	recordMissing    = "expected-not-found"
	recordUnexpected = "found-not-expected"
)

// byteOrderMark tells spreadsheets that the file is in UTF-8; without it some
// take it for the code page of their machine.
const byteOrderMark = "\ufeff"

// CSV writes a row for each finding (RFC 4180), for a spreadsheet, and behind
// them rows of facts, of the host, of coverage and of what the inventory expected: the
// column record tells them apart. What is true of several endpoints together
// has a row at each, with that endpoint's owner. Findings are read again one
// assessment at a time; they name the shown controls of the table.
func CSV(ctx context.Context, w io.Writer, r *reports.Report, t *control.Table, again reports.Assessments) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	c := &sheet{csv.NewWriter(w), r}
	c.w.UseCRLF = true
	if err := c.w.Write(columns[:]); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for a, err := range r.WithFacts(again)(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the sweep again: %w", err)
		}
		for _, f := range a.Findings {
			if err := c.finding(f, a.Observation.Time, t.Of(f.Class, f.Endpoint)); err != nil {
				return err
			}
		}
	}
	if err := c.rest(); err != nil {
		return err
	}
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// A sheet is a CSV file that is being written.
type sheet struct {
	w *csv.Writer
	r *reports.Report
}

func (c *sheet) write(row []string) error {
	for i, text := range row {
		row[i] = quoted(text)
	}
	if err := c.w.Write(row); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// finding writes the row of a finding, or one for each of its endpoints.
func (c *sheet) finding(f fips.Finding, seen time.Time, controls []string) error {
	if len(f.Endpoints) == 0 {
		return c.write(c.cells(f, seen, controls))
	}
	for _, e := range f.Endpoints {
		f.Endpoint, f.Tags = e, c.r.Tags(e)
		if err := c.write(c.cells(f, seen, controls)); err != nil {
			return err
		}
	}
	return nil
}

// cells is the row of a finding, in the order of the columns.
func (c *sheet) cells(f fips.Finding, seen time.Time, controls []string) []string {
	e := f.Endpoint
	address, port := placed(e)
	next := ""
	if f.Next != nil {
		next = transition(*f.Next)
	}
	row := []string{
		f.Sweep, seen.UTC().Format(time.RFC3339), c.r.Name(e), address, port, e.Name, e.Path, f.Status.String(), f.Subject.Kind, f.Subject.Name, f.Use,
		strings.Join(f.Where, "; "), f.Rule, f.Because, f.Remedy, citations(f.Cite), strings.Join(controls, "; "), string(f.From), string(f.Until), next,
		f.Confidence, yesNo(f.SourceRead), yesNo(f.Draft), f.Contested, f.Certificate, f.ID, e.ID,
	}
	row = append(row, tagCells(f.Tags)...)
	if m := f.Waiver; m != nil {
		row = append(row, m.ID, m.Reason, m.Ticket, m.Approver, string(m.Expires))
	} else {
		row = append(row, "", "", "", "", "")
	}
	return append(row, c.among(f.Endpoints, f.EndpointCount), beneath(f), recordFinding, "", "", "", "", "")
}

// placed is the address and port of an endpoint, as far as it has them.
func placed(e scanner.Endpoint) (address, port string) {
	if e.Address.IsValid() {
		address = e.Address.String()
	}
	if e.Port != 0 {
		port = strconv.Itoa(int(e.Port))
	}
	return address, port
}

func tagCells(t *fips.Tags) []string {
	if t == nil {
		return []string{"", "", "", "", ""}
	}
	return []string{t.Owner, t.System, t.Environment, t.DataClass, yesNo(t.Boundary)}
}

// maxCell is as much as a spreadsheet holds in one cell (32,767 characters),
// less what quoting adds.
const maxCell = 32000

// quoted keeps a spreadsheet from taking what a peer or a file says for a
// formula: behind an apostrophe it is text. (Some take the wide forms of the
// signs, too.) Line breaks and other characters
// that cannot be seen are written out.
func quoted(s string) string {
	if s == "" {
		return s
	}
	shown := cutRunes(clean(s), maxCell)
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + shown
	}
	return shown
}

// among lists the endpoints of what is true of several together.
func (c *sheet) among(list []scanner.Endpoint, count int) string {
	var all []string
	for _, e := range list {
		all = append(all, c.r.Name(e))
	}
	if more := count - len(all); more > 0 && len(all) > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "; ")
}

// beneath is the status that the catalogue gives where a policy on top of it
// decides.
func beneath(f fips.Finding) string {
	if f.Base == nil {
		return ""
	}
	return f.Base.Status.String()
}

func citations(list []fips.Citation) string {
	var all []string
	for _, c := range list {
		all = append(all, strings.TrimSuffix(c.Document+", "+c.Section, ", "))
	}
	return strings.Join(all, "; ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
