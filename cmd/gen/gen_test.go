package main

import (
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

const registryDir = "../../testdata/iana"

// The committed tables are what the committed registry files yield.
func TestTablesAreUpToDate(t *testing.T) {
	want, err := tables(os.DirFS(registryDir))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../scanner/iana/tables.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("scanner/iana/tables.go differs from testdata/iana: run go generate ./scanner/iana (-want +got):\n%s", diff)
	}
}

func TestParts(t *testing.T) {
	for _, test := range []struct {
		name string
		want iana.Suite
	}{
		{"TLS_NULL_WITH_NULL_NULL", iana.Suite{KeyExchange: "NULL", Authentication: "NULL", Cipher: "NULL", MAC: "NULL"}},
		{"TLS_RSA_EXPORT_WITH_RC4_40_MD5", iana.Suite{KeyExchange: "RSA_EXPORT", Authentication: "RSA", Cipher: "RC4-40", Bits: 40, MAC: "HMAC-MD5", Export: true}},
		{"TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA", iana.Suite{KeyExchange: "RSA", Authentication: "RSA", Cipher: "DES-CBC", Mode: "CBC", Bits: 56, MAC: "HMAC-SHA1", Export: true}},
		{"TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA", iana.Suite{KeyExchange: "DHE_EXPORT", Authentication: "DSS", Cipher: "RC4-56", Bits: 56, MAC: "HMAC-SHA1", Export: true}},
		{"TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA", iana.Suite{KeyExchange: "KRB5", Authentication: "KRB5", Cipher: "DES-CBC-40", Mode: "CBC", Bits: 40, MAC: "HMAC-SHA1", Export: true}},
		{"TLS_RSA_WITH_3DES_EDE_CBC_SHA", iana.Suite{KeyExchange: "RSA", Authentication: "RSA", Cipher: "3DES-EDE-CBC", Mode: "CBC", Bits: 112, MAC: "HMAC-SHA1"}},
		{"TLS_DH_anon_WITH_AES_256_CBC_SHA256", iana.Suite{KeyExchange: "DH_anon", Authentication: "anon", Cipher: "AES-256-CBC", Mode: "CBC", Bits: 256, MAC: "HMAC-SHA256", PRF: "SHA-256"}},
		{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", iana.Suite{KeyExchange: "ECDHE", Authentication: "RSA", Cipher: "AES-128-GCM", Mode: "GCM", Bits: 128, MAC: "AEAD", PRF: "SHA-256"}},
		{"TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", iana.Suite{KeyExchange: "ECDHE", Authentication: "ECDSA", Cipher: "AES-256-CCM_8", Mode: "CCM", Bits: 256, MAC: "AEAD", PRF: "SHA-256"}},
		{"TLS_PSK_DHE_WITH_AES_128_CCM_8", iana.Suite{KeyExchange: "DHE_PSK", Authentication: "PSK", Cipher: "AES-128-CCM_8", Mode: "CCM", Bits: 128, MAC: "AEAD", PRF: "SHA-256"}},
		{"TLS_RSA_PSK_WITH_NULL_SHA384", iana.Suite{KeyExchange: "RSA_PSK", Authentication: "RSA", Cipher: "NULL", MAC: "HMAC-SHA384", PRF: "SHA-384"}},
		{"TLS_AES_128_CCM_8_SHA256", iana.Suite{KeyExchange: "any", Authentication: "any", Cipher: "AES-128-CCM_8", Mode: "CCM", Bits: 128, MAC: "AEAD", PRF: "SHA-256", TLS13: true}},
		{"TLS_AES_128_GCM_ASCONHASH256", iana.Suite{KeyExchange: "any", Authentication: "any", Cipher: "AES-128-GCM", Mode: "GCM", Bits: 128, MAC: "AEAD", PRF: "ASCON-HASH256", TLS13: true}},
		{"TLS_SHA384_SHA384", iana.Suite{KeyExchange: "any", Authentication: "any", Cipher: "NULL", MAC: "HMAC-SHA384", PRF: "SHA-384", TLS13: true}},
		{"TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC", iana.Suite{KeyExchange: "GOST", Authentication: "GOST", Cipher: "MAGMA-CTR-OMAC", Mode: "CTR", Bits: 256, MAC: "OMAC-MAGMA", PRF: "STREEBOG-256"}},
		{"TLS_GOSTR341112_256_WITH_MAGMA_MGM_S", iana.Suite{KeyExchange: "any", Authentication: "any", Cipher: "MAGMA-MGM", Mode: "MGM", Bits: 256, MAC: "AEAD", PRF: "STREEBOG-256", TLS13: true}},
		{"OLD_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", iana.Suite{KeyExchange: "ECDHE", Authentication: "RSA", Cipher: "CHACHA20-POLY1305", Bits: 256, MAC: "AEAD", PRF: "SHA-256"}},
		{"TLS_ECC_SM4_GCM_SM3", iana.Suite{KeyExchange: "SM2", Authentication: "SM2", Cipher: "SM4-GCM", Mode: "GCM", Bits: 128, MAC: "AEAD", PRF: "SM3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.want.Name = test.name
			got, err := parts(test.name)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("error %v, (-want +got):\n%s", err, diff)
			}
		})
	}
}

