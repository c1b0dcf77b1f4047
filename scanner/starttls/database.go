package starttls

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// postgres is the SSLRequest of PostgreSQL's protocol 3, section 54.2.10 of
// its manual: the server answers with one byte.
func postgres(t *Talk) error {
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

// startup asks a PostgreSQL server to begin a session without TLS (StartupMessage
// of protocol 3.0) for a user and a database that nobody has, and no more: no
// password is sent. Whom that gets a request to authenticate, or is let in by,
// does not insist on TLS. A refusal may be of this user, or of where we come from
// (pg_hba.conf), and tells nothing, unless it says that TLS is required, as
// PgBouncer and others do to everybody.
func (t *Talk) startup() error {
	const protocol = 3 << 16
	message := binary.BigEndian.AppendUint32(make([]byte, 4), protocol)
	message = append(message, "user\x00"+clientName+"\x00database\x00"+clientName+"\x00\x00"...)
	binary.BigEndian.PutUint32(message, uint32(len(message)))
	if err := t.say(string(message)); err != nil {
		return err
	}
	head := make([]byte, 5)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return fmt.Errorf("reading postgres's answer: %w", err)
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size > maxLine {
		return t.lost(string(head))
	}
	body := make([]byte, size-4)
	if _, err := io.ReadFull(t.r, body); err != nil {
		return fmt.Errorf("reading postgres's answer: %w", err)
	}
	switch head[0] {
	case 'R': // any kind of authentication, or none
		t.Required = new(false)
	case 'E':
		t.Required = wantsTLS(body)
	default:
		return t.lost(string(head))
	}
	return nil
}

// wantsTLS reads an error's fields, each a letter and a text that ends with a
// zero. What PostgreSQL itself says of pg_hba.conf ("no encryption", once "SSL
// off") requires nothing.
func wantsTLS(fields []byte) *bool {
	for field := range bytes.SplitSeq(fields, []byte{0}) {
		text, message := strings.CutPrefix(strings.ToUpper(string(field)), "M")
		if message && strings.Contains(text, "REQUIRED") && (strings.Contains(text, "SSL") || strings.Contains(text, "TLS")) {
			return new(true)
		}
	}
	return nil
}

// mysql is the SSLRequest of MySQL's client/server protocol: the server greets
// with what it can do.
func mysql(t *Talk) error {
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
	t.banner = scanner.Escape(version)
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
