package certstore

import (
	"bytes"
	"regexp"
)

// openPGP recognises a keyring: it begins with a packet of a public or secret
// key (RFC 9580 section 4.2) that holds a version and an algorithm there are.
func openPGP(prefix []byte, size int64) bool {
	if len(prefix) < 16 || prefix[0]&0x80 == 0 {
		return false
	}
	tag, header, length := int(prefix[0]>>2&0xf), 0, int64(0)
	switch {
	case prefix[0]&0x40 != 0: // the newer form
		tag = int(prefix[0] & 0x3f)
		switch l := prefix[1]; {
		case l < 192:
			header, length = 2, int64(l)
		case l < 224:
			header, length = 3, int64(l-192)<<8+int64(prefix[2])+192
		case l == 255:
			header, length = 6, int64(prefix[2])<<24|int64(prefix[3])<<16|int64(prefix[4])<<8|int64(prefix[5])
		}
	case prefix[0]&3 == 0:
		header, length = 2, int64(prefix[1])
	case prefix[0]&3 == 1:
		header, length = 3, int64(prefix[1])<<8|int64(prefix[2])
	}
	const secretKey, publicKey = 5, 6
	if header == 0 || length < 20 || int64(header)+length > size || tag != secretKey && tag != publicKey {
		return false
	}
	body := prefix[header:]
	switch body[0] {
	case 2, 3:
		return body[7] >= 1 && body[7] <= 3 // RSA; behind the time and the days that it holds
	case 4, 5, 6:
		return bytes.IndexByte([]byte{1, 2, 3, 16, 17, 18, 19, 22, 25, 26, 27, 28, 30, 31, 32, 33, 34, 35, 36}, body[5]) >= 0
	}
	return false
}

// gnupgKey is how a key of gpg-agent's begins, in its old form and in the one
// with names.
var gnupgKey = regexp.MustCompile(`^(?:\(\d\d:(?:protected-|shadowed-)?private-key|(?:[A-Z][A-Za-z-]*: .*\n)*Key: \((?:protected-|shadowed-)?private-key)`)
