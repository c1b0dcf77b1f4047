package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

const ownersFile = `target,owner,system,environment,data_class
localhost:443,web <b>,ingress,prod,
/srv/pay/*,payments,till,,cardholder
/srv/lost,nobody,,,
`

func keyed(cn, key string) scanner.Certificate {
	return scanner.Certificate{SHA256: scanner.Digest([]byte(cn)), Subject: "CN=" + cn, Issuer: "CN=ca", CommonName: cn, Names: []string{cn}, Serial: "1234567890abcdef", Version: 3,
		NotBefore: began.AddDate(0, -1, 0), NotAfter: began.AddDate(0, 2, 0), SignatureAlgorithm: "ecdsa-with-SHA256", SignatureOID: "1.2.840.10045.4.3.2",
		Key: scanner.Key{Algorithm: "EC", Bits: 256, Curve: "secp256r1", SPKISHA256: scanner.Digest([]byte(key))}}
}

func serves(addr, name string, cert scanner.Certificate, versions ...string) scanner.Observation {
	o := scanner.Observe(scanner.Host(netip.MustParseAddr(addr), 443, name), "tls")
	yes := true
	o.TLS = &scanner.TLS{Depth: "full", Connections: 1, Chains: []scanner.Chain{{Version: scanner.TLSv12, Certificates: []scanner.Certificate{cert}}}}
	for _, v := range versions {
		o.TLS.Versions = append(o.TLS.Versions, scanner.TLSVersion{Version: v, Accepted: &yes})
	}
	return o
}

// tied is a name with two addresses, which show unlike chains, one certificate
// under two names, and a key in more than one hand, whose private half lies in
// a file of another owner; really judged.
func tied(t testing.TB) (*reports.Report, []fips.Assessment) {
	t.Helper()
	return tiedOf(t, ownersFile)
}

func tiedOf(t testing.TB, owners string) (*reports.Report, []fips.Assessment) {
	t.Helper()
	shared := keyed("www.example", "k")
	pay := keyed("pay.example", "k")
	private, cert := scanner.Observe(scanner.File("/srv/pay/key.pem"), "store"), scanner.Observe(scanner.File("/srv/pay/cert.pem"), "store")
	private.Store = &scanner.Store{Path: private.Endpoint.Path, Format: "PEM", Mode: "0600", Items: []scanner.Item{{Kind: scanner.ItemPrivateKey, SHA256: pay.Key.SPKISHA256, Key: &pay.Key}}}
	cert.Store = &scanner.Store{Path: cert.Endpoint.Path, Format: "PEM", Items: []scanner.Item{{Kind: scanner.ItemCertificate, SHA256: pay.SHA256, Certificate: &pay}}}
	seen := []scanner.Observation{
		serves("127.0.0.1", "localhost", shared, scanner.TLSv10),
		serves("::1", "localhost", keyed("old.example", "old"), scanner.SSLv3, scanner.TLSv10),
		serves("127.0.0.9", "other.test", shared, scanner.TLSv12),
		private, cert,
		scanner.Failed(scanner.Host(netip.MustParseAddr("127.0.0.1"), 22, "localhost"), "ssh", scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonTimeout}),
	}
	inventory, err := site.ParseInventory(site.Source{Name: "owners.csv", Data: []byte(owners)})
	if err != nil {
		t.Fatal(err)
	}
	c := loadCatalogue(t)
	judge, err := fips.NewJudge(c, "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sweep(), Catalogue: c, Controls: table(t), Policy: judge.Policy(), AsOf: "2026-11-22", Judge: judge, Inventory: inventory})
	if err != nil {
		t.Fatal(err)
	}
	var all []fips.Assessment
	for _, o := range seen {
		o.Sweep, o.Time = sweep().ID, began
		a := judge.Assess(o)
		inventory.Tag(&a)
		all = append(all, a)
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began), all
}

