package tlswire

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// maxChain bounds the certificates of one message; longer chains exist only to
// be long.
const maxChain = 64

// ParseCertificate reads the body of a Certificate message of SSLv3 to TLS 1.2
// (RFC 5246 section 7.4.2) into DER certificates, leaf first.
func ParseCertificate(body []byte) ([][]byte, error) {
	s := cryptobyte.String(body)
	var list cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&list) || !s.Empty() {
		return nil, fmt.Errorf("certificate message: %w", ErrMalformed)
	}
	var chain [][]byte
	for !list.Empty() {
		var der cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) || der.Empty() {
			return nil, fmt.Errorf("certificate message: entry %d: %w", len(chain), ErrMalformed)
		}
		if len(chain) == maxChain {
			return nil, fmt.Errorf("certificate message: more than %d certificates: %w", maxChain, ErrTooLarge)
		}
		chain = append(chain, der)
	}
	return chain, nil
}

// A CertificateRequest asks the client for a certificate, RFC 5246 section
// 7.4.4.
type CertificateRequest struct {
	Types   []uint8
	Schemes []uint16 // TLS 1.2 only
}

// ParseCertificateRequest reads the body of a CertificateRequest of SSLv3 to
// TLS 1.2. The authorities it names are left unread.
func ParseCertificateRequest(body []byte, version uint16) (CertificateRequest, error) {
	var r CertificateRequest
	s := cryptobyte.String(body)
	var types, schemes, authorities cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&types) ||
		version >= VersionTLS12 && !s.ReadUint16LengthPrefixed(&schemes) ||
		!s.ReadUint16LengthPrefixed(&authorities) || !s.Empty() || len(schemes)%2 != 0 {
		return r, fmt.Errorf("certificate request: %w", ErrMalformed)
	}
	r.Types = types
	for !schemes.Empty() {
		var scheme uint16
		schemes.ReadUint16(&scheme)
		r.Schemes = append(r.Schemes, scheme)
	}
	return r, nil
}
