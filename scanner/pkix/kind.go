package pkix

import (
	"math/big"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// What KindOf names beside the kinds of scanner.Item.
const (
	KindPKCS7  = "PKCS#7"  // ContentInfo (RFC 2315, RFC 5652)
	KindPKCS12 = "PKCS#12" // PFX (RFC 7292)
	KindBCFKS  = "BCFKS"   // BouncyCastle's FIPS key store
)

// KindOf tells what a DER structure is by its shape alone: a kind of
// scanner.Item, one of the kinds above, or "". It promises no more than that
// the matching function is the right one to try.
func KindOf(der []byte) string {
	in := reader(der)
	if in.peek(tagOID) {
		if oid, ok := in.oid(); ok && len(in) == 0 && namedCurve(oid).bits > 0 {
			return scanner.ItemParameters
		}
		return ""
	}
	outer, ok := in.read(tagSequence)
	if !ok || len(in) > 0 {
		return ""
	}
	switch {
	case outer.body.peek(tagSequence):
		return kindOfPair(outer.body)
	case outer.body.peek(tagInteger):
		return kindOfVersioned(outer.body)
	case outer.body.peek(tagOID):
		oid, _ := outer.body.oid()
		if oid == oidSignedData && outer.body.peek(explicit(0)) {
			return KindPKCS7
		}
	}
	return ""
}

// kindOfPair sorts what begins with a SEQUENCE: algorithm and key, or signed
// part and signature.
func kindOfPair(body reader) string {
	first, ok := body.any()
	if !ok {
		return ""
	}
	if first.body.peek(tagOID) {
		switch {
		case body.peek(tagBitString):
			return scanner.ItemPublicKey
		case body.peek(tagOctetString):
			return scanner.ItemPrivateKey // encrypted
		}
		return ""
	}
	second, ok := body.read(tagSequence)
	if !ok {
		return ""
	}
	if second.body.peek(tagOID) && body.peek(tagBitString) {
		return kindOfSigned(first.body)
	}
	// ObjectStore ::= SEQUENCE { SEQUENCE { algorithm, OCTET STRING }, check }
	if _, ok := first.body.algorithm(); ok && first.body.peek(tagOctetString) {
		return KindBCFKS
	}
	return ""
}

// kindOfSigned tells certificate, request and revocation list apart by the
// order of their fields.
func kindOfSigned(tbs reader) string {
	if tbs.peek(explicit(0)) {
		return scanner.ItemCertificate // version
	}
	_, numbered := tbs.read(tagInteger)
	next, ok := tbs.read(tagSequence)
	if !ok {
		return ""
	}
	if !next.body.peek(tagOID) {
		if numbered {
			return scanner.ItemCSR // version, then a name
		}
		return ""
	}
	tbs.read(tagSequence) // issuer
	switch {
	case tbs.peek(tagUTCTime), tbs.peek(tagGenTime):
		return scanner.ItemCRL
	case numbered && tbs.peek(tagSequence):
		return scanner.ItemCertificate // version 1
	}
	return ""
}

// kindOfVersioned sorts what begins with an INTEGER.
func kindOfVersioned(body reader) string {
	first, ok := body.integer()
	if !ok {
		return ""
	}
	version := first.Int64() // of a long number any, and then none of these
	switch {
	case body.peek(tagOctetString) && version == 1:
		return scanner.ItemPrivateKey // SEC1
	case body.peek(tagInteger):
		return kindOfNumbers(first, body)
	case !body.peek(tagSequence):
		return ""
	}
	second, _ := body.any()
	oid, ok := second.body.oid()
	switch {
	case !ok:
		return ""
	case version == 3 && slices.Contains([]string{oidData, oidSignedData}, oid):
		return KindPKCS12
	case oid == oidPrime, oid == oidBinary:
		return scanner.ItemParameters
	case body.peek(tagOctetString):
		return scanner.ItemPrivateKey // PKCS#8
	}
	return ""
}

// kindOfNumbers sorts rows of INTEGERs by how many there are.
func kindOfNumbers(first *big.Int, rest reader) string {
	numbers := []*big.Int{first}
	for rest.peek(tagInteger) && len(numbers) < 16 {
		n, ok := rest.integer()
		if !ok {
			return ""
		}
		numbers = append(numbers, n)
	}
	const least = 256 // bits; no modulus is shorter, and much else is
	switch len(numbers) {
	case 6, 9:
		if first.BitLen() <= 1 && numbers[1].BitLen() >= least {
			return scanner.ItemPrivateKey // DSA, PKCS#1
		}
	case 2:
		if first.BitLen() < least {
			return ""
		}
		if modulusOfRSA(first, numbers[1]) {
			return scanner.ItemPublicKey
		}
		return scanner.ItemParameters
	case 3:
		if first.BitLen() >= least {
			return scanner.ItemParameters
		}
	}
	return ""
}

// modulusOfRSA tells an RSA modulus from a Diffie-Hellman prime, which are
// written alike: a modulus is composite. A number too long to test counts as
// a modulus, since keys are more common.
func modulusOfRSA(n, e *big.Int) bool {
	if n.BitLen() > maxComputeBits {
		return true
	}
	return e.Bit(0) == 1 && e.Cmp(big.NewInt(2)) > 0 && !n.ProbablyPrime(0)
}
