package main

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

const aesGCM = "ECDHE+AESGCM"

func TestVerdictDepth(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsa, weak, ec, ed := newPair(t, newRSA(t, 3072)), newPair(t, newRSA(t, 1024)), newPair(t, newEC(t, elliptic.P256())), newPair(t, edKey)
	p384 := newPair(t, newEC(t, elliptic.P384()))
	approved := []string{"-cipher", "ECDHE+AESGCM", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "-groups", "P-256:P-384"}
	lax := []string{"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"}
	rows := []struct {
		name  string
		args  []string
		grade fips.Grade
		most  int // connections; 0 for a server that is not ordinary
	}{
		{"approved alone, RSA", rsa.args(approved...), fips.Pass, 12},
		{"approved alone, ECDSA", ec.args(approved...), fips.Pass, 12},
		{"approved alone, RSA and ECDSA", append(rsa.args(approved...), ec.second()...), fips.Pass, 14},
		{"approved alone, RSA before ECDSA", append(rsa.args(append(approved, "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256")...), ec.second()...), fips.Pass, 16},
		{"approved alone, ECDSA on the second curve", p384.args(approved...), fips.Pass, 13}, // the first answer is on the other
		{"approved alone, Ed25519", ed.args(approved...), fips.Pass, 13},                     // groups, and suites of RSA, are each asked for by themselves
		{"as it comes", rsa.args(), fips.Fail, 12},
		{"as it comes, in the server's order", rsa.args("-serverpref"), fips.Fail, 12},
		{"as it comes, ECDSA", ec.args(), fips.Fail, 12},
		{"everything, RSA and ECDSA", append(rsa.args(append(lax, "-psk", "1a2b3c4d")...), ec.second()...), fips.Fail, 0},
		{"X25519 after P-256", rsa.args("-serverpref", "-cipher", aesGCM, "-tls1_2", "-groups", "P-256:X25519"), fips.Fail, 0},
		{"X25519 after P-256, RSA behind ECDSA", append(rsa.args("-serverpref", "-cipher", aesGCM, "-tls1_2", "-groups", "P-256:X25519"), ec.second()...), fips.Fail, 0},
		{"X25519 alone", rsa.args("-cipher", aesGCM, "-groups", "X25519"), fips.Fail, 0},
		{"X25519 alone, TLS 1.3 alone", rsa.args("-tls1_3", "-groups", "X25519"), fips.Fail, 0},
		{"ChaCha20 alone", rsa.args("-cipher", "ECDHE+CHACHA20", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "-groups", "P-256"), fips.Fail, 0},
		{"ChaCha20 after AES, in TLS 1.3", rsa.args("-serverpref", "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256", "-groups", "P-256"), fips.Fail, 0},
		{"CBC with SHA-1 too", rsa.args("-cipher", "ECDHE+AESGCM:ECDHE-RSA-AES128-SHA", "-tls1_2", "-groups", "P-256"), fips.Watch, 12},
		{"CBC with SHA-1 and RSA key transport behind", rsa.args("-serverpref", "-cipher", "ECDHE+AESGCM:ECDHE-RSA-AES128-SHA:AES128-SHA", "-tls1_2", "-groups", "P-256"), fips.Fail, 0},
		{"RSA key transport alone", rsa.args("-cipher", "AES128-GCM-SHA256", "-tls1_2"), fips.Fail, 0},
		{"primes by the key's size", rsa.args("-cipher", "ECDHE+AESGCM:DHE+AESGCM", "-tls1_2", "-groups", "P-256"), fips.Pass, 12},
		{"primes by the cipher's strength, without a certificate", []string{"-nocert", "-psk", "1a2b3c4d", "-tls1_2", "-serverpref", "-cipher", "DHE-PSK-AES256-GCM-SHA384:DHE-PSK-AES128-GCM-SHA256:@SECLEVEL=0"}, fips.Fail, 0},
		{"SHA-1 signatures too", rsa.args("-cipher", aesGCM+":@SECLEVEL=0", "-tls1_2", "-groups", "P-256", "-sigalgs", "RSA+SHA256:RSA+SHA1"), fips.Fail, 0},
		{"SHA-1 signatures alone", rsa.args("-cipher", aesGCM+":@SECLEVEL=0", "-tls1_2", "-groups", "P-256", "-sigalgs", "RSA+SHA1"), fips.Fail, 0},
		{"SHA-224 signatures", rsa.args("-cipher", aesGCM, "-tls1_2", "-groups", "P-256", "-sigalgs", "RSA+SHA224"), fips.Pass, 0},
		{"a weak RSA key behind ECDSA", append(ec.args("-serverpref", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-groups", "P-256", "-sigalgs", "RSA+SHA256:ECDSA+SHA256"), weak.second()...), fips.Fail, 0},
		{"a weak RSA key behind ECDSA, in TLS 1.3", append(ec.args("-tls1_3", "-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-groups", "P-256"), weak.second()...), fips.Fail, 0},
		{"a weak key without the name", append(weak.args(approved...), "-cipher", "ECDHE+AESGCM:@SECLEVEL=0", "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256", "-servername", "lab.test", "-cert2", rsa.cert, "-key2", rsa.key), fips.Fail, 0},
		{"a hole: TLS 1.0 and 1.2 without 1.1", rsa.args("-no_tls1_1", "-no_tls1_3", "-cipher", "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"), fips.Fail, 0},
		{"TLS 1.0 alone", rsa.args("-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"), fips.Fail, 0},
		{"TLS 1.0 below what is approved", rsa.args("-no_tls1_3", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "-groups", "P-256"), fips.Fail, 0},
		{"brainpool and secp256k1, ECDSA", ec.args("-tls1_2", "-serverpref", "-cipher", aesGCM, "-groups", "brainpoolP256r1:secp256k1:P-256"), fips.Fail, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, openssl, append([]string{"s_server", "-accept", addr.String(), "-quiet"}, row.args...)...)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, row.most)
		})
	}
}

