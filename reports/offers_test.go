package reports_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// The figures of the sample, counted by hand: 20 + 12 + 10 TLS endpoints serve
// an approved-only client, 2 voice gateways do not, one was seen in part; of
// 20 SSH servers none does.
func TestOffers(t *testing.T) {
	got := build(t, sample()).Offers
	want := reports.Offers{
		TLS: reports.OfferCounts{Endpoints: 45, Only: reports.Answers{Yes: 10, No: 34, Unseen: 1}, Approved: reports.Answers{Yes: 42, No: 2, Unseen: 1}},
		SSH: reports.OfferCounts{Endpoints: 20, Only: reports.Answers{No: 20}, Approved: reports.Answers{No: 20}, Stock: reports.Stock{Failing: 15, No: 5}},
	}
	if got.TLS != want.TLS || got.SSH != want.SSH {
		t.Errorf("%+v %+v", got.TLS, got.SSH)
	}
	var breaks []string
	for _, b := range got.Breaks {
		breaks = append(breaks, fmt.Sprint(b.Places.Count, " ", b.Because))
	}
	if d := cmp.Diff([]string{"19 no approved MAC", "2 TLSv1.2: it does not grant extended_master_secret", "1 host key <b>: RSA 1024 is disallowed"}, breaks); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"10.20.0.170:443"}, got.Uncertain.Runs()); d != "" || got.Endpoints() != 65 || got.Approved().Yes != 42 || got.Only().Yes != 10 {
		t.Errorf("%+v %s", got, d)
	}
}

// Stock clients are told by what they come to, and those that leave TLS 1.3
// out apart from those that need not.
func TestOfferClients(t *testing.T) {
	ssh := func(status fips.Status, connects fips.Answer) fips.Assessment {
		return offering(overSSH(host("10.0.0.1", 22)), fails(fips.ApprovedClient, "x"), fips.Negotiation{Client: fips.StockClient, Connects: connects, Status: status})
	}
	old := connects("TLSv1.2")
	old.Client = fips.ApprovedClient12
	got := build(t, []fips.Assessment{
		ssh(fips.Approved, fips.Yes), ssh(fips.Allowed, fips.Yes), ssh(fips.Deprecated, fips.Yes), ssh(fips.Unobserved, fips.Yes), ssh(fips.Unobserved, fips.Unseen), ssh(fips.Unobserved, fips.No),
		offering(overTLS(host("10.0.0.2", 443), certificate("a", 9)), fails(fips.ApprovedClient, "TLSv1.3: no approved suite"), old),
	}).Offers
	if got.SSH.Stock != (reports.Stock{Passing: 2, Failing: 1, No: 1, Unseen: 2}) || got.TLS.Older != 1 || got.TLS.Approved != (reports.Answers{No: 1}) {
		t.Errorf("%+v", got)
	}
}

// However many reasons and endpoints there are, a bounded number is kept, and
// all are counted.
func TestOffersBounded(t *testing.T) {
	var all []fips.Assessment
	const n = 5000
	for i := range n {
		o := scanner.Observe(host(fmt.Sprintf("10.%d.%d.1", i/250, i%250), 443), "tls")
		o.TLS = &scanner.TLS{}
		o.Sweep = sampleSweep().ID
		all = append(all, fips.Assessment{Observation: o, Offer: &fips.Offer{OnlyApproved: fips.No, Clients: []fips.Negotiation{fails(fips.ApprovedClient, fmt.Sprint("reason ", i%100))}}})
	}
	got := build(t, all).Offers
	count, named := 0, 0
	for _, b := range got.Breaks {
		count += b.Places.Count
		named = max(named, b.Places.Count-b.Places.Left())
	}
	if count != n || len(got.Breaks) > 33 || named > 64 || got.Breaks[0].Because != reports.OtherBreaks {
		t.Errorf("%d reasons for %d of %d endpoints, of one %d named; first %q", len(got.Breaks), count, n, named, got.Breaks[0].Because)
	}
}
