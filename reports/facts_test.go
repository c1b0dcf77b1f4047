package reports_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// withKey is a certificate for a name with the key called key.
func withKey(cn, key string) scanner.Certificate {
	c := certificate(cn, 90)
	c.SHA256 = scanner.Digest([]byte(cn + key))
	c.Key.SPKISHA256 = scanner.Digest([]byte(key))
	return c
}

func at(name, addr string, port uint16) scanner.Endpoint {
	return scanner.Host(netip.MustParseAddr(addr), port, name)
}

// shows is a TLS endpoint that shows the certificates as leaves.
func shows(e scanner.Endpoint, certs ...scanner.Certificate) fips.Assessment {
	o := scanner.Observe(e, "tls")
	o.TLS = &scanner.TLS{}
	for _, c := range certs {
		o.TLS.Chains = append(o.TLS.Chains, scanner.Chain{Version: scanner.TLSv12, Certificates: []scanner.Certificate{c}})
	}
	return assessed(o, tls12)
}

func hasHostKey(e scanner.Endpoint, key string) fips.Assessment {
	o := scanner.Observe(e, "ssh")
	digest := scanner.Digest([]byte(key))
	o.SSH = &scanner.SSH{Banner: "SSH-2.0-x", HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: 3072, SHA256: scanner.Digest([]byte("blob" + key)), SPKI: digest, Proven: true}}}
	return assessed(o, sshAES)
}

// holds is a file with a private key, a public key or a certificate in it.
func holds(path string, kind, key string) fips.Assessment {
	k := &scanner.Key{Algorithm: "RSA", Bits: 3072, SPKISHA256: scanner.Digest([]byte(key))}
	item := scanner.Item{Kind: kind, SHA256: k.SPKISHA256, Key: k}
	if kind == scanner.ItemCertificate {
		c := withKey(key+".example", key)
		item = scanner.Item{Kind: kind, SHA256: c.SHA256, Certificate: &c}
	}
	return file(path, []scanner.Item{item}, keyGood)
}

// judged builds a report whose facts the real catalogue rules on.
func judged(t testing.TB, ws *fips.Waivers, all []fips.Assessment, on ...fips.Policy) *reports.Report {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(on) > 0 {
		c = c.Under(on...)
	}
	judge, err := fips.NewJudge(c, asOf)
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sampleSweep(), Catalogue: c, Controls: controls(t), AsOf: asOf, Judge: judge, Waivers: ws})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began)
}

