package tlsprobe

import (
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

const databaseCiphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA:AES128-SHA"

// seenTLS12 holds an observation against a server of TLS 1.2 alone with these
// ciphers and an RSA key.
func seenTLS12(t *testing.T, o scanner.Observation, ciphers string) {
	t.Helper()
	got := seenOf(t, o)
	same(t, "versions", 1, len(got))
	same(t, "suites", opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), got[scanner.TLSv12].Suites)
	same(t, "chains", 1, len(o.TLS.Chains))
	same(t, "incomplete", []string(nil), incomplete(o))
}

// inClear holds an observation to be the protocol in clear.
func inClear(t *testing.T, o scanner.Observation, protocol string) {
	t.Helper()
	if o.Plain == nil || o.Plain.Protocol != protocol || o.Plain.STARTTLS || o.Failure != nil || len(o.Incomplete) > 0 {
		t.Errorf("plain %+v, failure %+v, incomplete %v", o.Plain, o.Failure, incomplete(o))
	}
}

func TestPostgreSQL(t *testing.T) {
	lab.Program(t, "pg_ctlcluster")
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(programs) == 0 {
		lab.Absent(t, "the package postgresql has no server for this machine")
	}
	bin := filepath.Dir(programs[len(programs)-1])
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	dir := lab.Dir(t, "postgres", cert, key)
	data := filepath.Join(dir, "data")
	initdb, args := lab.As(t, "postgres", filepath.Join(bin, "initdb"), "-D", data, "-N", "-A", "trust", "-E", "UTF8", "--locale=C")
	lab.RunIn(t, dir, initdb, args...)
	for _, ssl := range []string{"on", "off"} {
		t.Run("ssl "+ssl, func(t *testing.T) {
			port := lab.Port(t).Port()
			postgres, args := lab.As(t, "postgres", filepath.Join(bin, "postgres"), "-D", data, "-p", portArg(port), "-c", "listen_addresses=127.0.0.1",
				"-c", "unix_socket_directories=", "-c", "ssl="+ssl, "-c", "ssl_cert_file="+filepath.Join(dir, "cert.pem"), "-c", "ssl_key_file="+filepath.Join(dir, "key.pem"),
				"-c", "ssl_ciphers="+databaseCiphers, "-c", "ssl_max_protocol_version=TLSv1.2", "-c", "ssl_ecdh_curve=secp384r1")
			lab.Start(t, postgres, args...)
			e := listening(t, port)
			e.Scheme = "postgres"
			o := probe(t, e)
			if ssl == "off" {
				inClear(t, o, "postgres")
				return
			}
			seenTLS12(t, o, databaseCiphers)
			same(t, "groups", []string{"secp384r1"}, o.TLS.Versions[4].Groups)
			atFloor(t, o)
		})
	}
}

// MariaDB counts connections that break off. A probe stays well below the 100
// after which it shuts the host out, and a client still gets in afterwards.
// (From 127.0.0.1 it would in any case: that address is not counted.)
func TestMariaDB(t *testing.T) {
	server, client := lab.Program(t, "mariadbd"), lab.Program(t, "mariadb")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	dir := lab.Dir(t, "mysql", cert, key)
	data := filepath.Join(dir, "data")
	install, args := lab.As(t, "mysql", lab.Program(t, "mariadb-install-db"), "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	lab.RunIn(t, dir, install, args...)
	secured := []string{"--ssl-cert=" + filepath.Join(dir, "cert.pem"), "--ssl-key=" + filepath.Join(dir, "key.pem")}
	for _, row := range []struct {
		name string
		args []string
		want func(*testing.T, scanner.Observation)
	}{
		{"some ciphers", append([]string{"--ssl-cipher=" + databaseCiphers, "--tls-version=TLSv1.2"}, secured...),
			func(t *testing.T, o scanner.Observation) { seenTLS12(t, o, databaseCiphers); atFloor(t, o) }},
		{"whatever it has", secured, func(t *testing.T, o scanner.Observation) {
			got := seenOf(t, o)
			same(t, "suites", opensslSuites(t, scanner.TLSv12, "DEFAULT", "RSA"), got[scanner.TLSv12].Suites)
			same(t, "incomplete", []string(nil), incomplete(o))
		}},
		{"without TLS", []string{"--skip-ssl"}, func(t *testing.T, o scanner.Observation) { inClear(t, o, "mysql") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			port := lab.Port(t).Port()
			name, args := lab.As(t, "mysql", server, append([]string{"--no-defaults", "--datadir=" + data, "--port=" + portArg(port), "--bind-address=127.0.0.1",
				"--socket=" + filepath.Join(dir, "socket"), "--pid-file=" + filepath.Join(dir, "pid"), "--max-connect-errors=100"}, row.args...)...)
			lab.Start(t, name, args...)
			e := listening(t, port)
			e.Scheme = "mysql"
			aborted := func() int {
				said := lab.Run(t, client, "--no-defaults", "--skip-ssl", "-h", "127.0.0.1", "-P", portArg(port), "-u", "root", "-N", "-e", "SHOW GLOBAL STATUS LIKE 'Aborted_connects'")
				n, err := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(said))
				if err != nil {
					t.Fatalf("Aborted_connects: %q", said)
				}
				return n
			}
			before := aborted()
			o := probe(t, e)
			broken := aborted() - before // and a client gets in
			row.want(t, o)
			if o.TLS != nil {
				t.Logf("%d connections, of which MariaDB counts %d as aborted", o.TLS.Connections, broken)
				if broken > 60 || o.TLS.Connections > 60 {
					t.Errorf("%d connections, %d aborted", o.TLS.Connections, broken)
				}
			}
		})
	}
}

func TestRedis(t *testing.T) {
	server := lab.Program(t, "redis-server")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	for _, row := range []struct {
		name   string
		args   []string
		banner string
	}{
		{"TLS", []string{"--port", "0", "--tls-port", "PORT", "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert,
			"--tls-auth-clients", "no", "--tls-protocols", "TLSv1.2", "--tls-ciphers", databaseCiphers}, ""},
		{"clear", []string{"--port", "PORT"}, "+PONG"},
		{"clear with a password", []string{"--port", "PORT", "--requirepass", "x"}, "-NOAUTH Authentication required."},
	} {
		t.Run(row.name, func(t *testing.T) {
			port := lab.Port(t).Port()
			args := []string{"--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()}
			for _, a := range row.args {
				if a == "PORT" {
					a = portArg(port)
				}
				args = append(args, a)
			}
			lab.Start(t, server, args...)
			e := listening(t, port)
			e.Scheme = "redis"
			o := probe(t, e)
			if row.banner == "" {
				seenTLS12(t, o, databaseCiphers)
				return
			}
			inClear(t, o, "redis")
			if o.Plain != nil {
				same(t, "banner", row.banner, o.Plain.Banner)
			}
		})
	}
}
