package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// HAProxy with two keys for one name, each with settings of its own, answers each
// hello alike whenever it is put: that is not told as several servers.
func TestKeysWithVersionsOfTheirOwn(t *testing.T) {
	made := newPairs(t, "RSA 2048", "EC secp256r1")
	const ec, rsa = "EC secp256r1", "RSA 2048"
	for _, keys := range [][2]string{{ec, rsa}, {rsa, ec}} {
		for _, newest := range [][2]string{{"TLSv1.2", "TLSv1.3"}, {"TLSv1.3", "TLSv1.2"}} {
			for _, order := range []string{"", "prefer-client-ciphers"} {
				for _, name := range []string{"", "lab.test"} {
					t.Run(fmt.Sprintf("%v %v %s %q", keys, newest, order, name), func(t *testing.T) {
						list := ""
						for i, k := range keys {
							list += fmt.Sprintf("%s [ciphers ECDHE+AESGCM curves P-256:P-384 ssl-min-ver TLSv1.2 ssl-max-ver %s] lab.test\n", lab.Bundle(t, made[k]...), newest[i])
						}
						addr := lab.Port(t)
						lab.Haproxy(t, addr, "", fmt.Sprintf("crt-list %s %s", lab.Written(t, "list", list), order))
						e := at("", addr)
						e.Name = name
						o := probe(t, e)
						same(t, "incomplete", []string(nil), incomplete(o))
						same(t, "TLS 1.3", true, accepted(&o.TLS.Versions[5]))
						same(t, "suites", 3, len(o.TLS.Versions[5].Suites))
						same(t, "schemes", true, len(o.TLS.Versions[5].SignatureSchemes) > 0)
						if o.TLS.Connections > 50 {
							t.Errorf("%d connections: %v", o.TLS.Connections, o.TLS.Hellos)
						}
						_, gap := decided(t, e).Gap()
						same(t, "told at depth verdict, where it is hidden", name != "" && newest[slices.Index(keys[:], ec)] == "TLSv1.3", gap)
					})
				}
			}
		}
	}
}

// Two servers that take turns, with a key and a newest version each, are.
func TestUnlikeKeysAndVersions(t *testing.T) {
	one := &tls.Config{Certificates: []tls.Certificate{certificate(t, ecKey(t, elliptic.P256()))}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	other := &tls.Config{Certificates: []tls.Certificate{certificate(t, rsaKey(t))}, MinVersion: tls.VersionTLS12}
	for _, turn := range [][]*tls.Config{{one, other}, {other, one}} {
		same(t, "told", true, slices.Contains(incomplete(probe(t, balanced(t, turn...))), disagreement))
	}
}
