package detect

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxGreeting is how much we read to know a protocol: a line of SMTP is 512
// bytes (RFC 5321 section 4.5.3.1.5), MySQL's greeting about 100.
const maxGreeting = 1024

// A greeting is what the first bytes say.
type greeting struct {
	protocol string // "tls", "ssh", "smtp", ...; "220" where it is smtp or ftp; "" unknown
	refused  bool   // an error in place of a welcome
	busy     bool   // an error that says come back later
	starttls bool   // the greeting itself says that it turns to TLS
}

// enough tells whether more bytes could not change what the first ones say.
// Binary protocols come first: their lengths may look like letters.
func enough(b []byte) bool {
	switch {
	case len(b) == 0:
		return false
	case len(b) >= maxGreeting, bytes.HasPrefix(b, []byte("SSH-")), bytes.HasPrefix(b, []byte("HTTP/")):
		return true
	case b[0] == tlsAlert, b[0] == tlsHandshake:
		return len(b) >= 3
	case isMySQL(b):
		return len(b) >= min(4+(int(b[0])|int(b[1])<<8), maxGreeting)
	case isLDAP(b):
		return len(b) >= 2+int(b[1])
	case isText(b[0]):
		return bytes.IndexByte(b, '\n') >= 0
	}
	return len(b) >= 5
}

func isText(c byte) bool { return c >= ' ' && c <= '~' || c == '\r' || c == '\n' || c == '\t' }

// recognise reads the first bytes of a server, which may be cut short
// anywhere. hello says that it has been sent a ClientHello.
func recognise(b []byte, hello bool) greeting {
	switch {
	case len(b) == 0:
		return greeting{}
	case isTLS(b):
		return greeting{protocol: "tls"}
	case isMySQL(b):
		return greeting{protocol: "mysql", refused: b[4] == mysqlError, busy: mysqlBusy(b), starttls: mysqlTLS(b)}
	case isLDAP(b) && bytes.Contains(b, []byte("1.3.6.1.4.1.1466.20036")): // notice of disconnection, RFC 4511 section 4.4.1
		return greeting{protocol: "ldap"}
	case isText(b[0]):
		return recogniseText(string(b), hello)
	case len(b) >= 3 && b[0] == 0xff && b[1] >= 0xfa: // IAC and a command, RFC 854
		return greeting{protocol: "telnet"}
	}
	return greeting{}
}

const (
	tlsAlert     = 0x15
	tlsHandshake = 0x16
	mysqlV10     = 0x0a
	mysqlError   = 0xff
)

// isTLS knows records of SSL 3.0 and later, and SSL 2.0's answers: a header of
// two bytes with the high bit set, then SERVER-HELLO or ERROR.
func isTLS(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	if b[0] == tlsAlert || b[0] == tlsHandshake {
		return b[1] == 3 && b[2] <= 4
	}
	const ssl2Error, ssl2ServerHello = 0, 4
	n := int(b[0]&0x7f)<<8 | int(b[1])
	return b[0]&0x80 != 0 && (b[2] == ssl2ServerHello && n >= 11 || b[2] == ssl2Error && n == 3)
}

// isMySQL knows the initial handshake packet: three bytes of length, sequence
// number 0, protocol version 10 or an error.
func isMySQL(b []byte) bool {
	return len(b) >= 5 && b[3] == 0 && b[2] == 0 && (b[0] != 0 || b[1] != 0) && (b[4] == mysqlV10 || b[4] == mysqlError)
}

// isLDAP knows a message with a short length and an integer in front (RFC 4511
// section 4.1.1).
func isLDAP(b []byte) bool { return len(b) >= 3 && b[0] == 0x30 && b[1] < 0x80 && b[2] == 0x02 }

// mysqlTLS reads CLIENT_SSL of the capability flags, which follow the version
// text, the thread (4 bytes), a scramble (8) and a filler (1).
func mysqlTLS(b []byte) bool {
	const clientSSL = 0x0800
	end := bytes.IndexByte(b[5:], 0)
	if b[4] != mysqlV10 || end < 0 || len(b) < 5+end+1+13+2 {
		return false
	}
	return binary.LittleEndian.Uint16(b[5+end+1+13:])&clientSSL != 0
}

