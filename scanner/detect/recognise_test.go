package detect

import (
	"strings"
	"testing"
)

// mysqlHello is the greeting of MySQL 8 and, without TLS, of one that has none.
const (
	mysqlHello = "\x4a\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00"
	mysqlPlain = "\x4a\x00\x00\x00\x0a5.5.5\x00\x0b\x00\x00\x00abcdefgh\x00\xff\xf7\x08\x02\x00"
)

// rows are first bytes, as servers send them.
var rows = []struct {
	name, in string
	hello    bool
	want     greeting
}{
	{"TLS 1.2 handshake", "\x16\x03\x03\x00\x7a\x02", true, greeting{protocol: "tls"}},
	{"TLS alert", "\x15\x03\x01\x00\x02\x02\x28", true, greeting{protocol: "tls"}},
	{"SSL 3.0", "\x16\x03\x00\x00\x4a", true, greeting{protocol: "tls"}},
	{"SSL 2.0 SERVER-HELLO", "\x84\x1f\x04\x00\x01\x00\x02", true, greeting{protocol: "tls"}},
	{"SSL 2.0 ERROR", "\x80\x03\x00\x00\x01", true, greeting{protocol: "tls"}},
	{"TLS 5", "\x16\x05\x00\x00\x00", true, greeting{}},
	{"SSH", "SSH-2.0-OpenSSH_9.2p1\r\n", false, greeting{protocol: "ssh"}},
	{"SSH throttling", "Exceeded MaxStartups\r\n", false, greeting{protocol: "ssh"}},
	{"Postfix", "220 mail.example.org ESMTP Postfix (Debian)\r\n", false, greeting{protocol: "smtp"}},
	{"Exchange", "220 EX01.corp Microsoft ESMTP MAIL Service ready\r\n", false, greeting{protocol: "smtp"}},
	{"SMTP in two lines", "220-host ESMTP\r\n", false, greeting{protocol: "smtp"}},
	{"SMTP busy", "421 4.7.0 too many connections\r\n", false, greeting{protocol: "smtp", refused: true, busy: true}},
	{"busy, smtp or ftp", "421 come back later\r\n", false, greeting{protocol: "220", refused: true, busy: true}},
	{"Postfix spoken to first", "554 5.5.1 Error: client talked before greeting\r\n", true, greeting{protocol: "smtp", refused: true}},
	{"nearly a status code", "554 ..\r\n", true, greeting{protocol: "220", refused: true}},
	{"SMTP refusing", "554 no SMTP here\r\n", false, greeting{protocol: "smtp", refused: true}},
	{"LMTP", "220 host Dovecot LMTP ready.\r\n", false, greeting{protocol: "lmtp"}},
	{"vsftpd", "220 (vsFTPd 3.0.3)\r\n", false, greeting{protocol: "ftp"}},
	{"220 and no word", "220 ready\r\n", false, greeting{protocol: "220"}},
	{"Dovecot IMAP", "* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n", false, greeting{protocol: "imap"}},
	{"POP3", "+OK Dovecot ready.\r\n", false, greeting{protocol: "pop3"}},
	{"POP3 refusing", "-ERR locked\r\n", false, greeting{protocol: "pop3", refused: true}},
	{"NNTP", "200 news.example.org InterNetNews ready\r\n", false, greeting{protocol: "nntp"}},
	{"sieve", "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n", false, greeting{protocol: "sieve"}},
	{"VNC", "RFB 003.008\n", false, greeting{protocol: "vnc"}},
	{"IRC", ":irc.example.org NOTICE * :*** Looking up\r\n", false, greeting{protocol: "irc"}},
	{"IRC closing", "ERROR :Closing Link: too many connections\r\n", false, greeting{protocol: "irc"}},
	{"memcached", "ERROR\r\n", true, greeting{protocol: "memcached"}},
	{"XMPP", "<?xml version='1.0'?><stream:stream><stream:error>\n", true, greeting{protocol: "xmpp"}},
	{"RabbitMQ", "AMQP\x00\x00\x09\x01\n", true, greeting{protocol: "amqp"}},
	{"telnet", "\xff\xfd\x18\xff\xfd\x20", false, greeting{protocol: "telnet"}},
	{"MySQL", mysqlHello, false, greeting{protocol: "mysql", starttls: true}},
	{"MySQL without TLS", mysqlPlain, false, greeting{protocol: "mysql"}},
	{"MySQL not allowed", "\x45\x00\x00\x00\xff\x6a\x04Host is not allowed", false, greeting{protocol: "mysql", refused: true}},
	{"MySQL blocked", "\x45\x00\x00\x00\xff\x69\x04Host is blocked", false, greeting{protocol: "mysql", refused: true, busy: true}},
	{"MySQL cut in its version", mysqlHello[:8], false, greeting{protocol: "mysql"}},
	{"HTTP", "HTTP/1.1 400 Bad Request\r\n", true, greeting{protocol: "http"}},
	{"HTTP 0.9", "<html><head>", true, greeting{protocol: "http"}},
	{"Redis", "-ERR unknown command\r\n", true, greeting{protocol: "redis"}},
	{"LDAP", "\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x02\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20036", true, greeting{protocol: "ldap"}},
	{"digits without a reply", "2200 bottles\r\n", false, greeting{}},
	{"text", "hello\r\n", false, greeting{}},
	{"zeros", "\x00\x00\x00\x00\x00\x00", false, greeting{}},
	{"nothing", "", false, greeting{}},
}

func TestRecognise(t *testing.T) {
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			if got := recognise([]byte(tt.in), tt.hello); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestEnough holds that what is read one byte at a time is known no worse.
func TestEnough(t *testing.T) {
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			for n := range len(tt.in) {
				if b := []byte(tt.in[:n]); enough(b) && recognise(b, tt.hello) != tt.want {
					t.Errorf("%d bytes are taken for enough and say %+v, want %+v", n, recognise(b, tt.hello), tt.want)
				}
			}
		})
	}
	if !enough([]byte(strings.Repeat("a", maxGreeting))) {
		t.Error("there is no end to a line")
	}
}

func FuzzRecognise(f *testing.F) {
	for _, tt := range rows {
		f.Add([]byte(tt.in), tt.hello)
	}
	f.Fuzz(func(t *testing.T, b []byte, hello bool) {
		if g := recognise(b, hello); len(b) == 0 && g.protocol != "" {
			t.Fatalf("silence is %+v", g)
		}
		if len(b) >= maxGreeting && !enough(b) {
			t.Fatal("wants more than it may read")
		}
		if line := firstLine(b); len(line) > 255 {
			t.Fatalf("a banner of %d bytes", len(line))
		}
	})
}
