package starttls

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// mssql is the PRELOGIN of [MS-TDS] section 2.2.6.5. TLS goes on within TDS
// packets until its handshake ends. TDS 8 has TLS first, as any wrapped
// protocol.
func mssql(t *Talk) error {
	through, answer, err := t.prelogin(tdsOn)
	switch {
	case err != nil:
		return err
	case answer == tdsUnable:
		return t.none()
	}
	t.Through = through
	return nil
}

// What client and server say of encryption in PRELOGIN.
const (
	tdsOn       = 1 // ENCRYPT_ON
	tdsUnable   = 2 // ENCRYPT_NOT_SUP
	tdsRequired = 3 // ENCRYPT_REQ
)

// prelogin says of encryption what it is given, and gives what the server says.
func (t *Talk) prelogin(encryption byte) (through *tds, answer byte, err error) {
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
	talk *Talk
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
