package keystore

import (
	"crypto/md5"
	"crypto/sha1"
	"hash"

	"golang.org/x/crypto/cryptobyte/asn1"
)

const oidPBES2 = "1.2.840.113549.1.5.13"

// An oldScheme is one that fixes hash and cipher by its name: PBES1 (RFC 8018
// appendix A.3) and PKCS#12's (RFC 7292 appendix C).
type oldScheme struct {
	hash   func() hash.Hash
	cipher mode
	pbes1  bool
}

// md2 is here for two schemes of PBES1 that nobody has: Go has no MD2, and we
// write none.
var oldSchemes = map[string]oldScheme{
	"1.2.840.113549.1.5.3":    {md5.New, modeDES, true},
	"1.2.840.113549.1.5.6":    {md5.New, modeRC2(8, 64), true},
	"1.2.840.113549.1.5.10":   {sha1.New, modeDES, true},
	"1.2.840.113549.1.5.11":   {sha1.New, modeRC2(8, 64), true},
	"1.2.840.113549.1.12.1.1": {sha1.New, modeRC4(16), false},
	"1.2.840.113549.1.12.1.2": {sha1.New, modeRC4(5), false},
	"1.2.840.113549.1.12.1.3": {sha1.New, mode3DES, false},
	"1.2.840.113549.1.12.1.4": {sha1.New, mode2TDEA, false},
	"1.2.840.113549.1.12.1.5": {sha1.New, modeRC2(16, 128), false},
	"1.2.840.113549.1.12.1.6": {sha1.New, modeRC2(5, 40), false},
}

// decrypt opens what a password-based scheme of PKCS#5 or PKCS#12 sealed. The
// padding alone would let one wrong password in 256 pass; fits looks at the
// plaintext.
func (s *session) decrypt(a algorithm, sealed []byte, p Password, fits func([]byte) bool) ([]byte, error) {
	var plain []byte
	var err error
	if a.oid == oidPBES2 {
		plain, err = s.pbes2(a, sealed, p)
	} else {
		plain, err = s.old(a, sealed, p)
	}
	if err == nil && !fits(plain) {
		return nil, errPassword
	}
	return plain, err
}

func (s *session) old(a algorithm, sealed []byte, p Password) ([]byte, error) {
	scheme, ok := oldSchemes[a.oid]
	if !ok {
		return nil, unknown("encryption scheme %s", a.oid)
	}
	salt, iterations, err := saltAndCount(a)
	if err != nil {
		return nil, err
	}
	if err := s.spend(2 * iterations); err != nil {
		return nil, err
	}
	c := scheme.cipher
	if scheme.pbes1 {
		key := pbkdf1(scheme.hash, p.bytes(), salt, iterations, 16)
		return c.open(key[:8], key[8:], sealed)
	}
	key := pkcs12Key(scheme.hash, p.bmp(), salt, iterations, forKey, c.key)
	iv := pkcs12Key(scheme.hash, p.bmp(), salt, iterations, forIV, c.iv)
	return c.open(key, iv, sealed)
}

// saltAndCount reads the parameters of the old schemes.
func saltAndCount(a algorithm) (salt []byte, iterations int, err error) {
	body, ok := fields(a.params)
	if !ok || !body.ReadASN1Bytes(&salt, asn1.OCTET_STRING) || !body.ReadASN1Integer(&iterations) || iterations < 1 {
		return nil, 0, damaged("salt and iteration count")
	}
	return salt, iterations, nil
}

// pbes2 is RFC 8018 section 6.2.
func (s *session) pbes2(a algorithm, sealed []byte, p Password) ([]byte, error) {
	if p.null {
		return nil, errPassword // the empty one is the same here
	}
	k, scheme, err := readPBES2(a)
	if err != nil {
		return nil, err
	}
	c, iv, err := pbes2Mode(scheme, k.keyLen)
	if err != nil {
		return nil, err
	}
	key, err := s.derive(k, p.bytes(), c.key)
	if err != nil {
		return nil, err
	}
	return c.open(key, iv, sealed)
}

// readPBES2 reads PBES2-params (RFC 8018 appendix A.4).
func readPBES2(a algorithm) (k kdf, scheme algorithm, err error) {
	body, ok := fields(a.params)
	if !ok {
		return k, scheme, damaged("the PBES2 parameters")
	}
	derivation, okKDF := readAlgorithm(&body)
	scheme, okScheme := readAlgorithm(&body)
	if !okKDF || !okScheme {
		return k, scheme, damaged("the PBES2 parameters")
	}
	k, err = readKDF(derivation)
	return k, scheme, err
}
