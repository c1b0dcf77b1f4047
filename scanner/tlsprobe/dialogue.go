package tlsprobe

import (
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
	case turnedAway(code):
		return t.fail(scanner.ReasonDenied, lines[0])
	}
	offered := slices.ContainsFunc(lines, func(l string) bool { return len(l) > 4 && strings.EqualFold(strings.TrimSpace(l[4:]), "STARTTLS") })
	if code != "250" || !offered {
		return t.none()
	}
	return t.ask("STARTTLS", "220")
}

// turnedAway tells a refusal of us from the lack of EHLO: RFC 5321 section
// 4.2.2 and RFC 7504.
func turnedAway(code string) bool {
	return code == "521" || code == "550" || code == "554" || code == "556"
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
	switch last := lines[len(lines)-1]; {
	case strings.HasPrefix(last, "a2 OK"):
		return nil
	case strings.Contains(last, "[UNAVAILABLE]"): // RFC 5530 section 3
		return t.busy(last)
	}
	return t.none()
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
	switch {
	case strings.HasPrefix(line, "+OK"):
		return nil
	case strings.Contains(line, "[SYS/TEMP]"): // RFC 3206 section 4
		return t.busy(line)
	}
	return t.none()
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
	case 51: // busy
		return t.busy(fmt.Sprintf("result code %d", result))
	}
	// protocolError is a server that knows no TLS; unavailable one that was
	// given no certificate, as Active Directory has it (RFC 4511 section
	// 4.14.2). Both serve LDAP in clear.
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
