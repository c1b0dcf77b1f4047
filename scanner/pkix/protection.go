package pkix

import (
	"errors"

	"github.com/fipsweep/fipsweep/scanner"
)

const (
	oidPBES2  = "1.2.840.113549.1.5.13"
	oidPBKDF2 = "1.2.840.113549.1.5.12"
	oidScrypt = "1.3.6.1.4.1.11591.4.11"
)

// encryptedKey reads EncryptedPrivateKeyInfo (RFC 5958 section 3): how the
// key is protected, which is written in the clear.
func encryptedKey(body reader) (Private, error) {
	alg, ok := body.read(tagSequence)
	if !ok {
		return Private{}, errors.New("no encrypted PKCS#8 key: the algorithm is unreadable")
	}
	if _, ok := body.read(tagOctetString); !ok || len(body) > 0 {
		return Private{}, errors.New("no private key: neither PKCS#8, PKCS#1, SEC1 nor DSA")
	}
	protection, err := Protection(alg.full)
	return Private{Format: "PKCS#8", Protection: protection}, err
}

// oldSchemes are the encryption schemes whose name says all but salt and
// count: PBES1 (RFC 8018 appendix A.3) and PKCS#12's (RFC 7292 appendix C).
var oldSchemes = map[string]scanner.Protection{
	"1.2.840.113549.1.5.1":    {Scheme: "pbeWithMD2AndDES-CBC", KDF: "PBKDF1", PRF: "MD2", Cipher: "DES-CBC"},
	"1.2.840.113549.1.5.3":    {Scheme: "pbeWithMD5AndDES-CBC", KDF: "PBKDF1", PRF: "MD5", Cipher: "DES-CBC"},
	"1.2.840.113549.1.5.4":    {Scheme: "pbeWithMD2AndRC2-CBC", KDF: "PBKDF1", PRF: "MD2", Cipher: "RC2-CBC-64"},
	"1.2.840.113549.1.5.6":    {Scheme: "pbeWithMD5AndRC2-CBC", KDF: "PBKDF1", PRF: "MD5", Cipher: "RC2-CBC-64"},
	"1.2.840.113549.1.5.10":   {Scheme: "pbeWithSHA1AndDES-CBC", KDF: "PBKDF1", PRF: "SHA-1", Cipher: "DES-CBC"},
	"1.2.840.113549.1.5.11":   {Scheme: "pbeWithSHA1AndRC2-CBC", KDF: "PBKDF1", PRF: "SHA-1", Cipher: "RC2-CBC-64"},
	"1.2.840.113549.1.12.1.1": {Scheme: "pbeWithSHAAnd128BitRC4", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC4-128"},
	"1.2.840.113549.1.12.1.2": {Scheme: "pbeWithSHAAnd40BitRC4", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC4-40"},
	"1.2.840.113549.1.12.1.3": {Scheme: "pbeWithSHAAnd3-KeyTripleDES-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "3DES-EDE-CBC"},
	"1.2.840.113549.1.12.1.4": {Scheme: "pbeWithSHAAnd2-KeyTripleDES-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "2TDEA"},
	"1.2.840.113549.1.12.1.5": {Scheme: "pbeWithSHAAnd128BitRC2-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC2-CBC-128"},
	"1.2.840.113549.1.12.1.6": {Scheme: "pbeWithSHAAnd40BitRC2-CBC", KDF: "PKCS12-KDF", PRF: "SHA-1", Cipher: "RC2-CBC-40"},
}

// Protection reads the AlgorithmIdentifier of a password-based encryption. A
// scheme that it does not know is told by its object identifier.
func Protection(algorithmIdentifier []byte) (scanner.Protection, error) {
	in := reader(algorithmIdentifier)
	alg, ok := in.algorithm()
	if !ok || len(in) > 0 {
		return scanner.Protection{}, errors.New("no encryption algorithm: the identifier is unreadable")
	}
	if alg.oid == oidPBES2 {
		return pbes2(alg.params)
	}
	p, known := oldSchemes[alg.oid]
	if !known {
		return scanner.Protection{Scheme: alg.oid}, nil
	}
	params, _ := alg.params.read(tagSequence)
	return saltAndCount(p, &params.body)
}

// saltAndCount reads what all the schemes' parameters begin with.
func saltAndCount(p scanner.Protection, params *reader) (scanner.Protection, error) {
	salt, okSalt := params.read(tagOctetString)
	count, okCount := params.small()
	if !okSalt || !okCount {
		return p, errors.New("the salt or the iteration count is unreadable")
	}
	p.SaltBits, p.Iterations = 8*len(salt.body), count
	return p, nil
}

// pbes2 reads PBES2-params (RFC 8018 appendix A.4).
func pbes2(params reader) (scanner.Protection, error) {
	p := scanner.Protection{Scheme: "PBES2"}
	seq, _ := params.read(tagSequence)
	kdf, okKDF := seq.body.algorithm()
	cipher, okCipher := seq.body.algorithm()
	if !okKDF || !okCipher {
		return p, errors.New("the PBES2 parameters are unreadable")
	}
	p.Cipher = cipherName(cipher)
	fields, _ := kdf.params.read(tagSequence)
	var err error
	switch kdf.oid {
	case oidPBKDF2:
		p.KDF, p.PRF = "PBKDF2", "HMAC-SHA1" // the default (RFC 8018 appendix A.2)
		p, err = saltAndCount(p, &fields.body)
		fields.body.small() // keyLength
		if prf, ok := fields.body.algorithm(); ok {
			p.PRF = PRFName(prf.oid)
		}
	case oidScrypt: // RFC 7914 section 7.1: the count is the cost parameter N
		p.KDF = "scrypt"
		p, err = saltAndCount(p, &fields.body)
	default:
		p.KDF = kdf.oid
	}
	return p, err
}

// prfNames are the pseudo-random functions of RFC 8018 appendix B.1.
var prfNames = map[string]string{
	"1.2.840.113549.2.6":      "HMAC-MD5",
	"1.2.840.113549.2.7":      "HMAC-SHA1",
	"1.2.840.113549.2.8":      "HMAC-SHA224",
	"1.2.840.113549.2.9":      "HMAC-SHA256",
	"1.2.840.113549.2.10":     "HMAC-SHA384",
	"1.2.840.113549.2.11":     "HMAC-SHA512",
	"1.2.840.113549.2.12":     "HMAC-SHA512/224",
	"1.2.840.113549.2.13":     "HMAC-SHA512/256",
	"2.16.840.1.101.3.4.2.13": "HMAC-SHA3-224",
	"2.16.840.1.101.3.4.2.14": "HMAC-SHA3-256",
	"2.16.840.1.101.3.4.2.15": "HMAC-SHA3-384",
	"2.16.840.1.101.3.4.2.16": "HMAC-SHA3-512",
	"1.2.156.10197.1.401.2":   "HMAC-SM3",
	"1.2.643.2.2.10":          "HMAC-GOSTR3411",
	"1.2.643.7.1.1.4.1":       "HMAC-GOSTR3411",
	"1.2.643.7.1.1.4.2":       "HMAC-GOSTR3411",
}

// PRFName names a pseudo-random function or HMAC by its object identifier.
func PRFName(oid string) string {
	if name, ok := prfNames[oid]; ok {
		return name
	}
	return oid
}

// cipherNames are the encryption schemes that occur inside PBES2.
var cipherNames = map[string]string{
	"1.3.14.3.2.7":              "DES-CBC",
	"1.2.840.113549.3.7":        "3DES-EDE-CBC",
	"2.16.840.1.101.3.4.1.2":    "AES-128-CBC",
	"2.16.840.1.101.3.4.1.3":    "AES-128-OFB",
	"2.16.840.1.101.3.4.1.4":    "AES-128-CFB",
	"2.16.840.1.101.3.4.1.5":    "AES-128-KW",
	"2.16.840.1.101.3.4.1.6":    "AES-128-GCM",
	"2.16.840.1.101.3.4.1.7":    "AES-128-CCM",
	"2.16.840.1.101.3.4.1.8":    "AES-128-KWP",
	"2.16.840.1.101.3.4.1.22":   "AES-192-CBC",
	"2.16.840.1.101.3.4.1.23":   "AES-192-OFB",
	"2.16.840.1.101.3.4.1.24":   "AES-192-CFB",
	"2.16.840.1.101.3.4.1.25":   "AES-192-KW",
	"2.16.840.1.101.3.4.1.26":   "AES-192-GCM",
	"2.16.840.1.101.3.4.1.27":   "AES-192-CCM",
	"2.16.840.1.101.3.4.1.28":   "AES-192-KWP",
	"2.16.840.1.101.3.4.1.42":   "AES-256-CBC",
	"2.16.840.1.101.3.4.1.43":   "AES-256-OFB",
	"2.16.840.1.101.3.4.1.44":   "AES-256-CFB",
	"2.16.840.1.101.3.4.1.45":   "AES-256-KW",
	"2.16.840.1.101.3.4.1.46":   "AES-256-GCM",
	"2.16.840.1.101.3.4.1.47":   "AES-256-CCM",
	"2.16.840.1.101.3.4.1.48":   "AES-256-KWP",
	"1.2.392.200011.61.1.1.1.2": "CAMELLIA-128-CBC",
	"1.2.392.200011.61.1.1.1.3": "CAMELLIA-192-CBC",
	"1.2.392.200011.61.1.1.1.4": "CAMELLIA-256-CBC",
	"1.2.410.200004.1.4":        "SEED-CBC",
	"1.2.410.200046.1.1.2":      "ARIA-128-CBC",
	"1.2.410.200046.1.1.7":      "ARIA-192-CBC",
	"1.2.410.200046.1.1.12":     "ARIA-256-CBC",
	"1.2.156.10197.1.104.2":     "SM4-CBC",
	"1.3.6.1.4.1.3029.1.2":      "BLOWFISH",
	"1.2.840.113533.7.66.10":    "CAST5",
	"1.3.6.1.4.1.188.7.1.1.2":   "IDEA-CBC",
}

const oidRC2 = "1.2.840.113549.3.2"

// cipherName names an encryption scheme. RC2's version number stands for its
// effective key bits (RFC 8018 appendix B.2.3).
func cipherName(alg algorithm) string {
	if alg.oid == oidRC2 {
		seq, _ := alg.params.read(tagSequence)
		switch version, ok := seq.body.small(); {
		case ok && version == 58:
			return "RC2-CBC-128"
		case ok && version == 120:
			return "RC2-CBC-64"
		case ok && version == 160:
			return "RC2-CBC-40"
		}
		return "RC2-CBC"
	}
	if name, ok := cipherNames[alg.oid]; ok {
		return name
	}
	return alg.oid
}
