package site_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/site"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func loadCatalogue(t testing.TB) *fips.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func builtIn(t testing.TB, name string) site.Source {
	t.Helper()
	data, ok := catalogue.PolicyFile(name)
	if !ok {
		t.Fatalf("no policy %s", name)
	}
	return site.Source{Name: name, Data: data}
}

// The policies that are built in are read as a site's own are.
func TestBuiltInPolicies(t *testing.T) {
	c := loadCatalogue(t)
	policies, err := site.ParsePolicies(c, builtIn(t, "cnsa2"), builtIn(t, "pqc"))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range fips.BuiltInPolicies()[1:] {
		if policies[i].Name != name || policies[i].Title == "" || policies[i].Version == "" {
			t.Errorf("%s: %+v", name, policies[i])
		}
	}
	if _, ok := catalogue.PolicyFile("../data/meta"); ok {
		t.Error("a path is no name")
	}
}

// What the policies change is a golden file, so that a change of theirs is
// read as a change of lines.
func TestPolicyGoldens(t *testing.T) {
	c := loadCatalogue(t)
	for _, name := range fips.BuiltInPolicies()[1:] {
		policies, err := site.ParsePolicies(c, builtIn(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range []fips.Date{"2026-11-22", "2032-01-01", "2036-01-01"} {
			j, err := fips.NewJudge(c.Under(policies...), day)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, x := range j.Changes() {
				fmt.Fprintf(&b, "%s | %s %s | %s | %s -> %s | %s..%s\n", x.By, x.Kind, x.Name, x.Rule, x.Before, x.After, x.From, x.Until)
			}
			golden(t, fmt.Sprintf("policy-%s-%s.txt", name, day), b.String())
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s; if it should be so, run go test ./fips/site -update (-want +got):\n%s", name, diff)
	}
}

// What CNSA 2.0 is known to ask for, whatever its file says.
func TestCNSA2(t *testing.T) {
	c := loadCatalogue(t)
	policies, err := site.ParsePolicies(c, builtIn(t, "cnsa2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name               string
		now, mandatory, pq fips.Status
	}{
		{"TLS_AES_256_GCM_SHA384", fips.Approved, fips.Approved, fips.Approved},
		{"TLS_AES_128_GCM_SHA256", fips.NotApproved, fips.NotApproved, fips.NotApproved},
		{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", fips.Deprecated, fips.NotApproved, fips.Disallowed},
		{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", fips.NotApproved, fips.Disallowed, fips.Disallowed},
		{"named-group/MLKEM1024", fips.Approved, fips.Approved, fips.Approved},
		{"named-group/SecP384r1MLKEM1024", fips.Approved, fips.Approved, fips.Approved},
		{"named-group/X25519MLKEM768", fips.NotApproved, fips.NotApproved, fips.NotApproved},
		{"named-group/secp256r1", fips.NotApproved, fips.NotApproved, fips.Disallowed},
		{"named-group/secp384r1", fips.Deprecated, fips.NotApproved, fips.Disallowed},
		{"named-group/ffdhe2048", fips.NotApproved, fips.NotApproved, fips.Disallowed},
		{"public-key/ML-DSA-87", fips.Approved, fips.Approved, fips.Approved},
		{"public-key/ML-DSA-65", fips.NotApproved, fips.NotApproved, fips.NotApproved},
		{"public-key/SLH-DSA-SHA2-256s", fips.NotApproved, fips.NotApproved, fips.NotApproved},
		{"RSA 2048", fips.NotApproved, fips.NotApproved, fips.Disallowed},
		{"RSA 3072", fips.Deprecated, fips.NotApproved, fips.Disallowed},
		{"hash/SHA-384", fips.Approved, fips.Approved, fips.Approved},
		{"hash/SHA-256", fips.NotApproved, fips.NotApproved, fips.NotApproved},
		{"ssh-cipher/aes256-gcm@openssh.com", fips.Approved, fips.Approved, fips.Approved},
		{"ssh-kex/ext-info-s", fips.Approved, fips.Approved, fips.Approved},
	} {
		for day, want := range map[fips.Date]fips.Status{"2026-11-22": tt.now, "2032-01-01": tt.mandatory, "2036-01-01": tt.pq} {
			j, err := fips.NewJudge(c.Under(policies...), day)
			if err != nil {
				t.Fatal(err)
			}
			if found, _ := j.Explain(tt.name); len(found) == 0 || found[0].Status != want {
				t.Errorf("%s on %s: want %s, got %+v", tt.name, day, want, found)
			}
		}
	}
}

// sound is a policy with one demand; lines replace or add to the demand's.
func sound(lines ...string) string {
	keys := []string{"id: d", "kind: named-group", "name: secp256r1", "status: disallowed", "cite: {document: SP800-186, section: x}", "because: b", "remedy: r"}
	for _, l := range lines {
		key, value, _ := strings.Cut(l, ":")
		for i := 0; i <= len(keys); i++ {
			if i == len(keys) {
				keys = append(keys, l)
				break
			}
			if strings.HasPrefix(keys[i], key+":") {
				keys[i] = l
				if value == "" {
					keys[i] = ""
				}
				break
			}
		}
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return k == "" })
	return "policy: p\ntighten:\n- " + strings.Join(keys, "\n  ") + "\n"
}

func TestPolicyComplaints(t *testing.T) {
	const add = "policy: p\nadd:\n- {kind: ssh-kex, name: %s, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r%s}\n"
	tests := []struct{ name, file, want string }{
		{"empty", "", "p.yaml:1:1: the file is empty"},
		{"only a comment", "# nothing\n", "p.yaml:1:1: the file is empty"},
		{"binary", "\x7fELF\x02\x01\x00", "p.yaml:1:5: no YAML or JSON: it holds control characters"},
		{"not UTF-8", "policy: \xff\xfe", "p.yaml:1:9: no YAML or JSON: it is no UTF-8"},
		{"broken", "policy: [", "no YAML or JSON"},
		{"a list", "- a", "p.yaml:1:1: the file is a list"},
		{"no name", "tighten: []", "p.yaml:1:1: policy is missing"},
		{"bad name", "policy: Our Own", `p.yaml:1:9: policy "Our Own": want small letters`},
		{"asks for nothing", "policy: p", "p.yaml:1:1: the policy asks for nothing"},
		{"unknown key above", "policy: p\ntightn: []", `p.yaml:2:1: unknown key "tightn": did you mean tighten?`},
		{"unknown key", sound("colour: red"), `p.yaml:10:3: unknown key "colour"`},
		{"key twice", sound() + "  id: e", "p.yaml:10:3: key id stands twice"},
		{"other schema", "schema: fipsweep.waivers/v1\npolicy: p", "p.yaml:1:9: schema"},
		{"alias", "policy: p\ntighten: &a [*a]", "alias"},
		{"id missing", sound("id:"), "p.yaml:3:3: id is missing"},
		{"id", sound("id: Ä"), `id "Ä": want small letters`},
		{"kind missing", sound("kind:"), "kind is missing"},
		{"kind", sound("kind: groups"), `p.yaml:4:9: unknown kind "groups"`},
		{"name", sound("name: secp256r2"), `p.yaml:5:9: name "secp256r2": no rule and no TLS suite is called so: did you mean secp256r1`},
		{"name of another kind", sound("kind: hash"), "no rule and no TLS suite is called so"},
		{"name in the list", sound("name:", "only: [secp384r1, secp384r2]"), `p.yaml:9:21: only "secp384r2"`},
		{"star in the middle", sound("name: sec*r1"), "a * stands at the end only"},
		{"empty list", sound("name: []"), "name is an empty list"},
		{"status", sound("status: fine"), `p.yaml:6:11: unknown status "fine"`},
		{"status that no rule gives", sound("status: unclassified"), `unknown status "unclassified"`},
		{"status missing", sound("status:"), "status is missing"},
		{"date", sound("from: 2031-02-30"), `p.yaml:10:9: from: date "2031-02-30": want YYYY-MM-DD`},
		{"dates", sound("from: 2031-01-01", "until: 2030-01-01"), "p.yaml:11:10: until 2030-01-01 is before from 2031-01-01"},
		{"cite missing", sound("cite:"), "p.yaml:3:3: cite is missing"},
		{"cites nothing", sound("cite: []"), "cite is missing"},
		{"cites what nobody knows", sound("cite: {document: X, section: y}"), `p.yaml:7:20: document "X" is no source of the catalogue`},
		{"no section", sound("cite: {document: IG}"), "section is missing"},
		{"because missing", sound("because:"), "because is missing"},
		{"remedy missing", sound("remedy:"), "remedy is missing"},
		{"confidence", sound("confidence: sure"), `unknown confidence "sure"`},
		{"role", sound("role: dance"), `unknown role "dance"`},
		{"truth", sound("quantum_vulnerable: yes"), "p.yaml:10:23: quantum_vulnerable is \"yes\": want true or false"},
		{"number", sound("strength_below: many"), "want a number of bits from 1 to 512"},
		{"number too large", sound("strength_below: 99999999999999999999"), "want a number of bits"},
		{"negative", sound("strength_below: -1"), "want a number of bits"},
		{"bits without algorithm", sound("kind: public-key", "name:", "below_bits: 3072"), "p.yaml:9:3: below_bits without algorithm"},
		{"bits of curves", sound("kind: public-key", "name:", "below_bits: 384", "algorithm: EC"), `unknown algorithm "EC"`},
		{"bits of groups", sound("name:", "below_bits: 3072", "algorithm: RSA"), "want kind: public-key"},
		{"algorithm alone", sound("algorithm: RSA"), "algorithm without below_bits"},
		{"reaches nothing", sound("name:", "kind: mac", "quantum_vulnerable: true"), "p/d reaches no rule of the catalogue"},
		{"id twice", sound() + "\n- {id: d, quantum_vulnerable: true, status: not-approved, cite: {document: IG, section: x}, because: b, remedy: r}", "p.yaml:11:8: id d is there already, in line 3"},

		{"loosens", sound("name: x25519", "status: allowed"), "p.yaml:6:11: p/d loosens the rule named-group/x25519, which says not-approved, to allowed: ask for not-approved, or leave the rule alone; loosening is a waiver's job"},
		{"loosens later", sound("status: deprecated"), "p/d loosens the rule named-group/secp256r1, which says disallowed from 2036-01-01, to deprecated: ask for disallowed, end it before that day"},
		{"loosens by alias", sound("kind: [named-group, ssh-kex]", "name: curve25519-sha256@libssh.org", "status: deprecated"), "loosens the rule ssh-kex/curve25519-sha256"},
		{"loosens one use", sound("kind: ssh-hostkey", "name: ssh-rsa", "status: not-approved"), "loosens the rule ssh-hostkey/ssh-rsa#signature-generation, which says disallowed"},
		{"loosens all of a kind", sound("name:", "status: approved"), "loosens the rule named-group/"},
		{"loosens a pattern", sound("name: sect163*", "status: not-approved"), "loosens the rule named-group/sect163k1"},
		{"loosens a suite", sound("kind: tls-cipher-suite", "name: TLS_RSA_WITH_AES_128_CBC_SHA", "status: deprecated"), "loosens the rule tls-cipher-suite/TLS_RSA_WITH_AES_128_CBC_SHA, which says disallowed"},

		{"adds what is there", fmt.Sprintf(add, "curve25519-sha256", ""), `p.yaml:3:25: name "curve25519-sha256" is in the catalogue already`},
		{"adds what a family has", fmt.Sprintf(add, "gss-group14-sha256-xyz", ""), "is in the catalogue already"},
		{"adds by alias", fmt.Sprintf(add, "new", ", aliases: [ecdh-sha2-nistp256]"), "is in the catalogue already"},
		{"adds a code point that is there", "policy: p\nadd:\n- {kind: named-group, name: new, codepoint: 0x0017, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n", `codepoint "0x0017" is in the catalogue already`},
		{"adds a suite that is there", "policy: p\nadd:\n- {kind: tls-cipher-suite, name: TLS_RSA_WITH_RC4_128_SHA, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n", "is in the catalogue already"},
		{"adds twice", fmt.Sprintf(add, "ours", "") + "- {kind: ssh-kex, name: ours, use: u, status: disallowed, cite: {document: IG, section: x}, because: b, remedy: r}", `p.yaml:4:25: name "ours" is that of p/ssh-kex/ours already`},
		{"adds a code point twice", "policy: p\nadd:\n- {kind: named-group, name: a, codepoint: 0x4242, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n" +
			"- {kind: named-group, name: b, codepoint: 0x4240-0x4250, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n", `p.yaml:4:43: codepoint "0x4240-0x4250" is that of p/named-group/a already`},
		{"adds what is no code point", fmt.Sprintf(add, "ours", ", codepoint: zz"), `codepoint "zz": want 0x4242, a list of such, or 0x4242-0x4250`},
		{"adds what is no object identifier", fmt.Sprintf(add, "ours", ", oid: 1..2"), `oid "1..2": want 1.3.6.1.4.1.99999.1, a list of such`},
		{"adds a pattern", fmt.Sprintf(add, "\"new*\"", ""), "has no *"},
		{"adds with bounds", fmt.Sprintf(add, "new", ", bounds: {max_bits: 1}"), `unknown key "bounds"`},
		{"source twice", "policy: p\nsources: [{id: IG, title: t, edition: e, date: 2026, access: read}]", "source IG is there already"},
		{"source without title", "policy: p\nsources: [{id: X, edition: e, date: 2026, access: read}]", "p.yaml:2:11: title is missing"},
		{"source of no date", "policy: p\nsources:\n- {id: X, title: t, edition: e, date: last year, access: read}", `p.yaml:3:39: date "last year": want YYYY-MM-DD, YYYY-MM or YYYY, such as 2026-01-31`},
		{"source of a day that is none", "policy: p\nsources:\n- {id: X, title: t, edition: e, date: 2026-02-30, access: read}", `p.yaml:3:39: date "2026-02-30"`},
		{"source of a month that is none", "policy: p\nsources:\n- {id: X, title: t, edition: e, date: 2026-13, access: read}", `p.yaml:3:39: date "2026-13"`},
		{"source of an empty date", "policy: p\nsources:\n- {id: X, title: t, edition: e, date: \"\", access: read}", `p.yaml:3:39: date is empty`},
		{"source at no address", "policy: p\nsources:\n- {id: X, title: t, edition: e, date: 2026, access: read, url: \"javascript:alert(1)\"}", `p.yaml:3:64: url "javascript:alert(1)": want one that begins with https://`},
		{"name of a policy that is built in", "policy: cnsa2\ntighten: []", "p.yaml:1:9: policy cnsa2 is built in"},
	}
	c := loadCatalogue(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := site.ParsePolicies(c, site.Source{Name: "p.yaml", Data: []byte(tt.file)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s\nfor:\n%s", err, tt.want, tt.file)
			}
		})
	}
}

// Every complaint about every file is told, at its place.
func TestEveryPolicyComplaint(t *testing.T) {
	_, err := site.ParsePolicies(loadCatalogue(t),
		site.Source{Name: "a.yaml", Data: []byte(sound("status: fine", "cite:", "name: nope", "colour: red"))},
		site.Source{Name: "b.json", Data: []byte("{\n\t\"policy\": \"p\",\n\t\"tigten\": [],\n\t\"title\": true\n}")})
	for _, want := range []string{"a.yaml:3:3: cite is missing", "a.yaml:5:9: name", "a.yaml:6:11: unknown status", "a.yaml:9:3: unknown key",
		"b.json:3:2: unknown key", "b.json:4:11: title is true or false", "b.json:2:12: policy p is there already, in a.yaml"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func TestPoliciesRead(t *testing.T) {
	c := loadCatalogue(t)
	for name, file := range map[string]string{
		"sound": sound(),
		"sources by day, month and year": "sources:\n- {id: X, title: t, edition: e, date: 2026-01-31, access: a, url: \"https://acme.example/x\"}\n" +
			"- {id: Y, title: t, edition: e, date: 2026-01, access: a}\n- {id: Z, title: t, edition: e, date: 2026, access: a}\n" + sound(),
		"until the catalogue is stricter": sound("status: not-approved", "until: 2035-12-31"),
		"the other use":                   sound("kind: ssh-hostkey", "name: ssh-rsa", "role: verify", "status: not-approved"),
		"some are worse already":          sound("name:", "only: secp384r1", "status: not-approved"),
		"as the catalogue has it":         sound("name: x25519", "status: not-approved"),
		"JSON":                            "{\n\t\"policy\": \"p\", \"tighten\": [\n\t\t{\"id\": \"d\", \"kind\": \"cipher\", \"strength_below\": 256, \"status\": \"deprecated\",\n\t\t \"cite\": {\"document\": \"IG\", \"section\": \"a\\/b \\\\\"}, \"because\": \"b\", \"remedy\": \"r\"}\n]}",
		"a name of its own": "policy: p\nadd:\n- {kind: ssh-kex, name: ours, use: u, status: approved, cite: {document: IG, section: x}, because: b, remedy: r}\n" +
			"tighten:\n- {id: d, kind: ssh-kex, only: [ours, \"ecdh*\"], status: not-approved, cite: {document: IG, section: x}, because: b, remedy: r}\n",
	} {
		if _, err := site.ParsePolicies(c, site.Source{Name: name, Data: []byte(file)}); err != nil {
			t.Errorf("%v\nin:\n%s", err, file)
		}
	}
}

// Whatever is written, it is read without a panic, and what passes never
// loosens.
func FuzzParsePolicies(f *testing.F) {
	f.Add([]byte(sound()))
	f.Add([]byte(sound("name:", "only: [secp384r1, \"x*\"]", "from: 2027-01-01")))
	f.Add([]byte(`{"policy": "p", "add": [{"kind": "named-group", "name": "n", "codepoint": "0x4242-0x4243", "oid": "1.2.3-9"}]}`))
	for _, name := range fips.BuiltInPolicies()[1:] {
		f.Add(builtIn(f, name).Data)
	}
	c := loadCatalogue(f)
	base := judgeOn(f, c, "2027-06-01")
	f.Fuzz(func(t *testing.T, data []byte) {
		policies, err := site.ParsePolicies(c, site.Source{Name: "p", Data: data})
		if err != nil {
			return
		}
		milderRules(t, base, judgeOn(t, c.Under(policies...), "2027-06-01"), c)
	})
}
