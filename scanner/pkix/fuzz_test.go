package pkix_test

import (
	"crypto/x509"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// seeds are real structures of every kind, made by openssl where it is there.
func seeds(f *testing.F) {
	dir := f.TempDir()
	openssl(f, dir, rsa("512")...)
	openssl(f, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/C=SE/CN=seed", "-addext", "subjectAltName=DNS:a,IP:::1,email:a@b,URI:c:d,RID:1.2,dirName:d",
		"-addext", "keyUsage=cRLSign", "-addext", "extendedKeyUsage=serverAuth,1.2.3", "-config", dirName(f, dir), "-out", "cert.pem")
	openssl(f, dir, "req", "-new", "-key", "key.pem", "-subj", "/CN=seed", "-addext", "subjectAltName=DNS:a", "-out", "req.pem")
	openssl(f, dir, "crl2pkcs7", "-nocrl", "-certfile", "cert.pem", "-out", "p7.pem")
	openssl(f, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	openssl(f, dir, "pkcs8", "-topk8", "-in", "key.pem", "-passout", "pass:x", "-out", "locked.pem")
	openssl(f, dir, "rsa", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem")
	openssl(f, dir, "ecparam", "-name", "prime256v1", "-genkey", "-param_enc", "explicit", "-noout", "-out", "ec.pem")
	openssl(f, dir, "req", "-x509", "-new", "-key", "ec.pem", "-subj", "/CN=seed", "-out", "eccert.pem")
	openssl(f, dir, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "dh.pem")
	for _, file := range []string{"cert", "req", "p7", "pub", "locked", "pkcs1", "key", "ec", "eccert", "dh"} {
		f.Add(der(f, filepath.Join(dir, file+".pem")))
	}
}

func dirName(f *testing.F, dir string) string {
	write(f, dir, "req.cnf", "[req]\ndistinguished_name=n\n[n]\n[d]\nCN=other\n")
	return "req.cnf"
}

// FuzzCertificate holds that what Go reads we read too, and alike.
func FuzzCertificate(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		got := pkix.Certificate(der)
		if got.SHA256 != digest(der) {
			t.Error("digest")
		}
		want, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if got.Problem != "" || got.Parser != "" {
			t.Fatalf("Go reads it: problem %q, parser %q", got.Problem, got.Parser)
		}
		if got.Version != want.Version || !got.NotBefore.Equal(want.NotBefore) || !got.NotAfter.Equal(want.NotAfter) || got.Key.SPKISHA256 != digest(want.RawSubjectPublicKeyInfo) {
			t.Fatalf("Go says otherwise: %+v", got)
		}
	})
}

// FuzzEverything gives any bytes to every other entry point.
func FuzzEverything(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		kind := pkix.KindOf(der)
		pkix.Request(der)
		pkix.CRL(der)
		pkix.ReadParameters(der)
		pkix.RSAPublicKey(der)
		pkix.Protection(der)
		certificates, lists, _ := pkix.PKCS7(der)
		total := 0
		for _, c := range append(certificates, lists...) {
			total += len(c)
		}
		if total > len(der) {
			t.Errorf("%d bytes hold %d", len(der), total)
		}
		if key, err := pkix.PublicKey(der); err == nil && key.SPKISHA256 != digest(der) {
			t.Error("digest")
		}
		if private, err := pkix.PrivateKey(der); err == nil && private.Key == nil && private.Protection.Scheme == "none" {
			t.Errorf("a %s without facts", kind)
		}
	})
}
