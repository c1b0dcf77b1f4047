package sshwire

import (
	encodingasn1 "encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

type objectID = encodingasn1.ObjectIdentifier

// The types of public key that are taken apart. A blob of any other type is
// named and kept whole.
const (
	TypeRSA       = "ssh-rsa"
	TypeDSA       = "ssh-dss"
	TypeEd25519   = "ssh-ed25519"
	TypeECDSAP256 = "ecdsa-sha2-nistp256"
	TypeECDSAP384 = "ecdsa-sha2-nistp384"
	TypeECDSAP521 = "ecdsa-sha2-nistp521"
)

// A PublicKey is a public key blob (RFC 4253 section 6.6, RFC 5656 section
// 3.1, RFC 8709 section 4). Only the fields of its type are set.
type PublicKey struct {
	Type  string
	Bits  int    // of the modulus, of p or of the field; 256 for Ed25519; 0 for a type not taken apart
	Curve string // "secp256r1", "secp384r1", "secp521r1"

	N, E       *big.Int // RSA
	P, Q, G, Y *big.Int // DSA
	Point      []byte   // ECDSA: as in SEC 1 section 2.3.3; Ed25519: the 32 bytes
}

// ParsePublicKey reads a blob. Bytes after the key are a complaint for the
// types that are taken apart: they would give one key many fingerprints.
func ParsePublicKey(blob []byte) (PublicKey, error) {
	d := &decoder{rest: blob}
	k := PublicKey{Type: string(d.bytes("key type"))}
	if d.err != nil {
		return PublicKey{}, d.err
	}
	if k.Type == "" || len(k.Type) > MaxName {
		return PublicKey{}, fmt.Errorf("key type of %d bytes: %w", len(k.Type), ErrMalformed)
	}
	if !d.keyFields(&k) {
		return k, nil
	}
	if len(d.rest) > 0 {
		d.fail(ErrMalformed, fmt.Sprintf("%d bytes after the key", len(d.rest)))
	}
	return k, d.err
}

func (d *decoder) ecdsa(k *PublicKey) {
	c := curves[k.Type]
	if name := d.bytes("curve"); d.err == nil && string(name) != c.ssh {
		d.fail(ErrMalformed, "curve of "+k.Type)
	}
	k.Bits, k.Curve, k.Point = c.bits, c.name, d.bytes("point")
	if len(k.Point) == 0 {
		d.fail(ErrMalformed, "point")
	}
}

// curves are the three that every implementation must have (RFC 5656 section
// 10.1), by key type. It is never written to.
var curves = map[string]struct {
	ssh, name string
	bits      int
	oid       objectID
}{
	TypeECDSAP256: {"nistp256", "secp256r1", 256, objectID{1, 2, 840, 10045, 3, 1, 7}},
	TypeECDSAP384: {"nistp384", "secp384r1", 384, objectID{1, 3, 132, 0, 34}},
	TypeECDSAP521: {"nistp521", "secp521r1", 521, objectID{1, 3, 132, 0, 35}},
}

// SPKI is the key as a DER SubjectPublicKeyInfo, so that it can be told to be
// the key of a certificate or of a file; nil where the type has no such form
// or the key is not one that was parsed. Parameters are those of RFC 3279
// section 2.3, RFC 5480 and RFC 8410.
func (k PublicKey) SPKI() []byte {
	switch {
	case k.Type == TypeRSA && k.N != nil:
		return spki(objectID{1, 2, 840, 113549, 1, 1, 1},
			func(b *cryptobyte.Builder) { b.AddASN1NULL() },
			func(b *cryptobyte.Builder) { addIntegers(b, k.N, k.E) })
	case k.Type == TypeDSA && k.P != nil:
		return spki(objectID{1, 2, 840, 10040, 4, 1},
			func(b *cryptobyte.Builder) { addIntegers(b, k.P, k.Q, k.G) },
			func(b *cryptobyte.Builder) { b.AddASN1BigInt(k.Y) })
	case k.Type == TypeEd25519:
		return spki(objectID{1, 3, 101, 112}, nil,
			func(b *cryptobyte.Builder) { b.AddBytes(k.Point) })
	case k.Curve != "":
		return spki(objectID{1, 2, 840, 10045, 2, 1},
			func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(curves[k.Type].oid) },
			func(b *cryptobyte.Builder) { b.AddBytes(k.Point) })
	}
	return nil
}

func addIntegers(b *cryptobyte.Builder, values ...*big.Int) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, v := range values {
			b.AddASN1BigInt(v)
		}
	})
}

func spki(oid objectID, parameters, key cryptobyte.BuilderContinuation) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			if parameters != nil {
				parameters(b)
			}
		})
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(0) // no unused bits
			key(b)
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return nil
	}
	return der
}

// A Signature is the signature of a key exchange (RFC 4253 section 6.6).
type Signature struct {
	Format string // "rsa-sha2-256", "ecdsa-sha2-nistp256", ...
	Blob   []byte
}

// ParseSignature reads a signature.
func ParseSignature(b []byte) (Signature, error) {
	d := &decoder{rest: b}
	s := Signature{string(d.bytes("signature format")), d.bytes("signature")}
	return s, d.err
}

// ECDSA is the two numbers of an ECDSA signature's blob (RFC 5656 section
// 3.1.2).
func (s Signature) ECDSA() (r, v *big.Int, err error) {
	d := &decoder{rest: s.Blob}
	r, v = d.mpint("r"), d.mpint("s")
	return r, v, d.err
}
