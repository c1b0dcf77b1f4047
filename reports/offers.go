package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// Offers is what TLS and SSH endpoints offer, and who can connect to them.
// Waivers do not change it.
type Offers struct {
	TLS, SSH  OfferCounts
	Breaks    []Break // where an approved-only client cannot connect, most endpoints first
	Uncertain Places  // where it was not observed whether it can
}

// OfferCounts is the endpoints of one kind.
type OfferCounts struct {
	Endpoints int
	Only      Answers // all that it offers is approved or allowed
	Approved  Answers // an approved-only client can connect
	Older     int     // not counted as Yes in Approved: it can if it leaves TLS 1.3 out
	Stock     Stock   // of SSH
}

// Answers counts endpoints by the answer to one question.
type Answers struct{ Yes, No, Unseen int }

func (a *Answers) add(answer fips.Answer) {
	switch answer {
	case fips.Yes:
		a.Yes++
	case fips.No:
		a.No++
	default:
		a.Unseen++
	}
}

// plus is the sum of both.
func (a Answers) plus(b Answers) Answers {
	return Answers{a.Yes + b.Yes, a.No + b.No, a.Unseen + b.Unseen}
}

// Stock counts what a stock client comes to: what passes, what does not, or
// nothing.
type Stock struct{ Passing, Failing, No, Unseen int }

// A Break is why an approved-only client cannot connect, and where.
type Break struct {
	Because string
	Places  Places
}

// Endpoints is all that were asked who can connect.
func (o Offers) Endpoints() int { return o.TLS.Endpoints + o.SSH.Endpoints }

// Only is the answers of both kinds.
func (o Offers) Only() Answers { return o.TLS.Only.plus(o.SSH.Only) }

// Approved is the answers of both kinds.
func (o Offers) Approved() Answers { return o.TLS.Approved.plus(o.SSH.Approved) }

// Bounds of the reasons that are told apart, and of the endpoints that each
// names.
const (
	maxBreaks      = 32
	maxBreakPlaces = 64
)

// OtherBreaks is the reason of the endpoints behind the bound.
const OtherBreaks = "other reasons"

// offers gathers Offers.
type offers struct {
	Offers
	breaks map[string]*Break
}

func newOffers() *offers { return &offers{breaks: map[string]*Break{}} }

func (o *offers) add(a fips.Assessment) {
	if a.Offer == nil {
		return
	}
	counts := &o.TLS
	if a.Observation.SSH != nil {
		counts = &o.SSH
	}
	counts.Endpoints++
	counts.Only.add(a.Offer.OnlyApproved)
	for _, n := range a.Offer.Clients {
		switch n.Client {
		case fips.ApprovedClient:
			counts.Approved.add(n.Connects)
			o.place(a.Observation.Endpoint, n)
		case fips.ApprovedClient12:
			counts.Older++
		case fips.StockClient:
			counts.Stock.add(n)
		}
	}
}

func (s *Stock) add(n fips.Negotiation) {
	switch {
	case n.Connects == fips.No:
		s.No++
	case n.Connects != fips.Yes || n.Status == fips.Unobserved:
		s.Unseen++
	case n.Status.Grade() == fips.Pass:
		s.Passing++
	default:
		s.Failing++
	}
}

// place keeps where an approved-only client does not connect.
func (o *offers) place(e scanner.Endpoint, n fips.Negotiation) {
	switch n.Connects {
	case fips.Yes:
		return
	case fips.Unseen:
		o.Uncertain.add(e, maxBreakPlaces)
		return
	}
	because := clip(n.Because, maxText)
	if o.breaks[because] == nil && len(o.breaks) >= maxBreaks {
		because = OtherBreaks
	}
	if o.breaks[because] == nil {
		o.breaks[because] = &Break{Because: because}
	}
	o.breaks[because].Places.add(e, maxBreakPlaces)
}

func (o *offers) result() Offers {
	all := o.Offers
	for _, b := range o.breaks {
		all.Breaks = append(all.Breaks, *b)
	}
	slices.SortFunc(all.Breaks, func(a, b Break) int {
		return cmp.Or(cmp.Compare(b.Places.Count, a.Places.Count), strings.Compare(a.Because, b.Because))
	})
	return all
}
