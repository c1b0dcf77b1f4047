package pkix_test

import (
	"bytes"
	"crypto/x509"
	xpkix "crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// vector reads a certificate from testdata/certs.
func vector(t testing.TB, name string) []byte {
	t.Helper()
	return lab.Hex(t, "..", "..", "testdata", "certs", name)
}

// TestMLDSA reads a chain whose keys and signatures are real.
func TestMLDSA(t *testing.T) {
	for _, row := range []struct {
		file string
		want scanner.Certificate
	}{
		{"mldsa-root.hex", scanner.Certificate{Subject: "CN=ML-DSA Root CA", Issuer: "CN=ML-DSA Root CA", CommonName: "ML-DSA Root CA", Serial: "1122334455667788",
			SignatureAlgorithm: "id-ml-dsa-87", SignatureOID: "2.16.840.1.101.3.4.3.19", Key: scanner.Key{Algorithm: "ML-DSA-87", OID: "2.16.840.1.101.3.4.3.19"},
			KeyUsage: []string{"keyCertSign", "cRLSign"}, CA: true, SelfSigned: true}},
		{"mldsa-issuer.hex", scanner.Certificate{Subject: "CN=ML-DSA Issuing CA", Issuer: "CN=ML-DSA Root CA", CommonName: "ML-DSA Issuing CA", Serial: "2233445566778899",
			SignatureAlgorithm: "id-ml-dsa-87", SignatureOID: "2.16.840.1.101.3.4.3.19", Key: scanner.Key{Algorithm: "ML-DSA-65", OID: "2.16.840.1.101.3.4.3.18"},
			KeyUsage: []string{"keyCertSign", "cRLSign"}, CA: true}},
		{"mldsa-leaf.hex", scanner.Certificate{Subject: "CN=lab.test", Issuer: "CN=ML-DSA Issuing CA", CommonName: "lab.test", Serial: "33445566778899aa",
			SignatureAlgorithm: "id-ml-dsa-65", SignatureOID: "2.16.840.1.101.3.4.3.18", Key: scanner.Key{Algorithm: "ML-DSA-44", OID: "2.16.840.1.101.3.4.3.17"},
			Names: []string{"lab.test"}, KeyUsage: []string{"digitalSignature"}, ExtKeyUsage: []string{"serverAuth"}}},
	} {
		der := vector(t, row.file)
		got := pkix.Certificate(der)
		row.want.Version, row.want.NotBefore, row.want.NotAfter = 3, moment("2026-01-01"), moment("2036-01-01")
		row.want.SHA256 = scanner.Digest(der)
		// The library's own split of the bytes, whatever it makes of the key.
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		row.want.Key.SPKISHA256 = digest(c.RawSubjectPublicKeyInfo)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.file, diff)
		}
	}
	chain := [][]byte{vector(t, "mldsa-leaf.hex"), vector(t, "mldsa-root.hex"), vector(t, "mldsa-issuer.hex")}
	if diff := cmp.Diff([]int{0, 2, 1}, pkix.Path(chain)); diff != "" {
		t.Errorf("way up (-want +got):\n%s", diff)
	}
}

// TestSaltOfNoLength: parameters that cannot be are of no hash.
func TestSaltOfNoLength(t *testing.T) {
	for _, salt := range []string{"020120", "0201ff", "02090100000000000000ff"} {
		// SHA-256 for the message, SHA-1 for the mask (RFC 4055 section 3.1), then the salt's length.
		hash := "a00d300b0609608648016503040201"
		mgf := "a118" + "3016" + "06092a864886f70d010108" + "3009" + "06052b0e03021a0500"
		salted := "a2" + hex.EncodeToString([]byte{byte(len(salt) / 2)}) + salt
		body, err := hex.DecodeString(hash + mgf + salted)
		if err != nil {
			t.Fatal(err)
		}
		alg := xpkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.113549.1.1.10"), Parameters: asn1.RawValue{FullBytes: append([]byte{0x30, byte(len(body))}, body...)}}
		got := pkix.Certificate(assembled(t, alg, xpkix.AlgorithmIdentifier{Algorithm: oid("1.3.101.112")}, nil)).PSS
		want := &scanner.PSS{MGFHash: "SHA-1"}
		if salt == "020120" {
			want = &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-1", SaltLen: 32}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", salt, diff)
		}
	}
}

