package tlswire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ContentType is the type of a record, RFC 8446 section 5.1.
type ContentType uint8

// The record types.
const (
	TypeChangeCipherSpec ContentType = 20
	TypeAlert            ContentType = 21
	TypeHandshake        ContentType = 22
	TypeApplicationData  ContentType = 23
)

// The protocol versions by their wire values.
const (
	VersionSSL2  uint16 = 0x0002
	VersionSSL3  uint16 = 0x0300
	VersionTLS10 uint16 = 0x0301
	VersionTLS11 uint16 = 0x0302
	VersionTLS12 uint16 = 0x0303
	VersionTLS13 uint16 = 0x0304
)

// HandshakeType is the type of a handshake message, RFC 8446 section 4.
type HandshakeType uint8

// The handshake messages that are read or written here.
const (
	HelloRequest       HandshakeType = 0
	TypeClientHello    HandshakeType = 1
	TypeServerHello    HandshakeType = 2
	TypeNewTicket      HandshakeType = 4
	TypeEncryptedExts  HandshakeType = 8
	TypeCertificate    HandshakeType = 11
	TypeServerKeyEx    HandshakeType = 12
	TypeCertificateReq HandshakeType = 13
	TypeServerDone     HandshakeType = 14
	TypeCertVerify     HandshakeType = 15
	TypeFinished       HandshakeType = 20
	TypeCertStatus     HandshakeType = 22
)

const (
	recordHeader = 5
	// A record of TLS 1.2 may carry 2048 bytes more than 2^14 (RFC 5246
	// section 6.2.3); what is longer is no record.
	maxFragment = 1<<14 + 2048
	// MaxFlight bounds what a Decoder takes in all. The longest honest flight
	// is a certificate chain; a chain of 256 KiB is none.
	MaxFlight = 256 << 10
)

var (
	// ErrMore says that the bytes written so far end inside a message.
	ErrMore = errors.New("more bytes are needed")
	// ErrNotTLS says that the bytes are no TLS records.
	ErrNotTLS = errors.New("not a TLS record")
	// ErrTooLarge says that the peer sent more than the bound allows.
	ErrTooLarge = errors.New("more bytes than the bound allows")
	// ErrMalformed says that a message breaks its own format.
	ErrMalformed = errors.New("malformed message")
)

// A Message is one handshake message, one alert, or one record of application
// data, which in a handshake means that encryption has begun.
type Message struct {
	Type      ContentType
	Version   uint16        // of the record that completed it
	Handshake HandshakeType // where Type is TypeHandshake
	Body      []byte        // of the handshake message, without its header; a record's fragment where it is application data
	Raw       []byte        // the same with its header
	Alert     Alert         // where Type is TypeAlert
}

// A Decoder cuts a server's byte stream into messages. Handshake messages may
// be spread over records, and records may hold many (RFC 8446 section 5.1).
type Decoder struct {
	in    []byte // bytes not yet cut into records
	hs    []byte // handshake bytes not yet cut into messages
	taken int
	vers  uint16
	room  []byte // what is read into first
}

// Reset makes the decoder ready for another peer. Messages that it returned
// remain as they are.
func (d *Decoder) Reset() { *d = Decoder{room: d.room} }

// Write takes bytes as they came from the peer.
func (d *Decoder) Write(p []byte) (int, error) {
	if d.taken+len(p) > MaxFlight {
		return 0, tooLong()
	}
	d.taken += len(p)
	d.in = append(d.in, p...)
	return len(p), nil
}

// Fill reads from the peer once and returns what came. The bytes remain the
// decoder's.
func (d *Decoder) Fill(r io.Reader) ([]byte, error) {
	if d.room == nil {
		d.room = make([]byte, 4<<10) // most flights whole
	}
	n, err := r.Read(d.room)
	d.in = append(d.in, d.room[:n]...)
	came := d.in[len(d.in)-n:]
	if d.taken += n; d.taken > MaxFlight {
		return came, tooLong()
	}
	if n > 0 {
		err = nil // what came is worth reading first; it is met again
	}
	return came, err
}

