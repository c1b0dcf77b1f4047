package keystore

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// The formats BKS and UBER of BouncyCastle, as
// org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi writes them:
//
//	int version (1, 2), sized salt, int iterations, entries, integrity
//	entry: byte type, UTF alias, long date, int length, certificates, and
//	  1 certificate: certificate
//	  2 key:         byte kind, UTF format, UTF algorithm, sized key
//	  3 secret:      sized bytes
//	  4 sealed:      sized bytes: sized salt, int iterations, and the fields of
//	                 a key under PBEWithSHAAnd3-KeyTripleDES-CBC
//	a type of 0 ends them
//
// A certificate is UTF type and sized DER. Of BKS the integrity is HMAC-SHA1
// and all but sealed keys is in the clear; of UBER it is SHA-1, and entries and
// digest lie under PBEWithSHAAndTwofish-CBC.
type bks struct {
	*session
	Contents
	in     dataInput
	format string
}

// BKS reads a key store of the formats BKS and UBER, which have no marks.
func (o *Opener) BKS(ctx context.Context, data []byte) Contents {
	k := &bks{session: o.session(ctx), in: dataInput{rest: data}, format: "BKS"}
	if err := k.read(); err != nil {
		k.gap(k.format+" content", scanner.ReasonGarbage, err.Error())
	}
	return k.Contents
}

// IsUBER tells whether a store that begins like BKS is UBER: its entries are
// encrypted, so that what stands for the first is none.
func IsUBER(data []byte) bool {
	k := &bks{session: (&Opener{}).session(context.Background()), in: dataInput{rest: data}}
	k.in.i32()
	k.in.sized()
	k.in.i32()
	kind := k.in.u8()
	if kind == 0 {
		return len(k.in.rest) != sha1.Size
	}
	alias := k.in.u16()
	k.in.bytes(alias)
	k.in.long()
	chain := k.in.i32()
	return kind > 4 || k.in.bad || chain < 0 || chain > 1000
}

func (k *bks) read() error {
	whole := k.in.rest
	version := k.in.i32()
	salt := k.in.sized()
	iterations := k.in.i32()
	if k.in.bad || version < 0 || version > 2 || iterations < 1 {
		return damaged("the header")
	}
	if IsUBER(whole) {
		k.format = "UBER"
		k.Protection = []scanner.Protection{{Scheme: "UBER", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "Twofish-256-CBC", Iterations: iterations, SaltBits: 8 * len(salt)}}
		return k.uber(salt, iterations)
	}
	k.Protection = []scanner.Protection{{Scheme: "BKS", KDF: "PKCS12-KDF", PRF: "SHA-1", MAC: "HMAC-SHA1", Iterations: iterations, SaltBits: 8 * len(salt)}}
	return k.plain(version, salt, iterations)
}

// plain reads BKS. The MAC comes first, since its password mostly opens the
// keys as well; a key that opens when it does not fit shows an altered file.
func (k *bks) plain(version int, salt []byte, iterations int) error {
	if len(k.in.rest) < sha1.Size {
		return damaged("cut short")
	}
	body, want := k.in.rest[:len(k.in.rest)-sha1.Size], k.in.rest[len(k.in.rest)-sha1.Size:]
	size := sha1.Size
	if version < 2 {
		size /= 8 // it took bits for bytes, so the key had 2 (CVE-2018-5382)
	}
	p, err := k.try(func(p Password) error {
		if err := k.spend(iterations); err != nil {
			return err
		}
		if !hmac.Equal(mac(sha1.New, pkcs12Key(sha1.New, p.bmp(), salt, iterations, forMAC, size), body), want) {
			return errPassword
		}
		return nil
	})
	if err == nil {
		k.Protection[0].Opened = p.origin
	}
	if damage := k.entries(); damage != nil {
		return damage
	}
	if n := len(k.in.rest); n != sha1.Size {
		return damaged("%d bytes behind the last entry, where the MAC has %d", n, sha1.Size)
	}
	if err != nil {
		k.locked("BKS integrity", "", k.ambiguous(err), k.given())
	}
	return nil
}

// uber opens the whole store. A digest stands at its end.
func (k *bks) uber(salt []byte, iterations int) error {
	var plain []byte
	p, err := k.try(func(p Password) (err error) {
		if err := k.spend(2 * iterations); err != nil {
			return err
		}
		c := modeTwofish
		key := pkcs12Key(sha1.New, p.bmp(), salt, iterations, forKey, c.key)
		iv := pkcs12Key(sha1.New, p.bmp(), salt, iterations, forIV, c.iv)
		if plain, err = c.open(key, iv, k.in.rest); err != nil {
			return err
		}
		if len(plain) <= sha1.Size {
			return errPassword
		}
		sum := sha1.Sum(plain[:len(plain)-sha1.Size])
		if subtle.ConstantTimeCompare(sum[:], plain[len(plain)-sha1.Size:]) != 1 {
			return errPassword
		}
		return nil
	})
	if err != nil {
		k.locked("UBER content", "", err, k.given())
		return nil
	}
	k.Protection[0].Opened = p.origin
	k.in = dataInput{rest: plain[:len(plain)-sha1.Size]}
	return k.entries()
}

