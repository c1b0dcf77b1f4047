package iana

import (
	"cmp"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestCounts(t *testing.T) {
	registered, private := 0, 0
	for _, s := range Suites() {
		if s.Private {
			private++
		} else {
			registered++
		}
	}
	for _, test := range []struct {
		what      string
		got, want int
	}{
		{"registered suites", registered, 354},
		{"private suites", private, 83},
		{"signalling values", len(Signals()), 2},
		{"groups", len(Groups()), 56 + 12},
		{"signature schemes", len(Schemes()), 37 + 27},
		{"versions", len(Versions()), 10},
		{"SSLv2 kinds", len(SSL2Kinds()), 13},
		{"DNSSEC algorithms", len(DNSSECAlgorithms()), 19},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %d, want %d", test.what, test.got, test.want)
		}
	}
}

// The registry file, read by other means than the generator's, holds the same
// suites.
func TestSuitesAreTheRegistrys(t *testing.T) {
	file, err := os.Open("../../testdata/iana/tls-parameters-4.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range records {
		if !strings.HasPrefix(r[1], "TLS_") || strings.HasSuffix(r[1], "SCSV") {
			continue
		}
		n++
		if s, ok := SuiteByName(r[1]); !ok || s.Private || s.Name != r[1] {
			t.Errorf("%s: got %+v, %v", r[1], s, ok)
		}
	}
	if n != 354 {
		t.Errorf("read %d suites, want 354", n)
	}
}

func TestSuitesAreWhole(t *testing.T) {
	suites := Suites()
	if !slices.IsSortedFunc(suites, func(a, b Suite) int { return cmp.Compare(a.Code, b.Code) }) {
		t.Error("suites are not in the order of their codes")
	}
	for _, s := range suites {
		if s.KeyExchange == "" || s.Authentication == "" || s.Cipher == "" || s.MAC == "" {
			t.Errorf("%s lacks a part: %+v", s.Name, s)
		}
		if (s.Bits == 0) != (s.Cipher == "NULL") {
			t.Errorf("%s: %d bits of %s", s.Name, s.Bits, s.Cipher)
		}
		if s.Export && s.Bits > 56 {
			t.Errorf("%s: export with %d bits", s.Name, s.Bits)
		}
		if s.TLS13 != (s.KeyExchange == "any") {
			t.Errorf("%s: TLS 1.3 is %v, key exchange %s", s.Name, s.TLS13, s.KeyExchange)
		}
		if byCode, ok := SuiteByCode(s.Code); !ok || byCode != s {
			t.Errorf("%s is not found by its code", s.Name)
		}
	}
	if _, ok := SuiteByCode(0x0A0A); ok {
		t.Error("a GREASE value was found among the suites")
	}
	if _, ok := SuiteByCode(0x5600); ok {
		t.Error("TLS_FALLBACK_SCSV was found among the suites")
	}
}

func TestSuiteByName(t *testing.T) {
	for _, test := range []struct {
		name string
		code uint16
		want string
	}{
		{"TLS_AES_128_GCM_SHA256", 0x1301, "TLS_AES_128_GCM_SHA256"},
		{"TLS_DHE_PSK_WITH_AES_128_CCM_8", 0xC0AA, "TLS_PSK_DHE_WITH_AES_128_CCM_8"},
		{"TLS_PSK_DHE_WITH_AES_256_CCM_8", 0xC0AB, "TLS_PSK_DHE_WITH_AES_256_CCM_8"},
		{"OLD_TLS_RSA_FIPS_WITH_DES_CBC_SHA", 0xFFE0, "OLD_TLS_RSA_FIPS_WITH_DES_CBC_SHA"},
	} {
		if s, ok := SuiteByName(test.name); !ok || s.Code != test.code || s.Name != test.want {
			t.Errorf("%s: got %#04x %s, %v", test.name, s.Code, s.Name, ok)
		}
	}
	for _, name := range []string{"", "TLS_", "TLS_FALLBACK_SCSV", "tls_aes_128_gcm_sha256"} {
		if s, ok := SuiteByName(name); ok {
			t.Errorf("%q: got %s", name, s.Name)
		}
	}
	if names := SuiteNames(); len(names) != 354+83+2 || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
}

