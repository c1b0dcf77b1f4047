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
)

// columns are the header of the CSV output. New ones are only ever added, at
// the end.
var columns = [...]string{
	"sweep", "time", "endpoint", "address", "port", "name", "path", "status", "kind", "subject", "use", "where",
	"rule", "because", "remedy", "citations", "controls", "from", "until", "then", "confidence", "source_read",
	"draft", "contested", "certificate", "finding", "endpoint_id", "owner", "system", "environment", "data_class",
	"boundary", "waiver", "waiver_reason", "waiver_ticket", "waiver_approver", "waiver_expires", "endpoints", "catalogue_status",
}

// byteOrderMark tells spreadsheets that the file is in UTF-8; without it some
// take it for the code page of their machine.
const byteOrderMark = "\ufeff"

// CSV writes one row for each finding (RFC 4180), for a spreadsheet. Findings
// are read again one assessment at a time; they name the shown controls of the
// table.
func CSV(ctx context.Context, w io.Writer, r *reports.Report, t *control.Table, again reports.Assessments) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(columns[:]); err != nil {
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
			if err := c.Write(cells(f, a.Observation.Time, t.Of(f.Class))); err != nil {
				return fmt.Errorf("write CSV: %w", err)
			}
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// cells is the row of a finding, in the order of the columns.
func cells(f fips.Finding, seen time.Time, controls []string) []string {
	e := f.Endpoint
	address, port, next := "", "", ""
	if e.Address.IsValid() {
		address = e.Address.String()
	}
	if e.Port != 0 {
		port = strconv.Itoa(int(e.Port))
	}
	if f.Next != nil {
		next = transition(*f.Next)
	}
	row := []string{
		f.Sweep, seen.UTC().Format(time.RFC3339), e.String(), address, port, e.Name, e.Path, f.Status.String(), f.Subject.Kind, f.Subject.Name, f.Use,
		strings.Join(f.Where, "; "), f.Rule, f.Because, f.Remedy, citations(f.Cite), strings.Join(controls, "; "), string(f.From), string(f.Until), next,
		f.Confidence, yesNo(f.SourceRead), yesNo(f.Draft), f.Contested, f.Certificate, f.ID, e.ID,
	}
	if t := f.Tags; t != nil {
		row = append(row, t.Owner, t.System, t.Environment, t.DataClass, yesNo(t.Boundary))
	} else {
		row = append(row, "", "", "", "", "")
	}
	if m := f.Waiver; m != nil {
		row = append(row, m.ID, m.Reason, m.Ticket, m.Approver, string(m.Expires))
	} else {
		row = append(row, "", "", "", "", "")
	}
	row = append(row, among(f), beneath(f))
	for i, text := range row {
		row[i] = quoted(text)
	}
	return row
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

// among lists the endpoints of a finding about several together.
func among(f fips.Finding) string {
	var all []string
	for _, e := range f.Endpoints {
		all = append(all, e.String())
	}
	if more := f.EndpointCount - len(all); more > 0 && len(all) > 0 {
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