// every output of the report, as a string.
func every(t testing.TB, r *reports.Report, all []fips.Assessment) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, b := range rendered(t, r, all) {
		out[name] = string(b)
	}
	var text, html, lines bytes.Buffer
	l := reports.NewLines(&lines, table(t))
	for _, a := range all {
		if err := l.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{l.Close(r), render.Text(&text, r, render.TextOptions{UTF8: true}), render.HTML(t.Context(), &html, r, again(all))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	out["text"], out["html"], out["jsonl"] = text.String(), html.String(), lines.String()
	return out
}

// spaced is the text without its line breaks.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTogetherInEveryOutput(t *testing.T) {
	r, all := tied(t)
	out := every(t, r, all)
	tooWide(t, out["text"], 80)
	valid.Document(t, "report", []byte(out["json"]))
	golden(t, "together.md", []byte(out["md"]))
	golden(t, "together.txt", []byte(out["text"]))
	want := map[string][]string{
		"text": {"localhost:443 (::1)", "1 key in more than one hand (deprecated)", "1 name with unlike chains behind it", "1 private key on disk whose public half is served",
			"1 certificate served under several names", "localhost:443 at 2 addresses", "TLS 3 3 3 0", "127.0.0.0/24", "::/64", "SSH 1 1 0 1 timeout 1", "expected and not found 1: /srv/lost (nobody)", "found and not expected 2: localhost:22 (127.0.0.1), other.test:443"},
		"md": {"`localhost:443 (127.0.0.1)`", "1 key in more than one hand", "1 name with unlike chains behind it", "1 private key on disk whose public half is served",
			"1 certificate served under several names", "| TLS | 3 | 3 | 3 | 0 |", "| 127.0.0.0/24 |", "| timeout 1 |", "| `/srv/lost` | nobody | nothing there was asked |", "not expected:** 2: `localhost:22 (127.0.0.1)` `other.test:443`",
			"owned by web <code>&#60;b&#62;</code> (ingress, prod)", "payments (till, cardholder)"},
		"html":  {"localhost:443 (127.0.0.1)", "localhost:443 (::1)", "owned by web &lt;b&gt; (ingress, prod)"},
		"csv":   {"localhost:443 (127.0.0.1)", "chain-differs", "private-key-served", "certificate-many-names", "coverage"},
		"json":  {"localhost:443 (127.0.0.1)", `"endpoint_tags"`, `"owners":["payments","web <b>"]`},
		"jsonl": {"localhost:443 (::1)", `"endpoint_tags"`},
	}
	for name, list := range want {
		for _, s := range list {
			if !strings.Contains(spaced(out[name]), s) {
				t.Errorf("%s lacks %q", name, s)
			}
		}
	}
}

// The name alone tells nobody which of its addresses is meant.
func TestAddressesAreToldApart(t *testing.T) {
	r, all := tied(t)
	for name, s := range every(t, r, all) {
		s = strings.ReplaceAll(spaced(s), "scan localhost:443<", "") // what to paste
		s = strings.ReplaceAll(s, `"target":"localhost:443"`, "")
		if name == "csv" {
			s = strings.ReplaceAll(s, ",chain-differs,localhost:443,", "") // about the name
		}
		for rest := s; ; {
			_, after, found := strings.Cut(rest, "localhost:443")
			if !found {
				break
			}
			about := strings.HasPrefix(after, "</code></td><td><span class=\"st al\">") || strings.HasPrefix(after, "` |") || strings.HasPrefix(after, `","says":"Its addr`) || strings.HasPrefix(after, `", "says": "Its addr`) || strings.HasPrefix(after, " at 2 addresses")
			if !strings.HasPrefix(after, " (") && !about {
				t.Errorf("%s: localhost:443%.80s", name, after)
			}
			rest = after
		}
	}
	if n := strings.Count(spaced(every(t, build(t, sweep(), all[1:2]), all[1:2])["md"]), "localhost:443 ("); n != 0 {
		t.Errorf("an address is told %d times of a name that has but one", n)
	}
}