func TestVerdictDepthNginx(t *testing.T) {
	own := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, lab.Program(t, "openssl"), "dhparam", "-dsaparam", "-out", own, "1024")
	rsa, ec := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P384()))
	const signs = "ssl_conf_command SignatureAlgorithms RSA+SHA256:RSA-PSS+SHA256:ECDSA+SHA384; "
	rows := []struct {
		name, lines string
		both        bool // certificates
		grade       fips.Grade
		most        int
	}{
		{"as it comes", "", false, fips.Fail, 12},
		{"as it comes, RSA and ECDSA", "", true, fips.Fail, 12},
		{"approved alone", "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM; ssl_ecdh_curve prime256v1:secp384r1; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;", false, fips.Pass, 12},
		{"own prime behind ECDHE, in the server's order", "ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers ECDHE+AESGCM:DHE+AESGCM:@SECLEVEL=0; ssl_ecdh_curve prime256v1; ssl_dhparam " + own + ";" + signs, false, fips.Fail, 0},
		{"own prime alone", "ssl_protocols TLSv1.2; ssl_ciphers DHE+AESGCM:@SECLEVEL=0; ssl_dhparam " + own + ";" + signs, false, fips.Fail, 0},
		{"old versions", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ECDHE+AESGCM:AES128-SHA:@SECLEVEL=0; ssl_ecdh_curve secp384r1;" + signs, true, fips.Fail, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			certs, addr := fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", rsa.cert, rsa.key), lab.Port(t)
			if row.both {
				certs += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", ec.cert, ec.key)
			}
			lab.Nginx(t, addr, "ssl; "+certs+row.lines)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, row.most)
		})
	}
}

// approvedGnuTLS is a priority string for AES-GCM on two curves alone.
const approvedGnuTLS = "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+AEAD:+SHA256:+SHA384:+ECDHE-RSA:+ECDHE-ECDSA:+GROUP-SECP256R1:+GROUP-SECP384R1:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256:+COMP-NULL:+CTYPE-X.509"

func TestVerdictDepthGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	rsa, ec := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	rows := []struct {
		name, priority string
		grade          fips.Grade
		most           int
	}{
		{"as it comes", "NORMAL", fips.Fail, 12},
		{"everything", "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+CIPHER-ALL:+3DES-CBC:+ARCFOUR-128:+MAC-ALL:+MD5:" +
			"+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+ANON-DH:+ANON-ECDH:+GROUP-ALL", fips.Fail, 0},
		{"approved alone", approvedGnuTLS, fips.Pass, 14},
		{"a named prime too", approvedGnuTLS + ":+DHE-RSA:+GROUP-FFDHE2048", fips.Pass, 0},
		{"X448 for the RSA key, behind a finite field of which it has nothing", "NONE:+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-ECDSA:+DHE-RSA:+ECDHE-RSA:+GROUP-SECP256R1:+GROUP-X448:+SIGN-RSA-SHA256:+SIGN-ECDSA-SHA256:+COMP-NULL:+CTYPE-X.509:%SERVER_PRECEDENCE", fips.Fail, 0},
		{"X25519 last", approvedGnuTLS + ":+GROUP-X25519:%SERVER_PRECEDENCE", fips.Fail, 0},
		{"SHA-1 signatures last", approvedGnuTLS + ":+SIGN-RSA-SHA1", fips.Fail, 0},
		{"anonymous alone", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH", fips.Fail, 0},
		{"old versions with a MAC over what is encrypted", approvedGnuTLS + ":+VERS-TLS1.1:+VERS-TLS1.0:+AES-128-CBC:+SHA1:%FORCE_ETM", fips.Fail, 0},
		{"CBC with a MAC over what is encrypted", approvedGnuTLS + ":-VERS-TLS1.3:-AES-128-GCM:-AES-256-GCM:+AES-128-CBC:%FORCE_ETM", fips.Pass, 0},
		{"3DES with a MAC over what is encrypted", approvedGnuTLS + ":+3DES-CBC:+SHA1:%FORCE_ETM", fips.Fail, 0},
		{"RSA key exchange with a MAC over what is encrypted", approvedGnuTLS + ":+RSA:+AES-128-CBC:+SHA1:%FORCE_ETM", fips.Fail, 0},
		{"one group that fails", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X448", fips.Fail, 0},
		{"a group in front that has no fixed share", approvedGnuTLS + ":-VERS-TLS1.2:-GROUP-ALL:+GROUP-SECP224R1:+GROUP-FFDHE2048:%SERVER_PRECEDENCE", fips.Pass, 0},
		{"finite fields alone", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-FFDHE4096:-CIPHER-ALL:+AES-128-GCM:-SIGN-RSA-SHA1", fips.Pass, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, serv, "--port", fmt.Sprint(addr.Port()), "--priority", row.priority, "-a", "--nodb",
				"--x509certfile", rsa.cert, "--x509keyfile", rsa.key, "--x509certfile", ec.cert, "--x509keyfile", ec.key)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, row.most)
		})
	}
}

func TestVerdictDepthGo(t *testing.T) {
	load := func(p pair) tls.Certificate {
		c, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rsa, p256, p384 := load(newPair(t, newRSA(t, 2048))), load(newPair(t, newEC(t, elliptic.P256()))), load(newPair(t, newEC(t, elliptic.P384())))
	gcm := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	rows := []struct {
		name   string
		config *tls.Config
		grade  fips.Grade
		most   int
	}{
		{"as it comes", &tls.Config{Certificates: []tls.Certificate{rsa}}, fips.Fail, 12},
		{"as it comes, ECDSA", &tls.Config{Certificates: []tls.Certificate{p256}}, fips.Fail, 12},
		// The tests' own build has Go sign with SHA-1 too (tlssha1=1).
		{"approved alone but for SHA-1 signatures, TLS 1.2", &tls.Config{Certificates: []tls.Certificate{rsa}, MaxVersion: tls.VersionTLS12, CipherSuites: gcm, CurvePreferences: []tls.CurveID{tls.CurveP256}}, fips.Fail, 12},
		{"hybrid group alone", &tls.Config{Certificates: []tls.Certificate{rsa}, MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.SecP256r1MLKEM768}}, fips.Fail, 12},
		{"every version", &tls.Config{Certificates: []tls.Certificate{rsa, p256}, MinVersion: tls.VersionTLS10, CipherSuites: append(gcm, tls.TLS_RSA_WITH_RC4_128_SHA)}, fips.Fail, 0},
		{"two curves of keys", &tls.Config{Certificates: []tls.Certificate{p256, p384}, MinVersion: tls.VersionTLS13}, fips.Fail, 0},
		{"a client certificate wanted", &tls.Config{Certificates: []tls.Certificate{rsa}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12, CipherSuites: gcm, CurvePreferences: []tls.CurveID{tls.CurveP256}}, fips.Fail, 12},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d := bothDepths(t, labEndpoint(t, netip.MustParseAddrPort(serveTLS(t, row.config))), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, row.most)
		})
	}
}

// newDSA is a pair that openssl makes, since Go makes no DSA keys.
func newDSA(t *testing.T) pair {
	t.Helper()
	dir, openssl := t.TempDir(), lab.Program(t, "openssl")
	p, parameters := pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}, filepath.Join(dir, "dsa.pem")
	lab.Run(t, openssl, "dsaparam", "-out", parameters, "2048")
	lab.Run(t, openssl, "req", "-x509", "-newkey", "dsa:"+parameters, "-nodes", "-keyout", p.key, "-out", p.cert, "-subj", "/CN=lab.test", "-days", "30")
	return p
}

