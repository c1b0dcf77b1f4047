// Package tlskeys opens what a TLS 1.3 server says encrypted, without a secret of
// ours and without group arithmetic: a hello's shares are base points, and keys
// of zeros for ML-KEM, so that the shared secret is the server's own public value,
// which it sends. From there on it is the key schedule and the record protection
// of RFC 8446. Nothing is protected by it, and nothing is meant to be.
package tlskeys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/fipsweep/fipsweep/scanner/aesccm"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// A Schedule is the key schedule of RFC 8446 section 7.1 up to what reads a server's
// first flight.
type Schedule struct {
	hash       func() hash.Hash
	suite      iana.Suite
	transcript hash.Hash // over the handshake's messages so far, section 4.4.1
	hellos     []byte    // what it was after both hellos
	master     []byte    // the handshake secret
	server     []byte    // its traffic secret
}

// New derives the keys from a hello's records, whose shares were Share's, and
// the server's hello in answer to it, as message and read. It fails where the
// suite's cipher or the group is none that is read here.
func New(hello, answer []byte, read *tlswire.ServerHello) (*Schedule, bool) {
	suite, _ := iana.SuiteByCode(read.Suite)
	k := &Schedule{suite: suite}
	var derived []byte
	switch suite.PRF {
	case "SHA-256":
		k.hash, derived = sha256.New, derived256
	case "SHA-384":
		k.hash, derived = sha512.New384, derived384
	default:
		return nil, false
	}
	group, _ := read.Group()
	share, _ := read.Share()
	secret, ok := sharedSecret(group, share)
	if !ok || !Readable(suite) {
		return nil, false
	}
	k.transcript = k.hash()
	k.transcript.Write(tlswire.HandshakeMessages(hello))
	k.transcript.Write(answer)
	k.hellos = k.transcript.Sum(nil)
	k.master = k.extract(secret, derived)
	k.server = k.expand(k.master, "s hs traffic", k.hellos, len(k.hellos))
	return k, true
}

// client is the client's handshake traffic secret.
func (k *Schedule) client() []byte {
	return k.expand(k.master, "c hs traffic", k.hellos, len(k.hellos))
}

// What the handshake secret is extracted with where there is no PSK, by hash.
// Never written to.
var (
	derived256 = (&Schedule{hash: sha256.New}).derived(nil)
	derived384 = (&Schedule{hash: sha512.New384}).derived(nil)
)

// Server opens the records of the server's first flight.
func (k *Schedule) Server() (*Sealer, error) { return k.sealer(k.server) }

// Heard adds a message of the handshake to the transcript.
func (k *Schedule) Heard(message []byte) { k.transcript.Write(message) }

// derived is what the secret that follows this one is extracted with; nil
// stands for the early secret of a handshake without a PSK.
func (k *Schedule) derived(secret []byte) []byte {
	h := k.hash()
	if secret == nil {
		secret = k.extract(make([]byte, h.Size()), nil)
	}
	return k.expand(secret, "derived", h.Sum(nil), h.Size())
}

// Readable tells whether records of the suite can be opened here.
func Readable(s iana.Suite) bool {
	switch s.Cipher {
	case "AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305", "AES-128-CCM", "AES-128-CCM_8":
		return s.TLS13
	}
	return false
}

func (k *Schedule) extract(secret, salt []byte) []byte {
	out, err := hkdf.Extract(k.hash, secret, salt)
	if err != nil {
		panic("tlskeys: extracting a key: " + err.Error()) // only on lengths that are ours
	}
	return out
}

// expand is HKDF-Expand-Label.
func (k *Schedule) expand(secret []byte, label string, context []byte, size int) []byte {
	info := binary.BigEndian.AppendUint16(make([]byte, 0, 128), uint16(size))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "+label...)
	info = append(info, byte(len(context)))
	info = append(info, context...)
	out, err := hkdf.Expand(k.hash, secret, string(info), size)
	if err != nil {
		panic("tlskeys: expanding a key: " + err.Error())
	}
	return out
}

func (k *Schedule) sealer(secret []byte) (*Sealer, error) {
	size := 16
	if k.suite.Bits == 256 {
		size = 32
	}
	key := k.expand(secret, "key", nil, size)
	aead, err := k.aead(key)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", k.suite.Name, err)
	}
	return &Sealer{aead: aead, iv: k.expand(secret, "iv", nil, 12)}, nil
}

func (k *Schedule) aead(key []byte) (cipher.AEAD, error) {
	if k.suite.Cipher == "CHACHA20-POLY1305" {
		return chacha20poly1305.New(key)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	switch k.suite.Cipher {
	case "AES-128-CCM":
		return aesccm.New(block, 12, 16)
	case "AES-128-CCM_8":
		return aesccm.New(block, 12, 8)
	}
	return cipher.NewGCM(block)
}

// Goodbye is the client's side of the handshake's end (RFC 8446 sections 4.4.2
// and 4.4.4): no certificate where one was asked for, Finished, close_notify.
// The server's next records are opened under the keys that follow.
func (k *Schedule) Goodbye(asked bool) (out []byte, server *Sealer, err error) {
	next := k.transcript.Sum(nil)
	size := len(next)
	master, own := k.extract(make([]byte, size), k.derived(k.master)), k.client()
	var messages []byte
	if asked {
		messages = []byte{byte(tlswire.TypeCertificate), 0, 0, 4, 0, 0, 0, 0}
	}
	k.transcript.Write(messages)
	mac := hmac.New(k.hash, k.expand(own, "finished", nil, size))
	mac.Write(k.transcript.Sum(nil))
	messages = append(messages, byte(tlswire.TypeFinished), 0, 0, byte(size))
	messages = mac.Sum(messages)
	client, err := k.sealer(own)
	if err != nil {
		return nil, nil, err
	}
	out = client.Seal(tlswire.TypeHandshake, messages)
	if client, err = k.sealer(k.expand(master, "c ap traffic", next, size)); err != nil {
		return nil, nil, err
	}
	out = append(out, client.Seal(tlswire.TypeAlert, []byte{1, tlswire.AlertCloseNotify})...)
	server, err = k.sealer(k.expand(master, "s ap traffic", next, size))
	return out, server, err
}
