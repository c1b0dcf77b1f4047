package tlsprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// sieve is RFC 5804 section 2.2: the greeting is the list of capabilities.
func sieve(t *talk) error {
	offered := false
	for n := 0; ; n++ {
		line, err := t.line()
		if err != nil {
			return err
		}
		if t.banner == "" {
			t.banner = printable([]byte(line))
		}
		upper := strings.ToUpper(line)
		switch {
		case strings.HasPrefix(upper, "OK"):
			if !offered {
				return t.none()
			}
			return t.sieveOK()
		case strings.HasPrefix(upper, "BYE"), strings.HasPrefix(upper, "NO"):
			return t.busy(line)
		case !strings.HasPrefix(upper, `"`) || n == maxLines:
			return t.lost(line)
		}
		offered = offered || strings.HasPrefix(upper, `"STARTTLS"`)
		if mechanisms, ok := strings.CutPrefix(upper, `"SASL" `); ok { // none before TLS where it insists
			t.required = yes(strings.Trim(mechanisms, `" `) == "")
		}
	}
}

func (t *talk) sieveOK() error {
	if err := t.say("STARTTLS\r\n"); err != nil {
		return err
	}
	line, err := t.line()
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(strings.ToUpper(line), "OK"):
		return nil
	}
	return t.none()
}

// irc is the STARTTLS command that servers took before the port of its own
// (IRCv3 "tls", deprecated): 670 is yes, other numbers mean no. Some say
// nothing to a command that they do not know, so the list of capabilities is
// asked for beside it: it names "tls" or is answer enough.
func irc(t *talk) error {
	if err := t.say("CAP LS\r\nSTARTTLS\r\n"); err != nil {
		return err
	}
	for range maxLines {
		line, err := t.line()
		if err != nil {
			return err
		}
		if t.banner == "" {
			t.banner = printable([]byte(line))
		}
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
			return t.lost(line)
		case f[0] == "ERROR":
			return t.busy(line)
		case len(f) > 1 && f[1] == "670":
			return nil
		case len(f) > 1 && f[1] == "CAP" && !slices.ContainsFunc(f, isTLSCapability):
			return t.none()
		case len(f) > 1 && isNumeric(f[1]) && !slices.Contains(f, "CAP"): // unless it is CAP that is unknown
			return t.none()
		case f[0] != "NOTICE" && f[0] != "PING" && f[0] != "CAP" && f[0][0] != ':':
			return t.lost(line)
		}
	}
	return t.none()
}

func isTLSCapability(word string) bool { return word == "tls" || word == ":tls" }

// isNumeric tells a reply's number, RFC 2812 section 2.4.
func isNumeric(word string) bool { return len(word) == 3 && strings.Trim(word, "0123456789") == "" }

// mysql is the SSLRequest of MySQL's client/server protocol: the server greets
// with what it can do.
func mysql(t *talk) error {
	head := make([]byte, 4)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return fmt.Errorf("reading mysql's greeting: %w", err)
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if n < 3 || n > maxLine || head[3] != 0 {
		return t.lost(string(head))
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(t.r, body); err != nil {
		return fmt.Errorf("reading mysql's greeting: %w", err)
	}
	if body[0] == 0xff {
		const notPrivileged = 1130 // no account may come from this host
		if binary.LittleEndian.Uint16(body[1:]) == notPrivileged {
			return t.fail(scanner.ReasonDenied, string(body[3:]))
		}
		return t.busy(string(body[3:])) // too many connections, or this host is blocked
	}
	version, rest, ok := strings.Cut(string(body[1:]), "\x00")
	if body[0] != 10 || !ok || len(rest) < 4+8+1+2 {
		return t.lost(string(body))
	}
	t.banner = printable([]byte(version))
	const clientSSL, protocol41, secureConnection = 0x800, 0x200, 0x8000
	if binary.LittleEndian.Uint16([]byte(rest[13:]))&clientSSL == 0 {
		return t.none()
	}
	request := []byte{32, 0, 0, 1}
	request = binary.LittleEndian.AppendUint32(request, clientSSL|protocol41|secureConnection)
	request = binary.LittleEndian.AppendUint32(request, 1<<24)
	request = append(request, 45) // utf8mb4
	return t.say(string(append(request, make([]byte, 23)...)))
}

// mssql is the PRELOGIN of [MS-TDS] section 2.2.6.5. TLS goes on within TDS
// packets until its handshake ends. TDS 8 has TLS first, as any wrapped
// protocol.
func mssql(t *talk) error {
	through, answer, err := t.prelogin(tdsOn)
	switch {
	case err != nil:
		return err
	case answer == tdsUnable:
		return t.none()
	}
	t.through = through
	return nil
}

// What client and server say of encryption in PRELOGIN.
const (
	tdsOn       = 1 // ENCRYPT_ON
	tdsUnable   = 2 // ENCRYPT_NOT_SUP
	tdsRequired = 3 // ENCRYPT_REQ
)

// prelogin says of encryption what it is given, and gives what the server says.
func (t *talk) prelogin(encryption byte) (through *tds, answer byte, err error) {
	through = &tds{talk: t}
	// Options VERSION and ENCRYPTION, offsets into the message, then their data.
	options := []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, encryption}
	if _, err := through.Write(options); err != nil {
		return nil, 0, fmt.Errorf("asking mssql for TLS: %w", err)
	}
	kind, reply, err := through.packet()
	if err != nil {
		return nil, 0, err
	}
	for at := 0; kind == tdsReply && at+5 <= len(reply) && reply[at] != 0xff; at += 5 {
		offset := int(binary.BigEndian.Uint16(reply[at+1:]))
		if reply[at] == 1 && offset < len(reply) {
			return through, reply[offset], nil
		}
	}
	return nil, 0, t.lost(string(reply))
}

const (
	tdsPrelogin = 0x12
	tdsReply    = 0x04
)

// tds is a connection whose bytes go in TDS packets, [MS-TDS] section 2.2.3.1.
type tds struct {
	talk *talk
	left []byte
}

func (d *tds) Write(p []byte) (int, error) {
	const most = 4096 - 8
	for done := 0; done < len(p); {
		n := min(len(p)-done, most)
		status := byte(0)
		if done+n == len(p) {
			status = 1 // end of message
		}
		packet := []byte{tdsPrelogin, status, byte((n + 8) >> 8), byte(n + 8), 0, 0, 1, 0}
		if _, err := d.talk.conn.Write(append(packet, p[done:done+n]...)); err != nil {
			return done, err
		}
		done += n
	}
	return len(p), nil
}

func (d *tds) Read(p []byte) (int, error) {
	for len(d.left) == 0 {
		_, body, err := d.packet()
		if err != nil {
			return 0, err
		}
		d.left = body
	}
	n := copy(p, d.left)
	d.left = d.left[n:]
	return n, nil
}

func (d *tds) packet() (kind byte, body []byte, err error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(d.talk.r, head); err != nil {
		if errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		return 0, nil, fmt.Errorf("reading a TDS packet: %w", err)
	}
	n := int(binary.BigEndian.Uint16(head[2:])) - 8
	if n < 0 || head[0] != tdsReply && head[0] != tdsPrelogin {
		return 0, nil, d.talk.lost(string(head))
	}
	body = make([]byte, n)
	if _, err := io.ReadFull(d.talk.r, body); err != nil {
		return 0, nil, fmt.Errorf("reading a TDS packet: %w", err)
	}
	return head[0], body, nil
}
