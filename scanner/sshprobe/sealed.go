package sshprobe

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	_ "crypto/md5" // HMAC of old servers
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// A seal is how the packets of one direction are encrypted. We read one packet
// so, and write none.
type seal struct {
	cipher string
	key    int // bytes
	iv     int
}

// seals are those that we can open (RFC 4344, RFC 5647 as OpenSSH names it,
// OpenSSH's PROTOCOL.chacha20poly1305, RFC 4253 section 6.3).
func seals() []seal {
	return []seal{
		{"aes128-gcm@openssh.com", 16, 12}, {"aes256-gcm@openssh.com", 32, 12},
		{"aes128-ctr", 16, 16}, {"aes192-ctr", 24, 16}, {"aes256-ctr", 32, 16},
		{"chacha20-poly1305@openssh.com", 64, 0},
		{"aes128-cbc", 16, 16}, {"aes192-cbc", 24, 16}, {"aes256-cbc", 32, 16}, {"3des-cbc", 24, 8},
	}
}

// An integrity is a MAC by its registered name, with the length of what is
// sent of it.
type integrity struct {
	name   string
	hash   crypto.Hash
	length int
	etm    bool // over what was encrypted, the length in the clear (OpenSSH's PROTOCOL)
}

func integrities() []integrity {
	return []integrity{
		{"hmac-sha2-256", crypto.SHA256, 32, false}, {"hmac-sha2-256-etm@openssh.com", crypto.SHA256, 32, true},
		{"hmac-sha2-512", crypto.SHA512, 64, false}, {"hmac-sha2-512-etm@openssh.com", crypto.SHA512, 64, true},
		{"hmac-sha1", crypto.SHA1, 20, false}, {"hmac-sha1-etm@openssh.com", crypto.SHA1, 20, true},
		{"hmac-sha1-96", crypto.SHA1, 12, false}, {"hmac-sha1-96-etm@openssh.com", crypto.SHA1, 12, true},
		{"hmac-md5", crypto.MD5, 16, false}, {"hmac-md5-etm@openssh.com", crypto.MD5, 16, true},
		{"hmac-md5-96", crypto.MD5, 12, false}, {"hmac-md5-96-etm@openssh.com", crypto.MD5, 12, true},
	}
}

func (s seal) authenticates() bool {
	return strings.Contains(s.cipher, "gcm") || strings.HasPrefix(s.cipher, "chacha20")
}

// chooseSeal picks what we can open of what the server offers.
func chooseSeal(ciphers, macs []string) (s seal, m integrity, ok bool) {
	i := slices.IndexFunc(integrities(), func(m integrity) bool { return slices.Contains(macs, m.name) })
	if i >= 0 {
		m = integrities()[i]
	}
	for _, s := range seals() {
		if slices.Contains(ciphers, s.cipher) && (i >= 0 || s.authenticates()) {
			return s, m, true
		}
	}
	return seal{}, integrity{}, false
}

// secrets are what a finished key exchange gives: K as it was hashed, and H,
// which names the session too.
type secrets struct {
	hash crypto.Hash
	k, h []byte
}

// derive makes key material (RFC 4253 section 7.2).
func (s secrets) derive(letter byte, n int) []byte {
	out := digest(s.hash, slices.Concat(s.k, s.h, []byte{letter}, s.h))
	for len(out) < n {
		out = append(out, digest(s.hash, slices.Concat(s.k, s.h, out))...)
	}
	return out[:n]
}

var errSeal = errors.New("its authentication does not verify")

// open reads the server's first encrypted packet, which has the number seq,
// and returns its payload.
func (s secrets) open(r io.Reader, how seal, m integrity, seq uint32) ([]byte, error) {
	key, iv := s.derive('D', how.key), s.derive('B', how.iv)
	switch {
	case strings.HasPrefix(how.cipher, "chacha20"):
		return openChaCha(r, key, seq)
	case how.authenticates():
		return openGCM(r, key, iv)
	}
	newBlock := aes.NewCipher
	if how.cipher == "3des-cbc" {
		newBlock = des.NewTripleDESCipher
	}
	block, err := newBlock(key)
	if err != nil {
		return nil, err
	}
	var decrypt func(dst, src []byte)
	if strings.HasSuffix(how.cipher, "-cbc") {
		decrypt = cipher.NewCBCDecrypter(block, iv).CryptBlocks
	} else {
		decrypt = cipher.NewCTR(block, iv).XORKeyStream
	}
	mac := hmac.New(m.hash.New, s.derive('F', m.hash.Size()))
	binary.Write(mac, binary.BigEndian, seq)
	return openBlocks(r, decrypt, block.BlockSize(), mac, m)
}

