package cyclonedx

import (
	"regexp"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// The kinds of algorithm that are ours; the others are the catalogue's, as in
// the subjects of rulings.
const (
	kindSignature  = "signature"  // over a certificate, request or list, by the PKIX registry's name
	kindProtection = "protection" // how a key or store is kept
	kindPublicKey  = "public-key"

	kindAuthentication = "authentication" // of the server by a suite, by the name that the suite has for it
)

// described is what the schema wants to know of an algorithm, by its name. Of
// a name that says nothing the primitive is unknown.
func described(s fips.Subject) (algorithm, string) {
	a, oid := algorithm{Primitive: "unknown"}, ""
	switch s.Kind {
	case "cipher", "ssh-cipher":
		a = cipher(s.Name)
		oid = oids[s.Name]
	case "mac", "ssh-mac":
		a = mac(s.Name)
		oid = oids[s.Name]
	case "hash":
		a = hashing(s.Name)
		oid = oids[s.Name]
	case "kdf-prf":
		a = algorithm{Primitive: "kdf", Family: "HKDF", Parameters: hashIn(s.Name)}
		if !strings.Contains(s.Name, "HKDF") {
			a.Family = ""
		}
	case "key-exchange":
		a = keyExchange(s.Name)
	case "named-group":
		a, oid = namedGroup(s.Name)
	case "ssh-kex":
		a, oid = sshKex(s.Name)
	case "signature-scheme", "ssh-hostkey", kindSignature:
		a = signature(s.Name)
	case kindProtection:
		a = protection(s.Name)
	case kindAuthentication:
		a = authentication(s.Name)
	}
	a.Environment, a.Platform, a.Certification = "unknown", "unknown", []string{"unknown"}
	return a, oid
}

// functions are what an algorithm of a primitive is for by its definition.
// Which of them an endpoint makes use of was not observed.
var functions = map[string][]string{
	"ae": {"encrypt", "decrypt", "tag"}, "block-cipher": {"encrypt", "decrypt"}, "stream-cipher": {"encrypt", "decrypt"},
	"hash": {"digest"}, "xof": {"digest"}, "mac": {"tag"}, "signature": {"sign", "verify"}, "kdf": {"keyderive"},
	"key-agree": {"keygen", "keyderive"}, "kem": {"keygen", "encapsulate", "decapsulate"}, "pke": {"encrypt", "decrypt"},
}

// authentication is how a suite has the server sign. An RSA suite leaves it to
// the version and the signature scheme which of RSA's two paddings is meant.
func authentication(name string) algorithm {
	switch name {
	case "RSA":
		return algorithm{Primitive: "signature", Quantum: new(int)}
	case "ECDSA":
		return algorithm{Primitive: "signature", Family: "ECDSA", Quantum: new(int)}
	case "DSS":
		return algorithm{Primitive: "signature", Family: "DSA", Quantum: new(int)}
	}
	return algorithm{Primitive: "other"} // a key that was shared before, or nothing
}

// ciphers are families by how their names begin, whatever the spelling: a TLS
// suite's "AES-128-GCM", SSH's "aes128-gcm@openssh.com" and "AEAD_AES_128_GCM".
var ciphers = [...]struct{ prefix, family, primitive string }{
	{"aes", "AES", "block-cipher"}, {"rijndael", "AES", "block-cipher"}, {"camellia", "CAMELLIA", "block-cipher"},
	{"aria", "ARIA", "block-cipher"}, {"seed", "SEED", "block-cipher"}, {"sm4", "SM4", "block-cipher"},
	{"3des", "3DES", "block-cipher"}, {"des", "DES", "block-cipher"}, {"idea", "IDEA", "block-cipher"},
	{"rc2", "RC2", "block-cipher"}, {"rc4", "RC4", "stream-cipher"}, {"arcfour", "RC4", "stream-cipher"},
	{"blowfish", "Blowfish", "block-cipher"}, {"cast128", "CAST5", "block-cipher"}, {"cast256", "CAST6", "block-cipher"},
	{"twofish", "Twofish", "block-cipher"}, {"serpent", "Serpent", "block-cipher"}, {"skipjack", "Skipjack", "block-cipher"},
	{"chacha20", "ChaCha20", "stream-cipher"}, {"salsa20", "Salsa20", "stream-cipher"}, {"ascon", "Ascon", "ae"},
	{"gost28147", "GOST", "block-cipher"}, {"gost89", "GOST", "block-cipher"}, {"kuznyechik", "", "block-cipher"},
	{"kuznechik", "", "block-cipher"}, {"grasshopper", "", "block-cipher"},
	{"magma", "", "block-cipher"}, {"aegis", "", "ae"},
}

var keySize = regexp.MustCompile(`40|56|128|192|256`)

func cipher(name string) algorithm {
	plain := strings.TrimPrefix(spelt(name), "aead-")
	for _, c := range ciphers {
		rest, ok := strings.CutPrefix(plain, c.prefix)
		if !ok {
			continue
		}
		a := algorithm{Primitive: c.primitive, Family: c.family, Parameters: keySize.FindString(rest)}
		for _, word := range strings.Split(rest, "-") {
			switch word {
			case "cbc", "ecb", "cfb", "ofb", "ctr":
				a.Mode = word
			case "gcm", "ccm":
				a.Mode, a.Primitive = word, "ae"
			case "mgm", "ocb":
				a.Mode, a.Primitive = "other", "ae"
			case "cnt":
				a.Mode = "other"
			case "poly1305":
				a.Primitive = "ae"
			}
		}
		a.Quantum = category("cipher", a.Family+a.Parameters)
		return a
	}
	if plain == "null" || plain == "none" {
		return algorithm{Primitive: "other"} // no cipher at all
	}
	return algorithm{Primitive: "unknown"}
}

// spelt is a name without its owner, in one spelling.
func spelt(name string) string {
	plain, _, _ := strings.Cut(strings.ToLower(name), "@")
	return strings.ReplaceAll(plain, "_", "-")
}

func mac(name string) algorithm {
	plain := spelt(name)
	switch {
	case plain == "null" || plain == "none":
		return algorithm{Primitive: "other"} // no integrity at all
	case strings.HasPrefix(plain, "hmac-"):
		return algorithm{Primitive: "mac", Family: "HMAC", Parameters: hashIn(plain)}
	case strings.HasPrefix(plain, "umac-"):
		return algorithm{Primitive: "mac", Family: "UMAC", Parameters: umacSize.FindString(plain)}
	case strings.HasSuffix(plain, "cmac"):
		return algorithm{Primitive: "mac", Family: "CMAC"}
	}
	if a := cipher(name); a.Primitive == "ae" {
		return a
	}
	return algorithm{Primitive: "mac"}
}

var umacSize = regexp.MustCompile(`32|64|96|128`)

var hashNames = regexp.MustCompile(`sha3[-_]?\d{3}|sha2[-_]\d{3}|sha[-_]?(?:224|256|384|512)(?:[-/](?:224|256))?|sha-?1|shake[-_]?(?:128|256)|md[245]|ripemd[-_]?160|sm3|streebog-(?:256|512)|ascon-hash256|whirlpool`)

// hashIn finds the hash that a name names, as FIPS 180-4 and 202 write it:
// "SHA-256" in "hmac-sha2-256-etm"; "" for none.
func hashIn(name string) string {
	found := hashNames.FindString(strings.ToLower(name))
	digits := strings.TrimLeft(found, "abcdefghijklmnopqrstuvwxyz-_")
	switch {
	case found == "":
		return ""
	case strings.HasPrefix(found, "sha3") && len(found) >= len("sha3256"):
		return "SHA3-" + found[len(found)-3:]
	case strings.HasPrefix(found, "sha2-"), strings.HasPrefix(found, "sha2_"):
		return "SHA-" + found[5:]
	case strings.HasPrefix(found, "shake"):
		return "SHAKE" + digits
	case strings.HasPrefix(found, "sha"):
		return "SHA-" + strings.Replace(digits, "-", "/", 1)
	case strings.HasPrefix(found, "ripemd"):
		return "RIPEMD-" + digits
	}
	return strings.ToUpper(found)
}

func hashing(name string) algorithm {
	h := hashIn(name)
	a := algorithm{Primitive: "hash", Parameters: strings.TrimLeft(h, "SHAKEMDRIP-")}
	switch {
	case h == "":
		a.Parameters = ""
	case h == "SHA-1", h == "MD2", h == "MD4", h == "MD5", h == "SM3":
		a.Family, a.Parameters = h, ""
	case strings.HasPrefix(h, "SHA3-"):
		a.Family, a.Parameters = "SHA-3", h[5:]
	case strings.HasPrefix(h, "SHAKE"):
		a.Family, a.Primitive = "SHA-3", "xof"
	case strings.HasPrefix(h, "SHA-"):
		a.Family = "SHA-2"
	case strings.HasPrefix(h, "RIPEMD"):
		a.Family = "RIPEMD"
	case strings.HasPrefix(h, "ASCON"):
		a.Family, a.Parameters = "Ascon", "Hash256"
	default:
		a.Parameters = ""
	}
	a.Quantum = category("hash", h)
	return a
}

// keyExchange is by the name of a suite's part, before any group is known.
func keyExchange(name string) algorithm {
	plain, _, _ := strings.Cut(strings.NewReplacer("_anon", "", "_EXPORT", "").Replace(name), "_PSK")
	switch plain {
	case "ECDHE", "ECDH":
		return algorithm{Primitive: "key-agree", Family: "ECDH"}
	case "DHE", "DH":
		return algorithm{Primitive: "key-agree", Family: "FFDH"}
	case "RSA":
		return algorithm{Primitive: "pke", Family: "RSAES-PKCS1", Padding: "pkcs1v15"}
	case "SRP", "GOST", "SM2", "SM9":
		return algorithm{Primitive: "key-agree", Family: plain}
	case "ECJPAKE":
		return algorithm{Primitive: "key-agree", Family: "J-PAKE"}
	case "ECCPWD", "FORTEZZA_KEA":
		return algorithm{Primitive: "key-agree"}
	case "CECPQ1":
		return algorithm{Primitive: "combiner"}
	}
	if strings.HasPrefix(name, "DHE prime of ") { // of no known group
		return algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: digits.FindString(name)}
	}
	return algorithm{Primitive: "other"}
}

