package lab

import (
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"testing"
)

// A Postgres is PostgreSQL's data, which servers may be run on one after
// another.
type Postgres struct{ bin, dir, Cert, Key string }

// NewPostgres makes the data. The certificate and its key are copied to where
// the server can read them.
func NewPostgres(t testing.TB, cert, key string) *Postgres {
	t.Helper()
	Program(t, "pg_ctlcluster")
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(programs) == 0 {
		Absent(t, "the package postgresql has no server for this machine")
	}
	dir := Dir(t, "postgres", cert, key)
	p := &Postgres{filepath.Dir(programs[len(programs)-1]), dir, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	initdb, args := As(t, "postgres", filepath.Join(p.bin, "initdb"), "-D", filepath.Join(dir, "data"), "-N", "-A", "trust", "-E", "UTF8", "--locale=C")
	RunIn(t, dir, initdb, args...)
	return p
}

// Serve runs the server with these settings.
func (p *Postgres) Serve(t testing.TB, at netip.AddrPort, settings ...string) {
	t.Helper()
	all := []string{"-D", filepath.Join(p.dir, "data"), "-p", fmt.Sprint(at.Port()), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "ssl_cert_file=" + p.Cert, "-c", "ssl_key_file=" + p.Key}
	for _, s := range settings {
		all = append(all, "-c", s)
	}
	name, args := As(t, "postgres", filepath.Join(p.bin, "postgres"), all...)
	Daemon(t, at, name, args...)
	// Killed, it would leave processes that keep the next one from this data for
	// as long as they take to notice.
	stop, args := As(t, "postgres", filepath.Join(p.bin, "pg_ctl"), "stop", "-D", filepath.Join(p.dir, "data"), "-m", "fast", "-t", "20")
	t.Cleanup(func() {
		cmd := exec.Command(stop, args...)
		cmd.Dir = p.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("pg_ctl: %v\n%s", err, out)
		}
	})
}

// A MariaDB is MariaDB's data, which servers may be run on one after another.
// Root may log in from this machine without a password.
type MariaDB struct{ dir, Cert, Key string }

// NewMariaDB makes the data. The certificate and its key are copied to where
// the server can read them.
func NewMariaDB(t testing.TB, cert, key string) *MariaDB {
	t.Helper()
	Program(t, "mariadbd")
	dir := Dir(t, "mysql", cert, key)
	install, args := As(t, "mysql", Program(t, "mariadb-install-db"), "--no-defaults", "--datadir="+filepath.Join(dir, "data"), "--auth-root-authentication-method=normal", "--skip-test-db")
	RunIn(t, dir, install, args...)
	return &MariaDB{dir, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

// Serve runs the server with these options, after those that give it its
// certificate.
func (m *MariaDB) Serve(t testing.TB, at netip.AddrPort, options ...string) {
	t.Helper()
	name, args := As(t, "mysql", Program(t, "mariadbd"), append([]string{"--no-defaults", "--datadir=" + filepath.Join(m.dir, "data"), "--port=" + fmt.Sprint(at.Port()),
		"--bind-address=" + at.Addr().String(), "--socket=" + m.Socket(), "--pid-file=" + filepath.Join(m.dir, "pid"), "--ssl-cert=" + m.Cert, "--ssl-key=" + m.Key}, options...)...)
	Daemon(t, at, name, args...)
}

// Socket is where the server listens for clients of this machine.
func (m *MariaDB) Socket() string { return filepath.Join(m.dir, "socket") }

// Ask has a client of this machine put a statement, and gives the answer's
// columns.
func (m *MariaDB) Ask(t testing.TB, statement string) string {
	t.Helper()
	return Run(t, Program(t, "mariadb"), "--no-defaults", "--socket="+m.Socket(), "-u", "root", "-N", "-e", statement)
}

// Slapd serves LDAP at the addresses, in clear or behind TLS by the URL's
// scheme, with these lines of configuration.
func Slapd(t testing.TB, lines string, at map[string]netip.AddrPort) {
	t.Helper()
	urls := ""
	for scheme, a := range at {
		urls += scheme + "://" + a.String() + " "
	}
	Start(t, Program(t, "slapd"), "-d", "0", "-h", urls, "-f", Written(t, "slapd.conf", "pidfile "+filepath.Join(t.TempDir(), "pid")+"\n"+lines))
	for _, a := range at {
		Listens(t, a)
	}
}

// Vsftpd serves FTP at the address with these settings, one a line.
func Vsftpd(t testing.TB, at netip.AddrPort, lines string) {
	t.Helper()
	Daemon(t, at, Program(t, "vsftpd"), Written(t, "vsftpd.conf", fmt.Sprintf("listen=YES\nlisten_ipv6=NO\nlisten_address=%s\nlisten_port=%d\nbackground=NO\n"+
		"run_as_launching_user=YES\nseccomp_sandbox=NO\nanonymous_enable=YES\n%s", at.Addr(), at.Port(), lines)))
}
