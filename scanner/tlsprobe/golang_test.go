package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// The suites of Go's server by the versions that can carry them, from its own
// tables.
func goSuites(version uint16, configured []uint16, certs ...string) []string {
	var codes []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, c := range configured {
			for _, v := range s.SupportedVersions {
				if c == s.ID && v == version {
					codes = append(codes, c)
				}
			}
		}
	}
	return suiteNames(codes...)
}

func TestGoServer(t *testing.T) {
	rsaCert, ecCert := certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	var allRSA []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		allRSA = append(allRSA, s.ID)
	}
	suites13 := suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256)
	rows := []struct {
		name   string
		config *tls.Config
		want   map[string]seen
		// connections at the floor: one for each version that is not spoken,
		// k+1 for each that is, g+1 at most for the groups of TLS 1.2
		most int
	}{
		{
			name: "modern, both certificates",
			config: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsaCert, ecCert},
				CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.X25519, tls.CurveP256},
				CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
					tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA}},
			want: map[string]seen{
				scanner.TLSv12: {true, suiteNames(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
					tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA), []string{"secp256r1", "x25519"}, yes(true)},
				scanner.TLSv13: {true, suites13, []string{"SecP256r1MLKEM768", "X25519MLKEM768", "secp256r1", "x25519"}, nil},
			},
			most: 4 + (4 + 1) + (2 + 1) + (4 + 3),
		},
		{
			name:   "ML-KEM hybrid alone, TLS 1.3 alone",
			config: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ecCert}, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}},
			want:   map[string]seen{scanner.TLSv13: {true, suites13, []string{"X25519MLKEM768"}, nil}},
			most:   5 + (3 + 3) + 1,
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, endpoint(serveTLS(t, row.config), "lab.test"))
			same(t, "seen", row.want, seenOf(t, o))
			if o.TLS.Connections > row.most {
				t.Errorf("%d connections, the floor is %d", o.TLS.Connections, row.most)
			}
			if len(o.Incomplete) > 0 {
				t.Errorf("incomplete: %+v", o.Incomplete)
			}
			t.Logf("%d connections, chains %d", o.TLS.Connections, len(o.TLS.Chains))
		})
	}
	_ = allRSA
}
