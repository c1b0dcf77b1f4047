package render

import (
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestChainNotes: what is beside a chain says by whom it is trusted, until
// when, why not, and how it stands.
func TestChainNotes(t *testing.T) {
	yes, no := true, false
	from, until := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC)
	c := scanner.Chain{Version: "TLSv1.3", Certificates: make([]scanner.Certificate, 4), Path: []int{0, 2, 1}, Trust: []scanner.Trust{
		{Anchors: scanner.AnchorsSystem, Trusted: &no, Reason: scanner.TrustUnknownAuthority},
		{Anchors: "ca\x1b.pem", Trusted: &yes, From: &from, Until: &until},
		{Anchors: "pq.pem", Reason: scanner.TrustUncomputable},
	}}
	c.Certificates[0] = scanner.Certificate{SignatureAlgorithm: "rsassaPss", PSS: &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-1", SaltLen: 20}}
	v := newChain(c, fips.Assessment{})
	want := "not trusted by this machine's trust store: unknown authority; trusted by ca\\u001b.pem from 2026-01-02 to 2027-03-04; " +
		"trust by pq.pem unobserved: uncomputable; out of order; 1 certificate unneeded"
	if got := strings.Join(v.Notes, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := v.Certificates[0].Dates; !strings.Contains(got, "rsassaPss (SHA-256, MGF1 with SHA-1, salt of 20 bytes)") {
		t.Errorf("signature: %s", got)
	}
	if got := newChain(scanner.Chain{Certificates: make([]scanner.Certificate, 2)}, fips.Assessment{}).Notes; got != nil {
		t.Errorf("of a sweep that did not look: %v", got)
	}
}

// TestTrustLimit: a report says what trust is by, where chains were seen.
func TestTrustLimit(t *testing.T) {
	r := &reports.Report{}
	if got := trustLimit(r); got != nil {
		t.Errorf("no chain was shown: %v", got)
	}
	r.Certificates.Served = 1
	if got := strings.Join(trustLimit(r), ""); !strings.HasPrefix(got, "Trust of chains was not observed") {
		t.Error(got)
	}
	r.Sweep.Scope.Trust = []string{scanner.AnchorsSystem, "ca.pem"}
	if got := strings.Join(trustLimit(r), ""); !strings.HasPrefix(got, "Trust of chains is by the trust store of the scanning machine, ca.pem.") {
		t.Error(got)
	}
	if r.Sweep.Scope.Trust[0] != scanner.AnchorsSystem {
		t.Error("the report was written to")
	}
}
