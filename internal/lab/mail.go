package lab

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Smtpd is one of Postfix's SMTP servers.
type Smtpd struct {
	At      netip.AddrPort
	Options []string // of main.cf, for it alone
}

// Postfix runs SMTP servers with these lines in main.cf and with these files
// beside it; where either says /etc/postfix, its folder is meant. It is given
// a certificate and its key, and takes no mail for anybody.
func Postfix(t testing.TB, cert, key, main string, files map[string]string, services ...Smtpd) {
	t.Helper()
	postfix := Program(t, "postfix")
	if os.Getuid() != 0 {
		Absent(t, "postfix's own processes change their user, which takes root")
	}
	dir, err := os.MkdirTemp("", "postfix") // t.TempDir's parent is closed to its other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	Run(t, "sh", "-c", fmt.Sprintf("chmod 755 %[1]s; mkdir %[1]s/queue %[1]s/data && chown postfix %[1]s/data", dir))
	all := map[string]string{}
	maps.Copy(all, files)
	all["main.cf"] = fmt.Sprintf("compatibility_level = 3.6\nqueue_directory = %[1]s/queue\ndata_directory = %[1]s/data\nmaillog_file = /dev/stdout\nmaillog_file_prefixes = /dev\n"+
		"inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmydestination =\nalias_maps =\nlocal_recipient_maps =\nsmtpd_peername_lookup = no\n"+
		"smtpd_client_connection_rate_limit = 0\nsmtpd_tls_cert_file = %[2]s\nsmtpd_tls_key_file = %[3]s\n%[4]s\n", dir, cert, key, main)
	var master strings.Builder
	for _, s := range services {
		fmt.Fprintf(&master, "%s inet n - n - - smtpd\n", s.At)
		for _, o := range s.Options {
			name, value, _ := strings.Cut(o, "=")
			fmt.Fprintf(&master, "  -o { %s = %s }\n", name, value)
		}
	}
	all["master.cf"] = master.String() + "tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\nanvil unix - - n - 1 anvil\n" +
		"cleanup unix n - n - 0 cleanup\npostlog unix-dgram n - n - 1 postlogd\n"
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "/etc/postfix", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	Start(t, postfix, "-c", dir, "start-fg")
	t.Cleanup(func() { _ = exec.Command(postfix, "-c", dir, "stop").Run() })
	for _, s := range services {
		Listens(t, s.At)
	}
}

// Dovecot runs its four protocols that turn to TLS, with these lines besides,
// and gives their addresses by scheme. Everybody may log in. They listen on
// another address than we come from: to the same one Dovecot is as trusting as
// behind TLS.
func Dovecot(t testing.TB, cert, key, lines string) map[string]netip.AddrPort {
	t.Helper()
	dovecot := Program(t, "dovecot")
	for _, module := range []string{"pop3", "lmtp", "managesieve"} {
		Program(t, "/usr/lib/dovecot/"+module)
	}
	if os.Getuid() != 0 {
		Absent(t, "dovecot's own processes change their user, which takes root")
	}
	dir := Dir(t, "root", cert, key)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	at, ports := map[string]netip.AddrPort{}, Ports(t, 4)
	for i, scheme := range []string{"imap", "pop3", "lmtp", "sieve"} {
		at[scheme] = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), ports[i].Port())
	}
	Start(t, dovecot, "-F", "-c", Written(t, "dovecot.conf", fmt.Sprintf(dovecotConf, dir, at["imap"].Port(), at["pop3"].Port(), at["sieve"].Port(), at["lmtp"].Port())+lines+"\n"))
	for _, a := range at {
		Listens(t, a)
	}
	return at
}

// dovecotConf is the folder, and ports of IMAP, POP3, ManageSieve and LMTP.
const dovecotConf = `
protocols = imap pop3 lmtp sieve
listen = 127.0.0.2
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = /dev/stderr
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
mail_location = maildir:%[1]s/mail
mail_max_userip_connections = 0
passdb {
  driver = static
  args = nopassword=y
}
service imap-login {
  inet_listener imap {
    port = %[2]d
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = %[3]d
  }
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  inet_listener sieve {
    port = %[4]d
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.2
    port = %[5]d
  }
}
`
