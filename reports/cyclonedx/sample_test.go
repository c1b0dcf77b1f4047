package cyclonedx

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

var began = time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)

const sweepID = "20261122T011502Z-7c41"

// inventoried judges observations and makes the inventory of them.
func inventoried(t testing.TB, v Version, l limits, all ...scanner.Observation) (*inventory, reports.Assessments) {
	t.Helper()
	return inventoriedUnder(t, v, l, nil, all...)
}

func inventoriedUnder(t testing.TB, v Version, l limits, waivers *fips.Waivers, all ...scanner.Observation) (*inventory, reports.Assessments) {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge, err := fips.NewJudge(c, "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	table, err := control.Load()
	if err != nil {
		t.Fatal(err)
	}
	sweep := scanner.Sweep{ID: sweepID, Started: began, Host: "scan-1", User: "ops", Tool: "1.0.0", FIPS: "off", Scope: scanner.Scope{Targets: []string{"lab"}, Depth: "full"}}
	b, err := reports.NewBuilder(reports.Config{Sweep: sweep, Catalogue: c, Controls: table, Policy: "fips140-3", AsOf: "2026-11-22", Judge: judge, Waivers: waivers})
	if err != nil {
		t.Fatal(err)
	}
	var assessed []fips.Assessment
	for _, o := range all {
		o.Sweep, o.Time = sweepID, began
		a := judge.Assess(o)
		waivers.Waive(&a, "2026-11-22")
		assessed = append(assessed, a)
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	again := func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for _, a := range assessed {
				if !yield(a, nil) {
					return
				}
			}
		}
	}
	return newInventory(b.Report(began.Add(time.Minute)), v, l), again
}

// written is the document of observations, which holds to its schema.
func written(t testing.TB, v Version, l limits, all ...scanner.Observation) bom {
	t.Helper()
	return writtenUnder(t, v, l, nil, all...)
}

func writtenUnder(t testing.TB, v Version, l limits, waivers *fips.Waivers, all ...scanner.Observation) bom {
	t.Helper()
	x, again := inventoriedUnder(t, v, l, waivers, all...)
	var out bytes.Buffer
	if err := x.write(t.Context(), &out, again); err != nil {
		t.Fatal(err)
	}
	valid.BOM(t, out.Bytes())
	var b bom
	if err := json.Unmarshal(out.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// A bom is a document as it is read again.
type bom struct {
	Serial       string       `json:"serialNumber"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Services     []service    `json:"services"`
	Dependencies []dependency `json:"dependencies"`
}

func (b bom) component(ref string) *component {
	if n := slices.IndexFunc(b.Components, func(c component) bool { return c.Ref == ref }); n >= 0 {
		return &b.Components[n]
	}
	return nil
}

func (b bom) dependsOn(ref string) []string {
	if n := slices.IndexFunc(b.Dependencies, func(d dependency) bool { return d.Ref == ref }); n >= 0 {
		return b.Dependencies[n].DependsOn
	}
	return nil
}

func values(list []property, name string) []string {
	var all []string
	for _, p := range list {
		if p.Name == name {
			all = append(all, p.Value)
		}
	}
	return all
}

func host(n byte) scanner.Endpoint {
	return scanner.Host(netip.AddrFrom4([4]byte{192, 0, 2, n}), 443, "")
}

func speaking(e scanner.Endpoint, versions ...scanner.TLSVersion) scanner.Observation {
	yes := true
	for n := range versions {
		versions[n].Accepted = &yes
	}
	o := scanner.Observe(e, "tls")
	o.TLS = &scanner.TLS{Depth: "full", Versions: versions}
	return o
}

func stored(path string, items ...scanner.Item) scanner.Observation {
	o := scanner.Observe(scanner.File(path), "store")
	o.Store = &scanner.Store{Path: path, Format: "PEM", Mode: "0600", Items: items}
	return o
}

var rsaKey = scanner.Key{Algorithm: "RSA", OID: "1.2.840.113549.1.1.1", Bits: 2048, Exponent: "65537", SPKISHA256: scanner.Digest([]byte("rsa"))}

func certOf(name string, k scanner.Key, days int) scanner.Certificate {
	return scanner.Certificate{SHA256: scanner.Digest([]byte(name)), Subject: "CN=" + name, Issuer: "CN=CA", CommonName: name, Serial: "1f", Version: 3,
		NotBefore: began.AddDate(0, 0, days-90), NotAfter: began.AddDate(0, 0, days), SignatureAlgorithm: "sha256WithRSAEncryption", SignatureOID: "1.2.840.113549.1.1.11",
		Key: k, Names: []string{name}}
}
