package main

import (
	"crypto/elliptic"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

// Whatever a server is configured to do, the two depths do not contradict each
// other. The configurations are drawn, always the same.
func TestVerdictDepthDrawn(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, weak, p256, p384 := newPair(t, newRSA(t, 2048)), newPair(t, newRSA(t, 1024)), newPair(t, newEC(t, elliptic.P256())), newPair(t, newEC(t, elliptic.P384()))
	const seed, configurations = 3, 40
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	// Few as often as many of a list; of a server that is nearly clean, what
	// passes and perhaps one more.
	some := func(near bool, passing, others string) string {
		list := strings.Split(others, ":")
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		switch {
		case near && r.IntN(3) > 0:
			return passing
		case near && r.IntN(2) == 0:
			return list[0] + ":" + passing
		case near:
			return passing + ":" + list[0]
		}
		list = append(list, strings.Split(passing, ":")...)
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return strings.Join(list[:1+r.IntN(1+r.IntN(len(list)))], ":")
	}
	days := []fips.Date{"2026-11-25", "2026-11-25", "2031-01-01", "2036-01-01"}
	policies := [][]string{nil, nil, {"cnsa2"}, {"pqc"}}
	bounds := []fips.Status{fips.Unclassified, fips.Unclassified, fips.Deprecated, fips.LegacyUse, fips.Disallowed}
	for i := range configurations {
		near := i%2 == 0
		args := []string{"-psk", "1a2b3c4d"}
		if r.IntN(3) > 0 {
			args = append(args, "-serverpref")
		}
		for v, often := range []int{7, 7, 1, 3} { // of 8 times a version is left out
			if r.IntN(8) < often {
				args = append(args, []string{"-no_tls1", "-no_tls1_1", "-no_tls1_2", "-no_tls1_3"}[v])
			}
		}
		args = append(args,
			"-cipher", some(near, "ECDHE+AESGCM", "ECDHE+CHACHA20:ECDHE+SHA1:ECDHE+SHA384:RSA+AESGCM:RSA+SHA1:DHE+AESGCM:kDHEPSK+AESGCM:PSK+AESGCM:aNULL+AES:ECDHE+AESCCM")+":@SECLEVEL=0",
			"-ciphersuites", some(near, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_8_SHA256"),
			"-groups", some(near, "P-256:P-384", "X25519:X448:secp256k1:brainpoolP256r1:sect283r1:ffdhe2048"),
			// Some keys cannot sign: OpenSSL then refuses a client outright where the
			// suite that it prefers has no signature, whatever else is offered.
			"-sigalgs", []string{"RSA+SHA256:ECDSA+SHA256:ECDSA+SHA384", "RSA+SHA256:ECDSA+SHA256:ECDSA+SHA384", "RSA+SHA256:ECDSA+SHA256:ECDSA+SHA384", "RSA+SHA256", "ECDSA+SHA256:ECDSA+SHA384"}[r.IntN(5)]+":"+
				some(near, "ECDSA+SHA512", "RSA+SHA1:ECDSA+SHA1:RSA+SHA224:RSA+SHA512"))
		certs := []pair{rsa, p256, p384}
		if !near || r.IntN(4) == 0 {
			certs = append(certs, weak)
		}
		r.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
		args = append(args, certs[0].args()...)
		if r.IntN(2) == 0 {
			args = append(args, certs[1].second()...)
		}
		day, policy, failOn := days[r.IntN(len(days))], policies[r.IntN(len(policies))], bounds[r.IntN(len(bounds))]
		if near {
			day, policy = days[0], nil
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, openssl, append([]string{"s_server", "-accept", addr.String(), "-quiet"}, args...)...)
			judge, _, err := newJudge(day, policy)
			if err != nil {
				t.Fatal(err)
			}
			d := &depths{t: t, judge: judge, failOn: failOn}
			e := labEndpoint(t, addr)
			d.full, d.verdict = d.ask(e, nil), d.ask(e, newVerdict(judge, failOn))
			if d.full.Observation.TLS == nil && d.verdict.Observation.TLS == nil {
				return // it shakes no hand at all
			}
			d.agree()

			if t.Failed() {
				t.Logf("as of %s, policy %v, fail on %s: s_server %s", day, policy, failOn, strings.Join(args, " "))
			}
		})
	}
}

