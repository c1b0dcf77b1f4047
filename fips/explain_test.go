package fips_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

func TestExplain(t *testing.T) {
	const sign, verify = "#signature-generation", "#signature-verification"
	const exponents = ", public-key/RSA-exponent-low not-approved, public-key/RSA-exponent-high not-approved, public-key/RSA-exponent-even disallowed, public-key/RSA-exponent-one disallowed"
	tests := []struct {
		asked, want string // rules and statuses, in order
	}{
		{"TLS_RSA_WITH_AES_128_CBC_SHA", "key-exchange/RSA disallowed"},
		{"tls_rsa_with_aes_128_cbc_sha", "key-exchange/RSA disallowed"},
		{"0xC02F", "key-exchange/ECDHE approved"},
		{"0xC0,0x2F", "key-exchange/ECDHE approved"},
		{"TLS_AES_128_GCM_SHA256", "tls-cipher-suite-rule/TLS13-AES-GCM approved"},
		{"TLS_FALLBACK_SCSV", "tls-cipher-suite-rule/SCSV approved"},
		{"SSL_CK_RC4_128_WITH_MD5", "ssl2-cipher-kind/SSL_CK_RC4_128_WITH_MD5 disallowed"},
		{"x25519", "named-group/x25519 not-approved, public-key/X25519 not-approved"},
		{"named-group/x25519", "named-group/x25519 not-approved"},
		{"Named-Group/X25519", "named-group/x25519 not-approved"},
		{"ssh-rsa", "ssh-hostkey/ssh-rsa" + sign + " disallowed, ssh-hostkey/ssh-rsa" + verify + " legacy-use"},
		{"ssh-hostkey/ssh-rsa", "ssh-hostkey/ssh-rsa" + sign + " disallowed, ssh-hostkey/ssh-rsa" + verify + " legacy-use"},
		{"ssh-hostkey/ssh-rsa" + verify, "ssh-hostkey/ssh-rsa" + verify + " legacy-use"},
		{"RSA 1024", "public-key/RSA-1024-2047" + sign + " disallowed, public-key/RSA-1024-2047" + verify + " legacy-use" + exponents},
		{"rsa-2048", "public-key/RSA-2048-3071 approved" + exponents},
		{"RSA4096", "public-key/RSA-3072-7679 approved" + exponents},
		{"RSA 2047", "public-key/RSA-1024-2047" + sign + " disallowed, public-key/RSA-1024-2047" + verify + " legacy-use, public-key/RSA-odd-length not-approved" + exponents},
		{"DSA 2048", "public-key/DSA-other disallowed, public-key/DSA-any legacy-use, public-key/DSA-2048-224 disallowed, public-key/DSA-2048-256 disallowed"},
		{"DSA 1024, q of 160", "public-key/DSA-1024-160 disallowed, public-key/DSA-any legacy-use"},
		{"DHE prime of 2047 bits", "key-exchange/DHE-below-2048 disallowed, public-key/DH-params-other disallowed"},
		{"DHE prime of 2048 bits", "key-exchange/DHE-unknown-group disallowed, public-key/DH-params-other disallowed"},
		{"DES key of 56 bits", "public-key/symmetric-key-below-112 disallowed"},
		{"pkcs12-mac-pbmac1", "keystore-protection/pkcs12-mac-pbmac1 approved, keystore-protection/PBES2-salt-under-128-bits not-approved, keystore-protection/PBES2-iterations-under-1000 not-approved, keystore-protection/PBES2-iterations-1000-to-9999 deprecated"},
		{"OpenSSH-bcrypt", "keystore-protection/OpenSSH-bcrypt-AES not-approved, keystore-protection/OpenSSH-bcrypt-chacha20 not-approved"},
		{"EC P-256", "public-key/EC-P-256 approved"},
		{"ec secp256r1", "public-key/EC-P-256 approved"},
		{"ECDSA secp160r1", "public-key/EC-other-named-below-224 disallowed"},
		{"secp256r1", "named-group/secp256r1 approved, public-key/EC-P-256 approved"},
		{"sha1WithRSAEncryption", "certificate-property/sigalg:sha1WithRSAEncryption" + sign + " disallowed, certificate-property/sigalg:sha1WithRSAEncryption" + verify + " legacy-use"},
		{"1.2.840.113549.1.1.11", "certificate-property/sigalg:sha256WithRSAEncryption approved"},
		{"SHA1", "hash/SHA-1" + sign + " disallowed, hash/SHA-1" + verify + " legacy-use, hash/SHA-1#hmac-kdf deprecated"},
		{"TLS 1.2", "protocol-version/TLSv1.2 approved"},
		{"AES-256-GCM", "cipher/AES-256-GCM approved"},
		{"aes256-gcm@openssh.com", "ssh-cipher/aes256-gcm@openssh.com approved"},
		{"gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==", "ssh-kex/gss-group14-sha256-* approved"},
		{"PBES2-scrypt", "keystore-protection/PBES2-scrypt not-approved"},
		{"ECDHE-RSA-AES128-GCM-SHA256", "key-exchange/ECDHE approved"},
		{"aes128-sha", "key-exchange/RSA disallowed"},
		{"c02f", "key-exchange/ECDHE approved"},
		{"0x11EC", "named-group/X25519MLKEM768 allowed"},
		{"11ec", "named-group/X25519MLKEM768 allowed"},
		{"0x0804", "signature-scheme/rsa_pss_rsae_sha256 approved"},
		{"0x0017", "key-exchange/DH_anon disallowed, named-group/secp256r1 approved"},
		{"sha256", "hash/SHA-256 approved"},
		{"p256", "named-group/secp256r1 approved, public-key/EC-P-256 approved"},
		{"tls1.2", "protocol-version/TLSv1.2 approved"},
		{"modp2048", "named-group/MODP-2048 approved"},
		{"aes128ctr", "cipher/AES-128-CTR approved, ssh-cipher/aes128-ctr approved"},
		{"EdDSA", "public-key/Ed25519 approved, public-key/Ed448 approved"},
		{"DSA", "dnssec-algorithm/DSA disallowed, public-key/DSA-1024-160 disallowed, public-key/DSA-2048-224 disallowed, public-key/DSA-2048-256 disallowed, public-key/DSA-3072-256 disallowed, public-key/DSA-other disallowed, public-key/DSA-any legacy-use"},
		{"validity-over-200-days-public", "certificate-property/validity-over-200-days-public deprecated"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.asked, func(t *testing.T) {
			found, alike := j.Explain(tt.asked)
			var got []string
			for _, e := range found {
				got = append(got, e.Rule+" "+e.Status.String())
				if e.Name != tt.asked || e.Kind == "" || e.Use == "" || e.Subject == "" || e.Because == "" || e.Remedy == "" || len(e.Cite) == 0 || e.Transitions == nil {
					t.Errorf("left out: %+v", e)
				}
			}
			if g := strings.Join(got, ", "); g != tt.want || len(alike) > 0 {
				t.Errorf("got  %s %v\nwant %s", g, alike, tt.want)
			}
		})
	}
}

