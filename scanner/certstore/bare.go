package certstore

import (
	"bytes"
	"encoding/base64"
	"regexp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// isBare tells a file that is DER in base64 and nothing else: PEM that lost its
// first and last line. MI is how a SEQUENCE of more than 127 bytes begins.
func isBare(prefix []byte, _ string) bool {
	trimmed := bytes.TrimSpace(prefix)
	return bytes.HasPrefix(trimmed, []byte("MI")) && len(trimmed) > 64 && notBase64.Find(trimmed) == nil
}

var notBase64 = regexp.MustCompile(`[^A-Za-z0-9+/=\s]`)

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
	if kind = pkix.KindOf(der); kind == "" {
		kind = sealed(der)
	}
	return der, kind
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
	for _, m := range x509Element.FindAllSubmatch(data, maxItems) {
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

// mail reads the parts that are DER in base64: each is a paragraph.
func (c *content) mail(data []byte) {
	for _, p := range bytes.Split(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
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
