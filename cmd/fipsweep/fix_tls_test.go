package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

// A keyed is the files of a certificate and its key.
type keyed struct{ cert, key string }

// files writes files into a folder that others may read.
func files(t *testing.T, dir string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	allCiphers  = "ALL:COMPLEMENTOFALL:!PSK:!SRP:!aNULL:!eNULL:@SECLEVEL=0"
	weakSchemes = "rsa_pkcs1_sha1:rsa_pkcs1_sha256:ecdsa_sha1:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256"
)

// nginxOf serves with the lines, or with all that is weak where there are none,
// a short prime among it: a note says that its line must go.
func nginxOf(prime string, pairs ...keyed) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text := "ssl_protocols SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers " + allCiphers + "; ssl_ecdh_curve X25519:P-256:P-384:P-521; ssl_early_data on; ssl_dhparam " + prime + ";"
		if lines != nil {
			text = lines["nginx.conf"]
		}
		for _, p := range pairs {
			text += fmt.Sprintf("\nssl_certificate %s; ssl_certificate_key %s;", p.cert, p.key)
		}
		lab.Nginx(t, addr, "ssl;\n"+text+"\n")
	}
}

func apacheOf(pairs ...keyed) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text := "SSLProtocol all\nSSLCipherSuite " + allCiphers + "\nSSLOpenSSLConfCmd Groups X25519:P-256\n"
		if lines != nil {
			text = lines["httpd.conf"]
		}
		for _, p := range pairs {
			text += fmt.Sprintf("SSLCertificateFile %s\nSSLCertificateKeyFile %s\n", p.cert, p.key)
		}
		dir, modules := t.TempDir(), "/usr/lib/apache2/modules"
		config := fmt.Sprintf("ServerRoot %[1]s\nDefaultRuntimeDir %[1]s\nServerName localhost\nPidFile %[1]s/pid\nErrorLog %[1]s/error.log\nMutex file:%[1]s default\n"+
			"LoadModule mpm_event_module %[2]s/mod_mpm_event.so\nLoadModule authz_core_module %[2]s/mod_authz_core.so\nLoadModule ssl_module %[2]s/mod_ssl.so\n"+
			"Listen %[3]s\nUser www-data\nGroup www-data\nSSLEngine on\nSSLSessionCache none\n%[4]s", dir, modules, addr, text)
		files(t, dir, map[string]string{"httpd.conf": config})
		lab.Daemon(t, addr, lab.Program(t, "apache2"), "-X", "-f", filepath.Join(dir, "httpd.conf"))
	}
}

func haproxyOf(pairs ...keyed) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text := "global\n    ssl-default-bind-options ssl-min-ver TLSv1.0\n    ssl-default-bind-ciphers " + allCiphers + "\n    ssl-default-bind-curves X25519:P-256\n"
		if lines != nil {
			text = lines["haproxy.cfg"]
		}
		dir := t.TempDir()
		bind := "    bind " + addr.String() + " ssl"
		for i, p := range pairs {
			name := fmt.Sprintf("%d.pem", i)
			files(t, dir, map[string]string{name: contents(t, p.cert) + contents(t, p.key)})
			bind += " crt " + filepath.Join(dir, name)
		}
		files(t, dir, map[string]string{"haproxy.cfg": text + "defaults\n    mode tcp\n    timeout client 20s\n    timeout server 20s\n    timeout connect 5s\nfrontend lab\n" + bind + "\n    default_backend none\nbackend none\n    server s 127.0.0.1:1\n"})
		lab.Daemon(t, addr, lab.Program(t, "haproxy"), "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
	}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func opensslOf(pairs ...keyed) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text := "openssl_conf = i\n[i]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\nMinProtocol = TLSv1\nCipherString = " + allCiphers + "\nGroups = X25519:P-256\nSignatureAlgorithms = " + weakSchemes + "\n"
		if lines != nil {
			text = lines["openssl.cnf"]
		}
		dir := t.TempDir()
		files(t, dir, map[string]string{"openssl.cnf": text})
		args := []string{"OPENSSL_CONF=" + filepath.Join(dir, "openssl.cnf"), lab.Program(t, "openssl"), "s_server", "-quiet", "-naccept", "100000", "-accept", addr.String(), "-cert", pairs[0].cert, "-key", pairs[0].key}
		if len(pairs) > 1 {
			args = append(args, "-dcert", pairs[1].cert, "-dkey", pairs[1].key)
		}
		lab.Daemon(t, addr, "env", args...)
	}
}

