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
type Rule struct {
	ID          string       `json:"id"`   // unique: "named-group/x25519", with the use behind it where one name has several
	Kind        string       `json:"kind"` // "named-group", "ssh-kex", ...
	Name        string       `json:"name"` // the registry's own
	Aliases     []string     `json:"aliases,omitempty"`
	CodePoints  string       `json:"codepoint,omitempty"`
	OID         string       `json:"oid,omitempty"`
	Use         string       `json:"use"`
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
	Strength    int          `json:"security_strength_bits,omitempty"` // classical; 0 where the source gives none
	Quantum     bool         `json:"quantum_vulnerable"`               // Shor's algorithm breaks it
}

// A Transition is what follows a rule's Until.
type Transition struct {
	From   Date     `json:"from"`
	Status Status   `json:"status"`
	Cite   Citation `json:"cite"`
	Draft  bool     `json:"draft"` // the source is a draft
	Note   string   `json:"note,omitempty"`
}

// Bounds narrow a rule to subjects of some size. A zero bound does not narrow.
type Bounds struct {
	Algorithm     string `json:"algorithm,omitempty"`
	MinBits       int    `json:"min_bits,omitempty"`
	MaxBits       int    `json:"max_bits,omitempty"`
	MinIterations int    `json:"min_iterations,omitempty"`
	MaxIterations int    `json:"max_iterations,omitempty"`
	MinSaltBits   int    `json:"min_salt_bits,omitempty"`
	MaxSaltBits   int    `json:"max_salt_bits,omitempty"`
	MaxDays       int    `json:"max_days,omitempty"`
}