// What no rule speaks of, and findings name, is told with why.
func TestExplainUnruled(t *testing.T) {
	j := judge(t, today)
	for asked, want := range map[string]string{
		"AES key of 256 bits": "by its length alone", "unknown": "was not recognised", strings.Repeat("0a", 32): "no parser takes", "pkcs12-signed": "that signature",
	} {
		found, _ := j.Explain(asked)
		if len(found) != 1 || found[0].Status != fips.Unclassified || found[0].Rule != "" || !strings.Contains(found[0].Because, want) {
			t.Errorf("%s: %+v, want it unclassified: %s", asked, found, want)
		}
	}
}

// A word that many names begin with is explained where they are few, and else said
// to stand for them: nobody is told that AES is unknown.
func TestExplainFamily(t *testing.T) {
	j := judge(t, today)
	for _, asked := range []string{"PBKDF2", "sha3"} {
		if found, _ := j.Explain(asked); len(found) != 4 {
			t.Errorf("%s: %d explanations", asked, len(found))
		}
	}
	if found, _ := j.Explain("AES"); len(found) > 0 || !slices.Contains(j.Family("AES"), "AES-128-GCM") {
		t.Errorf("AES: %d explanations, stands for %v", len(found), j.Family("AES"))
	}
	for asked, want := range map[string]string{"AES256": "AES-256-GCM", "rsa-pss": "rsa_pss_rsae_sha256"} {
		if found, _ := j.Explain(asked); len(found) > 0 || !slices.Contains(j.Family(asked), want) {
			t.Errorf("%s: %d explanations, stands for %v", asked, len(found), j.Family(asked))
		}
	}
	if family := j.Family("PB"); len(family) > 0 {
		t.Errorf("PB stands for %v", family)
	}
}

