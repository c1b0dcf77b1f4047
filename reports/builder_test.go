package reports_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestSampleFigures(t *testing.T) {
	r := build(t, sample())
	got := map[string]int{
		"asked": r.Asked, "answered": r.Answered, "observed": r.Observed, "not seen": r.NotSeen, "empty": r.Empty, "quiet": r.Quiet,
		"fail": r.Grade(fips.Fail), "watch": r.Grade(fips.Watch), "pass": r.Grade(fips.Pass),
		"disallowed": r.Count(fips.Disallowed), "not-approved": r.Count(fips.NotApproved), "unclassified": r.Count(fips.Unclassified),
		"findings": r.Findings, "lost": r.Gaps.Lost, "partial": r.Gaps.Partial,
		"certificates": r.Certificates.Distinct(), "expired": r.Certificates.Expired(), "within 30": len(r.Certificates.Within(30)),
	}
	want := map[string]int{
		"asked": 86, "answered": 73, "observed": 68, "not seen": 5, "empty": 3, "quiet": 10,
		"fail": 50, "watch": 6, "pass": 12,
		"disallowed": 15, "not-approved": 35, "unclassified": 1,
		// ingress 20×2, payments 12×2, voice 2×4, SSH 14×3 + 5 + 1, FTP 1, root 1
		"findings": 40 + 24 + 8 + 42 + 5 + 1 + 1 + 1,
		"lost":     4, "partial": 1, // the greeting that never came is no gap: nothing answered
		// www, 12 pay, sip, 10 app, slow, old-root, the issuing CA
		"certificates": 1 + 12 + 1 + 10 + 1 + 1 + 1, "expired": 1, "within 30": 11,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("figures (-want +got):\n%s", d)
	}
	if r.Headline() != reports.NotYet {
		t.Errorf("headline %q", r.Headline())
	}
	if r.Trace == nil || len(r.Trace.Finding.Parts) == 0 || len(r.Trace.Evidence) == 0 {
		t.Errorf("trace %+v: want a disallowed suite with parts and evidence", r.Trace)
	}
}

func TestChanges(t *testing.T) {
	r := build(t, sample())
	type line struct {
		title                                 string
		repairs, endpoints, failing, findings int
	}
	var got []line
	for _, c := range r.Changes {
		got = append(got, line{c.Title, c.Repairs, c.Endpoints, c.Failing, c.Findings})
	}
	want := []line{
		{"Take CHACHA20-POLY1305 and x25519 out of the TLS settings", 20, 20, 20, 40},
		{"Put one approved algorithm list into the SSH server settings", 14, 20, 14, 48},
		{"Take RSA key exchange out of the TLS settings", 12, 12, 12, 24},
		{"Take SSLv3, TLSv1.0, RC4-128 and RSA key exchange out of the TLS settings, and grant extended master secret in TLS 1.2", 2, 2, 2, 8},
		{"Re-issue with SHA-256 (sha1WithRSAEncryption)", 1, 1, 1, 1},
		{"Require TLS (implicit TLS or enforced STARTTLS) or close the port", 1, 1, 1, 1},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(line{})); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	if got := r.Changes[0].Rows[0].Places.Runs(); !slices.Equal(got, []string{"10.20.2.16-35:443"}) {
		t.Errorf("places %q", got)
	}
}