func TestGroups(t *testing.T) {
	for _, test := range []struct {
		name    string
		code    uint16
		kind    string
		private bool
	}{
		{"x25519", 29, "ec", false},
		{"GC512A", 38, "ec", false},
		{"ffdhe2048", 256, "ff", false},
		{"MLKEM768", 513, "kem", false},
		{"X25519MLKEM768", 4588, "hybrid", false},
		{"X25519Kyber768Draft00", 25497, "hybrid", false},
		{"kyber768-oqs", 0x023C, "kem", true},
		{"CECPQ2", 0x4138, "hybrid", true},
		{"curveSM2MLKEM768", 0x11EE, "hybrid", true},
	} {
		want := Group{test.code, test.name, test.kind, test.private}
		if g, ok := GroupByName(test.name); !ok || g != want {
			t.Errorf("by name: got %+v, want %+v", g, want)
		}
		if g, ok := GroupByCode(test.code); !ok || g != want {
			t.Errorf("by code: got %+v, want %+v", g, want)
		}
	}
	if _, ok := GroupByCode(0x0A0A); ok {
		t.Error("a GREASE value was found among the groups")
	}
}

func TestSchemes(t *testing.T) {
	for name, code := range map[string]uint16{"rsa_md5": 0x0101, "dsa_sha1": 0x0202, "rsa_pkcs1_sha224": 0x0301, "ed25519": 0x0807, "mldsa65": 0x0905} {
		byName, ok := SchemeByName(name)
		if !ok || byName.Code != code {
			t.Errorf("%s: got %+v, %v", name, byName, ok)
		}
		if byCode, ok := SchemeByCode(code); !ok || byCode != byName {
			t.Errorf("%#04x: got %+v, %v", code, byCode, ok)
		}
	}
	if _, ok := SchemeByCode(0); ok {
		t.Error("anonymous must never be offered")
	}
}

func TestOthers(t *testing.T) {
	if v, ok := VersionByCode(0x0303); !ok || v.Name != "TLSv1.2" {
		t.Errorf("version 0x0303: got %+v, %v", v, ok)
	}
	if k, ok := SSL2KindByCode(0x0700C0); !ok || k.Name != "SSL_CK_DES_192_EDE3_CBC_WITH_MD5" {
		t.Errorf("kind 0x0700C0: got %+v, %v", k, ok)
	}
	if a, ok := DNSSECAlgorithmByNumber(13); !ok || a.Name != "ECDSAP256SHA256" {
		t.Errorf("DNSSEC algorithm 13: got %+v, %v", a, ok)
	}
	for _, n := range SSHNames() {
		if n.Name == "" || strings.ContainsAny(n.Name, " ,*") || !slices.Contains([]string{"ssh-kex", "ssh-hostkey", "ssh-cipher", "ssh-mac"}, n.Kind) {
			t.Errorf("no name on the wire: %+v", n)
		}
	}
	gss := SSHName{"ssh-kex", "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g=="}
	if !slices.Contains(SSHNames(), gss) {
		t.Errorf("%s is missing", gss.Name)
	}
}

func TestOIDs(t *testing.T) {
	for _, test := range []struct{ kind, oid, want string }{
		{"signature", "1.2.840.113549.1.1.11", "sha256WithRSAEncryption"},
		{"signature", "1.2.840.113549.1.1.10", "rsassaPss"},
		{"public-key", "1.2.840.113549.1.1.10", "RSASSA-PSS"},
		{"public-key", "1.2.840.113549.1.1.1", "RSA"},
		{"curve", "1.2.840.10045.3.1.7", "secp256r1"},
		{"curve", "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"},
		{"signature", "2.16.840.1.101.3.4.3.31", "id-slh-dsa-shake-256f"},
		{"protection", "1.2.840.113549.1.5.13", "PBES2"},
	} {
		if o, ok := OIDOf(test.kind, test.oid); !ok || o.Name != test.want {
			t.Errorf("%s %s: got %+v, want %s", test.kind, test.oid, o, test.want)
		}
	}
	if o, ok := OIDByOID("1.3.101.112"); !ok || o.Kind != "signature" || o.Name != "Ed25519" {
		t.Errorf("Ed25519: got %+v, %v", o, ok)
	}
	if o, ok := OIDByOID("1.2.3"); ok {
		t.Errorf("1.2.3: got %+v", o)
	}
}

// What a caller does to a list does not reach the next one.
func TestListsAreCopies(t *testing.T) {
	Suites()[0].Name = "changed"
	Groups()[0].Name = "changed"
	if Suites()[0].Name == "changed" || Groups()[0].Name == "changed" {
		t.Error("a caller can change the tables")
	}
}
