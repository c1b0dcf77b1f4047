package keystore

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// The formats of the Java platform, as OpenJDK writes them:
// sun.security.provider.JavaKeyStore and KeyProtector,
// com.sun.crypto.provider.JceKeyStore, KeyProtector and PBES1Core.
//
//	int magic, int version (1, 2), int count
//	count times: int tag, UTF alias, long date, and
//	  1 key:         sized EncryptedPrivateKeyInfo, int length, certificates
//	  2 certificate: certificate
//	  3 secret key:  a serialised javax.crypto.SealedObject (JCEKS)
//	SHA-1 of the password in UTF-16, "Mighty Aphrodite" and all of the above
//
// A certificate is UTF type (version 2) and sized DER. All but the keys is in
// the clear.
const (
	oidJKS   = "1.3.6.1.4.1.42.2.17.1.1"
	oidJCEKS = "1.3.6.1.4.1.42.2.19.1"

	whitener = "Mighty Aphrodite"
)

// A jks is a Java key store that is being read.
type jks struct {
	*session
	Contents
	in      dataInput
	format  string
	version int
	keys    int
}

// JKS reads a key store of the formats JKS and JCEKS.
func (o *Opener) JKS(ctx context.Context, data []byte) Contents {
	k := &jks{session: o.session(ctx), in: dataInput{rest: data}, format: "JKS"}
	if k.in.u16() == 0xcece {
		k.format = "JCEKS"
	}
	k.in.u16()
	if err := k.read(data); err != nil {
		k.gap(k.format+" content", scanner.ReasonGarbage, err.Error())
	}
	scheme := k.format
	if k.keys == 0 {
		scheme = "JKS-truststore" // whose digest claims nothing, in JCEKS as in JKS
	}
	p := scanner.Protection{Scheme: scheme}
	if k.first != nil {
		p.Opened = k.first.origin
	}
	k.Protection = append(k.Protection, p)
	return k.Contents
}

func (k *jks) read(data []byte) error {
	if k.version = k.in.i32(); k.version != 1 && k.version != 2 {
		return damaged("version %d", k.version)
	}
	if len(data) > 12+sha1.Size { // first: its password mostly opens the keys as well
		if err := k.integrity(data); err != nil {
			defer func() { k.locked(k.format+" integrity", "", k.ambiguous(err), k.given()) }()
		}
	}
	count := k.in.i32()
	if count < 0 || count > maxEntries {
		return damaged("%d entries", count)
	}
	for i := range count {
		tag, alias := k.in.i32(), k.in.utf()
		k.in.long()
		switch {
		case k.in.bad:
			return damaged("cut short behind %d of %d entries", i, count)
		case tag == 1:
			k.key(alias)
		case tag == 2:
			if !k.certificate(alias) {
				return damaged("cut short behind %d of %d entries", i, count)
			}
		case tag == 3 && k.format == "JCEKS":
			k.keys++
			k.Entries = append(k.Entries, Entry{Kind: scanner.ItemSecretKey, Alias: alias, Protection: &scanner.Protection{Scheme: "JCEKS"}})
			k.gap("JCEKS secret key", scanner.ReasonUncomputable,
				fmt.Sprintf("%s: a serialised Java object, which does not tell its length; it and the %d entries behind it are unread", scanner.Escape(alias), count-i-1))
			return nil
		default:
			return damaged("entry %d of %d is of kind %d", i+1, count, tag)
		}
		if k.in.bad {
			return damaged("cut short behind %d of %d entries", i, count)
		}
	}
	if n := len(k.in.rest); n != sha1.Size {
		return damaged("%d bytes behind the last entry, where the digest has %d", n, sha1.Size)
	}
	return nil
}

// integrity tries the passwords on the digest.
func (k *jks) integrity(data []byte) error {
	body, want := data[:len(data)-sha1.Size], data[len(data)-sha1.Size:]
	_, err := k.try(func(p Password) error {
		if err := k.spend(len(data) / 64); err != nil {
			return err
		}
		d := sha1.New()
		d.Write(p.utf16())
		d.Write([]byte(whitener))
		d.Write(body)
		if p.null || subtle.ConstantTimeCompare(d.Sum(nil), want) != 1 {
			return errPassword
		}
		return nil
	})
	return err
}