func TestExplainUnknown(t *testing.T) {
	j := judge(t, today)
	for asked, want := range map[string]string{
		"x25518": "x25519", "secp256r2": "secp256r1", "TLS_RSA_WITH_AES_128_CBC_SHAX": "TLS_RSA_WITH_AES_128_CBC_SHA", "shh-rsa": "ssh-rsa",
		"group14": "diffie-hellman-group14-sha256", "oaep": "RSA-OAEP", "bcrypt": "OpenSSH-bcrypt-AES", "kyber": "kyber",
	} {
		found, alike := j.Explain(asked)
		if len(found) != 0 || !strings.Contains(strings.Join(alike, " "), want) {
			t.Errorf("%s: %d found, did you mean %v; want %s among them", asked, len(found), alike, want)
		}
	}
	for _, asked := range []string{"", " ", "*", "quantum blockchain", strings.Repeat("x", 10_000), "0x", "0xZZZZ", "named-group/"} {
		if found, _ := j.Explain(asked); len(found) != 0 {
			t.Errorf("%.20q is explained: %+v", asked, found)
		}
	}
}

// The fields and their names are a contract.
func TestExplanationJSON(t *testing.T) {
	found, _ := judge(t, "2036-01-01").Explain("named-group/secp256r1")
	if len(found) != 1 {
		t.Fatalf("%d explanations", len(found))
	}
	data, err := json.Marshal(found[0])
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"name", "kind", "status", "use", "from", "until", "transitions", "because", "remedy", "cite", "confidence", "source_read"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("no %q in %s", name, data)
		}
	}
	if fields["status"] != "disallowed" || fields["from"] != "2036-01-01" || fields["draft"] != true {
		t.Errorf("on 2036-01-01: %s", data)
	}
}

// Every rule is found by its id on every date, and says on the first and the
// last day of each of its statuses, and on the days beside them, what its own
// dates say.
func TestEveryRuleAtItsDates(t *testing.T) {
	c := load(t)
	judges := map[fips.Date]*fips.Judge{}
	asOf := func(d fips.Date) *fips.Judge {
		if judges[d] == nil {
			j, err := fips.NewJudge(c, d)
			if err != nil {
				t.Fatal(err)
			}
			judges[d] = j
		}
		return judges[d]
	}
	check := func(r *fips.Rule, d fips.Date, want fips.Status) {
		if d < c.Since {
			return
		}
		found, _ := asOf(d).Explain(r.ID)
		if len(found) != 1 || found[0].Rule != r.ID || found[0].Status != want {
			t.Errorf("%s on %s: %+v, want %s", r.ID, d, found, want)
		}
	}
	shift := func(d fips.Date, days int) fips.Date {
		day, err := time.Parse(time.DateOnly, string(d))
		if err != nil {
			t.Fatal(err)
		}
		return fips.DateOf(day.AddDate(0, 0, days))
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		end := fips.Unclassified // what follows the rule's own status, if nothing does
		last := r.Status
		for _, x := range r.Transitions {
			check(r, shift(x.From, -1), last)
			check(r, x.From, x.Status)
			last = x.Status
		}
		if r.From != "" {
			check(r, shift(r.From, -1), fips.Unclassified)
			check(r, r.From, r.Status)
		}
		if r.Until != "" {
			check(r, r.Until, r.Status)
			if len(r.Transitions) > 0 {
				end = r.Transitions[0].Status
			}
			check(r, shift(r.Until, 1), end)
		} else if len(r.Transitions) == 0 {
			check(r, "2040-01-01", r.Status)
		}
	}
}

