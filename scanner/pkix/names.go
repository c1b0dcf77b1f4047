package pkix

// Object identifiers that code here branches on.
const (
	oidRSA      = "1.2.840.113549.1.1.1"
	oidPSS      = "1.2.840.113549.1.1.10"
	oidMGF1     = "1.2.840.113549.1.1.8"
	oidEC       = "1.2.840.10045.2.1"
	oidECDH     = "1.3.132.1.12"
	oidECMQV    = "1.3.132.1.13"
	oidDSA      = "1.2.840.10040.4.1"
	oidDH       = "1.2.840.113549.1.3.1" // PKCS#3
	oidDHX      = "1.2.840.10046.2.1"    // X9.42
	oidElGamal  = "1.3.14.7.2.1.1"
	oidX25519   = "1.3.101.110"
	oidX448     = "1.3.101.111"
	oidEd25519  = "1.3.101.112"
	oidEd448    = "1.3.101.113"
	oidPrime    = "1.2.840.10045.1.1"
	oidBinary   = "1.2.840.10045.1.2"
	oidMLKEM768 = "2.16.840.1.101.3.4.4.2"
)

// signatureNames are the algorithms of signatures: RFC 3279, 4055, 5758,
// 8410, 8692, 9814, 9881 and 9909, and the national ones.
var signatureNames = map[string]string{
	"1.2.840.113549.1.1.2":       "md2WithRSAEncryption",
	"1.2.840.113549.1.1.3":       "md4WithRSAEncryption",
	"1.2.840.113549.1.1.4":       "md5WithRSAEncryption",
	"1.2.840.113549.1.1.5":       "sha1WithRSAEncryption",
	"1.3.14.3.2.29":              "sha1WithRSA-OIW",
	"1.2.840.113549.1.1.10":      "rsassaPss",
	"1.2.840.113549.1.1.11":      "sha256WithRSAEncryption",
	"1.2.840.113549.1.1.12":      "sha384WithRSAEncryption",
	"1.2.840.113549.1.1.13":      "sha512WithRSAEncryption",
	"1.2.840.113549.1.1.14":      "sha224WithRSAEncryption",
	"1.2.840.113549.1.1.15":      "sha512-224WithRSAEncryption",
	"1.2.840.113549.1.1.16":      "sha512-256WithRSAEncryption",
	"1.3.36.3.3.1.2":             "rsaSignatureWithripemd160",
	"1.3.6.1.5.5.7.6.30":         "id-RSASSA-PSS-SHAKE128",
	"1.3.6.1.5.5.7.6.31":         "id-RSASSA-PSS-SHAKE256",
	"1.3.6.1.5.5.7.6.32":         "id-ecdsa-with-shake128",
	"1.3.6.1.5.5.7.6.33":         "id-ecdsa-with-shake256",
	"1.3.6.1.5.5.7.6.34":         "id-alg-xmss-hashsig",
	"1.2.840.113549.1.9.16.3.17": "id-alg-hss-lms-hashsig",
	"1.2.840.10045.4.1":          "ecdsa-with-SHA1",
	"1.2.840.10045.4.3.1":        "ecdsa-with-SHA224",
	"1.2.840.10045.4.3.2":        "ecdsa-with-SHA256",
	"1.2.840.10045.4.3.3":        "ecdsa-with-SHA384",
	"1.2.840.10045.4.3.4":        "ecdsa-with-SHA512",
	"0.4.0.127.0.7.1.1.4.1.6":    "ecdsa-plain-RIPEMD160",
	"1.2.840.10040.4.3":          "id-dsa-with-sha1",
	"2.16.840.1.101.3.4.3.1":     "dsa-with-sha224",
	"2.16.840.1.101.3.4.3.2":     "dsa-with-sha256",
	"2.16.840.1.101.3.4.3.3":     "dsa-with-sha384",
	"2.16.840.1.101.3.4.3.4":     "dsa-with-sha512",
	"2.16.840.1.101.3.4.3.5":     "dsa-with-SHA3-224",
	"2.16.840.1.101.3.4.3.6":     "dsa-with-SHA3-256",
	"2.16.840.1.101.3.4.3.7":     "dsa-with-SHA3-384",
	"2.16.840.1.101.3.4.3.8":     "dsa-with-SHA3-512",
	"2.16.840.1.101.3.4.3.9":     "ecdsa-with-SHA3-224",
	"2.16.840.1.101.3.4.3.10":    "ecdsa-with-SHA3-256",
	"2.16.840.1.101.3.4.3.11":    "ecdsa-with-SHA3-384",
	"2.16.840.1.101.3.4.3.12":    "ecdsa-with-SHA3-512",
	"2.16.840.1.101.3.4.3.13":    "rsa-with-SHA3-224",
	"2.16.840.1.101.3.4.3.14":    "rsa-with-SHA3-256",
	"2.16.840.1.101.3.4.3.15":    "rsa-with-SHA3-384",
	"2.16.840.1.101.3.4.3.16":    "rsa-with-SHA3-512",
	"1.3.101.112":                "Ed25519",
	"1.3.101.113":                "Ed448",
	"2.16.840.1.101.3.4.3.17":    "id-ml-dsa-44",
	"2.16.840.1.101.3.4.3.18":    "id-ml-dsa-65",
	"2.16.840.1.101.3.4.3.19":    "id-ml-dsa-87",
	"1.2.156.10197.1.501":        "sm2-with-SM3",
	"1.2.643.2.2.3":              "gost3411-94-with-gost3410-2001",
	"1.2.643.7.1.1.3.2":          "gost3410-2012-256",
	"1.2.643.7.1.1.3.3":          "gost3410-2012-512",
}

