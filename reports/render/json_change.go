package render

import (
	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// changeJSON is one thing to do and the findings that it closes, by rule and
// subject.
type changeJSON struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Status    fips.Status `json:"status"`
	Remedies  []string    `json:"remedies"`
	Endpoints int         `json:"endpoints"`
	Failing   int         `json:"failing"`
	Repairs   int         `json:"repairs"`
	Findings  int         `json:"findings"`
	Rows      []rowJSON   `json:"rows"`
}

type rowJSON struct {
	ID         string           `json:"id"`
	Rule       string           `json:"rule"`
	Subject    fips.Subject     `json:"subject"`
	Use        string           `json:"use"`
	Status     fips.Status      `json:"status"`
	From       fips.Date        `json:"from,omitempty"`
	Until      fips.Date        `json:"until,omitempty"`
	Next       *fips.Transition `json:"next,omitempty"`
	Because    string           `json:"because"`
	Remedy     string           `json:"remedy"`
	Cite       []fips.Citation  `json:"cite"`
	Controls   []string         `json:"controls"`
	Confidence string           `json:"confidence"`
	SourceRead bool             `json:"source_read"`
	Draft      bool             `json:"draft,omitempty"`
	Contested  string           `json:"contested,omitempty"`
	Findings   int              `json:"findings"`
	Endpoints  int              `json:"endpoints"`
	placesJSON
}

func newChangeJSON(c reports.Change) changeJSON {
	x := changeJSON{ID: c.ID, Title: c.Title, Status: c.Status, Remedies: orNone(c.Remedies), Endpoints: c.Endpoints, Failing: c.Failing,
		Repairs: c.Repairs, Findings: c.Findings, Rows: []rowJSON{}}
	for _, r := range c.Rows {
		x.Rows = append(x.Rows, rowJSON{ID: r.ID, Rule: r.Rule, Subject: r.Subject, Use: r.Use, Status: r.Status, From: r.From, Until: r.Until,
			Next: r.Next, Because: r.Because, Remedy: r.Remedy, Cite: orNone(r.Cite), Controls: orNone(r.Controls), Confidence: r.Confidence,
			SourceRead: r.SourceRead, Draft: r.Draft, Contested: r.Contested, Findings: r.Findings, Endpoints: r.Places.Count,
			placesJSON: newPlacesJSON(r.Places)})
	}
	return x
}
