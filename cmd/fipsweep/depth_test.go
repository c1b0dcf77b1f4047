package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlsprobe"
)

// A pair is the files of a certificate and its key.
type pair struct{ cert, key string }

// newPair issues a certificate for lab.test in which there is nothing to find
// but the key itself.
func newPair(t *testing.T, key crypto.Signer) pair {
	t.Helper()
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(90 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "lab.test"}, DNSNames: []string{"lab.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(80 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, CRLDistributionPoints: []string{"http://lab.test/crl"}}
	if _, ok := key.(*rsa.PrivateKey); ok {
		leaf.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, issuer, key.Public(), ca)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	for path, block := range map[string]*pem.Block{p.cert: {Type: "CERTIFICATE", Bytes: der}, p.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func newRSA(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newEC(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// args are those of s_server for the certificate.
func (p pair) args(more ...string) []string {
	return append([]string{"-cert", p.cert, "-key", p.key}, more...)
}

// second are those of s_server for another certificate.
func (p pair) second() []string { return []string{"-dcert", p.cert, "-dkey", p.key} }

// depths asks one endpoint at both depths.
type depths struct {
	t             *testing.T
	judge         *fips.Judge
	failOn        fips.Status
	full, verdict fips.Assessment
}

// ask probes and checks that the connections told are those made.
func (d *depths) ask(e scanner.Endpoint, v *tlsprobe.Verdict) fips.Assessment {
	d.t.Helper()
	var n atomic.Int64
	dial := func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
		n.Add(1)
		return lab.Dial(ctx, addr)
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	o := tlsprobe.New(dial, tlsprobe.Options{Verdict: v}).Probe(ctx, e)
	if o.TLS != nil && int64(o.TLS.Connections) != n.Load() {
		d.t.Errorf("connections: told %d, made %d", o.TLS.Connections, n.Load())
	}
	return d.judge.Assess(o)
}

func bothDepths(t *testing.T, e scanner.Endpoint, failOn fips.Status) *depths {
	t.Helper()
	judge, _, err := newJudge(fips.DateOf(time.Now()), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &depths{t: t, judge: judge, failOn: failOn}
	d.full = d.ask(e, nil)
	d.verdict = d.ask(e, newVerdict(judge, failOn))
	return d
}

// agree fails the test where the verdict contradicts all that is to be known.
func (d *depths) agree() {
	d.t.Helper()
	known := map[string]bool{}
	for _, f := range d.full.Findings {
		known[f.ID] = true
	}
	for _, f := range d.verdict.Findings {
		if !known[f.ID] {
			d.t.Errorf("verdict finds %s %s %v, full does not", f.Status, f.Subject.Name, f.Where)
		}
	}
	if f, v := d.full.Worst.Grade(), d.verdict.Worst.Grade(); f != v {
		d.t.Errorf("full comes to %s, verdict to %s\nfull: %s\nverdict: %s\nincomplete: %v", d.full.Worst, d.verdict.Worst, named(d.full), named(d.verdict), d.verdict.Observation.Incomplete)
	}
	if f, v := d.full.Worst >= d.failOn, d.verdict.Worst >= d.failOn; f != v {
		d.t.Errorf("at %s full fails %v, verdict %v", d.failOn, f, v)
	}
	d.classes()
	d.unobserved()
	d.controls()
}

// classes holds that each kind of evidence comes to the same grade, where no
// version is accepted that fails by itself and is not asked further. A chain
// may hide behind what fails.
func (d *depths) classes() {
	d.t.Helper()
	for _, v := range d.full.Observation.TLS.Versions {
		if v.Version < scanner.TLSv12 && v.Accepted != nil && *v.Accepted {
			return
		}
	}
	grades := func(a fips.Assessment) map[fips.Class]fips.Grade {
		m := map[fips.Class]fips.Grade{}
		for _, r := range a.Rulings {
			if !d.verdict.Short() || strings.HasPrefix(string(r.Class), "tls-") {
				m[r.Class] = max(m[r.Class], r.Status.Grade())
			}
		}
		return m
	}
	if diff := cmp.Diff(grades(d.full), grades(d.verdict)); diff != "" {
		d.t.Errorf("grades (-full +verdict):\n%s\nfull: %s", diff, named(d.full))
	}
}

// unobserved holds that whatever verdict does not show, and full does, is said
// not to have been asked.
func (d *depths) unobserved() {
	d.t.Helper()
	notPut := strings.Join(d.verdict.Observation.TLS.Asked.NotPut, "\n")
	for i, v := range d.verdict.Observation.TLS.Versions {
		full := d.full.Observation.TLS.Versions[i]
		said := strings.Contains(notPut, v.Version)
		switch {
		case v.Accepted == nil && !said:
			d.t.Errorf("%s is unobserved, and not said to be", v.Version)
		case v.Accepted != nil && full.Accepted != nil && *v.Accepted != *full.Accepted:
			d.t.Errorf("%s accepted: full %v, verdict %v", v.Version, *full.Accepted, *v.Accepted)
		case len(v.Suites) < len(full.Suites) && !said, len(v.Groups) < len(full.Groups) && !said:
			d.t.Errorf("%s has suites and groups that were not asked for, and are not said to be: %s", v.Version, notPut)
		}
		for _, s := range v.Suites {
			if !slices.Contains(full.Suites, s) {
				d.t.Errorf("%s %s: verdict alone", v.Version, s)
			}
		}
		for _, g := range v.Groups {
			if v.Version >= scanner.TLSv12 && !slices.Contains(full.Groups, g) {
				d.t.Errorf("%s %s: verdict alone", v.Version, g)
			}
		}
	}
}

// controls holds that nothing is satisfied by the verdict that is not by all.
func (d *depths) controls() {
	d.t.Helper()
	table, err := control.Load()
	if err != nil {
		d.t.Fatal(err)
	}
	full, verdict := control.NewTally(table), control.NewTally(table)
	full.Add(d.full)
	verdict.Add(d.verdict)
	v := verdict.Results()
	for i, f := range full.Results() {
		if v[i].State == control.Satisfied && f.State != control.Satisfied {
			d.t.Errorf("%s %s: satisfied by verdict, %s by full", f.Short, f.ID, f.State)
		}
	}
}

// named lists what was found.
func named(a fips.Assessment) string {
	var all []string
	for _, f := range a.Findings {
		all = append(all, fmt.Sprintf("%s %s %v", f.Status, f.Subject.Name, f.Where))
	}
	return strings.Join(all, "; ")
}

func labEndpoint(t *testing.T, addr netip.AddrPort) scanner.Endpoint {
	t.Helper()
	lab.Listens(t, addr)
	return scanner.Host(addr.Addr(), addr.Port(), "lab.test")
}

const aesGCM = "ECDHE+AESGCM"

func TestVerdictDepth(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsa, weak, ec, ed := newPair(t, newRSA(t, 3072)), newPair(t, newRSA(t, 1024)), newPair(t, newEC(t, elliptic.P256())), newPair(t, edKey)
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
		{"approved alone, RSA and ECDSA", append(rsa.args(approved...), ec.second()...), fips.Pass, 0},
		{"approved alone, Ed25519", ed.args(approved...), fips.Pass, 12},
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
	nginx := lab.Program(t, "nginx")
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
			dir, addr := t.TempDir(), lab.Port(t)
			certs := fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", rsa.cert, rsa.key)
			if row.both {
				certs += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", ec.cert, ec.key)
			}
			config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s ssl; %[3]s %[4]s }
}
`, dir, addr, certs, row.lines)
			path := filepath.Join(dir, "nginx.conf")
			if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			lab.Start(t, nginx, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", path)
			d := bothDepths(t, labEndpoint(t, addr), fips.Unclassified)
			d.agree()
			d.reaches(row.grade, row.most)
		})
	}
}

func TestVerdictDepthGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	rsa, ec := newPair(t, newRSA(t, 2048)), newPair(t, newEC(t, elliptic.P256()))
	approved := "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+AEAD:+SHA256:+SHA384:+ECDHE-RSA:+ECDHE-ECDSA:+GROUP-SECP256R1:+GROUP-SECP384R1:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256:+COMP-NULL:+CTYPE-X.509"
	rows := []struct {
		name, priority string
		grade          fips.Grade
		most           int
	}{
		{"as it comes", "NORMAL", fips.Fail, 12},
		{"everything", "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+CIPHER-ALL:+3DES-CBC:+ARCFOUR-128:+MAC-ALL:+MD5:" +
			"+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+ANON-DH:+ANON-ECDH:+GROUP-ALL", fips.Fail, 0},
		{"approved alone", approved, fips.Pass, 0},
		{"a named prime too", approved + ":+DHE-RSA:+GROUP-FFDHE2048", fips.Pass, 0},
		{"X25519 last", approved + ":+GROUP-X25519:%SERVER_PRECEDENCE", fips.Fail, 0},
		{"SHA-1 signatures last", approved + ":+SIGN-RSA-SHA1", fips.Fail, 0},
		{"anonymous alone", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH", fips.Fail, 0},
		{"one group that fails", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X448", fips.Fail, 0},
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

// Whatever a server is configured to do, the two depths do not contradict each
// other. The configurations are drawn, always the same.
func TestVerdictDepthDrawn(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, weak, p256, p384 := newPair(t, newRSA(t, 2048)), newPair(t, newRSA(t, 1024)), newPair(t, newEC(t, elliptic.P256())), newPair(t, newEC(t, elliptic.P384()))
	const seed, configurations = 800131, 24
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
			// Every key can sign: OpenSSL refuses a client outright where the suite
			// that it prefers has no signature, whatever else is offered.
			"-sigalgs", "RSA+SHA256:ECDSA+SHA256:ECDSA+SHA384:"+some(near, "RSA-PSS+SHA256", "RSA+SHA1:ECDSA+SHA1:RSA+SHA224:RSA+SHA512"))
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

// reaches holds the server to the grade that its configuration has by itself.
func (d *depths) reaches(grade fips.Grade, most int) {
	d.t.Helper()
	if d.verdict.Worst.Grade() != grade {
		d.t.Errorf("it comes to %s: %s", d.verdict.Worst, named(d.verdict))
	}
	n := d.verdict.Observation.TLS.Connections
	if most > 0 && n > most {
		d.t.Errorf("%d connections, %d do: %v", n, most, d.verdict.Observation.TLS.Hellos)
	}
	d.t.Logf("%d connections, full %d; %s: %s; not put %q", n, d.full.Observation.TLS.Connections, d.verdict.Worst, named(d.verdict), d.verdict.Observation.TLS.Asked.NotPut)
}

// A sweep at depth verdict says so, and judged by other statuses it is a gap.
func TestScanAtDepthVerdict(t *testing.T) {
	p := newPair(t, newEC(t, elliptic.P256()))
	certificate, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		t.Fatal(err)
	}
	where := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, CurvePreferences: []tls.CurveID{tls.CurveP256}})
	r := runScan(t, "--depth", "verdict", "--as-of", "2026-11-25", where)
	o := r.at(t, where)
	if o.TLS == nil || o.TLS.Depth != fips.DepthVerdict || o.TLS.Asked.Statuses == "" || o.TLS.Connections > 12 {
		t.Errorf("%+v", o.TLS)
	}
	if !strings.Contains(r.stdout, "At depth verdict") {
		t.Errorf("the summary does not say the depth:\n%s", r.stdout)
	}
	if !strings.Contains(string(r.lines[len(r.lines)-1]), `"depth":"verdict"`) {
		t.Errorf("the sweep's line does not say the depth: %s", r.lines[len(r.lines)-1])
	}
	saved := filepath.Join(t.TempDir(), "saved.jsonl")
	if err := os.WriteFile(saved, bytes.Join(r.lines, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day  string
		told bool
	}{{"2026-11-26", false}, {"2031-01-01", true}} {
		var out, errs bytes.Buffer
		run([]string{"rejudge", saved, "--as-of", tt.day, "-o", "json"}, streams{in: &bytes.Buffer{}, out: &out, err: &errs})
		if told := strings.Contains(out.String(), string(fips.ReasonOtherStatuses)); told != tt.told {
			t.Errorf("rejudged as of %s: told as a gap %v\n%s", tt.day, told, errs.String())
		}
		valid.Document(t, "report", out.Bytes())
	}
}