// signatureName names a signature algorithm, by its identifier if need be.
func signatureName(oid string) string {
	if name, ok := signatureNames[oid]; ok {
		return name
	}
	return oid
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

// keyNames are the public keys that are a bare name and a string of bytes,
// with their length where the name gives one.
var keyNames = map[string]struct {
	name string
	bits int
}{
	oidX25519:                    {"X25519", 255},
	oidX448:                      {"X448", 448},
	oidEd25519:                   {"Ed25519", 255},
	oidEd448:                     {"Ed448", 448},
	"2.16.840.1.101.3.4.3.17":    {"ML-DSA-44", 0},
	"2.16.840.1.101.3.4.3.18":    {"ML-DSA-65", 0},
	"2.16.840.1.101.3.4.3.19":    {"ML-DSA-87", 0},
	"2.16.840.1.101.3.4.3.20":    {"SLH-DSA-SHA2-128s", 0},
	"2.16.840.1.101.3.4.3.21":    {"SLH-DSA-SHA2-128f", 0},
	"2.16.840.1.101.3.4.3.22":    {"SLH-DSA-SHA2-192s", 0},
	"2.16.840.1.101.3.4.3.23":    {"SLH-DSA-SHA2-192f", 0},
	"2.16.840.1.101.3.4.3.24":    {"SLH-DSA-SHA2-256s", 0},
	"2.16.840.1.101.3.4.3.25":    {"SLH-DSA-SHA2-256f", 0},
	"2.16.840.1.101.3.4.3.26":    {"SLH-DSA-SHAKE-128s", 0},
	"2.16.840.1.101.3.4.3.27":    {"SLH-DSA-SHAKE-128f", 0},
	"2.16.840.1.101.3.4.3.28":    {"SLH-DSA-SHAKE-192s", 0},
	"2.16.840.1.101.3.4.3.29":    {"SLH-DSA-SHAKE-192f", 0},
	"2.16.840.1.101.3.4.3.30":    {"SLH-DSA-SHAKE-256s", 0},
	"2.16.840.1.101.3.4.3.31":    {"SLH-DSA-SHAKE-256f", 0},
	"2.16.840.1.101.3.4.3.32":    {"HashML-DSA-44-SHA512", 0},
	"2.16.840.1.101.3.4.3.33":    {"HashML-DSA-65-SHA512", 0},
	"2.16.840.1.101.3.4.3.34":    {"HashML-DSA-87-SHA512", 0},
	"2.16.840.1.101.3.4.4.1":     {"ML-KEM-512", 0},
	oidMLKEM768:                  {"ML-KEM-768", 0},
	"2.16.840.1.101.3.4.4.3":     {"ML-KEM-1024", 0},
	"1.2.840.113549.1.9.16.3.17": {"LMS-HSS", 0},
	"1.3.6.1.5.5.7.6.34":         {"XMSS", 0},
	"1.2.643.2.2.19":             {"GOST R 34.10-2001", 256},
	"1.2.643.7.1.1.1.1":          {"GOST R 34.10-2012-256", 256},
	"1.2.643.7.1.1.1.2":          {"GOST R 34.10-2012-512", 512},
	oidElGamal:                   {"ElGamal", 0},
}
