package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// A certificate that a server keeps for clients without RSASSA-PSS is shown.
func TestChainsOfOldClients(t *testing.T) {
	leaf, old, ec := certificate(t, rsaKey(t)), certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	const gcm, cbc, ecdsa = tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	for _, row := range []struct {
		name   string
		needs  []tls.SignatureScheme // of which a client has one that is not old
		suites []uint16
		newest uint16
		ec     bool // there is a key on a curve, too
	}{
		{"no PSS", []tls.SignatureScheme{tls.PSSWithSHA256}, []uint16{gcm}, tls.VersionTLS12, false},
		{"no PSS of any hash", []tls.SignatureScheme{tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512}, []uint16{gcm}, tls.VersionTLS12, false},
		{"no PSS nor curve", []tls.SignatureScheme{tls.PSSWithSHA256, tls.ECDSAWithP256AndSHA256}, []uint16{gcm}, tls.VersionTLS12, false},
		{"no PSS nor curve, two suites", []tls.SignatureScheme{tls.PSSWithSHA256, tls.ECDSAWithP256AndSHA256}, []uint16{gcm, cbc}, tls.VersionTLS12, false},
		{"no PSS, TLS 1.3", []tls.SignatureScheme{tls.PSSWithSHA256}, []uint16{gcm}, tls.VersionTLS13, false},
		{"no PSS nor curve, TLS 1.3", []tls.SignatureScheme{tls.PSSWithSHA256, tls.ECDSAWithP256AndSHA256}, nil, tls.VersionTLS13, false},
		{"no PSS, two keys", []tls.SignatureScheme{tls.PSSWithSHA256}, []uint16{ecdsa, gcm, cbc}, tls.VersionTLS13, true},
		{"no PSS, two keys, many suites", []tls.SignatureScheme{tls.PSSWithSHA256}, nil, tls.VersionTLS13, true},
		{"no SHA-2, two keys", []tls.SignatureScheme{tls.PSSWithSHA256, tls.PKCS1WithSHA256}, []uint16{ecdsa, gcm}, tls.VersionTLS12, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			config := &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: row.newest, CipherSuites: row.suites}
			config.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				c := config.Clone()
				c.Certificates = []tls.Certificate{old}
				if slices.ContainsFunc(h.SignatureSchemes, func(s tls.SignatureScheme) bool { return slices.Contains(row.needs, s) }) {
					c.Certificates[0] = leaf
				}
				if row.ec {
					c.Certificates = append(c.Certificates, ec)
				}
				return c, nil
			}
			config.Certificates = []tls.Certificate{leaf}
			e := endpoint(serveTLS(t, config), "")
			o := probe(t, e)
			shown := func(c tls.Certificate) bool {
				return slices.ContainsFunc(o.TLS.Chains, func(chain scanner.Chain) bool {
					return chain.Certificates[0].SHA256 == scanner.Digest(c.Certificate[0])
				})
			}
			same(t, "leaf, old, EC", []bool{true, true, row.ec}, []bool{shown(leaf), shown(old), shown(ec)})
			same(t, "incomplete", []string(nil), incomplete(o))
			atFloor(t, o)
			told := strings.Join(decided(t, e).TLS.Asked.NotPut, "; ")
			same(t, "told at depth verdict", true, strings.Contains(told, "chains of old clients"))
			config.CurvePreferences, config.CipherSuites = []tls.CurveID{tls.CurveP256}, []uint16{ecdsa, gcm} // which pass
			if o = decided(t, endpoint(serveTLS(t, config), "")); !row.ec && row.newest == tls.VersionTLS12 {
				same(t, "shown at depth verdict", true, shown(old))
			}
		})
	}
}
