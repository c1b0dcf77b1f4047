package tlsprobe

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// serveNginx runs nginx with the lines in its server block; "PORT" in them is
// the port's place.
func serveNginx(t *testing.T, lines string) scanner.Endpoint {
	t.Helper()
	nginx := lab.Program(t, "nginx")
	dir, port := t.TempDir(), lab.Port(t).Port()
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen 127.0.0.1:%[2]d %[3]s }
}
`, dir, port, strings.ReplaceAll(lines, "PORT", strconv.Itoa(int(port))))
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	lab.Start(t, nginx, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", path)
	return listening(t, port)
}

func TestNginx(t *testing.T) {
	lab.Program(t, "nginx")
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	ecCert, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1")
	dh := filepath.Join(t.TempDir(), "dh.pem")
	lab.Run(t, "openssl", "dhparam", "-dsaparam", "-out", dh, "1024")
	certs := fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ssl_certificate %s; ssl_certificate_key %s;", rsaCert, rsaKey, ecCert, ecKey)
	rows := []struct {
		name, lines, ciphers string
		versions             []string
		groups, groups13     []string
		suites13             []string
		primes               []string
	}{
		{
			name:     "modern",
			lines:    "ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:prime256v1; " + certs,
			ciphers:  "ECDHE+AESGCM:ECDHE+CHACHA20",
			versions: []string{scanner.TLSv12, scanner.TLSv13},
			groups:   []string{"secp256r1", "x25519"},
			groups13: []string{"secp256r1", "x25519"},
			suites13: []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
		},
		{
			name: "old, own 1024-bit prime, server's order",
			lines: "ssl; ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_prefer_server_ciphers on; ssl_ecdh_curve secp384r1:secp521r1; ssl_dhparam " +
				dh + "; " + certs,
			ciphers:  "DHE+AES:ECDHE+AES:RSA+AES:RSA+CAMELLIA:NULL:@SECLEVEL=0",
			versions: []string{scanner.TLSv10, scanner.TLSv11, scanner.TLSv12},
			groups:   []string{"secp384r1", "secp521r1"},
			primes:   []string{"1024 bits of its own"},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, serveNginx(t, row.lines+" ssl_ciphers "+row.ciphers+";"))
			got := seenOf(t, o)
			same(t, "versions", len(row.versions), len(got))
			for _, v := range row.versions {
				g := got[v]
				want := seen{true, row.suites13, row.groups13, nil}
				if v != scanner.TLSv13 {
					want = seen{true, opensslSuites(t, v, row.ciphers, "RSA", "ECDSA", "None"), row.groups, yes(true)}
				}
				if v == scanner.TLSv10 || v == scanner.TLSv11 {
					g.Groups, want.Groups = nil, nil // by the way only
				}
				same(t, v, want, g)
			}
			var primes []string
			for _, p := range o.TLS.Versions[4].Primes {
				primes = append(primes, fmt.Sprintf("%d bits of its own%s", p.Bits, p.Group))
			}
			same(t, "primes", row.primes, primes)
			same(t, "chains", 2, len(o.TLS.Chains))
			same(t, "incomplete", []string(nil), incomplete(o))
			atFloor(t, o)
		})
	}
}

func TestNginxPlain(t *testing.T) {
	o := probe(t, serveNginx(t, ";"))
	if o.Plain == nil || o.Plain.Protocol != "http" {
		t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
	}
}