func tooLong() error { return fmt.Errorf("a flight of more than %d bytes: %w", MaxFlight, ErrTooLarge) }

// Next returns the next message, or ErrMore when it is not whole yet. The
// message's bytes are the caller's to keep.
func (d *Decoder) Next() (Message, error) {
	for {
		if m, err := d.handshake(); !errors.Is(err, ErrMore) {
			return m, err
		}
		kind, fragment, err := d.record()
		if err != nil {
			return Message{}, err
		}
		switch kind {
		case TypeHandshake:
			d.gather(fragment)
		case TypeAlert:
			a, err := ParseAlert(fragment)
			return Message{Type: TypeAlert, Version: d.vers, Alert: a}, err
		case TypeApplicationData:
			return Message{Type: TypeApplicationData, Version: d.vers, Body: fragment}, nil
		case TypeChangeCipherSpec:
			// Sent for the sake of middleboxes (RFC 8446 appendix D.4).
		}
	}
}

// gather takes a fragment of handshake messages, without copying it where
// nothing is left of the one before.
func (d *Decoder) gather(fragment []byte) {
	if len(d.hs) == 0 {
		d.hs = fragment
		return
	}
	d.hs = append(d.hs, fragment...)
}

// record takes one whole record off the input.
func (d *Decoder) record() (ContentType, []byte, error) {
	if err := plausible(d.in); err != nil {
		return 0, nil, err
	}
	if len(d.in) < recordHeader {
		return 0, nil, ErrMore
	}
	n := int(binary.BigEndian.Uint16(d.in[3:]))
	if len(d.in) < recordHeader+n {
		return 0, nil, ErrMore
	}
	d.vers = binary.BigEndian.Uint16(d.in[1:])
	kind, fragment := ContentType(d.in[0]), d.in[recordHeader:recordHeader+n:recordHeader+n]
	d.in = d.in[recordHeader+n:]
	return kind, fragment, nil
}

// plausible tells as early as the bytes allow that they are no TLS record.
func plausible(in []byte) error {
	if len(in) > 0 && (in[0] < byte(TypeChangeCipherSpec) || in[0] > byte(TypeApplicationData)) {
		return fmt.Errorf("record type %d: %w", in[0], ErrNotTLS)
	}
	if len(in) > 1 && in[1] != 3 && !unversioned(in) {
		return fmt.Errorf("record version %d: %w", in[1], ErrNotTLS)
	}
	if len(in) >= recordHeader {
		if n := int(binary.BigEndian.Uint16(in[3:])); n > maxFragment {
			return fmt.Errorf("record of %d bytes: %w", n, ErrNotTLS)
		}
	}
	return nil
}

// unversioned tells whether the bytes begin an alert whose record is of no version: what
// a record says of that is for nothing (RFC 8446 section 5.1), and BearSSL (0.6), which
// has agreed on none yet, says 0.
func unversioned(in []byte) bool {
	alert := []byte{byte(TypeAlert), 0, 0, 0, 2}
	n := min(len(in), len(alert))
	return bytes.Equal(in[:n], alert[:n])
}

// handshake takes one whole handshake message off the fragments gathered.
func (d *Decoder) handshake() (Message, error) {
	if len(d.hs) < 4 {
		return Message{}, ErrMore
	}
	n := int(d.hs[1])<<16 | int(d.hs[2])<<8 | int(d.hs[3])
	if n > MaxFlight {
		return Message{}, fmt.Errorf("handshake message of %d bytes: %w", n, ErrTooLarge)
	}
	if len(d.hs) < 4+n {
		return Message{}, ErrMore
	}
	raw := d.hs[: 4+n : 4+n]
	d.hs = d.hs[4+n:]
	return Message{Type: TypeHandshake, Version: d.vers, Handshake: HandshakeType(raw[0]), Body: raw[4:], Raw: raw}, nil
}