// Where the first question is answered by what does not pass, what passes is asked
// for by itself: it tells what a client comes to that offers nothing else.
func TestVerdictDepthShowsWhatPasses(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, dsa := newPair(t, newRSA(t, 2048)), newDSA(t)
	own := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, openssl, "dhparam", "-dsaparam", "-out", own, "2048")
	for _, row := range []struct {
		name, group string
		args        []string
	}{
		{"X25519 first", "secp256r1", rsa.args("-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-groups", "X25519:P-256")},
		{"X25519 first, ChaCha20 too", "secp256r1", rsa.args("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305", "-groups", "X25519:P-256")},
		{"X25519 first, RSA key transport too", "secp256r1", rsa.args("-cipher", "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256", "-groups", "X25519:P-256")},
		{"X25519 alone", "x25519", rsa.args("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305", "-groups", "X25519")},
		{"DSA first", "secp256r1", append(rsa.args("-cipher", "DHE-DSS-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-groups", "P-256", "-dhparam", own), dsa.second()...)},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			lab.Start(t, openssl, append([]string{"s_server", "-accept", addr.String(), "-quiet", "-tls1_2", "-serverpref"}, row.args...)...)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(fips.Fail, 0)
			v := d.verdict.Observation.TLS.Versions[4]
			if !slices.Contains(v.Suites, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256") || !slices.Contains(v.Groups, row.group) {
				t.Errorf("suites %v, groups %v", v.Suites, v.Groups)
			}
		})
	}
}

// A server prefers ECDSA, then has a DSA key that cannot sign, and then one of RSA
// that TLS 1.3 does not show, since it signs without PSS: what that has and does
// not pass is found, in whatever order it stands.
func TestVerdictDepthRSABehindDSA(t *testing.T) {
	certs := ""
	for _, p := range []pair{newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newDSA(t)} {
		certs += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", p.cert, p.key)
	}
	own := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, lab.Program(t, "openssl"), "dhparam", "-dsaparam", "-out", own, "2048")
	const e, d, r, bad = "ECDHE-ECDSA-AES128-GCM-SHA256", "DHE-DSS-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305"
	for _, row := range []struct {
		ciphers []string
		sigalgs string
		grade   fips.Grade
	}{
		{[]string{e, d, bad}, "ECDSA+SHA256:RSA+SHA256", fips.Fail},
		{[]string{e, d, r, bad}, "ECDSA+SHA256:RSA+SHA256", fips.Fail},
		{[]string{e, bad, d}, "ECDSA+SHA256:RSA+SHA256", fips.Fail},
		{[]string{e, d, r}, "ECDSA+SHA256:RSA+SHA256:RSA+SHA1", fips.Fail},
		{[]string{e, d, r}, "ECDSA+SHA256:RSA+SHA256", fips.Pass},
		{[]string{e, bad, d}, "ECDSA+SHA256:DSA+SHA256", fips.Fail}, // RSA in front of DSA
		{[]string{e, bad}, "ECDSA+SHA256", fips.Pass},
	} {
		addr := lab.Port(t)
		lab.Nginx(t, addr, "ssl; "+certs+fmt.Sprintf("ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; ssl_prefer_server_ciphers on; ssl_ecdh_curve prime256v1;"+
			"ssl_dhparam %s; ssl_ciphers %s:@SECLEVEL=0; ssl_conf_command SignatureAlgorithms %s;", own, strings.Join(row.ciphers, ":"), row.sigalgs))
		depthRow{strings.Join(row.ciphers, " ") + " " + row.sigalgs, "", addr, row.grade, 0}.ask(t)
	}
}

