package tlsprobe

import (
	"fmt"
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
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	data := lab.NewPostgres(t, cert, key)
	for _, ssl := range []string{"on", "off"} {
		t.Run("ssl "+ssl, func(t *testing.T) {
			addr := lab.Port(t)
			data.Serve(t, addr, "ssl="+ssl, "ssl_ciphers="+databaseCiphers, "ssl_max_protocol_version=TLSv1.2", "ssl_ecdh_curve=secp384r1")
			o := probe(t, at("postgres", addr))
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
	client := lab.Program(t, "mariadb")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	data := lab.NewMariaDB(t, cert, key)
	for _, row := range []struct {
		name string
		args []string
		want func(*testing.T, scanner.Observation)
	}{
		{"some ciphers", []string{"--ssl-cipher=" + databaseCiphers, "--tls-version=TLSv1.2"},
			func(t *testing.T, o scanner.Observation) { seenTLS12(t, o, databaseCiphers); atFloor(t, o) }},
		{"whatever it has", nil, func(t *testing.T, o scanner.Observation) {
			got := seenOf(t, o)
			same(t, "suites", opensslSuites(t, scanner.TLSv12, "DEFAULT", "RSA"), got[scanner.TLSv12].Suites)
			same(t, "incomplete", []string(nil), incomplete(o))
		}},
		{"without TLS", []string{"--skip-ssl"}, func(t *testing.T, o scanner.Observation) { inClear(t, o, "mysql") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			data.Serve(t, addr, append([]string{"--max-connect-errors=100"}, row.args...)...)
			aborted := func() int {
				said := lab.Run(t, client, "--no-defaults", "--skip-ssl", "-h", "127.0.0.1", "-P", fmt.Sprint(addr.Port()), "-u", "root", "-N", "-e", "SHOW GLOBAL STATUS LIKE 'Aborted_connects'")
				n, err := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(said))
				if err != nil {
					t.Fatalf("Aborted_connects: %q", said)
				}
				return n
			}
			before := aborted()
			o := probe(t, at("mysql", addr))
			broken := aborted() - before // and a client gets in
			row.want(t, o)
			if o.TLS != nil {
				t.Logf("%d connections, of which MariaDB counts %d as aborted: %v", o.TLS.Connections, broken, o.TLS.Hellos)
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