// Nor do they where some of up to three keys cannot sign, and what does not
// pass is few.
func TestVerdictDepthDrawnKeys(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	const seed, configurations = 5, 60
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	drawn := func(list string) []string {
		all := strings.Fields(list)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all
	}
	keys := map[string]pair{"RSA": newPair(t, newRSA(t, 2048)), "ECDSA": newPair(t, newEC(t, elliptic.P256())), "DSA": newDSA(t)}
	for i := range configurations {
		ciphers := drawn("ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-GCM-SHA384")[r.IntN(4):]
		bad := drawn("AES128-SHA ECDHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-CHACHA20-POLY1305 DHE-DSS-AES256-SHA AECDH-AES128-SHA PSK-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-SHA")
		ciphers = append(append(ciphers, bad[:1+r.IntN(2)]...), "DHE-DSS-AES128-GCM-SHA256")
		ciphers = drawn(strings.Join(ciphers, " "))
		sigalgs := "ECDSA+SHA256"
		for k := range strings.FieldsSeq("RSA+SHA256 DSA+SHA256 RSA+SHA1 ECDSA+SHA1") {
			if r.IntN(3) == 0 {
				sigalgs += ":" + k
			}
		}
		args := []string{"-tls1_2", "-serverpref", "-psk", "1a2b3c4d", "-groups", "P-256", "-sigalgs", sigalgs, "-cipher", strings.Join(ciphers, ":") + ":@SECLEVEL=0"}
		for n, k := range drawn("RSA ECDSA DSA")[r.IntN(3):] {
			option := []string{"", "d", "x"}[n]
			args = append(args, "-"+option+"cert", keys[k].cert, "-"+option+"key", keys[k].key)
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, openssl, append([]string{"s_server", "-accept", addr.String(), "-quiet"}, args...)...)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			if d.full.Observation.TLS == nil && d.verdict.Observation.TLS == nil {
				return // it shakes no hand at all
			}
			d.agree()
			if t.Failed() {
				t.Logf("s_server %s", strings.Join(args, " "))
			}
		})
	}
}

// Nor of a server that has all three at once, which s_server cannot.
func TestVerdictDepthDrawnThreeKeys(t *testing.T) {
	own := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, lab.Program(t, "openssl"), "dhparam", "-dsaparam", "-out", own, "2048")
	certs := ""
	for _, p := range []pair{newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newDSA(t)} {
		certs += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", p.cert, p.key)
	}
	const seed, configurations = 1, 50
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	drawn := func(list string) []string {
		all := strings.Fields(list)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all
	}
	for i := range configurations {
		ciphers := drawn("ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-GCM-SHA384")[r.IntN(4):]
		bad := drawn("AES128-SHA ECDHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-CHACHA20-POLY1305 DHE-DSS-AES256-SHA AECDH-AES128-SHA ECDHE-ECDSA-AES128-SHA")
		ciphers = drawn(strings.Join(append(append(ciphers, bad[:r.IntN(3)]...), "DHE-DSS-AES128-GCM-SHA256"), " "))
		if r.IntN(3) == 0 {
			ciphers = append([]string{"ECDHE-ECDSA-AES128-GCM-SHA256"}, ciphers...)
		}
		versions, sigalgs, others := "TLSv1.2", "ECDSA+SHA256", "RSA+SHA256 DSA+SHA256 RSA+SHA1 ECDSA+SHA1"
		if r.IntN(2) == 0 {
			versions = "TLSv1.2 TLSv1.3"
			if r.IntN(2) == 0 { // else its RSA key signs in TLS 1.2 alone
				others = "RSA-PSS+SHA256:RSA+SHA256 DSA+SHA256 RSA-PSS+SHA512:RSA+SHA1 ECDSA+SHA1"
			}
		}
		for k := range strings.FieldsSeq(others) {
			if r.IntN(3) == 0 {
				sigalgs += ":" + k
			}
		}
		lines := fmt.Sprintf("ssl_protocols %s; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; ssl_prefer_server_ciphers on; ssl_ecdh_curve prime256v1; ssl_dhparam %s; ssl_ciphers %s:@SECLEVEL=0; ssl_conf_command SignatureAlgorithms %s;",
			versions, own, strings.Join(ciphers, ":"), sigalgs)
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Nginx(t, addr, "ssl; "+certs+lines)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			if d.full.Observation.TLS == nil && d.verdict.Observation.TLS == nil {
				return // it shakes no hand at all
			}
			d.agree()
			if t.Failed() {
				t.Logf("nginx with %s", lines)
			}
		})
	}
}

// Nor of HAProxy, which keeps its keys apart: each certificate has lists of its
// own, and which is looked at goes by what the hello could take.
func TestVerdictDepthDrawnApart(t *testing.T) {
	lab.Program(t, "haproxy")
	bundle := func(p pair) string { return lab.Bundle(t, p.cert, p.key) }
	certs := []string{bundle(newPair(t, newRSA(t, 2048))), bundle(newPair(t, newEC(t, elliptic.P256())))}
	const seed, configurations = 7, 30
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	// What passes, and of every fourth list one more in front or behind.
	some := func(passing, others string) string {
		list := strings.Split(others, ":")
		other := list[r.IntN(len(list))]
		return []string{passing, passing, passing, passing, passing, passing, other + ":" + passing, passing + ":" + other}[r.IntN(8)]
	}
	lists := func() string {
		return fmt.Sprintf("ciphers %s:@SECLEVEL=0 ciphersuites %s curves %s",
			some("ECDHE+AESGCM", "ECDHE+CHACHA20:RSA+AESGCM:ECDHE+SHA1"), some("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"), some("P-256", "X25519:secp256k1"))
	}
	for i := range configurations {
		lines := ""
		r.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
		for _, c := range certs[r.IntN(3)/2:] {
			lines += fmt.Sprintf("%s [%s] lab.test\n", c, lists())
		}
		bind := "crt-list " + lab.Written(t, "crt-list", lines) + []string{"", " prefer-client-ciphers", " ssl-max-ver TLSv1.2", " ssl-min-ver TLSv1.1"}[r.IntN(4)]
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Haproxy(t, addr, "", bind)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			if t.Failed() {
				t.Logf("haproxy with %s:\n%s", bind, lines)
			}
		})
	}
}
