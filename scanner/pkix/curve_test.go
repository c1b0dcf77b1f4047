package pkix_test

import (
	"bytes"
	"crypto/x509"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// TestCurvesOthersLack: a certificate on a curve that the parsers do not know
// is as well made as any other, and one that they mind for more is not.
func TestCurvesOthersLack(t *testing.T) {
	dir := t.TempDir()
	for _, curve := range []string{"secp256k1", "brainpoolP384r1", "sect283k1", "wap-wsg-idm-ecid-wtls12", "prime256v1"} {
		openssl(t, dir, "ecparam", "-name", curve, "-genkey", "-noout", "-out", "k.pem")
		openssl(t, dir, "req", "-x509", "-new", "-key", "k.pem", "-subj", "/CN=w", "-out", "c.pem")
		good := der(t, dir+"/c.pem")
		want := scanner.ParserOwn
		if _, err := x509.ParseCertificate(good); err == nil {
			want = ""
		}
		if got := pkix.Certificate(good); got.Problem != "" || got.Parser != want || got.Key.Curve == "" {
			t.Errorf("%s: parser %q, problem %q, curve %q", curve, got.Parser, got.Problem, got.Key.Curve)
		}
		if want == "" {
			continue
		}
		for name, odd := range map[string][]byte{
			"a longer length":        longer(good),
			"a longer length within": longerWithin(good),
			"no boolean":             bytes.Replace(good, []byte{0x01, 0x01, 0xff, 0x04}, []byte{0x01, 0x01, 0x07, 0x04}, 1),
		} {
			if got := pkix.Certificate(odd); got.Problem == "" && got.Parser == scanner.ParserOwn {
				t.Errorf("%s with %s passes", curve, name)
			}
		}
	}
	openssl(t, dir, "ecparam", "-name", "secp256k1", "-genkey", "-noout", "-param_enc", "explicit", "-out", "k.pem")
	openssl(t, dir, "req", "-x509", "-new", "-key", "k.pem", "-subj", "/CN=w", "-out", "c.pem")
	if got := pkix.Certificate(der(t, dir+"/c.pem")); got.Problem == "" {
		t.Error("explicit parameters, which RFC 5480 section 2.1.1 rules out, are no problem")
	}
}

// longerWithin writes the length of the signed part in one octet more. Both
// lengths are of two octets.
func longerWithin(der []byte) []byte {
	n := int(der[2])<<8 + int(der[3]) + 1
	return slices.Concat([]byte{0x30, 0x82, byte(n >> 8), byte(n), 0x30, 0x83, 0}, der[6:])
}
