// Package aesccm is the CCM mode (SP 800-38C, RFC 3610), which the standard
// library lacks. It does no I/O and keeps nothing.
package aesccm

import (
	"bytes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
)

var errOpen = errors.New("aesccm: the message does not open")

// ccm is CCM with nonces and tags of fixed lengths, in bytes.
type ccm struct {
	block      cipher.Block
	nonce, tag int
}

// New returns CCM over a block cipher of 16 bytes. A nonce has 7 to 13 bytes, a
// tag 4 to 16 and an even number.
func New(block cipher.Block, nonce, tag int) (cipher.AEAD, error) {
	if block.BlockSize() != 16 || nonce < 7 || nonce > 13 || tag < 4 || tag > 16 || tag%2 != 0 {
		return nil, fmt.Errorf("aesccm: no CCM has a nonce of %d bytes and a tag of %d", nonce, tag)
	}
	return ccm{block, nonce, tag}, nil
}

func (c ccm) NonceSize() int { return c.nonce }
func (c ccm) Overhead() int  { return c.tag }

// lengths is how many bytes hold the length of a message.
func (c ccm) lengths() int { return 15 - c.nonce }

// stream is the counter mode of SP 800-38C appendix A.3; block 0 covers the
// tag, the rest the message.
func (c ccm) stream(nonce []byte) (cipher.Stream, []byte) {
	counter := make([]byte, 16)
	counter[0] = byte(c.lengths() - 1)
	copy(counter[1:], nonce)
	s := cipher.NewCTR(c.block, counter)
	first := make([]byte, 16)
	s.XORKeyStream(first, first)
	return s, first
}

// mac is CBC-MAC over the formatted input, appendix A.2.
func (c ccm) mac(nonce, plain, additional []byte) []byte {
	flags := byte((c.tag-2)/2<<3 | (c.lengths() - 1))
	if len(additional) > 0 {
		flags |= 1 << 6
	}
	var in bytes.Buffer
	in.WriteByte(flags)
	in.Write(nonce)
	in.Write(binary.BigEndian.AppendUint64(nil, uint64(len(plain)))[8-c.lengths():])
	if len(additional) > 0 {
		in.Write([]byte{byte(len(additional) >> 8), byte(len(additional))})
		in.Write(additional)
		fill(&in)
	}
	in.Write(plain)
	fill(&in)
	mac := make([]byte, 16)
	for in.Len() > 0 {
		subtle.XORBytes(mac, mac, in.Next(16))
		c.block.Encrypt(mac, mac)
	}
	return mac
}

func fill(b *bytes.Buffer) { b.Write(make([]byte, (16-b.Len()%16)%16)) }

// Seal encrypts. Additional data has fewer than 65280 bytes.
func (c ccm) Seal(dst, nonce, plain, additional []byte) []byte {
	s, cover := c.stream(nonce)
	sealed := make([]byte, len(plain), len(plain)+c.tag)
	s.XORKeyStream(sealed, plain)
	tag := c.mac(nonce, plain, additional)
	subtle.XORBytes(tag, tag, cover)
	return append(dst, append(sealed, tag[:c.tag]...)...)
}

// Open decrypts. A message too long for its nonce does not open.
func (c ccm) Open(dst, nonce, sealed, additional []byte) ([]byte, error) {
	n := len(sealed) - c.tag
	if n < 0 || len(nonce) != c.nonce || len(additional) >= 65280 || c.lengths() < 8 && uint64(n)>>(8*c.lengths()) != 0 {
		return nil, errOpen
	}
	s, cover := c.stream(nonce)
	plain := make([]byte, n)
	s.XORKeyStream(plain, sealed[:n])
	tag := c.mac(nonce, plain, additional)
	subtle.XORBytes(tag, tag, cover)
	if subtle.ConstantTimeCompare(tag[:c.tag], sealed[n:]) != 1 {
		return nil, errOpen
	}
	return append(dst, plain...), nil
}