// A server prefers RSA in a finite field, then has a DSA key that cannot sign, and
// then RSA on a curve: one that does not pass is found there, and by full depth also
// where a suite of ECDSA stands in front of all.
func TestDepthsOfCurvesBehindDSA(t *testing.T) {
	rsa, ec, dsa := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newDSA(t)
	own := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, lab.Program(t, "openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", own)
	const behind = "DHE-RSA-AES128-GCM-SHA256:DHE-DSS-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
	for _, row := range []struct {
		name, versions, ciphers, curves string
		keys                            []pair
		grade                           fips.Grade
	}{
		{"RSA", "TLSv1.2", behind, "prime256v1:X25519", []pair{rsa, dsa}, fips.Fail},
		{"RSA, nothing bad", "TLSv1.2", behind, "prime256v1", []pair{rsa, dsa}, fips.Pass},
		{"RSA and ECDSA", "TLSv1.2 TLSv1.3", "ECDHE-ECDSA-AES128-GCM-SHA256:" + behind, "prime256v1:secp256k1", []pair{rsa, ec, dsa}, fips.Fail},
		{"RSA and ECDSA, nothing of a finite field", "TLSv1.2 TLSv1.3", "ECDHE-ECDSA-AES128-GCM-SHA256" + strings.TrimPrefix(behind, "DHE-RSA-AES128-GCM-SHA256"), "prime256v1:secp256k1", []pair{rsa, ec, dsa}, fips.Fail},
		{"RSA and ECDSA, nothing bad", "TLSv1.2 TLSv1.3", "ECDHE-ECDSA-AES128-GCM-SHA256:" + behind, "prime256v1", []pair{rsa, ec, dsa}, fips.Pass},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, certs := lab.Port(t), ""
			for _, p := range row.keys {
				certs += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ", p.cert, p.key)
			}
			lab.Nginx(t, addr, "ssl; "+certs+fmt.Sprintf("ssl_protocols %s; ssl_prefer_server_ciphers on; ssl_ciphers %s:@SECLEVEL=0; ssl_ecdh_curve %s; ssl_dhparam %s; "+
				"ssl_conf_command SignatureAlgorithms ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;", row.versions, row.ciphers, row.curves, own))
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, 0)
		})
	}
}

// OpenSSL chooses a suite for an RSA or DSA key that its list of signature
// algorithms leaves no use for, and refuses then. What it prefers less is there
// for clients that do not offer that suite.
func TestVerdictDepthKeysThatCannotSign(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, ec, dsa := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256())), newDSA(t)
	const e, r, d = "ECDHE-ECDSA-AES128-GCM-SHA256:", "ECDHE-RSA-AES128-GCM-SHA256:", "DHE-DSS-AES128-GCM-SHA256:"
	rows := []struct {
		name, ciphers, sigalgs string
		args                   []string
		grade                  fips.Grade
	}{
		{"RSA before bad suites", e + r + "AECDH-AES128-SHA", "ECDSA+SHA256", append(ec.args(), rsa.second()...), fips.Fail},
		{"RSA key transport before bad suites", e + "AES128-SHA:AECDH-AES128-SHA", "ECDSA+SHA256", append(ec.args(), rsa.second()...), fips.Fail},
		{"RSA before ECDSA and bad suites", r + e + "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDSA+SHA256", append(ec.args(), rsa.second()...), fips.Fail},
		{"RSA before ECDSA", r + e, "ECDSA+SHA256", append(ec.args(), rsa.second()...), fips.Pass},
		{"RSA after ECDSA", e + r, "ECDSA+SHA256", append(ec.args(), rsa.second()...), fips.Pass},
		{"RSA before DSA", e + r + d, "ECDSA+SHA256:DSA+SHA256", append(ec.args(rsa.second()...), "-xcert", dsa.cert, "-xkey", dsa.key), fips.Fail},
		{"RSA alone, between bad suites", "PSK-AES128-GCM-SHA256:" + r + "AECDH-AES128-SHA", "ECDSA+SHA256", rsa.args(), fips.Fail},
		{"DSA before bad suites of RSA", r + d + "AES128-SHA", "RSA+SHA256", append(rsa.args(), dsa.second()...), fips.Fail},
		{"DSA before bad suites of ECDSA", e + d + "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDSA+SHA256", append(ec.args(), dsa.second()...), fips.Fail},
		{"DSA before RSA", d + r, "RSA+SHA256", append(rsa.args(), dsa.second()...), fips.Pass},
		{"DSA after RSA", r + d, "RSA+SHA256", append(rsa.args(), dsa.second()...), fips.Pass},
		{"DSA between RSA and ECDSA", r + d + e + "AECDH-AES128-SHA", "RSA+SHA256:ECDSA+SHA256", append(ec.args(rsa.second()...), "-xcert", dsa.cert, "-xkey", dsa.key), fips.Fail},
		{"a DSA key that can, behind ECDSA and a suite without a key", e + "PSK-AES128-GCM-SHA256:" + d, "ECDSA+SHA256:DSA+SHA256", append(ec.args(), dsa.second()...), fips.Fail},
		{"SHA-1 by the ECDSA key alone, behind RSA", r + e, "RSA+SHA256:ECDSA+SHA256:ECDSA+SHA1", append(rsa.args(), ec.second()...), fips.Fail},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			args := []string{"s_server", "-accept", addr.String(), "-quiet", "-tls1_2", "-serverpref", "-psk", "1a2b3c4d", "-groups", "P-256"}
			lab.Start(t, openssl, append(append(args, "-cipher", row.ciphers+":@SECLEVEL=0", "-sigalgs", row.sigalgs), row.args...)...)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, 0)
		})
	}
}