// A registry that is newer than the words known here stops the generator.
func TestPartsUnknown(t *testing.T) {
	for _, name := range []string{
		"TLS_ECDHE_FALCON_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_512_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC",
		"TLS_RSA_WITH_AES_128_CBC_SHA3", "TLS_RSA_WITH_", "TLS_", "",
	} {
		if s, err := parts(name); err == nil {
			t.Errorf("%q: got %+v, want an error", name, s)
		}
	}
}

func TestFaultyRegistry(t *testing.T) {
	good := fstest.MapFS{}
	for _, name := range []string{
		"tls-parameters-4.csv", "private-suites.csv", "suite-aliases.csv", "tls-supported-groups.csv", "private-groups.csv",
		"tls-signature-schemes.csv", "private-signature-schemes.csv", "protocol-versions.csv", "ssl2-kinds.csv", "ssh-names.csv",
		"dnssec-algorithms.csv", "pkix-oids.csv",
	} {
		good[name] = &fstest.MapFile{Data: []byte("Value,Description\n")}
	}
	if _, err := tables(good); err != nil {
		t.Fatalf("empty tables: %v", err)
	}
	for _, test := range []struct{ name, file, data, want string }{
		{"file missing", "ssl2-kinds.csv", "", "ssl2-kinds.csv"},
		{"suite number", "private-suites.csv", "Value,Description\n\"0x00,0xZZ\",TLS_AES_128_GCM_SHA256\n", "0x00,0xZZ"},
		{"suite name", "private-suites.csv", "Value,Description\n\"0x00,0x01\",TLS_X_WITH_Y_Z\n", "TLS_X_WITH_Y_Z"},
		{"code too large", "private-groups.csv", "Value,Description\n70000,huge\n", "70000"},
		{"group twice", "private-groups.csv", "Value,Description\n29,x25519\n29,other\n", "listed twice"},
		{"alias of nothing", "suite-aliases.csv", "Description,Alias\nTLS_A,TLS_B\n", "TLS_A"},
		{"broken quotes", "ssh-names.csv", "Kind,Name\n\"ssh-kex,x\n", "ssh-names.csv"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bad := maps.Clone(good)
			bad[test.file] = &fstest.MapFile{Data: []byte(test.data)}
			if test.data == "" {
				delete(bad, test.file)
			}
			if _, err := tables(bad); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error about %s", err, test.want)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	if err := run([]string{"oscal"}); err == nil {
		t.Error("an unknown table was accepted")
	}
}

func FuzzParts(f *testing.F) {
	for _, s := range iana.Suites() {
		f.Add(s.Name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := parts(name)
		if err == nil && (s.Cipher == "" || s.MAC == "" || s.KeyExchange == "") {
			t.Errorf("%q: parts missing without an error: %+v", name, s)
		}
	})
}
