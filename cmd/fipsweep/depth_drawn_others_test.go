package main

import (
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

// Nor of Go, which takes the first certificate that could do for a hello, by name
// or by address.
func TestVerdictDepthDrawnGo(t *testing.T) {
	var certs []tls.Certificate
	for _, p := range []pair{newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newPair(t, newEC(t, elliptic.P384()))} {
		c, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			t.Fatal(err)
		}
		certs = append(certs, c)
	}
	const seed, configurations = 9, 100
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	curves := [][]tls.CurveID{{tls.CurveP256}, {tls.CurveP256, tls.CurveP384}, {tls.CurveP384}, {tls.X25519}, nil}
	others := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	for i := range configurations {
		r.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
		config := &tls.Config{
			Certificates:     append([]tls.Certificate(nil), certs[:1+r.IntN(3)]...),
			MinVersion:       []uint16{tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS10}[r.IntN(4)],
			MaxVersion:       []uint16{tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS13}[r.IntN(3)], // which has ChaCha20
			CurvePreferences: curves[r.IntN(len(curves))],
			CipherSuites:     []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}[r.IntN(4)/3:],
		}
		for range r.IntN(3) {
			config.CipherSuites = append(config.CipherSuites, others[r.IntN(len(others))])
		}
		failOn := []fips.Status{fips.Unclassified, fips.Deprecated, fips.Disallowed}[r.IntN(3)]
		named := r.IntN(2) == 0
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			e := labEndpoint(t, netip.MustParseAddrPort(serveTLS(t, config)))
			if !named {
				e.Name = ""
			}
			d := bothDepths(t, e, failOn)
			if d.full.Observation.TLS == nil && d.verdict.Observation.TLS == nil {
				return // it shakes no hand at all
			}
			d.agree()
			if t.Failed() {
				t.Logf("fail on %s, name %q: %d certificates, suites %x, curves %v, versions %x to %x", failOn, e.Name,
					len(config.Certificates), config.CipherSuites, config.CurvePreferences, config.MinVersion, config.MaxVersion)
			}
		})
	}
}

// Nor of GnuTLS, in its order or in the client's.
func TestVerdictDepthDrawnGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	certs := []pair{newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newPair(t, newEC(t, elliptic.P384()))}
	const seed, configurations = 11, 60
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	// Most of what passes, and sometimes one or two others somewhere among it.
	some := func(passing, others string) string {
		var list []string
		for one := range strings.FieldsSeq(passing) {
			if r.IntN(8) > 0 {
				list = append(list, one)
			}
		}
		more := strings.Fields(others)
		for range max(0, r.IntN(6)-3) {
			list = append(list, more[r.IntN(len(more))])
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		return strings.Join(append(list, ""), ":")
	}
	for i := range configurations {
		priority := "NONE:+COMP-NULL:+CTYPE-X.509:+AEAD:+SHA1:" +
			[]string{"+VERS-TLS1.2:+VERS-TLS1.3:", "+VERS-TLS1.2:+VERS-TLS1.3:", "+VERS-TLS1.2:", "+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:"}[r.IntN(4)] +
			some("+AES-128-GCM +AES-256-GCM", "+CHACHA20-POLY1305 +AES-128-CBC +3DES-CBC") + some("+ECDHE-RSA +ECDHE-ECDSA", "+DHE-RSA +RSA +ANON-ECDH") +
			some("+GROUP-SECP256R1 +GROUP-SECP384R1", "+GROUP-X25519 +GROUP-X448 +GROUP-FFDHE2048") +
			some("+SIGN-RSA-PSS-RSAE-SHA256 +SIGN-RSA-SHA256 +SIGN-ECDSA-SECP256R1-SHA256 +SIGN-ECDSA-SHA256 +SIGN-ECDSA-SHA384", "+SIGN-RSA-SHA1 +SIGN-ECDSA-SHA1") +
			[]string{"%COMPAT", "%SERVER_PRECEDENCE"}[r.IntN(2)]
		r.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
		var keys []string
		for _, c := range certs[:1+r.IntN(2)] {
			keys = append(keys, "--x509certfile", c.cert, "--x509keyfile", c.key)
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, serv, append(keys, "--port", fmt.Sprint(addr.Port()), "--priority", priority, "-a", "--nodb")...)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			if d.full.Observation.TLS == nil && d.verdict.Observation.TLS == nil {
				return // it shakes no hand at all
			}
			d.agree()
			if t.Failed() {
				t.Logf("gnutls-serv with %s, %d certificates", priority, len(keys)/4)
			}
		})
	}
}
