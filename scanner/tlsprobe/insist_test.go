package tlsprobe

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
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

// A news server is asked once for a group that nobody has, and where it wants a
// login for that, for its capabilities; never for a login.
func TestNewsInsists(t *testing.T) {
	const none = "101 list\r\nVERSION 2\r\nREADER\r\n.\r\n"
	for _, row := range []struct {
		name, group, capabilities string
		want                      *bool
	}{
		{"wants TLS", "483 Secure connection required", "", yes(true)},
		{"serves in clear", "411 No such group", "", yes(false)},
		{"wants a login, and takes one in clear", "480 Authentication required", "101 list\r\nAUTHINFO USER SASL\r\nSTARTTLS\r\n.\r\n", yes(false)},
		{"wants a login, and takes one by SASL in clear", "480 Authentication required", "101 list\r\nAUTHINFO SASL\r\nSASL PLAIN\r\n.\r\n", yes(false)},
		{"wants a login, and takes none in clear", "480 Authentication required", "101 list\r\nAUTHINFO\r\nSTARTTLS\r\n.\r\n", yes(true)},
		{"wants a login, and a certificate", "480 Authentication required", "101 list\r\nAUTHINFO SASL\r\nSASL EXTERNAL\r\n.\r\n", yes(true)},
		{"wants a login, and says of none", "480 Authentication required", none, nil},
		{"wants a login, and knows no capabilities", "480 Authentication required", "500 What?\r\n", nil},
		{"is of another kind", "401 MODE-READER", "", nil},
		{"is not for us", "502 Permission denied", "", nil},
		{"hangs up", "", "", nil},
		{"hangs up amid its capabilities", "480 Authentication required", "101 list\r\nAUTHINFO\r\n", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			config := labConfig(t)
			var groups, others atomic.Int64
			e := endpoint(serve(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				fmt.Fprint(conn, "200 lab\r\n")
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					switch strings.TrimSpace(line) {
					case "GROUP fipsweep.invalid":
						if groups.Add(1); row.group == "" {
							return
						}
						fmt.Fprint(conn, row.group+"\r\n")
					case "CAPABILITIES":
						if fmt.Fprint(conn, row.capabilities); strings.HasPrefix(row.capabilities, "101") && !strings.HasSuffix(row.capabilities, "\r\n.\r\n") {
							return
						}
					case "STARTTLS":
						fmt.Fprint(conn, "382 go\r\n")
						_ = tls.Server(replayed{conn, r}, config).Handshake()
						return
					default:
						others.Add(1)
					}
				}
			}), "lab.test")
			e.Scheme = "nntp"
			o := probe(t, e)
			same(t, "seen", labSeen(), seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "insists", row.want, o.TLS.Required)
			same(t, "groups, others", []int64{1, 0}, []int64{groups.Load(), others.Load()})
		})
	}
}

// An answer to who begins in clear tells that the server does not insist, or
// nothing, unless it says that it does.
func TestPostgreSQLStartup(t *testing.T) {
	message := func(kind byte, body string) string {
		return string(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))) + body
	}
	for _, row := range []struct {
		name, answer string
		want         *bool
	}{
		{"SCRAM", message('R', "\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00"), yes(false)},
		{"let in", message('R', "\x00\x00\x00\x00"), yes(false)},
		{"this user", message('E', "SFATAL\x00C28000\x00Mno pg_hba.conf entry for host \"::1\", user \"fipsweep.invalid\", database \"fipsweep.invalid\", no encryption\x00\x00"), nil},
		{"everybody, as CockroachDB", message('E', "SERROR\x00C08P01\x00Mnode is running secure mode, SSL connection required\x00\x00"), yes(true)},
		{"a hint that requires nothing", message('E', "SFATAL\x00C28000\x00Mno\x00HSSL is not required\x00\x00"), nil},
		{"too many", message('E', "SFATAL\x00C53300\x00Msorry, too many clients already\x00\x00"), nil},
		{"too long", "R\x7f\xff\xff\xff", nil},
		{"too short", "R\x00\x00\x00\x03", nil},
		{"cut short", "E\x00\x00\x00\x20SSL required", nil},
		{"another message", message('Z', "I"), nil},
		{"nothing", "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			config := labConfig(t)
			e := endpoint(serve(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				head := make([]byte, 8)
				if _, err := io.ReadFull(r, head); err != nil {
					return
				}
				if string(head) == "\x00\x00\x00\x08\x04\xd2\x16\x2f" {
					fmt.Fprint(conn, "S")
					_ = tls.Server(replayed{conn, r}, config).Handshake()
					return
				}
				fmt.Fprint(conn, row.answer)
			}), "lab.test")
			e.Scheme = "postgres"
			o := probe(t, e)
			same(t, "seen", labSeen(), seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "insists", row.want, o.TLS.Required)
		})
	}
}
