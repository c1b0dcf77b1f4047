package tlsprobe

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// nginx writes the row as a server block.
func (r opensslRow) nginx(t *testing.T, made pairs) scanner.Endpoint {
	t.Helper()
	var b strings.Builder
	b.WriteString("ssl; ssl_protocols")
	for _, v := range r.names() {
		b.WriteString(" " + strings.TrimSuffix(v, ".0"))
	}
	b.WriteString(";")
	for k := range strings.SplitSeq(r.keys, ",") {
		fmt.Fprintf(&b, " ssl_certificate %s; ssl_certificate_key %s;", made[k][0], made[k][1])
	}
	word := map[bool]string{true: "on", false: "off"}[r.order]
	fmt.Fprintf(&b, " ssl_prefer_server_ciphers %s; ssl_ecdh_curve %s;", word, r.groups)
	if r.ciphers != "" {
		fmt.Fprintf(&b, " ssl_ciphers %s;", r.ciphers)
	}
	if r.suites13 != "" {
		fmt.Fprintf(&b, " ssl_conf_command Ciphersuites %s;", r.suites13)
	}
	if r.dh != "" {
		path, err := filepath.Abs(r.dhFile(t))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, " ssl_dhparam %s;", path)
	}
	return serveNginx(t, b.String())
}

// bundle writes a certificate and its key into one file, as haproxy and stunnel
// want them.
func bundle(t *testing.T, paths ...string) string {
	t.Helper()
	var all []byte
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return written(t, "bundle.pem", string(all))
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// haproxy writes the row as a bind line.
func (r opensslRow) haproxy(t *testing.T, made pairs) scanner.Endpoint {
	t.Helper()
	program, port := lab.Program(t, "haproxy"), lab.Port(t).Port()
	var global, bind strings.Builder
	fmt.Fprintf(&bind, "bind 127.0.0.1:%d ssl", port)
	for k := range strings.SplitSeq(r.keys, ",") {
		fmt.Fprintf(&bind, " crt %s", bundle(t, made[k]...))
	}
	names := r.names()
	fmt.Fprintf(&bind, " ssl-min-ver %s ssl-max-ver %s curves %s", names[0], names[len(names)-1], r.groups)
	if r.ciphers != "" {
		fmt.Fprintf(&bind, " ciphers %s", r.ciphers)
	}
	if r.suites13 != "" {
		fmt.Fprintf(&bind, " ciphersuites %s", r.suites13)
	}
	if !r.order {
		bind.WriteString(" prefer-client-ciphers")
	}
	if r.dh != "" {
		fmt.Fprintf(&global, "  ssl-dh-param-file %s\n", r.dhFile(t))
	}
	config := "global\n  maxconn 100\n" + global.String() + "defaults\n  mode tcp\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend lab\n  " + bind.String() + "\n"
	lab.Start(t, program, "-db", "-f", written(t, "haproxy.cfg", config))
	return listening(t, port)
}

// stunnel writes the row as a service.
func (r opensslRow) stunnel(t *testing.T, made pairs) scanner.Endpoint {
	t.Helper()
	program, port := lab.Program(t, "stunnel4"), lab.Port(t).Port()
	behind := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	var b strings.Builder
	names := r.names()
	fmt.Fprintf(&b, "foreground = yes\npid =\n[lab]\naccept = 127.0.0.1:%d\nconnect = %s\n", port, behind)
	fmt.Fprintf(&b, "cert = %s\nsslVersionMin = %s\nsslVersionMax = %s\ncurves = %s\n", bundle(t, made[r.keys]...), strings.TrimSuffix(names[0], ".0"), strings.TrimSuffix(names[len(names)-1], ".0"), r.groups)
	if r.ciphers != "" {
		fmt.Fprintf(&b, "ciphers = %s\n", r.ciphers)
	}
	if r.suites13 != "" {
		fmt.Fprintf(&b, "ciphersuites = %s\n", r.suites13)
	}
	if strings.Contains(r.ciphers, "@SECLEVEL=0") {
		b.WriteString("securityLevel = 0\n")
	}
	if r.order {
		b.WriteString("options = CIPHER_SERVER_PREFERENCE\n")
	} else {
		b.WriteString("options = -CIPHER_SERVER_PREFERENCE\n")
	}
	lab.Start(t, program, written(t, "stunnel.conf", b.String()))
	return listening(t, port)
}
