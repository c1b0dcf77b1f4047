package fips_test

import (
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/scanner"
)

func judgeOn(t *testing.T, day fips.Date) *fips.Judge {
	t.Helper()
	cat, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	j, err := fips.NewJudge(cat, day)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// verdictOf is an observation at depth verdict, asked by a judge's statuses, of
// a server that accepts the suite.
func verdictOf(j *fips.Judge, suite string) scanner.Observation {
	o := scanner.Observe(scanner.Host(netip.MustParseAddr("192.0.2.1"), 443, ""), "tls")
	yes := true
	o.TLS = &scanner.TLS{Depth: fips.DepthVerdict, Asked: scanner.Asked{Version: "verdict 1", Statuses: j.StatusTable().Digest()},
		Versions: []scanner.TLSVersion{{Version: scanner.TLSv12, Accepted: &yes, Suites: []string{suite}, ExtendedMasterSecret: &yes}}}
	return o
}

const (
	goodSuite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
	mildSuite = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
	badSuite  = "TLS_RSA_WITH_RC4_128_SHA"
)

// The table says what the judge rules.
func TestStatusTable(t *testing.T) {
	j := judgeOn(t, "2026-11-22")
	all := j.StatusTable()
	for _, tt := range []struct {
		kind, name string
		want       fips.Status
	}{
		{"tls-cipher-suite", goodSuite, fips.Approved},
		{"tls-cipher-suite", mildSuite, fips.Deprecated},
		{"tls-cipher-suite", badSuite, fips.Disallowed},
		{"named-group", "x25519", fips.NotApproved},
		{"signature-scheme", "rsa_pkcs1_sha1", fips.Disallowed},
		{"protocol-version", scanner.SSLv2, fips.Disallowed},
		{"named-group", "no such group", fips.Unclassified},
	} {
		if got := all.Of(tt.kind, tt.name); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.kind, tt.name, got, tt.want)
		}
	}
	if judgeOn(t, "2026-12-01").StatusTable().Digest() != all.Digest() {
		t.Error("no status changes in a week, and the digest does")
	}
	if judgeOn(t, "2036-01-01").StatusTable().Digest() == all.Digest() {
		t.Error("the digest does not tell 2036 from 2026")
	}
}

// An observation at depth verdict passes by the statuses that it was asked by;
// by others, what was left unasked is a gap.
func TestVerdictByOtherStatuses(t *testing.T) {
	then, later := judgeOn(t, "2026-11-22"), judgeOn(t, "2031-01-01")
	o := verdictOf(then, goodSuite)
	for _, tt := range []struct {
		name  string
		judge *fips.Judge
		depth string
		worst fips.Status
		gap   bool
	}{
		{"the same", then, fips.DepthVerdict, fips.Approved, false},
		{"nothing changed in a week", judgeOn(t, "2026-11-29"), fips.DepthVerdict, fips.Approved, false},
		{"later", later, fips.DepthVerdict, fips.Unobserved, true},
		{"later, at full depth", later, "full", fips.Approved, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := o
			tls := *o.TLS
			tls.Depth, x.TLS = tt.depth, &tls
			a := tt.judge.Assess(x)
			why, gap := a.Gap()
			if a.Worst != tt.worst || gap != tt.gap || gap && why.Reason != fips.ReasonOtherStatuses {
				t.Errorf("worst %s, gap %v %+v", a.Worst, gap, why)
			}
		})
	}
}

// Of SSH a prime hides others, and nothing else hides anything.
func TestVerdictOfSSHBehindWaiver(t *testing.T) {
	j := judgeOn(t, "2026-11-22")
	for _, tt := range []struct {
		name, algorithm string
		notPut          []string
		gap             bool
	}{
		{"group exchange", "diffie-hellman-group-exchange-sha256", []string{"primes"}, true},
		{"the prime", "DHE prime of 2048 bits", []string{"primes"}, true},
		{"all was asked", "diffie-hellman-group-exchange-sha256", nil, false},
		{"a cipher", "3des-cbc", []string{"primes"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := scanner.Observe(scanner.Host(netip.MustParseAddr("192.0.2.1"), 22, ""), "ssh")
			o.SSH = &scanner.SSH{Banner: "SSH-2.0-x", NotPut: tt.notPut, Primes: []scanner.Prime{{Bits: 2048, SHA256: "d", Generator: "2"}}, Kexinit: &scanner.Kexinit{
				KexAlgorithms: []string{"diffie-hellman-group-exchange-sha256"}, EncryptionClientServer: []string{"3des-cbc"}}}
			a := j.Assess(o)
			everywhere, err := fips.ParsePattern("192.0.2.0/24")
			if err != nil {
				t.Fatal(err)
			}
			w := fips.Waiver{ID: "W-1", Algorithm: tt.algorithm, From: "2026-01-01", Expires: "2026-12-31", Reason: "r", Approver: "a", Scope: []fips.Pattern{everywhere}}
			fips.NewWaivers([]fips.Waiver{w}).Waive(&a, "2026-11-22")
			if _, gap := a.Gap(); gap != tt.gap {
				t.Errorf("gap %v", gap)
			}
		})
	}
}

