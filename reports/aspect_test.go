package reports_test

import (
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

func TestAspect(t *testing.T) {
	for _, tt := range []struct{ kind, name, rule, want string }{
		{"public-key", "RSA 2048", "public-key/RSA-exponent-low", "exponent low"},
		{"public-key", "RSA 2048", "public-key/RSA-2048-3071#signature-generation", ""},
		{"public-key", "EC secp256r1", "public-key/EC-P-256", ""},
		{"keystore-protection", "PBES2", "keystore-protection/PBES2-iterations-under-1000", "iterations under 1000"},
		{"keystore-protection", "PBES2", "keystore-protection/PBES2-salt-under-128-bits", "salt under 128 bits"},
		{"keystore-protection", "PBES2", "cipher/CAMELLIA-256-CBC", "CAMELLIA-256-CBC"},
		{"keystore-protection", "none", "keystore-protection/none", ""},
		{"certificate-property", "expired", "certificate-property/expired", ""},
		{"keystore-protection", "1.2.3", "", ""},
	} {
		r := fips.Ruling{Subject: fips.Subject{Kind: tt.kind, Name: tt.name}, Rule: tt.rule}
		if got := reports.Aspect(r); got != tt.want {
			t.Errorf("%s by %s: %q, want %q", tt.name, tt.rule, got, tt.want)
		}
		if tt.want == "" {
			continue
		}
		under := fips.Ruling{Subject: r.Subject, Rule: "acme/x", Base: &fips.Base{Rule: tt.rule}}
		if got := reports.Aspect(under); got != tt.want {
			t.Errorf("%s under a policy: %q, want %q", tt.name, got, tt.want)
		}
	}
}
