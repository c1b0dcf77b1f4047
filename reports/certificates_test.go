package reports_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A certificate is told once, with every place it lies: endpoints, files and
// the links that lead to a file, each once however often it holds it.
func TestCertificateToldOnce(t *testing.T) {
	cert := certificate("ca", 500)
	item := scanner.Item{Kind: scanner.ItemCertificate, SHA256: cert.SHA256, Certificate: &cert}
	bundle := file("/etc/ssl/bundle.pem", []scanner.Item{item, item}, keyGood)
	bundle.Observation.Store.Links = []string{"/etc/ssl/ca.0"}
	served := overTLS(host("10.0.0.1", 443), certificate("leaf", 90), tls13)
	served.Observation.TLS.Chains = append(served.Observation.TLS.Chains, served.Observation.TLS.Chains[0])
	served.Observation.TLS.Chains[0].Certificates[1] = cert
	list := build(t, []fips.Assessment{bundle, served}).Certificates.List
	places := map[string][]string{}
	for _, c := range list {
		places[c.Subject] = c.Places.Runs()
		if c.Places.Count != len(places[c.Subject]) {
			t.Errorf("%s: %d places counted, %d named", c.Subject, c.Places.Count, len(places[c.Subject]))
		}
	}
	want := map[string][]string{"ca": {"10.0.0.1:443", "/etc/ssl/bundle.pem", "/etc/ssl/ca.0"}, "leaf": {"10.0.0.1:443"}}
	if d := cmp.Diff(want, places); d != "" {
		t.Errorf("places (-want +got):\n%s", d)
	}
}

// However many certificates there are, all are counted, and told are those
// that end closest to the day of judging.
func TestCertificatesAreBounded(t *testing.T) {
	const n, listed = 12000, 5000
	var all []fips.Assessment
	for i := range n {
		days := 3 + i*7919%n // in no order
		if i%2 == 0 {
			days = -days
		}
		cert := certificate(fmt.Sprint("c", i), days)
		item := scanner.Item{Kind: scanner.ItemCertificate, SHA256: cert.SHA256, Certificate: &cert}
		all = append(all, file(fmt.Sprintf("/x/%d.pem", i), []scanner.Item{item}, certRSA))
	}
	all = append(all, all...) // each is met twice
	c := build(t, all).Certificates
	if len(c.List) != listed || c.Distinct() != n || c.Stored != n || c.Expired() != n/2 || c.Keys[0].Certificates != n {
		t.Errorf("%d listed, %d distinct, %d stored, %d expired, %d with the key", len(c.List), c.Distinct(), c.Stored, c.Expired(), c.Keys[0].Certificates)
	}
	for _, x := range c.List {
		if max(x.Days, -x.Days) > listed+4 || x.Places.Count != 1 && x.Places.Count != 2 || x.Status != fips.Approved {
			t.Fatalf("listed: %+v", x)
		}
	}
	sum := 0
	for _, b := range c.Expiring {
		sum += b.Certificates
	}
	if sum != n {
		t.Errorf("%d certificates by days left, want %d", sum, n)
	}
}

func TestDaysLeft(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) // the day of judging
	tests := []struct {
		name string
		ends time.Time
		days int
		in   string
	}{
		{"ended a second before the day", day.Add(-time.Second), -1, "expired"},
		{"ended a day before it", day.Add(-24 * time.Hour), -1, "expired"},
		{"ended longer ago", day.Add(-25 * time.Hour), -2, "expired"},
		{"ends as the day begins", day, 0, "within 7 days"},
		{"ends that evening", day.Add(23 * time.Hour), 0, "within 7 days"},
		{"ends in a week", day.Add(7*24*time.Hour + time.Hour), 7, "within 7 days"},
		{"ends in 30 days", day.AddDate(0, 0, 30), 30, "8 to 30 days"},
		{"ends in 31 days", day.AddDate(0, 0, 31), 31, "31 to 90 days"},
		{"ends in 398 days", day.AddDate(0, 0, 398), 398, "201 to 398 days"},
		{"ends in ten years", day.AddDate(10, 0, 0), 3653, "over 3 years"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cert := certificate("x", 0)
			cert.NotAfter = tt.ends
			item := scanner.Item{Kind: scanner.ItemCertificate, SHA256: cert.SHA256, Certificate: &cert}
			c := build(t, []fips.Assessment{file("/x.pem", []scanner.Item{item}, keyGood)}).Certificates
			if c.List[0].Days != tt.days {
				t.Errorf("%d days, want %d", c.List[0].Days, tt.days)
			}
			for _, b := range c.Expiring {
				if (b.Certificates == 1) != (b.Label == tt.in) {
					t.Errorf("%d certificates %s, want it %s", b.Certificates, b.Label, tt.in)
				}
			}
		})
	}
}

