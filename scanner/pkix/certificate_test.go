package pkix_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	xpkix "crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// TestDates asks openssl's CA for dates that its other commands do not give.
func TestDates(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("1024")...)
	openssl(t, dir, "req", "-new", "-key", "key.pem", "-subj", "/CN=dated", "-out", "req.pem")
	config := "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
	write(t, dir, "ca.cnf", config)
	for _, test := range []struct{ name, from, until string }{
		{"expired long ago", "19500101000000Z", "19991231235959Z"},
		{"not yet valid", "20490101000000Z", "20510101000000Z"},
		{"no end in sight", "20000101000000Z", "99991231235959Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			write(t, dir, "index", "")
			write(t, dir, "serial", "01\n")
			openssl(t, dir, "ca", "-config", "ca.cnf", "-batch", "-selfsign", "-keyfile", "key.pem", "-in", "req.pem",
				"-out", "cert.pem", "-notext", "-startdate", test.from, "-enddate", test.until)
			got := pkix.Certificate(der(t, filepath.Join(dir, "cert.pem")))
			const layout = "20060102150405Z"
			if from, until := got.NotBefore.Format(layout), got.NotAfter.Format(layout); from != test.from || until != test.until {
				t.Errorf("valid %s to %s, want %s to %s", from, until, test.from, test.until)
			}
			if got.Version != 1 {
				t.Errorf("version %d, want 1", got.Version)
			}
		})
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// assembled writes a certificate of any algorithms, which nobody signed.
func assembled(t testing.TB, signature, key xpkix.AlgorithmIdentifier, edit func(*tbs)) []byte {
	t.Helper()
	name, err := asn1.Marshal(xpkix.Name{CommonName: "assembled"}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	body := tbs{Version: 2, Serial: big.NewInt(4711), Signature: signature, Issuer: asn1.RawValue{FullBytes: name},
		Validity: validity{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		Subject:  asn1.RawValue{FullBytes: name}, SPKI: spki{key, asn1.BitString{Bytes: make([]byte, 32), BitLength: 256}}}
	if edit != nil {
		edit(&body)
	}
	der, err := asn1.Marshal(struct {
		TBS       tbs
		Signature xpkix.AlgorithmIdentifier
		Bits      asn1.BitString
	}{body, signature, asn1.BitString{Bytes: make([]byte, 64), BitLength: 512}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

type tbs struct {
	Version         int `asn1:"explicit,tag:0"`
	Serial          *big.Int
	Signature       xpkix.AlgorithmIdentifier
	Issuer          asn1.RawValue
	Validity        validity
	Subject         asn1.RawValue
	SPKI            spki
	ExtensionsInTag asn1.RawValue `asn1:"optional"`
}

type validity struct{ From, Until time.Time }

type spki struct {
	Algorithm xpkix.AlgorithmIdentifier
	Key       asn1.BitString
}

func oid(text string) (id asn1.ObjectIdentifier) {
	for arc := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(arc)
		if err != nil {
			panic(err)
		}
		id = append(id, n)
	}
	return id
}

// TestAlgorithmsByIdentifier shows those that no installed tool signs with.
func TestAlgorithmsByIdentifier(t *testing.T) {
	for _, test := range []struct {
		signature, wantSignature string
		key                      string
		want                     scanner.Key
	}{
		{"2.16.840.1.101.3.4.3.18", "id-ml-dsa-65", "2.16.840.1.101.3.4.3.18", scanner.Key{Algorithm: "ML-DSA-65"}},
		{"2.16.840.1.101.3.4.3.20", "id-slh-dsa-sha2-128s", "2.16.840.1.101.3.4.3.31", scanner.Key{Algorithm: "SLH-DSA-SHAKE-256f"}},
		{"1.2.840.113549.1.9.16.3.17", "id-alg-hss-lms-hashsig", "1.2.840.113549.1.9.16.3.17", scanner.Key{Algorithm: "LMS-HSS"}},
		{"1.2.643.7.1.1.3.2", "gost3410-2012-256", "1.2.643.7.1.1.1.1", scanner.Key{Algorithm: "GOST R 34.10-2012-256", Bits: 256}},
		{"1.3.6.1.5.5.7.6.45", "id-MLDSA65-ECDSA-P256-SHA512", "1.3.6.1.5.5.7.6.45", scanner.Key{Algorithm: "id-MLDSA65-ECDSA-P256-SHA512"}},
		{"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "1.3.101.110", scanner.Key{Algorithm: "X25519", Bits: 255}},
		{"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "2.16.840.1.101.3.4.4.2", scanner.Key{Algorithm: "ML-KEM-768"}},
		{"1.2.3.4.5.6", "1.2.3.4.5.6", "2.999.7", scanner.Key{Algorithm: "2.999.7"}},
	} {
		t.Run(test.wantSignature+" over "+test.want.Algorithm, func(t *testing.T) {
			size := map[string]int{"ML-DSA-65": 1952, "SLH-DSA-SHAKE-256f": 64, "ML-KEM-768": 1184}[test.want.Algorithm]
			if size == 0 {
				size = 32
			}
			der := assembled(t, xpkix.AlgorithmIdentifier{Algorithm: oid(test.signature)}, xpkix.AlgorithmIdentifier{Algorithm: oid(test.key)},
				func(b *tbs) { b.SPKI.Key = asn1.BitString{Bytes: make([]byte, size), BitLength: 8 * size} })
			got := pkix.Certificate(der)
			if got.Problem != "" || got.SignatureAlgorithm != test.wantSignature || got.SignatureOID != test.signature {
				t.Errorf("signature %q %q, problem %q", got.SignatureAlgorithm, got.SignatureOID, got.Problem)
			}
			test.want.OID = test.key
			got.Key.SPKISHA256 = ""
			if diff := cmp.Diff(test.want, got.Key); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !got.SelfSigned { // nobody can check it, and the names agree
				t.Error("not told as self-signed")
			}
		})
	}
}

func TestPSS(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("2048")...)
	for _, test := range []struct {
		name    string
		options []string
		want    scanner.PSS
	}{
		{"SHA-256 and salt as long", []string{"-sha256", "-sigopt", "rsa_pss_saltlen:32"}, scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-256", SaltLen: 32}},
		{"hashes apart", []string{"-sha512", "-sigopt", "rsa_mgf1_md:sha1", "-sigopt", "rsa_pss_saltlen:64"}, scanner.PSS{Hash: "SHA-512", MGFHash: "SHA-1", SaltLen: 64}},
		{"no salt", []string{"-sha384", "-sigopt", "rsa_pss_saltlen:0"}, scanner.PSS{Hash: "SHA-384", MGFHash: "SHA-384"}},
		{"all defaults", []string{"-sha1", "-sigopt", "rsa_pss_saltlen:20"}, scanner.PSS{Hash: "SHA-1", MGFHash: "SHA-1", SaltLen: 20, Defaults: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := []string{"req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=pss", "-out", "cert.pem", "-sigopt", "rsa_padding_mode:pss"}
			openssl(t, dir, append(args, test.options...)...)
			got := pkix.Certificate(der(t, filepath.Join(dir, "cert.pem")))
			if diff := cmp.Diff(&test.want, got.PSS); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if got.SignatureAlgorithm != "rsassaPss" {
				t.Errorf("signature %q", got.SignatureAlgorithm)
			}
		})
	}
}

// TestSelfSigned tells a forged name from a self-signature.
func TestSelfSigned(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("prime256v1")...)
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=same", "-out", "own.pem")
	openssl(t, dir, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "other.pem")
	openssl(t, dir, "req", "-new", "-key", "other.pem", "-subj", "/CN=same", "-out", "req.pem")
	openssl(t, dir, "x509", "-req", "-in", "req.pem", "-CA", "own.pem", "-CAkey", "key.pem", "-set_serial", "2", "-out", "forged.pem")
	openssl(t, dir, "req", "-new", "-key", "other.pem", "-subj", "/CN=leaf", "-out", "leafreq.pem")
	openssl(t, dir, "x509", "-req", "-in", "leafreq.pem", "-CA", "own.pem", "-CAkey", "key.pem", "-set_serial", "3", "-out", "leaf.pem")
	pss := []string{"-sigopt", "rsa_padding_mode:pss"}
	openssl(t, dir, "genrsa", "-out", "rsa.pem", "2048")
	openssl(t, dir, append([]string{"req", "-x509", "-new", "-key", "rsa.pem", "-subj", "/CN=same", "-out", "ownpss.pem"}, pss...)...)
	openssl(t, dir, "genrsa", "-out", "rsa2.pem", "2048")
	openssl(t, dir, "req", "-new", "-key", "rsa2.pem", "-subj", "/CN=same", "-out", "rsareq.pem")
	openssl(t, dir, append([]string{"x509", "-req", "-in", "rsareq.pem", "-CA", "ownpss.pem", "-CAkey", "rsa.pem", "-set_serial", "5", "-out", "forgedpss.pem"}, pss...)...)
	for file, want := range map[string]bool{"own.pem": true, "forged.pem": false, "leaf.pem": false, "ownpss.pem": true, "forgedpss.pem": false} {
		if got := pkix.Certificate(der(t, filepath.Join(dir, file))); got.SelfSigned != want {
			t.Errorf("%s: self-signed %v, want %v", file, got.SelfSigned, want)
		}
	}
}

// TestRevocation: a pointer to a list or to a responder is one.
func TestRevocation(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("prime256v1")...)
	for _, test := range []struct {
		extension string
		want      bool
	}{
		{"authorityInfoAccess=caIssuers;URI:http://a.example/", false},
		{"authorityInfoAccess=caIssuers;URI:http://a.example/,OCSP;URI:http://o.example/", true},
		{"crlDistributionPoints=URI:http://c.example/", true},
	} {
		openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=r", "-addext", test.extension, "-out", "cert.pem")
		if got := pkix.Certificate(der(t, filepath.Join(dir, "cert.pem"))); got.Revocation != test.want {
			t.Errorf("%s: %v, want %v", test.extension, got.Revocation, test.want)
		}
	}
}

// TestBroken gives every prefix of a certificate, and changes of every byte:
// nothing panics, and what is cut short has a problem and a digest.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, ec("prime256v1")...)
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=broken", "-out", "cert.pem")
	whole := der(t, filepath.Join(dir, "cert.pem"))
	for n := range whole {
		c := pkix.Certificate(whole[:n])
		if c.Problem == "" || c.SHA256 != scanner.Digest(whole[:n]) {
			t.Fatalf("first %d bytes: problem %q, digest %s", n, c.Problem, c.SHA256)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0xff
		pkix.Certificate(changed)
	}
}

// TestRefused has what strict parsers refuse and the walk still reads.
func TestRefused(t *testing.T) {
	rsaKey := xpkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.113549.1.1.1"), Parameters: asn1.NullRawValue}
	signature := xpkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.113549.1.1.11"), Parameters: asn1.NullRawValue}
	numbers, err := asn1.Marshal(struct {
		N *big.Int
		E *big.Int
	}{new(big.Int).SetBit(big.NewInt(1), 2047, 1), new(big.Int).SetBit(big.NewInt(1), 80, 1)})
	if err != nil {
		t.Fatal(err)
	}
	byThree := []scanner.Weakness{{Name: scanner.WeakSmallFactor, Detail: "divisible by 3"}} // 2^2047 + 1 is
	for _, test := range []struct {
		name   string
		edit   func(*tbs)
		want   scanner.Key
		parser string
		broken bool
	}{
		{"an exponent longer than a machine word", func(b *tbs) {
			b.SPKI.Key = asn1.BitString{Bytes: numbers, BitLength: 8 * len(numbers)}
		}, scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "1208925819614629174706177", Weak: byThree}, "zcrypto", false},
		{"a negative serial number", func(b *tbs) {
			b.Serial = big.NewInt(-1)
			b.SPKI.Key = asn1.BitString{Bytes: numbers, BitLength: 8 * len(numbers)}
		}, scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "1208925819614629174706177", Weak: byThree}, "zcrypto", false},
		{"a key that is none", func(b *tbs) {}, scanner.Key{Algorithm: "RSA"}, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := pkix.Certificate(assembled(t, signature, rsaKey, test.edit))
			if (got.Problem != "") != test.broken || got.Parser != test.parser {
				t.Errorf("parser %q, problem %q", got.Parser, got.Problem)
			}
			test.want.OID = "1.2.840.113549.1.1.1"
			got.Key.SPKISHA256 = ""
			if diff := cmp.Diff(test.want, got.Key); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if got.NotAfter.IsZero() || got.SignatureAlgorithm != "sha256WithRSAEncryption" || got.Subject != "CN=assembled" {
				t.Errorf("facts are missing: %+v", got)
			}
		})
	}
}

// TestProblemIsPrintable: what a peer writes into a certificate moves no
// cursor.
func TestProblemIsPrintable(t *testing.T) {
	name, _ := asn1.Marshal(xpkix.Name{CommonName: "a\x1b[2Jb\nc,d", Organization: []string{" x "}}.ToRDNSequence())
	got := pkix.Certificate(assembled(t, xpkix.AlgorithmIdentifier{Algorithm: oid("1.3.101.112")}, xpkix.AlgorithmIdentifier{Algorithm: oid("1.3.101.112")},
		func(b *tbs) { b.Subject.FullBytes = name }))
	if want := `CN=a\1b[2Jb\0ac\,d,O=\ x\ `; got.Subject != want {
		t.Errorf("subject %q, want %q", got.Subject, want)
	}
	if strings.ContainsAny(got.CommonName+got.Problem, "\x1b\n") {
		t.Errorf("%q %q", got.CommonName, got.Problem)
	}
}

// TestAgainstGo compares with Go's parser over whatever roots the machine has.
func TestAgainstGo(t *testing.T) {
	data, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		lab.Absent(t, "no certificates on this machine: apt-get install ca-certificates")
	}
	for _, block := range blocks(data) {
		want, err := x509.ParseCertificate(block)
		got := pkix.Certificate(block)
		if (err == nil) != (got.Problem == "" && got.Parser == "") {
			t.Errorf("%s: problem %q, Go says %v", got.Subject, got.Problem, err)
			continue
		}
		if err != nil {
			continue
		}
		agree(t, want, got)
		if !got.SelfSigned && bytes.Equal(want.RawIssuer, want.RawSubject) {
			t.Errorf("%s: a root that is not self-signed", got.Subject)
		}
	}
}

