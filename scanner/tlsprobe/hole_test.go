package tlsprobe

import (
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// GnuTLS without TLS 1.1 refuses whoever asks for that and no less: that it
// speaks TLS 1.0 is found at depth verdict, too, and told as unobserved where
// something failed already.
func TestVerdictOfVersionsLeftOut(t *testing.T) {
	const passes = "NONE:+COMP-NULL:+CTYPE-X509:+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-RSA:+GROUP-SECP256R1:+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256"
	for _, row := range []struct {
		name, priority string
		tls10          *bool
	}{
		{"TLS 1.2", passes + ":+VERS-TLS1.0:+AES-128-CBC:+SHA1", yes(true)},
		{"TLS 1.3", passes + ":+VERS-TLS1.3:+VERS-TLS1.0:+AES-128-CBC:+SHA1", yes(true)},
		{"TLS 1.3 alone with 1.2", passes + ":+VERS-TLS1.3", yes(false)},
		{"TLS 1.3, and what fails", passes + ":+GROUP-X25519:+VERS-TLS1.3:+VERS-TLS1.0:+AES-128-CBC:+SHA1", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := gnutlsRow{priority: row.priority, keys: "RSA 2048"}
			o := decided(t, r.start(t, newPairs(t, "RSA 2048")))
			same(t, scanner.TLSv10, row.tls10, o.TLS.Versions[2].Accepted)
			same(t, "incomplete", []string(nil), incomplete(o))
		})
	}
}

// GnuTLS by its own order takes a curve that stands behind the certificate's from
// who offers it without that, which other servers refuse.
func TestCurvesBehindTheCertificates(t *testing.T) {
	const twelve = "NONE:+COMP-NULL:+CTYPE-X509:+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-ECDSA:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:%SERVER_PRECEDENCE"
	for _, row := range []struct {
		name, priority string
		want           string
	}{
		{"one", twelve + ":+GROUP-SECP256R1:+GROUP-X25519", "secp256r1 x25519"},
		{"in front and behind", twelve + ":+GROUP-SECP384R1:+GROUP-SECP256R1:+GROUP-SECP521R1:+GROUP-X25519", "secp384r1 secp256r1 secp521r1 x25519"},
		{"TLS 1.3 and 1.1, too", twelve + ":+VERS-TLS1.3:+VERS-TLS1.1:+AES-128-CBC:+SHA1:+GROUP-SECP256R1:+GROUP-X25519", "secp256r1 x25519"},
		{"beside finite fields", twelve + ":+DHE-RSA:+SIGN-RSA-SHA256:+GROUP-SECP256R1:+GROUP-X25519:+GROUP-FFDHE2048", "secp256r1 x25519"},
		{"none", twelve + ":+GROUP-SECP256R1", "secp256r1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := gnutlsRow{priority: row.priority, keys: "EC secp256r1,RSA 2048"}
			e := r.start(t, newPairs(t, r.kinds()...))
			for name, o := range map[string]scanner.Observation{"full": probe(t, e), "verdict": decided(t, e)} {
				same(t, name+" incomplete", []string(nil), incomplete(o))
				found := o.TLS.Versions
				if name == "full" {
					same(t, "groups", listed(row.want), sorted(found[4].Groups))
					if found[3].Accepted != nil && *found[3].Accepted {
						same(t, "groups of TLS 1.1", listed(row.want), sorted(found[3].Groups))
					}
				} else if strings.Contains(row.want, "x25519") != slices.Contains(append(found[4].Groups, found[5].Groups...), "x25519") {
					t.Errorf("verdict has %q of %q", found[4].Groups, row.want)
				}
			}
		})
	}
}
