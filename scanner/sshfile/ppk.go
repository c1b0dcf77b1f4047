package sshfile

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// PuTTYMagic begins a private key of PuTTY's, before the version.
const PuTTYMagic = "PuTTY-User-Key-File-"

// maxPuTTYLines bounds the lines of base64 that a public half may say to have:
// RSA of 16384 bits needs 44.
const maxPuTTYLines = 1024

// ParsePuTTYKey reads a private key file of PuTTY's (its manual, appendix C):
// the public half and, of the protection, all that stands in the clear. The
// secret and its MAC are not looked at.
func ParsePuTTYKey(data []byte) PrivateKey {
	f := puttyFile{rest: data}
	name, _ := f.header()
	version := strings.TrimPrefix(name, PuTTYMagic)
	if version == name || version != "1" && version != "2" && version != "3" {
		return PrivateKey{Problem: "no PuTTY key of a version that is known: " + scanner.Escape(name)}
	}
	headers := map[string]string{}
	var blob []byte
	for range 20 { // a dozen are defined
		name, value := f.header()
		if name == "" {
			break
		}
		headers[name] = value
		switch {
		case name == "Public-Lines":
			var ok bool
			if blob, ok = f.lines(value); !ok {
				return PrivateKey{Protection: puttyProtection(version, headers), Problem: "the public half is cut short, or no base64"}
			}
		case name == "Private-Lines":
			return puttyKey(blob, puttyProtection(version, headers))
		}
	}
	return PrivateKey{Protection: puttyProtection(version, headers), Problem: "cut short before its private half"}
}

func puttyKey(blob []byte, p *scanner.Protection) PrivateKey {
	k := PrivateKey{Blob: blob, Protection: p}
	key, err := KeyOf(blob)
	if err != nil {
		k.Problem = "the public half: " + err.Error()
		return k
	}
	k.Key = &key
	return k
}

// puttyProtection reads how the secret is kept. Version 2 hashes the
// passphrase twice with SHA-1 and without a salt; version 3 uses Argon2.
func puttyProtection(version string, headers map[string]string) *scanner.Protection {
	cipher := headers["Encryption"]
	switch cipher {
	case "":
		return nil // not said
	case "none":
		return &scanner.Protection{Scheme: "none"}
	case "aes256-cbc":
		cipher = "AES-256-CBC"
	}
	p := &scanner.Protection{Scheme: "PPK-v" + version, Cipher: scanner.Escape(cipher)}
	if version != "3" {
		p.KDF, p.PRF, p.Iterations = "PuTTY-SHA-1", "SHA-1", 1
		return p
	}
	p.Scheme, p.KDF = "PPK-v3-argon2", scanner.Escape(headers["Key-Derivation"])
	for name, n := range map[string]*int{"Argon2-Memory": &p.MemoryKiB, "Argon2-Passes": &p.Iterations, "Argon2-Parallelism": &p.Parallelism} {
		if v, err := strconv.ParseUint(headers[name], 10, 31); err == nil {
			*n = int(v)
		}
	}
	p.SaltBits = 8 * hex.DecodedLen(len(headers["Argon2-Salt"]))
	return p
}

// A puttyFile is what is left to read of one.
type puttyFile struct{ rest []byte }

func (f *puttyFile) line() []byte {
	line, rest, _ := bytes.Cut(f.rest, []byte("\n"))
	f.rest = rest
	return bytes.TrimRight(line[:min(len(line), maxLine)], "\r")
}

// header reads a line of name and value; the name is "" for none.
func (f *puttyFile) header() (name, value string) {
	before, after, found := bytes.Cut(f.line(), []byte(": "))
	if !found {
		return "", ""
	}
	return string(before), string(after)
}

// lines reads as many lines of base64 as the header says.
func (f *puttyFile) lines(count string) ([]byte, bool) {
	n, err := strconv.ParseUint(count, 10, 16)
	if err != nil || n > maxPuTTYLines {
		return nil, false
	}
	var text []byte
	for range n {
		text = append(text, f.line()...)
	}
	blob, err := base64.StdEncoding.DecodeString(string(text))
	return blob, err == nil && len(blob) > 0
}
