package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// A changeView is a change with its rows as the table shows them.
type changeView struct {
	reports.Change
	Rows []rowView
}

// A rowView is one rule on one subject.
type rowView struct {
	reports.Row
	Anchor     string // on the first row with this rule and subject
	Rank       int    // of the status, the worst highest
	Kind       string
	RuleName   string
	Cite       []placeView
	ControlIDs string
	Dates      string
	Read       string
	Runs       []string
	Left       int
	Owned      string // by whom, as far as the inventory says
}

// A placeView is a place in a document; ID leads to the document in the list of
// sources.
type placeView struct{ Document, Section, Note, ID string }

func (v *view) place(c fips.Citation) placeView {
	x := placeView{clean(c.Document), clean(c.Section), clean(c.Note), ""}
	if _, ok := v.sources[c.Document]; ok {
		x.ID = "s-" + c.Document
	}
	return x
}

// Changes are all changes; a row that stands in several has its anchor in the
// first.
func (v *view) Changes() []changeView {
	used := map[string]bool{}
	var list []changeView
	for _, c := range v.R.Changes {
		x := changeView{Change: c}
		for _, row := range c.Rows {
			r := rowView{Row: row, Rank: int(row.Status), Kind: clean(aspectOf(row.Subject.Kind, reports.Aspect(fips.Ruling{Subject: row.Subject, Rule: row.Rule}))), RuleName: ruleName(row.Rule),
				ControlIDs: strings.Join(row.Controls, " "), Dates: dates(row.From, row.Until, row.Next), Read: read(row.SourceRead),
				Runs: v.R.Runs(row.Places), Left: row.Places.Left(), Owned: ownership(row)}
			if !used[row.ID] {
				used[row.ID], r.Anchor = true, row.ID
			}
			for _, cite := range row.Cite {
				r.Cite = append(r.Cite, v.place(cite))
			}
			x.Rows = append(x.Rows, r)
		}
		list = append(list, x)
	}
	return list
}

// FindingTitle states how many findings there are and what closes them.
func (v *view) FindingTitle() string {
	s := "No finding"
	if v.R.Findings > 0 {
		s = fmt.Sprintf("%s, closed by %s", many(v.R.Findings, "finding"), many(len(v.R.Changes), "change"))
	}
	if n := v.R.Waived.Findings; n > 0 {
		s += fmt.Sprintf("; %s waived", number(n))
	}
	return s
}

func ruleName(id string) string {
	if id == "" {
		return "no rule speaks of it"
	}
	return id
}

func read(sourceRead bool) string {
	if sourceRead {
		return "a cited source was read for it, in whole or in part"
	}
	return "no cited text was itself read for it"
}

// dates says from when to when a status holds and what follows.
func dates(from, until fips.Date, next *fips.Transition) string {
	s := strings.TrimSpace(during(from, until, false))
	if next != nil {
		s = strings.TrimSpace(s + ", then " + transition(*next))
	}
	return clean(strings.TrimPrefix(s, ", "))
}

// A traceView is one finding followed from the endpoint to the remedy.
type traceView struct {
	Endpoint, EndpointID, Kind, Target, Subject, Verb, ID string
	Scan                                                  string // the endpoint as a target
	Seen                                                  string
	Evidence                                              []evidenceView
	Status                                                fips.Status
	Dates, Rule, Confidence, Because, Remedy              string
	Parts                                                 []judged
	Cite                                                  []citeView
	Change                                                *reports.Change
	Controls                                              []string
}

type evidenceView struct{ SHA256, What string }

type citeView struct{ Title, Document, Section, Edition, Access string }

// Trace is one finding to be followed, the worst there is.
func (v *view) Trace() *traceView {
	t := v.R.Trace
	if t == nil {
		return nil
	}
	f := t.Finding
	x := &traceView{Endpoint: clean(v.R.Name(f.Endpoint)), Scan: clean(f.Endpoint.String()), EndpointID: f.Endpoint.ID, Kind: t.Kind.String(), Target: clean(t.Target), Subject: f.Subject.Name,
		Verb: "is to be watched", ID: f.ID, Status: f.Status, Rule: ruleName(f.Rule), Confidence: f.Confidence, Because: clean(f.Because),
		Remedy: clean(f.Remedy), Controls: t.Controls}
	if f.Status.Grade() == fips.Fail {
		x.Verb = "fails"
	}
	x.Seen = fmt.Sprintf("%s, by the %s probe", t.Time.UTC().Format("2006-01-02 15:04:05 UTC"), t.Probe)
	if t.Connections > 0 {
		x.Seen += " in " + many(t.Connections, "connection")
	}
	x.Seen += fmt.Sprintf(". Seen: %s %s", clean(subjectKind(f.Subject.Kind)), clean(f.Subject.Name))
	if len(f.Where) > 0 {
		x.Seen += " in " + clean(strings.Join(f.Where, ", "))
	}
	x.Seen += "."
	if d := dates(f.From, f.Until, f.Next); d != "" {
		x.Dates = " " + d
	}
	x.Evidence = evidenceFor(t, f.Where)
	for _, p := range f.Parts {
		x.Parts = append(x.Parts, judged{Name: subjectKind(p.Kind) + " " + clean(p.Name), Status: p.Status})
	}
	for _, c := range f.Cite {
		s := v.sources[c.Document]
		x.Cite = append(x.Cite, citeView{clean(firstOf(s.Title, c.Document)), clean(c.Document), clean(c.Section), clean(s.Edition), clean(access(s.Access))})
	}
	x.Change = v.changeOf(reports.RowID(f), f.Endpoint)
	return x
}

// changeOf finds the change whose rows hold the finding.
func (v *view) changeOf(row string, e scanner.Endpoint) *reports.Change {
	var any *reports.Change
	for i := range v.R.Changes {
		for _, r := range v.R.Changes[i].Rows {
			if r.ID != row {
				continue
			}
			if any == nil {
				any = &v.R.Changes[i]
			}
			if r.Places.Has(e) {
				return &v.R.Changes[i]
			}
		}
	}
	return any
}

// evidenceFor picks the evidence of the versions in which the subject was
// seen, or all where none is named so.
func evidenceFor(t *reports.Trace, where []string) []evidenceView {
	var some, all []evidenceView
	for _, e := range t.Evidence {
		x := evidenceView{e.SHA256, clean(e.What)}
		all = append(all, x)
		for _, w := range where {
			if w != "" && strings.Contains(e.What, w) {
				some = append(some, x)
				break
			}
		}
	}
	if len(some) > 0 {
		return some
	}
	return all
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// year is the year of a date as a number, for the calendar's axis.
func year(d fips.Date) float64 {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0
	}
	return float64(t.Year()) + float64(t.YearDay())/366
}