// An endpoint loses what ends by one document on one day once, however many
// subjects it has that end; what fails today has nothing to lose.
func TestCalendarCountsEndpoints(t *testing.T) {
	gone := overSSH(host("10.0.0.3", 22), sshKex)
	gone.Rulings[0].Until, gone.Rulings[0].Next = "2030-12-31", &fips.Transition{From: "2031-01-01", Status: fips.Disallowed, Cite: fips.Citation{Document: "NIST-SHA1"}}
	r := build(t, []fips.Assessment{
		overSSH(host("10.0.0.1", 22), sshMAC, sshP256), overTLS(host("10.0.0.2", 443), certificate("a", 300), cbc, p256),
		overSSH(host("10.0.0.4", 22), sshMAC, spec{"ssh-mac", "hmac-sha1", fips.ClassSSHCipherMAC, fips.Deprecated, "again", "the same"}), gone})
	var got []string
	for _, e := range r.Calendar {
		got = append(got, fmt.Sprintf("%s %s draft=%v %d %q", e.Until, e.Next, e.Draft, e.Endpoints, e.Subjects))
	}
	want := []string{
		`2030-12-31 disallowed draft=false 3 ["hmac-sha1" "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]`,
		`2035-12-31 disallowed draft=true 2 ["ecdh-sha2-nistp256" "secp256r1"]`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("calendar (-want +got):\n%s", d)
	}
}

// Peers that make up names cannot make the report grow without end; what it
// leaves out it counts.
func TestRowsAreBounded(t *testing.T) {
	var all []fips.Assessment
	for i := range 6 {
		var specs []spec
		for k := range 1000 {
			odd := sshOdd
			odd.name = fmt.Sprintf("made-up-%d-%d", i, k)
			specs = append(specs, odd)
		}
		all = append(all, overSSH(host(fmt.Sprintf("10.0.0.%d", i), 22), specs...))
	}
	r := build(t, all)
	rows := 0
	for _, c := range r.Changes {
		rows += len(c.Rows)
	}
	if rows != 5000 || r.RowsLeftOut != 1000 || r.Findings != 6000 {
		t.Errorf("%d rows, %d left out of %d findings; want 5000, 1000 of 6000", rows, r.RowsLeftOut, r.Findings)
	}
	addsUp(t, r)
}

func TestRuns(t *testing.T) {
	tests := []struct {
		name  string
		hosts []scanner.Endpoint
		want  []string
	}{
		{"neighbours in any order", []scanner.Endpoint{host("10.0.0.3", 443), host("10.0.0.1", 443), host("10.0.0.2", 443)}, []string{"10.0.0.1-3:443"}},
		{"another port breaks", []scanner.Endpoint{host("10.0.0.1", 443), host("10.0.0.2", 22)}, []string{"10.0.0.2:22", "10.0.0.1:443"}},
		{"a gap breaks", []scanner.Endpoint{host("10.0.0.1", 443), host("10.0.0.3", 443)}, []string{"10.0.0.1:443", "10.0.0.3:443"}},
		{"a /24 ends a range", []scanner.Endpoint{host("10.0.0.255", 443), host("10.0.1.0", 443)}, []string{"10.0.0.255:443", "10.0.1.0:443"}},
		{"IPv6 is written one by one", []scanner.Endpoint{host("2001:db8::1", 443), host("2001:db8::2", 443)}, []string{"[2001:db8::1]:443", "[2001:db8::2]:443"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var all []fips.Assessment
			for _, e := range tt.hosts {
				all = append(all, overTLS(e, certificate("a", 300), tls12, x25519))
			}
			if got := build(t, all).Changes[0].Rows[0].Places.Runs(); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
