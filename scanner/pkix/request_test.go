package pkix_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

func TestRequest(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("1024")...)
	openssl(t, dir, "req", "-new", "-key", "key.pem", "-subj", "/O=o/CN=wanted", "-sha384",
		"-addext", "keyUsage=digitalSignature", "-addext", "subjectAltName=DNS:wanted.example,IP:192.0.2.1", "-out", "req.pem")
	req := der(t, filepath.Join(dir, "req.pem"))
	if kind := pkix.KindOf(req); kind != scanner.ItemCSR {
		t.Errorf("kind %q", kind)
	}
	got, key, err := pkix.Request(req)
	if err != nil {
		t.Fatal(err)
	}
	want := scanner.Request{Subject: "CN=wanted,O=o", SignatureAlgorithm: "sha384WithRSAEncryption", SignatureOID: "1.2.840.113549.1.1.12",
		Names: []string{"wanted.example", "192.0.2.1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if key.Bits != 1024 {
		t.Errorf("key %+v", key)
	}
	for n := range req {
		if _, _, err := pkix.Request(req[:n]); err == nil {
			t.Fatalf("the first %d bytes are a request", n)
		}
	}
}

func TestCRL(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("secp384r1")...)
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=issuer", "-out", "ca.pem")
	write(t, dir, "index", "")
	write(t, dir, "number", "01\n")
	write(t, dir, "ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha384\ndefault_crl_days=30\n")
	openssl(t, dir, "ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "key.pem", "-cert", "ca.pem", "-out", "v1.pem")
	openssl(t, dir, "ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "key.pem", "-cert", "ca.pem", "-out", "v2.pem", "-crlexts", "default")
	for _, file := range []string{"v1.pem", "v2.pem"} {
		crl := der(t, filepath.Join(dir, file))
		if kind := pkix.KindOf(crl); kind != scanner.ItemCRL {
			t.Errorf("%s: kind %q", file, kind)
		}
		got, err := pkix.CRL(crl)
		if err != nil {
			t.Fatal(err)
		}
		want := scanner.Request{Subject: "CN=issuer", SignatureAlgorithm: "ecdsa-with-SHA384", SignatureOID: "1.2.840.10045.4.3.3"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", file, diff)
		}
	}
}

func TestParameters(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "ffdhe2048.pem")
	openssl(t, dir, "dhparam", "-out", "own.pem", "-2", "512")
	openssl(t, dir, "dhparam", "-out", "five.pem", "-5", "512") // written as an RSA key with exponent 5 would be
	openssl(t, dir, "genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", "dh_rfc5114:2", "-out", "dhx.pem")
	openssl(t, dir, dsaParameters...)
	openssl(t, dir, "dsaparam", "-in", "params.pem", "-out", "dsa.pem")
	openssl(t, dir, "ecparam", "-name", "secp521r1", "-out", "ec.pem")
	openssl(t, dir, "ecparam", "-name", "secp521r1", "-param_enc", "explicit", "-out", "explicit.pem")
	for _, test := range []struct {
		file string
		want pkix.Parameters
	}{
		{"ffdhe2048.pem", pkix.Parameters{Prime: &scanner.Prime{Bits: 2048, Group: "ffdhe2048", Generator: "2"}}},
		{"own.pem", pkix.Parameters{Prime: &scanner.Prime{Bits: 512, Generator: "2"}}},
		{"five.pem", pkix.Parameters{Prime: &scanner.Prime{Bits: 512, Generator: "5"}}},
		{"dhx.pem", pkix.Parameters{Prime: &scanner.Prime{Bits: 2048, Group: "RFC5114-23"}}},
		{"dsa.pem", pkix.Parameters{Key: &scanner.Key{Algorithm: "DSA", OID: "1.2.840.10040.4.1", Bits: 1024, SubBits: 160}}},
		{"ec.pem", pkix.Parameters{Key: &scanner.Key{Algorithm: "EC", OID: "1.2.840.10045.2.1", Bits: 521, Curve: "secp521r1"}}},
		{"explicit.pem", pkix.Parameters{Key: &scanner.Key{Algorithm: "EC", OID: "1.2.840.10045.2.1", Bits: 521, Curve: "explicit"}}},
	} {
		t.Run(test.file, func(t *testing.T) {
			params := der(t, filepath.Join(dir, test.file))
			if kind := pkix.KindOf(params); kind != scanner.ItemParameters {
				t.Errorf("kind %q", kind)
			}
			got, err := pkix.ReadParameters(params)
			if err != nil {
				t.Fatal(err)
			}
			if got.Prime != nil {
				if len(got.Prime.SHA256) != 64 {
					t.Errorf("digest %q", got.Prime.SHA256)
				}
				got.Prime.SHA256 = ""
				if test.file == "dhx.pem" {
					got.Prime.Generator = "" // as long as the prime
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestRSAPublicKey: PKCS#1's own public key is the certificate's.
func TestRSAPublicKey(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("1024", "-pkeyopt", "rsa_keygen_pubexp:5")...)
	openssl(t, dir, "rsa", "-in", "key.pem", "-RSAPublicKey_out", "-out", "pkcs1.pem")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "spki.pem")
	bytes := der(t, filepath.Join(dir, "pkcs1.pem"))
	if kind := pkix.KindOf(bytes); kind != scanner.ItemPublicKey {
		t.Errorf("kind %q", kind)
	}
	got, err := pkix.RSAPublicKey(bytes)
	want := scanner.Key{Algorithm: "RSA", OID: "1.2.840.113549.1.1.1", Bits: 1024, Exponent: "5", SPKISHA256: digest(der(t, filepath.Join(dir, "spki.pem")))}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
}

// TestPKCS7 reads the bundles that openssl makes, and a streamed signature,
// which is BER.
func TestPKCS7(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("prime256v1")...)
	for _, name := range []string{"a", "b"} {
		openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN="+name, "-out", name+".pem")
	}
	openssl(t, dir, "crl2pkcs7", "-nocrl", "-certfile", "a.pem", "-certfile", "b.pem", "-out", "bundle.pem")
	write(t, dir, "message", "a message")
	openssl(t, dir, "cms", "-sign", "-in", "message", "-signer", "a.pem", "-inkey", "key.pem", "-outform", "PEM", "-stream", "-nodetach", "-out", "signed.pem")
	for file, want := range map[string]int{"bundle.pem": 2, "signed.pem": 1} {
		bytes := der(t, filepath.Join(dir, file))
		certificates, lists, err := pkix.PKCS7(bytes)
		if err != nil || len(certificates) != want || len(lists) != 0 {
			t.Errorf("%s: %d certificates, %d lists, %v; want %d certificates", file, len(certificates), len(lists), err, want)
			continue
		}
		if got := pkix.Certificate(certificates[0]); got.Problem != "" {
			t.Errorf("%s: %s", file, got.Problem)
		}
		if streamed := bytes[1] == 0x80; streamed != (file == "signed.pem") {
			t.Errorf("%s: the test has lost its point", file)
		}
	}
}
