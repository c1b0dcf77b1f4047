package tlsprobe

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// What client and server say of encryption in PRELOGIN, [MS-TDS] section 2.2.6.5.
const (
	tdsOn       = 1
	tdsUnable   = 2
	tdsRequired = 3
)

// TLS of TDS 7 goes in TDS packets. A server says whether it goes without.
func TestTDS(t *testing.T) {
	config := labConfig(t)
	for reply, want := range map[string]*bool{lab.TDSReply(tdsUnable): yes(false), lab.TDSReply(tdsRequired): yes(true), lab.TDSReply(tdsOn): nil, lab.TDSReply(tdsOn)[:20]: nil, "": nil} {
		e := endpoint(serve(t, func(conn net.Conn) { serveTDS(conn, config, lab.TDSReply(tdsOn), reply) }), "lab.test")
		e.Scheme = "mssql"
		o := probe(t, e)
		same(t, "seen", labSeen(), seenOf(t, o))
		same(t, "incomplete", []string(nil), incomplete(o))
		same(t, "insists", want, o.TLS.Required)
		same(t, "asked in clear", 1, o.TLS.Hellos["session in clear"])
	}
}

// serveTDS is Go's server behind PRELOGIN, with an answer for clients that have
// TLS and one for those that have not.
func serveTDS(conn net.Conn, config *tls.Config, on, unable string) {
	through := &lab.TDS{Conn: conn}
	switch body, err := through.Packet(); {
	case err != nil:
	case body[len(body)-1] == tdsUnable:
		io.WriteString(conn, unable)
	default:
		io.WriteString(conn, on)
		_ = tls.Server(through, config).Handshake()
	}
}

// TDS 8 has TLS first, and closes on whoever begins with PRELOGIN.
func TestTDS8(t *testing.T) {
	config := labConfig(t)
	e := endpoint(serve(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if b, err := r.Peek(1); err == nil && b[0] == 0x16 {
			_ = tls.Server(replayed{conn, r}, config).Handshake()
		}
	}), "lab.test")
	e.Scheme = "mssql"
	o := probe(t, e)
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "upgraded", "", o.TLS.STARTTLS)
}

// MySQL shuts a host out after 100 broken handshakes.
func TestMySQLIsSpared(t *testing.T) {
	config := labConfig(t)
	config.CipherSuites = nil
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		config.CipherSuites = append(config.CipherSuites, s.ID)
	}
	config.MinVersion, config.Certificates = tls.VersionTLS10, append(config.Certificates, certificate(t, rsaKey(t)))
	e := endpoint(serve(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if (lab.Script{{"", lab.MySQLGreeting(0xff)}, {lab.MySQLRequest, ""}}).Play(conn, r) {
			_ = tls.Server(replayed{conn, r}, config).Handshake()
		}
	}), "lab.test")
	e.Scheme = "mysql"
	o := probe(t, e)
	if o.TLS == nil || o.TLS.Connections > 49 || len(incomplete(o)) == 0 || !strings.HasSuffix(incomplete(o)[0], ": throttled") {
		t.Errorf("%+v, incomplete %v", o.TLS, incomplete(o))
	}
}

// What comes before TLS ends in an observation, whatever it comes to.
func TestBeforeTLS(t *testing.T) {
	for _, row := range []struct {
		name, scheme string
		says         lab.Script
		plain        bool
		failure      scanner.Failure // without detail
	}{
		{"no STARTTLS", "smtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "250-lab\r\n250 HELP\r\n"}}, true, scanner.Failure{}},
		{"not now", "smtp", lab.Script{{"", "421 too many connections\r\n"}}, false, scanner.Failure{Stage: scanner.StageSTARTTLS, Reason: scanner.ReasonThrottled}},
		{"silent after its greeting", "smtp", lab.Script{{"", "220 lab\r\n"}}, false, scanner.Failure{Stage: scanner.StageSTARTTLS, Reason: scanner.ReasonTimeout}},
		{"silent", "smtp", lab.Script{{"\x00never", ""}}, false, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonTimeout}},
		{"in clear where TLS comes first", "redis", lab.Script{{"PING\r\n", "+PONG\r\n"}}, true, scanner.Failure{}},
		{"neither it nor TLS", "redis", lab.Script{{"PING\r\n", "HTTP/1.1 400 no\r\n\r\n"}}, false, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonTimeout}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := endpoint(serve(t, func(conn net.Conn) {
				row.says.Play(conn, bufio.NewReader(conn))
				io.Copy(io.Discard, conn)
			}), "lab.test")
			e.Scheme = row.scheme
			o := New(new(dialer).dial, Options{Timeout: 300 * time.Millisecond}).Probe(t.Context(), e)
			if row.plain {
				if o.Plain == nil || o.Plain.Protocol != row.scheme || o.Plain.STARTTLS || o.TLS != nil || o.Failure != nil {
					t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
				}
				return
			}
			if o.Failure == nil {
				t.Fatalf("no failure: %+v", o)
			}
			o.Failure.Detail = ""
			same(t, "failure", row.failure, *o.Failure)
		})
	}
}
