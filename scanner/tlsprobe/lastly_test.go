package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"net"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// rsa13 is a server of TLS 1.2 and 1.3 with an RSA key that by passing13 accepts
// nothing bad.
func rsa13(t *testing.T) *tls.Config {
	c := clean13(t)
	c.Certificates = []tls.Certificate{certificate(t, rsaKey(t))}
	c.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	return c
}

// in13 is the config, but that of TLS 1.3 it is another.
func in13(c *tls.Config, but func(*tls.Config)) *tls.Config {
	other := c.Clone()
	but(other)
	c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(h.SupportedVersions, tls.VersionTLS13) {
			return other, nil
		}
		return nil, nil
	}
	return c
}

// At an address a server with an RSA key is asked for TLS 1.3 last, so that an answer
// that is wanted anyway is the last one. What it does not pass with is found all the
// same.
func TestVerdictAsksForTLS13Last(t *testing.T) {
	last := false
	e := inFront(t, rsa13(t), func(_ net.Conn, h clientHello) bool {
		last = !h.ssl2 && readOffer(h.raw).thirteen
		return true
	})
	for name, want := range map[string]int{"": 11, "lab.test": 12} {
		e.Name = name
		o := decidedAs(t, passing13(), e)
		same(t, "incomplete", []string(nil), incomplete(o))
		same(t, "connections by name "+name, want, o.TLS.Connections)
		same(t, "TLS 1.3 last by name "+name, name == "", last)
		same(t, "TLS 1.3", seen{true, suiteNames(tls.TLS_AES_128_GCM_SHA256), []string{"secp256r1"}, nil}, acceptedOf(o)[scanner.TLSv13])
	}
	for _, row := range []struct {
		name   string
		verd   *Verdict
		config *tls.Config
		found  func(o *scanner.TLS) bool
	}{
		{"a group of TLS 1.3 alone", passing13(), in13(rsa13(t), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP256, tls.X25519} }),
			func(o *scanner.TLS) bool { return slices.Contains(o.Versions[5].Groups, "x25519") }},
		{"no group that passes", passing13(), in13(rsa13(t), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519} }),
			func(o *scanner.TLS) bool { return slices.Contains(o.Versions[5].Groups, "x25519") }},
		{"a suite of TLS 1.3", madeUp(), rsa13(t),
			func(o *scanner.TLS) bool {
				return slices.Contains(o.Versions[5].Suites, "TLS_CHACHA20_POLY1305_SHA256")
			}},
		{"a key of TLS 1.3 alone", passing13(), in13(rsa13(t), func(c *tls.Config) {
			c.Certificates = append(c.Certificates, certificate(t, ecKey(t, elliptic.P384())))
		}), func(o *scanner.TLS) bool {
			return slices.ContainsFunc(o.Chains, func(c scanner.Chain) bool { return c.Certificates[0].Key.Curve == "secp384r1" })
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := endpoint(serveTLS(t, row.config), "")
			o := decidedAs(t, row.verd, e)
			same(t, "incomplete", []string(nil), incomplete(o))
			if !row.found(o.TLS) {
				t.Errorf("not found: %+v, %v", o.TLS.Versions[5], o.TLS.Hellos)
			}
		})
	}
}

// A server may show that it knows TLS 1.3 and not speak it, and heed no list of
// versions. Then it is asked for older ones again, each by itself.
func TestVerdictOfTLS13ThatIsNotSpoken(t *testing.T) {
	config := rsa13(t)
	config.MinVersion = tls.VersionTLS10
	config.CipherSuites = append(config.CipherSuites, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA)
	v := passing13()
	rank := v.Rank
	v.Rank = func(kind, name string) int { // so that nothing of TLS 1.2 decides
		if name == "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" {
			return 0
		}
		return rank(kind, name)
	}
	e := inFront(t, config, func(c net.Conn, h clientHello) bool {
		if !h.ssl2 && (slices.Contains(h.all, uint16(tlswire.ExtSupportedVersions)) || h.raw[10] == 2) {
			c.Write(alertBytes(tlswire.AlertProtocolVersion))
			return false
		}
		return true
	})
	e.Name = ""
	o := decidedAs(t, v, e)
	same(t, "incomplete", []string(nil), incomplete(o))
	same(t, "TLS 1.0", yes(true), o.TLS.Versions[2].Accepted)
	same(t, "TLS 1.3", yes(false), o.TLS.Versions[5].Accepted)
}
