package pkix

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"math/big"

	"github.com/fipsweep/fipsweep/scanner"
)

// Private is what may be told of a private key: its public half, and how it
// is protected. Key is nil where a password hides it. Key.SPKISHA256 is ""
// where the file does not hold the public half and we cannot compute it.
type Private struct {
	Format     string // "PKCS#8", "PKCS#1", "SEC1" or "DSA"
	Key        *scanner.Key
	Protection scanner.Protection
}

// PrivateKey reads a private key in any of its DER forms: PKCS#8 and its
// encrypted form (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915) and the
// DSA form that OpenSSL began with.
func PrivateKey(der []byte) (Private, error) {
	in := reader(der)
	outer, ok := in.read(tagSequence)
	if !ok || len(in) > 0 {
		return Private{}, errors.New("no private key: the outer sequence does not fit")
	}
	if outer.body.peek(tagSequence) {
		return encryptedKey(outer.body)
	}
	body := outer.body
	version, ok := body.small()
	if !ok {
		return Private{}, errors.New("no private key: the version is unreadable")
	}
	switch {
	case body.peek(tagSequence):
		return pkcs8(body)
	case body.peek(tagOctetString) && version == 1:
		key, err := sec1(outer.full, algorithm{oid: oidEC})
		return inClear("SEC1", key), err
	case body.peek(tagInteger):
		return integersKey(body)
	}
	return Private{}, errors.New("no private key: neither PKCS#8, PKCS#1, SEC1 nor DSA")
}

// inClear is a private key that nothing protects.
func inClear(format string, key scanner.Key) Private {
	return Private{Format: format, Key: &key, Protection: scanner.Protection{Scheme: "none"}}
}

// pkcs8 reads OneAsymmetricKey behind its version.
func pkcs8(body reader) (Private, error) {
	alg, ok := body.algorithm()
	if !ok {
		return Private{}, errors.New("no PKCS#8 key: the algorithm is unreadable")
	}
	secret, ok := body.read(tagOctetString)
	if !ok {
		return Private{}, errors.New("no PKCS#8 key: the key is unreadable")
	}
	body.read(explicit(0)) // attributes
	var public []byte
	if e, ok := body.read(implicit(1)); ok && len(e.body) > 1 { // RFC 5958: publicKey, in version 2
		public = e.body[1:]
	}
	key, err := publicHalf(alg, secret.body, public)
	return inClear("PKCS#8", key), err
}

// publicHalf finds the public key that belongs to the private one of a PKCS#8
// structure: beside it, inside it, or by computing it.
func publicHalf(alg algorithm, secret reader, public []byte) (scanner.Key, error) {
	switch alg.oid {
	case oidRSA, oidPSS:
		n, e, ok := rsaPublic(secret)
		if !ok {
			return keyFacts(alg, nil), errors.New("no RSA key inside PKCS#8")
		}
		return rsaKey(alg, n, e), nil
	case oidEC, oidECDH, oidECMQV:
		return sec1(secret, alg)
	case oidDSA, oidDH, oidDHX:
		return exponentKey(alg, secret), nil
	case oidEd25519, oidX25519:
		if public == nil {
			public = montgomery(alg.oid, secret)
		}
	}
	if public == nil {
		return keyFacts(alg, nil), nil
	}
	return withDigest(alg, public), nil
}

// integersKey tells apart the two forms that are a row of INTEGERs: PKCS#1
// (version, n, e, d, p, q, dp, dq, qinv) and DSA (version, p, q, g, y, x).
func integersKey(body reader) (Private, error) {
	var numbers []*big.Int
	for body.peek(tagInteger) {
		n, ok := body.integer()
		if !ok {
			break
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 8:
		return inClear("PKCS#1", rsaKey(algorithm{oid: oidRSA, params: nullParams}, numbers[0], numbers[1])), nil
	case len(numbers) == 5 && len(body) == 0:
		return inClear("DSA", dsaKey(numbers[0], numbers[1], numbers[2], numbers[3])), nil
	}
	return Private{}, errors.New("no private key: a row of numbers that is neither PKCS#1 nor DSA")
}

// rsaPublic reads modulus and public exponent off a PKCS#1 private key.
func rsaPublic(der reader) (n, e *big.Int, ok bool) {
	seq, ok := der.read(tagSequence)
	if !ok {
		return nil, nil, false
	}
	if _, ok = seq.body.small(); !ok {
		return nil, nil, false
	}
	n, okN := seq.body.integer()
	e, okE := seq.body.integer()
	return n, e, okN && okE
}

// sec1 reads an ECPrivateKey (RFC 5915). The curve stands inside it, or in
// the algorithm around it; the public point is inside or is computed.
func sec1(der reader, alg algorithm) (scanner.Key, error) {
	seq, ok := der.read(tagSequence)
	if !ok {
		return keyFacts(alg, nil), errors.New("no EC private key inside")
	}
	_, okVersion := seq.body.small()
	secret, okSecret := seq.body.read(tagOctetString)
	if !okVersion || !okSecret {
		return keyFacts(alg, nil), errors.New("no EC private key inside")
	}
	if params, ok := seq.body.read(explicit(0)); ok && len(alg.params) == 0 {
		alg.params = params.body
	}
	if wrapped, ok := seq.body.read(explicit(1)); ok {
		if point, ok := wrapped.body.bits(); ok {
			return withDigest(alg, point), nil
		}
	}
	if point := multiply(alg.params, secret.body); point != nil {
		return withDigest(alg, point), nil
	}
	return keyFacts(alg, nil), nil
}

// multiply computes a public point on a curve that Go has.
func multiply(params reader, secret []byte) []byte {
	c, _ := ecParameters(params)
	curve, ok := map[string]ecdh.Curve{
		"secp256r1": ecdh.P256(), "secp384r1": ecdh.P384(), "secp521r1": ecdh.P521(),
	}[c.name]
	if !ok {
		return nil
	}
	key, err := curve.NewPrivateKey(secret)
	if err != nil {
		return nil
	}
	return key.PublicKey().Bytes()
}

// montgomery computes the public half of RFC 8410 keys that Go has.
func montgomery(oid string, secret reader) []byte {
	seed, ok := secret.read(tagOctetString) // CurvePrivateKey ::= OCTET STRING
	if !ok || len(seed.body) != ed25519.SeedSize {
		return nil
	}
	if oid == oidEd25519 {
		return ed25519.NewKeyFromSeed(seed.body).Public().(ed25519.PublicKey)
	}
	key, err := ecdh.X25519().NewPrivateKey(seed.body)
	if err != nil {
		return nil
	}
	return key.PublicKey().Bytes()
}

// maxComputeBits bounds the work that a hostile prime can ask for.
const maxComputeBits = 8192

// exponentKey computes g^x mod p, the public half of a DSA or Diffie-Hellman
// key whose PKCS#8 form holds x alone.
func exponentKey(alg algorithm, secret reader) scanner.Key {
	facts := keyFacts(alg, nil)
	x, ok := secret.integer()
	params := alg.params
	seq, okParams := params.read(tagSequence)
	if !ok || !okParams {
		return facts
	}
	p, second, third := field(&seq.body), field(&seq.body), field(&seq.body)
	g := third // DSA: p, q, g
	if alg.oid != oidDSA {
		g = second // PKCS#3 and X9.42: p, g
	}
	if p.BitLen() > maxComputeBits || p.Bit(0) == 0 || g.Sign() == 0 || x.Sign() <= 0 || x.BitLen() > p.BitLen() {
		return facts
	}
	y := new(big.Int).Exp(g, x, p)
	return withDigest(alg, appendInteger(nil, y))
}