// What a waived name hides is unasked: nobody looked behind it.
func TestVerdictBehindWaiver(t *testing.T) {
	j := judgeOn(t, "2026-11-22")
	for _, tt := range []struct {
		name, algorithm string
		gap             bool
	}{
		{"a suite", badSuite, true},
		{"nothing here", "x25519", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := j.Assess(verdictOf(j, badSuite))
			everywhere, err := fips.ParsePattern("192.0.2.0/24")
			if err != nil {
				t.Fatal(err)
			}
			w := fips.Waiver{ID: "W-1", Algorithm: tt.algorithm, From: "2026-01-01", Expires: "2026-12-31", Reason: "r", Approver: "a", Scope: []fips.Pattern{everywhere}}
			fips.NewWaivers([]fips.Waiver{w}).Waive(&a, "2026-11-22")
			if _, gap := a.Gap(); gap != tt.gap || !a.Short() {
				t.Errorf("gap %v, short %v", gap, a.Short())
			}
		})
	}
}

// At depth verdict what is as bad to the prober as the worst it found may be
// unasked: under a status between the two, nobody knows whether it fails.
func TestVerdictUnderAnotherThreshold(t *testing.T) {
	j := judgeOn(t, "2026-11-22")
	const notApproved = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
	for _, tt := range []struct {
		name, suite   string
		asked         []string
		failOn        fips.Status
		waived, depth string
		gap           bool
	}{
		{"what was asked for", notApproved, fips.Thresholds(fips.Unclassified).Names(), fips.Unclassified, "", "", false},
		{"worse than what ended it", notApproved, fips.Thresholds(fips.Unclassified).Names(), fips.Disallowed, "", "", true},
		{"worse, and asked for", notApproved, fips.Thresholds(fips.Disallowed).Names(), fips.Disallowed, "", "", false},
		{"worse, and found", badSuite, fips.Thresholds(fips.Unclassified).Names(), fips.Disallowed, "", "", false},
		{"worse, of a sweep that never fails", notApproved, fips.Thresholds(fips.Unobserved).Names(), fips.Disallowed, "", "", true},
		{"worse, before thresholds were told", notApproved, nil, fips.Disallowed, "", "", true},
		{"the same, before thresholds were told", notApproved, nil, fips.NotApproved, "", "", false},
		{"thresholds that are none", goodSuite, []string{"whatever"}, fips.Unclassified, "", "", true},
		{"between deprecated and unclassified", mildSuite, fips.Thresholds(fips.Unclassified).Names(), fips.LegacyUse, "", "", true},
		{"between them, and asked for", mildSuite, fips.Thresholds(fips.LegacyUse).Names(), fips.LegacyUse, "", "", false},
		{"above another threshold", mildSuite, fips.Thresholds(fips.Unclassified).Names(), fips.Disallowed, "", "", false},
		{"nothing found", goodSuite, fips.Thresholds(fips.Unclassified).Names(), fips.Disallowed, "", "", false},
		{"never", notApproved, fips.Thresholds(fips.Unclassified).Names(), fips.Unobserved, "", "", false},
		{"full depth", notApproved, nil, fips.Disallowed, "", "full", false},
		{"waived, and behind that", notApproved, fips.Thresholds(fips.Disallowed).Names(), fips.Disallowed, notApproved, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := verdictOf(j, tt.suite)
			o.TLS.Asked.Thresholds = tt.asked
			if tt.depth != "" {
				o.TLS.Depth = tt.depth
			}
			a := j.Assess(o)
			everywhere, err := fips.ParsePattern("192.0.2.0/24")
			if err != nil {
				t.Fatal(err)
			}
			if tt.waived != "" {
				w := fips.Waiver{ID: "W-1", Algorithm: tt.waived, From: "2026-01-01", Expires: "2026-12-31", Reason: "r", Approver: "a", Scope: []fips.Pattern{everywhere}}
				fips.NewWaivers([]fips.Waiver{w}).Waive(&a, "2026-11-22")
			}
			a.FailOn(tt.failOn)
			if _, gap := a.Gap(); gap != tt.gap || gap && !a.ByWaiver() && a.Worst.Grade() == fips.Pass {
				t.Errorf("worst %s, gap %v", a.Worst, gap)
			}
		})
	}
}
