package tlsprobe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/fipsweep/fipsweep/scanner/aesccm"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// errSealed says that a record does not open: the peer computed otherwise, or
// nothing at all.
var errSealed = errors.New("an encrypted record does not open")

// keys is the key schedule of RFC 8446 section 7.1 up to what reads a server's
// first flight.
type keys struct {
	hash       func() hash.Hash
	suite      iana.Suite
	transcript hash.Hash // over the handshake's messages so far, section 4.4.1
	hellos     []byte    // what it was after both hellos
	master     []byte    // the handshake secret
	server     []byte    // its traffic secret
}

// newKeys derives the keys from a hello's records and the answer to it. It
// fails where the suite's cipher or the group is none that is read here.
func newKeys(hello []byte, a *answer) (*keys, bool) {
	suite, _ := iana.SuiteByCode(a.hello.Suite)
	k := &keys{suite: suite}
	var derived []byte
	switch suite.PRF {
	case "SHA-256":
		k.hash, derived = sha256.New, derived256()
	case "SHA-384":
		k.hash, derived = sha512.New384, derived384()
	default:
		return nil, false
	}
	group, _ := a.hello.Group()
	share, _ := a.hello.Share()
	secret, ok := sharedSecret(group, share)
	if !ok || !readable(suite) {
		return nil, false
	}
	k.transcript = k.hash()
	k.transcript.Write(tlswire.HandshakeMessages(hello))
	k.transcript.Write(a.raw)
	k.hellos = k.transcript.Sum(nil)
	k.master = k.extract(secret, derived)
	k.server = k.expand(k.master, "s hs traffic", k.hellos, len(k.hellos))
	return k, true
}

// client is the client's handshake traffic secret.
func (k *keys) client() []byte { return k.expand(k.master, "c hs traffic", k.hellos, len(k.hellos)) }

// What the handshake secret is extracted with where there is no PSK, by hash.
var (
	derived256 = sync.OnceValue(func() []byte { return (&keys{hash: sha256.New}).derived(nil) })
	derived384 = sync.OnceValue(func() []byte { return (&keys{hash: sha512.New384}).derived(nil) })
)

// derived is what the secret that follows this one is extracted with; nil
// stands for the early secret of a handshake without a PSK.
func (k *keys) derived(secret []byte) []byte {
	h := k.hash()
	if secret == nil {
		secret = k.extract(make([]byte, h.Size()), nil)
	}
	return k.expand(secret, "derived", h.Sum(nil), h.Size())
}

// readable tells whether records of the suite can be opened here.
func readable(s iana.Suite) bool {
	switch s.Cipher {
	case "AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305", "AES-128-CCM", "AES-128-CCM_8":
		return s.TLS13
	}
	return false
}

func (k *keys) extract(secret, salt []byte) []byte {
	out, err := hkdf.Extract(k.hash, secret, salt)
	if err != nil {
		panic("tlsprobe: extracting a key: " + err.Error()) // only on lengths that are ours
	}
	return out
}

// expand is HKDF-Expand-Label.
func (k *keys) expand(secret []byte, label string, context []byte, size int) []byte {
	info := binary.BigEndian.AppendUint16(make([]byte, 0, 128), uint16(size))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "+label...)
	info = append(info, byte(len(context)))
	info = append(info, context...)
	out, err := hkdf.Expand(k.hash, secret, string(info), size)
	if err != nil {
		panic("tlsprobe: expanding a key: " + err.Error())
	}
	return out
}

// A sealer opens and seals records under one traffic secret, RFC 8446 section
// 5.3.
type sealer struct {
	aead cipher.AEAD
	iv   []byte
	seq  uint64
}

func (k *keys) sealer(secret []byte) (*sealer, error) {
	size := 16
	if k.suite.Bits == 256 {
		size = 32
	}
	key := k.expand(secret, "key", nil, size)
	aead, err := k.aead(key)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", k.suite.Name, err)
	}
	return &sealer{aead: aead, iv: k.expand(secret, "iv", nil, 12)}, nil
}

func (k *keys) aead(key []byte) (cipher.AEAD, error) {
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

func (s *sealer) nonce() []byte {
	nonce := append([]byte(nil), s.iv...)
	for i := range 8 {
		nonce[4+i] ^= byte(s.seq >> (56 - 8*i))
	}
	s.seq++
	return nonce
}

// seal is a record with the content.
func (s *sealer) seal(kind tlswire.ContentType, content []byte) []byte {
	n := len(content) + 1 + s.aead.Overhead()
	header := []byte{byte(tlswire.TypeApplicationData), 3, 3, byte(n >> 8), byte(n)}
	plain := append(append([]byte(nil), content...), byte(kind))
	return s.aead.Seal(append([]byte(nil), header...), s.nonce(), plain, header)
}

// open gives the content of a record and its type, RFC 8446 section 5.2.
func (s *sealer) open(fragment []byte) (tlswire.ContentType, []byte, error) {
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
