package render_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
)

func table(t testing.TB) *control.Table {
	t.Helper()
	c, err := control.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rendered gives each output of a report.
func rendered(t testing.TB, r *reports.Report, all []fips.Assessment) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, write := range map[string]func(io.Writer) error{
		"md":   func(w io.Writer) error { return render.Markdown(w, r) },
		"csv":  func(w io.Writer) error { return render.CSV(t.Context(), w, r, table(t), again(all)) },
		"json": func(w io.Writer) error { return render.JSON(t.Context(), w, r, table(t), again(all)) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.Bytes()
	}
	return out
}

func TestOutputsGolden(t *testing.T) {
	all := sample(t)
	for name, got := range rendered(t, build(t, sweep(), all), all) {
		if name == "json" {
			valid.Document(t, "report", got)
			continue // that of the dates is short enough to be read
		}
		golden(t, "report."+name, got)
	}
}

// some is one endpoint of each sort.
func some(t testing.TB) []fips.Assessment {
	t.Helper()
	var list []fips.Assessment
	seen := map[string]bool{}
	for _, a := range sample(t) {
		o := a.Observation
		sort := o.Probe + string(rune('0'+len(a.Findings))) + a.Worst.String()
		if o.Failure != nil {
			sort += string(o.Failure.Reason)
		}
		if !seen[sort] {
			seen[sort] = true
			list = append(list, a)
		}
	}
	return list
}

// One fixed set of observations, really judged on three dates.
func TestOutputsOnDates(t *testing.T) {
	for _, day := range []fips.Date{"2026-11-22", "2031-01-01", "2036-01-01"} {
		t.Run(string(day), func(t *testing.T) {
			r, all := judged(t, day)
			for name, got := range rendered(t, r, all) {
				if name == "json" {
					valid.Document(t, "report", got)
				}
				golden(t, string(day)+"."+name, got)
			}
		})
	}
}

func judged(t *testing.T, day fips.Date) (*reports.Report, []fips.Assessment) {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge, err := fips.NewJudge(c, day)
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sweep(), Catalogue: c, Controls: table(t), Policy: judge.Policy(), AsOf: day, Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	var all []fips.Assessment
	for _, a := range some(t) {
		a = judge.Assess(a.Observation)
		all = append(all, a)
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began), all
}

// hostile is what a peer may say to whoever opens the report.
var hostile = []string{
	`=HYPERLINK("http://evil.example","ok")`, "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", // formulas
	"a|b", "`x`", "\\|", "</details><script>alert(1)</script>", "<!--", "*bold* _it_ ~~no~~", "[click](http://evil.example)", "![x](y)", // markup
	"@admin", "#1", "!1", ":smile:", "http://evil.example", "www.evil.example", "&lt;", "$`x`$", " lead", "\x1b[31mred", "a\u202eb", "line\nbreak",
	`quote"d, and; more`, strings.Repeat("long ", 20000),
}

func withHostile(t *testing.T) (*reports.Report, []fips.Assessment) {
	t.Helper()
	var all []fips.Assessment
	for _, name := range hostile {
		a := sample(t)[0]
		a.Findings = slices.Clone(a.Findings)
		f := &a.Findings[0]
		f.Subject.Name, f.Because, f.Where, f.Endpoint.Name = name, name, []string{name}, name
		f.Tags = &fips.Tags{Owner: name}
		a.Rulings = []fips.Ruling{f.Ruling}
		a.Findings = a.Findings[:1]
		all = append(all, a)
	}
	return build(t, sweep(), all), all
}

// No cell begins as a formula does, and every row has every column.
func TestCSVIsNoFormula(t *testing.T) {
	r, all := withHostile(t)
	got := rendered(t, r, all)["csv"]
	if !bytes.HasPrefix(got, []byte("\ufeffsweep,")) || !bytes.Contains(got, []byte("\r\n")) {
		t.Errorf("begins %q: want a byte order mark, the header and CRLF", got[:20])
	}
	c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(got, []byte("\ufeff"))))
	rows, err := c.ReadAll() // all rows have as many fields as the header
	if err != nil {
		t.Fatal(err)
	}
	subject, owner, record := slices.Index(rows[0], "subject"), slices.Index(rows[0], "owner"), slices.Index(rows[0], "record")
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[record] != "finding" && row[record] != "record" })
	if len(rows) != len(hostile)+1 {
		t.Fatalf("%d rows, want %d", len(rows), len(hostile)+1)
	}
	for i, row := range rows[1:] {
		for k, text := range row {
			first, _ := utf8.DecodeRuneInString(text)
			if strings.ContainsRune("=+-@\t\r\n＝", first) || utf8.RuneCountInString(text) > 32767 || strings.ContainsAny(text, "\r\n\t\x1b\u202e") {
				t.Errorf("column %s of %q: %.60q", rows[0][k], hostile[i], text)
			}
		}
		if name := row[subject]; i < 8 && !strings.HasPrefix(name, "'") || i == 8 && name != "a|b" || row[owner] != name {
			t.Errorf("subject %.60q, owner %.60q of %.60q", name, row[owner], hostile[i])
		}
	}
}

