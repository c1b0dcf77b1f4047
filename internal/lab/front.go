package lab

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// KeyPair has openssl make a certificate for lab.test that signs itself, with
// a key by the arguments ("-newkey", "rsa:2048"); what else they say counts
// too.
func KeyPair(t testing.TB, args ...string) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	Run(t, Program(t, "openssl"), append([]string{"req", "-x509", "-nodes", "-subj", "/CN=lab.test", "-days", "2", "-keyout", key, "-out", cert}, args...)...)
	return cert, key
}

// Written writes a file that only we may read, and gives its path.
func Written(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Bundle writes files into one, as haproxy and stunnel want a certificate and
// its key.
func Bundle(t testing.TB, paths ...string) string {
	t.Helper()
	var all strings.Builder
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return Written(t, "bundle.pem", all.String())
}

// Nginx serves at an address that is what follows "listen" in its server
// block, with "ssl" behind it or not, and these lines.
func Nginx(t testing.TB, at netip.AddrPort, lines string) {
	t.Helper()
	nginx, dir := Program(t, "nginx"), t.TempDir()
	config := Written(t, "nginx.conf", fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s %[3]s }
}
`, dir, at, lines))
	Daemon(t, at, nginx, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", config)
}

// Haproxy serves TLS at the address, with these lines in its global section and
// these words in its bind line.
func Haproxy(t testing.TB, at netip.AddrPort, global, bind string) {
	t.Helper()
	Daemon(t, at, Program(t, "haproxy"), "-db", "-f", Written(t, "haproxy.cfg", "global\n  maxconn 100\n"+global+"defaults\n  mode tcp\n"+
		"  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend lab\n  bind "+at.String()+" ssl "+bind+"\n"))
}

// Stunnel serves TLS at the address with these lines in its service, before a
// server that says nothing.
func Stunnel(t testing.TB, at netip.AddrPort, lines string) {
	t.Helper()
	behind := Serve(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
	Daemon(t, at, Program(t, "stunnel4"), Written(t, "stunnel.conf", fmt.Sprintf("foreground = yes\npid =\n[lab]\naccept = %s\nconnect = %s\n%s", at, behind, lines)))
}

// Lighttpd serves TLS at the address by the module of one library, "mbedtls" or
// "wolfssl", with these lines in its configuration.
func Lighttpd(t testing.TB, at netip.AddrPort, library, lines string) {
	t.Helper()
	modules := filepath.Dir(Program(t, "/usr/lib/lighttpd/mod_"+library+".so"))
	config := Written(t, "lighttpd.conf", fmt.Sprintf("server.modules = (\"mod_%s\")\nserver.document-root = %q\nserver.bind = %q\nserver.port = %d\nssl.engine = \"enable\"\n%s",
		library, t.TempDir(), at.Addr(), at.Port(), lines))
	Daemon(t, at, Program(t, "lighttpd"), "-D", "-m", modules, "-f", config)
}

// Botan serves TLS at the address by Botan's own server, with these lines as its policy.
func Botan(t testing.TB, at netip.AddrPort, cert, key, policy string) {
	t.Helper()
	Daemon(t, at, Program(t, "botan"), "tls_server", cert, key, fmt.Sprintf("--port=%d", at.Port()), "--policy="+Written(t, "policy", policy))
}
