package cyclonedx

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

var (
	mldsa  = regexp.MustCompile(`ml-?dsa-?(44|65|87)`)
	slhdsa = regexp.MustCompile(`slh-?dsa-(sha2|shake)-(128|192|256)([sf])`)
	curves = regexp.MustCompile(`secp\d{3}[kr]\d|sect\d{3}[kr]\d|brainpoolp\d{3}[rt]\d|nist[pkbt]\d{3}|1\.3\.132\.0\.\d+`)
)

// signature is by the name of a signature scheme of TLS, a host key algorithm
// of SSH, or a signature algorithm of PKIX: the families have the same names in
// all of them.
func signature(name string) algorithm {
	plain := spelt(name)
	a := algorithm{Primitive: "signature", Parameters: hashIn(plain)}
	pq, classic := mldsa.FindStringSubmatch(plain), strings.Contains(plain, "rsa") || strings.Contains(plain, "ec") || strings.Contains(plain, "ed25519") || strings.Contains(plain, "ed448")
	switch {
	case pq != nil && classic: // a composite: no family has it
		a.Primitive, a.Parameters, a.Quantum = "combiner", "", category("mldsa", pq[1])
	case pq != nil:
		a.Family, a.Parameters, a.Quantum = "ML-DSA", pq[1], category("mldsa", pq[1])
	case slhdsa.MatchString(plain):
		part := slhdsa.FindStringSubmatch(plain)
		a.Family, a.Parameters, a.Quantum = "SLH-DSA", strings.ToUpper(part[1])+"-"+part[2]+part[3], category("slhdsa", part[2])
	case strings.Contains(plain, "ed25519"):
		a.Family, a.Parameters, a.EllipticCurve = "EdDSA", "", "other/Ed25519"
	case strings.Contains(plain, "ed448"):
		a.Family, a.Parameters, a.EllipticCurve = "EdDSA", "", "other/Ed448"
	case strings.Contains(plain, "ecdsa"):
		a.Family, a.EllipticCurve = "ECDSA", curve(curves.FindString(plain))
	case strings.Contains(plain, "sm2"):
		a.Family = "SM2"
	case strings.Contains(plain, "gost"):
		a.Family = "GOST"
	case strings.Contains(plain, "dsa"), strings.Contains(plain, "dss"):
		a.Family = "DSA"
	case strings.Contains(plain, "pss"):
		a.Family, a.Padding = "RSASSA-PSS", "other"
	case strings.Contains(plain, "rsa"):
		a.Family, a.Padding = "RSASSA-PKCS1", "pkcs1v15"
	case strings.Contains(plain, "xmss"):
		a.Family = "XMSS"
	case strings.Contains(plain, "lms"):
		a.Family = "LMS"
	case plain == "null":
		a.Primitive = "other" // no signature at all
	default:
		a.Primitive = "unknown"
	}
	return a
}

// keyAlgorithm is what a key is for. Whether a key of RSA or of a curve signs,
// agrees or decrypts cannot be told from the key.
func keyAlgorithm(k scanner.Key) algorithm {
	a := algorithm{Primitive: "unknown", Parameters: sized(k.Bits)}
	switch k.Algorithm {
	case "RSA":
	case "RSASSA-PSS":
		a.Primitive, a.Family = "signature", "RSASSA-PSS"
	case "EC":
		a.Parameters, a.EllipticCurve = "", curve(k.Curve)
	case "DSA":
		a.Primitive, a.Family = "signature", "DSA"
	case "DH":
		a.Primitive, a.Family = "key-agree", "FFDH"
	case "ElGamal":
		a.Primitive, a.Family = "pke", "ElGamal"
	case "X25519", "X448":
		a = algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: curve(k.Algorithm)}
	default:
		if part := mlkem.FindStringSubmatch(strings.ReplaceAll(k.Algorithm, "-", "")); part != nil {
			a = algorithm{Primitive: "kem", Family: "ML-KEM", Parameters: part[1], Quantum: category("mlkem", part[1])}
		} else if s := signature(k.Algorithm); s.Primitive != "unknown" {
			a = s
		} else if c := cipher(k.Algorithm); c.Primitive != "unknown" {
			a.Primitive, a.Family = c.Primitive, c.Family
		}
	}
	a.Environment, a.Platform, a.Certification = "unknown", "unknown", []string{"unknown"}
	return a
}

// keyOID is that of a key's algorithm: SSH sends none.
func keyOID(name string) string {
	for _, o := range iana.OIDs() {
		if o.Kind == kindPublicKey && o.Name == name {
			return o.OID
		}
	}
	return ""
}

// protection is how a key is kept, by the name of the scheme.
func protection(name string) algorithm {
	a := algorithm{Primitive: "other"}
	switch {
	case strings.HasPrefix(name, "PBES2"):
		a.Family = "PBES2"
	case strings.HasPrefix(name, "PBMAC1"):
		a.Family, a.Primitive = "PBMAC1", "mac"
	case strings.HasPrefix(name, "pbeWith"):
		a.Family = "PBES1"
	}
	return a
}

