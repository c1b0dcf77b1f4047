package site_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

const goodWaivers = `# What the site accepts for now.
schema: fipsweep.waivers/v1
waivers:
  - id: W-1
    rule: key-exchange/rsa
    scope: 10.0.0.0/24:443
    reason: >
      The partner's client
      knows nothing else.
    ticket: 4711
    approver: J. Doe <jd@corp.example>
    from: 2026-09-01
    expires: "2027-03-01"
  - id: W-2
    algorithm: x25519
    scope: ["*.dev.example.com", '/srv/**', "[::1]:443"]
    reason: development only
    approver: jd
    from: 2026-01-01
    expires: 2027-02-05
  - {id: W-3, finding: 0123456789012345, reason: printer, approver: jd, from: 2026-01-01, expires: 2026-01-01}
`

func parse(t testing.TB, texts ...string) (*fips.Waivers, error) {
	t.Helper()
	var files []site.Source
	for i, s := range texts {
		files = append(files, site.Source{Name: fmt.Sprintf("w%d.yaml", i+1), Data: []byte(s)})
	}
	return site.ParseWaivers("2026-11-22", files...)
}

func TestParseWaivers(t *testing.T) {
	ws, err := parse(t, goodWaivers, `{"waivers": [
		{"id": "J-1", "rule": "mac/sha1", "scope": ["host:22"], "reason": "r", "approver": "a", "from": "2026-01-01", "expires": "2026-06-01"}
	]}`, "waivers:\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range ws.All() {
		got = append(got, fmt.Sprintf("%s %s%s%s %v %q %s %s %s %s", w.ID, w.Rule, w.Algorithm, w.Finding, w.Scope, w.Reason, w.Ticket, w.Approver, w.From, w.Expires))
	}
	want := []string{
		`W-1 key-exchange/rsa [10.0.0.0/24:443] "The partner's client knows nothing else." 4711 J. Doe <jd@corp.example> 2026-09-01 2027-03-01`,
		`W-2 x25519 [*.dev.example.com /srv/** [::1]:443] "development only"  jd 2026-01-01 2027-02-05`,
		`W-3 0123456789012345 [] "printer"  jd 2026-01-01 2026-01-01`,
		`J-1 mac/sha1 [host:22] "r"  a 2026-01-01 2026-06-01`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// item is a file with one waiver, good but for the line that is given.
func item(key, line string) string {
	lines := []string{"id: W", "rule: a/b", "scope: 10.0.0.0/8", "reason: r", "approver: a", "from: 2026-01-01", "expires: 2026-02-01"}
	var b strings.Builder
	b.WriteString("waivers:\n  -")
	put := false
	for i, l := range lines {
		if i > 0 {
			b.WriteString("   ")
		}
		if strings.HasPrefix(l, key+":") {
			l, put = line, true
		}
		b.WriteString(" " + l + "\n")
	}
	if !put {
		b.WriteString("    " + line + "\n")
	}
	return b.String()
}

func TestWaiverComplaints(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"empty file", "", "w1.yaml:1:1: the file is empty"},
		{"only a comment", "# nothing\n", "w1.yaml:1:1: the file is empty"},
		{"broken YAML", "waivers:\n  - id: [\n", "w1.yaml:2:1: no YAML or JSON"},
		{"broken JSON", `{"waivers": [}`, "w1.yaml:1:1: no YAML or JSON"},
		{"UTF-16", "\xff\xfew\x00", "w1.yaml:1:1: no YAML or JSON: it is no UTF-8: save it as that"},
		{"tab", "waivers:\n\t- id: x\n", "w1.yaml:2:1: no YAML or JSON"},
		{"a list on top", "- id: x\n", "w1.yaml:1:1: the file is a list: want a mapping with schema, waivers"},
		{"no list", "schema: fipsweep.waivers/v1\n", "w1.yaml:1:1: no waivers: want a list"},
		{"waivers is text", "waivers: none\n", `w1.yaml:1:10: waivers is "none": want a list`},
		{"another schema", "schema: fipsweep.waivers/v2\nwaivers: []\n", "w1.yaml:1:9: schema"},
		{"two documents", "waivers: []\n---\nwaivers: []\n", "w1.yaml:2:1: a second document"},
		{"unknown key on top", "waiver: []\nwaivers: []\n", `w1.yaml:1:1: unknown key "waiver": did you mean waivers?`},
		{"unknown key", item("x", "expiry: 2026-02-01"), `w1.yaml:9:5: unknown key "expiry": did you mean expires?`},
		{"misspelt key", item("approver", "aprover: a"), `w1.yaml:6:5: unknown key "aprover": did you mean approver?`},
		{"key twice", item("x", "id: V"), "w1.yaml:9:5: key id stands twice, first in line 2"},
		{"merge key", "waivers:\n  - <<: {id: W}\n", "w1.yaml:2:5: a key of a waiver"},
		{"alias", "waivers:\n  - &a {id: W}\n  - *a\n", "w1.yaml:3:5: a waiver is an alias"},
		{"a waiver is text", "waivers: [W]\n", `w1.yaml:1:11: a waiver is "W": want a mapping`},
		{"no id", item("id", "ticket: t"), "w1.yaml:2:5: the waiver has no id"},
		{"no expiry", item("expires", "ticket: t"), "the waiver has no expires"},
		{"no from", item("from", "ticket: t"), "the waiver has no from"},
		{"no reason", item("reason", "ticket: t"), "the waiver has no reason"},
		{"no approver", item("approver", "ticket: t"), "the waiver has no approver"},
		{"empty reason", item("reason", `reason: "  "`), "w1.yaml:5:13: reason is empty"},
		{"null reason", item("reason", "reason:"), "reason is empty: want text"},
		{"reason yes", item("reason", "reason: true"), "w1.yaml:5:13: reason is true or false: want text, in quotes"},
		{"reason with an escape", item("reason", `reason: "\e[31m"`), "w1.yaml:5:13: reason: it holds the character"},
		{"long ticket", item("x", "ticket: "+strings.Repeat("t", 201)), "ticket: it has 201 bytes"},
		{"about nothing", item("rule", "ticket: t"), "w1.yaml:2:5: the waiver is about nothing"},
		{"about two things", item("x", "algorithm: x25519"), "w1.yaml:9:5: algorithm beside rule"},
		{"no scope", item("scope", "ticket: t"), "w1.yaml:2:5: the waiver has no scope"},
		{"empty scope", item("scope", "scope: []"), "w1.yaml:4:12: the scope is empty"},
		{"bad scope", item("scope", "scope: [10.0.0.0/24, 10.0.0.0/33]"), `w1.yaml:4:26: scope "10.0.0.0/33"`},
		{"no date", item("from", "from: 1 Jan 2026"), "w1.yaml:7:11: from: date"},
		{"date that is none", item("expires", "expires: 2026-02-30"), "w1.yaml:8:14: expires: date"},
		{"ends before it begins", item("expires", "expires: 2025-12-31"), "w1.yaml:8:14: expires 2025-12-31 is before"},
		{"too long", item("expires", "expires: 2027-02-06"), "w1.yaml:8:14: expires 2027-02-06 is 401 days after from 2026-01-01: at most 400, so 2027-02-05 at the latest"},
		{"never ends", item("expires", "expires: 9999-12-31"), "w1.yaml:8:14: expires 9999-12-31 is 2912442 days after"},
		{"written too far ahead", strings.Replace(item("expires", "expires: 2027-12-28"), "2026-01-01", "2027-12-01", 1),
			"w1.yaml:8:14: expires 2027-12-28 is 401 days ahead of 2026-11-22: at most 400, so 2027-12-27 at the latest"},
		{"finding that is none", item("rule", "finding: W-1"), `w1.yaml:3:14: finding "W-1": an id has 16 of 0-9 and a-f`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ws, err := parse(t, tt.data)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it; file:\n%s", err, tt.want, tt.data)
			}
			if ws != nil {
				t.Error("waivers beside an error")
			}
		})
	}
	if _, err := parse(t, item("x", "ticket: t")); err != nil {
		t.Errorf("a good file: %v", err)
	}
	if _, err := parse(t, item("expires", "expires: 2027-02-05")); err != nil {
		t.Errorf("400 days: %v", err)
	}
}

