package certstore

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"regexp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// isBare tells a file that is DER in base64 and nothing else: PEM that lost its
// first and last line. The shortest is a public key on Ed25519 or X25519, of 44
// bytes.
func isBare(prefix []byte, _ string) bool {
	trimmed := bytes.TrimSpace(prefix)
	return len(trimmed) >= base64.StdEncoding.EncodedLen(44) && sequence.Match(trimmed) && notBase64.Find(trimmed) == nil
}

var (
	sequence  = regexp.MustCompile(`^M[A-P]`) // its tag, 0x30
	notBase64 = regexp.MustCompile(`[^A-Za-z0-9+/=\s]`)
)

func (c *content) bare(data []byte) {
	if der, kind := unarmoured(data); kind != "" {
		c.format("DER in base64")
		c.item(kind, der)
	}
}

// unarmoured decodes base64 with any blanks in it, and tells what it is; "" where
// it is nothing of ours.
func unarmoured(text []byte) (der []byte, kind string) {
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
	if err != nil {
		return nil, ""
	}
	if bytes.HasPrefix(der, []byte{0x30, 0x80}) {
		return der, indefinite(der)
	}
	return der, cmp.Or(pkix.KindOf(der), sealed(der))
}

// isSignedXML tells XML that may carry certificates, such as metadata of SAML.
func isSignedXML(prefix []byte, _ string) bool {
	return bytes.HasPrefix(bytes.TrimSpace(prefix), []byte("<")) &&
		(bytes.Contains(prefix, []byte("X509Certificate")) || bytes.Contains(prefix, []byte("http://www.w3.org/2000/09/xmldsig#")))
}

// x509Element is a certificate as XML signatures have it (W3C XML Signature
// section 4.5.4.1), with any prefix or none.
var x509Element = regexp.MustCompile(`<(?:[\w.-]+:)?X509Certificate(?:\s[^<>]*)?>([^<]*)<`)

func (c *content) signedXML(data []byte) {
	for _, m := range x509Element.FindAllSubmatch(data, maxItems+1) {
		if der, kind := unarmoured(m[1]); kind == scanner.ItemCertificate {
			c.format("XML signature")
			c.item(kind, der)
		}
	}
}

// isMail tells mail with a part that is PKCS#7 (RFC 8551 section 3.2). Most text
// has no such word in it, and costs no more than that it is looked for.
func isMail(prefix []byte, _ string) bool {
	return (bytes.Contains(prefix, []byte("/pkcs7-")) || bytes.Contains(prefix, []byte("/x-pkcs7-")) || bytes.Contains(prefix, []byte("multipart/signed"))) &&
		mailType.Match(prefix)
}

var mailType = regexp.MustCompile(`(?im)^content-type:[^\n]*application/(?:x-)?pkcs7-|^content-type:[^\n]*multipart/signed`)

// mail reads the parts that are DER in base64: each is a paragraph, at whose end the
// boundary may stand (RFC 2046 section 5.1.1).
func (c *content) mail(data []byte) {
	for p := range bytes.SplitSeq(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
		p, _, _ = bytes.Cut(p, []byte("\n--"))
		if !isBare(p, "") {
			continue
		}
		if der, kind := unarmoured(p); kind != "" {
			c.format("S/MIME")
			c.item(kind, der)
		}
	}
}

// sealedTypes are the contents of CMS that are encrypted (RFC 5652 sections 6
// and 8, RFC 5083) and the older PKCS#7's.
var sealedTypes = [][]byte{
	{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3},          // enveloped
	{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 4},          // signed and enveloped, PKCS#7's
	{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6},          // encrypted
	{6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 23}, // authenticated and enveloped
}

// kindSealed is a CMS message that is encrypted, by keys and ciphers that are not
// read here.
const kindSealed = "CMS encrypted data"

// sealed recognises such a message, in DER or BER; "" for anything else.
func sealed(data []byte) string {
	header := 2
	if !bytes.HasPrefix(data, []byte{0x30, 0x80}) {
		_, h, ok := outerLength(data)
		if !ok {
			return ""
		}
		header = h
	}
	for _, oid := range sealedTypes {
		if bytes.HasPrefix(data[header:], oid) {
			return kindSealed
		}
	}
	return ""
}
