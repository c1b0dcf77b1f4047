package iana

import (
	"slices"
	"strings"
)

// A Version is a protocol version as it is written on the wire.
type Version struct {
	Code uint16
	Name string // as observations write it: "TLSv1.2"
}

// Versions lists the protocol versions of SSL, TLS, DTLS and TLCP.
func Versions() []Version { return slices.Clone(versions[:]) }

// VersionByCode finds a version by its code point.
func VersionByCode(code uint16) (Version, bool) {
	return first(versions[:], func(v *Version) bool { return v.Code == code })
}

// An SSL2Kind is a cipher kind of SSL 2.0: three bytes where TLS has two.
type SSL2Kind struct {
	Code uint32
	Name string
}

// SSL2Kinds lists the cipher kinds, ordered by code.
func SSL2Kinds() []SSL2Kind { return slices.Clone(ssl2Kinds[:]) }

// SSL2KindByCode finds a cipher kind by its code.
func SSL2KindByCode(code uint32) (SSL2Kind, bool) {
	return first(ssl2Kinds[:], func(k *SSL2Kind) bool { return k.Code == code })
}

// An SSHName is an algorithm's name on the wire (RFC 4250 section 4.6.1).
type SSHName struct {
	Kind string // "ssh-kex", "ssh-hostkey", "ssh-cipher" or "ssh-mac"
	Name string
}

// SSHNames lists the names in use, registered or not. Those of the GSS-API
// families (RFC 4462) end in the digest of the Kerberos 5 mechanism.
func SSHNames() []SSHName { return slices.Clone(sshNames[:]) }

// A DNSSECAlgorithm is an algorithm of DNSKEY and RRSIG records.
type DNSSECAlgorithm struct {
	Number uint8
	Name   string
}

// DNSSECAlgorithms lists the assigned algorithms, ordered by number.
func DNSSECAlgorithms() []DNSSECAlgorithm { return slices.Clone(dnssecAlgorithms[:]) }

// DNSSECAlgorithmByNumber finds an algorithm by its number.
func DNSSECAlgorithmByNumber(n uint8) (DNSSECAlgorithm, bool) {
	return first(dnssecAlgorithms[:], func(a *DNSSECAlgorithm) bool { return a.Number == n })
}

// An OID is an object identifier of certificates, keys and key stores.
type OID struct {
	OID  string // dotted decimal
	Name string
	Kind string // "signature", "public-key", "curve" or "protection"
}

// OIDs lists the object identifiers. One that names a key and a signature
// alike, such as Ed25519's, is there once for each.
func OIDs() []OID { return slices.Clone(oids[:]) }

// OIDByOID finds an object identifier; of one that has several kinds the
// signature.
func OIDByOID(oid string) (OID, bool) {
	return first(oids[:], func(o *OID) bool { return o.OID == oid })
}

// OIDNamed finds an object identifier of one kind by its name, in capitals or
// not, or by its digits.
func OIDNamed(kind, name string) (OID, bool) {
	return first(oids[:], func(o *OID) bool { return o.Kind == kind && (o.OID == name || strings.EqualFold(o.Name, name)) })
}

// OIDOf finds an object identifier of one kind.
func OIDOf(kind, oid string) (OID, bool) {
	return first(oids[:], func(o *OID) bool { return o.Kind == kind && o.OID == oid })
}
