package keystore_test

import (
	"encoding/asn1"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// keyPair is a folder with a key in key.pem and key.der and its certificate in
// cert.pem.
func keyPair(t *testing.T, kind ...string) string {
	t.Helper()
	dir, openssl := t.TempDir(), lab.Program(t, "openssl")
	lab.RunIn(t, dir, openssl, append([]string{"req", "-x509", "-nodes", "-keyout", "key.pem", "-subj", "/CN=a", "-out", "cert.pem", "-newkey"}, kind...)...)
	lab.RunIn(t, dir, openssl, "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der")
	return dir
}

// TestSignedBCFKS reads a store that BouncyCastle signed: with what is told,
// and its certificate with it where no password keeps it.
func TestSignedBCFKS(t *testing.T) {
	dir := keyPair(t, "rsa:2048")
	lab.Run(t, lab.Program(t, "java"), "-cp", lab.Program(t, "/usr/share/java/bcprov.jar"), "testdata/Signed.java", dir)
	data, err := os.ReadFile(filepath.Join(dir, "signed.bcfks"))
	if err != nil {
		t.Fatal(err)
	}
	c := keystore.NewOpener(nil, nil, 0).BCFKS(t.Context(), data)
	if len(c.Protection) == 0 || c.Protection[0] != (scanner.Protection{Scheme: "BCFKS-signature", Signature: "sha512WithRSAEncryption"}) || len(c.Gaps) > 0 {
		t.Errorf("protection %+v, gaps %v", c.Protection, c.Gaps)
	}
	if len(c.Entries) != 1 || c.Entries[0].Kind != scanner.ItemCertificate {
		t.Errorf("%d entries %+v", len(c.Entries), c.Entries)
	}
}

// TestSignedPKCS12: what OpenSSL's cms signs, inside a PFX (RFC 7292 section
// 4), since no tool of the distribution writes such a file by itself.
func TestSignedPKCS12(t *testing.T) {
	type info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	type pfx struct {
		Version int
		Safe    asn1.RawValue
	}
	safe, err := asn1.Marshal([]info{}) // an AuthenticatedSafe with nothing in it
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, want string
		key        []string
		flags      []string
	}{
		{"RSA", "sha256WithRSAEncryption", []string{"rsa:2048"}, []string{"-md", "sha256"}},
		{"RSA over SHA-1, without attributes", "sha1WithRSAEncryption", []string{"rsa:2048"}, []string{"-md", "sha1", "-noattr"}},
		{"without certificates", "sha384WithRSAEncryption", []string{"rsa:2048"}, []string{"-md", "sha384", "-nocerts"}},
		{"ECDSA", "ecdsa-with-SHA512", []string{"ec", "-pkeyopt", "ec_paramgen_curve:P-256"}, []string{"-md", "sha512"}},
		{"RSASSA-PSS, whose parameters decide", "", []string{"rsa:2048"}, []string{"-md", "sha256", "-keyopt", "rsa_padding_mode:pss"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := keyPair(t, tt.key...)
			if err := os.WriteFile(filepath.Join(dir, "safe"), safe, 0o600); err != nil {
				t.Fatal(err)
			}
			flags := append([]string{"cms", "-sign", "-binary", "-nodetach", "-in", "safe", "-outform", "DER", "-out", "signed", "-signer", "cert.pem", "-inkey", "key.pem"}, tt.flags...)
			lab.RunIn(t, dir, lab.Program(t, "openssl"), flags...)
			signed, err := os.ReadFile(filepath.Join(dir, "signed"))
			if err != nil {
				t.Fatal(err)
			}
			file, err := asn1.Marshal(pfx{3, asn1.RawValue{FullBytes: signed}})
			if err != nil {
				t.Fatal(err)
			}
			c := opener().PKCS12(t.Context(), file)
			if diff := cmp.Diff([]scanner.Protection{{Scheme: "pkcs12-signed", Signature: tt.want}}, c.Protection); diff != "" || len(c.Gaps) > 0 {
				t.Errorf("gaps %v (-want +got):\n%s", c.Gaps, diff)
			}
		})
	}
}
