package pkix_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// openssl runs the tool in dir and returns what it printed.
func openssl(t testing.TB, dir string, args ...string) string {
	t.Helper()
	return lab.RunIn(t, dir, lab.Program(t, "openssl"), args...)
}

// der reads the first PEM block of a file.
func der(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := pem.Decode(data)
	if b == nil {
		t.Fatalf("%s holds no PEM", path)
	}
	return b.Bytes
}

// facts are what both openssl's text and ours say, in one form.
type facts struct {
	Version, Serial, Subject, Issuer, NotBefore, NotAfter, Signature string
	Key, Bits, Curve, Exponent                                       string
	Names, KeyUsage, ExtKeyUsage                                     string
	CA                                                               bool
	SHA256, SPKI, SKI, AKI                                           string
	PSS                                                              string
}

// opensslFacts asks openssl about a certificate.
func opensslFacts(t testing.TB, dir, file string) facts {
	t.Helper()
	text := openssl(t, dir, "x509", "-in", file, "-noout", "-text", "-serial", "-subject", "-issuer", "-dates", "-pubkey",
		"-nameopt", "RFC2253,-esc_msb,utf8", "-certopt", "ext_parse")
	text = broken.ReplaceAllString(text, "")
	find := func(pattern string) string {
		m := regexp.MustCompile("(?m)" + pattern).FindStringSubmatch(text)
		if m == nil {
			return ""
		}
		return strings.TrimRight(m[1], "\r\n")
	}
	date := func(pattern string) string {
		at, err := time.Parse("Jan _2 15:04:05 2006 GMT", year0.ReplaceAllString(find(pattern), " 0000 GMT"))
		if err != nil {
			t.Fatal(err)
		}
		return at.Format(time.RFC3339)
	}
	block, _ := pem.Decode([]byte(text[strings.Index(text, "-----BEGIN PUBLIC"):]))
	if block == nil {
		t.Fatalf("openssl prints no public key of %s", file)
	}
	f := facts{
		Version: find(`Version: (\d+)`), Serial: strings.ToLower(find(`^serial=(.*)`)),
		Subject: find(`^subject=(.*)`), Issuer: find(`^issuer=(.*)`), NotBefore: date(`^notBefore=(.*)`), NotAfter: date(`^notAfter=(.*)`),
		Signature: find(`Signature Algorithm: (\S+)`),
		Key:       find(`Public Key Algorithm: (\S+)`), Bits: find(`Public-Key: \((\d+) bit`),
		Curve: find(`ASN1 OID: (\S+)`), Exponent: find(`Exponent: (\d+)`),
		CA:     strings.Contains(text, "CA:TRUE"),
		SHA256: digest(der(t, filepath.Join(dir, file))), SPKI: digest(block.Bytes),
		KeyUsage:    find(`X509v3 Key Usage:[^\n]*\n\s*([^\n]*)`),
		ExtKeyUsage: find(`X509v3 Extended Key Usage:[^\n]*\n\s*([^\n]*)`),
		Names:       value.ReplaceAllString(find(`X509v3 Subject Alternative Name:[^\n]*\n\s*([^\n]*)`), "$1"),
		SKI:         hexDigits(find(`X509v3 Subject Key Identifier:[^\n]*\n\s*([0-9A-F:]+)`)),
		AKI:         hexDigits(find(`X509v3 Authority Key Identifier:[^\n]*\n\s*(?:keyid:)?([0-9A-F:]+)`)),
	}
	if strings.Contains(text, "Field Type") {
		f.Curve = "explicit"
	}
	if f.Key == "id-ecPublicKey" || f.Key == "SM2" {
		f.Bits = fieldBits(t, text, f.Curve) // openssl's own figure is the order's
	}
	if f.Signature == "rsassaPss" {
		f.PSS = opensslPSS(text[strings.LastIndex(text, "Signature Algorithm:"):])
	}
	return f
}

var (
	value   = regexp.MustCompile(`(othername: [0-9.]+)::.*`)
	broken  = regexp.MustCompile(`\\\n`) // of a long line
	year0   = regexp.MustCompile(` 0 GMT`)
	field   = regexp.MustCompile(`(?:Prime|Polynomial):\s*((?:[0-9a-f:]+\s+)+)`)
	pssHash = regexp.MustCompile(`Hash Algorithm: (\S+)`)
	pssMGF  = regexp.MustCompile(`Mask Algorithm: mgf1 with (\S+)`)
	pssSalt = regexp.MustCompile(`Salt Length: 0x([0-9A-F]+)`)
)