func TestFacts(t *testing.T) {
	lostChain := shows(at("a.example", "10.0.0.2", 443), withKey("a.example", "k1"))
	lostChain.Observation.Incomplete = []scanner.Incomplete{{What: "TLSv1.3 chain", Reason: scanner.ReasonUncomputable}}
	tests := []struct {
		name string
		all  []fips.Assessment
		want []string // kind, places in their order, ruling, hands
	}{
		{"nothing shared", []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k1")), shows(host("10.0.0.2", 443), withKey("b", "k2"))}, nil},
		{"one key in certificates for two names",
			[]fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.2", 443), withKey("b", "k"))},
			[]string{"key-shared 10.0.0.1:443 10.0.0.2:443 deprecated finding, 2 hands"}},
		{"the same in one place", []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k"), withKey("b", "k"))},
			[]string{"key-shared 10.0.0.1:443 deprecated finding, 2 hands"}},
		{"renewed with its key", []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k"), func() scanner.Certificate {
			c := withKey("a", "k")
			c.SHA256 = scanner.Digest([]byte("renewed"))
			return c
		}())}, nil},
		{"one certificate on two hosts", []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.2", 443), withKey("a", "k"))},
			[]string{"certificate-many-names 10.0.0.1:443 10.0.0.2:443 allowed"}},
		{"one certificate under two names of one address", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a", "k")), shows(at("b.example", "10.0.0.1", 443), withKey("a", "k"))},
			[]string{"certificate-many-names a.example:443 b.example:443 allowed"}},
		{"one certificate on two ports", []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.1", 8443), withKey("a", "k"))}, nil},
		{"a name and its own address", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.1", 443), withKey("a", "k"))}, nil},
		{"host key on two hosts", []fips.Assessment{hasHostKey(host("10.0.0.1", 22), "k"), hasHostKey(host("10.0.0.2", 22), "k")},
			[]string{"key-shared 10.0.0.1:22 10.0.0.2:22 deprecated finding, 2 hands"}},
		{"host key on two ports of one", []fips.Assessment{hasHostKey(host("10.0.0.1", 22), "k"), hasHostKey(host("10.0.0.1", 2222), "k")}, nil},
		{"host key on two addresses of one name", []fips.Assessment{hasHostKey(at("a", "10.0.0.1", 22), "k"), hasHostKey(at("a", "::1", 22), "k")}, nil},
		{"addresses joined by a name that comes later",
			[]fips.Assessment{hasHostKey(host("10.0.0.1", 22), "k"), hasHostKey(host("10.0.0.2", 22), "k"), hasHostKey(at("a", "10.0.0.1", 22), "k"), hasHostKey(at("a", "10.0.0.2", 22), "k")}, nil},
		{"host key in a certificate too", []fips.Assessment{hasHostKey(host("10.0.0.1", 22), "k"), shows(host("10.0.0.1", 443), withKey("a", "k"))},
			[]string{"key-shared 10.0.0.1:22 10.0.0.1:443 deprecated finding, 2 hands"}},
		{"private key beside its certificate, and served",
			[]fips.Assessment{holds("/etc/a/key", scanner.ItemPrivateKey, "k"), holds("/etc/a/cert", scanner.ItemCertificate, "k"), shows(host("10.0.0.1", 443), withKey("k.example", "k"))},
			[]string{"private-key-served /etc/a/key 10.0.0.1:443 allowed", "private-key-beside-certificate /etc/a/key"}},
		{"private key of a host key", []fips.Assessment{holds("/etc/ssh/key", scanner.ItemPrivateKey, "k"), hasHostKey(host("10.0.0.1", 22), "k")},
			[]string{"private-key-served /etc/ssh/key 10.0.0.1:22 allowed"}},
		{"private key alone", []fips.Assessment{holds("/etc/a/key", scanner.ItemPrivateKey, "k")}, []string{"private-key-orphaned /etc/a/key"}},
		{"private key with its public one", []fips.Assessment{holds("/etc/a/key", scanner.ItemPrivateKey, "k"), holds("/etc/b/key.pub", scanner.ItemPublicKey, "k")}, nil},
		{"a certificate in another folder", []fips.Assessment{holds("/etc/a/key", scanner.ItemPrivateKey, "k"), holds("/etc/b/cert", scanner.ItemCertificate, "k")}, nil},
		{"a public key in many files", []fips.Assessment{holds("/home/a/keys", scanner.ItemPublicKey, "k"), holds("/home/b/keys", scanner.ItemPublicKey, "k")}, nil},
		{"private key in two files", []fips.Assessment{holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/b/key", scanner.ItemPrivateKey, "k")},
			[]string{"private-key-orphaned /a/key /b/key", "private-key-copied /a/key /b/key"}},
		{"copies of one certificate in files are one hand",
			[]fips.Assessment{holds("/a/cert", scanner.ItemCertificate, "k"), holds("/b/cert", scanner.ItemCertificate, "k"), holds("/a/key", scanner.ItemPrivateKey, "k"), shows(host("10.0.0.1", 443), withKey("k.example", "k"))},
			[]string{"private-key-served /a/key 10.0.0.1:443 allowed", "private-key-beside-certificate /a/key"}},
		{"one certificate at several addresses of one name is one hand",
			[]fips.Assessment{shows(at("a", "10.0.0.1", 443), withKey("a", "k")), shows(at("a", "10.0.0.2", 443), withKey("a", "k")), shows(at("a", "::1", 8443), withKey("a", "k"))}, nil},
		{"copies and addresses beside another hand",
			[]fips.Assessment{shows(at("a", "10.0.0.1", 443), withKey("k.example", "k")), shows(at("a", "10.0.0.2", 443), withKey("k.example", "k")), holds("/a/cert", scanner.ItemCertificate, "k"), holds("/b/cert", scanner.ItemCertificate, "k"),
				holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/b/key", scanner.ItemPrivateKey, "k"), shows(host("10.0.0.3", 443), withKey("b", "k"))},
			[]string{"key-shared /a/cert /a/key /b/cert /b/key 10.0.0.3:443 a:443 a:443 deprecated finding, 2 hands",
				"private-key-served /a/key /b/key 10.0.0.3:443 a:443 a:443 allowed", "private-key-beside-certificate /a/key /b/key"}},
		{"more private files than holders",
			[]fips.Assessment{holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/b/key", scanner.ItemPrivateKey, "k"), holds("/c/key", scanner.ItemPrivateKey, "k"), shows(host("10.0.0.1", 443), withKey("a", "k"))},
			[]string{"private-key-served /a/key /b/key /c/key 10.0.0.1:443 allowed", "private-key-copied /a/key /b/key /c/key"}},
		{"one file in two shards", []fips.Assessment{holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/a/k.pub", scanner.ItemPublicKey, "k")}, nil},
		{"unlike chains behind a name", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a.example", "k1")), shows(at("a.example", "10.0.0.2", 443), withKey("a.example", "k2"))},
			[]string{"chain-differs a.example:443 a.example:443 allowed"}},
		{"unlike chains on two ports", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a.example", "k1")), shows(at("a.example", "10.0.0.2", 8443), withKey("a.example", "k2"))}, nil},
		{"like chains in another order", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a.example", "k1"), withKey("a.example", "k2")),
			shows(at("a.example", "10.0.0.2", 443), withKey("a.example", "k2"), withKey("a.example", "k1"))}, nil},
		{"a chain that was not wholly seen", []fips.Assessment{shows(at("a.example", "10.0.0.1", 443), withKey("a.example", "k1"), withKey("a.example", "k2")), lostChain}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judged(t, nil, tt.all)
			var got []string
			for f := range r.Facts.All() {
				line := string(f.Kind)
				for _, e := range f.Endpoints {
					line += " " + e.String()
				}
				line = sortPlaces(line)
				if f.Ruling != nil {
					line += " " + f.Ruling.Status.String()
				}
				if f.Finding != nil {
					line += " finding"
				}
				if f.Hands > 0 {
					line += fmt.Sprintf(", %d hands", f.Hands)
				}
				got = append(got, line)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
			addsUp(t, r)
		})
	}
}

// sortPlaces orders the words behind the kind: the places have no order that
// readers rely on.
func sortPlaces(line string) string {
	words := strings.Fields(line)
	slices.Sort(words[1:])
	return strings.Join(words, " ")
}

// The finding of a shared key counts, stands in a change with its endpoints,
// and keeps its id when another endpoint comes to hold the key.
func TestSharedKeyFinding(t *testing.T) {
	two := []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.2", 443), withKey("b", "k"))}
	r := judged(t, nil, two)
	if r.Findings != 1 || r.FindingsBy[fips.Deprecated] != 1 || r.Reached(fips.LegacyUse) {
		t.Fatalf("findings %d %v, want 1 deprecated", r.Findings, r.FindingsBy)
	}
	c := r.Changes[0]
	if len(r.Changes) != 1 || c.Findings != 1 || c.Endpoints != 2 || c.Failing != 0 || !slices.Equal(c.Rows[0].Places.Runs(), []string{"10.0.0.1-2:443"}) {
		t.Errorf("change %+v", c)
	}
	three := judged(t, nil, append(two, shows(host("10.0.0.3", 443), withKey("c", "k")), shows(host("10.0.0.1", 8443), withKey("d", "other")), shows(host("10.0.0.2", 8443), withKey("e", "other"))))
	if three.Findings != 2 || three.Changes[0].Endpoints != 5 || three.Changes[0].Rows[0].Places.Count != 5 {
		t.Errorf("findings %d, change %+v", three.Findings, three.Changes[0])
	}
	ids := func(r *reports.Report) (list []string) {
		for f := range r.Facts.Findings() {
			list = append(list, f.ID)
		}
		return list
	}
	if !slices.Contains(ids(three), ids(r)[0]) {
		t.Errorf("finding %s is not among %s", ids(r), ids(three))
	}
	again := three.Facts.List[0].Finding
	if again.Rule != "certificate-property/key-reused-across-hosts" || again.EndpointCount == 0 || len(again.Cite) == 0 {
		t.Errorf("finding %+v", again)
	}
}

// A waiver takes a finding about several places out only where it covers every
// place.
func TestSharedKeyWaived(t *testing.T) {
	all := []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.2", 443), withKey("b", "k"))}
	const rule = "certificate-property/key-reused-across-hosts"
	id := judged(t, nil, all).Facts.List[0].Finding.ID
	tests := []struct {
		name   string
		w      fips.Waiver
		waived int
	}{
		{"by rule, all of it", fips.Waiver{Rule: rule, Scope: pattern(t, "10.0.0.0/24")}, 1},
		{"by rule, one host", fips.Waiver{Rule: rule, Scope: pattern(t, "10.0.0.1")}, 0},
		{"by finding", fips.Waiver{Finding: id}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.w.ID, tt.w.From, tt.w.Expires = "W1", "2026-11-01", "2027-06-01"
			r := judged(t, fips.NewWaivers([]fips.Waiver{tt.w}), all)
			if r.Waived.Findings != tt.waived || r.Findings != 1-tt.waived || r.Waivers[0].Findings != 1 {
				t.Errorf("%d waived, %d left, %d about; want %d waived", r.Waived.Findings, r.Findings, r.Waivers[0].Findings, tt.waived)
			}
			addsUp(t, r)
		})
	}
}

func pattern(t testing.TB, words ...string) (all []fips.Pattern) {
	t.Helper()
	for _, s := range words {
		p, err := fips.ParsePattern(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// What is allowed may be forbidden by a policy. Then it is a finding like any
// other: it counts, stands in a change with its endpoints, keeps its id, and
// can be waived.
func TestJointFindings(t *testing.T) {
	served := []fips.Assessment{holds("/a/key", scanner.ItemPrivateKey, "k"), holds("/b/cert", scanner.ItemCertificate, "k"), shows(host("10.0.0.1", 443), withKey("k.example", "k"))}
	names := []fips.Assessment{shows(host("10.0.0.1", 443), withKey("a", "k")), shows(host("10.0.0.2", 443), withKey("a", "k")), holds("/a/pub", scanner.ItemCertificate, "k")}
	chains := []fips.Assessment{shows(at("a", "10.0.0.1", 443), withKey("a", "k1")), shows(at("a", "10.0.0.2", 443), withKey("a", "k2"))}
	tests := []struct {
		name string
		rule string
		all  []fips.Assessment
		more fips.Assessment // another place of the same
		at   []string        // the places, as a waiver names them
		want int             // endpoints, without the last
	}{
		{"a private key on disk", "private-key-on-disk-served", served, holds("/c/key", scanner.ItemPrivateKey, "k"), []string{"/a/key", "10.0.0.1"}, 2},
		{"a certificate of several names", "certificate-served-under-several-names", names[:2], shows(host("10.0.0.3", 443), withKey("a", "k")), []string{"10.0.0.0/24"}, 2},
		{"unlike chains", "chain-differs-between-addresses", chains, shows(at("a", "10.0.0.3", 443), withKey("a", "k3")), []string{"a:443"}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := fips.Policy{Name: "acme", Tighten: []fips.Demand{{ID: "acme/no", Kinds: []string{"certificate-property"}, Names: []string{tt.rule}, Status: fips.NotApproved,
				Cite: []fips.Citation{{Document: "IG", Section: "x"}}, Because: "The house says so.", Remedy: "Part them."}}}
			r := judged(t, nil, tt.all, p)
			addsUp(t, r)
			var found []fips.Finding
			for f := range r.Facts.Findings() {
				found = append(found, f)
			}
			if len(found) != 1 || r.Findings != 1 || r.FindingsBy[fips.NotApproved] != 1 || !r.Reached(fips.NotApproved) {
				t.Fatalf("findings %+v, counted %d", found, r.Findings)
			}
			f := found[0]
			if f.Rule != "acme/no" || f.Base == nil || f.Base.Rule != "certificate-property/"+tt.rule || f.Base.Status != fips.Allowed || f.EndpointCount != tt.want {
				t.Errorf("finding %+v", f)
			}
			if c := r.Changes[0]; len(r.Changes) != 1 || c.Endpoints != tt.want || c.Failing != tt.want || c.Rows[0].Places.Count != tt.want {
				t.Errorf("change %+v", c)
			}
			grown := judged(t, nil, append(slices.Clone(tt.all), tt.more), p)
			same := false
			for x := range grown.Facts.Findings() {
				same = same || x.ID == f.ID && x.EndpointCount == tt.want+1
			}
			if !same {
				t.Errorf("finding %s is gone where one more endpoint shows it", f.ID)
			}
			for _, w := range []fips.Waiver{{Finding: f.ID}, {Rule: "acme/no", Scope: pattern(t, tt.at...)}, {Algorithm: tt.rule, Scope: pattern(t, tt.at...)}} {
				w.ID, w.From, w.Expires = "W1", "2026-11-01", "2027-06-01"
				r := judged(t, fips.NewWaivers([]fips.Waiver{w}), tt.all, p)
				if r.Waived.Findings != 1 || r.Findings != 0 || r.Reached(fips.Deprecated) {
					t.Errorf("%+v: %d waived, %d left", w, r.Waived.Findings, r.Findings)
				}
			}
		})
	}
}

// A report that is asked for twice counts each fact once.
func TestReportTwice(t *testing.T) {
	b, err := reports.NewBuilder(reports.Config{Sweep: sampleSweep(), Catalogue: sampleCatalogue(), Controls: controls(t), AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := b.Record(t.Context(), shows(host(fmt.Sprintf("10.0.0.%d", i), 443), withKey("a", "k"))); err != nil {
			t.Fatal(err)
		}
	}
	one, two := b.Report(began), b.Report(began)
	if d := cmp.Diff(one.Facts.Counts, two.Facts.Counts); d != "" || one.Findings != two.Findings || one.Facts.List[0].Count != 3 {
		t.Errorf("%s; %d and %d findings", d, one.Findings, two.Findings)
	}
}

// A key on a hundred thousand endpoints takes no room for them beyond a number,
// and keys of their own some hundred bytes each.
func TestFactsMemory(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sampleSweep(), Catalogue: sampleCatalogue(), Controls: controls(t), AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	const n = 50000
	before := heap()
	for i := range n {
		e := host(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), 22)
		key := "shared"
		if i%2 == 0 {
			key = fmt.Sprint("own", i)
		}
		if err := b.Record(t.Context(), hasHostKey(e, key)); err != nil {
			t.Fatal(err)
		}
	}
	used := heap() - before
	t.Logf("%d kB for %d endpoints", used>>10, n)
	if used > 40<<20 {
		t.Errorf("%d MB in use, want at most 40", used>>20)
	}
	r := b.Report(began)
	if f := r.Facts.List[0]; f.Kind != reports.KeyShared || f.Count != n/2 || len(f.Endpoints) > 64 {
		t.Errorf("%s of %d, %d named", f.Kind, f.Count, len(f.Endpoints))
	}
}
