package tlsprobe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
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

// Whether PostgreSQL asks whoever begins in clear for a password is its
// pg_hba.conf's to say. No login fails: none is tried.
func TestPostgreSQLInClear(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	data := lab.NewPostgres(t, cert, key)
	dir := filepath.Dir(data.Cert)
	for _, row := range []struct {
		hba  string
		want *bool
	}{
		{"host all all all scram-sha-256", yes(false)},
		{"host all all all md5", yes(false)},
		{"host all all all trust", yes(false)},
		{"hostssl all all all scram-sha-256", nil},
		{"hostnossl all all all reject\nhost all all all scram-sha-256", nil},
	} {
		t.Run(row.hba, func(t *testing.T) {
			addr, hba, log := lab.Port(t), filepath.Join(dir, "hba.conf"), filepath.Join(dir, "log")
			lab.Run(t, "install", "-m", "644", lab.Written(t, "hba", row.hba+"\n"), hba)
			data.Serve(t, addr, "ssl=on", "ssl_ciphers="+databaseCiphers, "ssl_max_protocol_version=TLSv1.2", "hba_file="+hba,
				"logging_collector=on", "log_directory="+dir, "log_filename=log", "log_truncate_on_rotation=on", "log_rotation_age=1min", "log_connections=on")
			o := probe(t, at("postgres", addr))
			seenTLS12(t, o, databaseCiphers)
			same(t, "insists", row.want, o.TLS.Required)
			same(t, "asked in clear", 1, o.TLS.Hellos["session in clear"])
			atFloor(t, o)
			said, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			verdict := New(new(dialer).dial, Options{Verdict: madeUp()}).Probe(t.Context(), at("postgres", addr))
			same(t, "insists, at depth verdict", row.want, verdict.TLS.Required)
			if !strings.Contains(string(said), "connection received") || strings.Contains(string(said), "authentication failed") {
				t.Errorf("the server's log:\n%s", said)
			}
		})
	}
}

// PgBouncer says to everybody that it wants TLS.
func TestPgBouncer(t *testing.T) {
	program := lab.Program(t, "pgbouncer")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	dir := lab.Dir(t, "postgres", cert, key)
	for mode, want := range map[string]bool{"require": true, "allow": false} {
		t.Run(mode, func(t *testing.T) {
			port := lab.Port(t).Port()
			conf, users := filepath.Join(dir, "conf.ini"), filepath.Join(dir, "users")
			lab.Run(t, "install", "-m", "644", lab.Written(t, "users", `"lab" "laboratory"`+"\n"), users)
			lab.Run(t, "install", "-m", "644", lab.Written(t, "conf", fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=9\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=%d\nunix_socket_dir=\n"+
				"auth_type=md5\nauth_file=%s\nclient_tls_sslmode=%s\nclient_tls_cert_file=%s\nclient_tls_key_file=%s\nclient_tls_protocols=tlsv1.2\nclient_tls_ciphers=%s\n",
				port, users, mode, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), databaseCiphers)), conf)
			name, args := lab.As(t, "postgres", program, conf)
			lab.Start(t, name, args...)
			e := listening(t, port)
			e.Scheme = "postgres"
			o := probe(t, e)
			seenTLS12(t, o, databaseCiphers)
			same(t, "insists", yes(want), o.TLS.Required)
			atFloor(t, o)
		})
	}
}

// MariaDB counts connections that break off, of every host but 127.0.0.1, and
// shuts one out after 100. Two probes at full depth do not come to that.
func TestMariaDB(t *testing.T) {
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
			data.Serve(t, addr, append([]string{"--max-connect-errors=100", "--performance-schema=on"}, row.args...)...)
			data.Ask(t, "CREATE USER IF NOT EXISTS lab@'%'") // without one from elsewhere nobody is greeted there
			from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
			dial := func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
				return from.DialContext(ctx, "tcp", addr.String())
			}
			connections := 0
			for range 2 {
				o := New(dial, Options{}).Probe(t.Context(), at("mysql", addr))
				if row.want(t, o); o.TLS != nil {
					connections += o.TLS.Connections
				}
			}
			said := strings.TrimSpace(data.Ask(t, "SELECT SUM_CONNECT_ERRORS, COUNT_HOST_BLOCKED_ERRORS FROM performance_schema.host_cache WHERE IP = '127.0.0.2'"))
			if connections > 0 {
				same(t, "errors that it counts, and refusals", fmt.Sprintf("%d\t0", connections), said)
			}
			if connections >= 100 {
				t.Errorf("%d connections", connections)
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
