package sshwire

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// certificateSuffix ends the name of a key type that is a certificate of
// OpenSSH's (its PROTOCOL.certkeys).
const certificateSuffix = "-cert-v01@openssh.com"

// The kinds of certificate.
const (
	CertificateUser = 1
	CertificateHost = 2
)

// A Certificate is a certificate of OpenSSH's.
type Certificate struct {
	Type        string    // "ssh-ed25519-cert-v01@openssh.com"
	Key         PublicKey // the key that is certified
	KeyBlob     []byte    // that key as a blob of its own
	Serial      uint64
	Kind        uint32 // CertificateUser or CertificateHost
	ID          string
	Principals  []string // none: good for every name
	ValidAfter  uint64   // seconds since 1970
	ValidBefore uint64   // math.MaxUint64: for ever
	Critical    []string // names of options
	Extensions  []string
	CA          []byte // the signer's key as a blob
	Signature   Signature
	Signed      []byte // what the signature is over
}

// PlainType is the key type beneath a certificate's; ok is false for a type
// that is no certificate.
func PlainType(name string) (plain string, ok bool) {
	plain, ok = strings.CutSuffix(name, certificateSuffix)
	if !ok || !strings.HasPrefix(plain, "sk-") && !strings.HasPrefix(plain, "webauthn-sk-") {
		return plain, ok
	}
	return plain + "@openssh.com", true
}

// ParseCertificate reads a certificate's blob. A key type that is not known is
// a complaint: nobody can tell where its fields end.
func ParseCertificate(blob []byte) (Certificate, error) {
	d := &decoder{rest: blob}
	c := Certificate{Type: string(d.bytes("certificate type"))}
	plain, ok := PlainType(c.Type)
	if d.err == nil && !ok {
		return Certificate{}, fmt.Errorf("type %.40q is no certificate's: %w", c.Type, ErrMalformed)
	}
	d.bytes("nonce")
	key := d.rest
	c.Key = PublicKey{Type: plain}
	if !d.keyFields(&c.Key) {
		d.fail(ErrMalformed, "certificate of a key type that is not known")
	}
	if d.err == nil {
		c.KeyBlob = append(AppendString(nil, plain), key[:len(key)-len(d.rest)]...)
	}
	c.Serial, c.Kind, c.ID = d.uint64("serial"), d.uint32("kind"), string(d.bytes("key id"))
	c.Principals = d.packed("principals", false)
	c.ValidAfter, c.ValidBefore = d.uint64("valid after"), d.uint64("valid before")
	c.Critical, c.Extensions = d.packed("critical options", true), d.packed("extensions", true)
	d.bytes("reserved")
	c.CA = d.bytes("signature key")
	c.Signed = blob[:len(blob)-len(d.rest)]
	signature := d.bytes("signature")
	if len(d.rest) > 0 {
		d.fail(ErrMalformed, fmt.Sprintf("%d bytes after the certificate", len(d.rest)))
	}
	if d.err != nil {
		return Certificate{}, d.err
	}
	var err error
	c.Signature, err = ParseSignature(signature)
	return c, err
}

// packed reads a string of strings: names, or names with a value each.
func (d *decoder) packed(what string, values bool) []string {
	in := &decoder{rest: d.bytes(what)}
	var names []string
	for len(in.rest) > 0 && in.err == nil {
		if len(names) == MaxNames {
			in.fail(ErrTooLarge, what)
			break
		}
		names = append(names, string(in.bytes(what)))
		if values {
			in.bytes(what)
		}
	}
	if in.err != nil && d.err == nil {
		d.err, d.rest = in.err, nil
	}
	return names
}

func (d *decoder) uint64(what string) (v uint64) {
	if !d.rest.ReadUint64(&v) {
		d.fail(ErrMalformed, what)
	}
	return v
}

// Validity is the times between which the certificate is good. The zero time
// stands for no bound.
func (c Certificate) Validity() (after, before time.Time) {
	if c.ValidAfter > 0 {
		after = seconds(c.ValidAfter)
	}
	if c.ValidBefore < math.MaxUint64 {
		before = seconds(c.ValidBefore)
	}
	return after, before
}

// lastSecond is the end of the year 9999, the last that RFC 3339 can write.
const lastSecond = 253402300799

func seconds(n uint64) time.Time { return time.Unix(int64(min(n, lastSecond)), 0).UTC() }

// keyFields reads the fields of a key behind its type. It is false for a type
// that is not known.
func (d *decoder) keyFields(k *PublicKey) bool {
	switch k.Type {
	case TypeRSA:
		k.E, k.N = d.mpint("e"), d.mpint("n")
		k.Bits = k.N.BitLen()
	case TypeDSA:
		k.P, k.Q, k.G, k.Y = d.mpint("p"), d.mpint("q"), d.mpint("g"), d.mpint("y")
		k.Bits = k.P.BitLen()
	case TypeECDSAP256, TypeECDSAP384, TypeECDSAP521:
		d.ecdsa(k)
	case TypeEd25519:
		if k.Point, k.Bits = d.bytes("public key"), 256; len(k.Point) != 32 {
			d.fail(ErrMalformed, "Ed25519 key")
		}
	case "sk-ssh-ed25519@openssh.com": // of a token (PROTOCOL.u2f): named, and not taken apart
		d.bytes("public key")
		d.bytes("application")
	case "sk-ecdsa-sha2-nistp256@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com":
		d.bytes("curve")
		d.bytes("point")
		d.bytes("application")
	default:
		return false
	}
	return true
}