func openGCM(r io.Reader, key, nonce []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	head, rest, err := readSealed(r, nil, aead.Overhead())
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nonce, rest, head)
	if err != nil {
		return nil, errSeal
	}
	return unpad(plain)
}

// openChaCha has one key for the length and one for the rest; the number of
// the packet is the nonce.
func openChaCha(r io.Reader, key []byte, seq uint32) ([]byte, error) {
	nonce := binary.BigEndian.AppendUint32(make([]byte, chacha20.NonceSize-4), seq)
	body, err := chacha20.NewUnauthenticatedCipher(key[:32], nonce)
	if err != nil {
		return nil, err
	}
	head, err := chacha20.NewUnauthenticatedCipher(key[32:], nonce)
	if err != nil {
		return nil, err
	}
	sealedHead, sealed, err := readSealed(r, head.XORKeyStream, polySize)
	if err != nil {
		return nil, err
	}
	once := make([]byte, 32)
	body.XORKeyStream(once, once)
	text, tag := sealed[:len(sealed)-polySize], sealed[len(sealed)-polySize:]
	if subtle.ConstantTimeCompare(poly1305(once, slices.Concat(sealedHead, text)), tag) != 1 {
		return nil, errSeal
	}
	body.SetCounter(1)
	body.XORKeyStream(text, text)
	return unpad(text)
}

const polySize = 16

// poly1305 is the authenticator of RFC 8439 section 2.5, in plain arithmetic:
// it is computed once for each server.
func poly1305(key, message []byte) []byte {
	little := func(b []byte) *big.Int {
		b = slices.Clone(b)
		slices.Reverse(b)
		return new(big.Int).SetBytes(b)
	}
	clamp, _ := new(big.Int).SetString("0ffffffc0ffffffc0ffffffc0fffffff", 16)
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	r, sum := clamp.And(clamp, little(key[:16])), new(big.Int)
	for part := range slices.Chunk(message, 16) {
		sum.Add(sum, little(append(slices.Clone(part), 1)))
		sum.Mod(sum.Mul(sum, r), p)
	}
	sum.Add(sum, little(key[16:32]))
	out := sum.FillBytes(make([]byte, 18))[2:]
	slices.Reverse(out)
	return out
}

// openBlocks reads a packet whose MAC stands behind it.
func openBlocks(r io.Reader, decrypt func(dst, src []byte), size int, mac hash.Hash, m integrity) ([]byte, error) {
	var head, rest []byte
	var err error
	if m.etm {
		head, rest, err = readSealed(r, nil, m.length)
	} else {
		head = make([]byte, size)
		if _, err = io.ReadFull(r, head); err != nil {
			return nil, err
		}
		decrypt(head, head)
		rest, err = readBody(r, head[:4], m.length, size-4)
	}
	if err != nil {
		return nil, err
	}
	text, tag := rest[:len(rest)-m.length], rest[len(rest)-m.length:]
	if len(text)%size != 0 {
		return nil, fmt.Errorf("encrypted packet: %w", sshwire.ErrMalformed)
	}
	if !m.etm {
		decrypt(text, text)
	}
	mac.Write(head)
	mac.Write(text)
	if subtle.ConstantTimeCompare(mac.Sum(nil)[:m.length], tag) != 1 {
		return nil, errSeal
	}
	if m.etm {
		decrypt(text, text)
		return unpad(text)
	}
	return unpad(slices.Concat(head[4:], text))
}

// readSealed reads a packet whose length stands in four bytes of its own,
// which are opened by open if that is set and returned as they came.
func readSealed(r io.Reader, open func(dst, src []byte), overhead int) (head, rest []byte, err error) {
	head = make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, nil, err
	}
	length := slices.Clone(head)
	if open != nil {
		open(length, head)
	}
	rest, err = readBody(r, length, overhead, 0)
	return head, rest, err
}

// readBody reads what is left of a packet of that length of which some bytes
// are read, and the overhead behind it.
func readBody(r io.Reader, length []byte, overhead, have int) ([]byte, error) {
	n := binary.BigEndian.Uint32(length)
	if n > sshwire.MaxPacket || int(n) < have {
		return nil, fmt.Errorf("encrypted packet of %d bytes: %w", n, sshwire.ErrMalformed)
	}
	rest := make([]byte, int(n)-have+overhead)
	_, err := io.ReadFull(r, rest)
	return rest, err
}

// unpad takes a packet apart behind its length: the length of the padding,
// payload, padding.
func unpad(b []byte) ([]byte, error) {
	if len(b) < 2 || int(b[0]) > len(b)-2 {
		return nil, fmt.Errorf("padding: %w", sshwire.ErrMalformed)
	}
	return b[1 : len(b)-int(b[0])], nil
}