func postfixOf(p keyed) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text := "smtpd_tls_protocols = >=TLSv1\nsmtpd_tls_mandatory_protocols = >=TLSv1\nsmtpd_tls_ciphers = medium\ntls_medium_cipherlist = " + allCiphers + "\ntls_eecdh_auto_curves = X25519 prime256v1\n"
		if lines != nil {
			text = lines["/etc/postfix/main.cf"]
		}
		lab.Postfix(t, p.cert, p.key, "smtpd_tls_security_level = may\n"+text, map[string]string{"openssl.cnf": lines["/etc/postfix/openssl.cnf"]}, lab.Smtpd{At: addr})
	}
}

func javaOf(store string) func(*testing.T, netip.AddrPort, map[string]string) {
	return func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
		text, options := "jdk.tls.disabledAlgorithms=\n", []string{"-Djdk.tls.namedGroups=x25519,secp256r1,ffdhe2048"}
		if lines != nil {
			text, options = lines["java.security"], nil
			for line := range strings.Lines(lines["command line"]) {
				if strings.HasPrefix(line, "-D") {
					options = append(options, strings.TrimSpace(line))
				}
			}
		}
		dir := t.TempDir()
		files(t, dir, map[string]string{"java.security": text})
		args := append([]string{"-Djava.security.properties=" + filepath.Join(dir, "java.security")}, options...)
		lab.Daemon(t, addr, lab.Program(t, "java"), append(args, filepath.Join("..", "..", "scanner", "tlsprobe", "testdata", "Server.java"), store, "all", "all", fmt.Sprint(addr.Port()))...)
	}
}

// The lines of each product of TLS, in place of a configuration that offers all
// it can.
func TestFixTLS(t *testing.T) {
	made := func(args ...string) keyed {
		cert, key := keyPair(t, args...)
		return keyed{cert, key}
	}
	rsa, short := made("-newkey", "rsa:2048"), made("-newkey", "rsa:1024")
	ec := made("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	long, ec384 := made("-newkey", "rsa:3072", "-sha384"), made("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1", "-sha384")
	prime := filepath.Join(t.TempDir(), "prime.pem")
	lab.Run(t, lab.Program(t, "openssl"), "dhparam", "-dsaparam", "-out", prime, "1024")
	store := filepath.Join(t.TempDir(), "keys.p12")
	for i, kind := range []string{"RSA -keysize 2048", "EC -groupname secp256r1"} {
		lab.Run(t, lab.Program(t, "keytool"), append([]string{"-genkeypair", "-alias", fmt.Sprint(i), "-dname", "CN=localhost", "-validity", "30", "-storetype", "PKCS12", "-keystore", store, "-storepass", "changeit", "-keyalg"}, strings.Fields(kind)...)...)
	}
	tlsTarget := func(a netip.AddrPort) string { return "tls://" + a.String() }
	smtpTarget := func(a netip.AddrPort) string { return "smtp://" + a.String() }
	now, in2031 := []string{"--as-of", "2026-11-22"}, []string{"--as-of", "2031-01-01"}
	cnsa2 := []string{"--as-of", "2026-11-22", "--policy", "cnsa2"}
	rsaSchemes := []string{"rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"}
	for _, tt := range []struct {
		name   string
		trial  trial
		leaves []string
		opens  fips.Answer // to an approved-only client
	}{
		{"nginx", trial{tlsTarget, "nginx", now, nginxOf(prime, rsa, ec)}, nil, fips.Yes},
		{"nginx with a short key", trial{tlsTarget, "nginx", now, nginxOf(prime, short)}, nil, fips.No},
		{"nginx in 2031", trial{tlsTarget, "nginx", in2031, nginxOf(prime, rsa, ec)}, rsaSchemes, fips.Yes},
		{"nginx under cnsa2", trial{tlsTarget, "nginx", cnsa2, nginxOf(prime, long, ec384)}, nil, fips.No},
		{"apache", trial{tlsTarget, "apache", now, apacheOf(rsa, ec)}, nil, fips.Yes},
		{"haproxy", trial{tlsTarget, "haproxy", now, haproxyOf(rsa)}, nil, fips.Yes},
		{"postfix", trial{smtpTarget, "postfix", now, postfixOf(rsa)}, nil, fips.Yes},
		{"openssl", trial{tlsTarget, "openssl", now, opensslOf(rsa, ec)}, nil, fips.Yes},
		{"java", trial{tlsTarget, "java", now, javaOf(store)}, nil, fips.Yes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, opens := tt.trial.mended(t)
			if opens != tt.opens {
				t.Errorf("an approved-only client connects: %s, want %s", opens, tt.opens)
			}
			if !strings.Contains(tt.name, "cnsa2") {
				leaves(t, r, tt.leaves...)
			}
		})
	}
}
