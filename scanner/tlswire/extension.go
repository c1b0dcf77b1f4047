package tlswire

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// ExtensionType is a TLS extension's code point.
type ExtensionType uint16

// The extensions that hellos carry here.
const (
	ExtServerName           ExtensionType = 0
	ExtTruncatedHMAC        ExtensionType = 4
	ExtStatusRequest        ExtensionType = 5
	ExtSupportedGroups      ExtensionType = 10
	ExtPointFormats         ExtensionType = 11
	ExtSignatureAlgorithms  ExtensionType = 13
	ExtHeartbeat            ExtensionType = 15
	ExtALPN                 ExtensionType = 16
	ExtSCT                  ExtensionType = 18
	ExtPadding              ExtensionType = 21
	ExtEncryptThenMAC       ExtensionType = 22
	ExtExtendedMasterSecret ExtensionType = 23
	ExtSessionTicket        ExtensionType = 35
	ExtEarlyData            ExtensionType = 42
	ExtSupportedVersions    ExtensionType = 43
	ExtCookie               ExtensionType = 44
	ExtPSKModes             ExtensionType = 45
	ExtCertSchemes          ExtensionType = 50 // signature_algorithms_cert
	ExtKeyShare             ExtensionType = 51
	ExtRenegotiationInfo    ExtensionType = 0xff01
)

// An Extension is one of a hello's, body unread.
type Extension struct {
	Type ExtensionType
	Body []byte
}

// readExtensions reads the list that ends a hello. A hello of SSLv3 or of an
// old server has none at all.
func readExtensions(s *cryptobyte.String) ([]Extension, error) {
	if s.Empty() {
		return nil, nil
	}
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) || !s.Empty() {
		return nil, fmt.Errorf("list of extensions: %w", ErrMalformed)
	}
	return readExtensionList(list)
}

func readExtensionList(list cryptobyte.String) ([]Extension, error) {
	all := make([]Extension, 0, countExtensions(list))
	for !list.Empty() {
		var kind uint16
		var body cryptobyte.String
		if !list.ReadUint16(&kind) || !list.ReadUint16LengthPrefixed(&body) {
			return nil, fmt.Errorf("extension: %w", ErrMalformed)
		}
		all = append(all, Extension{ExtensionType(kind), body})
	}
	return all, nil
}

// countExtensions is how many there are, as far as they can be read.
func countExtensions(list cryptobyte.String) (n int) {
	var body cryptobyte.String
	for list.Skip(2) && list.ReadUint16LengthPrefixed(&body) {
		n++
	}
	return n
}

// ALPN offers application protocols, RFC 7301 section 3.1.
func ALPN(protocols []string) Extension {
	n := 0
	for _, p := range protocols {
		n += 1 + len(p)
	}
	body := binary.BigEndian.AppendUint16(make([]byte, 0, 2+n), uint16(n))
	for _, p := range protocols {
		body = append(append(body, byte(len(p))), p...)
	}
	return Extension{ExtALPN, body}
}

// SelectedProtocol is the one protocol that a server's list of extensions
// selects.
func SelectedProtocol(list []Extension) (string, bool) {
	for _, e := range list {
		s := cryptobyte.String(e.Body)
		var names, name cryptobyte.String
		if e.Type == ExtALPN && s.ReadUint16LengthPrefixed(&names) && names.ReadUint8LengthPrefixed(&name) {
			return string(name), true
		}
	}
	return "", false
}
