package pkix

import (
	"errors"
	"math/big"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Parameters is the parameters of keys that are yet to be made: of a curve or
// of DSA as a key without its public value, or of finite-field Diffie-Hellman.
type Parameters struct {
	Key   *scanner.Key
	Prime *scanner.Prime
}

// ReadParameters reads EC parameters (RFC 5480), Diffie-Hellman parameters
// (PKCS#3; X9.42 has the same beginning) or DSA parameters (RFC 3279 section
// 2.3.2), by their shape.
func ReadParameters(der []byte) (Parameters, error) {
	in := reader(der)
	if in.peek(tagOID) {
		return curveParameters(in)
	}
	seq, ok := reader(der).only(tagSequence)
	if !ok {
		return Parameters{}, errors.New("no parameters: the outer sequence does not fit")
	}
	numbers := []*big.Int{}
	for seq.body.peek(tagInteger) && len(numbers) < 4 {
		n, ok := seq.body.integer()
		if !ok {
			return Parameters{}, errors.New("no parameters: a number is unreadable")
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 1 && seq.body.peek(tagSequence):
		return curveParameters(der)
	case len(numbers) < 2:
		return Parameters{}, errors.New("no parameters: neither a curve nor numbers")
	case len(numbers) == 3 && orderOf(numbers[0], numbers[1]):
		p, q := numbers[0], numbers[1]
		return Parameters{Key: &scanner.Key{Algorithm: "DSA", OID: oidDSA, Bits: p.BitLen(), SubBits: q.BitLen()}}, nil
	}
	return Parameters{Prime: prime(numbers[0], numbers[1])}, nil
}

// orderOf tells whether q divides p-1, as in DSA's p, q, g; behind the prime
// of PKCS#3 comes a generator.
func orderOf(p, q *big.Int) bool {
	if q.BitLen() < 64 || p.BitLen() > maxVerifyBits {
		return false
	}
	rest := new(big.Int).Sub(p, big.NewInt(1))
	return rest.Mod(rest, q).Sign() == 0
}

func curveParameters(der reader) (Parameters, error) {
	c, ok := ecParameters(der)
	if !ok {
		return Parameters{}, errors.New("no parameters: the curve is unreadable")
	}
	return Parameters{Key: &scanner.Key{Algorithm: "EC", OID: oidEC, Curve: c.name, Bits: c.bits}}, nil
}

// prime tells a Diffie-Hellman group as observations do.
func prime(p, g *big.Int) *scanner.Prime {
	value := p.Bytes()
	return &scanner.Prime{Bits: p.BitLen(), Group: iana.PrimeName(value), Shared: iana.SharedPrime(value), SHA256: scanner.Digest(value), Generator: g.Text(16)}
}

// RSAPublicKey reads the public key of PKCS#1 (RFC 8017 appendix A.1.1), which
// does not name its algorithm.
func RSAPublicKey(der []byte) (scanner.Key, error) {
	seq, ok := reader(der).only(tagSequence)
	if !ok {
		return scanner.Key{}, errors.New("no RSA public key: the outer sequence does not fit")
	}
	_, okN := seq.body.integer()
	_, okE := seq.body.integer()
	if !okN || !okE || len(seq.body) > 0 {
		return scanner.Key{}, errors.New("no RSA public key: modulus and exponent are unreadable")
	}
	return withDigest(algorithm{oid: oidRSA, params: nullParams}, slices.Clone(der)), nil
}

// only reads an element that must be all there is.
func (r reader) only(tag byte) (element, bool) {
	e, ok := r.read(tag)
	return e, ok && len(r) == 0
}