// What a peer says stays within its cell and is no markup, link or mention.
func TestMarkdownIsText(t *testing.T) {
	r, all := withHostile(t)
	got := string(rendered(t, r, all)["md"])
	cells := 0
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, "| ◆ ") {
			continue
		}
		cells++
		if n := strings.Count(line, "|") - strings.Count(line, "\\|"); n != 7 {
			t.Errorf("%d bars, want 7: %.200q", n, line)
		}
		bare := withoutCode(line)
		for _, bad := range []string{"<script", "</details>", "<!--", "*bold*", "](", "@admin", "#1", ":smile:", "evil.example", "\x1b", "\u202e", "$"} {
			if strings.Contains(bare, bad) {
				t.Errorf("%q outside of code: %.300q", bad, line)
			}
		}
	}
	if cells == 0 {
		t.Error("no row of a finding")
	}
}

// withoutCode takes out what stands between backquotes, which is literal, and
// what is spelled by number.
func withoutCode(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return regexp.MustCompile(`<code>[^<]*</code>`).ReplaceAllString(b.String(), "")
}

// However much fails, the page fits into one comment and says what it leaves
// out.
func TestMarkdownFitsAComment(t *testing.T) {
	var all []fips.Assessment
	for i := range 400 {
		a := sample(t)[0]
		a.Findings = slices.Clone(a.Findings)
		for k := range a.Findings {
			f := &a.Findings[k]
			f.Class = fips.ClassCertKey
			f.Remedy = strings.Repeat("Do this and that. ", i%40) + string(rune('A'+i%26))
			f.Subject.Name = strings.Repeat("x", i%150)
		}
		all = append(all, a)
	}
	got := rendered(t, build(t, sweep(), all), all)["md"]
	if n := utf8.RuneCount(got); n > 65536 || n < 20000 {
		t.Errorf("%d characters", n)
	}
	if strings.Count(string(got), "<details>") != strings.Count(string(got), "</details>") {
		t.Error("details are not closed")
	}
	if !strings.Contains(string(got), "for want of room") || !strings.HasSuffix(string(got), "not observable.\n") {
		t.Errorf("ends %q", got[len(got)-200:])
	}
}

// The document's lists are those of the lines.
func TestJSONHasAll(t *testing.T) {
	all := sample(t)
	var doc struct {
		Observations []json.RawMessage
		Findings     []struct{ ID string }
		Changes      []struct{ Findings int }
		Sweep        struct{ Findings map[string]int }
	}
	if err := json.Unmarshal(rendered(t, build(t, sweep(), all), all)["json"], &doc); err != nil {
		t.Fatal(err)
	}
	findings, closed, counted := 0, 0, 0
	for _, a := range all {
		findings += len(a.Findings)
	}
	for _, c := range doc.Changes {
		closed += c.Findings
	}
	for _, n := range doc.Sweep.Findings {
		counted += n
	}
	if len(doc.Observations) != len(all) || len(doc.Findings) != findings || closed != findings || counted != findings {
		t.Errorf("%d observations, %d findings, %d closed, %d counted; want %d and %d", len(doc.Observations), len(doc.Findings), closed, counted, len(all), findings)
	}
	nothing := rendered(t, build(t, sweep(), nil), nil)
	valid.Document(t, "report", nothing["json"])
	if rows := bytes.Count(nothing["csv"], []byte("\n")); rows != 2 {
		t.Errorf("%d lines of CSV of nothing, want the header and that nothing was asked", rows)
	}
}

// full is a place with no room.
type full struct{}

var (
	errFull   = errors.New("no space left")
	errBroken = errors.New("journal is damaged")
)

func (full) Write([]byte) (int, error) { return 0, errFull }

func broken(context.Context) iter.Seq2[fips.Assessment, error] {
	return func(yield func(fips.Assessment, error) bool) { yield(fips.Assessment{}, errBroken) }
}

// A place that is full, and a sweep that cannot be read again, are told.
func TestOutputsSayErrors(t *testing.T) {
	all := sample(t)
	r := build(t, sweep(), all)
	for name, write := range map[string]func(io.Writer) error{
		"md":   func(w io.Writer) error { return render.Markdown(w, r) },
		"csv":  func(w io.Writer) error { return render.CSV(t.Context(), w, r, table(t), again(all)) },
		"json": func(w io.Writer) error { return render.JSON(t.Context(), w, r, table(t), again(all)) },
	} {
		if err := write(full{}); !errors.Is(err, errFull) {
			t.Errorf("%s: %v, want %v", name, err, errFull)
		}
	}
	for name, err := range map[string]error{
		"csv":  render.CSV(t.Context(), io.Discard, r, table(t), broken),
		"json": render.JSON(t.Context(), io.Discard, r, table(t), broken),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, want %v", name, err, errBroken)
		}
	}
}
