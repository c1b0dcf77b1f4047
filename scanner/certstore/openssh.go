package certstore

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// openSSHMagic begins a private key of OpenSSH's own (its PROTOCOL.key).
var openSSHMagic = []byte("openssh-key-v1\x00")

// openSSH adds a private key in OpenSSH's own format. Public half and
// protection stand in the clear before the secret, which is not looked at.
func (c *content) openSSH(b block) {
	item := scanner.Item{Kind: scanner.ItemPrivateKey}
	if b.problem != "" {
		item.Problem = b.label + ": " + b.problem
		c.add(item)
		return
	}
	var cipher, kdf, options, public cryptobyte.String
	var count uint32
	rest, ok := bytes.CutPrefix(b.data, openSSHMagic)
	in := cryptobyte.String(rest)
	ok = ok && sshString(&in, &cipher) && sshString(&in, &kdf) && sshString(&in, &options) &&
		in.ReadUint32(&count) && sshString(&in, &public)
	if !ok {
		item.Problem = "no OpenSSH private key: cut short, or of another version"
		c.add(item)
		return
	}
	item.Protection = openSSHProtection(string(cipher), string(kdf), options)
	item.Key, item.Problem = sshKey(public)
	if item.Key != nil {
		item.SHA256 = item.Key.SPKISHA256
	}
	c.add(item)
}

// sshString reads the "string" of RFC 4251 section 5.
func sshString(in, out *cryptobyte.String) bool {
	var n uint32
	return in.ReadUint32(&n) && uint64(n) <= uint64(len(*in)) && in.ReadBytes((*[]byte)(out), int(n))
}

// sshCiphers are the ciphers that OpenSSH has protected keys with, by the
// names that every other protection here goes by.
var sshCiphers = map[string]string{
	"3des-cbc":                      "3DES-EDE-CBC",
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

// openSSHProtection reads the protection; bcrypt's options are salt and
// rounds.
func openSSHProtection(cipher, kdf string, options cryptobyte.String) *scanner.Protection {
	if cipher == "none" {
		return &scanner.Protection{Scheme: "none"}
	}
	name, ok := sshCiphers[cipher]
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
	if sshString(&options, &salt) && options.ReadUint32(&rounds) {
		p.SaltBits, p.Iterations = 8*len(salt), int(rounds)
	}
	return p
}

// sshKey tells the facts of a public key blob. A type without a form as
// SubjectPublicKeyInfo, such as that of a hardware token, is only named.
func sshKey(blob []byte) (*scanner.Key, string) {
	key, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return nil, "the public half: " + err.Error()
	}
	spki := key.SPKI()
	if spki == nil {
		return &scanner.Key{Algorithm: scanner.Escape(key.Type), Bits: key.Bits}, ""
	}
	facts, err := pkix.PublicKey(spki)
	if err != nil {
		return nil, "the public half: " + err.Error()
	}
	return &facts, ""
}
