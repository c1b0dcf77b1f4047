package tlsprobe

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// clientName is how we introduce ourselves: a name that is nobody's (RFC 2606).
const clientName = "fipsweep.invalid"

// smtp is RFC 3207.
func smtp(t *talk) error { return t.mail("EHLO") }

// lmtp is RFC 2033, with the same extension.
func lmtp(t *talk) error { return t.mail("LHLO") }

func (t *talk) mail(hello string) error {
	if err := t.greeting(); err != nil {
		return err
	}
	if err := t.say(hello + " " + clientName + "\r\n"); err != nil {
		return err
	}
	code, lines, err := t.reply()
	switch {
	case err != nil:
		return err
	case code[0] == '4':
		return t.busy(lines[0])
	}
	offered := slices.ContainsFunc(lines, func(l string) bool { return len(l) > 4 && strings.EqualFold(strings.TrimSpace(l[4:]), "STARTTLS") })
	if code != "250" || !offered {
		return t.none()
	}
	return t.ask("STARTTLS", "220")
}

// ftp is RFC 4217.
func ftp(t *talk) error {
	if err := t.greeting(); err != nil {
		return err
	}
	return t.ask("AUTH TLS", "234")
}

// nntp is RFC 4642.
func nntp(t *talk) error {
	if err := t.greeting(); err != nil {
		return err
	}
	return t.ask("STARTTLS", "382")
}

// imap is RFC 9051 section 6.2.1.
func imap(t *talk) error {
	line, err := t.line()
	if err != nil {
		return err
	}
	t.banner = printable([]byte(line))
	switch {
	case strings.HasPrefix(line, "* OK"):
	case strings.HasPrefix(line, "* PREAUTH"):
		return t.none() // authenticated already: too late for TLS
	case strings.HasPrefix(line, "* BYE"):
		return t.busy(line)
	default:
		return t.lost(line)
	}
	lines, err := t.tagged("a1", "CAPABILITY")
	if err != nil {
		return err
	}
	if !strings.Contains(strings.ToUpper(strings.Join(lines, " ")+" "), " STARTTLS ") {
		return t.none()
	}
	lines, err = t.tagged("a2", "STARTTLS")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(lines[len(lines)-1], "a2 OK") {
		return t.none()
	}
	return nil
}

// tagged sends an IMAP command and reads up to the line with its tag.
func (t *talk) tagged(tag, command string) ([]string, error) {
	if err := t.say(tag + " " + command + "\r\n"); err != nil {
		return nil, err
	}
	var lines []string
	for len(lines) < maxLines {
		line, err := t.line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		switch {
		case strings.HasPrefix(line, tag+" "):
			return lines, nil
		case strings.HasPrefix(line, "* BYE"):
			return nil, t.busy(line)
		case !strings.HasPrefix(line, "* "):
			return nil, t.lost(line)
		}
	}
	return nil, t.fail(scanner.ReasonTooLarge, lines[0])
}

// pop3 is RFC 2595 section 4. A server without CAPA may still know STLS.
func pop3(t *talk) error {
	line, err := t.line()
	if err != nil {
		return err
	}
	t.banner = printable([]byte(line))
	switch {
	case strings.HasPrefix(line, "+OK"):
	case strings.HasPrefix(line, "-ERR"):
		return t.busy(line)
	default:
		return t.lost(line)
	}
	capabilities, known, err := t.capa()
	if err != nil {
		return err
	}
	if known && !slices.ContainsFunc(capabilities, func(c string) bool { return strings.EqualFold(c, "STLS") }) {
		return t.none()
	}
	if err := t.say("STLS\r\n"); err != nil {
		return err
	}
	if line, err = t.line(); err != nil {
		return err
	}
	if !strings.HasPrefix(line, "+OK") {
		return t.none()
	}
	return nil
}

// capa lists POP3 capabilities, RFC 2449 section 5.
func (t *talk) capa() (list []string, known bool, err error) {
	if err := t.say("CAPA\r\n"); err != nil {
		return nil, false, err
	}
	line, err := t.line()
	if err != nil {
		return nil, false, err
	}
	if !strings.HasPrefix(line, "+OK") {
		return nil, false, nil
	}
	for len(list) < maxLines {
		if line, err = t.line(); err != nil {
			return nil, false, err
		}
		if line == "." {
			return list, true, nil
		}
		list = append(list, line)
	}
	return nil, false, t.fail(scanner.ReasonTooLarge, list[0])
}

