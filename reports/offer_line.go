package reports

import (
	"bytes"
	"fmt"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// OfferSchema names the version of the line about what an endpoint offers.
const OfferSchema = "fipsweep.offer/v1"

// offerLine is the JSON form of an offer. It is a line of its own and no field
// of the observation: that stays what was seen, whichever policy judges it.
type offerLine struct {
	Schema   string           `json:"schema"`
	Sweep    string           `json:"sweep"`
	Time     time.Time        `json:"time"` // of the observation
	Endpoint scanner.Endpoint `json:"endpoint"`
	*fips.Offer
}

// AppendOffer appends what an endpoint offers as its line has it; nothing for
// one that speaks neither TLS nor SSH.
func AppendOffer(b *bytes.Buffer, a fips.Assessment) error {
	if a.Offer == nil {
		return nil
	}
	o := a.Observation
	if err := encode(b, offerLine{OfferSchema, o.Sweep, o.Time, o.Endpoint, a.Offer}); err != nil {
		return fmt.Errorf("encode the offer of %s: %w", o.Endpoint, err)
	}
	return nil
}

// offersLine is the part of the sweep line about offers.
type offersLine struct {
	TLS       kindOffers  `json:"tls"`
	SSH       kindOffers  `json:"ssh"`
	Breaks    []breakLine `json:"would_break"`         // where an approved-only client cannot connect
	Uncertain []string    `json:"uncertain,omitempty"` // where it was not observed whether it can: the first of them
}

type kindOffers struct {
	Endpoints int         `json:"endpoints"`
	Only      answersLine `json:"only_approved"`
	Approved  answersLine `json:"approved_client"`
	Older     int         `json:"without_tls13,omitempty"` // where it can if it leaves TLS 1.3 out
	Stock     *stockLine  `json:"stock_client,omitempty"`
}

type answersLine struct {
	Yes    int `json:"yes"`
	No     int `json:"no"`
	Unseen int `json:"unobserved"`
}

type stockLine struct {
	Passing int `json:"passing"`
	Failing int `json:"failing"`
	No      int `json:"no"`
	Unseen  int `json:"unobserved"`
}

type breakLine struct {
	Because string   `json:"because"`
	Count   int      `json:"count"`
	Places  []string `json:"endpoints"` // the first of them, neighbours together
}

func newOffersLine(r *Report) offersLine {
	o := r.Offers
	kind := func(c OfferCounts) kindOffers {
		return kindOffers{c.Endpoints, answersLine(c.Only), answersLine(c.Approved), c.Older, nil}
	}
	l := offersLine{TLS: kind(o.TLS), SSH: kind(o.SSH), Breaks: []breakLine{}, Uncertain: r.Runs(o.Uncertain)}
	stock := stockLine(o.SSH.Stock)
	l.SSH.Stock = &stock
	for _, b := range o.Breaks {
		l.Breaks = append(l.Breaks, breakLine{b.Because, b.Places.Count, orEmpty(r.Runs(b.Places))})
	}
	return l
}