// mysqlBusy tells an error in place of a greeting that may pass: too many
// connections, or too many that broke off. Error 1130 is that no account may
// come from this host.
func mysqlBusy(b []byte) bool {
	const notPrivileged = 1130
	return b[4] == mysqlError && (len(b) < 7 || binary.LittleEndian.Uint16(b[5:]) != notPrivileged)
}

// mysqlText is what a greeting says to people: the version, or behind its
// number the error.
func mysqlText(b []byte) string {
	text := b[5:]
	if b[4] == mysqlError {
		text = text[min(2, len(text)):]
	}
	text, _, _ = bytes.Cut(text, []byte{0})
	return scanner.Escape(text)
}

// openings are greetings known by how they begin. It is never written to.
var openings = []struct{ prefix, protocol string }{
	{"SSH-", "ssh"},
	{"Exceeded MaxStartups", "ssh"},     // OpenSSH turns us away in place of a banner
	{"Not allowed at this time", "ssh"}, // and since 9.8
	{"HTTP/", "http"},
	{"<html", "http"}, {"<HTML", "http"}, {"<!DOCTYPE", "http"}, {"<!doctype", "http"},
	{"* OK", "imap"}, {"* PREAUTH", "imap"}, {"* BYE", "imap"}, // RFC 9051 section 7.1
	{"+OK", "pop3"},               // RFC 1939 section 4
	{"RFB ", "vnc"},               // RFC 6143 section 7.1.1
	{`"IMPLEMENTATION"`, "sieve"}, // RFC 5804 section 1.7
	{"NOTICE AUTH", "irc"},        // before registration, RFC 2812 section 3.3.2
	{"ERROR :", "irc"},            // it closes the link, RFC 2812 section 3.7.4
	{"AMQP", "amqp"},              // the version it wants
	{"-ERR", "redis"},             // RESP's error; POP3 greets with one too
	{"-DENIED", "redis"},          // protected mode
	{"<?xml", "xmpp"},             // RFC 6120 section 4.2
	{"<stream:", "xmpp"},
	{"@RSYNCD:", "rsync"},
	{"ERROR", "memcached"},
}

func recogniseText(text string, hello bool) greeting {
	if !hello && strings.HasPrefix(text, "-ERR") {
		return greeting{protocol: "pop3", refused: true}
	}
	for _, o := range openings {
		if strings.HasPrefix(text, o.prefix) {
			return greeting{protocol: o.protocol}
		}
	}
	line, _, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(line, ":") && strings.Contains(line, " NOTICE ") {
		return greeting{protocol: "irc"}
	}
	return recogniseReply(line)
}

// recogniseReply reads the three-digit replies that FTP, SMTP and NNTP share.
func recogniseReply(line string) greeting {
	if len(line) < 4 || line[3] != ' ' && line[3] != '-' || strings.Trim(line[:3], "0123456789") != "" {
		return greeting{}
	}
	words := strings.ToUpper(line)
	g := greeting{refused: line[0] == '4' || line[0] == '5', busy: strings.HasPrefix(line, "421")}
	switch code := line[:3]; {
	case strings.Contains(words, "LMTP"):
		g.protocol = "lmtp"
	case strings.Contains(words, "SMTP"), enhanced(line[4:]):
		g.protocol = "smtp"
	case strings.Contains(words, "FTP"):
		g.protocol = "ftp"
	case code == "200", code == "201": // RFC 3977 section 5.1.1
		g.protocol = "nntp"
	case code == "220", code == "120", g.refused:
		g.protocol = "220"
	}
	return g
}

// enhanced knows the status codes that SMTP alone puts into its replies, such
// as 4.7.0 (RFC 2034 section 4, RFC 3463 section 2).
func enhanced(text string) bool {
	code, _, _ := strings.Cut(text, " ")
	return strings.Count(code, ".") == 2 && strings.Trim(code, "0123456789.") == "" &&
		(code[0] == '2' || code[0] == '4' || code[0] == '5') && code[1] == '.'
}
