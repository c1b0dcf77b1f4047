package tlsprobe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// A mail server is asked once whether it insists on TLS, without a login, and
// whatever it says to that, all else is seen as ever.
func TestMailInsists(t *testing.T) {
	for _, row := range []struct {
		name, auth, reply string
		want              *bool
		reset             int64
	}{
		{"insists", "", "530 5.7.0 Must issue a STARTTLS command first", yes(true), 0},
		{"insists, in other words", "250-AUTH PLAIN\r\n", "530 5.7.0 Use STARTTLS", yes(true), 0},
		{"takes mail", "", "250 2.1.0 Ok", yes(false), 1},
		{"wants a login, and offers none", "", "530 5.7.1 Authentication required", yes(true), 0},
		{"wants a login, and offers one in clear", "250-AUTH PLAIN LOGIN\r\n", "530 5.7.1 Authentication required", yes(false), 0},
		{"does not like nobody", "", "550 5.1.8 Sender rejected", nil, 0},
		{"not now", "", "451 4.3.0 later", nil, 0},
		{"hangs up", "", "", nil, 0},
		{"says goodbye", "", "421 4.7.0 goodbye", nil, 0},
		{"says what is no reply", "", "what?", nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			config := labConfig(t)
			var mails, resets, others atomic.Int64
			e := endpoint(serve(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				fmt.Fprint(conn, "220 lab ESMTP\r\n")
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					switch strings.TrimSpace(line) {
					case "EHLO fipsweep.invalid":
						fmt.Fprint(conn, "250-lab\r\n"+row.auth+"250 STARTTLS\r\n")
					case "MAIL FROM:<>":
						if mails.Add(1); row.reply == "" {
							return
						}
						fmt.Fprint(conn, row.reply+"\r\n")
						if strings.HasPrefix(row.reply, "421") {
							return
						}
					case "RSET":
						resets.Add(1)
						fmt.Fprint(conn, "250 2.0.0 Ok\r\n")
					case "STARTTLS":
						fmt.Fprint(conn, "220 go\r\n")
						_ = tls.Server(replayed{conn, r}, config).Handshake()
						return
					default:
						others.Add(1)
					}
				}
			}), "lab.test")
			e.Scheme = "smtp"
			o := probe(t, e)
			same(t, "seen", labSeen(), seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "insists", row.want, o.TLS.Required)
			same(t, "mails, resets, others", []int64{1, row.reset, 0}, []int64{mails.Load(), resets.Load(), others.Load()})
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
		same(t, row.capabilities, row.want, unlogged(strings.Fields(row.capabilities)))
	}
	for _, row := range []struct {
		capabilities, banner string
		want                 *bool
	}{
		{"TOP,STLS,UIDL", "+OK lab", yes(true)},
		{"TOP,STLS,USER", "+OK lab", yes(false)},
		{"STLS,SASL", "+OK lab", yes(true)},
		{"STLS,SASL PLAIN LOGIN", "+OK lab", yes(false)},
		{"STLS,sasl external", "+OK lab", yes(true)},
		{"STLS", "+OK lab <1896.697170952@lab.test>", nil}, // APOP
		{"STLS,USER", "+OK lab <1896.697170952@lab.test>", yes(false)},
	} {
		same(t, row.capabilities, row.want, userless(strings.Split(row.capabilities, ","), row.banner))
	}
}
