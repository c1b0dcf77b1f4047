package pkix

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// PublicKey reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). Of an
// algorithm that it does not know it tells the object identifier and the
// digest.
func PublicKey(spki []byte) (scanner.Key, error) {
	in := reader(spki)
	seq, ok := in.read(tagSequence)
	if !ok || len(in) > 0 {
		return scanner.Key{}, errors.New("no SubjectPublicKeyInfo: the outer sequence does not fit")
	}
	alg, ok := seq.body.algorithm()
	if !ok {
		return scanner.Key{}, errors.New("no SubjectPublicKeyInfo: the algorithm is unreadable")
	}
	bits, ok := seq.body.bits()
	if !ok {
		return scanner.Key{}, errors.New("no SubjectPublicKeyInfo: the key bits are unreadable")
	}
	key := keyFacts(alg, bits)
	key.SPKISHA256 = scanner.Digest(spki)
	if want, ok := keyBytes[alg.oid]; ok && len(bits) != want {
		return key, fmt.Errorf("a key of %s that has %d bytes, not %d", key.Algorithm, len(bits), want)
	}
	if field := (key.Bits + 7) / 8; key.Algorithm == "EC" && field > 0 && !pointOf(field, bits) {
		return key, fmt.Errorf("%d bytes that are no point on %s, which take %d or %d", len(bits), key.Curve, 1+field, 1+2*field)
	}
	return key, nil
}

// pointOf tells whether the bytes have the form of a point over a field that
// takes so many: compressed, whole, or X9.62's hybrid of both (SEC 1 section
// 2.3.3).
func pointOf(field int, point []byte) bool {
	switch len(point) {
	case 1 + field:
		return point[0]|1 == 3
	case 1 + 2*field:
		return point[0] == 4 || point[0]|1 == 7
	}
	return false
}

// keyFacts tells what algorithm and public value show. What cannot be read
// stays zero: the digest still names the key.
func keyFacts(alg algorithm, value reader) scanner.Key {
	key := scanner.Key{OID: alg.oid}
	switch alg.oid {
	case oidRSA, oidPSS:
		key.Algorithm = rsaName(alg.oid)
		seq, _ := value.read(tagSequence)
		n, okN := seq.body.integer()
		e, okE := seq.body.integer()
		if okN && okE {
			rsaFacts(&key, n, e)
		}
	case oidEC, oidECDH, oidECMQV:
		key.Algorithm = "EC"
		c, _ := ecParameters(alg.params)
		key.Curve, key.Bits = c.name, c.bits
	case oidDSA:
		key.Algorithm = "DSA"
		seq, _ := alg.params.read(tagSequence) // absent: inherited from the issuer
		p, q := field(&seq.body), field(&seq.body)
		key.Bits, key.SubBits = p.BitLen(), q.BitLen()
	case oidDH, oidDHX:
		key.Algorithm = "DH"
		seq, _ := alg.params.read(tagSequence)
		p := field(&seq.body)
		key.Bits, key.Group = p.BitLen(), iana.PrimeName(p.Bytes())
	case oidElGamal:
		key.Algorithm = "ElGamal"
		seq, _ := alg.params.read(tagSequence)
		key.Bits = field(&seq.body).BitLen()
	default:
		key.Algorithm, key.Bits = keyName(alg.oid), keyBits[alg.oid]
	}
	return key
}

func rsaName(oid string) string {
	if oid == oidPSS {
		return "RSASSA-PSS"
	}
	return "RSA"
}

// rsaFacts sets what an RSA key shows. A modulus of another sign than positive
// has no length, which judges as badly as it should.
func rsaFacts(key *scanner.Key, n, e *big.Int) {
	if n.Sign() > 0 {
		key.Bits = n.BitLen()
		key.Weak = Weaknesses(n)
	}
	if e.BitLen() <= maxExponentBits {
		key.Exponent = e.String()
	}
}

// maxExponentBits bounds the decimal text of a hostile exponent. An honest one
// is never longer than the longest modulus in use.
const maxExponentBits = 16384

// field reads an INTEGER; zero where there is none.
func field(r *reader) *big.Int {
	if n, ok := r.integer(); ok && n.Sign() > 0 {
		return n
	}
	return new(big.Int)
}