// An endpoint that needs two changes is repaired by the second of them.
func TestRepairNeedsEveryChange(t *testing.T) {
	cert := certificate("a", 300)
	all := []fips.Assessment{
		overTLS(host("10.0.0.1", 443), cert, tls12, rsaKex, certSHA1),
		overTLS(host("10.0.0.2", 443), cert, tls12, rsaKex, certSHA1),
		overTLS(host("10.0.0.3", 443), cert, tls12, certSHA1),
	}
	r := build(t, all)
	var got []string
	for _, c := range r.Changes {
		got = append(got, fmt.Sprintf("%s: %d of %d", c.Title, c.Repairs, c.Failing))
	}
	want := []string{"Re-issue with SHA-256 (sha1WithRSAEncryption): 1 of 3", "Take RSA key exchange out of the TLS settings: 2 of 2"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHeadline(t *testing.T) {
	pass := overTLS(host("10.0.0.1", 443), certificate("a", 300), tls13, p256)
	partial := overTLS(host("10.0.0.2", 443), certificate("a", 300), tls13, p256)
	partial.Observation.Incomplete = []scanner.Incomplete{{What: "groups", Reason: scanner.ReasonReset}}
	locked := partial
	locked.Observation.Incomplete = []scanner.Incomplete{{What: "key", Reason: scanner.ReasonLocked}, {What: "chain", Reason: scanner.ReasonUncomputable}}
	named := host("10.0.0.9", 443)
	named.Outright = true
	unreadable := lost(scanner.File("/x"), "store", scanner.StageOpen, scanner.ReasonDenied)
	nothing := scanner.Observe(host("10.0.0.5", 443), "tls")
	nothing.TLS = &scanner.TLS{}
	tests := []struct {
		name       string
		all        []fips.Assessment
		want       reports.Headline
		incomplete bool
	}{
		{"all pass", []fips.Assessment{pass}, reports.AllRight, false},
		{"deprecated only", []fips.Assessment{overSSH(host("10.0.0.3", 22), sshMAC)}, reports.AllRight, false},
		{"unclassified", []fips.Assessment{pass, overSSH(host("10.0.0.3", 22), sshOdd)}, reports.NotYet, false},
		{"fails", []fips.Assessment{overSSH(host("10.0.0.3", 22), sshKex)}, reports.NotYet, false},
		{"answered in part", []fips.Assessment{pass, partial}, reports.IncompleteIs, true},
		{"fails and incomplete", []fips.Assessment{partial, overSSH(host("10.0.0.3", 22), sshKex)}, reports.NotYet, true},
		{"a password locks it", []fips.Assessment{pass, locked}, reports.AllRight, false},
		{"a port of a range refused", []fips.Assessment{pass, lost(host("10.0.0.4", 22), "detect", scanner.StageConnect, scanner.ReasonRefused)}, reports.AllRight, false},
		{"a port of a range timed out", []fips.Assessment{pass, lost(host("10.0.0.4", 22), "detect", scanner.StageConnect, scanner.ReasonTimeout)}, reports.AllRight, false},
		{"a target named outright refused", []fips.Assessment{pass, lost(named, "tls", scanner.StageConnect, scanner.ReasonRefused)}, reports.IncompleteIs, true},
		{"lost in the handshake", []fips.Assessment{pass, lost(host("10.0.0.4", 443), "tls", scanner.StageHandshake, scanner.ReasonReset)}, reports.IncompleteIs, true},
		{"a file of a tree unreadable", []fips.Assessment{pass, unreadable}, reports.IncompleteIs, true},
		{"a name that does not resolve", []fips.Assessment{pass, lost(scanner.Endpoint{Name: "nosuch.example"}, "detect", scanner.StageResolve, scanner.ReasonNoName)}, reports.IncompleteIs, true},
		{"only refusals", []fips.Assessment{lost(host("10.0.0.4", 22), "detect", scanner.StageConnect, scanner.ReasonRefused)}, reports.IncompleteIs, true},
		{"nothing asked", nil, reports.IncompleteIs, true},
		{"only files that hold nothing", []fips.Assessment{file("/etc/motd", nil)}, reports.IncompleteIs, true},
		{"answered, nothing to rule on", []fips.Assessment{pass, assessed(nothing)}, reports.IncompleteIs, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := build(t, tt.all)
			if r.Headline() != tt.want || r.Gaps.Incomplete() != tt.incomplete {
				t.Errorf("headline %q, incomplete %v; want %q, %v (%+v)", r.Headline(), r.Gaps.Incomplete(), tt.want, tt.incomplete, r.Gaps)
			}
		})
	}
}

// addsUp holds every figure of a report against the others.
func addsUp(t *testing.T, r *reports.Report) {
	t.Helper()
	equal := func(what string, got, want int) {
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	equal("asked", r.Observed+r.NotSeen+r.Empty+r.Quiet, r.Asked)
	equal("observed", r.Grade(fips.Fail)+r.Grade(fips.Watch)+r.Grade(fips.Pass)+r.Waived.Endpoints, r.Observed)
	equal("not seen", r.Grade(fips.NotSeen), r.NotSeen)
	sum := func(list []reports.ReasonCount) (n, kinds, places int) {
		for _, c := range list {
			n, places = n+c.Endpoints, places+c.Places.Count
			for _, k := range c.ByKind {
				kinds += k
			}
		}
		return n, kinds, places
	}
	n, kinds, places := sum(r.Unobserved)
	equal("unobserved by reason", n, r.NotSeen)
	equal("unobserved by kind", kinds, r.NotSeen)
	equal("unobserved by place", places, r.NotSeen)
	n, _, _ = sum(r.Silent)
	equal("silent by reason", n, r.Quiet)
	for _, c := range r.Posture {
		k := 0
		for _, x := range c.ByKind {
			k += x
		}
		equal(c.Status.String()+" by kind", k, c.Endpoints)
	}
	findings := 0
	for _, f := range r.FindingsBy {
		findings += f
	}
	equal("findings by status", findings, r.Findings)
	repairs, inChanges, inRows := 0, 0, 0
	for _, c := range r.Changes {
		repairs, inChanges = repairs+c.Repairs, inChanges+c.Findings
		if c.Failing > c.Endpoints {
			t.Errorf("%s: %d failing of %d", c.Title, c.Failing, c.Endpoints)
		}
		for _, row := range c.Rows {
			inRows += row.Findings
			if len(row.Cite) == 0 || row.Because == "" {
				t.Errorf("row %s %s does not trace to a citation", row.Rule, row.Subject.Name)
			}
		}
	}
	equal("repairs of all changes", repairs, r.Grade(fips.Fail))
	equal("findings in changes", inChanges, r.Findings)
	equal("findings in rows", inRows+r.RowsLeftOut, r.Findings)
	buckets := 0
	for _, b := range r.Certificates.Expiring {
		buckets += b.Certificates
	}
	equal("certificates by expiry", buckets, r.Certificates.Distinct())
	for _, c := range r.Controls {
		if c.State == control.Satisfied && (c.Observed == 0 || c.Failing > 0) {
			t.Errorf("%s satisfied with %d observed, %d failing", c.ID, c.Observed, c.Failing)
		}
		if c.Population() > r.Population() {
			t.Errorf("%s: population %d of %d", c.ID, c.Population(), r.Population())
		}
	}
}

func TestSampleAddsUp(t *testing.T) { addsUp(t, build(t, sample())) }

// random makes an assessment of any kind, from a fixed stream.
func random(rnd *rand.Rand, i int) fips.Assessment {
	e := host(fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255), 443)
	all := []spec{ssl3, tls10, tls12, tls13, x25519, p256, hybrid, gcm, chacha, rsaKex, rc4, cbc, noEMS, certRSA, certSHA1}
	lists := []spec{sshKex, sshCha, sshMAC, sshP256, sshAES, sshOdd}
	pick := func(from []spec) []spec {
		var some []spec
		for _, s := range from {
			if rnd.IntN(2) == 0 {
				some = append(some, s)
			}
		}
		return some
	}
	switch rnd.IntN(8) {
	case 0:
		stages := []scanner.Stage{scanner.StageResolve, scanner.StageConnect, scanner.StageGreeting, scanner.StageHandshake, scanner.StageProbe}
		reasons := []scanner.Reason{scanner.ReasonRefused, scanner.ReasonTimeout, scanner.ReasonReset, scanner.ReasonGarbage}
		e.Outright = rnd.IntN(4) == 0
		return lost(e, "detect", stages[rnd.IntN(len(stages))], reasons[rnd.IntN(len(reasons))])
	case 1, 2:
		return overSSH(e, pick(lists)...)
	case 3:
		return file(fmt.Sprintf("/etc/pki/%d.pem", i), nil)
	}
	return overTLS(e, certificate(fmt.Sprintf("host-%d.example", rnd.IntN(3000)), rnd.IntN(900)-30), pick(all)...)
}

func TestAnySweepAddsUp(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var all []fips.Assessment
		for i := range 300 {
			all = append(all, random(rnd, i))
		}
		addsUp(t, build(t, all))
	}
}

