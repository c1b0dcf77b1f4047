package pkix

import (
	"math/big"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// nullParams is the parameters of an RSA key (RFC 3279 section 2.3.1).
var nullParams = reader{tagNull, 0}

func rsaKey(alg algorithm, n, e *big.Int) scanner.Key {
	return withDigest(alg, appendElement(nil, tagSequence, appendInteger(appendInteger(nil, n), e)))
}

func dsaKey(p, q, g, y *big.Int) scanner.Key {
	params := appendElement(nil, tagSequence, appendInteger(appendInteger(appendInteger(nil, p), q), g))
	return withDigest(algorithm{oid: oidDSA, params: params}, appendInteger(nil, y))
}

// withDigest tells the facts of a public value, and the digest that a
// certificate for the key would have it under.
func withDigest(alg algorithm, public []byte) scanner.Key {
	key := keyFacts(alg, public)
	key.SPKISHA256 = scanner.Digest(publicKeyInfo(alg, public))
	return key
}

// publicKeyInfo builds a SubjectPublicKeyInfo.
func publicKeyInfo(alg algorithm, public []byte) []byte {
	id := appendElement(nil, tagSequence, append(appendOID(nil, alg.oid), alg.params...))
	bits := append([]byte{0}, public...)
	return appendElement(nil, tagSequence, appendElement(id, tagBitString, bits))
}

// appendElement appends one DER element.
func appendElement(b []byte, tag byte, body []byte) []byte {
	b = append(b, tag)
	switch n := len(body); {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	case n < 0x10000:
		b = append(b, 0x82, byte(n>>8), byte(n))
	case n < 0x1000000:
		b = append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		b = append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, body...)
}

// appendInteger appends a number that is not negative; a negative one, which
// no public key holds, becomes its absolute value.
func appendInteger(b []byte, n *big.Int) []byte {
	body := n.Bytes()
	if len(body) == 0 || body[0]&0x80 != 0 {
		body = append([]byte{0}, body...)
	}
	return appendElement(b, tagInteger, body)
}

// appendOID appends an object identifier that dotted wrote.
func appendOID(b []byte, oid string) []byte {
	var body []byte
	top := new(big.Int)
	for i, arc := range strings.Split(oid, ".") {
		n, ok := new(big.Int).SetString(arc, 10)
		if !ok {
			return b
		}
		switch i {
		case 0:
			top.Mul(n, big.NewInt(40))
			continue
		case 1:
			n.Add(n, top)
		}
		body = appendArc(body, n)
	}
	return appendElement(b, tagOID, body)
}

// appendArc appends a number in groups of seven bits.
func appendArc(b []byte, n *big.Int) []byte {
	groups := max(1, (n.BitLen()+6)/7)
	for i := groups - 1; i >= 0; i-- {
		group := byte(new(big.Int).And(new(big.Int).Rsh(n, uint(7*i)), big.NewInt(0x7f)).Uint64())
		if i > 0 {
			group |= 0x80
		}
		b = append(b, group)
	}
	return b
}