// What is true of several places has a row at each, with that place's owner.
func TestCSVOwnersOfSharedKeys(t *testing.T) {
	r, all := tied(t)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(every(t, r, all)["csv"], "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	got := map[string][]string{}
	for _, row := range rows[1:] {
		if name := cell(row, "subject"); cell(row, "record") == "fact" {
			got[cell(row, "kind")] = append(got[cell(row, "kind")], cell(row, "endpoint")+" "+cell(row, "owner")+cell(row, "status"))
		} else if name == "key-reused-across-hosts" {
			got["key"] = append(got["key"], cell(row, "endpoint")+" "+cell(row, "owner")+" "+cell(row, "system")+" "+cell(row, "data_class"))
		}
	}
	want := map[string][]string{
		"key":                            {"/srv/pay/cert.pem payments till cardholder", "/srv/pay/key.pem payments till cardholder", "localhost:443 (127.0.0.1) web <b> ingress ", "other.test:443   "},
		"chain-differs":                  {"localhost:443 (127.0.0.1) web <b>", "localhost:443 (::1) web <b>"},
		"private-key-served":             {"/srv/pay/key.pem payments", "localhost:443 (127.0.0.1) web <b>", "other.test:443 "},
		"certificate-many-names":         {"localhost:443 (127.0.0.1) web <b>", "other.test:443 "},
		"private-key-beside-certificate": {"/srv/pay/key.pem payments"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The CSV's rows of coverage and inventory are the report's figures.
func TestCSVCoverage(t *testing.T) {
	r, all := ofSite(t)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(every(t, r, all)["csv"], "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, row := range rows[1:] {
		got[strings.Join(append([]string{row[slices.Index(rows[0], "endpoint")], row[8], row[9], row[27]}, row[slices.Index(rows[0], "record"):]...), ",")] = true
	}
	for _, want := range []string{
		",all,,,coverage,86,73,68,5,13", ",kind,TLS,,coverage,47,46,45,2,0", ",kind,not known,,coverage,11,0,0,1,10", ",subnet,10.20.1.0/24,,coverage,17,15,13,4,0",
		",reason,timeout,,coverage,,,,2,", ",reason,refused,,coverage,,,,,10", ",,10.20.9.0/24,lab,expected-not-found,0,0,,,", "/etc/pki/tls/key.pem,,,,found-not-expected,,,,,",
	} {
		if !got[want] {
			t.Errorf("no row %s", want)
		}
	}
}

// A row says that owners are not all known only where they are not.
func TestOwnersOfRows(t *testing.T) {
	const key = "key-reused-across-hosts"
	for owners, of := range map[string]map[string]string{
		ownersFile:                          {"SSLv3": "web <b>;", "hostname-mismatch": "web <b> and unknown;", key: "payments,web <b> and unknown;"},
		ownersFile + "other.test,shop,,,\n": {"SSLv3": "web <b>;", "hostname-mismatch": "web <b>,shop;", key: "payments,web <b>,shop;"},
	} {
		r, _ := tiedOf(t, owners)
		got := map[string]string{}
		for _, c := range r.Changes {
			for _, row := range c.Rows {
				got[row.Subject.Name] += strings.Join(row.Owners, ",") + map[bool]string{true: " and unknown"}[row.Unowned] + ";"
			}
		}
		for name, want := range of {
			if got[name] != want {
				t.Errorf("%s is of %q, want %q", name, got[name], want)
			}
		}
	}
}

// The tags of a shared key's line are those of its places, in their order.
func TestEndpointTags(t *testing.T) {
	r, all := tied(t)
	for line := range strings.Lines(every(t, r, all)["jsonl"]) {
		var l struct {
			Schema    string
			Endpoints []scanner.Endpoint
			Tags      []fips.Tags `json:"endpoint_tags"`
		}
		if strings.Contains(line, `"endpoint_tags"`) {
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatal(err)
			}
		}
		if len(l.Endpoints) != len(l.Tags) {
			t.Fatalf("%d endpoints, %d tags", len(l.Endpoints), len(l.Tags))
		}
		for i, e := range l.Endpoints {
			if want := map[bool]string{true: "payments"}[e.Path != ""]; e.Name == "" && l.Tags[i].Owner != want || e.Name == "other.test" && l.Tags[i].Owner != "" {
				t.Errorf("%s is %q's", e, l.Tags[i].Owner)
			}
		}
	}
}

// A comparison tells addresses apart, too.
func TestComparisonTellsAddresses(t *testing.T) {
	r, all := tied(t)
	bare := slices.Clone(all)
	for i := range bare {
		bare[i].Rulings, bare[i].Findings, bare[i].Worst = nil, nil, fips.Unobserved
	}
	before := reports.Side{Report: build(t, sweep(), bare), Again: again(bare)}
	c, err := reports.Compare(t.Context(), before, reports.Side{Report: r, Again: again(all)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := render.Comparison(&b, c, render.TextOptions{UTF8: true}); err != nil {
		t.Fatal(err)
	}
	if got := spaced(b.String()); !strings.Contains(got, "localhost:443 (127.0.0.1) localhost:443 (::1) other.test:443") {
		t.Errorf("no addresses:\n%s", &b)
	}
}
