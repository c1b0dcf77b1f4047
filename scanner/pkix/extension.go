package pkix

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// extensions reads those extensions that are facts of a certificate. One that
// is malformed contributes nothing; that it is so is the strict parsers' to
// say.
func extensions(c *scanner.Certificate, list reader) {
	for len(list) > 0 {
		oid, value, ok := list.extension()
		if !ok {
			return
		}
		switch oid {
		case "2.5.29.14": // subjectKeyIdentifier
			if id, ok := value.read(tagOctetString); ok {
				c.SubjectKeyID = hex.EncodeToString(id.body)
			}
		case "2.5.29.15":
			c.KeyUsage = keyUsage(value)
		case oidSubjectAltName:
			c.Names = altNames(value)
		case "2.5.29.19": // basicConstraints
			seq, _ := value.read(tagSequence)
			c.CA, _ = seq.body.boolean()
		case "2.5.29.31": // cRLDistributionPoints
			c.Revocation = c.Revocation || value.peek(tagSequence) && !emptySequence(value)
		case "2.5.29.35": // authorityKeyIdentifier
			seq, _ := value.read(tagSequence)
			if id, ok := seq.body.read(implicit(0)); ok {
				c.AuthorityKeyID = hex.EncodeToString(id.body)
			}
		case "2.5.29.37":
			c.ExtKeyUsage = extKeyUsage(value)
		case "1.3.6.1.5.5.7.1.1": // authorityInfoAccess
			c.Revocation = c.Revocation || namesOCSP(value)
		}
	}
}

const oidSubjectAltName = "2.5.29.17"

// extension reads one Extension (RFC 5280 section 4.1) and unwraps its value.
func (r *reader) extension() (oid string, value reader, ok bool) {
	seq, ok := r.read(tagSequence)
	if !ok {
		return "", nil, false
	}
	if oid, ok = seq.body.oid(); !ok {
		return "", nil, false
	}
	seq.body.boolean() // critical, absent when false
	octets, ok := seq.body.read(tagOctetString)
	return oid, octets.body, ok
}

func emptySequence(r reader) bool {
	seq, ok := r.read(tagSequence)
	return !ok || len(seq.body) == 0
}

// keyUsages are the bits of RFC 5280 section 4.2.1.3 in their order.
var keyUsages = []string{
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
	"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
}

func keyUsage(value reader) []string {
	bits, ok := value.bits()
	if !ok {
		return nil
	}
	var usages []string
	for i, name := range keyUsages {
		if i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 {
			usages = append(usages, name)
		}
	}
	return usages
}

var extKeyUsages = map[string]string{
	"2.5.29.37.0":            "anyExtendedKeyUsage",
	"1.3.6.1.5.5.7.3.1":      "serverAuth",
	"1.3.6.1.5.5.7.3.2":      "clientAuth",
	"1.3.6.1.5.5.7.3.3":      "codeSigning",
	"1.3.6.1.5.5.7.3.4":      "emailProtection",
	"1.3.6.1.5.5.7.3.8":      "timeStamping",
	"1.3.6.1.5.5.7.3.9":      "OCSPSigning",
	"1.3.6.1.5.5.7.3.17":     "ipsecIKE",
	"1.3.6.1.4.1.311.10.3.3": "msSGC",
	"2.16.840.1.113730.4.1":  "nsSGC",
}

func extKeyUsage(value reader) []string {
	seq, _ := value.read(tagSequence)
	var usages []string
	for len(seq.body) > 0 {
		oid, ok := seq.body.oid()
		if !ok {
			break
		}
		if name, known := extKeyUsages[oid]; known {
			oid = name
		}
		usages = append(usages, oid)
	}
	return usages
}

// namesOCSP tells whether an authority's access descriptions name an OCSP
// responder.
func namesOCSP(value reader) bool {
	seq, _ := value.read(tagSequence)
	for len(seq.body) > 0 {
		access, ok := seq.body.read(tagSequence)
		if !ok {
			return false
		}
		if method, _ := access.body.oid(); method == "1.3.6.1.5.5.7.48.1" {
			return true
		}
	}
	return false
}

// altNames reads GeneralNames (RFC 5280 section 4.2.1.6): DNS names first,
// then addresses, then the rest as type:value.
func altNames(value reader) []string {
	seq, _ := value.read(tagSequence)
	var dns, addrs, rest []string
	for len(seq.body) > 0 {
		name, ok := seq.body.any()
		if !ok {
			break
		}
		switch name.tag {
		case implicit(2):
			dns = append(dns, printable(decodeText(name.body)))
		case implicit(7):
			if addr, ok := netip.AddrFromSlice(name.body); ok {
				addrs = append(addrs, addr.String())
			} else {
				rest = append(rest, "IP:#"+hex.EncodeToString(name.body))
			}
		default:
			rest = append(rest, otherAltName(name))
		}
	}
	return append(append(dns, addrs...), rest...)
}

func otherAltName(name element) string {
	switch name.tag {
	case implicit(1):
		return "email:" + printable(decodeText(name.body))
	case implicit(6):
		return "URI:" + printable(decodeText(name.body))
	case implicit(8):
		if oid, ok := dotted(name.body); ok {
			return "RID:" + oid
		}
	case explicit(4): // directoryName, explicit because Name is a CHOICE
		if dn, ok := name.body.read(tagSequence); ok {
			if text, _, ok := distinguishedName(dn.body); ok {
				return "DirName:" + text
			}
		}
	case explicit(0):
		if oid, ok := name.body.oid(); ok {
			return "otherName:" + oid
		}
	}
	return "other:#" + hex.EncodeToString(name.full)
}

// printable replaces what could move a terminal's cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}
