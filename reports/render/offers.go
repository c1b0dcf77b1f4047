package render

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// Bounds of what a summary names of those at which a client would break.
const (
	shownBreaks = 3
	shownPlaces = 2
)

// offers says who can connect, beside what is offered.
func (p *paper) offers(r *reports.Report) {
	if r.Offers.Endpoints() == 0 {
		return
	}
	words := offerWords(r.Offers)
	if where := breakWords(r); where != "" {
		words[1] += "; " + where
	}
	p.para(styled(bold, "CLIENTS"), 10, words[0]+"; "+words[1])
	for _, more := range words[2:] {
		p.para(t(""), 10, more)
	}
	p.line()
}

// offerWords is the figures: what is offered, to how many a client can
// connect, and what a stock client comes to where it was asked.
func offerWords(o reports.Offers) []string {
	words := []string{
		fmt.Sprintf("%s of %s %s only approved algorithms%s", number(o.Only().Yes), offering(o), verbOf(o.Only().Yes, o.Endpoints(), "offers", "offer"), unobserved(o.Only())),
		fmt.Sprintf("an approved-only client can connect to %s of %s%s", number(o.Approved().Yes), number(o.Endpoints()), unobserved(o.Approved())),
	}
	if n := o.TLS.Older; n > 0 {
		words[1] += fmt.Sprintf(", to %s more without TLSv1.3", number(n))
	}
	if o.SSH.Endpoints > 0 {
		words = append(words, fmt.Sprintf("stock %s comes to approved algorithms at %s of %s%s", fips.StockClient, number(o.SSH.Stock.Passing),
			many(o.SSH.Endpoints, "SSH endpoint"), unobserved(reports.Answers{Unseen: o.SSH.Stock.Unseen})))
	}
	return words
}

// offering names the whole of which the figures tell.
func offering(o reports.Offers) string {
	kind := "TLS and SSH endpoint"
	switch {
	case o.SSH.Endpoints == 0:
		kind = "TLS endpoint"
	case o.TLS.Endpoints == 0:
		kind = "SSH endpoint"
	}
	return many(o.Endpoints(), kind)
}

func unobserved(a reports.Answers) string {
	if a.Unseen == 0 {
		return ""
	}
	return fmt.Sprintf(", %s unobserved", number(a.Unseen))
}

// breakWords says where an approved-only client would break, and why.
func breakWords(r *reports.Report) string {
	o := r.Offers
	if len(o.Breaks) == 0 {
		return ""
	}
	var list []string
	for _, b := range o.Breaks[:min(shownBreaks, len(o.Breaks))] {
		runs := r.Runs(b.Places)
		s := strings.Join(runs[:min(shownPlaces, len(runs))], ", ")
		if len(runs) > shownPlaces || b.Places.Left() > 0 {
			s += fmt.Sprintf(" and others, %s in all", number(b.Places.Count))
		}
		list = append(list, s+" ("+b.Because+")")
	}
	if more := o.Breaks[min(shownBreaks, len(o.Breaks)):]; len(more) > 0 {
		n := 0
		for _, b := range more {
			n += b.Places.Count
		}
		list = append(list, many(n, "endpoint")+" for other reasons")
	}
	return "it would break at " + strings.Join(list, "; ")
}

// offers says it in Markdown.
func (m *markdown) offers() {
	o := m.r.Offers
	if o.Endpoints() == 0 {
		return
	}
	m.f("## Who can connect\n\n")
	for _, s := range offerWords(o) {
		m.f("- %s\n", upperFirst(prose(s)))
	}
	if len(o.Breaks) > 0 {
		m.f("\n")
		m.row("An approved-only client would break", "Endpoints")
		m.row("---", "---")
		for _, b := range o.Breaks {
			m.row(prose(b.Because), m.places(b.Places))
		}
	}
	m.f("\n")
}
