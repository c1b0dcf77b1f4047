package pkix

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // for crypto.Hash.New
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"errors"
)

// verdict is what a key says of a signature.
type verdict int

const (
	uncheckable verdict = iota // we cannot compute it: unknown algorithm, hash, or a key of a size that Go declines
	verified
	refuted
)

// maxVerifyBits bounds the work that a hostile modulus can ask for.
const maxVerifyBits = 16384

// verifyHashes are the hashes that belong to a signature algorithm. SHA-1 is
// among them: the question here is whose signature it is, not how good.
var verifyHashes = map[string]crypto.Hash{
	"1.2.840.113549.1.1.5":  crypto.SHA1,
	"1.2.840.113549.1.1.11": crypto.SHA256,
	"1.2.840.113549.1.1.12": crypto.SHA384,
	"1.2.840.113549.1.1.13": crypto.SHA512,
	"1.2.840.113549.1.1.14": crypto.SHA224,
	"1.2.840.10045.4.1":     crypto.SHA1,
	"1.2.840.10045.4.3.1":   crypto.SHA224,
	"1.2.840.10045.4.3.2":   crypto.SHA256,
	"1.2.840.10045.4.3.3":   crypto.SHA384,
	"1.2.840.10045.4.3.4":   crypto.SHA512,
}

var pssHashes = map[string]crypto.Hash{
	"SHA-1": crypto.SHA1, "SHA-224": crypto.SHA224, "SHA-256": crypto.SHA256,
	"SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512,
}

// verify checks a signature by a key, so far as Go's library can. It goes to
// the primitives, because x509's own verification declines old hashes.
func verify(spki []byte, s signed) verdict {
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return uncheckable
	}
	if key, ok := public.(ed25519.PublicKey); ok && s.algorithm.oid == oidEd25519 {
		return verdictOf(ed25519.Verify(key, s.tbs.full, s.signature))
	}
	hash, ok := verifyHashes[s.algorithm.oid]
	pss := s.algorithm.oid == oidPSS
	if pss {
		hash, ok = pssHashes[parsePSS(s.algorithm.params).Hash]
	}
	if !ok {
		return uncheckable
	}
	h := hash.New()
	h.Write(s.tbs.full)
	digest := h.Sum(nil)
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		return verdictOf(ecdsa.VerifyASN1(key, digest, s.signature))
	case *rsa.PublicKey:
		if key.N.BitLen() > maxVerifyBits {
			return uncheckable
		}
		err := rsa.VerifyPKCS1v15(key, hash, digest, s.signature)
		if pss {
			err = rsa.VerifyPSS(key, hash, digest, s.signature, nil) // any salt length
		}
		if err != nil && !errors.Is(err, rsa.ErrVerification) {
			return uncheckable // for example below 1024 bits
		}
		return verdictOf(err == nil)
	}
	return uncheckable
}

func verdictOf(ok bool) verdict {
	if ok {
		return verified
	}
	return refuted
}
