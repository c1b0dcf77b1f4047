package certstore

import (
	"bytes"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// guess names the kind of a DER structure of which only the beginning is
// there; "" where the beginning is nobody's in particular.
func guess(prefix []byte) string {
	_, header, ok := outerLength(prefix)
	if !ok {
		return ""
	}
	inner := prefix[header:]
	if total, tbs, ok := outerLength(inner); ok && total > 64 && len(inner) >= tbs+5 {
		fields := inner[tbs:]
		switch {
		case bytes.HasPrefix(fields, []byte{0xa0, 3, 2, 1}):
			return scanner.ItemCertificate // [0] version
		case bytes.HasPrefix(fields, []byte{2, 1, 0, 0x30}):
			return scanner.ItemCSR
		case bytes.HasPrefix(fields, []byte{2, 1, 1, 0x30}):
			return scanner.ItemCRL
		}
	}
	switch {
	case bytes.HasPrefix(inner, signedDataOID):
		return pkix.KindPKCS7
	case bytes.HasPrefix(inner, []byte{2, 1, 3, 0x30}):
		return pkix.KindPKCS12
	case bytes.HasPrefix(inner, []byte{2, 1, 0, 2, 0x82}), bytes.HasPrefix(inner, []byte{2, 1, 0, 2, 0x81}),
		bytes.HasPrefix(inner, []byte{2, 1, 0, 0x30}) && bytes.Contains(inner[:min(len(inner), 40)], []byte{4, 0x82}),
		bytes.HasPrefix(inner, []byte{2, 1, 1, 4}):
		return scanner.ItemPrivateKey // PKCS#1 or DSA, PKCS#8, SEC1
	}
	return ""
}

// signedDataOID is 1.2.840.113549.1.7.2, encoded.
var signedDataOID = []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}

// indefinite recognises the BER forms that streaming tools write: of PKCS#7,
// encrypted or not, and of PKCS#12; "" for anything else.
func indefinite(prefix []byte) string {
	switch rest := prefix[min(len(prefix), 2):]; {
	case bytes.HasPrefix(rest, signedDataOID):
		return pkix.KindPKCS7
	case bytes.HasPrefix(rest, []byte{2, 1, 3, 0x30}):
		return pkix.KindPKCS12
	}
	return sealed(prefix)
}
