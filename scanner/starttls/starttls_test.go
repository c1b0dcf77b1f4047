package starttls

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const postgresSSL = "\x00\x00\x00\x08\x04\xd2\x16\x2f"

const xmppHead = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'>"

// server has a server play, and gives a connection to it that ends in a while.
func server(t *testing.T, patience time.Duration, play func(net.Conn, *bufio.Reader)) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", lab.Serve(t, func(conn net.Conn) { play(conn, bufio.NewReader(conn)) }).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Each dialogue leads to where Go's client and server shake hands.
func TestUpgrade(t *testing.T) {
	certificate, err := tls.LoadX509KeyPair(lab.KeyPair(t, "-newkey", "rsa:2048"))
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		scheme string
		says   lab.Script
	}{
		{"smtp", lab.Script{{"", "220-lab\r\n220 lab ESMTP\r\n"}, {"EHLO fipsweep.invalid\r\n", "250-lab\r\n250-SIZE 1\r\n250-STARTTLS\r\n250 HELP\r\n"}, {"STARTTLS\r\n", "220 go\r\n"}}},
		{"lmtp", lab.Script{{"", "220 lab LMTP\r\n"}, {"LHLO fipsweep.invalid\r\n", "250-lab\r\n250 STARTTLS\r\n"}, {"STARTTLS\r\n", "220 go\r\n"}}},
		{"imap", lab.Script{{"", "* OK [CAPABILITY IMAP4rev1] lab\r\n"}, {"a1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"}, {"a2 STARTTLS\r\n", "a2 OK go\r\n"}}},
		{"pop3", lab.Script{{"", "+OK lab\r\n"}, {"CAPA\r\n", "+OK\r\nUSER\r\nSTLS\r\n.\r\n"}, {"STLS\r\n", "+OK go\r\n"}}},
		{"pop3", lab.Script{{"", "+OK lab, without CAPA\r\n"}, {"CAPA\r\n", "-ERR what\r\n"}, {"STLS\r\n", "+OK go\r\n"}}},
		{"ftp", lab.Script{{"", "220-Welcome\r\n to the lab\r\n220 lab\r\n"}, {"AUTH TLS\r\n", "234 go\r\n"}}},
		{"nntp", lab.Script{{"", "200 lab\r\n"}, {"STARTTLS\r\n", "382 go\r\n"}}},
		{"postgres", lab.Script{{postgresSSL, "S"}}},
		{"ldap", lab.Script{{"1.3.6.1.4.1.1466.20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		{"ldap", lab.Script{{"1.3.6.1.4.1.1466.20037", "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		{"xmpp-client", lab.Script{{"to='lab.test'>", xmppHead + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"},
			{"xmpp-tls'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}}},
		{"xmpp-server", lab.Script{{"to='lab.test'>", "<?xml version='1.0'?><stream:stream xmlns='jabber:server' id='1' version='1.0'><stream:features>" +
			"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"}, {"xmpp-tls'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}}},
		{"sieve", lab.Script{{"", "\"IMPLEMENTATION\" \"lab\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n"}, {"STARTTLS\r\n", "OK \"go\"\r\n"}}},
		{"irc", lab.Script{{"", ":lab NOTICE * :looking up\r\n"}, {"STARTTLS\r\n", ":lab 670 * :go\r\n"}}},
		{"irc", lab.Script{{"STARTTLS\r\n", ":lab NOTICE * :looking up\r\n:lab CAP * LS :multi-prefix tls\r\n:lab 670 * :go\r\n"}}},
		{"irc", lab.Script{{"STARTTLS\r\n", ":lab 421 * CAP :Unknown command\r\n:lab 670 * :go\r\n"}}},
		{"mariadb", lab.Script{{"", lab.MySQLGreeting(0xff)}, {lab.MySQLRequest, ""}}},
		{"mysql", lab.Script{{"", lab.MySQLGreeting(0xff)}, {lab.MySQLRequest, ""}}},
		{"rdp", lab.Script{{lab.RDPRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00"}}},
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true}
	for _, row := range rows {
		t.Run(row.scheme, func(t *testing.T) {
			conn := server(t, 5*time.Second, func(conn net.Conn, r *bufio.Reader) {
				if row.says.Play(conn, r) {
					_ = tls.Server(through{conn, struct {
						io.Reader
						io.Writer
					}{r, conn}}, config).Handshake()
				}
			})
			talk := &Talk{Scheme: row.scheme, Host: "lab.test"}
			if err := talk.Hold(conn, Upgrade(row.scheme)); err != nil {
				t.Fatal(err)
			}
			if err := tls.Client(through{conn, talk.Through}, &tls.Config{InsecureSkipVerify: true}).Handshake(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TLS of TDS 7 goes in TDS packets.
func TestTDS(t *testing.T) {
	certificate, err := tls.LoadX509KeyPair(lab.KeyPair(t, "-newkey", "rsa:2048"))
	if err != nil {
		t.Fatal(err)
	}
	conn := server(t, 5*time.Second, func(conn net.Conn, _ *bufio.Reader) {
		tds := &lab.TDS{Conn: conn}
		if _, err := tds.Packet(); err == nil {
			_, _ = io.WriteString(conn, lab.TDSReply(tdsOn))
			_ = tls.Server(tds, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
		}
	})
	talk := &Talk{Scheme: "mssql"}
	if err := talk.Hold(conn, Upgrade("mssql")); err != nil {
		t.Fatal(err)
	}
	if err := tls.Client(through{conn, talk.Through}, &tls.Config{InsecureSkipVerify: true}).Handshake(); err != nil {
		t.Error(err)
	}
}

// through is a connection of which TLS goes through something else.
type through struct {
	net.Conn
	tls io.ReadWriter
}

func (c through) Read(p []byte) (int, error)  { return c.tls.Read(p) }
func (c through) Write(p []byte) (int, error) { return c.tls.Write(p) }

func TestDeclined(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	rows := []struct {
		name, scheme string
		says         lab.Script
		reason       scanner.Reason // "" where the protocol is known, without TLS
	}{
		{"smtp without", "smtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "250-lab\r\n250 HELP\r\n"}}, ""},
		{"smtp, old", "smtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "502 what\r\n"}}, ""},
		{"smtp, not now", "smtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "250-lab\r\n250 STARTTLS\r\n"}, {"\r\n", "454 later\r\n"}}, scanner.ReasonThrottled},
		{"smtp, silent after its greeting", "smtp", lab.Script{{"", "220 lab\r\n"}}, scanner.ReasonTimeout},
		{"smtp, busy", "smtp", lab.Script{{"", "421 too many connections\r\n"}}, scanner.ReasonThrottled},
		{"smtp, garbage", "smtp", lab.Script{{"", "hello\r\n"}}, scanner.ReasonGarbage},
		{"smtp, a line without end", "smtp", lab.Script{{"", long}}, scanner.ReasonTooLarge},
		{"smtp, a reply without end", "smtp", lab.Script{{"", strings.Repeat("220-x\r\n", 1000)}}, scanner.ReasonTooLarge},
		{"smtp, turned away", "smtp", lab.Script{{"", "554 no SMTP service here\r\n"}}, scanner.ReasonDenied},
		{"smtp, turned away after EHLO", "smtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "550 5.7.1 listed\r\n"}}, scanner.ReasonDenied},
		{"ftp, not ready", "ftp", lab.Script{{"", "120 ready in 5 minutes\r\n"}}, scanner.ReasonThrottled},
		{"nntp without", "nntp", lab.Script{{"", "200 lab\r\n"}, {"\r\n", "500 what\r\n"}}, ""},
		{"nntp, not now", "nntp", lab.Script{{"", "400 down\r\n"}}, scanner.ReasonThrottled},
		{"nntp, not for us", "nntp", lab.Script{{"", "502 permission denied\r\n"}}, scanner.ReasonDenied},
		{"lmtp without", "lmtp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "250 lab\r\n"}}, ""},
		{"pop3, not now", "pop3", lab.Script{{"", "+OK lab\r\n"}, {"\r\n", "+OK\r\nSTLS\r\n.\r\n"}, {"\r\n", "-ERR [SYS/TEMP] later\r\n"}}, scanner.ReasonThrottled},
		{"imap, not now", "imap", lab.Script{{"", "* OK lab\r\n"}, {"\r\n", "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n"}, {"\r\n", "a2 NO [UNAVAILABLE] later\r\n"}}, scanner.ReasonThrottled},
		{"imap without", "imap", lab.Script{{"", "* OK lab\r\n"}, {"\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n"}}, ""},
		{"imap, busy", "imap", lab.Script{{"", "* BYE enough\r\n"}}, scanner.ReasonThrottled},
		{"pop3 without", "pop3", lab.Script{{"", "+OK lab\r\n"}, {"\r\n", "+OK\r\nUSER\r\n.\r\n"}}, ""},
		{"ftp without", "ftp", lab.Script{{"", "220 lab\r\n"}, {"\r\n", "530 Please login\r\n"}}, ""},
		{"postgres without", "postgres", lab.Script{{postgresSSL, "N"}}, ""},
		{"postgres, garbage", "postgres", lab.Script{{postgresSSL, "?"}}, scanner.ReasonGarbage},
		{"ldap without", "ldap", lab.Script{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"}}, ""},
		{"ldap without a certificate", "ldap", lab.Script{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"}}, ""},
		{"ldap, busy", "ldap", lab.Script{{"20037", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x33\x04\x00\x04\x00"}}, scanner.ReasonThrottled},
		{"ldap, garbage", "ldap", lab.Script{{"20037", "\x16\x03\x01\x00\x05"}}, scanner.ReasonGarbage},
		{"xmpp without", "xmpp-client", lab.Script{{"'>", xmppHead + "<stream:features/>"}}, ""},
		{"xmpp without, features with attributes", "xmpp-client", lab.Script{{"'>", xmppHead + "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>"}}, ""},
		{"xmpp, another host", "xmpp-client", lab.Script{{"'>", xmppHead + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"}}, scanner.ReasonDenied},
		{"xmpp, busy", "xmpp-client", lab.Script{{"'>", xmppHead + "<stream:error><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"}}, scanner.ReasonThrottled},
		{"xmpp, without end", "xmpp-client", lab.Script{{"'>", long}}, scanner.ReasonTooLarge},
		{"sieve without", "sieve", lab.Script{{"", "\"SIEVE\" \"x\"\r\nOK\r\n"}}, ""},
		{"sieve, busy", "sieve", lab.Script{{"", "BYE \"later\"\r\n"}}, scanner.ReasonThrottled},
		{"irc without", "irc", lab.Script{{"STARTTLS\r\n", ":lab 421 * STARTTLS :Unknown command\r\n"}}, ""},
		{"irc with capabilities, tls not among them", "irc", lab.Script{{"STARTTLS\r\n", ":lab CAP * LS :multi-prefix\r\n"}}, ""},
		{"irc, throttled", "irc", lab.Script{{"STARTTLS\r\n", "ERROR :Trying to reconnect too fast.\r\n"}}, scanner.ReasonThrottled},
		{"irc, garbage", "irc", lab.Script{{"STARTTLS\r\n", "what\r\n"}}, scanner.ReasonGarbage},
		{"mysql without", "mysql", lab.Script{{"", lab.MySQLGreeting(0xf7)}}, ""},
		{"mysql, host blocked", "mysql", lab.Script{{"", "\x0f\x00\x00\x00\xff\x69\x04Host blocked"}}, scanner.ReasonThrottled},
		{"mysql, host not allowed", "mysql", lab.Script{{"", "\x13\x00\x00\x00\xff\x6a\x04Host not allowed"}}, scanner.ReasonDenied},
		{"mysql, garbage", "mysql", lab.Script{{"", "SSH-2.0-x\r\n"}}, scanner.ReasonGarbage},
		{"rdp with its own security", "rdp", lab.Script{{lab.RDPRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x02\x00\x00\x00"}}, ""},
		{"rdp, old", "rdp", lab.Script{{lab.RDPRequest, "\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00"}}, ""},
		{"rdp without a certificate", "rdp", lab.Script{{lab.RDPRequest, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x03\x00\x00\x00"}}, ""},
		{"amqp", "amqp", lab.Script{{"AMQP\x00\x00\x09\x01", "\x01\x00\x00\x00\x00\x01\xcf\x00\x0a\x00\x0a\x00\x09"}}, ""},
		{"amqp of another version", "amqp", lab.Script{{"AMQP\x00\x00\x09\x01", "AMQP\x03\x01\x00\x00"}}, ""},
		{"mongodb", "mongodb", lab.Script{{"isMaster\x00\x01\x00\x00\x00\x00", "\x24\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"}}, ""},
		{"redis", "redis", lab.Script{{"PING\r\n", "+PONG\r\n"}}, ""},
		{"redis, protected", "redis", lab.Script{{"", "-DENIED Redis is running in protected mode\r\n"}}, ""},
		{"rdp, garbage", "rdp", lab.Script{{lab.RDPRequest, "HTTP/1.1 400\r\n"}}, scanner.ReasonGarbage},
		{"mssql without", "mssql", lab.Script{{"\x00\x01", lab.TDSReply(2)}}, ""},
		{"mssql, garbage", "mssql", lab.Script{{"\x00\x01", "HTTP/1.1 400 no\r\n\r\n"}}, scanner.ReasonGarbage},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			conn := server(t, 300*time.Millisecond, func(conn net.Conn, r *bufio.Reader) {
				row.says.Play(conn, r)
				_, _ = io.Copy(io.Discard, r)
			})
			dialogue := Upgrade(row.scheme)
			if dialogue == nil {
				dialogue = Wrapped(row.scheme)
			}
			err := (&Talk{Scheme: row.scheme, Host: "lab.test"}).Hold(conn, dialogue)
			var d *Declined
			switch {
			case !errors.As(err, &d):
				t.Errorf("it ended in %v", err)
			case row.reason == "" && (d.Plain == nil || d.Plain.Protocol != row.scheme || d.Plain.STARTTLS),
				row.reason != "" && (d.Plain != nil || d.Failure.Reason != row.reason || d.Failure.Stage != scanner.StageSTARTTLS):
				t.Errorf("plain %+v, failure %+v", d.Plain, d.Failure)
			}
		})
	}
}

// Capabilities tell by themselves whether there is a way to log in.
func TestCapabilitiesInsist(t *testing.T) {
	for _, row := range []struct {
		capabilities string
		want         bool
	}{
		{"IMAP4REV1 STARTTLS LOGINDISABLED", true},
		{"IMAP4REV1 STARTTLS", false},
		{"IMAP4REV1 STARTTLS AUTH=PLAIN", false},
		{"IMAP4REV1 STARTTLS LOGINDISABLED AUTH=CRAM-MD5", false},
		{"IMAP4REV1 STARTTLS LOGINDISABLED AUTH=EXTERNAL", true},
	} {
		if got := unlogged(strings.Fields(row.capabilities)); got != row.want {
			t.Errorf("%s: %v", row.capabilities, got)
		}
	}
	for _, row := range []struct {
		capabilities, banner string
		want                 *bool
	}{
		{"TOP,STLS,UIDL", "+OK lab", new(true)},
		{"TOP,STLS,USER", "+OK lab", new(false)},
		{"STLS,SASL", "+OK lab", new(true)},
		{"STLS,SASL PLAIN LOGIN", "+OK lab", new(false)},
		{"STLS,sasl external", "+OK lab", new(true)},
		{"STLS", "+OK lab <1896.697170952@lab.test>", nil}, // APOP
		{"STLS,USER", "+OK lab <1896.697170952@lab.test>", new(false)},
	} {
		if diff := cmp.Diff(row.want, userless(strings.Split(row.capabilities, ","), row.banner)); diff != "" {
			t.Errorf("%s: %s", row.capabilities, diff)
		}
	}
}
