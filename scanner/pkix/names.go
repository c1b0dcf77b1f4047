package pkix

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Object identifiers that code here branches on.
const (
	oidRSA     = "1.2.840.113549.1.1.1"
	oidPSS     = "1.2.840.113549.1.1.10"
	oidMGF1    = "1.2.840.113549.1.1.8"
	oidEC      = "1.2.840.10045.2.1"
	oidP256    = "1.2.840.10045.3.1.7"
	oidECDH    = "1.3.132.1.12"
	oidECMQV   = "1.3.132.1.13"
	oidDSA     = "1.2.840.10040.4.1"
	oidDH      = "1.2.840.113549.1.3.1" // PKCS#3
	oidDHX     = "1.2.840.10046.2.1"    // X9.42
	oidElGamal = "1.3.14.7.2.1.1"
	oidX25519  = "1.3.101.110"
	oidX448    = "1.3.101.111"
	oidEd25519 = "1.3.101.112"
	oidEd448   = "1.3.101.113"
	oidPrime   = "1.2.840.10045.1.1"
	oidBinary  = "1.2.840.10045.1.2"
)

// signatureName names a signature algorithm, by its identifier if need be.
func signatureName(oid string) string {
	if known, ok := iana.OIDOf("signature", oid); ok {
		return known.Name
	}
	return oid
}

// SignatureName names the algorithm of a signature beside which its digest
// stands, as in CMS (RFC 5652 section 5.3), where RSA's first scheme goes by
// the identifier of its keys. It is "" for RSASSA-PSS, whose parameters decide.
func SignatureName(digest, oid string) string {
	if oid == oidPSS {
		return ""
	}
	if oid != oidRSA {
		return signatureName(oid)
	}
	hash := hashName(digest)
	for _, name := range []string{strings.ToLower(strings.ReplaceAll(hash, "-", "")) + "WithRSAEncryption", "rsa-with-" + hash} {
		if slices.ContainsFunc(iana.OIDs(), func(o iana.OID) bool { return o.Kind == "signature" && o.Name == name }) {
			return name
		}
	}
	return ""
}

// keyName names a public key's algorithm. Composite keys go by the name of
// their signature.
func keyName(oid string) string {
	if known, ok := iana.OIDOf("public-key", oid); ok {
		return known.Name
	}
	return signatureName(oid)
}

// keyBits are the lengths of keys whose algorithm leaves no choice: of the
// field or, for GOST, of the curve's order.
var keyBits = map[string]int{
	oidX25519: 255, oidEd25519: 255, oidX448: 448, oidEd448: 448,
	"1.2.643.2.2.19": 256, "1.2.643.7.1.1.1.1": 256, "1.2.643.7.1.1.1.2": 512,
}

// keyBytes are the lengths of public keys that are the bits themselves, of
// algorithms that leave no choice: RFC 8410 section 4, FIPS 204 table 2 (RFC
// 9881), FIPS 205 table 2 (RFC 9909) and FIPS 203 table 3 (RFC 9935).
var keyBytes = map[string]int{
	oidEd25519: 32, oidEd448: 57, oidX25519: 32, oidX448: 56,
	"2.16.840.1.101.3.4.3.17": 1312, "2.16.840.1.101.3.4.3.18": 1952, "2.16.840.1.101.3.4.3.19": 2592,
	"2.16.840.1.101.3.4.3.20": 32, "2.16.840.1.101.3.4.3.21": 32, "2.16.840.1.101.3.4.3.26": 32, "2.16.840.1.101.3.4.3.27": 32,
	"2.16.840.1.101.3.4.3.22": 48, "2.16.840.1.101.3.4.3.23": 48, "2.16.840.1.101.3.4.3.28": 48, "2.16.840.1.101.3.4.3.29": 48,
	"2.16.840.1.101.3.4.3.24": 64, "2.16.840.1.101.3.4.3.25": 64, "2.16.840.1.101.3.4.3.30": 64, "2.16.840.1.101.3.4.3.31": 64,
	"2.16.840.1.101.3.4.4.1": 800, "2.16.840.1.101.3.4.4.2": 1184, "2.16.840.1.101.3.4.4.3": 1568,
}

// hashNames are the digests that PSS parameters and key derivation name.
var hashNames = map[string]string{
	"1.2.840.113549.2.2":      "MD2",
	"1.2.840.113549.2.4":      "MD4",
	"1.2.840.113549.2.5":      "MD5",
	"1.3.14.3.2.26":           "SHA-1",
	"1.3.36.3.2.1":            "RIPEMD-160",
	"2.16.840.1.101.3.4.2.1":  "SHA-256",
	"2.16.840.1.101.3.4.2.2":  "SHA-384",
	"2.16.840.1.101.3.4.2.3":  "SHA-512",
	"2.16.840.1.101.3.4.2.4":  "SHA-224",
	"2.16.840.1.101.3.4.2.5":  "SHA-512/224",
	"2.16.840.1.101.3.4.2.6":  "SHA-512/256",
	"2.16.840.1.101.3.4.2.7":  "SHA3-224",
	"2.16.840.1.101.3.4.2.8":  "SHA3-256",
	"2.16.840.1.101.3.4.2.9":  "SHA3-384",
	"2.16.840.1.101.3.4.2.10": "SHA3-512",
	"2.16.840.1.101.3.4.2.11": "SHAKE128",
	"2.16.840.1.101.3.4.2.12": "SHAKE256",
	"1.2.156.10197.1.401":     "SM3",
	"1.2.643.2.2.9":           "GOSTR3411-94",
	"1.2.643.7.1.1.2.2":       "STREEBOG-256",
	"1.2.643.7.1.1.2.3":       "STREEBOG-512",
}

func hashName(oid string) string {
	if name, ok := hashNames[oid]; ok {
		return name
	}
	return oid
}
