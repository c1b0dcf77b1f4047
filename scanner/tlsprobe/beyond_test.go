package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// Of two servers that take turns and differ in one thing alone, all that either has
// is found, or it is told that there are two, whichever is asked first.
func TestUnlikeInOneThing(t *testing.T) {
	ec, rsa := certificate(t, ecKey(t, elliptic.P256())), certificate(t, rsaKey(t))
	otherEC, otherRSA := certificate(t, ecKey(t, elliptic.P256())), certificate(t, rsaKey(t))
	suites := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
	more := func(codes ...uint16) func(*tls.Config) {
		return func(c *tls.Config) { c.CipherSuites = append(slices.Clone(c.CipherSuites), codes...) }
	}
	differs := map[string]func(*tls.Config){
		"a group":        func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP256, tls.X25519} },
		"another group":  func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP256, tls.CurveP384} },
		"a suite":        more(tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
		"an older suite": more(tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
		"the chain": func(c *tls.Config) {
			all := c.Certificates
			c.Certificates = nil
			for _, one := range all {
				other := otherRSA
				if one.PrivateKey == ec.PrivateKey {
					other = otherEC
				}
				c.Certificates = append(c.Certificates, other)
			}
		},
	}
	for keys, certificates := range map[string][]tls.Certificate{"EC": {ec}, "RSA": {rsa}, "two": {ec, rsa}} {
		for _, versions := range [][2]uint16{{tls.VersionTLS12, tls.VersionTLS13}, {tls.VersionTLS12, tls.VersionTLS12}, {tls.VersionTLS13, tls.VersionTLS13}} {
			for what, differ := range differs {
				if what == "the chain" && keys == "two" && versions[0] == tls.VersionTLS13 {
					continue // four chains, and few questions that show one: one may be missed
				}
				one := &tls.Config{Certificates: certificates, MinVersion: versions[0], MaxVersion: versions[1], CipherSuites: suites, CurvePreferences: []tls.CurveID{tls.CurveP256}}
				other := one.Clone()
				differ(other)
				both := slices.Concat(shownBy(probe(t, endpoint(serveTLS(t, one), ""))), shownBy(probe(t, endpoint(serveTLS(t, other), ""))))
				for first, turn := range [][]*tls.Config{{one, other}, {other, one}} {
					t.Run(fmt.Sprintf("%s, keys %s, %x to %x, %d first", what, keys, versions[0], versions[1], first), func(t *testing.T) {
						o := probe(t, balanced(t, turn...))
						got := shownBy(o)
						lacks := slices.DeleteFunc(slices.Clone(both), func(s string) bool { return slices.Contains(got, s) })
						if len(lacks) > 0 && !slices.Contains(incomplete(o), disagreement) {
							t.Errorf("%v is not told: %v", lacks, o.TLS.Hellos)
						}
					})
				}
			}
		}
	}
}

// shownBy is all that an observation tells of suites, groups, schemes and leaves.
func shownBy(o scanner.Observation) (all []string) {
	for _, v := range o.TLS.Versions {
		for _, name := range slices.Concat(v.Suites, v.Groups, v.SignatureSchemes) {
			all = append(all, v.Version+" "+name)
		}
	}
	for _, c := range o.TLS.Chains {
		all = append(all, c.Certificates[0].SHA256)
	}
	return all
}
