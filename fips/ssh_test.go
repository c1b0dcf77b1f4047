package fips_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

// A host certificate is judged by the key beneath, by its signer's key and
// signature, and by its dates.
func TestSSHCertificate(t *testing.T) {
	ended, begins := day("2021-01-01"), day("2030-01-01")
	good := scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "secp256r1", SHA256: "ca"}
	rsa := scanner.HostKey{Type: "ssh-rsa", Bits: 3072, SHA256: "ca"}
	for _, tt := range []struct {
		name          string
		ca            scanner.HostKey
		signature     string
		after, before *time.Time
		want          []string
	}{
		{name: "approved", ca: good, signature: "ecdsa-sha2-nistp256", before: &begins,
			want: []string{"public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "signed with SHA-1", ca: rsa, signature: "ssh-rsa",
			want: []string{"public-key/EC-P-256 approved", "public-key/RSA-3072-7679 approved", "ssh-hostkey/ssh-rsa#signature-generation disallowed"}},
		{name: "signed with SHA-2 by a short key", ca: scanner.HostKey{Type: "ssh-rsa", Bits: 1024, SHA256: "ca"}, signature: "rsa-sha2-512",
			want: []string{"public-key/EC-P-256 approved", "public-key/RSA-1024-2047#signature-generation disallowed", "ssh-hostkey/rsa-sha2-512 approved"}},
		{name: "ended", ca: good, signature: "ecdsa-sha2-nistp256", before: &ended,
			want: []string{"certificate-property/expired disallowed", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "not yet good", ca: good, signature: "ecdsa-sha2-nistp256", after: &begins,
			want: []string{"certificate-property/not-yet-valid disallowed", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "a signature that nobody knows", ca: good, signature: "new",
			want: []string{"? ssh-hostkey new unclassified", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "secp256r1", SHA256: "host"}
			key.Certificate = &scanner.SSHCertificate{Type: "ecdsa-sha2-nistp256-cert-v01@openssh.com", SHA256: "cert", CA: tt.ca,
				Signature: tt.signature, ValidAfter: tt.after, ValidBefore: tt.before}
			a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) { o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{key}} })
			if diff := cmp.Diff(tt.want, told(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An RSA host key is judged by its exponent too.
func TestSSHExponent(t *testing.T) {
	for _, tt := range []struct{ exponent, want string }{
		{"65537", "[public-key/RSA-3072-7679 approved]"}, {"", "[public-key/RSA-3072-7679 approved]"},
		{"3", "[public-key/RSA-3072-7679 approved public-key/RSA-exponent-low not-approved]"},
		{"65538", "[public-key/RSA-3072-7679 approved public-key/RSA-exponent-even disallowed]"},
	} {
		a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: 3072, Exponent: tt.exponent, SHA256: "k"}}}
		})
		if got := fmt.Sprint(told(a)); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.exponent, got, tt.want)
		}
	}
}
