package fips

import (
	"fmt"
	"time"
)

// A Date is a day in UTC, written 2006-01-02. Dates compare as strings; the
// empty Date means "no bound".
type Date string

// ParseDate reads a day.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("date %q: want YYYY-MM-DD, such as 2031-01-01", s)
	}
	return Date(s), nil
}

// DateOf is the UTC day of t.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// A Citation names a document of the catalogue's sources and the place in it.
type Citation struct {
	Document string `json:"document"`
	Section  string `json:"section"`
	Note     string `json:"note,omitempty"`
}

// A Rule is one cited statement about a subject, with the dates between which
// it holds. Rules are data: see package catalogue.
//
// Where the rules of one name differ by use, Role says for which of them a
// rule is, and the others of the name have a role of their own or "", which
// is then the ordinary use:
//
//	sign, verify               making a signature; checking one made before
//	encrypt, decrypt           applying protection; opening what was protected before
//	mac                        SHA-1 in HMAC, KDF and other non-signature uses
//	tls10-kdf                  MD5 inside the key derivation of TLS 1.0 and 1.1
//	listed-group, other-group  group exchange with a prime on SP 800-56A's list; with any other
//	blockchain                 secp256k1 as SP 800-186 allows it
//
// A rule without a role covers every use of its name that no role names.
type Rule struct {
	ID          string       `json:"id"`   // unique: "named-group/x25519", with the use behind it where one name has several
	Kind        string       `json:"kind"` // "named-group", "ssh-kex", ...
	Name        string       `json:"name"` // the registry's own
	Aliases     []string     `json:"aliases,omitempty"`
	CodePoints  string       `json:"codepoint,omitempty"` // "0x0017", or a list of such and of ranges
	OID         string       `json:"oid,omitempty"`       // likewise; a range is of last arcs: "2.16.840.1.101.3.4.3.20-31"
	Use         string       `json:"use"`                 // for people
	Role        string       `json:"role,omitempty"`      // the use, where the rules of one name differ by it: see above
	Status      Status       `json:"status"`
	From        Date         `json:"from,omitempty"`  // first day of Status; "" for always
	Until       Date         `json:"until,omitempty"` // last day of Status; "" for open
	Transitions []Transition `json:"transitions,omitempty"`
	Bounds      *Bounds      `json:"bounds,omitempty"`
	Cite        []Citation   `json:"cite"`
	Because     string       `json:"because"`
	Remedy      string       `json:"remedy"`
	Confidence  string       `json:"confidence"`          // "high", "medium" or "low"
	SourceRead  bool         `json:"source_read"`         // the text of a cited source was itself read
	Contested   string       `json:"contested,omitempty"` // who reads it otherwise, and how
	Question    string       `json:"open_question,omitempty"`
	Strength    *int         `json:"security_strength_bits,omitempty"` // classical; nil where the source gives none
	Quantum     bool         `json:"quantum_vulnerable"`               // Shor's algorithm breaks it
	Second      *Reading     `json:"second_reading,omitempty"`         // nil where one reader only has read it
}

// A Reading is what a second reader, who tried to refute a rule, came to.
type Reading struct {
	Result string   `json:"result"` // "agrees", "corrected", "contested" or "unverified"
	By     []string `json:"by"`     // what the reader went by
	Note   string   `json:"note"`
}

// A Transition is what follows a rule's Until.
type Transition struct {
	From   Date     `json:"from"`
	Status Status   `json:"status"`
	Cite   Citation `json:"cite"`
	Draft  bool     `json:"draft"` // the source is a draft
	Note   string   `json:"note,omitempty"`
}

// Bounds narrow a rule to subjects of some size, both ends included. A zero
// bound does not narrow.
type Bounds struct {
	Algorithm       string  `json:"algorithm,omitempty"` // as in scanner.Key: "RSA", "DSA", "DH", "EC"
	MinBits         int     `json:"min_bits,omitempty"`
	MaxBits         int     `json:"max_bits,omitempty"`
	MinSubBits      int     `json:"min_sub_bits,omitempty"` // DSA: length of q
	MaxSubBits      int     `json:"max_sub_bits,omitempty"`
	Parity          string  `json:"parity,omitempty"`            // "odd": a modulus of odd length
	MinExponentBits int     `json:"min_exponent_bits,omitempty"` // length of the RSA public exponent
	MaxExponentBits int     `json:"max_exponent_bits,omitempty"`
	ExponentParity  string  `json:"exponent_parity,omitempty"` // "even"
	MinIterations   int     `json:"min_iterations,omitempty"`
	MaxIterations   int     `json:"max_iterations,omitempty"`
	MinSaltBits     int     `json:"min_salt_bits,omitempty"`
	MaxSaltBits     int     `json:"max_salt_bits,omitempty"`
	MinDerivedBits  int     `json:"min_derived_bits,omitempty"` // length of the key a KDF yields
	PRF             string  `json:"prf,omitempty"`
	MaxDays         int     `json:"max_days,omitempty"` // longest validity that the rule leaves alone
	Later           []Limit `json:"later,omitempty"`    // MaxDays of certificates issued on or after a date
}

// A Limit is a number of days that applies from a date on.
type Limit struct {
	From    Date `json:"from"`
	MaxDays int  `json:"max_days"`
}

// Holds tells whether a number of bits lies within the bounds.
func (b *Bounds) Holds(bits int) bool {
	return b == nil || bits >= b.MinBits && (b.MaxBits == 0 || bits <= b.MaxBits)
}

// Roles lists the values of Rule.Role.
func Roles() []string {
	return []string{"", "sign", "verify", "encrypt", "decrypt", "mac", "tls10-kdf", "listed-group", "other-group", "blockchain"}
}
