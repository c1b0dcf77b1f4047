package sshprobe

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// maxModulus bounds the work that a hostile modulus can make of a
// verification.
const maxModulus = 16384

// proves tells whether the reply's signature over the exchange hash is good:
// the host key's, or the certified key's.
func proves(reply sshwire.KexReply, exchangeHash []byte) bool {
	key, err := sshwire.ParsePublicKey(reply.HostKey)
	if err != nil {
		return false
	}
	if _, ok := sshwire.PlainType(key.Type); ok {
		c, err := sshwire.ParseCertificate(reply.HostKey)
		if err != nil {
			return false
		}
		key = c.Key
	}
	sig, err := sshwire.ParseSignature(reply.Signature)
	return err == nil && verifies(key, sig, exchangeHash)
}

// verifies tells whether a signature is good. False also where we do not
// verify: DSA, unknown types, RSA moduli below 1024 bits, which Go refuses.
func verifies(key sshwire.PublicKey, sig sshwire.Signature, message []byte) bool {
	switch key.Type {
	case sshwire.TypeRSA:
		return provesRSA(key, sig, message)
	case sshwire.TypeECDSAP256:
		return provesECDSA(elliptic.P256(), crypto.SHA256, key, sig, message)
	case sshwire.TypeECDSAP384:
		return provesECDSA(elliptic.P384(), crypto.SHA384, key, sig, message)
	case sshwire.TypeECDSAP521:
		return provesECDSA(elliptic.P521(), crypto.SHA512, key, sig, message)
	case sshwire.TypeEd25519:
		return sig.Format == key.Type && ed25519.Verify(key.Point, message, sig.Blob)
	}
	return false
}

func provesRSA(key sshwire.PublicKey, sig sshwire.Signature, message []byte) bool {
	hash, ok := map[string]crypto.Hash{
		"ssh-rsa":      crypto.SHA1, // RFC 4253 section 6.6
		"rsa-sha2-256": crypto.SHA256,
		"rsa-sha2-512": crypto.SHA512, // RFC 8332 section 3
	}[sig.Format]
	if !ok || key.N.BitLen() > maxModulus || key.E.BitLen() > 31 {
		return false
	}
	public := &rsa.PublicKey{N: key.N, E: int(key.E.Int64())}
	return rsa.VerifyPKCS1v15(public, hash, digest(hash, message), leftPad(sig.Blob, public.Size())) == nil
}

// leftPad restores leading zeros that some servers leave out.
func leftPad(b []byte, n int) []byte {
	if len(b) >= n {
		return b
	}
	return append(make([]byte, n-len(b)), b...)
}

func provesECDSA(curve elliptic.Curve, hash crypto.Hash, key sshwire.PublicKey, sig sshwire.Signature, message []byte) bool {
	public, err := ecdsa.ParseUncompressedPublicKey(curve, key.Point)
	if err != nil || sig.Format != key.Type {
		return false
	}
	r, s, err := sig.ECDSA()
	return err == nil && ecdsa.Verify(public, digest(hash, message), r, s)
}

func digest(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	h.Write(message)
	return h.Sum(nil)
}
