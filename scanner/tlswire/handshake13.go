package tlswire

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// What a TLS 1.3 server sends after its ServerHello is encrypted. These read
// the messages once somebody has decrypted them.

// ParseEncryptedExtensions reads the body of the message, RFC 8446 section
// 4.3.1.
func ParseEncryptedExtensions(body []byte) ([]Extension, error) {
	s := cryptobyte.String(body)
	list, err := readExtensions(&s)
	if err != nil {
		return nil, fmt.Errorf("encrypted extensions: %w", err)
	}
	return list, nil
}

// ParseCertificate13 reads the body of a Certificate message, RFC 8446 section
// 4.4.2: DER certificates, leaf first, and the leaf's extensions.
func ParseCertificate13(body []byte) (chain [][]byte, leaf []Extension, err error) {
	s := cryptobyte.String(body)
	var context, list cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&context) || !s.ReadUint24LengthPrefixed(&list) || !s.Empty() {
		return nil, nil, fmt.Errorf("certificate message: %w", ErrMalformed)
	}
	for !list.Empty() {
		var der, extensions cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) || der.Empty() || !list.ReadUint16LengthPrefixed(&extensions) {
			return nil, nil, fmt.Errorf("certificate message: entry %d: %w", len(chain), ErrMalformed)
		}
		all, err := readExtensionList(extensions)
		if err != nil {
			return nil, nil, fmt.Errorf("certificate message: entry %d: %w", len(chain), err)
		}
		if len(chain) == 0 {
			leaf = all
		}
		if len(chain) == maxChain {
			return nil, nil, fmt.Errorf("certificate message: more than %d certificates: %w", maxChain, ErrTooLarge)
		}
		chain = append(chain, der)
	}
	return chain, leaf, nil
}

// ParseCertificateRequest13 reads the body of a CertificateRequest, RFC 8446
// section 4.3.2.
func ParseCertificateRequest13(body []byte) (CertificateRequest, error) {
	var r CertificateRequest
	s := cryptobyte.String(body)
	var context cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&context) {
		return r, fmt.Errorf("certificate request: %w", ErrMalformed)
	}
	list, err := readExtensions(&s)
	if err != nil {
		return r, fmt.Errorf("certificate request: %w", err)
	}
	for _, e := range list {
		if e.Type != ExtSignatureAlgorithms {
			continue
		}
		schemes := cryptobyte.String(e.Body)
		if r.Schemes, err = readUint16s(&schemes); err != nil || !schemes.Empty() {
			return r, fmt.Errorf("certificate request: signature algorithms: %w", ErrMalformed)
		}
	}
	return r, nil
}

// ParseCertificateVerify reads the scheme of a CertificateVerify, RFC 8446
// section 4.4.3. The signature is left unread.
func ParseCertificateVerify(body []byte) (scheme uint16, err error) {
	s := cryptobyte.String(body)
	var signature cryptobyte.String
	if !s.ReadUint16(&scheme) || !s.ReadUint16LengthPrefixed(&signature) || !s.Empty() {
		return 0, fmt.Errorf("certificate verify: %w", ErrMalformed)
	}
	return scheme, nil
}

// ParseNewTicket13 reads the extensions of a NewSessionTicket, RFC 8446
// section 4.6.1. One of them says that early data may be sent.
func ParseNewTicket13(body []byte) ([]Extension, error) {
	s := cryptobyte.String(body)
	var nonce, ticket, extensions cryptobyte.String
	if !s.Skip(8) || !s.ReadUint8LengthPrefixed(&nonce) || !s.ReadUint16LengthPrefixed(&ticket) ||
		!s.ReadUint16LengthPrefixed(&extensions) || !s.Empty() {
		return nil, fmt.Errorf("new session ticket: %w", ErrMalformed)
	}
	return readExtensionList(extensions)
}

// readUint16s reads a list of code points behind its length in bytes.
func readUint16s(s *cryptobyte.String) ([]uint16, error) {
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) || len(list)%2 != 0 {
		return nil, ErrMalformed
	}
	var values []uint16
	for !list.Empty() {
		var v uint16
		list.ReadUint16(&v)
		values = append(values, v)
	}
	return values, nil
}

// HandshakeMessages strips the record headers off a marshalled hello: what a
// transcript hash runs over (RFC 8446 section 4.4.1). Of a single record it is
// a part.
func HandshakeMessages(records []byte) []byte {
	if len(records) >= recordHeader && len(records) == recordHeader+int(records[3])<<8+int(records[4]) {
		return records[recordHeader:len(records):len(records)]
	}
	var out []byte
	for len(records) >= recordHeader {
		n := int(records[3])<<8 | int(records[4])
		end := min(recordHeader+n, len(records))
		out = append(out, records[recordHeader:end]...)
		records = records[end:]
	}
	return out
}
