package scanner

import "time"

// Certificate is the facts of one X.509 certificate (RFC 5280). A certificate
// that no parser reads has SHA256 and Problem only.
type Certificate struct {
	SHA256             string    `json:"sha256"` // of the DER
	Subject            string    `json:"subject"`
	Issuer             string    `json:"issuer"`
	Serial             string    `json:"serial"`  // lower-case hex, "-" in front if negative
	Version            int       `json:"version"` // 1, 2 or 3
	NotBefore          time.Time `json:"not_before"`
	NotAfter           time.Time `json:"not_after"`
	SignatureAlgorithm string    `json:"signature_algorithm"` // name as in the PKIX registry, such as "sha256WithRSAEncryption"
	SignatureOID       string    `json:"signature_oid"`
	PSS                *PSS      `json:"pss,omitempty"`
	Key                Key       `json:"key"`
	Names              []string  `json:"names,omitempty"` // subject alternative names: DNS names, addresses, then the rest as type:value
	CommonName         string    `json:"common_name,omitempty"`
	KeyUsage           []string  `json:"key_usage,omitempty"`     // RFC 5280 names: "digitalSignature", "keyCertSign", ...
	ExtKeyUsage        []string  `json:"ext_key_usage,omitempty"` // "serverAuth", ... or the OID
	CA                 bool      `json:"ca"`                      // basicConstraints says CA
	SelfSigned         bool      `json:"self_signed"`             // issuer is subject, and its own key verifies it or cannot be checked
	SubjectKeyID       string    `json:"subject_key_id,omitempty"`
	AuthorityKeyID     string    `json:"authority_key_id,omitempty"`
	Revocation         bool      `json:"revocation"`       // names a CRL or an OCSP responder
	Parser             string    `json:"parser,omitempty"` // what read it where Go's own parser refused it; see Parser...
	Problem            string    `json:"problem,omitempty"`
}

// What Certificate.Parser says.
const (
	ParserZcrypto = "zcrypto"
	ParserOwn     = "pkix" // ours alone, for no more than a curve that the others do not know
)

// PSS is the parameters of an RSASSA-PSS signature (RFC 4055 section 3.1).
type PSS struct {
	Hash     string `json:"hash"` // "SHA-256"
	MGFHash  string `json:"mgf_hash"`
	SaltLen  int    `json:"salt_length"`        // bytes
	Defaults bool   `json:"defaults,omitempty"` // parameters absent, which means SHA-1
}

// Key is the facts of a public key, or of a private key's public half.
type Key struct {
	Algorithm  string `json:"algorithm"` // "RSA", "RSASSA-PSS", "EC", "DSA", "DH", "Ed25519", "X25519", "ML-DSA-65", ... or the OID
	OID        string `json:"oid,omitempty"`
	Bits       int    `json:"bits,omitempty"`        // modulus, field or parameter length; 0 where it has none
	SubBits    int    `json:"sub_bits,omitempty"`    // DSA: length of q
	Curve      string `json:"curve,omitempty"`       // "secp256r1", ...; "explicit" for explicit parameters
	Exponent   string `json:"exponent,omitempty"`    // RSA public exponent, decimal
	Group      string `json:"group,omitempty"`       // DH: the published group of its prime, "ffdhe2048", "MODP-2048", ...
	SPKISHA256 string `json:"spki_sha256,omitempty"` // digest of SubjectPublicKeyInfo: the same for a key and its certificate

	Weak []Weakness `json:"weak,omitempty"` // by what its private half can be had; none found where empty
}

// A Weakness is how the private half of a key can be had from its public half.
type Weakness struct {
	Name   string `json:"name"` // one of the constants below
	Detail string `json:"detail,omitempty"`
}

// The weaknesses that are looked for.
const (
	WeakSmallFactor = "small-factor" // RSA: a prime below 65536 divides the modulus; Detail names it
	WeakClosePrimes = "close-primes" // RSA: a few of Fermat's steps part the primes (CVE-2022-26320)
	WeakROCA        = "roca"         // RSA: the modulus has the form of Infineon's RSALib (CVE-2017-15361)
	WeakListed      = "listed"       // on a list of known keys that the operator gave; Detail names it
)
