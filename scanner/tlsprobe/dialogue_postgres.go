package tlsprobe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

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

// startup asks a PostgreSQL server to begin a session without TLS (StartupMessage
// of protocol 3.0) for a user and a database that nobody has, and no more: no
// password is sent. Whom that gets a request to authenticate, or is let in by,
// does not insist on TLS. A refusal may be of this user, or of where we come from
// (pg_hba.conf), and tells nothing, unless it says that TLS is required, as
// PgBouncer and others do to everybody.
func (t *talk) startup() (insists *bool, err error) {
	const protocol = 3 << 16
	message := binary.BigEndian.AppendUint32(make([]byte, 4), protocol)
	message = append(message, "user\x00"+clientName+"\x00database\x00"+clientName+"\x00\x00"...)
	binary.BigEndian.PutUint32(message, uint32(len(message)))
	if err := t.say(string(message)); err != nil {
		return nil, err
	}
	head := make([]byte, 5)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return nil, fmt.Errorf("reading postgres's answer: %w", err)
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size > maxLine {
		return nil, t.lost(string(head))
	}
	body := make([]byte, size-4)
	if _, err := io.ReadFull(t.r, body); err != nil {
		return nil, fmt.Errorf("reading postgres's answer: %w", err)
	}
	switch head[0] {
	case 'R': // any kind of authentication, or none
		return yes(false), nil
	case 'E':
		return wantsTLS(body), nil
	}
	return nil, t.lost(string(head))
}

// wantsTLS reads an error's fields, each a letter and a text that ends with a
// zero. What PostgreSQL itself says of pg_hba.conf ("no encryption", once "SSL
// off") requires nothing.
func wantsTLS(fields []byte) *bool {
	for field := range bytes.SplitSeq(fields, []byte{0}) {
		text, message := strings.CutPrefix(strings.ToUpper(string(field)), "M")
		if message && strings.Contains(text, "REQUIRED") && (strings.Contains(text, "SSL") || strings.Contains(text, "TLS")) {
			return yes(true)
		}
	}
	return nil
}