// The report does not grow with endpoints or findings: twenty thousand
// assessments, each failing in a way of its own and naming things that no rule
// covers, stay within a few tens of megabytes.
func TestMemoryIsBounded(t *testing.T) {
	b, err := reports.NewBuilder(reports.Config{Sweep: sampleSweep(), Catalogue: sampleCatalogue(), Controls: controls(t), AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range 20000 {
		a := random(rnd, i)
		if a.Observation.SSH != nil {
			odd := sshOdd
			odd.name = strings.Repeat("n", 300) + fmt.Sprint(i)
			a = overSSH(a.Observation.Endpoint, sshKex, odd)
		}
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	used := int64(heap()) - int64(before)
	t.Logf("%d kB after 20,000 assessments", used>>10)
	if used > 32<<20 {
		t.Errorf("%d MB in use, want at most 32", used>>20)
	}
	r := b.Report(began)
	addsUp(t, r)
	runtime.KeepAlive(b)
}

// What a reason says of one certificate is left out where a row holds several.
func TestRowSharesItsReason(t *testing.T) {
	var all []fips.Assessment
	for i := range 2 {
		a := overTLS(host(fmt.Sprintf("10.0.0.%d", i), 443), certificate("a", 300), certSHA1)
		a.Findings[0].Because = fmt.Sprintf("SHA-1 signatures, such as in SP 800-131A, are disallowed. It ended on 2025-05-%d. So it is.", 10+i)
		all = append(all, a)
	}
	if got, want := build(t, all).Changes[0].Rows[0].Because, "SHA-1 signatures, such as in SP 800-131A, are disallowed."; got != want {
		t.Errorf("because %q, want %q", got, want)
	}
}
