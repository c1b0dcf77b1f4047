package main

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

func TestVerdictDepthPostfix(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	ports := lab.Ports(t, 3)
	plain, clean, old := ports[0], ports[1], ports[2]
	lab.Postfix(t, rsa.cert, rsa.key, "smtpd_tls_security_level = encrypt\nsmtpd_tls_mandatory_ciphers = medium\ntls_eecdh_auto_curves = prime256v1 secp384r1\n"+
		"tls_medium_cipherlist = ECDHE+AESGCM:@SECLEVEL=2\ntls_high_cipherlist = ALL:@SECLEVEL=0", nil,
		lab.Smtpd{At: plain, Options: []string{"tls_medium_cipherlist=DEFAULT", "tls_eecdh_auto_curves=X25519 prime256v1"}},
		lab.Smtpd{At: clean, Options: []string{"smtpd_tls_mandatory_protocols=>=TLSv1.2,<=TLSv1.2"}},
		lab.Smtpd{At: old, Options: []string{"smtpd_tls_mandatory_protocols=>=TLSv1", "smtpd_tls_mandatory_ciphers=high"}})
	depthRow{"as it comes", "smtp", plain, fips.Fail, 12}.ask(t)
	depthRow{"approved alone", "submission", clean, fips.Pass, 12}.ask(t)
	depthRow{"old", "smtp", old, fips.Fail, 0}.ask(t)
}

// Dovecot declines by hanging up, and slapd to versions, which takes a few more
// connections to be sure of, and to see behind suites that make it break down.
func TestVerdictDepthDovecot(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	for name, r := range map[string]struct {
		lines string
		grade fips.Grade
	}{
		"as it comes":    {"ssl = required\n", fips.Fail},
		"approved alone": {"ssl = required\nssl_min_protocol = TLSv1.2\nssl_cipher_list = ECDHE+AESGCM\nssl_curve_list = P-256:P-384\nssl_cipher_suites = TLS_AES_128_GCM_SHA256\n", fips.Pass},
	} {
		for scheme, addr := range lab.Dovecot(t, rsa.cert, rsa.key, r.lines) {
			grade := r.grade
			if scheme == "lmtp" { // it heeds no list of TLS 1.3 suites, and takes mail in clear
				grade = fips.Fail
			}
			depthRow{scheme + " " + name, scheme, addr, grade, 27}.ask(t)
		}
	}
}

func TestVerdictDepthVsftpd(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	certs := fmt.Sprintf("ssl_enable=YES\nforce_local_logins_ssl=YES\nforce_anon_logins_ssl=YES\nrsa_cert_file=%s\nrsa_private_key_file=%s\n", rsa.cert, rsa.key)
	for name, lines := range map[string]string{"as it comes": "", "AES-GCM alone": "ssl_ciphers=ECDHE+AESGCM\n"} {
		addr := lab.Port(t)
		lab.Vsftpd(t, addr, certs+lines)
		depthRow{name, "ftp", addr, fips.Fail, 12}.ask(t)
	}
}

func TestVerdictDepthSlapd(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	const approved = "NONE:+VERS-TLS1.2:+AES-128-GCM:+ECDHE-RSA:+AEAD:+SIGN-RSA-SHA256:+GROUP-SECP256R1:+COMP-NULL:+CTYPE-X509"
	for name, r := range map[string]struct {
		priority string
		grade    fips.Grade
	}{
		"as it comes": {"NORMAL", fips.Fail}, "approved alone": {approved, fips.Pass}, "X25519 too": {approved + ":+GROUP-X25519", fips.Fail},
	} {
		ports := lab.Ports(t, 2)
		clear, wrapped := ports[0], ports[1]
		lab.Slapd(t, fmt.Sprintf("TLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCipherSuite %s\nsecurity tls=1\n", rsa.cert, rsa.key, r.priority),
			map[string]netip.AddrPort{"ldap": clear, "ldaps": wrapped})
		depthRow{"ldap " + name, "ldap", clear, r.grade, 26}.ask(t)
		depthRow{"ldaps " + name, "tls", wrapped, r.grade, 26}.ask(t)
	}
}

func TestVerdictDepthDatabases(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	data := lab.NewPostgres(t, rsa.cert, rsa.key)
	for name, r := range map[string]struct {
		settings string
		grade    fips.Grade
	}{
		"as it comes":    {"", fips.Fail},
		"approved alone": {"ssl_ciphers=ECDHE+AESGCM,ssl_ecdh_curve=prime256v1,ssl_max_protocol_version=TLSv1.2", fips.Watch}, // whether it insists on TLS it tells only to who logs in
	} {
		addr := lab.Port(t)
		settings := append(strings.FieldsFunc(r.settings, func(c rune) bool { return c == ',' }), "ssl=on")
		t.Run("PostgreSQL", func(t *testing.T) {
			data.Serve(t, addr, settings...)
			depthRow{name, "postgres", addr, r.grade, 12 + 1}.ask(t) // one asks for a session in clear
		})
	}
	maria := lab.NewMariaDB(t, rsa.cert, rsa.key)
	for name, r := range map[string]struct {
		options []string
		grade   fips.Grade
	}{
		"as it comes":    {nil, fips.Fail},
		"approved alone": {[]string{"--ssl-cipher=ECDHE+AESGCM", "--tls-version=TLSv1.2"}, fips.Fail}, // nobody can take X25519 from it
	} {
		addr := lab.Port(t)
		t.Run("MariaDB", func(t *testing.T) {
			maria.Serve(t, addr, r.options...)
			depthRow{name, "mysql", addr, r.grade, 12}.ask(t)
		})
	}
}

func TestVerdictDepthRedis(t *testing.T) {
	rsa, addr := newPair(t, newRSA(t, 2048)), lab.Port(t)
	lab.Daemon(t, addr, lab.Program(t, "redis-server"), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir(), "--port", "0", "--tls-port", fmt.Sprint(addr.Port()),
		"--tls-cert-file", rsa.cert, "--tls-key-file", rsa.key, "--tls-ca-cert-file", rsa.cert, "--tls-auth-clients", "no")
	depthRow{"as it comes", "redis", addr, fips.Fail, 12}.ask(t)
}

func TestVerdictDepthProsody(t *testing.T) {
	rsa := newPair(t, newRSA(t, 2048))
	dir, addr := lab.Dir(t, "prosody", rsa.cert, rsa.key), lab.Port(t)
	conf := filepath.Join(dir, "conf.lua")
	lab.Run(t, "install", "-m", "644", lab.Written(t, "conf", fmt.Sprintf("data_path = %[1]q\npidfile = %[2]q\nmodules_enabled = { \"saslauth\", \"tls\" }\ninterfaces = { \"127.0.0.1\" }\n"+
		"c2s_require_encryption = true\nssl = { certificate = %[3]q, key = %[4]q, ciphers = \"ECDHE+AESGCM\", protocol = \"tlsv1_2\" }\nc2s_ports = { %[5]d }\ns2s_ports = {}\nc2s_direct_tls_ports = {}\n"+
		"http_ports = {}\nhttps_ports = {}\nVirtualHost \"lab.test\"\n", dir, filepath.Join(dir, "pid"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), addr.Port())), conf)
	name, args := lab.As(t, "prosody", lab.Program(t, "prosody"), "-F", "--config", conf)
	lab.Daemon(t, addr, name, args...)
	depthRow{"AES-GCM alone", "xmpp-client", addr, fips.Fail, 12}.ask(t)
}