// certificate reads one; the alias is that of the entry.
func (k *jks) certificate(alias string) bool {
	kind := "X.509"
	if k.version == 2 {
		kind = k.in.utf()
	}
	der := k.in.sized()
	if k.in.bad {
		return false
	}
	if kind != "X.509" && kind != "X509" {
		k.gap(k.format+" content", scanner.ReasonGarbage, "a certificate of type "+scanner.Escape(kind))
		return true
	}
	k.Entries = append(k.Entries, Entry{Kind: scanner.ItemCertificate, Alias: alias, Certificate: slices.Clone(der)})
	return true
}

// key reads a private key and the certificates behind it.
func (k *jks) key(alias string) {
	k.keys++
	der := k.in.sized()
	e := Entry{Kind: scanner.ItemPrivateKey, Alias: alias, Protection: &scanner.Protection{Scheme: k.format}}
	if !k.in.bad {
		if err := k.open(&e, der); err != nil {
			k.locked("private key", alias, err, k.given())
		}
	}
	k.Entries = append(k.Entries, e)
	for range min(max(k.in.i32(), 0), maxEntries) {
		if !k.certificate(alias) {
			return
		}
	}
}

func (k *jks) open(e *Entry, der []byte) error {
	a, sealed, ok := readShrouded(der)
	if !ok {
		e.Problem = "no EncryptedPrivateKeyInfo"
		return damaged("no EncryptedPrivateKeyInfo")
	}
	var attempt func(Password) ([]byte, error)
	switch a.oid {
	case oidJKS:
		e.Protection = &scanner.Protection{Scheme: "JKS", KDF: "SHA-1", PRF: "SHA-1", Cipher: "SHA-1 keystream", Iterations: 1, SaltBits: 160}
		attempt = func(p Password) ([]byte, error) { return openJKS(sealed, p) }
	case oidJCEKS:
		salt, iterations, err := saltAndCount(a)
		if err != nil {
			return err
		}
		e.Protection = &scanner.Protection{Scheme: "JCEKS", KDF: "PBEWithMD5AndTripleDES", PRF: "MD5", Cipher: "3DES-EDE-CBC", Iterations: iterations, SaltBits: 8 * len(salt)}
		attempt = func(p Password) ([]byte, error) { return k.openJCEKS(salt, iterations, sealed, p) }
	default:
		return k.shrouded(e, der)
	}
	p, err := k.try(func(p Password) error {
		plain, err := attempt(p)
		if err == nil && !isPKCS8(plain) {
			err = errPassword
		}
		if err == nil {
			k.private(e, plain)
		}
		return err
	})
	if err == nil {
		e.Protection.Opened = p.origin
	}
	return err
}

// openJKS undoes sun.security.provider.KeyProtector: a keystream of SHA-1
// digests, each over the password and the one before, the first over a salt.
// Behind the key stands a digest of password and key.
func openJKS(sealed []byte, p Password) ([]byte, error) {
	if len(sealed) < 2*sha1.Size {
		return nil, damaged("a protected key of %d bytes", len(sealed))
	}
	password := p.utf16()
	last := sealed[:sha1.Size]
	body, want := sealed[sha1.Size:len(sealed)-sha1.Size], sealed[len(sealed)-sha1.Size:]
	plain := make([]byte, len(body))
	for at := 0; at < len(body); at += sha1.Size {
		d := sha1.Sum(append(slices.Clone(password), last...))
		last = d[:]
		end := min(at+sha1.Size, len(body))
		subtle.XORBytes(plain[at:end], body[at:end], last)
	}
	if d := sha1.Sum(append(slices.Clone(password), plain...)); p.null || subtle.ConstantTimeCompare(d[:], want) != 1 {
		return nil, errPassword
	}
	return plain, nil
}

// openJCEKS undoes com.sun.crypto.provider.PBES1Core for TripleDES: each half
// of the salt is hashed with the password over and over, which gives key and
// vector together.
func (k *jks) openJCEKS(salt []byte, iterations int, sealed []byte, p Password) ([]byte, error) {
	switch {
	case p.null:
		return nil, errPassword
	case len(salt) != 8:
		return nil, damaged("a salt of %d bytes", len(salt))
	}
	if err := k.spend(2 * iterations); err != nil {
		return nil, err
	}
	password := p.seven()
	var derived []byte
	for _, half := range [][]byte{salt[:4], salt[4:]} {
		sum := slices.Clone(half)
		d := md5.New()
		for range iterations {
			d.Reset()
			d.Write(sum)
			d.Write(password)
			sum = d.Sum(sum[:0])
		}
		derived = append(derived, sum...)
	}
	return mode3DES.open(derived[:24], derived[24:], sealed)
}
