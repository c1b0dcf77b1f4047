package tlswire

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// SSLv2 as in the Netscape draft "The SSL Protocol" of 1995: its messages are
// not those of SSLv3, and a server lists every kind of cipher it shares.

const (
	ssl2ClientHello = 1
	ssl2ServerHello = 4
	ssl2Error       = 0
)

// ErrSSL2Declined is an ERROR message: the server knows SSLv2's form, and
// shares no kind of cipher.
var ErrSSL2Declined = errors.New("SSLv2 error message")

// An SSL2ClientHello offers kinds of cipher, three bytes each.
type SSL2ClientHello struct {
	Kinds     []uint32
	Challenge [16]byte
}

// Marshal writes the hello as one record with a two-byte header.
func (h SSL2ClientHello) Marshal() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint8(ssl2ClientHello)
	b.AddUint16(VersionSSL2)
	b.AddUint16(uint16(3 * len(h.Kinds)))
	b.AddUint16(0) // no session
	b.AddUint16(uint16(len(h.Challenge)))
	for _, kind := range h.Kinds {
		b.AddUint24(kind)
	}
	b.AddBytes(h.Challenge[:])
	message, err := b.Bytes()
	if err != nil || len(message) > 0x7fff {
		return nil, fmt.Errorf("SSLv2 client hello of %d kinds does not fit a record", len(h.Kinds))
	}
	record := binary.BigEndian.AppendUint16(nil, 0x8000|uint16(len(message)))
	return append(record, message...), nil
}

// An SSL2ServerHello lists the kinds that the server shares, and holds its
// certificate.
type SSL2ServerHello struct {
	Version     uint16
	Kinds       []uint32
	Certificate []byte // DER; empty where the server resumes or has none
	Raw         []byte // the message
}

// ParseSSL2ServerHello reads a server's first record. It gives ErrMore when
// the record is not whole, ErrSSL2Declined when it is an ERROR, and ErrNotTLS
// when it is none of SSLv2.
func ParseSSL2ServerHello(in []byte) (SSL2ServerHello, error) {
	var h SSL2ServerHello
	message, err := ssl2Record(in)
	if err != nil {
		return h, err
	}
	s := cryptobyte.String(message)
	var kind, hit, certType uint8
	var certLen, kindsLen, idLen uint16
	if !s.ReadUint8(&kind) || kind == ssl2Error {
		return h, ErrSSL2Declined
	}
	var cert, kinds, id []byte
	if !s.ReadUint8(&hit) || !s.ReadUint8(&certType) || !s.ReadUint16(&h.Version) ||
		!s.ReadUint16(&certLen) || !s.ReadUint16(&kindsLen) || !s.ReadUint16(&idLen) ||
		!s.ReadBytes(&cert, int(certLen)) || !s.ReadBytes(&kinds, int(kindsLen)) || !s.ReadBytes(&id, int(idLen)) ||
		kindsLen%3 != 0 {
		return h, fmt.Errorf("SSLv2 server hello: %w", ErrMalformed)
	}
	h.Certificate, h.Raw = cert, message
	for i := 0; i < len(kinds); i += 3 {
		h.Kinds = append(h.Kinds, uint32(kinds[i])<<16|uint32(kinds[i+1])<<8|uint32(kinds[i+2]))
	}
	return h, nil
}

// ssl2Record takes the first record's data: a header of two bytes, or of three
// with padding at the end.
func ssl2Record(in []byte) ([]byte, error) {
	if len(in) == 0 {
		return nil, ErrMore
	}
	if in[0]&0x80 == 0 && len(in) >= 3 && in[0] >= byte(TypeChangeCipherSpec) && in[0] <= byte(TypeApplicationData) && in[1] == 3 {
		return nil, fmt.Errorf("a record of SSLv3 or later: %w", ErrNotTLS)
	}
	header := 2
	if in[0]&0x80 == 0 {
		header = 3
	}
	if len(in) < header+1 {
		return nil, ErrMore
	}
	n := int(binary.BigEndian.Uint16(in))
	pad := 0
	if header == 2 {
		n &= 0x7fff
	} else {
		n, pad = n&0x3fff, int(in[2])
	}
	if kind := in[header]; kind != ssl2ServerHello && kind != ssl2Error || pad > n {
		return nil, fmt.Errorf("SSLv2 message of type %d: %w", kind, ErrNotTLS)
	}
	if len(in) < header+n {
		return nil, ErrMore
	}
	return in[header : header+n-pad], nil
}
