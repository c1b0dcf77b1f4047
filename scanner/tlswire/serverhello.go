package tlswire

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// A ServerHello names what the server chose. In TLS 1.3 a HelloRetryRequest
// has the same form (RFC 8446 section 4.1.3).
type ServerHello struct {
	Version     uint16 // the legacy field
	Suite       uint16
	Compression uint8
	Random      *[32]byte // of the body that was read
	Extensions  []Extension
}

// retryRandom marks a HelloRetryRequest: SHA-256 of "HelloRetryRequest",
// RFC 8446 section 4.1.3. Never written to.
var retryRandom = [32]byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// ParseServerHello reads the body of a ServerHello or HelloRetryRequest.
func ParseServerHello(body []byte) (ServerHello, error) {
	var h ServerHello
	s := cryptobyte.String(body)
	var random []byte
	var session cryptobyte.String
	if !s.ReadUint16(&h.Version) || !s.ReadBytes(&random, 32) || !s.ReadUint8LengthPrefixed(&session) ||
		!s.ReadUint16(&h.Suite) || !s.ReadUint8(&h.Compression) {
		return h, fmt.Errorf("server hello: %w", ErrMalformed)
	}
	h.Random = (*[32]byte)(random)
	var err error
	if h.Extensions, err = readExtensions(&s); err != nil {
		return h, fmt.Errorf("server hello: %w", err)
	}
	return h, nil
}

// Extension returns the body of the first extension of that type.
func (h *ServerHello) Extension(kind ExtensionType) ([]byte, bool) {
	for _, e := range h.Extensions {
		if e.Type == kind {
			return e.Body, true
		}
	}
	return nil, false
}

// Negotiated is the version that the server chose: TLS 1.3 names it in an
// extension (RFC 8446 section 4.2.1).
func (h *ServerHello) Negotiated() uint16 {
	if body, ok := h.Extension(ExtSupportedVersions); ok && len(body) == 2 {
		return binary.BigEndian.Uint16(body)
	}
	return h.Version
}

// Retry tells whether it is a HelloRetryRequest.
func (h *ServerHello) Retry() bool { return h.Random != nil && *h.Random == retryRandom }

// Group is the group that key_share names, in both forms (RFC 8446 section
// 4.2.8): selected alone, or with the server's share.
func (h *ServerHello) Group() (uint16, bool) {
	body, ok := h.Extension(ExtKeyShare)
	if !ok || len(body) < 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(body), true
}

// PointFormats names the formats of curve points that the server can read, RFC
// 8422 section 5.1.2.
func (h *ServerHello) PointFormats() []string {
	body, _ := h.Extension(ExtPointFormats)
	if len(body) < 1 || int(body[0]) != len(body)-1 {
		return nil
	}
	var names []string
	for _, f := range body[1:] {
		switch f {
		case 0:
			names = append(names, "uncompressed")
		case 1:
			names = append(names, "ansiX962_compressed_prime")
		case 2:
			names = append(names, "ansiX962_compressed_char2")
		default:
			names = append(names, fmt.Sprintf("0x%02X", f))
		}
	}
	return names
}

// Share is the server's share in the key_share extension, RFC 8446 section
// 4.2.8.2.
func (h *ServerHello) Share() ([]byte, bool) {
	body, ok := h.Extension(ExtKeyShare)
	s := cryptobyte.String(body)
	var value cryptobyte.String
	if !ok || !s.Skip(2) || !s.ReadUint16LengthPrefixed(&value) || !s.Empty() {
		return nil, false
	}
	return value, true
}

// Speaks13 tells whether a server that chose TLS 1.2 showed that it knows TLS 1.3,
// by the downgrade sentinel of RFC 8446 section 4.1.3. The other one, for what is
// older, may be a TLS 1.2 server's.
func (h *ServerHello) Speaks13() bool {
	return h.Random != nil && bytes.HasPrefix(h.Random[24:], []byte("DOWNGRD\x01"))
}