// postgres is the SSLRequest of PostgreSQL's protocol 3, section 54.2.10 of
// its manual: the server answers with one byte.
func postgres(t *talk) error {
	if err := t.say("\x00\x00\x00\x08\x04\xd2\x16\x2f"); err != nil {
		return err
	}
	b, err := t.r.ReadByte()
	if err != nil {
		return fmt.Errorf("reading postgres's answer: %w", err)
	}
	switch b {
	case 'S':
		return nil
	case 'N':
		return t.none()
	case 'E':
		return t.busy("E") // an error message, as when it has too many clients
	}
	return t.lost(string(rune(b)))
}

// startTLS is the extended operation of RFC 4511 section 4.14 as message 1.
const startTLS = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"

func ldap(t *talk) error {
	if err := t.say(startTLS); err != nil {
		return err
	}
	message, err := t.element()
	if err != nil {
		return err
	}
	result, ok := ldapResult(message)
	if !ok {
		return t.lost(string(message))
	}
	switch result {
	case 0:
		return nil
	case 51, 52: // busy, unavailable
		return t.busy(fmt.Sprintf("result code %d", result))
	}
	return t.none()
}

// ldapResult is the result code of an ExtendedResponse in an LDAPMessage, RFC
// 4511 sections 4.1.1 and 4.12.
func ldapResult(message []byte) (int, bool) {
	tag, body, _, ok := ber(message)
	if !ok || tag != 0x30 {
		return 0, false
	}
	if tag, _, body, ok = ber(body); !ok || tag != 0x02 { // messageID
		return 0, false
	}
	if tag, body, _, ok = ber(body); !ok || tag != 0x78 { // [APPLICATION 24]
		return 0, false
	}
	tag, code, _, ok := ber(body)
	if !ok || tag != 0x0a || len(code) != 1 {
		return 0, false
	}
	return int(code[0]), true
}

// ber takes one element off the front. Active Directory writes each length in
// four bytes, which DER and so cryptobyte refuses.
func ber(b []byte) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n, b := b[0], int(b[1]), b[2:]
	if n&0x80 != 0 {
		k := n & 0x7f
		if k == 0 || k > 4 || len(b) < k {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[:k] {
			n = n<<8 | int(c)
		}
		b = b[k:]
	}
	if n > len(b) {
		return 0, nil, nil, false
	}
	return tag, b[:n], b[n:], true
}

// element reads one BER element with a definite length.
func (t *talk) element() ([]byte, error) {
	head, err := t.r.Peek(2)
	if err != nil {
		return nil, fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
	}
	n, size := int(head[1]), 2
	if head[1]&0x80 != 0 {
		k := int(head[1] & 0x7f)
		if k == 0 || k > 4 {
			return nil, t.lost(string(head))
		}
		if head, err = t.r.Peek(2 + k); err != nil {
			return nil, fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
		}
		n, size = 0, 2+k
		for _, b := range head[2:] {
			n = n<<8 | int(b)
		}
	}
	if n > maxLine {
		return nil, t.fail(scanner.ReasonTooLarge, string(head))
	}
	message := make([]byte, size+n)
	if _, err := io.ReadFull(t.r, message); err != nil {
		return nil, fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
	}
	return message, nil
}

const xmppTLS = "urn:ietf:params:xml:ns:xmpp-tls"

// xmppClient and xmppServer are RFC 6120 section 5.
func xmppClient(t *talk) error { return t.xmpp("jabber:client") }
func xmppServer(t *talk) error { return t.xmpp("jabber:server") }

func (t *talk) xmpp(namespace string) error {
	var to strings.Builder
	if err := xml.EscapeText(&to, []byte(t.host)); err != nil {
		return err
	}
	if err := t.say("<?xml version='1.0'?><stream:stream xmlns='" + namespace + "' " +
		"xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='" + to.String() + "'>"); err != nil {
		return err
	}
	features, err := t.until("</stream:features>", "</stream:stream>", "<stream:features/>")
	switch {
	case err != nil:
		return err
	case strings.Contains(features, "<stream:error"):
		return t.busy(features)
	case !strings.Contains(features, xmppTLS):
		return t.none()
	}
	if err := t.say("<starttls xmlns='" + xmppTLS + "'/>"); err != nil {
		return err
	}
	answer, err := t.until(">")
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(strings.TrimSpace(answer), "<proceed"):
		return nil
	}
	return t.none()
}

// until reads up to the first of the marks.
func (t *talk) until(marks ...string) (string, error) {
	var b strings.Builder
	for b.Len() < 4*maxLine {
		c, err := t.r.ReadByte()
		if errors.Is(err, io.EOF) && b.Len() > 0 {
			return "", t.lost(b.String())
		}
		if err != nil {
			return "", fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
		}
		b.WriteByte(c)
		if c == '>' && slices.ContainsFunc(marks, func(m string) bool { return strings.HasSuffix(b.String(), m) }) {
			return b.String(), nil
		}
	}
	return "", t.fail(scanner.ReasonTooLarge, b.String())
}
