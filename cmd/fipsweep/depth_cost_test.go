package main

import (
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// The keys of a server.
type keyring struct {
	name  string
	pairs []pair
}

// ordinary starts each real server with some keys: as it comes, or with AES-GCM on
// two curves alone.
var ordinary = map[string]func(t *testing.T, keys []pair, approved bool) netip.AddrPort{
	"s_server": func(t *testing.T, keys []pair, approved bool) netip.AddrPort {
		args := keys[0].args()
		for _, k := range keys[1:] {
			args = append(args, k.second()...)
		}
		if approved {
			args = append(args, "-cipher", aesGCM, "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "-groups", "P-256:P-384")
		}
		addr := lab.Port(t)
		lab.Start(t, lab.Program(t, "openssl"), append([]string{"s_server", "-accept", addr.String(), "-quiet"}, args...)...)
		return addr
	},
	"nginx": func(t *testing.T, keys []pair, approved bool) netip.AddrPort {
		lines := "ssl; "
		for _, k := range keys {
			lines += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ", k.cert, k.key)
		}
		if approved {
			lines += "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM; ssl_ecdh_curve prime256v1:secp384r1; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384;"
		}
		addr := lab.Port(t)
		lab.Nginx(t, addr, lines)
		return addr
	},
	"haproxy": func(t *testing.T, keys []pair, approved bool) netip.AddrPort {
		bind := ""
		for _, k := range keys {
			bind += "crt " + lab.Bundle(t, k.cert, k.key) + " "
		}
		if approved {
			bind += "ciphers ECDHE+AESGCM curves P-256:P-384 ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"
		}
		addr := lab.Port(t)
		lab.Haproxy(t, addr, "", bind)
		return addr
	},
	"gnutls-serv": func(t *testing.T, keys []pair, approved bool) netip.AddrPort {
		priority, addr := "NORMAL", lab.Port(t)
		if approved {
			priority = approvedGnuTLS
		}
		args := []string{"--port", fmt.Sprint(addr.Port()), "--priority", priority, "-a", "--nodb"}
		for _, k := range keys {
			args = append(args, "--x509certfile", k.cert, "--x509keyfile", k.key)
		}
		lab.Start(t, lab.Program(t, "gnutls-serv"), args...)
		return addr
	},
	"Go": func(t *testing.T, keys []pair, approved bool) netip.AddrPort {
		config := &tls.Config{MinVersion: tls.VersionTLS12}
		for _, k := range keys {
			c, err := tls.LoadX509KeyPair(k.cert, k.key)
			if err != nil {
				t.Fatal(err)
			}
			config.Certificates = append(config.Certificates, c)
		}
		if approved { // but that it leaves no suite of TLS 1.3 out, and signs with SHA-1 in this build
			config.CurvePreferences = []tls.CurveID{tls.CurveP256, tls.CurveP384}
			config.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
		}
		return netip.MustParseAddrPort(serveTLS(t, config))
	},
}

// An ordinary server of TLS 1.2 and 1.3 takes 12 connections at most, by name or by
// address, whatever it accepts and with whichever key, and 11 at an address where an
// RSA key passes. Two keys by name are four chains, each of which takes an answer,
// beside what must be refused: SSLv2, older versions twice, and suites, groups and
// schemes of two versions. haproxy keeps its keys apart, and is asked of each by itself.
func TestVerdictDepthConnections(t *testing.T) {
	rsa, p256 := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	rings := []keyring{{"RSA", []pair{rsa}}, {"ECDSA", []pair{p256}}, {"RSA and ECDSA", []pair{rsa, p256}}}
	for server, start := range ordinary {
		for _, ring := range rings {
			for _, approved := range []bool{false, true} {
				grade, most, byName := fips.Fail, 12, 12
				if approved && server != "Go" {
					grade = fips.Pass
					switch {
					case ring.name == "RSA":
						most = 11
					case len(ring.pairs) > 1 && server == "haproxy": // which without a name has one of them
						byName = 19
					case len(ring.pairs) > 1:
						byName = 14
					}
				}
				t.Run(fmt.Sprintf("%s, %s, approved alone %v", server, ring.name, approved), func(t *testing.T) {
					takes(t, start(t, ring.pairs, approved), grade, most, byName)
				})
			}
		}
	}
}

// takes holds a server to a grade at both depths, and to a number of connections
// at depth verdict by address and by name.
func takes(t *testing.T, addr netip.AddrPort, grade fips.Grade, byAddress, byName int) {
	t.Helper()
	e := labEndpoint(t, addr)
	for name, most := range map[string]int{e.Name: byName, "": byAddress} {
		e.Name = name
		d := bothDepths(t, e, fips.Unclassified)
		d.agree()
		d.reaches(grade, most)
		if t.Failed() {
			t.Logf("by name %q: %v", name, strings.Join(d.verdict.Observation.TLS.Asked.NotPut, "; "))
		}
	}
}

// Suites of finite fields that pass take a connection more, for the answer that shows
// the prime: with one key 12 at an address and 13 by name. So it is with Mozilla's
// intermediate list, in whoever's order.
func TestVerdictDepthFiniteFields(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, p256 := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	named := filepath.Join(t.TempDir(), "ffdhe2048.pem")
	lab.Run(t, openssl, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", named)
	const intermediate = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"
	for _, row := range []struct {
		name, order       string
		keys              []pair
		byAddress, byName int
	}{
		{"RSA", "off", []pair{rsa}, 12, 13},
		{"RSA, in the server's order", "on", []pair{rsa}, 12, 13},
		{"ECDSA", "off", []pair{p256}, 12, 12},
		{"RSA and ECDSA", "off", []pair{rsa, p256}, 13, 15},
	} {
		t.Run("nginx, "+row.name, func(t *testing.T) {
			lines := fmt.Sprintf("ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers %s; ssl_prefer_server_ciphers %s; ssl_ecdh_curve prime256v1:secp384r1; ssl_dhparam %s; "+
				"ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384; ", intermediate, row.order, named)
			for _, k := range row.keys {
				lines += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ", k.cert, k.key)
			}
			addr := lab.Port(t)
			lab.Nginx(t, addr, lines)
			takes(t, addr, fips.Pass, row.byAddress, row.byName)
		})
	}
	t.Run("s_server, RSA", func(t *testing.T) {
		addr := lab.Port(t)
		lab.Start(t, openssl, append([]string{"s_server", "-accept", addr.String(), "-quiet", "-cipher", intermediate, "-groups", "P-256:P-384", "-dhparam", named,
			"-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"}, rsa.args()...)...)
		takes(t, addr, fips.Pass, 12, 13)
	})
	t.Run("gnutls-serv, RSA", func(t *testing.T) {
		addr := lab.Port(t)
		lab.Start(t, lab.Program(t, "gnutls-serv"), "--port", fmt.Sprint(addr.Port()), "--priority", approvedGnuTLS+":+DHE-RSA:+GROUP-FFDHE2048", "-a", "--nodb",
			"--x509certfile", rsa.cert, "--x509keyfile", rsa.key)
		takes(t, addr, fips.Pass, 12, 13)
	})
}

// A server of TLS 1.3 with none of the groups that a share goes along for at first is
// asked again beside the one that it has: its other key is found.
func TestVerdictDepthOfFiniteFieldsAlone(t *testing.T) {
	rsa, p384 := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P384()))
	named, addr, openssl := filepath.Join(t.TempDir(), "ffdhe2048.pem"), lab.Port(t), lab.Program(t, "openssl")
	lab.Run(t, openssl, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", named)
	lab.Start(t, openssl, append(append([]string{"s_server", "-accept", addr.String(), "-quiet", "-cipher", "DHE-RSA-AES128-GCM-SHA256", "-dhparam", named, "-groups", "ffdhe2048",
		"-ciphersuites", "TLS_AES_128_GCM_SHA256"}, rsa.args()...), p384.second()...)...)
	e := labEndpoint(t, addr)
	e.Name = ""
	d := bothDepths(t, e, fips.Unclassified)
	d.agree()
	d.reaches(fips.Pass, 0)
	if !slices.ContainsFunc(d.verdict.Observation.TLS.Chains, func(c scanner.Chain) bool { return c.Certificates[0].Key.Curve == "secp384r1" }) {
		t.Errorf("the chain of the other key was not found: %v", d.verdict.Observation.TLS.Hellos)
	}
}
