package render_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
)

const waiverFile = `waivers:
  - {id: W-rsa, rule: key-exchange/RSA, scope: "10.20.1.0/24:443", reason: "the terminals <are> old", approver: ciso, ticket: SEC-1, from: 2026-06-01, expires: 2027-05-31}
  - {id: W-ftp, algorithm: cleartext, scope: 10.20.1.77, reason: a printer, approver: ciso, from: 2026-06-01, expires: 2026-12-01}
  - {id: W-key, rule: public-key/RSA 2048, scope: /etc, reason: none is here, approver: ciso, from: 2026-06-01, expires: 2027-05-31}
  - {id: W-ssl, algorithm: SSLv3, scope: 10.20.0.0/16, reason: it was accepted once, approver: ciso, from: 2025-06-01, expires: 2025-12-31}
  - {id: W-next, algorithm: x25519, scope: 10.20.0.0/16, reason: later, approver: ciso, from: 2027-01-01, expires: 2027-11-30}
`

const inventoryFile = `target,owner,system,environment,data_class,boundary
10.20.0.0/22,net team,lan,,,
10.20.1.0/24,payments <b>,terminals,prod,cardholder,
10.20.2.16:443,web,ingress,prod,,yes
10.20.2.17:8443,web,ingress,prod,,
10.20.9.0/24,lab,,,,
10.20.3.100,voice,,,,
/etc/pki/ca,ops,,,,
/etc/pki/readme-0,ops,,,,
`

// ofSite is the sample under the waivers and the inventory above.
func ofSite(t testing.TB) (*reports.Report, []fips.Assessment) {
	t.Helper()
	waivers, err := site.ParseWaivers("2026-11-22", site.Source{Name: "waivers.yaml", Data: []byte(waiverFile)})
	if err != nil {
		t.Fatal(err)
	}
	inventory, err := site.ParseInventory(site.Source{Name: "inventory.csv", Data: []byte(inventoryFile)})
	if err != nil {
		t.Fatal(err)
	}
	table, err := control.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sweep(), Catalogue: sources(), Controls: table, Policy: "fips140-3", AsOf: "2026-11-22", Waivers: waivers, Inventory: inventory})
	if err != nil {
		t.Fatal(err)
	}
	all := sample(t)
	for i := range all {
		inventory.Tag(&all[i])
		waivers.Waive(&all[i], "2026-11-22")
		if err := b.Record(t.Context(), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began), all
}

func TestSiteText(t *testing.T) {
	r, _ := ofSite(t)
	out := text(t, r, render.TextOptions{UTF8: true, Exit: exit})
	tooWide(t, out, 80)
	golden(t, "summary-site.txt", []byte(out))
	tooWide(t, text(t, r, render.TextOptions{}), 80)
}

func TestSiteHTML(t *testing.T) {
	r, all := ofSite(t)
	var b bytes.Buffer
	if err := render.HTML(t.Context(), &b, r, again(all)); err != nil {
		t.Fatal(err)
	}
	from, to := bytes.Index(b.Bytes(), []byte(`<section id="coverage">`)), bytes.Index(b.Bytes(), []byte(`<section id="methods">`))
	golden(t, "sections-site.html", b.Bytes()[from:to])
	for _, want := range []string{`data-st="waived"`, "waived until 2026-12-01 by W-ftp, ciso: a printer", "owned by web (ingress, prod, faces outside), net team (lan)", "1 waived", "<option>waived</option>"} {
		if !bytes.Contains(b.Bytes(), []byte(want)) {
			t.Errorf("no %s in the report", want)
		}
	}
	for _, hostile := range []string{"<are>", "payments <b>"} {
		if bytes.Contains(b.Bytes(), []byte(hostile)) {
			t.Errorf("%s is not escaped", hostile)
		}
	}
}

// Everything waived is all right, and is said to be by waiver.
func TestAllWaivedText(t *testing.T) {
	all := slices.DeleteFunc(sample(t), func(a fips.Assessment) bool { return a.Observation.Plain == nil }) // the printer
	waivers := fips.NewWaivers([]fips.Waiver{{ID: "W", Finding: all[0].Findings[0].ID, From: "2026-01-01", Expires: "2026-12-31"}})
	waivers.Waive(&all[0], "2026-11-22")
	r := build(t, sweep(), all)
	if d := cmp.Diff(reports.AllRight, r.Headline()); d != "" {
		t.Error(d)
	}
	golden(t, "summary-waived.txt", []byte(text(t, r, render.TextOptions{UTF8: true})))
}
