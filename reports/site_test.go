package reports_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

const siteWaivers = `waivers:
  - {id: W-rsa, rule: key-exchange/RSA, scope: "10.20.1.0/24:443", reason: old terminals, approver: ciso, ticket: SEC-1, from: 2026-06-01, expires: 2027-05-31}
  - {id: W-ftp, algorithm: cleartext, scope: 10.20.1.77, reason: printer, approver: ciso, from: 2026-06-01, expires: 2026-12-01}
  - {id: W-key, rule: public-key/RSA 2048, scope: /etc, reason: none of these here, approver: ciso, from: 2026-06-01, expires: 2027-05-31}
  - {id: W-ssl, algorithm: SSLv3, scope: 10.20.0.0/16, reason: it was accepted once, approver: ciso, from: 2025-06-01, expires: 2025-12-31}
  - {id: W-next, algorithm: x25519, scope: 10.20.0.0/16, reason: later, approver: ciso, from: 2027-01-01, expires: 2027-11-30}
`

const siteInventory = `target,owner,system,environment,data_class,boundary
10.20.0.0/22,net,lan,,,
10.20.1.0/24,payments,terminals,prod,cardholder,
10.20.2.16:443,web,ingress,prod,,yes
10.20.2.17:8443,web,ingress,prod,,
10.20.9.0/24,lab,,,,
10.20.3.100,voice,,,,
/etc/pki/ca,ops,,,,
/etc/pki/readme-0,ops,,,,
`

func siteConfig(t testing.TB) (reports.Config, func(fips.Assessment) fips.Assessment) {
	t.Helper()
	waivers, err := site.ParseWaivers("2026-11-22", site.Source{Name: "waivers.yaml", Data: []byte(siteWaivers)})
	if err != nil {
		t.Fatal(err)
	}
	inventory, err := site.ParseInventory(site.Source{Name: "inventory.csv", Data: []byte(siteInventory)})
	if err != nil {
		t.Fatal(err)
	}
	c := reports.Config{Sweep: sampleSweep(), Catalogue: sampleCatalogue(), Controls: controls(t), Policy: "fips140-3", AsOf: asOf, Waivers: waivers, Inventory: inventory}
	return c, func(a fips.Assessment) fips.Assessment {
		inventory.Tag(&a)
		waivers.Waive(&a, asOf)
		return a
	}
}

// withSite is the sample under the waivers and the inventory above.
func withSite(t testing.TB) (*reports.Report, []fips.Assessment) {
	t.Helper()
	c, apply := siteConfig(t)
	b, err := reports.NewBuilder(c)
	if err != nil {
		t.Fatal(err)
	}
	var all []fips.Assessment
	for _, a := range sample() {
		a = apply(a)
		all = append(all, a)
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began), all
}

