package tlsprobe

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// ngIRCd knows no STARTTLS: its port is in clear, and another has TLS by
// GnuTLS.
func TestNgircd(t *testing.T) {
	ngircd := lab.Program(t, "ngircd")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	dir := lab.Dir(t, "irc", cert, key)
	const priority = "NONE:+VERS-TLS1.2:+AES-128-GCM:+ECDHE-RSA:+AEAD:+SIGN-ALL:+GROUP-SECP256R1:+COMP-NULL"
	ports := lab.Ports(t, 2)
	plain, wrapped := ports[0].Port(), ports[1].Port()
	name, args := lab.As(t, "irc", ngircd, "--nodaemon", "--config", filepath.Join(dir, "conf"))
	lab.Run(t, "install", "-m", "644", lab.Written(t, "conf", fmt.Sprintf("[Global]\nName=irc.lab.test\nInfo=lab\nListen=127.0.0.1\nPorts=%d\n[Limits]\nMaxConnectionsIP=0\n"+
		"[Options]\nIdent=no\nDNS=no\nPAM=no\nSyslogFacility=local1\n[SSL]\nCertFile=%s\nKeyFile=%s\nPorts=%d\nCipherList=%s\n",
		plain, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), wrapped, priority)), filepath.Join(dir, "conf"))
	lab.Start(t, name, args...)
	e := listening(t, plain)
	e.Scheme = "irc"
	inClear(t, probe(t, e), "irc")
	suites, groups := gnutlsList(t, priority)
	e = listening(t, wrapped)
	o := probe(t, e)
	same(t, "seen", map[string]seen{scanner.TLSv12: {true, sorted(suites[scanner.TLSv12]), groups, yes(true)}}, seenOf(t, o))
	same(t, "incomplete", []string(nil), incomplete(o))
}

func TestProsody(t *testing.T) {
	prosody := lab.Program(t, "prosody")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA"
	for _, row := range []struct{ modules, required string }{{`"tls"`, "true"}, {`"tls"`, "false"}, {``, "false"}} {
		t.Run(fmt.Sprintf("modules %s required %s", row.modules, row.required), func(t *testing.T) {
			dir := lab.Dir(t, "prosody", cert, key)
			ports := lab.Ports(t, 2)
			client, server := ports[0].Port(), ports[1].Port()
			conf := filepath.Join(dir, "conf.lua")
			lab.Run(t, "install", "-m", "644", lab.Written(t, "conf", fmt.Sprintf(prosodyConf, dir, row.modules, row.required, ciphers, client, server)), conf)
			name, args := lab.As(t, "prosody", prosody, "-F", "--config", conf)
			lab.Start(t, name, args...)
			for scheme, port := range map[string]uint16{"xmpp-client": client, "xmpp-server": server} {
				e := listening(t, port)
				e.Scheme = scheme
				o := probe(t, e)
				if row.modules == "" {
					inClear(t, o, scheme)
					continue
				}
				seenTLS12(t, o, ciphers)
				same(t, scheme+" required", yes(row.required == "true"), o.TLS.Required)
			}
		})
	}
}

// prosodyConf is folder, modules, whether encryption is required, ciphers, and
// the ports of clients and servers.
const prosodyConf = `
data_path = "%[1]s"
pidfile = "%[1]s/pid"
log = { warn = "*console" }
modules_enabled = { "saslauth", "dialback", %[2]s }
modules_disabled = { "s2s_auth_certs" }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_require_encryption = %[3]s
s2s_require_encryption = %[3]s
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
ssl = { certificate = "%[1]s/cert.pem", key = "%[1]s/key.pem", protocol = "tlsv1_2", ciphers = "%[4]s" }
c2s_ports = { %[5]d }
s2s_ports = { %[6]d }
c2s_direct_tls_ports = { }
s2s_direct_tls_ports = { }
http_ports = { }
https_ports = { }
VirtualHost "lab.test"
`
