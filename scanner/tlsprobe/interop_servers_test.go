package tlsprobe

import (
	"fmt"
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
	b.WriteString("; ssl_protocols")
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
	if r.sigalgs != "" {
		fmt.Fprintf(&b, " ssl_conf_command SignatureAlgorithms %s;", r.sigalgs)
	}
	if r.dh != "" {
		path, err := filepath.Abs(r.dhFile(t))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, " ssl_dhparam %s;", path)
	}
	if r.strict { // what the default server has goes for all, where OpenSSL is not told anew
		return serveNginx(t, "ssl default_server; ssl_reject_handshake on"+b.String()+"} server { listen 127.0.0.1:PORT ssl; server_name lab.test"+b.String())
	}
	return serveNginx(t, "ssl"+b.String())
}

// haproxy writes the row as a bind line.
func (r opensslRow) haproxy(t *testing.T, made pairs) scanner.Endpoint {
	t.Helper()
	var global, bind strings.Builder
	for k := range strings.SplitSeq(r.keys, ",") {
		fmt.Fprintf(&bind, " crt %s", lab.Bundle(t, made[k]...))
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
	if r.strict {
		bind.WriteString(" strict-sni")
	}
	if r.dh != "" {
		fmt.Fprintf(&global, "  ssl-dh-param-file %s\n", r.dhFile(t))
	}
	addr := lab.Port(t)
	lab.Haproxy(t, addr, global.String(), bind.String())
	return at("", addr)
}

// stunnel writes the row as a service.
func (r opensslRow) stunnel(t *testing.T, made pairs) scanner.Endpoint {
	t.Helper()
	var b strings.Builder
	names := r.names()
	fmt.Fprintf(&b, "cert = %s\nsslVersionMin = %s\nsslVersionMax = %s\ncurves = %s\n", lab.Bundle(t, made[r.keys]...), strings.TrimSuffix(names[0], ".0"), strings.TrimSuffix(names[len(names)-1], ".0"), r.groups)
	if r.ciphers != "" {
		fmt.Fprintf(&b, "ciphers = %s\n", r.ciphers)
	}
	if r.suites13 != "" {
		fmt.Fprintf(&b, "ciphersuites = %s\n", r.suites13)
	}
	if r.sigalgs != "" {
		fmt.Fprintf(&b, "config = SignatureAlgorithms:%s\n", r.sigalgs)
	}
	if strings.Contains(r.ciphers, "@SECLEVEL=0") {
		b.WriteString("securityLevel = 0\n")
	}
	if r.order {
		b.WriteString("options = CIPHER_SERVER_PREFERENCE\n")
	} else {
		b.WriteString("options = -CIPHER_SERVER_PREFERENCE\n")
	}
	addr := lab.Port(t)
	lab.Stunnel(t, addr, b.String())
	return at("", addr)
}