// curve is a curve as the specification's definitions name it; what they do
// not have is "".
func curve(name string) string {
	plain := strings.TrimSuffix(strings.ToLower(name), "tls13")
	if named := otherCurves[plain]; named != "" {
		return named
	}
	if knownNIST.MatchString(plain) {
		return "nist/" + strings.ToUpper(plain[4:5]) + "-" + plain[5:]
	}
	for _, o := range iana.OIDs() {
		if o.Kind == "curve" && o.OID == plain {
			plain = strings.ToLower(o.Name)
		}
	}
	if !knownCurve.MatchString(plain) {
		return ""
	}
	switch plain[0] {
	case 's':
		return "secg/" + plain
	case 'p':
		return "x962/" + plain
	}
	return "brainpool/brainpoolP" + plain[len("brainpoolp"):]
}

// knownCurve is the names that the definitions have, since peers invent some.
var (
	knownCurve = regexp.MustCompile(`^(secp(112r[12]|128r[12]|160(k1|r[12])|192[kr]1|224[kr]1|256[kr]1|384r1|521r1)` +
		`|sect(113r[12]|131r[12]|163(k1|r[12])|193r[12]|233[kr]1|239k1|283[kr]1|409[kr]1|571[kr]1)` +
		`|prime(192v[123]|239v[123]|256v1)|brainpoolp(160|192|224|256|320|384|512)[rt]1)$`)
	knownNIST = regexp.MustCompile(`^nist(p(192|224|256|384|521)|[kb](163|233|283|409|571))$`)
)

// otherCurves are those whose name does not tell their place in the
// definitions. nistt571 is SSH's (RFC 5656 section 10.1); GC256A and the like
// are TLS's names for what RFC 7836 and RFC 4357 define (RFC 9189 section 4).
var otherCurves = map[string]string{
	"x25519": "other/Curve25519", "x448": "other/Curve448", "ed25519": "other/Ed25519", "ed448": "other/Ed448",
	"curvesm2": "oscaa/SM2", "frp256v1": "anssi/FRP256v1", "nistt571": "nist/K-571",
	"gc256a": "gost/id-tc26-gost-3410-2012-256-paramSetA", "gc512a": "gost/id-tc26-gost-3410-12-512-paramSetA",
	"gc512c": "gost/id-tc26-gost-3410-2012-512-paramSetC", "explicit": "",
}

func curveOID(name string) string {
	plain := strings.TrimSuffix(strings.ToLower(name), "tls13")
	for _, letter := range []string{"p", "b", "k"} {
		if size, ok := strings.CutPrefix(plain, "nist"+letter); ok {
			plain = map[string]string{"p": "secp" + size + "r1", "k": "sect" + size + "k1", "b": "sect" + size + "r1"}[letter]
			if plain == "sect163r1" {
				plain = "sect163r2" // NIST's B-163
			}
		}
	}
	for _, o := range iana.OIDs() {
		if o.Kind == "curve" && (o.OID == plain || strings.EqualFold(o.Name, plain)) || o.Kind == kindPublicKey && strings.EqualFold(o.Name, plain) {
			return o.OID
		}
	}
	return ""
}

// oids are those of NIST's register of objects
// (https://csrc.nist.gov/projects/computer-security-objects-register), of RFC
// 8018 and RFC 3657, of what suites name without them.
var oids = map[string]string{
	"AES-128-CBC": "2.16.840.1.101.3.4.1.2", "AES-192-CBC": "2.16.840.1.101.3.4.1.22", "AES-256-CBC": "2.16.840.1.101.3.4.1.42",
	"AES-128-GCM": "2.16.840.1.101.3.4.1.6", "AES-192-GCM": "2.16.840.1.101.3.4.1.26", "AES-256-GCM": "2.16.840.1.101.3.4.1.46",
	"AES-128-CCM": "2.16.840.1.101.3.4.1.7", "AES-192-CCM": "2.16.840.1.101.3.4.1.27", "AES-256-CCM": "2.16.840.1.101.3.4.1.47",
	"3DES-EDE-CBC": "1.2.840.113549.3.7", "CAMELLIA-128-CBC": "1.2.392.200011.61.1.1.1.2", "CAMELLIA-256-CBC": "1.2.392.200011.61.1.1.1.4",
	"HMAC-MD5": "1.3.6.1.5.5.8.1.1", "HMAC-SHA1": "1.2.840.113549.2.7", "HMAC-SHA256": "1.2.840.113549.2.9",
	"HMAC-SHA384": "1.2.840.113549.2.10", "HMAC-SHA512": "1.2.840.113549.2.11",
	"SHA-1": "1.3.14.3.2.26", "SHA-256": "2.16.840.1.101.3.4.2.1", "SHA-384": "2.16.840.1.101.3.4.2.2", "SHA-512": "2.16.840.1.101.3.4.2.3",
	"MD5": "1.2.840.113549.2.5", "ML-KEM-512": "2.16.840.1.101.3.4.4.1", "ML-KEM-768": "2.16.840.1.101.3.4.4.2", "ML-KEM-1024": "2.16.840.1.101.3.4.4.3",
}

func sized(bits int) string {
	if bits == 0 {
		return ""
	}
	return strconv.Itoa(bits)
}
