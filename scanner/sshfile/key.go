package sshfile

import (
	"bytes"
	"encoding/base64"

	"golang.org/x/crypto/cryptobyte"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// KeyOf is the facts of a public key blob, in the words that any key is told
// in. Of a certificate they are those of the key beneath. A type without a form
// as SubjectPublicKeyInfo, such as that of a hardware token, is only named.
func KeyOf(blob []byte) (scanner.Key, error) {
	key, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return scanner.Key{}, err
	}
	if _, ok := sshwire.PlainType(key.Type); ok {
		c, err := sshwire.ParseCertificate(blob)
		if err != nil {
			return scanner.Key{}, err
		}
		key = c.Key
	}
	return keyFacts(key), nil
}

func keyFacts(key sshwire.PublicKey) scanner.Key {
	spki := key.SPKI()
	if spki == nil && key.Type == "ssh-ed448" { // RFC 8709; named as every other Ed448 key is
		return scanner.Key{Algorithm: "Ed448", OID: "1.3.101.113", Bits: 448}
	}
	if spki == nil {
		return scanner.Key{Algorithm: scanner.Escape(key.Type), Bits: key.Bits}
	}
	k := scanner.Key{Bits: key.Bits, Curve: key.Curve, SPKISHA256: scanner.Digest(spki)}
	switch key.Type {
	case sshwire.TypeRSA:
		k.Algorithm, k.OID, k.Exponent = "RSA", "1.2.840.113549.1.1.1", key.E.String()
	case sshwire.TypeDSA:
		k.Algorithm, k.OID, k.SubBits = "DSA", "1.2.840.10040.4.1", key.Q.BitLen()
	case sshwire.TypeEd25519:
		k.Algorithm, k.OID, k.Bits = "Ed25519", "1.3.101.112", 255 // of the field, as package pkix has it
	default:
		k.Algorithm, k.OID = "EC", "1.2.840.10045.2.1"
	}
	return k
}

// A PublicKey is a public key as OpenSSH writes it in text.
type PublicKey struct {
	Type    string // as the text says
	Blob    []byte
	Key     scanner.Key
	Comment string
	Problem string // why the blob could not be read; Key is empty
}

// ParsePublicKey reads type, key and comment (RFC 4253's blob in base64). It
// is false for text that does not look so: base64 of any key begins with AAAA,
// since its first number is a small one.
func ParsePublicKey(line []byte) (PublicKey, bool) {
	if len(line) > maxLine {
		return PublicKey{}, false
	}
	kind, rest := word(bytes.TrimSpace(line))
	text, comment := word(rest)
	if !bytes.HasPrefix(text, []byte("AAAA")) || len(kind) == 0 || len(kind) > sshwire.MaxName {
		return PublicKey{}, false
	}
	blob, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return PublicKey{}, false
	}
	k := PublicKey{Type: scanner.Escape(kind), Blob: blob, Comment: scanner.Escape(comment)}
	if k.Key, err = KeyOf(blob); err != nil {
		k.Problem = err.Error()
	} else if inner, err := sshwire.ParsePublicKey(blob); err == nil && inner.Type != string(kind) {
		k.Problem = "the text says another type than the key: " + scanner.Escape(inner.Type)
	}
	return k, true
}

// word cuts the first word off, and the blanks behind it.
func word(line []byte) (first, rest []byte) {
	i := bytes.IndexAny(line, " \t")
	if i < 0 {
		return line, nil
	}
	return line[:i], bytes.TrimLeft(line[i:], " \t")
}

// PrivateMagic begins a private key of OpenSSH's own (its PROTOCOL.key).
const PrivateMagic = "openssh-key-v1\x00"

// A PrivateKey is what stands in the clear of a private key file: its public
// half and how the rest is protected.
type PrivateKey struct {
	Blob       []byte       // the public half as RFC 4253 has it
	Key        *scanner.Key // nil where it could not be read
	Protection *scanner.Protection
	Problem    string
}

// ParsePrivateKey reads the bytes of an OPENSSH PRIVATE KEY block. The secret
// behind the public half is not looked at.
func ParsePrivateKey(data []byte) PrivateKey {
	var cipher, kdf, options, public cryptobyte.String
	var count uint32
	rest, ok := bytes.CutPrefix(data, []byte(PrivateMagic))
	in := cryptobyte.String(rest)
	ok = ok && readString(&in, &cipher) && readString(&in, &kdf) && readString(&in, &options) &&
		in.ReadUint32(&count) && readString(&in, &public)
	if !ok {
		return PrivateKey{Problem: "no OpenSSH private key: cut short, or of another version"}
	}
	k := PrivateKey{Blob: public, Protection: protection(string(cipher), string(kdf), options)}
	key, err := KeyOf(public)
	if err != nil {
		k.Problem = "the public half: " + err.Error()
		return k
	}
	k.Key = &key
	return k
}

// readString reads the "string" of RFC 4251 section 5.
func readString(in, out *cryptobyte.String) bool {
	var n uint32
	return in.ReadUint32(&n) && uint64(n) <= uint64(len(*in)) && in.ReadBytes((*[]byte)(out), int(n))
}

// ciphers are those that OpenSSH has protected keys with, by the names that
// every other protection goes by. It is never written to.
var ciphers = map[string]string{
	"3des-cbc":                      "3DES-EDE-CBC",
	"blowfish-cbc":                  "BLOWFISH",
	"cast128-cbc":                   "CAST5",
	"arcfour":                       "RC4-128",
	"arcfour128":                    "RC4-128",
	"aes128-cbc":                    "AES-128-CBC",
	"aes192-cbc":                    "AES-192-CBC",
	"aes256-cbc":                    "AES-256-CBC",
	"rijndael-cbc@lysator.liu.se":   "AES-256-CBC",
	"aes128-ctr":                    "AES-128-CTR",
	"aes192-ctr":                    "AES-192-CTR",
	"aes256-ctr":                    "AES-256-CTR",
	"aes128-gcm@openssh.com":        "AES-128-GCM",
	"aes256-gcm@openssh.com":        "AES-256-GCM",
	"chacha20-poly1305@openssh.com": "CHACHA20-POLY1305",
}

// protection reads how the secret is protected; bcrypt's options are salt and
// rounds.
func protection(cipher, kdf string, options cryptobyte.String) *scanner.Protection {
	if cipher == "none" {
		return &scanner.Protection{Scheme: "none"}
	}
	name, ok := ciphers[cipher]
	if !ok {
		name = scanner.Escape(cipher)
	}
	p := &scanner.Protection{Scheme: "OpenSSH-" + scanner.Escape(kdf), KDF: scanner.Escape(kdf), Cipher: name}
	if kdf != "bcrypt" {
		return p
	}
	p.KDF = "bcrypt_pbkdf"
	var salt cryptobyte.String
	var rounds uint32
	if readString(&options, &salt) && options.ReadUint32(&rounds) {
		p.SaltBits, p.Iterations = 8*len(salt), int(rounds)
	}
	return p
}