// Nothing that the registries name is unclassified on any date.
func TestEveryRegisteredNameOnEveryDate(t *testing.T) {
	c := load(t)
	var names []string
	for _, g := range iana.Groups() {
		names = append(names, "named-group/"+g.Name)
	}
	for _, s := range iana.Schemes() {
		names = append(names, "signature-scheme/"+s.Name)
	}
	for _, v := range iana.Versions() {
		names = append(names, "protocol-version/"+v.Name)
	}
	for _, n := range iana.SSHNames() {
		names = append(names, n.Kind+"/"+n.Name)
	}
	for _, a := range iana.DNSSECAlgorithms() {
		names = append(names, "dnssec-algorithm/"+a.Name)
	}
	for _, o := range iana.OIDs() {
		if o.Kind != "public-key" { // RSA, EC and DSA have no ruling without a size
			names = append(names, o.OID)
		}
	}
	for _, k := range iana.SSL2Kinds() {
		names = append(names, k.Name)
	}
	for _, s := range iana.Signals() {
		names = append(names, s.Name)
	}
	for _, day := range days(c) {
		j, err := fips.NewJudge(c, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			found, _ := j.Explain(name)
			if len(found) == 0 {
				t.Fatalf("%s on %s has no ruling", name, day)
			}
			for _, e := range found {
				if e.Status == fips.Unclassified || e.Status == fips.Unobserved {
					t.Fatalf("%s on %s is %s", name, day, e.Status)
				}
			}
		}
	}
}

func TestStanding(t *testing.T) {
	closed := fips.Rule{Status: fips.Approved, From: "2025-01-01", Until: "2025-12-31"}
	turning := fips.Rule{Status: fips.Approved, Until: "2030-12-31", Transitions: []fips.Transition{
		{From: "2031-01-01", Status: fips.Deprecated}, {From: "2036-01-01", Status: fips.Disallowed},
	}}
	type answer struct {
		Status      fips.Status
		From, Until fips.Date
		Next        fips.Status
	}
	tests := []struct {
		rule *fips.Rule
		day  fips.Date
		want *answer
	}{
		{&closed, "2024-12-31", nil},
		{&closed, "2025-01-01", &answer{fips.Approved, "2025-01-01", "2025-12-31", 0}},
		{&closed, "2025-12-31", &answer{fips.Approved, "2025-01-01", "2025-12-31", 0}},
		{&closed, "2026-01-01", nil},
		{&turning, "2030-12-31", &answer{fips.Approved, "", "2030-12-31", fips.Deprecated}},
		{&turning, "2031-01-01", &answer{fips.Deprecated, "2031-01-01", "2035-12-31", fips.Disallowed}},
		{&turning, "2036-01-01", &answer{fips.Disallowed, "2036-01-01", "", 0}},
	}
	for _, tt := range tests {
		var got *answer
		if s, ok := tt.rule.On(tt.day); ok {
			got = &answer{Status: s.Status, From: s.From, Until: s.Until}
			if s.Next != nil {
				got.Next = s.Next.Status
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("on %s (-want +got):\n%s", tt.day, diff)
		}
	}
}