// fieldBits is the length of an element of a curve's field, from the parameters
// in openssl's text, or from what it says of the named curve.
func fieldBits(t testing.TB, text, curve string) string {
	t.Helper()
	if curve != "explicit" {
		text = openssl(t, ".", "ecparam", "-name", curve, "-param_enc", "explicit", "-text", "-noout")
	}
	m := field.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("openssl names no field of %s:\n%s", curve, text)
	}
	n, ok := new(big.Int).SetString(strings.NewReplacer(":", "", " ", "", "\n", "").Replace(m[1]), 16)
	if !ok {
		t.Fatalf("no number: %s", m[1])
	}
	if strings.Contains(m[0], "Polynomial") {
		return fmt.Sprint(n.BitLen() - 1) // of degree 163 is that of a field of 163 bits
	}
	return fmt.Sprint(n.BitLen())
}

func opensslPSS(text string) string {
	salt, err := strconv.ParseInt(pssSalt.FindStringSubmatch(text)[1], 16, 32)
	if err != nil {
		return text
	}
	return fmt.Sprint(pssHash.FindStringSubmatch(text)[1], " ", pssMGF.FindStringSubmatch(text)[1], " ", salt)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hexDigits(s string) string { return strings.ToLower(strings.ReplaceAll(s, ":", "")) }

// ourFacts puts ours into openssl's words.
func ourFacts(c scanner.Certificate) facts {
	f := facts{
		Version: fmt.Sprint(c.Version), Serial: c.Serial, Subject: c.Subject, Issuer: c.Issuer,
		NotBefore: c.NotBefore.Format(time.RFC3339), NotAfter: c.NotAfter.Format(time.RFC3339),
		Signature: spell(signatureSpelling, c.SignatureAlgorithm), Key: spell(keySpelling, c.Key.Algorithm),
		Curve: spell(curveSpelling, c.Key.Curve), Exponent: c.Key.Exponent,
		CA: c.CA, SHA256: c.SHA256, SPKI: c.Key.SPKISHA256, SKI: c.SubjectKeyID, AKI: c.AuthorityKeyID,
		KeyUsage: words(c.KeyUsage), ExtKeyUsage: words(c.ExtKeyUsage), Names: names(c.Names),
	}
	if p := c.PSS; p != nil {
		f.PSS = strings.ToLower(fmt.Sprint(strings.ReplaceAll(p.Hash, "-", ""), " ", strings.ReplaceAll(p.MGFHash, "-", ""), " ", p.SaltLen))
		f.PSS = regexp.MustCompile(`sha3(\d{3}\b)`).ReplaceAllString(f.PSS, "sha3-$1")
	}
	// openssl prints no length for the curves of RFC 7748.
	if !regexp.MustCompile(`^(X25519|X448|Ed25519|Ed448)$`).MatchString(c.Key.Algorithm) {
		f.Bits = fmt.Sprint(c.Key.Bits)
	}
	return f
}

func spell(table map[string]string, name string) string {
	if s, ok := table[name]; ok {
		return s
	}
	return name
}

var signatureSpelling = map[string]string{"Ed25519": "ED25519", "Ed448": "ED448", "id-dsa-with-sha1": "dsaWithSHA1",
	"dsa-with-sha256": "dsa_with_SHA256", "rsaSignatureWithripemd160": "ripemd160WithRSA", "sm2-with-SM3": "SM2-with-SM3",
	"dsa-with-sha224": "dsa_with_SHA224", "sha512-256WithRSAEncryption": "sha512-256WithRSAEncryption",
	"rsa-with-SHA3-224": "RSA-SHA3-224", "rsa-with-SHA3-256": "RSA-SHA3-256", "rsa-with-SHA3-384": "RSA-SHA3-384", "rsa-with-SHA3-512": "RSA-SHA3-512",
	"ecdsa-with-SHA3-224": "ecdsa_with_SHA3-224", "ecdsa-with-SHA3-256": "ecdsa_with_SHA3-256",
	"ecdsa-with-SHA3-384": "ecdsa_with_SHA3-384", "ecdsa-with-SHA3-512": "ecdsa_with_SHA3-512"}

var keySpelling = map[string]string{"RSA": "rsaEncryption", "RSASSA-PSS": "rsassaPss", "EC": "id-ecPublicKey", "DSA": "dsaEncryption",
	"Ed25519": "ED25519", "Ed448": "ED448"}

var curveSpelling = map[string]string{"secp192r1": "prime192v1", "secp256r1": "prime256v1", "curveSM2": "SM2"}

var usageSpelling = map[string]string{
	"digitalSignature": "Digital Signature", "nonRepudiation": "Non Repudiation", "keyEncipherment": "Key Encipherment",
	"dataEncipherment": "Data Encipherment", "keyAgreement": "Key Agreement", "keyCertSign": "Certificate Sign", "cRLSign": "CRL Sign",
	"encipherOnly": "Encipher Only", "decipherOnly": "Decipher Only",
	"serverAuth": "TLS Web Server Authentication", "clientAuth": "TLS Web Client Authentication", "codeSigning": "Code Signing",
	"emailProtection": "E-mail Protection", "timeStamping": "Time Stamping", "OCSPSigning": "OCSP Signing",
	"anyExtendedKeyUsage": "Any Extended Key Usage",
}

func words(usages []string) string {
	out := make([]string, len(usages))
	for i, u := range usages {
		out[i] = spell(usageSpelling, u)
	}
	return strings.Join(out, ", ")
}

// names writes alternative names as openssl does; the order is ours, which the
// tests give to openssl as well.
func names(all []string) string {
	var out []string
	for _, n := range all {
		switch {
		case strings.HasPrefix(n, "email:"), strings.HasPrefix(n, "URI:"):
		case strings.HasPrefix(n, "otherName:"): // of which ours tells the kind alone
			n = strings.Replace(n, "otherName:", "othername: ", 1)
		case strings.HasPrefix(n, "DirName:"):
			n = strings.Replace(n, "DirName:", "DirName:/", 1)
		case n == "::1":
			n = "IP Address:0:0:0:0:0:0:0:1"
		case strings.HasPrefix(n, "RID:"):
			n = "Registered ID:" + strings.TrimPrefix(n, "RID:")
		case regexp.MustCompile(`^[0-9.]+$|^[0-9a-f:]+$`).MatchString(n):
			n = "IP Address:" + strings.ToUpper(n)
		default:
			n = "DNS:" + n
		}
		out = append(out, n)
	}
	return strings.Join(out, ", ")
}

// recipe says how openssl makes a key and a self-signed certificate for it.
type recipe struct {
	name string
	key  []string // arguments of openssl that write key.pem
	req  []string // further arguments of openssl req -x509
}

func rsa(bits string, more ...string) []string {
	return append([]string{"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits, "-out", "key.pem"}, more...)
}

func ec(curve string, more ...string) []string {
	return append([]string{"ecparam", "-name", curve, "-genkey", "-noout", "-out", "key.pem"}, more...)
}

func algorithm(name string) []string {
	return []string{"genpkey", "-algorithm", name, "-out", "key.pem"}
}

var recipes = []recipe{
	{"RSA 512", rsa("512"), nil},
	{"RSA 1024 SHA-1", rsa("1024"), []string{"-sha1"}},
	{"RSA 1024 MD5", rsa("1024"), []string{"-md5"}},
	{"RSA 1024 RIPEMD-160", rsa("1024"), []string{"-ripemd160"}},
	{"RSA 1031, an odd length", rsa("1031"), nil},
	{"RSA exponent 3", rsa("1024", "-pkeyopt", "rsa_keygen_pubexp:3"), nil},
	{"RSA exponent 2^32+15", rsa("1024", "-pkeyopt", "rsa_keygen_pubexp:4294967311"), nil},
	{"RSA SHA-224", rsa("1024"), []string{"-sha224"}},
	{"RSA SHA-384", rsa("1024"), []string{"-sha384"}},
	{"RSA SHA-512", rsa("1024"), []string{"-sha512"}},
	{"RSA SHA-512/256", rsa("1024"), []string{"-sha512-256"}},
	{"RSA SHA3-256", rsa("1024"), []string{"-sha3-256"}},
	{"RSA PSS signature", rsa("1024"), []string{"-sigopt", "rsa_padding_mode:pss"}},
	{"RSASSA-PSS key", []string{"genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "key.pem"}, nil},
	{"negative serial", rsa("1024"), []string{"-set_serial", "-4660"}},
	{"zero serial", rsa("1024"), []string{"-set_serial", "0"}},
	{"long serial", rsa("1024"), []string{"-set_serial", "0x7fffffffffffffffffffffffffffffffffffffffffffffff"}},
	{"secp256r1", ec("prime256v1"), nil},
	{"secp384r1 SHA-512", ec("secp384r1"), []string{"-sha512"}},
	{"secp521r1 SHA-1", ec("secp521r1"), []string{"-sha1"}},
	{"secp224r1 SHA-224", ec("secp224r1"), []string{"-sha224"}},
	{"secp192r1", ec("prime192v1"), nil},
	{"prime239v1", ec("prime239v1"), nil},
	{"secp256k1", ec("secp256k1"), nil},
	{"secp160k1", ec("secp160k1"), nil},
	{"secp112r1", ec("secp112r1"), nil},
	{"sect163k1", ec("sect163k1"), nil},
	{"sect283r1", ec("sect283r1"), nil},
	{"sect571k1 SHA3-384", ec("sect571k1"), []string{"-sha3-384"}},
	{"c2pnb163v1", ec("c2pnb163v1"), nil},
	{"brainpoolP256r1", ec("brainpoolP256r1"), nil},
	{"brainpoolP512t1", ec("brainpoolP512t1"), nil},
	{"explicit prime parameters", ec("prime256v1", "-param_enc", "explicit"), nil},
	{"explicit binary parameters", ec("sect233k1", "-param_enc", "explicit"), nil},
	{"Ed25519", algorithm("ED25519"), nil},
	{"Ed448", algorithm("ED448"), nil},
	{"SM2", algorithm("SM2"), []string{"-sm3"}},
	{"names of every kind", rsa("1024"), []string{"-addext",
		"subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.7,IP:2001:db8:1:2:3:4:5:6,email:a@example.net,URI:https://example.org/x,RID:1.2.3.4"}},
	{"usages", rsa("1024"), []string{"-addext", "keyUsage=critical,digitalSignature,keyAgreement,decipherOnly",
		"-addext", "extendedKeyUsage=serverAuth,clientAuth,1.2.3.4.5"}},
	{"no CA", rsa("1024"), []string{"-addext", "basicConstraints=critical,CA:FALSE"}},
	{"odd subject", rsa("1024"), []string{"-utf8", "-subj", `/C=DE/O=Müller, Söhne+Co/OU=a\/b/OU=#1 <x>;y/CN= spaced "quoted" /emailAddress=a@example.net`}},
	{"multi-valued subject", rsa("1024"), []string{"-subj", "/DC=net/DC=example/O=o/CN=x+UID=y"}},
	{"empty subject", rsa("1024"), []string{"-subj", "/"}},
	{"until 2060", rsa("1024"), []string{"-days", "12600"}},
}

func TestCertificateAgainstOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	for _, r := range recipes {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			openssl(t, dir, r.key...)
			args := []string{"req", "-x509", "-new", "-key", "key.pem", "-out", "cert.pem"}
			if !strings.Contains(strings.Join(r.req, " "), "-subj") {
				args = append(args, "-subj", "/C=SE/O=Test/CN=odd.example")
			}
			openssl(t, dir, append(args, r.req...)...)
			got := pkix.Certificate(der(t, filepath.Join(dir, "cert.pem")))
			if diff := cmp.Diff(opensslFacts(t, dir, "cert.pem"), ourFacts(got)); diff != "" {
				t.Errorf("-openssl +ours\n%s", diff)
			}
			if !got.SelfSigned {
				t.Error("self-signed and not told so")
			}
		})
	}
}

// blocks splits PEM into DER.
func blocks(data []byte) (all [][]byte) {
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			return all
		}
		all = append(all, b.Bytes)
	}
}
