package main

import (
	"crypto/elliptic"
	"crypto/tls"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
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
// address, whatever it accepts and with whichever key. Two keys by name are four
// chains, each of which takes an answer, beside what must be refused: SSLv2, older
// versions twice, and suites, groups and schemes of two versions. haproxy keeps its
// keys apart, and is asked of each by itself.
func TestVerdictDepthConnections(t *testing.T) {
	rsa, p256 := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	rings := []keyring{{"RSA", []pair{rsa}}, {"ECDSA", []pair{p256}}, {"RSA and ECDSA", []pair{rsa, p256}}}
	for server, start := range ordinary {
		for _, ring := range rings {
			for _, approved := range []bool{false, true} {
				grade, most := fips.Fail, 12
				byName := most
				if approved && server != "Go" {
					grade = fips.Pass
					if len(ring.pairs) > 1 {
						byName = 14
						if server == "haproxy" { // which without a name has one of them
							byName = 19
						}
					}
				}
				t.Run(fmt.Sprintf("%s, %s, approved alone %v", server, ring.name, approved), func(t *testing.T) {
					addr := start(t, ring.pairs, approved)
					e := labEndpoint(t, addr)
					for name, most := range map[string]int{e.Name: byName, "": most} {
						e.Name = name
						d := bothDepths(t, e, fips.Unclassified)
						d.agree()
						d.reaches(grade, most)
						if t.Failed() {
							t.Logf("by name %q: %v", name, strings.Join(d.verdict.Observation.TLS.Asked.NotPut, "; "))
						}
					}
				})
			}
		}
	}
}
