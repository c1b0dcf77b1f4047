package main

import (
	"crypto/elliptic"
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

// A depthRow is a server that is asked at both depths.
type depthRow struct {
	name, scheme string
	at           netip.AddrPort
	grade        fips.Grade
	most         int // connections; 0 for a server that is not ordinary
}

func (r depthRow) ask(t *testing.T) {
	t.Run(r.name, func(t *testing.T) {
		e := labEndpoint(t, r.at)
		e.Scheme = r.scheme
		d := bothDepths(t, e, fips.Unclassified)
		if d.full.Observation.TLS == nil || d.verdict.Observation.TLS == nil {
			t.Fatalf("failure %+v, %+v", d.full.Observation.Failure, d.verdict.Observation.Failure)
		}
		d.agree()
		d.reaches(r.grade, r.most)
	})
}

func TestVerdictDepthHaproxy(t *testing.T) {
	rsa, ec := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	both := "crt " + lab.Bundle(t, rsa.cert, rsa.key) + " crt " + lab.Bundle(t, ec.cert, ec.key) + " "
	one := "crt " + lab.Bundle(t, rsa.cert, rsa.key) + " "
	const approved = " curves P-256:P-384 ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"
	for _, r := range []struct {
		name, bind string
		grade      fips.Grade
		most       int
	}{
		{"as it comes", one, fips.Fail, 12},
		{"as it comes, RSA and ECDSA", both, fips.Fail, 12},
		{"approved alone", one + "ciphers ECDHE+AESGCM" + approved, fips.Pass, 12},
		{"approved alone, RSA and ECDSA", both + "ciphers ECDHE+AESGCM" + approved, fips.Pass, 19},
		{"approved alone, and nothing without a name", one + "strict-sni ciphers ECDHE+AESGCM" + approved, fips.Pass, 13}, // so that the last question has no answer
		{"RSA key transport behind ECDSA", both + "ssl-max-ver TLSv1.2 ciphers ECDHE+AESGCM:AES128-SHA" + approved, fips.Fail, 12},
		{"ChaCha20 for the RSA key alone", both + "ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305" + approved, fips.Fail, 12},
		{"the client's order, TLS 1.0 to 1.2", one + "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2 prefer-client-ciphers ciphers ECDHE+AES:DHE+AES:@SECLEVEL=0" + approved, fips.Fail, 12},
	} {
		addr := lab.Port(t)
		lab.Haproxy(t, addr, "", r.bind)
		depthRow{r.name, "", addr, r.grade, r.most}.ask(t)
	}
}

func TestVerdictDepthStunnel(t *testing.T) {
	rsa, ec := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	const order, approved = "options = CIPHER_SERVER_PREFERENCE\n", "ciphers = ECDHE+AESGCM\nciphersuites = TLS_AES_128_GCM_SHA256\ncurves = P-256\n"
	for _, r := range []struct {
		name, lines string
		key         pair
		grade       fips.Grade
		most        int
	}{
		{"as it comes", "", rsa, fips.Fail, 12},
		{"as it comes, ECDSA", "", ec, fips.Fail, 12},
		{"approved alone", approved, rsa, fips.Pass, 12},
		{"approved alone, ECDSA", order + approved, ec, fips.Pass, 12},
		{"an old version behind", order + "sslVersionMin = TLSv1.1\nsecurityLevel = 0\nciphers = ECDHE+AESGCM:ECDHE+AES:@SECLEVEL=0\ncurves = P-256\n", ec, fips.Fail, 0},
	} {
		addr := lab.Port(t)
		lab.Stunnel(t, addr, "cert = "+lab.Bundle(t, r.key.cert, r.key.key)+"\n"+r.lines)
		depthRow{r.name, "", addr, r.grade, r.most}.ask(t)
	}
}
