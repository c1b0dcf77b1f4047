package render

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// A document is the JSON form of a report, but for its lists of changes,
// certificates, observations and findings.
type document struct {
	Schema       string           `json:"schema"`
	Headline     reports.Headline `json:"headline"`
	Verdict      string           `json:"verdict"` // the sentence behind the headline
	Sweep        json.RawMessage  `json:"sweep"`   // as its line has it: scope, counts, controls, coverage
	Posture      []postureJSON    `json:"posture"`
	RowsLeftOut  int              `json:"findings_left_out"` // of the rows of changes, since these are bounded
	Algorithms   []algorithmJSON  `json:"algorithms"`
	Worst        []worstJSON      `json:"worst"`
	NotSeen      []reasonJSON     `json:"not_seen"`
	Quiet        []reasonJSON     `json:"quiet"`
	Gaps         []gapJSON        `json:"gaps"`
	Certificates certificatesJSON `json:"certificate_counts"`
	Items        map[string]int   `json:"items"` // what stores hold, by kind of item
	Calendar     []endingJSON     `json:"calendar"`
	Contested    []contestedJSON  `json:"contested"`
	Sources      []fips.Source    `json:"sources"` // the documents that the changes and the calendar cite
	Connections  int              `json:"connections"`
}

type postureJSON struct {
	Status    fips.Status    `json:"status"`
	Endpoints int            `json:"endpoints"`
	ByKind    map[string]int `json:"by_kind"`
}

type algorithmJSON struct {
	fips.Subject
	Aspect    string      `json:"aspect,omitempty"`
	Status    fips.Status `json:"status"`
	Endpoints int         `json:"endpoints"`
}

type worstJSON struct {
	ID       string      `json:"id"`
	Endpoint string      `json:"endpoint"`
	Kind     string      `json:"kind"`
	Status   fips.Status `json:"status"`
	What     []string    `json:"what"`
	More     int         `json:"more"`
	Alike    int         `json:"alike"`
	Owner    string      `json:"owner,omitempty"`
}

type reasonJSON struct {
	Reason    scanner.Reason `json:"reason"`
	Endpoints int            `json:"endpoints"`
	ByKind    map[string]int `json:"by_kind"`
	placesJSON
}

type gapJSON struct {
	Reason    scanner.Reason `json:"reason"`
	What      string         `json:"what"`
	Endpoints int            `json:"endpoints"`
	placesJSON
}

// placesJSON names the first of some endpoints in the grammar of targets.
type placesJSON struct {
	Places []string `json:"places"`
	Left   int      `json:"places_left_out"`
}

type contestedJSON struct {
	Rule       string       `json:"rule"`
	Subject    fips.Subject `json:"subject"`
	Status     fips.Status  `json:"status"`
	Confidence string       `json:"confidence"`
	Contested  string       `json:"contested"`
}

type endingJSON struct {
	Until     fips.Date   `json:"until"`
	Next      fips.Status `json:"next"`
	Draft     bool        `json:"draft"`
	Document  string      `json:"document"`
	Note      string      `json:"note,omitempty"`
	Subjects  []string    `json:"subjects"`
	More      int         `json:"more"`
	Endpoints int         `json:"endpoints"`
}

func newDocument(r *reports.Report) (*document, error) {
	var sweep bytes.Buffer
	if err := reports.AppendSweep(&sweep, r); err != nil {
		return nil, err
	}
	d := &document{
		Schema: ReportSchema, Headline: r.Headline(), Verdict: verdict(r), Sweep: sweep.Bytes(), RowsLeftOut: r.RowsLeftOut,
		Posture: []postureJSON{}, Algorithms: []algorithmJSON{}, Worst: []worstJSON{}, Gaps: []gapJSON{},
		Calendar: []endingJSON{}, Contested: []contestedJSON{}, NotSeen: reasonsJSON(r, r.Unobserved), Quiet: reasonsJSON(r, r.Silent),
		Certificates: newCertificatesJSON(r.Certificates), Items: r.Items, Sources: cited(r), Connections: r.Connections,
	}
	for _, c := range r.Posture {
		d.Posture = append(d.Posture, postureJSON{c.Status, c.Endpoints, kindsJSON(c.ByKind)})
	}
	for _, a := range r.Algorithms {
		d.Algorithms = append(d.Algorithms, algorithmJSON{a.Subject, a.Aspect, a.Status, a.Endpoints})
	}
	for _, w := range r.Worst {
		d.Worst = append(d.Worst, worstJSON{w.ID, w.Endpoint, w.Kind.String(), w.Status, orNone(w.What), w.More, w.Alike, w.Owner})
	}
	for _, g := range r.Gaps.Reasons {
		d.Gaps = append(d.Gaps, gapJSON{g.Reason, g.What, g.Places.Count, newPlacesJSON(r, g.Places)})
	}
	for _, e := range r.Calendar {
		d.Calendar = append(d.Calendar, endingJSON{e.Until, e.Next, e.Draft, e.Document, e.Note, orNone(e.Subjects), e.More, e.Endpoints})
	}
	for _, c := range r.Contested {
		d.Contested = append(d.Contested, contestedJSON(c))
	}
	return d, nil
}

