package tlsprobe

import (
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
