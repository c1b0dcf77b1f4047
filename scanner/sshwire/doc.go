// Package sshwire reads and writes the bytes of SSH before encryption: the
// identification line and unencrypted packets of RFC 4253, the key exchange
// messages of RFC 4253, 4419 and 5656, and public key blobs.
//
// Every reader is bounded and takes its bytes for hostile. The package opens
// no socket, computes no cryptography and judges nothing.
package sshwire

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// What a reader complains about, where a caller tells one from the other.
// Errors of the underlying reader come through wrapped.
var (
	ErrTooLarge  = errors.New("more than the bound allows")
	ErrMalformed = errors.New("malformed")
)

// Bounds on what a peer may send.
const (
	MaxPacket = 256 << 10 // bytes; RFC 4253 section 6.1 asks for 35000, OpenSSH takes 256 KiB
	MaxNames  = 1024      // names in one list
	MaxName   = 255       // bytes in a name; RFC 4251 section 6 allows 64
)

// A decoder reads the data types of RFC 4251 section 5. Its first complaint
// stays, and everything read afterwards is zero.
type decoder struct {
	rest cryptobyte.String
	err  error
}

func (d *decoder) fail(err error, what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%s: %w", what, err)
	}
	d.rest = nil
}

func (d *decoder) uint8(what string) (v uint8) {
	if !d.rest.ReadUint8(&v) {
		d.fail(ErrMalformed, what)
	}
	return v
}

func (d *decoder) uint32(what string) (v uint32) {
	if !d.rest.ReadUint32(&v) {
		d.fail(ErrMalformed, what)
	}
	return v
}

// bytes reads the "string" type. The result shares memory with the input.
func (d *decoder) bytes(what string) []byte {
	n := d.uint32(what)
	var v []byte
	if uint64(n) > uint64(len(d.rest)) || !d.rest.ReadBytes(&v, int(n)) {
		d.fail(ErrMalformed, what)
		return nil
	}
	return v
}

// mpint reads a number that is never negative where we read one.
func (d *decoder) mpint(what string) *big.Int {
	v := d.bytes(what)
	if len(v) > 0 && v[0]&0x80 != 0 {
		d.fail(ErrMalformed, what+" is negative")
		return new(big.Int)
	}
	return new(big.Int).SetBytes(v)
}

// names reads a name-list. No names is an empty list, not nil.
func (d *decoder) names(what string) []string {
	text := string(d.bytes(what))
	if text == "" {
		return []string{}
	}
	if strings.Count(text, ",") >= MaxNames {
		d.fail(ErrTooLarge, what)
		return []string{}
	}
	names := strings.Split(text, ",")
	for _, name := range names {
		if len(name) > MaxName {
			d.fail(ErrTooLarge, "a name in "+what)
			return []string{}
		}
	}
	return names
}

// AppendString appends the "string" type of RFC 4251 section 5.
func AppendString[T string | []byte](dst []byte, v T) []byte {
	dst = appendUint32(dst, uint32(len(v)))
	return append(dst, v...)
}

// AppendMpint appends the "mpint" type for a number that is not negative.
func AppendMpint(dst []byte, v *big.Int) []byte {
	b := v.Bytes()
	if len(b) > 0 && b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return AppendString(dst, b)
}

func appendUint32(dst []byte, v uint32) []byte {
	return append(dst, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}