// TestKeysOfAnotherLength: a key that its algorithm cannot have is told.
func TestKeysOfAnotherLength(t *testing.T) {
	for name, id := range map[string]string{"ML-DSA-44": "2.16.840.1.101.3.4.3.17", "SLH-DSA-SHA2-128s": "2.16.840.1.101.3.4.3.20", "ML-KEM-1024": "2.16.840.1.101.3.4.4.3", "Ed25519": "1.3.101.112", "X448": "1.3.101.111"} {
		got := pkix.Certificate(assembled(t, xpkix.AlgorithmIdentifier{Algorithm: oid("2.16.840.1.101.3.4.3.17")}, xpkix.AlgorithmIdentifier{Algorithm: oid(id)},
			func(b *tbs) { b.SPKI.Key = asn1.BitString{Bytes: make([]byte, 31), BitLength: 248} }))
		if !strings.Contains(got.Problem, "a key of "+name+" that has 31 bytes, not ") || got.Key.Algorithm != name {
			t.Errorf("%s: key %+v, problem %q", name, got.Key, got.Problem)
		}
	}
	p256, _ := asn1.Marshal(oid("1.2.840.10045.3.1.7"))
	spki, _ := asn1.Marshal(struct {
		Algorithm xpkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{xpkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.10045.2.1"), Parameters: asn1.RawValue{FullBytes: p256}}, asn1.BitString{Bytes: make([]byte, 3), BitLength: 24}})
	if key, err := pkix.PublicKey(spki); err == nil || !strings.Contains(err.Error(), "3 bytes that are no point on secp256r1, which take 33 or 65") {
		t.Errorf("P-256: key %+v, %v", key, err)
	}
}

// rawExtension is one extension as it is written.
func rawExtension(t *testing.T, id string, value []byte) asn1.RawValue {
	t.Helper()
	der, err := asn1.Marshal(xpkix.Extension{Id: oid(id), Value: value})
	if err != nil {
		t.Fatal(err)
	}
	return asn1.RawValue{FullBytes: der}
}

// withExtensions puts them into a certificate.
func withExtensions(t *testing.T, list ...asn1.RawValue) func(*tbs) {
	t.Helper()
	seq, err := asn1.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return func(b *tbs) {
		b.ExtensionsInTag = asn1.RawValue{Class: 2, Tag: 3, IsCompound: true, Bytes: seq}
	}
}

// TestOddCertificates has what Go's parser refuses: it goes through zcrypto's,
// and what that one refuses too keeps its digest, the reason, and every fact
// that is there.
func TestOddCertificates(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("2048")...)
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=odd.test", "-addext", "subjectAltName=DNS:odd.test", "-set_serial", "-5", "-out", "cert.pem")
	negative := der(t, filepath.Join(dir, "cert.pem"))
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=odd.test", "-addext", "subjectAltName=DNS:odd.test", "-out", "plain.pem")
	plain := der(t, filepath.Join(dir, "plain.pem"))
	c, err := x509.ParseCertificate(plain)
	if err != nil {
		t.Fatal(err)
	}
	var key spki
	if _, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &key); err != nil {
		t.Fatal(err)
	}
	signature := xpkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.113549.1.1.11"), Parameters: asn1.NullRawValue}
	odd := func(edits ...func(*tbs)) []byte {
		return assembled(t, signature, key.Algorithm, func(b *tbs) {
			b.SPKI.Key = key.Key
			for _, edit := range edits {
				edit(b)
			}
		})
	}
	san, _ := hex.DecodeString("300a8208" + hex.EncodeToString([]byte("odd.test")))
	badName := []byte{0x30, 0x0a, 0x31, 0x08, 0x30, 0x06, 0x06, 0x03, 0x55, 0x04, 0x03, 0x13} // cut within the common name
	for _, row := range []struct {
		name    string
		der     []byte
		parser  string
		problem string // what it says; "" for none
		subject string
	}{
		{"plain", plain, "", "", "CN=odd.test"},
		{"a negative serial number, by openssl", negative, "zcrypto", "", "CN=odd.test"},
		{"an extension twice", odd(withExtensions(t, rawExtension(t, "2.5.29.17", san), rawExtension(t, "2.5.29.17", san))), "zcrypto", "", "CN=assembled"},
		{"extensions in version 1, which Go bears", odd(func(b *tbs) { b.Version = 0 }, withExtensions(t, rawExtension(t, "2.5.29.17", san))), "", "", "CN=assembled"},
		{"a version of the future", odd(func(b *tbs) { b.Version = 7 }), "zcrypto", "", "CN=assembled"},
		{"another algorithm inside than outside", odd(func(b *tbs) { b.Signature.Algorithm = oid("1.2.840.113549.1.1.5") }), "zcrypto", "", "CN=assembled"},
		{"a malformed extension", odd(withExtensions(t, rawExtension(t, "2.5.29.19", []byte{4, 1, 0}))), "zcrypto", "", "CN=assembled"},
		{"an empty alternative name", odd(withExtensions(t, rawExtension(t, "2.5.29.17", []byte{0x30, 2, 0x82, 5}))), "", "x509", "CN=assembled"},
		{"a subject that is cut", odd(func(b *tbs) { b.Subject.FullBytes = append([]byte{0x30, byte(len(badName))}, badName...) }), "", "the subject is unreadable", ""},
		{"data behind it", append(bytes.Clone(plain), 0), "", "data behind", ""},
		{"a length that is longer than it must be", longer(plain), "", "malformed", "CN=odd.test"},
		{"no certificate at all", []byte("hello"), "", "no certificate", ""},
		{"nothing", nil, "", "no certificate", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := pkix.Certificate(row.der)
			_, refused := x509.ParseCertificate(row.der)
			if (refused == nil) != (row.parser+row.problem == "") {
				t.Fatalf("Go's parser says %v", refused)
			}
			if got.Parser != row.parser || (got.Problem != "") != (row.problem != "") || !strings.Contains(got.Problem, row.problem) {
				t.Errorf("parser %q, problem %q", got.Parser, got.Problem)
			}
			if got.SHA256 != scanner.Digest(row.der) || got.Subject != row.subject {
				t.Errorf("digest %s, subject %q", got.SHA256, got.Subject)
			}
			if row.subject != "" && (got.Key.Bits != 2048 || got.SignatureAlgorithm != "sha256WithRSAEncryption" || got.NotAfter.Before(time.Unix(0, 0))) {
				t.Errorf("facts are missing: %+v", got)
			}
		})
	}
}

// longer writes the length of the outer sequence in one octet more.
func longer(der []byte) []byte {
	return append([]byte{0x30, 0x83, 0}, der[2:]...)
}
