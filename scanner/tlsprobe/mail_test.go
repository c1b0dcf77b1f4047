package tlsprobe

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// configured writes a server's configuration file.
func configured(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVsftpd(t *testing.T) {
	vsftpd := lab.Program(t, "vsftpd")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA"
	for _, with := range []bool{true, false} {
		t.Run(fmt.Sprintf("ssl_enable %v", with), func(t *testing.T) {
			port := lab.Port(t).Port()
			enable := map[bool]string{true: "YES", false: "NO"}[with]
			path := configured(t, fmt.Sprintf("listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port=%d\nbackground=NO\n"+
				"run_as_launching_user=YES\nseccomp_sandbox=NO\nanonymous_enable=YES\nssl_enable=%s\nrsa_cert_file=%s\nrsa_private_key_file=%s\nssl_ciphers=%s\n",
				port, enable, cert, key, ciphers))
			lab.Start(t, vsftpd, path)
			e := listening(t, port)
			e.Scheme = "ftp"
			o := probe(t, e)
			if !with {
				if o.Plain == nil || o.Plain.STARTTLS {
					t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
				}
				return
			}
			got := seenOf(t, o)
			same(t, "suites", opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), got[scanner.TLSv12].Suites)
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "chains", 1, len(o.TLS.Chains))
		})
	}
}

// Dovecot speaks four protocols that turn to TLS. Without TLS each is plain.
func TestDovecot(t *testing.T) {
	dovecot := lab.Program(t, "dovecot")
	for _, module := range []string{"pop3", "lmtp", "managesieve"} {
		lab.Program(t, "/usr/lib/dovecot/"+module)
	}
	if os.Getuid() != 0 {
		lab.Absent(t, "dovecot's own processes change their user, which takes root")
	}
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384"
	for _, ssl := range []string{"yes", "no"} {
		dir := lab.Dir(t, "root", cert, key)
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		ports := map[string]uint16{}
		for _, scheme := range []string{"imap", "pop3", "lmtp", "sieve"} {
			ports[scheme] = lab.Port(t).Port()
		}
		lab.Start(t, dovecot, "-F", "-c", configured(t, fmt.Sprintf(dovecotConf, dir, ssl, ciphers, ports["imap"], ports["pop3"], ports["sieve"], ports["lmtp"])))
		for scheme, port := range ports {
			t.Run(scheme+" ssl="+ssl, func(t *testing.T) {
				e := listening(t, port)
				e.Scheme = scheme
				o := probe(t, e)
				if ssl == "no" {
					if o.Plain == nil || o.Plain.Protocol != scheme || o.Plain.STARTTLS || o.Plain.Banner == "" {
						t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
					}
					return
				}
				got := seenOf(t, o)
				same(t, "versions", 2, len(got))
				same(t, "suites", opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), got[scanner.TLSv12].Suites)
				same(t, "incomplete", []string(nil), incomplete(o))
				same(t, "upgraded", scheme, o.TLS.STARTTLS)
				// Not at the floor: Dovecot declines by hanging up, and each such no is
				// asked for twice and set beside a question that it still answers.
			})
		}
	}
}

// dovecotConf is folder, ssl, ciphers, and ports of IMAP, POP3, ManageSieve
// and LMTP.
const dovecotConf = `
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = /dev/stderr
ssl = %[2]s
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
ssl_min_protocol = TLSv1.2
ssl_cipher_list = %[3]s
mail_location = maildir:%[1]s/mail
mail_max_userip_connections = 0
passdb {
  driver = static
  args = nopassword=y
}
service imap-login {
  inet_listener imap {
    port = %[4]d
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = %[5]d
  }
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  inet_listener sieve {
    port = %[6]d
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = %[7]d
  }
}
`

func TestPostfix(t *testing.T) {
	postfix := lab.Program(t, "postfix")
	if os.Getuid() != 0 {
		lab.Absent(t, "postfix's own processes change their user, which takes root")
	}
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	dir, err := os.MkdirTemp("", "postfix") // t.TempDir's parent is closed to its other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	port, submission, without := lab.Port(t).Port(), lab.Port(t).Port(), lab.Port(t).Port()
	const ciphers = "ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA"
	files := map[string]string{
		"main.cf": fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = %[2]s
smtpd_tls_key_file = %[3]s
smtpd_tls_protocols = !SSLv2, !SSLv3, !TLSv1, !TLSv1.1, !TLSv1.3
smtpd_tls_ciphers = medium
tls_medium_cipherlist = %[4]s
smtpd_client_connection_rate_limit = 0
`, dir, cert, key, ciphers),
		"master.cf": fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_mandatory_ciphers=medium
  -o smtpd_tls_mandatory_protocols=>=TLSv1.2,<=TLSv1.2
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_security_level=none
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`, port, submission, without),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lab.Run(t, "sh", "-c", fmt.Sprintf("mkdir %[1]s/queue %[1]s/data && chown postfix %[1]s/data", dir))
	lab.Start(t, postfix, "-c", dir, "start-fg")
	t.Cleanup(func() { _ = exec.Command(postfix, "-c", dir, "stop").Run() })
	for scheme, port := range map[string]uint16{"smtp": port, "submission": submission} {
		e := listening(t, port)
		e.Scheme = scheme
		o := probe(t, e)
		want := map[string]seen{scanner.TLSv12: {true, opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), seenOf(t, o)[scanner.TLSv12].Groups, yes(true)}}
		same(t, scheme+" seen", want, seenOf(t, o))
		same(t, scheme+" incomplete", []string(nil), incomplete(o))
	}
	e := listening(t, without)
	e.Scheme = "smtp"
	if o := probe(t, e); o.Plain == nil || o.Plain.Protocol != "smtp" || o.Plain.STARTTLS {
		t.Errorf("without TLS: plain %+v, failure %+v", o.Plain, o.Failure)
	}
}
