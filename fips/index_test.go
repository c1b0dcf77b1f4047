package fips_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
)

func index(t testing.TB) *fips.Index {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return fips.NewIndex(c)
}

func ids(rules []*fips.Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, r.ID)
	}
	slices.Sort(list)
	return list
}

func TestIndexNamed(t *testing.T) {
	x := index(t)
	for _, test := range []struct {
		name, kind, word string
		want             []string
	}{
		{"name", "named-group", "secp256r1", []string{"named-group/secp256r1"}},
		{"alias", "named-group", "prime256v1", []string{"named-group/secp256r1"}},
		{"alias that is the name in other case", "named-group", "X25519", []string{"named-group/x25519"}},
		{"X.509 name in other case", "certificate-property", "SIGALG:ECDSA-WITH-sha256", []string{"certificate-property/sigalg:ecdsa-with-SHA256"}},
		{"SSH name", "ssh-hostkey", "ssh-rsa", []string{"ssh-hostkey/ssh-rsa#signature-generation", "ssh-hostkey/ssh-rsa#signature-verification"}},
		{"SSH name in other case", "ssh-hostkey", "SSH-RSA", nil},
		{"SSH alias", "ssh-kex", "curve25519-sha256@libssh.org", []string{"ssh-kex/curve25519-sha256"}},
		{"SSH family", "ssh-kex", "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==", []string{"ssh-kex/gss-group14-sha256-*"}},
		{"SSH family of an alias, two uses", "ssh-kex", "gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==", []string{"ssh-kex/diffie-hellman-group-exchange-sha1#listed-group", "ssh-kex/diffie-hellman-group-exchange-sha1#other-group"}},
		{"several uses", "hash", "sha1", []string{"hash/SHA-1#hmac-kdf", "hash/SHA-1#signature-generation", "hash/SHA-1#signature-verification"}},
		{"another kind", "cipher", "x25519", nil},
		{"nothing", "cipher", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ids(x.Named(test.kind, test.word))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIndexCodePoint(t *testing.T) {
	x := index(t)
	for _, test := range []struct {
		kind string
		code uint32
		want []string
	}{
		{"named-group", 0x001D, []string{"named-group/x25519"}},
		{"named-group", 0x0016, []string{"named-group/secp256k1", "named-group/secp256k1#blockchain"}},
		{"named-group", 0x5A5A, []string{"named-group/GREASE"}},
		{"named-group", 0x5A5B, nil},
		{"tls-cipher-suite-rule", 0xC0B5, []string{"tls-cipher-suite-rule/TLS13-integrity-only"}},
		{"tls-cipher-suite-rule", 0xC104, []string{"tls-cipher-suite-rule/TLS13-other-AEAD"}},
		{"tls-cipher-suite-rule", 0x5600, []string{"tls-cipher-suite-rule/SCSV"}},
		{"tls-cipher-suite", 0x006F, []string{"tls-cipher-suite/TLS_ASCONAEAD128_SHA256"}},
		{"ssl2-cipher-kind", 0xFF0810, []string{"ssl2-cipher-kind/SSL_CK_NULL"}},
		{"tls-extension", 23, []string{"tls-extension/extended_master_secret", "tls-extension/extended_master_secret-absent"}},
	} {
		if diff := cmp.Diff(test.want, ids(x.CodePoint(test.kind, test.code))); diff != "" {
			t.Errorf("%s %#x (-want +got):\n%s", test.kind, test.code, diff)
		}
	}
}

func TestIndexOID(t *testing.T) {
	x := index(t)
	for _, test := range []struct {
		kind, oid string
		want      []string
	}{
		{"", "1.3.101.112", []string{"certificate-property/sigalg:Ed25519", "public-key/Ed25519"}},
		{"public-key", "1.3.101.112", []string{"public-key/Ed25519"}},
		{"certificate-property", "2.16.840.1.101.3.4.3.27", []string{"certificate-property/sigalg:id-slh-dsa-*"}},
		{"certificate-property", "1.3.6.1.5.5.7.6.54", []string{"certificate-property/sigalg:composite-mldsa"}},
		{"certificate-property", "1.3.6.1.5.5.7.6.55", nil},
		{"public-key", "1.3.132.0.31", []string{"public-key/EC-other-named-below-224"}},
		{"", "", nil},
	} {
		if diff := cmp.Diff(test.want, ids(x.OID(test.kind, test.oid))); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.kind, test.oid, diff)
		}
	}
}

func TestIndexSized(t *testing.T) {
	x := index(t)
	for _, test := range []struct {
		algorithm string
		bits      int
		want      []string
	}{
		{"RSA", 512, []string{"public-key/RSA-below-1024"}},
		{"rsa", 1023, []string{"public-key/RSA-below-1024"}},
		{"RSA", 1024, []string{"public-key/RSA-1024-2047#signature-generation", "public-key/RSA-1024-2047#signature-verification"}},
		{"RSA", 2048, []string{"public-key/RSA-2048-3071"}},
		{"RSA", 3072, []string{"public-key/RSA-3072-7679"}},
		{"RSA", 16384, []string{"public-key/RSA-15360-up"}},
		{"DSA", 1024, []string{"public-key/DSA-1024-160"}},
		{"DSA", 1536, nil},
		{"Ed25519", 256, nil},
	} {
		if diff := cmp.Diff(test.want, ids(x.Sized(test.algorithm, test.bits))); diff != "" {
			t.Errorf("%s %d (-want +got):\n%s", test.algorithm, test.bits, diff)
		}
	}
}

func TestIndexFind(t *testing.T) {
	x := index(t)
	for _, test := range []struct {
		word string
		want []string
	}{
		{"named-group/x25519", []string{"named-group/x25519"}},
		{"x25519", []string{"named-group/x25519", "public-key/X25519"}},
		{"X25519", []string{"named-group/x25519", "public-key/X25519"}},
		{"SSH-RSA", []string{"ssh-hostkey/ssh-rsa#signature-generation", "ssh-hostkey/ssh-rsa#signature-verification"}},
		{"sha256WithRSAEncryption", []string{"certificate-property/sigalg:sha256WithRSAEncryption"}},
		{"1.2.840.10045.4.3.2", []string{"certificate-property/sigalg:ecdsa-with-SHA256"}},
		{"gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==", []string{"ssh-kex/gss-group1-sha1-*"}},
		{"TLS_FALLBACK_SCSV", []string{"tls-cipher-suite-rule/SCSV"}},
		{"no such thing", nil},
		{"", nil},
	} {
		if diff := cmp.Diff(test.want, ids(x.Find(test.word))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.word, diff)
		}
	}
}

