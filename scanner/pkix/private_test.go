package pkix_test

import (
	"encoding/pem"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// TestPrivateKeyAgainstOpenSSL reads keys in every form that openssl writes,
// and compares the public half with the one that openssl prints.
func TestPrivateKeyAgainstOpenSSL(t *testing.T) {
	none := scanner.Protection{Scheme: "none"}
	for _, test := range []struct {
		name   string
		make   [][]string
		format string
		want   scanner.Key
		hidden bool // the public half is not in the file, and we cannot compute it
	}{
		{"PKCS#8 RSA", [][]string{rsa("1024")}, "PKCS#8", scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}, false},
		{"PKCS#1", [][]string{rsa("1024"), {"rsa", "-traditional", "-in", "raw.pem", "-out", "key.pem"}}, "PKCS#1",
			scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}, false},
		{"PKCS#8 RSASSA-PSS", [][]string{{"genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:1024",
			"-pkeyopt", "rsa_pss_keygen_md:sha256", "-out", "key.pem"}}, "PKCS#8", scanner.Key{Algorithm: "RSASSA-PSS", Bits: 1024, Exponent: "65537"}, false},
		{"SEC1 secp384r1", [][]string{ec("secp384r1")}, "SEC1", scanner.Key{Algorithm: "EC", Bits: 384, Curve: "secp384r1"}, false},
		{"SEC1 without the point", [][]string{ec("prime256v1"), {"ec", "-in", "raw.pem", "-no_public", "-out", "key.pem"}}, "SEC1",
			scanner.Key{Algorithm: "EC", Bits: 256, Curve: "secp256r1"}, false},
		{"SEC1 without the point, on a curve that Go lacks", [][]string{ec("brainpoolP256r1"), {"ec", "-in", "raw.pem", "-no_public", "-out", "key.pem"}}, "SEC1",
			scanner.Key{Algorithm: "EC", Bits: 256, Curve: "brainpoolP256r1"}, true},
		{"PKCS#8 EC, compressed point", [][]string{{"ecparam", "-name", "prime256v1", "-genkey", "-noout", "-conv_form", "compressed", "-out", "raw.pem"},
			{"pkey", "-in", "raw.pem", "-ec_conv_form", "compressed", "-out", "key.pem"}}, "PKCS#8", scanner.Key{Algorithm: "EC", Bits: 256, Curve: "secp256r1"}, false},
		{"PKCS#8 EC, explicit parameters", [][]string{ec("prime256v1", "-param_enc", "explicit"), {"pkey", "-in", "raw.pem", "-out", "key.pem"}}, "PKCS#8",
			scanner.Key{Algorithm: "EC", Bits: 256, Curve: "explicit"}, false},
		{"Ed25519", [][]string{algorithm("ED25519")}, "PKCS#8", scanner.Key{Algorithm: "Ed25519", Bits: 255}, false},
		{"X25519", [][]string{algorithm("X25519")}, "PKCS#8", scanner.Key{Algorithm: "X25519", Bits: 255}, false},
		{"Ed448", [][]string{algorithm("ED448")}, "PKCS#8", scanner.Key{Algorithm: "Ed448", Bits: 448}, true},
		{"PKCS#8 DSA", [][]string{dsaParameters, {"genpkey", "-paramfile", "params.pem", "-out", "key.pem"}}, "PKCS#8",
			scanner.Key{Algorithm: "DSA", Bits: 1024, SubBits: 160}, false},
		{"traditional DSA", [][]string{dsaParameters, {"gendsa", "-out", "raw.pem", "params.pem"},
			{"pkey", "-in", "raw.pem", "-traditional", "-out", "key.pem"}}, "DSA", scanner.Key{Algorithm: "DSA", Bits: 1024, SubBits: 160}, false},
		{"X9.42 DH", [][]string{{"genpkey", "-algorithm", "DHX", "-pkeyopt", "dh_rfc5114:2", "-out", "key.pem"}}, "PKCS#8",
			scanner.Key{Algorithm: "DH", Bits: 2048, Group: "RFC5114-23"}, false},
		{"PKCS#3 DH on a group of RFC 7919", [][]string{{"genpkey", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "key.pem"}}, "PKCS#8",
			scanner.Key{Algorithm: "DH", Bits: 2048, Group: "ffdhe2048"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for i, args := range test.make {
				if i < len(test.make)-1 { // the last step writes key.pem, from raw.pem
					args = replaced(args, "key.pem", "raw.pem")
				}
				openssl(t, dir, args...)
			}
			key := der(t, filepath.Join(dir, "key.pem"))
			if kind := pkix.KindOf(key); kind != scanner.ItemPrivateKey {
				t.Errorf("kind %q", kind)
			}
			got, err := pkix.PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format != test.format || got.Protection != none {
				t.Errorf("format %q, protection %+v", got.Format, got.Protection)
			}
			block, _ := pem.Decode([]byte(openssl(t, dir, "pkey", "-in", "key.pem", "-pubout")))
			if !test.hidden {
				test.want.SPKISHA256 = digest(block.Bytes)
			}
			got.Key.OID = ""
			if diff := cmp.Diff(&test.want, got.Key); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if kind := pkix.KindOf(block.Bytes); kind != scanner.ItemPublicKey {
				t.Errorf("kind of the public half %q", kind)
			}
			for n := range key { // cut short anywhere: an error, and no panic
				if _, err := pkix.PrivateKey(key[:n]); err == nil {
					t.Fatalf("the first %d of %d bytes are a key", n, len(key))
				}
			}
		})
	}
}

