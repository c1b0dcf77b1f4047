package keystore

import (
	"context"
	encoding "encoding/asn1"
	"fmt"
	"math/big"
	"math/bits"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// The packets of a keyring that are read (RFC 9580 section 5); the rest is
// signatures over them.
const (
	pgpSecretKey    = 5
	pgpPublicKey    = 6
	pgpSecretSubkey = 7
	pgpUserID       = 13
	pgpPublicSubkey = 14
)

// maxPGPKeys bounds the keys of one keyring.
const maxPGPKeys = 10_000

// OpenPGP reads a keyring out of its armour: which keys are in it, and how
// secret ones are kept (RFC 9580 section 10.1). No password is tried: what one
// would open is the private half alone.
func (o *Opener) OpenPGP(_ context.Context, data []byte) Contents {
	var c Contents
	in, primary, name := cryptobyte.String(data), -1, ""
	for !in.Empty() {
		tag, body, ok := pgpPacket(&in)
		if !ok {
			c.gap("OpenPGP content", scanner.ReasonGarbage, fmt.Sprintf("no packet at byte %d", len(data)-len(in)))
			return c
		}
		switch tag {
		case pgpUserID:
			if primary >= 0 && name == "" {
				name = string(body[:min(len(body), scanner.MaxText)])
				c.Entries[primary].Alias = name
			}
		case pgpSecretKey, pgpPublicKey, pgpSecretSubkey, pgpPublicSubkey:
			if len(c.Entries) == maxPGPKeys {
				c.gap("OpenPGP content", scanner.ReasonTooLarge, fmt.Sprintf("more than %d keys", maxPGPKeys))
				return c
			}
			e := o.pgpKey(body, tag == pgpSecretKey || tag == pgpSecretSubkey)
			if tag == pgpSecretKey || tag == pgpPublicKey {
				primary, name = len(c.Entries), ""
			} else if name != "" {
				e.Alias = name + ", subkey"
			}
			c.Entries = append(c.Entries, e)
		}
	}
	return c
}

// pgpPacket reads a packet of either form (RFC 9580 section 4.2). Partial
// lengths are for data and not for keys.
func pgpPacket(in *cryptobyte.String) (tag byte, body cryptobyte.String, ok bool) {
	var first, l byte
	if !in.ReadUint8(&first) || first&0x80 == 0 {
		return 0, nil, false
	}
	length, long, short := uint32(0), uint32(0), uint16(0)
	if first&0x40 == 0 { // the old form
		tag = first >> 2 & 0xf
		switch first & 3 {
		case 0:
			ok = in.ReadUint8(&l)
			length = uint32(l)
		case 1:
			ok = in.ReadUint16(&short)
			length = uint32(short)
		case 2:
			ok = in.ReadUint32(&length)
		default: // to the end
			ok, length = true, uint32(len(*in))
		}
	} else if tag = first & 0x3f; in.ReadUint8(&l) {
		switch {
		case l < 192:
			ok, length = true, uint32(l)
		case l < 224:
			var next byte
			ok = in.ReadUint8(&next)
			length = uint32(l-192)<<8 + uint32(next) + 192
		case l == 255:
			ok = in.ReadUint32(&long)
			length = long
		}
	}
	if !ok || uint64(length) > uint64(len(*in)) || !in.ReadBytes((*[]byte)(&body), int(length)) {
		return 0, nil, false
	}
	return tag, body, true
}

// pgpKey reads a key packet (RFC 9580 section 5.5.2 and 5.5.3).
func (o *Opener) pgpKey(body cryptobyte.String, secret bool) Entry {
	e := Entry{Kind: scanner.ItemPublicKey}
	if secret {
		e.Kind = scanner.ItemPrivateKey
	}
	var version, algorithm byte
	ok := body.ReadUint8(&version) && body.Skip(4) // when it was made
	if version < 4 {
		ok = ok && body.Skip(2) // days that it is valid
	}
	if ok = ok && body.ReadUint8(&algorithm); version > 4 {
		ok = ok && body.Skip(4) // the length of what follows
	}
	if !ok || version < 2 || version > 6 {
		e.Problem = "an OpenPGP key of a version that is not read"
		return e
	}
	key, ok := o.pgpMaterial(&body, algorithm)
	if e.Key = &key; !ok {
		e.Problem = "an OpenPGP key whose numbers are not read"
		return e
	}
	if secret {
		p, there, ok := pgpProtection(body, version)
		switch {
		case !ok:
			e.Problem = "an OpenPGP key whose protection is not read"
		case !there: // its secret is elsewhere, as on a card
			e.Kind = scanner.ItemPublicKey
		default:
			e.Protection = &p
		}
	}
	return e
}

// pgpMaterial reads the public numbers (RFC 9580 section 5.5.5), and says of
// what the key is in the words of certificates.
func (o *Opener) pgpMaterial(in *cryptobyte.String, algorithm byte) (scanner.Key, bool) {
	number := func() *big.Int { return mpi(in) }
	switch algorithm {
	case 1, 2, 3:
		n, e := number(), number()
		if n == nil || e == nil {
			return scanner.Key{Algorithm: "RSA"}, false
		}
		return o.spkiKey(scanner.Key{Algorithm: "RSA", Bits: n.BitLen()}, "1.2.840.113549.1.1.1", (*cryptobyte.Builder).AddASN1NULL, sequence(n, e)), true
	case 16:
		p, g, y := number(), number(), number()
		if p == nil || g == nil || y == nil {
			return scanner.Key{Algorithm: "ElGamal"}, false
		}
		return scanner.Key{Algorithm: "ElGamal", Bits: p.BitLen()}, true
	case 17:
		p, q, g, y := number(), number(), number(), number()
		if p == nil || q == nil || g == nil || y == nil {
			return scanner.Key{Algorithm: "DSA"}, false
		}
		return o.spkiKey(scanner.Key{Algorithm: "DSA", Bits: p.BitLen(), SubBits: q.BitLen()}, "1.2.840.10040.4.1", sequence(p, q, g), func(b *cryptobyte.Builder) { b.AddASN1BigInt(y) }), true
	case 18, 19, 22:
		return o.pgpCurve(in, algorithm == 18)
	}
	if raw, ok := pgpRaw[algorithm]; ok {
		var point []byte
		if !in.ReadBytes(&point, raw.length) {
			return scanner.Key{Algorithm: raw.name}, false
		}
		return o.spkiKey(scanner.Key{Algorithm: raw.name}, raw.oid, nil, func(b *cryptobyte.Builder) { b.AddBytes(point) }), true
	}
	return scanner.Key{Algorithm: fmt.Sprintf("OpenPGP algorithm %d", algorithm)}, false
}

// pgpRaw are the algorithms whose public half is octets of one length.
var pgpRaw = map[byte]struct {
	name, oid string
	length    int
}{25: {"X25519", "1.3.101.110", 32}, 26: {"X448", "1.3.101.111", 56}, 27: {"Ed25519", "1.3.101.112", 32}, 28: {"Ed448", "1.3.101.113", 57}}

// pgpOwnCurves are curves under identifiers of their own, whose points are
// octets behind 0x40 (RFC 9580 section 9.2).
var pgpOwnCurves = map[string]byte{"1.3.6.1.4.1.3029.1.5.1": 25, "1.3.6.1.4.1.11591.15.1": 27}

func (o *Opener) pgpCurve(in *cryptobyte.String, agrees bool) (scanner.Key, bool) {
	var id cryptobyte.String
	if !in.ReadUint8LengthPrefixed(&id) {
		return scanner.Key{Algorithm: "EC"}, false
	}
	der := append([]byte{byte(asn1.OBJECT_IDENTIFIER), byte(len(id))}, id...)
	oid := cryptobyte.String(der)
	var curve encoding.ObjectIdentifier
	point := mpi(in)
	if len(id) > 127 || !oid.ReadASN1ObjectIdentifier(&curve) || point == nil {
		return scanner.Key{Algorithm: "EC"}, false
	}
	if agrees { // hash and cipher of its key derivation
		var kdf cryptobyte.String
		if !in.ReadUint8LengthPrefixed(&kdf) {
			return scanner.Key{Algorithm: "EC"}, false
		}
	}
	octets := point.Bytes()
	if own, ok := pgpOwnCurves[curve.String()]; ok && len(octets) == 33 {
		raw := pgpRaw[own]
		return o.spkiKey(scanner.Key{Algorithm: raw.name}, raw.oid, nil, func(b *cryptobyte.Builder) { b.AddBytes(octets[1:]) }), true
	}
	return o.spkiKey(scanner.Key{Algorithm: "EC", Curve: curve.String()}, "1.2.840.10045.2.1", func(b *cryptobyte.Builder) { b.AddBytes(der) },
		func(b *cryptobyte.Builder) { b.AddBytes(octets) }), true
}

// mpi reads a number behind its length in bits (RFC 9580 section 3.2); nil for
// none.
func mpi(in *cryptobyte.String) *big.Int {
	var length uint16
	var octets []byte
	if !in.ReadUint16(&length) || !in.ReadBytes(&octets, (int(length)+7)/8) {
		return nil
	}
	return new(big.Int).SetBytes(octets)
}

func sequence(numbers ...*big.Int) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, n := range numbers {
				b.AddASN1BigInt(n)
			}
		})
	}
}

