package pkix

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const oidCommonName = "2.5.4.3"

// attributeNames are the short names of RFC 4514 section 3, and those that
// every tool shows.
var attributeNames = map[string]string{
	oidCommonName:                "CN",
	"2.5.4.4":                    "SN",
	"2.5.4.5":                    "serialNumber",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "ST",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"2.5.4.12":                   "title",
	"2.5.4.15":                   "businessCategory",
	"2.5.4.17":                   "postalCode",
	"2.5.4.42":                   "GN",
	"2.5.4.46":                   "dnQualifier",
	"2.5.4.97":                   "organizationIdentifier",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1":       "emailAddress",
}

// distinguishedName writes a Name in the form of RFC 4514: the most specific
// part first. It also returns the most specific common name.
func distinguishedName(rdns reader) (text, common string, ok bool) {
	var parts []string
	for len(rdns) > 0 {
		set, ok := rdns.read(tagSet)
		if !ok {
			return "", "", false
		}
		var values []string
		for len(set.body) > 0 {
			attr, okAttr := set.body.read(tagSequence)
			oid, okOID := attr.body.oid()
			value, okValue := attr.body.any()
			if !okAttr || !okOID || !okValue {
				return "", "", false
			}
			text := stringValue(value)
			if oid == oidCommonName {
				common = text
			}
			values = append(values, attributeName(oid)+"="+escape(text))
		}
		slices.Reverse(values) // any order does; this is the one that openssl prints
		parts = append(parts, strings.Join(values, "+"))
	}
	slices.Reverse(parts)
	return strings.Join(parts, ","), common, true
}

func attributeName(oid string) string {
	if name, ok := attributeNames[oid]; ok {
		return name
	}
	return oid
}

// stringValue decodes any of the string types of X.680. What is no text
// becomes "#" and hexadecimal, as RFC 4514 section 2.4 has it.
func stringValue(e element) string {
	switch e.tag {
	case tagBMPString:
		if len(e.body)%2 != 0 {
			break
		}
		units := make([]uint16, 0, len(e.body)/2)
		for i := 0; i < len(e.body); i += 2 {
			units = append(units, uint16(e.body[i])<<8|uint16(e.body[i+1]))
		}
		return string(utf16.Decode(units))
	case tagUniversal:
		if len(e.body)%4 != 0 {
			break
		}
		var b strings.Builder
		for i := 0; i < len(e.body); i += 4 {
			b.WriteRune(rune(uint32(e.body[i])<<24 | uint32(e.body[i+1])<<16 | uint32(e.body[i+2])<<8 | uint32(e.body[i+3])))
		}
		return b.String()
	case 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1b, tagUTF8String: // Numeric, Printable, T61, IA5, Visible, General
		return decodeText(e.body)
	}
	return "#" + hex.EncodeToString(e.full)
}

// decodeText reads UTF-8, or Latin-1 where it is none: that is what issuers
// put into T61String and, by mistake, elsewhere.
func decodeText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// escape quotes a value as RFC 4514 section 2.4 asks, and control characters
// besides, so that no peer writes its own lines into a report.
func escape(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError:
			for _, c := range []byte(string(r)) {
				b.WriteString("\\" + hex.EncodeToString([]byte{c}))
			}
			continue
		case strings.ContainsRune(`,+"\<>;`, r),
			i == 0 && (r == ' ' || r == '#'),
			i == len(s)-1 && r == ' ':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
