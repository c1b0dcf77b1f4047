package render

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// An offerRow is the endpoints of one kind: what they offer, and who can
// connect.
type offerRow struct {
	Kind string
	reports.OfferCounts
}

// Offers are the kinds that were met.
func (v *view) Offers() []offerRow {
	var rows []offerRow
	for _, row := range []offerRow{{"TLS", v.R.Offers.TLS}, {"SSH", v.R.Offers.SSH}} {
		if row.Endpoints > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// OfferTitle states who can connect.
func (v *view) OfferTitle() string {
	o := v.R.Offers
	return fmt.Sprintf("An approved-only client can connect to %s of %s; %s %s only approved algorithms", number(o.Approved().Yes), offering(o),
		number(o.Only().Yes), verb(o.Only().Yes, "offers", "offer"))
}

// StockClient is the client that SSH endpoints are also told for.
func (v *view) StockClient() string { return fips.StockClient }

// A breakRow is why an approved-only client cannot connect, and where.
type breakRow struct {
	Because string
	Count   int
	Runs    []string
	Left    int
}

// Breaks are the reasons.
func (v *view) Breaks() []breakRow {
	var rows []breakRow
	for _, b := range v.R.Offers.Breaks {
		rows = append(rows, breakRow{clean(b.Because), b.Places.Count, v.R.Runs(b.Places), b.Places.Left()})
	}
	return rows
}

// An offerView is who can connect to one endpoint.
type offerView struct {
	Only    string
	Clients []clientView
}

type clientView struct {
	Client, Says string
	Status       fips.Status
	Connects     bool
	Choices      []choiceView
	Breaks       string
}

type choiceView struct{ Part, Name, Note string }

// newOffer tells what one endpoint offers; nil where that is no question.
func newOffer(o *fips.Offer) *offerView {
	if o == nil {
		return nil
	}
	v := &offerView{Only: string(o.OnlyApproved)}
	if n := len(o.NotApproved); n > 0 {
		v.Only += fmt.Sprintf(", %s %s not", number(n), verb(n, "is", "are"))
	}
	for _, n := range o.Clients {
		c := clientView{Client: n.Client, Status: n.Status, Connects: n.Connects == fips.Yes, Breaks: clean(cutRunes(strings.Join(n.Breaks, "; "), 400))}
		switch n.Connects {
		case fips.Yes:
			c.Says = "connects"
		case fips.No:
			c.Says = "cannot connect: " + clean(cutRunes(n.Because, 400))
		default:
			c.Says = "unobserved: " + clean(cutRunes(n.Because, 400))
		}
		for _, x := range n.Choices {
			c.Choices = append(c.Choices, newChoice(x))
		}
		v.Clients = append(v.Clients, c)
	}
	return v
}

// newChoice names what is chosen, or that among which it is.
func newChoice(c fips.Choice) choiceView {
	x := choiceView{Part: c.Part, Name: c.Chosen}
	switch {
	case c.Chosen == "" && len(c.Among) == 1:
		x.Name, x.Note = c.Among[0], "seen; others may be there"
	case c.Chosen == "":
		x.Name, x.Note = "one of "+strings.Join(c.Among[:min(maxListed, len(c.Among))], ", "), string(c.By)
	case len(c.Among) > 1:
		x.Note = fmt.Sprintf("%s, of %d", c.By, len(c.Among))
	}
	return x
}