// agree compares what Go tells too.
func agree(t testing.TB, want *x509.Certificate, got scanner.Certificate) {
	t.Helper()
	if got.Version != want.Version || !got.NotBefore.Equal(want.NotBefore) || !got.NotAfter.Equal(want.NotAfter) ||
		got.Key.SPKISHA256 != digest(want.RawSubjectPublicKeyInfo) || got.CommonName != want.Subject.CommonName && !strings.Contains(got.CommonName, "\uFFFD") ||
		got.SubjectKeyID != fmt.Sprintf("%x", want.SubjectKeyId) || got.AuthorityKeyID != fmt.Sprintf("%x", want.AuthorityKeyId) ||
		got.CA != want.IsCA || got.Revocation != (len(want.OCSPServer) > 0 || len(want.CRLDistributionPoints) > 0) {
		t.Errorf("Go says otherwise: %+v", got)
	}
	serial := fmt.Sprintf("%x", want.SerialNumber)
	if strings.TrimLeft(got.Serial, "0") != strings.TrimLeft(serial, "0") {
		t.Errorf("serial %s, Go says %s", got.Serial, serial)
	}
}

func TestRandomBytes(t *testing.T) {
	for range 1000 {
		b := make([]byte, 200)
		rand.Read(b)
		if c := pkix.Certificate(b); c.Problem == "" {
			t.Fatalf("%x is a certificate", b)
		}
	}
}