var digits = regexp.MustCompile(`\d+`)

// namedGroup is a group of TLS, or a prime of Diffie-Hellman by its name.
func namedGroup(name string) (algorithm, string) {
	g, ok := iana.GroupByName(name)
	switch {
	case strings.HasPrefix(name, "MODP-"), strings.HasPrefix(name, "RFC5114-"), ok && g.Kind == "ff":
		return algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: name}, ""
	case ok && g.Kind == "ec":
		return algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: curve(name)}, curveOID(name)
	case ok && g.Kind == "kem" && strings.HasPrefix(name, "MLKEM"):
		a := algorithm{Primitive: "kem", Family: "ML-KEM", Parameters: digits.FindString(name)}
		a.Quantum = category("mlkem", a.Parameters)
		return a, oids["ML-KEM-"+a.Parameters]
	case ok && g.Kind == "kem":
		return algorithm{Primitive: "kem"}, ""
	case ok && g.Kind == "hybrid":
		return hybrid(name), ""
	}
	return algorithm{Primitive: "unknown"}, ""
}

var mlkem = regexp.MustCompile(`(?i)mlkem(512|768|1024)`)

// hybrid is several key exchanges in one; as strong against quantum computers
// as the part that is meant for it.
func hybrid(name string) algorithm {
	a := algorithm{Primitive: "combiner"}
	if found := mlkem.FindStringSubmatch(name); found != nil {
		a.Quantum = category("mlkem", found[1])
	}
	return a
}

