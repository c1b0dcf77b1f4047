package tlsprobe

import (
	"bytes"
	"crypto/cipher"
	"crypto/subtle"
)

// ccm is AES-CCM with nonces of 12 bytes (RFC 5116 section 5.3, SP 800-38C),
// which the standard library lacks.
type ccm struct {
	block cipher.Block
	tag   int
}

func (c ccm) NonceSize() int { return 12 }
func (c ccm) Overhead() int  { return c.tag }

// stream is the counter mode of SP 800-38C appendix A.3; block 0 covers the
// tag, the rest the message.
func (c ccm) stream(nonce []byte) (cipher.Stream, []byte) {
	counter := make([]byte, 16)
	counter[0] = 2 // lengths of three bytes
	copy(counter[1:], nonce)
	s := cipher.NewCTR(c.block, counter)
	first := make([]byte, 16)
	s.XORKeyStream(first, first)
	return s, first
}

// mac is CBC-MAC over the formatted input, appendix A.2.
func (c ccm) mac(nonce, plain, additional []byte) []byte {
	n := len(plain)
	flags := byte((c.tag-2)/2<<3 | 2)
	if len(additional) > 0 {
		flags |= 1 << 6
	}
	var in bytes.Buffer
	in.WriteByte(flags)
	in.Write(nonce)
	in.Write([]byte{byte(n >> 16), byte(n >> 8), byte(n)})
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

func (c ccm) Seal(dst, nonce, plain, additional []byte) []byte {
	s, cover := c.stream(nonce)
	sealed := make([]byte, len(plain), len(plain)+c.tag)
	s.XORKeyStream(sealed, plain)
	tag := c.mac(nonce, plain, additional)
	subtle.XORBytes(tag, tag, cover)
	return append(dst, append(sealed, tag[:c.tag]...)...)
}

func (c ccm) Open(dst, nonce, sealed, additional []byte) ([]byte, error) {
	n := len(sealed) - c.tag
	if n < 0 {
		return nil, errSealed
	}
	s, cover := c.stream(nonce)
	plain := make([]byte, n)
	s.XORKeyStream(plain, sealed[:n])
	tag := c.mac(nonce, plain, additional)
	subtle.XORBytes(tag, tag, cover)
	if subtle.ConstantTimeCompare(tag[:c.tag], sealed[n:]) != 1 {
		return nil, errSealed
	}
	return append(dst, plain...), nil
}