// The twelve payment front ends fail by RSA key exchange alone, and have a
// deprecated suite beside it; the printer has nothing else.
func TestWaivedFigures(t *testing.T) {
	r, _ := withSite(t)
	plain := build(t, sample())
	got := map[string]int{
		"fail": r.Grade(fips.Fail), "watch": r.Grade(fips.Watch), "pass": r.Grade(fips.Pass), "waived": r.Waived.Endpoints,
		"findings": r.Findings, "waived findings": r.Waived.Findings, "waived disallowed": r.Waived.FindingsBy[fips.Disallowed],
		"observed": r.Observed, "worst by kind": r.Waived.ByKind[reports.Plain],
	}
	want := map[string]int{
		"fail": plain.Grade(fips.Fail) - 13, "watch": plain.Grade(fips.Watch) + 12, "pass": plain.Grade(fips.Pass), "waived": 1,
		"findings": plain.Findings - 13, "waived findings": 13, "waived disallowed": 12, "observed": plain.Observed, "worst by kind": 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var uses []string
	for _, u := range r.Waivers {
		uses = append(uses, fmt.Sprintf("%s %s %d %d %d %t", u.ID, u.State, u.Findings, u.Marked, u.Counted, u.Idle()))
	}
	wantUses := []string{"W-rsa holds 12 12 0 false", "W-ftp expires-soon 1 1 0 false", "W-key holds 0 0 0 true", "W-ssl expired 2 0 2 false", "W-next not-yet 20 0 20 false"}
	if d := cmp.Diff(wantUses, uses); d != "" {
		t.Errorf("waivers (-want +got):\n%s", d)
	}
	if idle := r.IdleWaivers(); len(idle) != 1 || idle[0].ID != "W-key" {
		t.Errorf("idle: %v", idle)
	}
	for _, c := range r.Changes {
		if strings.HasPrefix(c.Title, "Take RSA key exchange") || strings.Contains(c.Title, "cleartext") {
			t.Errorf("a waived finding is to be changed: %s", c.Title)
		}
	}
}

// A waiver takes out exactly what --fail-on would have met.
func TestReachedLeavesWaivedOut(t *testing.T) {
	waivers := fips.NewWaivers([]fips.Waiver{{ID: "W", Rule: "key-exchange/RSA", Scope: []fips.Pattern{mustPattern(t, "10.0.0.0/8")}, From: "2026-01-01", Expires: "2026-12-31"}})
	a := overTLS(host("10.0.0.1", 443), certificate("a", 300), tls12, rsaKex, p256)
	waivers.Waive(&a, asOf)
	r := build(t, []fips.Assessment{a})
	if r.Reached(fips.Deprecated) || r.Headline() != reports.AllRight || r.Waived.Endpoints != 1 || r.Findings != 0 || len(r.Changes) != 0 || len(r.Worst) != 0 || r.Trace != nil {
		t.Errorf("%s with %d findings, %+v", r.Headline(), r.Findings, r.Waived)
	}
	for _, c := range r.Controls {
		if c.ID == "SC-8" && (c.State != control.Satisfied || c.Waived != 1 || !strings.Contains(c.Reason, "1 by waiver")) {
			t.Errorf("SC-8 %s: %s", c.State, c.Reason)
		}
	}
	var b bytes.Buffer
	l := reports.NewLines(&b, controls(t))
	if err := l.Record(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"schema":"fipsweep.finding/v1"`) || !strings.Contains(b.String(), `"waiver":{"id":"W"`) {
		t.Error("the waived finding is not told")
	}
}

func mustPattern(t testing.TB, s string) fips.Pattern {
	t.Helper()
	p, err := fips.ParsePattern(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestInventoryReconciled(t *testing.T) {
	r, all := withSite(t)
	v := r.Inventory
	var missing []string
	for _, m := range v.Missing {
		missing = append(missing, m.Target+": "+m.Why()+" ("+m.Tags.Owner+")")
	}
	want := []string{
		"10.20.2.17:8443: nothing there was asked (web)",
		"10.20.9.0/24: nothing there was asked (lab)",
		"10.20.3.100: nobody answered (voice)",
		"/etc/pki/readme-0: it answered, and nothing could be judged (ops)",
	}
	if d := cmp.Diff(want, missing); d != "" {
		t.Errorf("expected and not found (-want +got):\n%s", d)
	}
	if v.Entries != 8 || v.Found != 4 || v.MissingAll != 4 {
		t.Errorf("%d entries, %d found, %d missing", v.Entries, v.Found, v.MissingAll)
	}
	if d := cmp.Diff([]string{"/etc/pki/tls/key.pem"}, v.Unexpected.Runs()); d != "" {
		t.Errorf("found and not expected (-want +got):\n%s", d)
	}
	var owners []string
	sum := 0
	for _, o := range v.Owners {
		owners = append(owners, fmt.Sprintf("%q %d %d %d %d %d %d", o.Owner, o.Fail, o.Watch, o.Pass, o.Waived, o.NotSeen, o.Findings))
		sum += o.Fail + o.Watch + o.Pass + o.Waived + o.NotSeen
	}
	if sum != r.Population() {
		t.Errorf("owners have %d endpoints of %d: %q", sum, r.Population(), owners)
	}
	for _, a := range all {
		for _, f := range a.Findings {
			if a.Tags != nil && f.Tags != a.Tags {
				t.Fatalf("finding %s has other tags than its endpoint", f.ID)
			}
		}
	}
	for _, c := range r.Controls {
		if c.ID == "CC6.6" && (c.State != control.NotSatisfied || c.Population() != 1) {
			t.Errorf("CC6.6 %s of %d: %s", c.State, c.Population(), c.Reason)
		}
	}
	for _, c := range r.Changes {
		for _, row := range c.Rows {
			if row.Subject.Name == "x25519" && !cmp.Equal(row.Owners, []string{"web", "net"}) {
				t.Errorf("owners of x25519: %q", row.Owners)
			}
		}
	}
}

func TestSiteLines(t *testing.T) {
	r, all := withSite(t)
	var b bytes.Buffer
	l := reports.NewLines(&b, controls(t))
	for _, a := range all {
		if err := l.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(r); err != nil {
		t.Fatal(err)
	}
	valid.Lines(t, b.Bytes())
	for _, want := range []string{`"waived":{"endpoints":1,"findings":{"disallowed":12,"not-approved":1}}`, `{"id":"W-ssl","state":"expired"`, `"idle":true`,
		`"tags":{"owner":"payments","system":"terminals","environment":"prod","data_class":"cardholder"}`, `"not_found":4`, `"found_not_expected":["/etc/pki/tls/key.pem"]`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in the lines", want)
		}
	}
}

// Coverage by kind and by subnet each tell of every endpoint asked.
func TestCoverageAddsUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	all := sample()
	for i := range 2000 { // more subnets than are listed
		e := host(fmt.Sprintf("10.%d.%d.1", i>>8, i&255), 443)
		if rnd.IntN(2) == 0 {
			all = append(all, lost(e, "detect", scanner.StageConnect, scanner.ReasonRefused))
		} else {
			all = append(all, overTLS(e, certificate("a", 300), tls13, p256))
		}
	}
	all = append(all, lost(scanner.Endpoint{Name: "gone.example", ID: "0"}, "sweep", scanner.StageResolve, scanner.ReasonNoName), overTLS(host("fd00:0:0:1::7", 443), certificate("a", 300), tls13), overTLS(host("fd00:0:0:1::8", 443), certificate("a", 300), tls13))
	r := build(t, all)
	whole := reports.Reach{Asked: r.Asked, Answered: r.Answered, Observed: r.Observed, NotSeen: r.NotSeen, Empty: r.Empty, Quiet: r.Quiet}
	add := func(a, b reports.Reach) reports.Reach {
		return reports.Reach{Asked: a.Asked + b.Asked, Answered: a.Answered + b.Answered, Observed: a.Observed + b.Observed, NotSeen: a.NotSeen + b.NotSeen, Empty: a.Empty + b.Empty, Quiet: a.Quiet + b.Quiet}
	}
	var byKind reports.Reach
	for _, k := range r.Coverage.ByKind {
		byKind = add(byKind, k)
	}
	bySubnet, names := r.Coverage.Left, []string{}
	for _, s := range r.Coverage.Subnets {
		bySubnet = add(bySubnet, s.Reach)
		names = append(names, s.Subnet)
		reasons := 0
		for _, n := range s.Reasons {
			reasons += n
		}
		if reasons != s.NotSeen {
			t.Errorf("%s: %d reasons of %d not seen", s.Subnet, reasons, s.NotSeen)
		}
	}
	if byKind != whole || bySubnet != whole {
		t.Errorf("by kind %+v, by subnet %+v, want %+v", byKind, bySubnet, whole)
	}
	if n := len(names); n != 512 || r.Coverage.LeftOut < 1000 || names[n-3] != "fd00:0:0:1::/64" || names[n-2] != "files" || names[n-1] != "names without an address" {
		t.Errorf("%d subnets, %d left out, the last %q", n, r.Coverage.LeftOut, names[n-3:])
	}
}

// Whatever is waived, every figure still adds up.
func TestAnySweepAddsUpWithWaivers(t *testing.T) {
	everywhere := []fips.Pattern{mustPattern(t, "10.0.0.0/8")}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		var list []fips.Waiver
		for i, s := range []spec{ssl3, tls10, x25519, chacha, rsaKex, rc4, cbc, noEMS, certSHA1, sshKex, sshCha, sshMAC, sshOdd} {
			if rnd.IntN(2) == 0 {
				list = append(list, fips.Waiver{ID: fmt.Sprint(i), Algorithm: s.name, Scope: everywhere, From: "2026-01-01", Expires: "2026-12-31"})
			}
		}
		waivers := fips.NewWaivers(list)
		var all []fips.Assessment
		for i := range 300 {
			a := random(rnd, i)
			waivers.Waive(&a, asOf)
			all = append(all, a)
		}
		addsUp(t, build(t, all))
	}
}