// spkiKey takes the facts of a key as those of its SubjectPublicKeyInfo, by
// which it is the same in every format; what is known without where that
// cannot be.
func (o *Opener) spkiKey(known scanner.Key, oid string, parameters, key func(*cryptobyte.Builder)) scanner.Key {
	id, err := encodedOID(oid)
	if err != nil {
		return known
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(id)
			if parameters != nil {
				parameters(b)
			}
		})
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(0)
			key(b)
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return known
	}
	k, err := pkix.PublicKey(der)
	if err != nil {
		return known
	}
	k.Weak = append(k.Weak, o.known.Of(der)...)
	return k
}

func encodedOID(text string) ([]byte, error) {
	var oid encoding.ObjectIdentifier
	number := 0
	for _, c := range text + "." {
		if c == '.' {
			oid, number = append(oid, number), 0
			continue
		}
		number = number*10 + int(c-'0')
	}
	return encoding.Marshal(oid)
}

// The names of what protects a secret key (RFC 9580 sections 9.3, 9.5, 9.6).
var (
	pgpCiphers = map[byte]string{1: "IDEA-CFB", 2: "3DES-EDE-CFB", 3: "CAST5-CFB", 4: "BLOWFISH-CFB", 7: "AES-128-CFB", 8: "AES-192-CFB", 9: "AES-256-CFB",
		10: "TWOFISH-256-CFB", 11: "CAMELLIA-128-CFB", 12: "CAMELLIA-192-CFB", 13: "CAMELLIA-256-CFB"}
	pgpHashes = map[byte]string{1: "MD5", 2: "SHA-1", 3: "RIPEMD-160", 8: "SHA-256", 9: "SHA-384", 10: "SHA-512", 11: "SHA-224", 12: "SHA3-256", 14: "SHA3-512"}
	pgpModes  = map[byte]string{1: "EAX", 2: "OCB", 3: "GCM"}
)