func reasonsJSON(r *reports.Report, list []reports.ReasonCount) []reasonJSON {
	all := []reasonJSON{}
	for _, c := range list {
		all = append(all, reasonJSON{c.Reason, c.Endpoints, kindsJSON(c.ByKind), newPlacesJSON(r, c.Places)})
	}
	return all
}

func newPlacesJSON(r *reports.Report, p reports.Places) placesJSON {
	return placesJSON{orNone(r.Runs(p)), p.Left()}
}

// kindsJSON names the kinds that there are.
func kindsJSON(counts reports.KindCounts) map[string]int {
	m := map[string]int{}
	for k, n := range counts {
		if n > 0 {
			m[reports.Kind(k).String()] = n
		}
	}
	return m
}

// cited lists the sources that the report speaks of, in the catalogue's order.
func cited(r *reports.Report) []fips.Source {
	named := map[string]bool{}
	for _, c := range r.Changes {
		for _, row := range c.Rows {
			for _, cite := range row.Cite {
				named[cite.Document] = true
			}
			if row.Next != nil {
				named[row.Next.Cite.Document] = true
			}
		}
	}
	for _, e := range r.Calendar {
		named[e.Document] = true
	}
	list := []fips.Source{}
	for _, s := range r.Catalogue.Sources {
		if named[s.ID] {
			list = append(list, s)
		}
	}
	return list
}

type certificatesJSON struct {
	Distinct int          `json:"distinct"`
	Served   int          `json:"served"`
	Stored   int          `json:"stored"`
	Unread   int          `json:"unread"`
	Expired  int          `json:"expired"`
	LeftOut  int          `json:"left_out"` // of the list of certificates, since it is bounded
	Expiring []expiryJSON `json:"expiring"`
	Keys     []keyJSON    `json:"keys"`
}

type expiryJSON struct {
	Days         string `json:"days"` // "31 to 90 days"
	Certificates int    `json:"certificates"`
}

type keyJSON struct {
	Key          string           `json:"key"`
	Certificates int              `json:"certificates"`
	Status       fips.Status      `json:"status"`
	Next         *fips.Transition `json:"next,omitempty"`
}

type certificateJSON struct {
	SHA256    string      `json:"sha256"`
	Subject   string      `json:"subject"`
	Issuer    string      `json:"issuer"`
	NotBefore time.Time   `json:"not_before"`
	NotAfter  time.Time   `json:"not_after"`
	Days      int         `json:"days_left"`
	Key       string      `json:"key"`
	Signature string      `json:"signature"`
	Status    fips.Status `json:"status"`
	Served    bool        `json:"served"`
	Stored    bool        `json:"stored"`
	CA        bool        `json:"ca"`
	Count     int         `json:"places_count"`
	placesJSON
}

func newCertificatesJSON(c reports.Certificates) certificatesJSON {
	x := certificatesJSON{Distinct: c.Distinct(), Served: c.Served, Stored: c.Stored, Unread: c.Unread, Expired: c.Expired(), LeftOut: c.LeftOut,
		Expiring: []expiryJSON{}, Keys: []keyJSON{}}
	for _, b := range c.Expiring {
		x.Expiring = append(x.Expiring, expiryJSON{b.Label, b.Certificates})
	}
	for _, k := range c.Keys {
		x.Keys = append(x.Keys, keyJSON(k))
	}
	return x
}

func newCertificateJSON(r *reports.Report, c reports.Certificate) certificateJSON {
	return certificateJSON{c.SHA256, c.Subject, c.Issuer, c.NotBefore, c.NotAfter, c.Days, c.Key, c.Signature,
		c.Status, c.Served, c.Stored, c.CA, c.Places.Count, newPlacesJSON(r, c.Places)}
}

// orNone makes a nil list an empty one, so that readers meet [] and not null.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
