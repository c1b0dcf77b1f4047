package lab

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
)

// A Script is what a server says before TLS: each line is what it waits for,
// where that is not empty, and what it says then.
type Script [][2]string

// Play plays the script and tells whether the client kept to it.
func (s Script) Play(w io.Writer, r *bufio.Reader) bool {
	for _, line := range s {
		var b strings.Builder
		for line[0] != "" && !strings.HasSuffix(b.String(), line[0]) {
			c, err := r.ReadByte()
			if err != nil {
				return false
			}
			b.WriteByte(c)
		}
		if _, err := io.WriteString(w, line[1]); err != nil {
			return false
		}
	}
	return true
}

// RDPRequest is a client's connection request that asks for TLS, with and
// without CredSSP, [MS-RDPBCGR] section 2.2.1.1.
const RDPRequest = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"

// MySQLGreeting is the first packet of a server of version 8, with the upper
// byte of its lower capabilities as given: CLIENT_SSL is bit 3 of it.
func MySQLGreeting(capabilities byte) string {
	body := "\x0a8.0.36\x00\x07\x00\x00\x00abcdefgh\x00\xff" + string([]byte{capabilities}) + "\xff\x02\x00\xff\xdf\x15" + strings.Repeat("\x00", 10) + "ijklmnopqrst\x00mysql_native_password\x00"
	return string([]byte{byte(len(body)), 0, 0, 0}) + body
}

// MySQLRequest is what the client's SSLRequest ends in. Never written to.
var MySQLRequest = strings.Repeat("\x00", 23)

// TDSReply is a server's reply to PRELOGIN that says how it encrypts, [MS-TDS]
// section 2.2.6.5.
func TDSReply(encryption byte) string {
	body := []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 15, 0, 7, 208, 0, 0, encryption}
	return string(append([]byte{4, 1, 0, byte(8 + len(body)), 0, 0, 1, 0}, body...))
}

// TDS is a server's end of a connection whose bytes go in TDS packets, [MS-TDS]
// section 2.2.3.1.
type TDS struct {
	net.Conn
	left []byte
}

// Packet reads the body of the next one.
func (d *TDS) Packet() ([]byte, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(d.Conn, head); err != nil {
		return nil, err
	}
	body := make([]byte, max(0, int(binary.BigEndian.Uint16(head[2:]))-len(head)))
	_, err := io.ReadFull(d.Conn, body)
	return body, err
}

func (d *TDS) Read(p []byte) (n int, err error) {
	if len(d.left) == 0 {
		if d.left, err = d.Packet(); err != nil {
			return 0, err
		}
	}
	n = copy(p, d.left)
	d.left = d.left[n:]
	return n, nil
}

func (d *TDS) Write(p []byte) (int, error) {
	head := binary.BigEndian.AppendUint16([]byte{0x12, 1}, uint16(8+len(p)))
	_, err := d.Conn.Write(append(append(head, 0, 0, 1, 0), p...))
	return len(p), err
}

// RDPChosen is the answer to MCS connect-initial as [MS-RDPBCGR] section 4.1.4
// has it, with an encryption method and level of choice.
func RDPChosen(method, level uint32) string {
	size := func(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }
	security := binary.LittleEndian.AppendUint32([]byte("\x02\x0c\x0c\x00"), method)
	blocks := "\x01\x0c\x08\x00\x04\x00\x08\x00" + "\x03\x0c\x08\x00\xeb\x03\x00\x00" + string(binary.LittleEndian.AppendUint32(security, level))
	gcc := "\x00\x05\x00\x14\x7c\x00\x01\x2a\x14\x76\x0a\x01\x01\x00\x01\xc0\x00McDn" + size(0x8000|len(blocks)) + blocks
	mcs := "\x0a\x01\x00\x02\x01\x00\x30\x1a\x02\x01\x22\x02\x01\x03\x02\x01\x00\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x03\x00\xff\xf8\x02\x01\x02" +
		"\x04\x82" + size(len(gcc)) + gcc
	mcs = "\x02\xf0\x80\x7f\x66\x82" + size(len(mcs)) + mcs
	return "\x03\x00" + size(len(mcs)+4) + mcs
}