// Every complaint of every file is told, in the order of the file.
func TestEveryComplaint(t *testing.T) {
	_, err := parse(t, item("from", "from: soon")+"  - id: W\n    rule: x\n    sope: y\n", item("id", "id: W"))
	want := []string{
		`w1.yaml:7:11: from: date "soon": want YYYY-MM-DD, such as 2031-01-01`,
		"w1.yaml:9:5: the waiver has no reason",
		"w1.yaml:9:5: the waiver has no approver",
		"w1.yaml:9:5: the waiver has no from",
		"w1.yaml:9:5: the waiver has no expires",
		"w1.yaml:9:5: the waiver has no scope: say where it holds, as in 10.0.0.0/24, host:443, *.example.com or /etc/pki",
		"w1.yaml:9:5: waiver W is there already, in w1.yaml:2",
		`w1.yaml:11:5: unknown key "sope": did you mean scope?`,
		"w2.yaml:2:5: waiver W is there already, in w1.yaml:9",
	}
	if d := cmp.Diff(want, strings.Split(fmt.Sprint(err), "\n")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	_, err = parse(t, "waivers: ["+strings.Repeat("x, ", 500)+"]")
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 101 || !strings.Contains(lines[100], "and 400 further") {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

const goodCSV = "\xef\xbb\xbf# expected\r\nTarget,owner,system,environment,data_class,boundary\r\n" +
	"10.0.0.0/24,net team,lan,prod,internal,\r\n\r\n,,,,,\r\n" +
	"\"10.0.0.7:443,8443\",web,\"shop, front\",prod,cardholder,yes\r\n" +
	"*.dev.example.com,dev\r\n/etc/pki,ops,,,,false\r\n"

const goodYAML = `schema: fipsweep.inventory/v1
inventory:
  - {target: 10.0.0.0/24, owner: net team, system: lan, environment: prod, data_class: internal}
  - target: 10.0.0.7:443,8443
    owner: web
    system: shop, front
    environment: prod
    data_class: cardholder
    boundary: true
  - {target: "*.dev.example.com", owner: dev, system: }
  - {target: /etc/pki, owner: ops, boundary: false}
`

func TestParseInventory(t *testing.T) {
	want := []string{
		"10.0.0.0/24 {net team lan prod internal false}",
		"10.0.0.7:443,8443 {web shop, front prod cardholder true}",
		"*.dev.example.com {dev    false}",
		"/etc/pki {ops    false}",
	}
	semicolons := "target;owner;system;environment;data_class;boundary\n10.0.0.0/24;net team;lan;prod;internal;\n10.0.0.7:443,8443;web;shop, front;prod;cardholder;1\n*.dev.example.com;dev\n/etc/pki;ops\n"
	for name, data := range map[string]string{"CSV": goodCSV, "semicolons": semicolons, "YAML": goodYAML} {
		v, err := site.ParseInventory(site.Source{Name: "i", Data: []byte(data)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, x := range v.All() {
			got = append(got, fmt.Sprintf("%s %v", x.Target, x.Tags))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestInventoryComplaints(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"empty file", "", "i:1:1: the file is empty"},
		{"no header", "10.0.0.0/24,web\n", "i:1:1: no column target"},
		{"unknown column", "target,ownr\n10.0.0.0/24,web\n", `i:1:8: unknown column "ownr": did you mean owner?`},
		{"column twice", "target,owner,owner\n", `i:1:14: column "owner" stands twice`},
		{"no target in a row", "target,owner\n,web\n", "i:2:1: the row has no target"},
		{"bad target", "owner,target\nweb,10.0.0.0/33\n", `i:2:5: target "10.0.0.0/33"`},
		{"too many fields", "target,owner\n10.0.0.0/24,web,more\n", "i:2:17: the row has 3 fields and the header 2"},
		{"quote", "target,owner\n10.0.0.0/24,\"web\n", "no CSV"},
		{"bare quote", "target,owner\n10.0.0.0/24,we\"b\n", "i:2:15: no CSV"},
		{"control character", "target,owner\n10.0.0.0/24,w\x1b[31m\n", "i:2:13: owner: it holds the character"},
		{"boundary", "target,boundary\n10.0.0.0/24,maybe\n", `i:2:13: boundary "maybe"`},
		{"target twice", "target,owner\n10.0.0.0/24,a\n10.0.0.0/24,b\n", "i:3:1: target 10.0.0.0/24 is there already, in i:2"},
		{"YAML without target", "inventory:\n  - owner: web\n", "i:2:5: the entry has no target"},
		{"YAML with an unknown key", "inventory:\n  - target: host\n    data-class: x\n", `i:3:5: unknown key "data-class": did you mean data_class?`},
		{"YAML boundary", "inventory:\n  - {target: host, boundary: perhaps}\n", `i:2:30: boundary "perhaps"`},
		{"JSON", `{"inventory": [{"target": "a b"}]}`, `i:1:27: target "a b"`},
		{"target twice in YAML", "inventory:\n  - {owner: a, target: host}\n  - {owner: b, target: host}\n", "i:3:24: target host is there already, in i:2"},
		{"UTF-16", "\xff\xfet\x00a\x00", "i:1:1: no CSV, YAML or JSON: it is no UTF-8: save it as that"},
		{"Latin-1", "target,owner\nhost,M\xfcller\n", "i:2:7: no CSV, YAML or JSON: it is no UTF-8"},
		{"every complaint", "target,owner,x\na b,w\n10.0.0.0/33,w\n", "i:3:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := site.ParseInventory(site.Source{Name: "i", Data: []byte(tt.data)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || v != nil {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func endpoint(addr string) scanner.Endpoint {
	return scanner.Host(netip.MustParseAddr(addr), 443, "")
}

func TestTagIsTheNarrowest(t *testing.T) {
	v, err := site.ParseInventory(site.Source{Name: "i", Data: []byte("target,owner\n10.0.0.0/8,wide\n10.0.0.0/24,narrow\n")})
	if err != nil {
		t.Fatal(err)
	}
	a := fips.Assessment{Findings: make([]fips.Finding, 2)}
	a.Observation.Endpoint = endpoint("10.0.0.9")
	v.Tag(&a)
	if a.Tags == nil || a.Tags.Owner != "narrow" || a.Findings[1].Tags != a.Tags {
		t.Errorf("tags %v", a.Tags)
	}
	b := fips.Assessment{Observation: scanner.Observation{Endpoint: endpoint("11.0.0.1")}}
	v.Tag(&b)
	(*site.Inventory)(nil).Tag(&b)
	if b.Tags != nil {
		t.Errorf("tags %v on what no entry speaks of", b.Tags)
	}
}

// JSON may escape a slash and be indented by tabs, which YAML knows nothing of;
// some editors put a mark before UTF-8.
func TestJSONIsRead(t *testing.T) {
	ws, err := parse(t, "\xef\xbb\xbf{\n\t\"waivers\": [\n\t\t{\"id\": \"W\", \"rule\": \"a\\/b\", \"scope\": \"\\/etc\", \"reason\": \"r\", \"approver\": \"a\", \"from\": \"2026-01-01\", \"expires\": \"2026-02-01\"}\n\t]\n}")
	if err != nil || ws.All()[0].Rule != "a/b" || ws.All()[0].Scope[0].String() != "/etc" {
		t.Errorf("waivers %+v, %v", ws.All(), err)
	}
	v, err := site.ParseInventory(site.Source{Name: "i", Data: []byte("{\n\t\"inventory\": [\n\t\t{\"target\": \"\\/etc\", \"owner\": \"x\"}\n\t]\n}")})
	if err != nil || v.All()[0].Target.String() != "/etc" {
		t.Errorf("inventory %+v, %v", v.All(), err)
	}
}

// A waiver may be written ahead, if it ends no later than one that begins now.
func TestWaiversAhead(t *testing.T) {
	ahead := strings.Replace(item("expires", "expires: 2027-12-27"), "2026-01-01", "2027-12-01", 1)
	if _, err := parse(t, ahead); err != nil {
		t.Errorf("400 days ahead: %v", err)
	}
	file := site.Source{Name: "w", Data: []byte(ahead)}
	if _, err := site.ParseWaivers("2026-11-21", file); err == nil {
		t.Error("it can be read a day earlier, 401 days ahead")
	}
	if _, err := site.ParseWaivers("2040-01-01", file); err != nil {
		t.Errorf("long after: %v", err)
	}
}

// What nobody knows is a complaint where files are looked over, at its place,
// and let pass where they are judged by.
func TestCheckWaivers(t *testing.T) {
	c := loadCatalogue(t)
	policies, err := site.ParsePolicies(c, builtIn(t, "cnsa2"), site.Source{Name: "acme", Data: []byte("policy: acme\nadd:\n" +
		"- {kind: ssh-kex, name: ours, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n" +
		"tighten:\n- {id: d, kind: ssh-kex, only: ours, status: not-approved, cite: {document: IG, section: x}, because: b, remedy: r}\n")})
	if err != nil {
		t.Fatal(err)
	}
	c = c.Under(policies...)
	tests := []struct{ name, line, want string }{
		{"a rule", "rule: key-exchange/RSA", ""},
		{"a rule of one use", `rule: "ssh-hostkey/ssh-rsa#signature-generation"`, ""},
		{"a rule about several endpoints", "rule: certificate-property/chain-differs-between-addresses", ""},
		{"a policy's demand", "rule: acme/d", ""},
		{"a demand that is built in", "rule: cnsa2/group", ""},
		{"a policy's rule", "rule: acme/ssh-kex/ours", ""},
		{"no rule", "rule: no/such", `w.yaml:3:11: rule "no/such": neither the catalogue nor a policy has it: 'fipsweep rules' lists them, and --policy FILE brings a site's own`},
		{"another spelling of a rule", "rule: key-exchange/rsa", "w.yaml:3:11: rule \"key-exchange/rsa\": neither the catalogue nor a policy has it: did you mean key-exchange/RSA?"},
		{"a name and no rule", "rule: rsa-exponent-low", "did you mean public-key/RSA-exponent-low"},
		{"a suite", "algorithm: TLS_RSA_WITH_AES_128_CBC_SHA", ""},
		{"a group", "algorithm: x25519", ""},
		{"a policy's name", "algorithm: ours", ""},
		{"a key", "algorithm: RSA 1024", ""},
		{"a key on a curve", "algorithm: EC secp256k1", ""},
		{"a key on no curve", "algorithm: EC secp256z1", "no rule and no registry has the name"},
		{"a signature", "algorithm: sha1WithRSAEncryption", ""},
		{"a way to protect keys", "algorithm: PBES2", ""},
		{"a code point", `algorithm: "0x4242"`, ""},
		{"an object identifier", "algorithm: 1.3.6.1.4.1.99999.1", ""},
		{"a maker's own name", "algorithm: kex-3@vendor.example.com", ""},
		{"a prime", "algorithm: DHE prime of 1024 bits", ""},
		{"no algorithm", "algorithm: ROT13", `w.yaml:3:16: algorithm "ROT13": no rule and no registry has the name: what nobody knows is waived by the id of its finding`},
		{"another spelling", "algorithm: tls_rsa_with_aes_128_cbc_sha", "did you mean TLS_RSA_WITH_AES_128_CBC_SHA"},
		{"a pattern", "algorithm: TLS_RSA_*", `w.yaml:3:16: algorithm "TLS_RSA_*": a * stands for nothing here`},
		{"two at signs", "algorithm: a@b@c", "no rule and no registry has the name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := site.Source{Name: "w.yaml", Data: []byte(item("rule", tt.line))}
			_, err := site.CheckWaivers("2026-11-22", c, file)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if _, err := site.ParseWaivers("2026-11-22", file); err != nil {
				t.Errorf("judging refuses it: %v", err)
			}
		})
	}
}

// Whatever is ruled on by a rule has a name that can be waived.
func TestEverySubjectCanBeWaived(t *testing.T) {
	c := loadCatalogue(t)
	j, g := judgeOn(t, c, "2026-11-22"), c.Glossary()
	n := 0
	for _, o := range everything() {
		for _, r := range j.Assess(o).Rulings {
			switch {
			case r.Rule == "":
			case !g.Rule(r.Rule):
				t.Errorf("rule %s is not known", r.Rule)
			case !g.Subject(r.Subject.Name):
				t.Errorf("%s %q, on which %s rules, is not known", r.Subject.Kind, r.Subject.Name, r.Rule)
			}
			n++
		}
	}
	if n < 1000 {
		t.Errorf("only %d rulings", n)
	}
}

func FuzzParseWaivers(f *testing.F) {
	f.Add([]byte(goodWaivers))
	f.Add([]byte(`{"waivers":[{"id":"J","rule":"x","scope":"h","reason":"r","approver":"a","from":"2026-01-01","expires":"2026-06-01"}]}`))
	f.Add([]byte("waivers: [&a {id: *a}, <<: *a, ? [x] : y]\n--- !!set {}\n"))
	f.Add([]byte("%YAML 1.1\n---\nwaivers: !!binary x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ws, err := site.ParseWaivers("2026-11-22", site.Source{Name: "f", Data: data})
		if (ws == nil) == (err == nil) {
			t.Fatal("want waivers or an error")
		}
		for _, w := range ws.All() {
			if w.ID == "" || w.Approver == "" || w.Reason == "" || w.From == "" || w.Expires < w.From || w.Expires > "2027-12-27" || len(w.Scope) == 0 && w.Finding == "" {
				t.Errorf("a waiver that cannot be: %+v", w)
			}
		}
	})
}

func FuzzParseInventory(f *testing.F) {
	f.Add([]byte(goodCSV))
	f.Add([]byte(goodYAML))
	f.Add([]byte("target;owner\n\"a\"\"b\";x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := site.ParseInventory(site.Source{Name: "f", Data: data})
		if (v == nil) == (err == nil) {
			t.Fatal("want an inventory or an error")
		}
		for _, x := range v.All() {
			if x.Target.String() == "" {
				t.Error("an entry without target")
			}
		}
	})
}