func sshKex(name string) (algorithm, string) {
	plain := spelt(name)
	switch {
	case mlkem.MatchString(plain), strings.Contains(plain, "sntrup"), strings.Contains(plain, "kyber"):
		return hybrid(plain), ""
	case strings.Contains(plain, "curve25519"):
		return algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: curve("x25519")}, curveOID("x25519")
	case strings.Contains(plain, "curve448"):
		return algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: curve("x448")}, curveOID("x448")
	case strings.HasPrefix(plain, "ecdh-sha2-"), strings.HasPrefix(plain, "gss-nistp"):
		of := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(plain, "ecdh-sha2-"), "gss-"), "-win7")
		of, _, _ = strings.Cut(of, "-")
		return algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: curve(of)}, curveOID(of)
	case strings.HasPrefix(plain, "sm2"):
		return algorithm{Primitive: "key-agree", Family: "SM2"}, ""
	case strings.HasPrefix(plain, "gss-gex-"):
		return algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: "group-exchange"}, ""
	case strings.Contains(plain, "group"):
		return algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: sshGroup.FindString(plain)}, ""
	case strings.HasPrefix(plain, "rsa"):
		return algorithm{Primitive: "pke", Family: "RSAES-OAEP", Padding: "oaep", Parameters: digits.FindString(plain)}, ""
	case strings.HasPrefix(plain, "ecmqv"):
		return algorithm{Primitive: "key-agree", Family: "MQV"}, ""
	}
	return algorithm{Primitive: "unknown"}, ""
}

var sshGroup = regexp.MustCompile(`group\d+|group-exchange`)

// categories are NIST's of what quantum computers do not break by Shor's
// algorithm: by the definition of the categories themselves for AES and the
// hashes (call for proposals of 2016, section 4.A.5), by FIPS 203, 204 and 205
// for the rest.
var categories = map[string]map[string]int{
	"cipher": {"AES128": 1, "AES192": 3, "AES256": 5},
	"hash":   {"SHA-256": 2, "SHA3-256": 2, "SHA-384": 4, "SHA3-384": 4},
	"mlkem":  {"512": 1, "768": 3, "1024": 5},
	"mldsa":  {"44": 2, "65": 3, "87": 5},
	"slhdsa": {"128": 1, "192": 3, "256": 5},
}

// category is that of a name among those of a kind; nil for one that has none,
// or of which none is given.
func category(kind, name string) *int {
	if n, ok := categories[kind][name]; ok {
		return &n
	}
	return nil
}