func named(names map[byte]string, n byte) string {
	if name := names[n]; name != "" {
		return name
	}
	return fmt.Sprintf("OpenPGP algorithm %d", n)
}

// pgpProtection reads how the private half is kept (RFC 9580 section 5.5.3).
// It is not there where GnuPG left it out, or on a card.
func pgpProtection(in cryptobyte.String, version byte) (p scanner.Protection, there, ok bool) {
	var usage, cipher, mode byte
	if !in.ReadUint8(&usage) {
		return p, false, false
	}
	if usage == 0 {
		return scanner.Protection{Scheme: "none"}, true, true
	}
	if version > 4 && !in.Skip(1) {
		return p, false, false
	}
	p.Scheme = "OpenPGP-S2K"
	if usage < 253 { // of before there were specifiers
		p.KDF, p.PRF, p.Cipher, p.MAC = "S2K-simple", "MD5", named(pgpCiphers, usage), "checksum"
		return p, true, true
	}
	ok = in.ReadUint8(&cipher)
	p.Cipher = named(pgpCiphers, cipher)
	switch usage {
	case 253:
		ok = ok && in.ReadUint8(&mode)
		p.Cipher = fmt.Sprintf("%.*s-%s", max(0, len(p.Cipher)-len("-CFB")), p.Cipher, named(pgpModes, mode))
	case 254:
		p.MAC = "SHA-1"
	case 255:
		p.MAC = "checksum"
	}
	if version == 6 && usage != 255 {
		ok = ok && in.Skip(1) // the length of the specifier
	}
	if !ok {
		return p, false, false
	}
	there, ok = pgpSpecifier(&p, in)
	return p, there, ok
}

// pgpSpecifier reads how a key comes of a password (RFC 9580 section 3.7).
func pgpSpecifier(p *scanner.Protection, in cryptobyte.String) (there, ok bool) {
	var kind, hash, count byte
	if !in.ReadUint8(&kind) {
		return false, false
	}
	if kind == 4 {
		var passes, lanes, memory byte
		ok = in.Skip(16) && in.ReadUint8(&passes) && in.ReadUint8(&lanes) && in.ReadUint8(&memory) && memory < bits.UintSize-1
		p.KDF, p.SaltBits, p.Iterations, p.Parallelism = "Argon2id", 128, int(passes), int(lanes)
		if ok && memory < 32 {
			p.MemoryKiB = 1 << memory
		}
		return true, ok
	}
	if ok = in.ReadUint8(&hash); !ok {
		return false, false
	}
	p.PRF = named(pgpHashes, hash)
	switch kind {
	case 0:
		p.KDF = "S2K-simple"
	case 1:
		p.KDF, p.SaltBits = "S2K-salted", 64
		ok = in.Skip(8)
	case 3:
		ok = in.Skip(8) && in.ReadUint8(&count)
		p.KDF, p.SaltBits = fmt.Sprintf("S2K-iterated over %d octets", (16+int(count&15))<<(count>>4+6)), 64
	case 101: // GnuPG's own
		var mark []byte
		return false, in.ReadBytes(&mark, 3) && string(mark) == "GNU"
	default:
		return false, false
	}
	return true, ok
}
