package tlsprobe

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// A turn of a scripted server: it reads up to a mark and then says something.
type turn struct{ until, say string }

// script plays the turns and tells whether the client kept to them.
func script(conn net.Conn, r *bufio.Reader, turns []turn) bool {
	for _, turn := range turns {
		var b strings.Builder
		for turn.until != "" && !strings.HasSuffix(b.String(), turn.until) {
			c, err := r.ReadByte()
			if err != nil {
				return false
			}
			b.WriteByte(c)
		}
		if _, err := io.WriteString(conn, turn.say); err != nil {
			return false
		}
	}
	return true
}

const postgresSSL = "\x00\x00\x00\x08\x04\xd2\x16\x2f"

const xmppHead = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'>"

func TestSTARTTLS(t *testing.T) {
	config := labConfig(t)
	rows := []struct {
		scheme string
		turns  []turn
	}{
		{"smtp", []turn{{"", "220-lab\r\n220 lab ESMTP\r\n"}, {"EHLO fipsweep.invalid\r\n", "250-lab\r\n250-SIZE 1\r\n250-STARTTLS\r\n250 HELP\r\n"}, {"STARTTLS\r\n", "220 go\r\n"}}},
		{"lmtp", []turn{{"", "220 lab LMTP\r\n"}, {"LHLO fipsweep.invalid\r\n", "250-lab\r\n250 STARTTLS\r\n"}, {"STARTTLS\r\n", "220 go\r\n"}}},
		{"imap", []turn{{"", "* OK [CAPABILITY IMAP4rev1] lab\r\n"}, {"a1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"}, {"a2 STARTTLS\r\n", "a2 OK go\r\n"}}},
		{"pop3", []turn{{"", "+OK lab\r\n"}, {"CAPA\r\n", "+OK\r\nUSER\r\nSTLS\r\n.\r\n"}, {"STLS\r\n", "+OK go\r\n"}}},
		{"pop3", []turn{{"", "+OK lab, without CAPA\r\n"}, {"CAPA\r\n", "-ERR what\r\n"}, {"STLS\r\n", "+OK go\r\n"}}},
		{"ftp", []turn{{"", "220-Welcome\r\n to the lab\r\n220 lab\r\n"}, {"AUTH TLS\r\n", "234 go\r\n"}}},
		{"nntp", []turn{{"", "200 lab\r\n"}, {"STARTTLS\r\n", "382 go\r\n"}}},
		{"postgres", []turn{{postgresSSL, "S"}}},
		{"ldap", []turn{{"1.3.6.1.4.1.1466.20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		{"ldap", []turn{{"1.3.6.1.4.1.1466.20037", "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		{"xmpp-client", []turn{{"to='lab.test'>", xmppHead + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"},
			{"xmpp-tls'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}}},
		{"xmpp-server", []turn{{"to='lab.test'>", "<?xml version='1.0'?><stream:stream xmlns='jabber:server' id='1' version='1.0'><stream:features>" +
			"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"}, {"xmpp-tls'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}}},
		{"sieve", []turn{{"", "\"IMPLEMENTATION\" \"lab\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n"}, {"STARTTLS\r\n", "OK \"go\"\r\n"}}},
		{"irc", []turn{{"", ":lab NOTICE * :looking up\r\n"}, {"STARTTLS\r\n", ":lab 670 * :go\r\n"}}},
		{"irc", []turn{{"STARTTLS\r\n", ":lab NOTICE * :looking up\r\n:lab CAP * LS :multi-prefix tls\r\n:lab 670 * :go\r\n"}}},
		{"irc", []turn{{"STARTTLS\r\n", ":lab 421 * CAP :Unknown command\r\n:lab 670 * :go\r\n"}}},
		{"mariadb", []turn{{"", mysqlGreeting(0xff)}, {strings.Repeat("\x00", 23), ""}}},
		{"mysql", []turn{{"", mysqlGreeting(0xff)}, {strings.Repeat("\x00", 23), ""}}},
		{"rdp", []turn{{rdpRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00"}}},
	}
	for _, row := range rows {
		t.Run(row.scheme, func(t *testing.T) {
			e := endpoint(serve(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				if script(conn, r, row.turns) {
					_ = tls.Server(replayed{conn, r}, config).Handshake()
				}
			}), "lab.test")
			e.Scheme = row.scheme
			o := probe(t, e)
			same(t, "seen", labSeen(), seenOf(t, o))
			same(t, "upgraded", row.scheme, o.TLS.STARTTLS)
		})
	}
}

const rdpRequest = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"

// mysqlGreeting is the first packet of a server of version 8, with the upper
// byte of its lower capabilities as given: CLIENT_SSL is bit 3 of it.
func mysqlGreeting(capabilities byte) string {
	body := "\x0a8.0.36\x00\x07\x00\x00\x00abcdefgh\x00\xff" + string([]byte{capabilities}) + "\xff\x02\x00\xff\xdf\x15" + strings.Repeat("\x00", 10) + "ijklmnopqrst\x00mysql_native_password\x00"
	return string([]byte{byte(len(body)), 0, 0, 0}) + body
}

// prelogin is a server's reply to PRELOGIN that says how it encrypts.
func prelogin(encryption byte) string {
	body := []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 15, 0, 7, 208, 0, 0, encryption}
	return string(append([]byte{4, 1, 0, byte(8 + len(body)), 0, 0, 1, 0}, body...))
}

// TLS of TDS 7 goes in TDS packets. A server says whether it goes without.
func TestTDS(t *testing.T) {
	config := labConfig(t)
	for reply, want := range map[string]*bool{prelogin(tdsUnable): yes(false), prelogin(tdsRequired): yes(true), prelogin(tdsOn): nil, prelogin(tdsOn)[:20]: nil, "": nil} {
		e := endpoint(serve(t, func(conn net.Conn) { serveTDS(conn, config, prelogin(tdsOn), reply) }), "lab.test")
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
	through := &tds{talk: &talk{conn: conn, r: bufio.NewReader(conn)}}
	switch _, body, err := through.packet(); {
	case err != nil:
	case body[len(body)-1] == tdsUnable:
		io.WriteString(conn, unable)
	default:
		io.WriteString(conn, on)
		_ = tls.Server(tdsConn{conn, through}, config).Handshake()
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

type tdsConn struct {
	net.Conn
	tds *tds
}

func (c tdsConn) Read(p []byte) (int, error)  { return c.tds.Read(p) }
func (c tdsConn) Write(p []byte) (int, error) { return c.tds.Write(p) }

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
		if script(conn, r, []turn{{"", mysqlGreeting(0xff)}, {strings.Repeat("\x00", 23), ""}}) {
			_ = tls.Server(replayed{conn, r}, config).Handshake()
		}
	}), "lab.test")
	e.Scheme = "mysql"
	o := probe(t, e)
	if o.TLS == nil || o.TLS.Connections > 49 || len(incomplete(o)) == 0 || !strings.HasSuffix(incomplete(o)[0], ": throttled") {
		t.Errorf("%+v, incomplete %v", o.TLS, incomplete(o))
	}
}

func TestNoSTARTTLS(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	starttls := scanner.StageSTARTTLS
	rows := []struct {
		name, scheme string
		turns        []turn
		plain        bool
		failure      scanner.Failure // without detail
	}{
		{"smtp without", "smtp", []turn{{"", "220 lab\r\n"}, {"\r\n", "250-lab\r\n250 HELP\r\n"}}, true, scanner.Failure{}},
		{"smtp, old", "smtp", []turn{{"", "220 lab\r\n"}, {"\r\n", "502 what\r\n"}}, true, scanner.Failure{}},
		{"smtp, not now", "smtp", []turn{{"", "220 lab\r\n"}, {"\r\n", "250-lab\r\n250 STARTTLS\r\n"}, {"\r\n", "454 later\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"smtp, silent after its greeting", "smtp", []turn{{"", "220 lab\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonTimeout}},
		{"smtp, busy", "smtp", []turn{{"", "421 too many connections\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"smtp, garbage", "smtp", []turn{{"", "hello\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"smtp, a line without end", "smtp", []turn{{"", long}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonTooLarge}},
		{"smtp, a reply without end", "smtp", []turn{{"", strings.Repeat("220-x\r\n", 1000)}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonTooLarge}},
		{"smtp, turned away", "smtp", []turn{{"", "554 no SMTP service here\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonDenied}},
		{"smtp, turned away after EHLO", "smtp", []turn{{"", "220 lab\r\n"}, {"\r\n", "550 5.7.1 listed\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonDenied}},
		{"ftp, not ready", "ftp", []turn{{"", "120 ready in 5 minutes\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"nntp without", "nntp", []turn{{"", "200 lab\r\n"}, {"\r\n", "500 what\r\n"}}, true, scanner.Failure{}},
		{"nntp, not now", "nntp", []turn{{"", "400 down\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"nntp, not for us", "nntp", []turn{{"", "502 permission denied\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonDenied}},
		{"lmtp without", "lmtp", []turn{{"", "220 lab\r\n"}, {"\r\n", "250 lab\r\n"}}, true, scanner.Failure{}},
		{"pop3, not now", "pop3", []turn{{"", "+OK lab\r\n"}, {"\r\n", "+OK\r\nSTLS\r\n.\r\n"}, {"\r\n", "-ERR [SYS/TEMP] later\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"imap, not now", "imap", []turn{{"", "* OK lab\r\n"}, {"\r\n", "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n"}, {"\r\n", "a2 NO [UNAVAILABLE] later\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"imap without", "imap", []turn{{"", "* OK lab\r\n"}, {"\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n"}}, true, scanner.Failure{}},
		{"imap, busy", "imap", []turn{{"", "* BYE enough\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"pop3 without", "pop3", []turn{{"", "+OK lab\r\n"}, {"\r\n", "+OK\r\nUSER\r\n.\r\n"}}, true, scanner.Failure{}},
		{"ftp without", "ftp", []turn{{"", "220 lab\r\n"}, {"\r\n", "530 Please login\r\n"}}, true, scanner.Failure{}},
		{"postgres without", "postgres", []turn{{postgresSSL, "N"}}, true, scanner.Failure{}},
		{"postgres, garbage", "postgres", []turn{{postgresSSL, "?"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"ldap without", "ldap", []turn{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"}}, true, scanner.Failure{}},
		{"ldap without a certificate", "ldap", []turn{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"}}, true, scanner.Failure{}},
		{"ldap, busy", "ldap", []turn{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x33\x04\x00\x04\x00"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"ldap, garbage", "ldap", []turn{{"20037", "\x16\x03\x01\x00\x05"}}, false, scanner.Failure{Stage: scanner.StageSTARTTLS, Reason: scanner.ReasonGarbage}},
		{"xmpp without", "xmpp-client", []turn{{"'>", xmppHead + "<stream:features/>"}}, true, scanner.Failure{}},
		{"xmpp without, features with attributes", "xmpp-client", []turn{{"'>", xmppHead + "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>"}}, true, scanner.Failure{}},
		{"xmpp, another host", "xmpp-client", []turn{{"'>", xmppHead + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonDenied}},
		{"xmpp, busy", "xmpp-client", []turn{{"'>", xmppHead + "<stream:error><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"xmpp, without end", "xmpp-client", []turn{{"'>", long}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonTooLarge}},
		{"sieve without", "sieve", []turn{{"", "\"SIEVE\" \"x\"\r\nOK\r\n"}}, true, scanner.Failure{}},
		{"sieve, busy", "sieve", []turn{{"", "BYE \"later\"\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"irc without", "irc", []turn{{"STARTTLS\r\n", ":lab 421 * STARTTLS :Unknown command\r\n"}}, true, scanner.Failure{}},
		{"irc with capabilities, tls not among them", "irc", []turn{{"STARTTLS\r\n", ":lab CAP * LS :multi-prefix\r\n"}}, true, scanner.Failure{}},
		{"irc, throttled", "irc", []turn{{"STARTTLS\r\n", "ERROR :Trying to reconnect too fast.\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"irc, garbage", "irc", []turn{{"STARTTLS\r\n", "what\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"mysql without", "mysql", []turn{{"", mysqlGreeting(0xf7)}}, true, scanner.Failure{}},
		{"mysql, host blocked", "mysql", []turn{{"", "\x0f\x00\x00\x00\xff\x69\x04Host blocked"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonThrottled}},
		{"mysql, host not allowed", "mysql", []turn{{"", "\x13\x00\x00\x00\xff\x6a\x04Host not allowed"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonDenied}},
		{"mysql, garbage", "mysql", []turn{{"", "SSH-2.0-x\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"rdp with its own security", "rdp", []turn{{rdpRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x02\x00\x00\x00"}}, true, scanner.Failure{}},
		{"rdp, old", "rdp", []turn{{rdpRequest, "\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00"}}, true, scanner.Failure{}},
		{"rdp without a certificate", "rdp", []turn{{rdpRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x03\x00\x00\x00"}}, true, scanner.Failure{}},
		{"amqp", "amqp", []turn{{"AMQP\x00\x00\x09\x01", "\x01\x00\x00\x00\x00\x01\xcf\x00\x0a\x00\x0a\x00\x09"}}, true, scanner.Failure{}},
		{"amqp of another version", "amqp", []turn{{"AMQP\x00\x00\x09\x01", "AMQP\x03\x01\x00\x00"}}, true, scanner.Failure{}},
		{"mongodb", "mongodb", []turn{{"isMaster\x00\x01\x00\x00\x00\x00", "\x24\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"}}, true, scanner.Failure{}},
		{"redis", "redis", []turn{{"PING\r\n", "+PONG\r\n"}}, true, scanner.Failure{}},
		{"redis, protected", "redis", []turn{{"", "-DENIED Redis is running in protected mode\r\n"}}, true, scanner.Failure{}},
		{"redis, another", "redis", []turn{{"PING\r\n", "HTTP/1.1 400 no\r\n\r\n"}}, false, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonTimeout}},
		{"rdp, garbage", "rdp", []turn{{rdpRequest, "HTTP/1.1 400\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"mssql without", "mssql", []turn{{"\x00\x01", prelogin(2)}}, true, scanner.Failure{}},
		{"mssql, garbage", "mssql", []turn{{"\x00\x01", "HTTP/1.1 400 no\r\n\r\n"}}, false, scanner.Failure{Stage: starttls, Reason: scanner.ReasonGarbage}},
		{"silence", "smtp", []turn{{"\x00never", ""}}, false, scanner.Failure{Stage: scanner.StageGreeting, Reason: scanner.ReasonTimeout}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := endpoint(serve(t, func(conn net.Conn) {
				script(conn, bufio.NewReader(conn), row.turns)
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

// FuzzDialogue feeds a server's bytes to the dialogue of a scheme.
func FuzzDialogue(f *testing.F) {
	for scheme, all := range fuzzed {
		for _, seed := range all {
			f.Add(scheme, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, scheme string, data []byte) {
		dialogue, known := dialogues[scheme]
		if !known {
			dialogue = wrapped[scheme]
		}
		if scheme == "rdp connect" {
			dialogue = func(t *talk) error { _, err := t.rdpConnect(2); return err }
		}
		if scheme == "in clear" {
			dialogue = func(t *talk) error { _, err := t.startup(); return err }
			_, _ = converse(canned{r: bytes.NewReader(data)}, scanner.Endpoint{}, func(t *talk) error { _, err := t.unable(); return err }, false, false)
		}
		if dialogue == nil {
			t.Skip("no such scheme")
		}
		for _, curious := range []bool{false, true} {
			if _, err := converse(canned{r: bytes.NewReader(data)}, scanner.Endpoint{Scheme: scheme, Name: "lab.test"}, dialogue, curious, false); err == nil && wrapped[scheme] != nil {
				t.Errorf("%s in clear goes on to TLS", scheme)
			}
		}
		_ = plainAnswer(data)
	})
}

// fuzzed is what leads each dialogue to its end, and what ends it before.
var fuzzed = map[string][]string{
	"smtp":        {"220-lab\r\n220 lab\r\n250-lab\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n220 go\r\n", "220 lab\r\n250 STARTTLS\r\n250 ok\r\n250 reset\r\n220 go\r\n", "220 lab\r\n250 STARTTLS\r\n530 Must issue a STARTTLS command first\r\n220 go\r\n", "421 no\r\n"},
	"submission":  {"220 lab\r\n250 STARTTLS\r\n530 login\r\n220 go\r\n"},
	"lmtp":        {"220 lab\r\n250 STARTTLS\r\n220 go\r\n"},
	"ftp":         {"220 lab\r\n234 go\r\n", "120 later\r\n"},
	"nntp":        {"200 lab\r\n382 go\r\n", "200 lab\r\n480 login\r\n101 list\r\nAUTHINFO\r\nSASL PLAIN\r\n.\r\n382 go\r\n"},
	"imap":        {"* OK\r\n* CAPABILITY STARTTLS LOGINDISABLED AUTH=PLAIN\r\na1 OK\r\na2 OK\r\n", "* BYE\r\n"},
	"pop3":        {"+OK <1@lab>\r\n+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n+OK\r\n", "+OK\r\n-ERR\r\n+OK\r\n"},
	"sieve":       {"\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK\r\nOK\r\n"},
	"irc":         {":lab CAP * LS :tls\r\n:lab 670 * :go\r\n"},
	"ldap":        {"\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00", "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x0d\x04\x00\x04\x00\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00"},
	"xmpp":        {xmppHead + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features><proceed/>"},
	"xmpp-client": {xmppHead + "<stream:error><host-unknown/></stream:error></stream:stream>"},
	"xmpp-server": {xmppHead + "<stream:features/>"},
	"postgres":    {"S", "N", "E"},
	"mysql":       {mysqlGreeting(0xff), mysqlGreeting(0xf7), "\x0f\x00\x00\x00\xff\x69\x04Host blocked"},
	"mariadb":     {mysqlGreeting(0xff)},
	"mssql":       {prelogin(1), prelogin(2)},
	"rdp":         {"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00", "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x02\x00\x00\x00"},
	"rdp connect": {connectResponse(2, 2)},
	"in clear":    {"R\x00\x00\x00\x08\x00\x00\x00\x00", "E\x00\x00\x00\x14C08P01\x00MSSL required\x00\x00", prelogin(tdsRequired)},
	"redis":       {"+PONG\r\n"},
	"amqp":        {"AMQP\x00\x00\x09\x01", "\x01\x00\x00\x00\x00\x01\xcf\x00\x0a\x00\x0a"},
	"mongodb":     {"\x24\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"},
}

// Every dialogue is fuzzed from bytes that lead through it.
func TestFuzzedDialogues(t *testing.T) {
	for scheme, dialogue := range dialogues {
		through := slices.ContainsFunc(fuzzed[scheme], func(seed string) bool {
			for _, curious := range []bool{false, true} {
				if _, err := converse(canned{r: strings.NewReader(seed)}, scanner.Endpoint{Scheme: scheme, Name: "lab.test"}, dialogue, curious, false); err == nil {
					return true
				}
			}
			return false
		})
		if !through && scheme != "xmpp-client" && scheme != "xmpp-server" { // but for its namespace xmpp
			t.Errorf("no seed of %s goes on to TLS", scheme)
		}
	}
	for scheme := range wrapped {
		if len(fuzzed[scheme]) == 0 {
			t.Errorf("%s has no seed", scheme)
		}
	}
}

// canned is a connection that says what it was given and hears nothing.
type canned struct {
	net.Conn
	r io.Reader
}

func (c canned) Read(p []byte) (int, error)  { return c.r.Read(p) }
func (c canned) Write(p []byte) (int, error) { return len(p), nil }
