package certstore

import (
	"bytes"
	"encoding/binary"

	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// sniffLen is how much of a file is looked at before anything is decided. It
// holds the first page of an SQLite file, with its table definitions.
const sniffLen = 4096

// shape is what the first bytes of a file make of it.
type shape int

const (
	shapeOther shape = iota // binary and nothing that we know
	shapeText               // may hold PEM anywhere
	shapeDER                // begins like a PKIX structure
	shapeKnown              // a store whose format has a mark of its own
)

// sniff decides by a file's first bytes what reading it takes. Format is set
// for shapeKnown only.
func sniff(prefix []byte, size int64) (s shape, format string) {
	if format = marked(prefix); format != "" {
		return shapeKnown, format
	}
	if openPGP(prefix, size) {
		return shapeKnown, "OpenPGP"
	}
	if looksLikeDER(prefix, size) {
		return shapeDER, ""
	}
	if bytes.IndexByte(prefix, 0) < 0 {
		return shapeText, ""
	}
	if bytes.Contains(prefix, utf16BEGIN) || bytes.Contains(prefix, utf16BEGIN[1:]) {
		return shapeKnown, formatPEM16
	}
	if bytes.Contains(prefix, pemBegin) {
		return shapeText, "" // PEM behind binary junk
	}
	return shapeOther, ""
}

// formatPEM16 is what Windows tools write when text goes through a pipe.
const formatPEM16 = "PEM in UTF-16"

var utf16BEGIN = []byte("\x00-\x00-\x00-\x00-\x00-\x00B\x00E\x00G\x00I\x00N\x00 ")

// marks are the formats that begin with bytes of their own.
var marks = []struct{ mark, format string }{
	{"\xfe\xed\xfe\xed", "JKS"},   // and its version, sun.security.provider.JavaKeyStore
	{"\xce\xce\xce\xce", "JCEKS"}, // com.sun.crypto.provider.JceKeyStore
	{"PuTTY-User-Key-File-", "PuTTY"},
	{"age-encryption.org/v1\n", "age"},
	{"\x00\x06\x15\x61", "Berkeley DB"}, // hash, version 1.85: NSS cert8.db and key3.db
	{"\x61\x15\x06\x00", "Berkeley DB"},
}

// marked recognises a format by its mark; "" for none.
func marked(prefix []byte) string {
	for _, m := range marks {
		if bytes.HasPrefix(prefix, []byte(m.mark)) {
			return m.format
		}
	}
	for _, m := range unopened {
		if bytes.HasPrefix(prefix, []byte(m.mark)) {
			return m.format
		}
	}
	switch {
	case bytes.HasPrefix(prefix, []byte("SQLite format 3\x00")) && bytes.Contains(prefix, []byte("nssPublic")),
		bytes.HasPrefix(prefix, []byte("SQLite format 3\x00")) && bytes.Contains(prefix, []byte("nssPrivate")),
		bytes.HasPrefix(prefix, []byte("SQLite format 3\x00")) && bytes.Contains(prefix, []byte("metaData PRIMARY KEY")):
		return "NSS"
	case len(prefix) >= 12 && string(prefix[8:12]) == "KBXf":
		return "GnuPG keybox"
	case gnupgKey.Match(prefix):
		return "GnuPG private key"
	case bouncyCastle(prefix):
		return "BKS"
	}
	return ""
}

// bouncyCastle recognises a BKS or UBER store: version 1 or 2, a salt of 20
// bytes and an iteration count of 1024 to 2047, which is how BouncyCastle
// draws it (org.bouncycastle.jcajce.provider.keystore.bc).
func bouncyCastle(prefix []byte) bool {
	if len(prefix) < 32 {
		return false
	}
	version, salt := binary.BigEndian.Uint32(prefix), binary.BigEndian.Uint32(prefix[4:])
	count := binary.BigEndian.Uint32(prefix[28:])
	return (version == 1 || version == 2) && salt == 20 && count >= 1024 && count < 2048
}

// outerLength reads the header of a DER SEQUENCE: how long it says that the
// whole is. ok is false for what is no sequence of a definite length.
func outerLength(prefix []byte) (total int64, header int, ok bool) {
	if len(prefix) < 2 || prefix[0] != 0x30 {
		return 0, 0, false
	}
	n := int(prefix[1])
	if n < 0x80 {
		return int64(n) + 2, 2, true
	}
	octets := n & 0x7f
	if octets == 0 || octets > 5 || len(prefix) < 2+octets {
		return 0, 0, false
	}
	for _, b := range prefix[2 : 2+octets] {
		total = total<<8 | int64(b)
	}
	return total + int64(2+octets), 2 + octets, true
}

// looksLikeDER tells whether a file may be one of the structures of package
// pkix, or several of them in a row, whole or cut short. A match in length is
// the best sign; else the fields must begin as theirs do.
func looksLikeDER(prefix []byte, size int64) bool {
	if bytes.HasPrefix(prefix, []byte{0x30, 0x80}) {
		return indefinite(prefix) != ""
	}
	if len(prefix) > 2 && prefix[0] == 0x06 && int64(prefix[1])+2 == size {
		return pkix.KindOf(prefix) != "" // the name of a curve
	}
	total, header, ok := outerLength(prefix)
	if !ok || len(prefix) < header+4 {
		return false
	}
	inner := prefix[header:]
	switch {
	case inner[0] == 0x30, inner[0] == 0x02, inner[0] == 0x06:
		return total == size || guess(prefix) != ""
	}
	return false
}