func (k *bks) entries() error {
	for i := 0; ; i++ {
		kind := k.in.u8()
		if kind == 0 && !k.in.bad {
			return nil
		}
		alias := k.in.utf()
		k.in.long()
		chain := k.in.i32()
		if k.in.bad || i >= maxEntries {
			return damaged("cut short behind %d entries", i)
		}
		first := len(k.Entries)
		for range min(max(chain, 0), maxEntries) {
			if !k.certificate(alias) {
				return damaged("cut short behind %d entries", i)
			}
		}
		switch kind {
		case 1:
			k.certificate(alias)
		case 2:
			e := Entry{Alias: alias, Protection: k.outer()}
			if k.key(&e, &k.in) {
				k.Entries = slices.Insert(k.Entries, first, e)
			} else if !k.in.bad {
				k.gap(k.format+" content", scanner.ReasonGarbage, "a key of no known kind or format: "+scanner.Escape(alias))
			}
		case 3, 4:
			sealed := k.in.sized()
			if k.in.bad {
				break
			}
			e := Entry{Kind: scanner.ItemPrivateKey, Alias: alias}
			if chain == 0 {
				e.Kind = scanner.ItemSecretKey // private keys have a chain
			}
			if err := k.sealed(&e, sealed); err != nil {
				k.locked("sealed key", alias, err, k.given())
			}
			k.Entries = slices.Insert(k.Entries, first, e)
		default:
			return damaged("entry %d is of kind %d", i+1, kind)
		}
		if k.in.bad {
			return damaged("cut short behind %d entries", i)
		}
	}
}

// outer is what protects a key that is not sealed: all of UBER is, of BKS
// nothing.
func (k *bks) outer() *scanner.Protection {
	if k.format == "UBER" {
		p := k.Protection[0]
		return &p
	}
	return &scanner.Protection{Scheme: "none"}
}

func (k *bks) certificate(alias string) bool {
	kind := k.in.utf()
	der := k.in.sized()
	if k.in.bad {
		return false
	}
	if kind != "X.509" {
		k.gap(k.format+" content", scanner.ReasonGarbage, "a certificate of type "+scanner.Escape(kind))
		return true
	}
	k.Entries = append(k.Entries, Entry{Kind: scanner.ItemCertificate, Alias: alias, Certificate: slices.Clone(der)})
	return true
}

// key reads the fields of a key in the clear. It tells whether they make
// sense.
func (k *bks) key(e *Entry, in *dataInput) bool {
	kind, format, algorithm, der := in.u8(), in.utf(), in.utf(), in.sized()
	if in.bad {
		return false
	}
	switch {
	case kind == 0 && (format == "PKCS#8" || format == "PKCS8"):
		e.Kind = scanner.ItemPrivateKey
		k.private(e, der)
	case kind == 1 && (format == "X.509" || format == "X509"):
		e.Kind, e.Certificate = scanner.ItemPublicKey, slices.Clone(der)
	case kind == 2 && format == "RAW":
		e.Kind = scanner.ItemSecretKey
		e.Key = &scanner.Key{Algorithm: scanner.Escape(algorithm), Bits: 8 * len(der)}
	default:
		return false
	}
	return true
}

// sealed opens a key under a password of its own.
func (k *bks) sealed(e *Entry, sealed []byte) error {
	in := dataInput{rest: sealed}
	salt, iterations := in.sized(), in.i32()
	if in.bad || iterations < 1 {
		return damaged("a sealed key")
	}
	e.Protection = &scanner.Protection{Scheme: "BKS", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "3DES-EDE-CBC", Iterations: iterations, SaltBits: 8 * len(salt)}
	p, err := k.try(func(p Password) error {
		if err := k.spend(2 * iterations); err != nil {
			return err
		}
		c := mode3DES
		key := pkcs12Key(sha1.New, p.bmp(), salt, iterations, forKey, c.key)
		iv := pkcs12Key(sha1.New, p.bmp(), salt, iterations, forIV, c.iv)
		plain, err := c.open(key, iv, in.rest)
		if err != nil {
			return err
		}
		if !k.key(e, &dataInput{rest: plain}) {
			return errPassword
		}
		return nil
	})
	if err == nil {
		e.Protection.Opened = p.origin
	}
	return err
}
