package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// The suites of Go's server by the versions that can carry them, from its own
// tables.
func goSuites(version uint16, configured []uint16) []string {
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
	// Every suite of Go's server that TLS 1.0 to 1.2 know, weak ones too.
	var all []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		all = append(all, s.ID)
	}
	suites13 := suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256)
	rows := []struct {
		name   string
		config *tls.Config
		want   map[string]seen
		chains []string
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
			chains: []string{"TLSv1.3 EC", "TLSv1.3 RSA"},
		},
		{
			name: "every version, every suite, RC4 and 3DES",
			config: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsaCert, ecCert},
				CipherSuites: all, CurvePreferences: []tls.CurveID{tls.CurveP256, tls.CurveP521}},
			want: map[string]seen{
				scanner.TLSv10: {true, goSuites(tls.VersionTLS10, all), []string{"secp256r1", "secp521r1"}, yes(true)},
				scanner.TLSv11: {true, goSuites(tls.VersionTLS11, all), []string{"secp256r1", "secp521r1"}, yes(true)},
				scanner.TLSv12: {true, goSuites(tls.VersionTLS12, all), []string{"secp256r1", "secp521r1"}, yes(true)},
			},
			chains: []string{"TLSv1.2 EC", "TLSv1.2 RSA"},
		},
		{
			name: "TLS 1.3 alone, more groups than suites",
			config: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{rsaCert},
				CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.SecP384r1MLKEM1024, tls.X25519, tls.CurveP384, tls.CurveP521}},
			want:   map[string]seen{scanner.TLSv13: {true, suites13, []string{"SecP384r1MLKEM1024", "X25519MLKEM768", "secp384r1", "secp521r1", "x25519"}, nil}},
			chains: []string{"TLSv1.3 RSA"},
		},
		{
			name:   "ML-KEM hybrid alone, TLS 1.3 alone",
			config: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ecCert}, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}},
			want:   map[string]seen{scanner.TLSv13: {true, suites13, []string{"X25519MLKEM768"}, nil}},
			chains: []string{"TLSv1.3 EC"},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, endpoint(serveTLS(t, row.config), "lab.test"))
			same(t, "seen", row.want, seenOf(t, o))
			atFloor(t, o)
			same(t, "incomplete", []string(nil), incomplete(o))
			var kinds []string
			for _, c := range o.TLS.Chains {
				kinds = append(kinds, c.Version+" "+c.Certificates[0].Key.Algorithm)
			}
			same(t, "chains", row.chains, sorted(kinds))
		})
	}
}