func replaced(args []string, from, to string) []string {
	out := slices.Clone(args)
	for i := range out {
		if out[i] == from {
			out[i] = to
		}
	}
	return out
}

var dsaParameters = []string{"genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-pkeyopt", "dsa_paramgen_q_bits:160", "-out", "params.pem"}

// TestProtectionAgainstOpenSSL encrypts a key in every scheme that openssl
// has.
func TestProtectionAgainstOpenSSL(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("prime256v1")...)
	legacy := []string{"-provider", "legacy", "-provider", "default"}
	for _, test := range []struct {
		options []string
		want    scanner.Protection
	}{
		{nil, scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "AES-256-CBC", Iterations: 2048, SaltBits: 64}},
		{[]string{"-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1", "-iter", "1000"},
			scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA1", Cipher: "AES-128-CBC", Iterations: 1000, SaltBits: 64}},
		{[]string{"-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512", "-iter", "123456"},
			scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA512", Cipher: "AES-192-CBC", Iterations: 123456, SaltBits: 64}},
		{[]string{"-v2", "des3"}, scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "3DES-EDE-CBC", Iterations: 2048, SaltBits: 64}},
		{[]string{"-v2", "camellia-256-cbc"}, scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "CAMELLIA-256-CBC", Iterations: 2048, SaltBits: 64}},
		{append([]string{"-v2", "des"}, legacy...), scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "DES-CBC", Iterations: 2048, SaltBits: 64}},
		{append([]string{"-v2", "rc2"}, legacy...), scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "RC2-CBC-128", Iterations: 2048, SaltBits: 64}},
		{[]string{"-scrypt"}, scanner.Protection{Scheme: "PBES2", KDF: "scrypt", Cipher: "AES-256-CBC", Iterations: 16384, SaltBits: 64}},
		{append([]string{"-v1", "PBE-MD5-DES"}, legacy...), scanner.Protection{Scheme: "pbeWithMD5AndDES-CBC", KDF: "PBKDF1", PRF: "MD5", Cipher: "DES-CBC", Iterations: 2048, SaltBits: 64}},
		{append([]string{"-v1", "PBE-SHA1-RC2-64"}, legacy...), scanner.Protection{Scheme: "pbeWithSHA1AndRC2-CBC", KDF: "PBKDF1", PRF: "SHA-1", Cipher: "RC2-CBC-64", Iterations: 2048, SaltBits: 64}},
		{[]string{"-v1", "PBE-SHA1-3DES"}, scanner.Protection{Scheme: "pbeWithSHAAnd3-KeyTripleDES-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "3DES-EDE-CBC", Iterations: 2048, SaltBits: 64}},
		{append([]string{"-v1", "PBE-SHA1-RC4-128"}, legacy...), scanner.Protection{Scheme: "pbeWithSHAAnd128BitRC4", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC4-128", Iterations: 2048, SaltBits: 64}},
		{append([]string{"-v1", "PBE-SHA1-RC2-40"}, legacy...), scanner.Protection{Scheme: "pbeWithSHAAnd40BitRC2-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC2-CBC-40", Iterations: 2048, SaltBits: 64}},
	} {
		t.Run(strings.Join(append([]string{"default"}, test.options...), " "), func(t *testing.T) {
			openssl(t, dir, append([]string{"pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", "pass:a password"}, test.options...)...)
			key := der(t, filepath.Join(dir, "locked.pem"))
			if kind := pkix.KindOf(key); kind != scanner.ItemPrivateKey {
				t.Errorf("kind %q", kind)
			}
			got, err := pkix.PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pkix.Private{Format: "PKCS#8", Protection: test.want}, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestNoSecretLeaves looks for the secret numbers of keys in what is told of
// them, and in the errors about them when they are damaged.
func TestNoSecretLeaves(t *testing.T) {
	dir := t.TempDir()
	for _, make := range [][]string{rsa("1024"), ec("prime256v1"), algorithm("ED25519")} {
		openssl(t, dir, make...)
		key := der(t, filepath.Join(dir, "key.pem"))
		text := openssl(t, dir, "pkey", "-in", "key.pem", "-noout", "-text")
		_, secret, _ := strings.Cut(text, "priv")
		if rsa := strings.Index(text, "privateExponent:"); rsa >= 0 {
			secret = text[rsa:]
		}
		digits := strings.NewReplacer(":", "", " ", "", "\n", "").Replace(secret)
		piece := digits[strings.IndexAny(digits, "0123456789abcdef")+20:][:16]
		for i := range key {
			for _, damage := range []byte{0, 0xff} {
				changed := append([]byte{}, key...)
				changed[i] ^= damage
				got, err := pkix.PrivateKey(changed)
				told := fmt.Sprintf("%+v %+v %v", got, got.Key, err)
				if strings.Contains(told, piece) {
					t.Fatalf("%s is in %s", piece, told)
				}
			}
		}
	}
}
