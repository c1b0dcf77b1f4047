package starttls

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// FuzzDialogue feeds a server's bytes to the dialogue of a scheme.
func FuzzDialogue(f *testing.F) {
	for scheme, all := range fuzzed {
		for _, seed := range all {
			f.Add(scheme, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, scheme string, data []byte) {
		dialogue := Upgrade(scheme)
		switch scheme {
		case "rdp connect":
			dialogue = (&RDPChoice{Offered: 2}).Dialogue
		case "in clear":
			dialogue = InClear("postgres")
			_ = (&Talk{}).Hold(canned{r: bytes.NewReader(data)}, InClear("mssql"))
		}
		if dialogue == nil {
			dialogue = Wrapped(scheme)
		}
		if dialogue == nil {
			t.Skip("no such scheme")
		}
		for _, curious := range []bool{false, true} {
			talk := &Talk{Scheme: scheme, Host: "lab.test", Curious: curious}
			if err := talk.Hold(canned{r: bytes.NewReader(data)}, dialogue); err == nil && Wrapped(scheme) != nil {
				t.Errorf("%s in clear goes on to TLS", scheme)
			}
		}
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
	"mysql":       {lab.MySQLGreeting(0xff), lab.MySQLGreeting(0xf7), "\x0f\x00\x00\x00\xff\x69\x04Host blocked"},
	"mariadb":     {lab.MySQLGreeting(0xff)},
	"mssql":       {lab.TDSReply(1), lab.TDSReply(2)},
	"rdp":         {"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00", "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x02\x00\x00\x00"},
	"rdp connect": {lab.RDPChosen(2, 2)},
	"in clear":    {"R\x00\x00\x00\x08\x00\x00\x00\x00", "E\x00\x00\x00\x14C08P01\x00MSSL required\x00\x00", lab.TDSReply(tdsRequired)},
	"redis":       {"+PONG\r\n"},
	"amqp":        {"AMQP\x00\x00\x09\x01", "\x01\x00\x00\x00\x00\x01\xcf\x00\x0a\x00\x0a"},
	"mongodb":     {"\x24\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"},
}

// Every dialogue is fuzzed from bytes that lead through it.
func TestFuzzedDialogues(t *testing.T) {
	for scheme, dialogue := range upgrades {
		through := slices.ContainsFunc(fuzzed[scheme], func(seed string) bool {
			for _, curious := range []bool{false, true} {
				talk := &Talk{Scheme: scheme, Host: "lab.test", Curious: curious}
				if talk.Hold(canned{r: strings.NewReader(seed)}, dialogue) == nil {
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