func TestIndexSuggest(t *testing.T) {
	x := index(t)
	for _, test := range []struct{ name, word, first string }{
		{"one letter wrong", "x25518", "X25519"},
		{"marks between words", "x25519-mlkem-768", "X25519MLKEM768"},
		{"letter missing", "TLS_RSA_WITH_AES_128_CBC_SA", "TLS_RSA_WITH_AES_128_CBC_SHA"},
		{"letter too many", "ecdh-sha2-nistpp256", "ecdh-sha2-nistp256"},
		{"short", "ssh-rs", "ssh-rsa"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := x.Suggest(test.word, 3)
			if len(got) == 0 || len(got) > 3 || got[0] != test.first {
				t.Errorf("got %q, want %q first", got, test.first)
			}
		})
	}
	for _, word := range []string{"", "zzzzzzzzzzzzzzzz", strings.Repeat("a", 10000)} {
		if got := x.Suggest(word, 3); len(got) > 0 {
			t.Errorf("%.20q: got %q, want nothing", word, got)
		}
	}
}

func FuzzIndex(f *testing.F) {
	x := index(f)
	for _, word := range []string{"x25519", "1.3.101.112", "gss-", "RSA", "\xff", "TLS_*"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, r := range x.Find(word) {
			if r == nil {
				t.Fatal("nil rule")
			}
		}
		if n := len(x.Suggest(word, 5)); n > 5 {
			t.Errorf("%d suggestions, want 5 at most", n)
		}
	})
}
