package tlskeys

import (
	"crypto/cipher"
	"errors"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// errSealed says that a record does not open: the peer computed otherwise, or
// nothing at all.
var errSealed = errors.New("an encrypted record does not open")

// A Sealer opens and seals records under one traffic secret, RFC 8446 section
// 5.3.
type Sealer struct {
	aead cipher.AEAD
	iv   []byte
	seq  uint64
}

func (s *Sealer) nonce() []byte {
	nonce := append([]byte(nil), s.iv...)
	for i := range 8 {
		nonce[4+i] ^= byte(s.seq >> (56 - 8*i))
	}
	s.seq++
	return nonce
}

// Seal is a record with the content.
func (s *Sealer) Seal(kind tlswire.ContentType, content []byte) []byte {
	n := len(content) + 1 + s.aead.Overhead()
	header := []byte{byte(tlswire.TypeApplicationData), 3, 3, byte(n >> 8), byte(n)}
	plain := append(append([]byte(nil), content...), byte(kind))
	return s.aead.Seal(append([]byte(nil), header...), s.nonce(), plain, header)
}

// Open gives the content of a record and its type, RFC 8446 section 5.2.
func (s *Sealer) Open(fragment []byte) (tlswire.ContentType, []byte, error) {
	header := []byte{byte(tlswire.TypeApplicationData), 3, 3, byte(len(fragment) >> 8), byte(len(fragment))}
	plain, err := s.aead.Open(nil, s.nonce(), fragment, header)
	if err != nil {
		return 0, nil, errSealed
	}
	for len(plain) > 0 && plain[len(plain)-1] == 0 { // padding
		plain = plain[:len(plain)-1]
	}
	if len(plain) == 0 {
		return 0, nil, errSealed
	}
	last := len(plain) - 1
	return tlswire.ContentType(plain[last]), plain[:last], nil
}
