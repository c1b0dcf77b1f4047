package render

import (
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/reports"
)

// Endpoints of which nothing was learned are not said to have no stock client
// that comes to approved algorithms.
func TestStockUnobserved(t *testing.T) {
	o := reports.Offers{SSH: reports.OfferCounts{Endpoints: 20, Stock: reports.Stock{Passing: 3, Failing: 1, Unseen: 16}}}
	if got, want := offerWords(o)[2], "at 3 of 20 SSH endpoints, 16 unobserved"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q at its end", got, want)
	}
}

// The verb goes with the part, but for a whole of one.
func TestWholeOfOne(t *testing.T) {
	for want, whole := range map[string]int{"0 of 1 TLS endpoint offers only ": 1, "0 of 2 TLS endpoints offer only ": 2} {
		if got := offerWords(reports.Offers{TLS: reports.OfferCounts{Endpoints: whole}})[0]; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for part, want := range []string{"pass", "passes", "pass"} {
		if got := verbOf(part, 3, "passes", "pass"); got != want {
			t.Errorf("%d of 3 %s", part, got)
		}
	}
}
