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
	Owners     []string         `json:"owners,omitempty"` // some of those who own the endpoints
	Tags       []fips.Tags      `json:"tags,omitempty"`   // some of what the inventory says of them
	placesJSON
}

func newChangeJSON(r *reports.Report, c reports.Change) changeJSON {
	x := changeJSON{ID: c.ID, Title: c.Title, Status: c.Status, Remedies: orNone(c.Remedies), Endpoints: c.Endpoints, Failing: c.Failing,
		Repairs: c.Repairs, Findings: c.Findings, Rows: []rowJSON{}}
	for _, row := range c.Rows {
		x.Rows = append(x.Rows, rowJSON{ID: row.ID, Rule: row.Rule, Subject: row.Subject, Use: row.Use, Status: row.Status, From: row.From, Until: row.Until,
			Next: row.Next, Because: row.Because, Remedy: row.Remedy, Cite: orNone(row.Cite), Controls: orNone(row.Controls), Confidence: row.Confidence,
			SourceRead: row.SourceRead, Draft: row.Draft, Contested: row.Contested, Findings: row.Findings, Endpoints: row.Places.Count, Owners: row.Owners, Tags: row.Tags,
			placesJSON: newPlacesJSON(r, row.Places)})
	}
	return x
}
