package keystore

import (
	"crypto/aes"
	"encoding/binary"
)

// openKWP undoes AES key wrap with padding (RFC 5649, SP 800-38F section 6.3),
// which tells a wrong key by itself.
func openKWP(key, sealed []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, damaged("a key of %d bytes for AES", len(key))
	}
	if len(sealed) < 16 || len(sealed)%8 != 0 {
		return nil, damaged("%d bytes under AES-KWP", len(sealed))
	}
	out := make([]byte, len(sealed))
	if len(sealed) == 16 {
		block.Decrypt(out, sealed)
	} else {
		unwrap(block.Decrypt, out, sealed)
	}
	const mark = 0xa65959a6 // alternative initial value
	n := int64(binary.BigEndian.Uint32(out[4:]))
	plain := out[8:]
	if binary.BigEndian.Uint32(out) != mark || n > int64(len(plain)) || n <= int64(len(plain)-8) {
		return nil, errPassword
	}
	for _, b := range plain[n:] {
		if b != 0 {
			return nil, errPassword
		}
	}
	return plain[:n], nil
}

// unwrap is the inverse of the wrapping function (RFC 3394 section 2.2.2).
func unwrap(decrypt func(dst, src []byte), out, sealed []byte) {
	copy(out, sealed)
	n := len(sealed)/8 - 1
	var b [aes.BlockSize]byte
	for t := 6 * n; t > 0; t-- {
		at := 8 * ((t-1)%n + 1)
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(out)^uint64(t))
		copy(b[8:], out[at:at+8])
		decrypt(b[:], b[:])
		copy(out, b[:8])
		copy(out[at:], b[8:])
	}
}
