package certstore

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// text searches a text for PEM blocks, as far as the bound allows. In binary
// bytes only whole blocks count.
func (c *content) text(r io.Reader, size int64, binary bool) error {
	limited := &io.LimitedReader{R: r, N: c.maxSize}
	blocks := newBlockReader(limited, c.maxSize)
	blocks.prose = binary
	for {
		b, err := blocks.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		c.block(b)
	}
	if limited.N > 0 {
		return nil
	}
	if n, _ := io.ReadFull(r, make([]byte, 1)); n > 0 {
		c.incomplete("content behind the first bytes", scanner.ReasonTooLarge,
			fmt.Sprintf("%d bytes long, and no more than %d are read", max(size, c.maxSize+1), c.maxSize))
	}
	return nil
}

// labels are the labels of RFC 7468 and of OpenSSL, with what they announce.
// The kind of what is inside comes from its shape; the label speaks where that
// is broken.
var labels = map[string]string{
	"CERTIFICATE":             scanner.ItemCertificate,
	"X509 CERTIFICATE":        scanner.ItemCertificate,
	"TRUSTED CERTIFICATE":     scanner.ItemCertificate,
	"CERTIFICATE REQUEST":     scanner.ItemCSR,
	"NEW CERTIFICATE REQUEST": scanner.ItemCSR,
	"X509 CRL":                scanner.ItemCRL,
	"PUBLIC KEY":              scanner.ItemPublicKey,
	"RSA PUBLIC KEY":          scanner.ItemPublicKey,
	"DSA PUBLIC KEY":          scanner.ItemPublicKey,
	"EC PUBLIC KEY":           scanner.ItemPublicKey,
	"DH PARAMETERS":           scanner.ItemParameters,
	"X9.42 DH PARAMETERS":     scanner.ItemParameters,
	"DSA PARAMETERS":          scanner.ItemParameters,
	"EC PARAMETERS":           scanner.ItemParameters,
	"PKCS7":                   pkix.KindPKCS7,
	"PKCS #7 SIGNED DATA":     pkix.KindPKCS7,
	"CMS":                     pkix.KindPKCS7,
	"PKCS12":                  pkix.KindPKCS12,
}

// armoured are the labels of keyrings (RFC 9580 section 6.2).
var armoured = map[string]bool{"PGP PUBLIC KEY BLOCK": true, "PGP PRIVATE KEY BLOCK": true}

// strangers are labels of formats that hold keys and are not read here.
var strangers = map[string]string{
	"OpenVPN Static key V1":           "OpenVPN static key",
	"OpenVPN tls-crypt-v2 client key": "OpenVPN static key",
	"OpenVPN tls-crypt-v2 server key": "OpenVPN static key",
	"ATTRIBUTE CERTIFICATE":           "attribute certificate",
	"TSS2 PRIVATE KEY":                "TPM key",
	"AGE ENCRYPTED FILE":              "age",
}

// block adds what a PEM block holds. A label that announces no key and no
// certificate, such as that of a signature or a message, is passed over, and so is
// one that was read as part of another form, such as a value of a Secret.
func (c *content) block(b block) {
	once := "block " + b.label + scanner.Digest(b.data)
	if c.again && c.seen[once] {
		return
	}
	c.seen[once] = true
	if b.label == "OPENSSH PRIVATE KEY" {
		c.format("OpenSSH")
		c.openSSH(b)
		return
	}
	if b.label == ssh2Label {
		c.format("SSH2 public key")
		c.ssh2(b)
		return
	}
	if armoured[b.label] {
		c.format("OpenPGP")
		c.store(c.opener.OpenPGP(c.ctx, b.data)) // the checksum behind it is no base64, and of no use
		return
	}
	if format, ok := strangers[b.label]; ok {
		c.unread(format)
		return
	}
	kind, known := labels[b.label]
	if strings.HasSuffix(b.label, "PRIVATE KEY") {
		kind, known = scanner.ItemPrivateKey, true
	}
	if !known {
		return
	}
	c.format("PEM")
	switch {
	case b.problem != "":
		c.broken(kind, b)
	case strings.HasPrefix(b.headers["Proc-Type"], "4,ENCRYPTED"):
		c.traditional(b)
	default:
		c.labelled(kind, b)
	}
}

// labelled adds a block by its shape, or by its label where that says less.
func (c *content) labelled(kind string, b block) {
	der := b.data
	if b.label == "TRUSTED CERTIFICATE" { // OpenSSL puts its own trust settings behind
		if total, _, ok := outerLength(der); ok && total < int64(len(der)) {
			der = der[:total]
		}
	}
	shape := pkix.KindOf(der)
	// A Diffie-Hellman group and an RSA key look alike; the label knows.
	if shape == "" || b.label == "RSA PUBLIC KEY" || kind == scanner.ItemParameters {
		shape = kind
	}
	c.item(shape, der)
}

// broken adds a block that could not be decoded. No digest of a private key's
// bytes is told.
func (c *content) broken(kind string, b block) {
	switch kind {
	case pkix.KindPKCS7, pkix.KindPKCS12:
		c.incomplete(kind+" content", scanner.ReasonGarbage, b.problem)
		return
	}
	item := scanner.Item{Kind: kind, Problem: b.label + ": " + b.problem}
	if kind != scanner.ItemPrivateKey && len(b.data) > 0 {
		item.SHA256 = scanner.Digest(b.data)
	}
	c.add(item)
}

// traditionalKey is all that traditional encryption leaves visible of a key: its
// algorithm.
func traditionalKey(label string) *scanner.Key {
	algorithm, _, _ := strings.Cut(label, " ")
	switch algorithm {
	case "RSA", "EC", "DSA":
		return &scanner.Key{Algorithm: algorithm}
	}
	return nil
}

// dekCiphers are the names of ciphers as OpenSSL writes them in DEK-Info.
var dekCiphers = map[string]string{
	"DES-CBC":       "DES-CBC",
	"DES-EDE3-CBC":  "3DES-EDE-CBC",
	"DES-EDE-CBC":   "2TDEA",
	"RC2-CBC":       "RC2-CBC-128",
	"RC2-40-CBC":    "RC2-CBC-40",
	"RC2-64-CBC":    "RC2-CBC-64",
	"IDEA-CBC":      "IDEA-CBC",
	"BF-CBC":        "BLOWFISH",
	"CAST5-CBC":     "CAST5",
	"SEED-CBC":      "SEED-CBC",
	"SM4-CBC":       "SM4-CBC",
	"id-aes128-GCM": "AES-128-GCM",
	"id-aes192-GCM": "AES-192-GCM",
	"id-aes256-GCM": "AES-256-GCM",
}

// dekInfo reads the protection of traditional PEM: a key derived with one
// round of MD5 (OpenSSL's EVP_BytesToKey), with 8 bytes of the IV for salt.
func dekInfo(header string) *scanner.Protection {
	name, _, _ := strings.Cut(header, ",")
	cipher, ok := dekCiphers[strings.TrimSpace(name)]
	if !ok {
		cipher = scanner.Escape(strings.ToUpper(strings.TrimSpace(name))) // AES-256-CBC, CAMELLIA-128-CBC, ... are the registry's
	}
	return &scanner.Protection{Scheme: "PEM-traditional-DEK-Info", KDF: "EVP_BytesToKey-MD5", PRF: "MD5", Cipher: cipher, Iterations: 1, SaltBits: 64}
}
