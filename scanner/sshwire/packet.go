package sshwire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Before encryption packets are padded to 8 bytes (RFC 4253 section 6).
const (
	blockSize  = 8
	minPadding = 4
)

// AppendPacket appends an unencrypted packet with the payload. The padding is
// zero: unencrypted, it hides nothing.
func AppendPacket(dst, payload []byte) []byte {
	padding := blockSize - (5+len(payload))%blockSize
	if padding < minPadding {
		padding += blockSize
	}
	dst = appendUint32(dst, uint32(1+len(payload)+padding))
	dst = append(dst, byte(padding))
	dst = append(dst, payload...)
	return append(dst, make([]byte, padding)...)
}

// ReadPacket reads an unencrypted packet and returns its payload, which has at
// least the one byte that names the message. Odd alignment is let pass.
func ReadPacket(r io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("packet: %w", err)
	}
	length, padding := binary.BigEndian.Uint32(head[:4]), uint32(head[4])
	switch {
	case length >= 1<<24: // text, or another protocol
		return nil, fmt.Errorf("%x is the beginning of no packet: %w", head, ErrMalformed)
	case length > MaxPacket:
		return nil, fmt.Errorf("packet of %d bytes: %w", length, ErrTooLarge)
	case padding < minPadding || length < 1+1+padding:
		return nil, fmt.Errorf("packet of %d bytes with %d of padding: %w", length, padding, ErrMalformed)
	}
	body := make([]byte, length-1)
	if _, err := io.ReadFull(r, body); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("packet: %w", err)
	}
	return body[:uint32(len(body))-padding], nil
}
