package fips

import (
	"fmt"
	"time"
)

// A Catalogue is all rules and the documents they cite, under one version.
type Catalogue struct {
	Version string   `json:"version"` // "2026.11.21"
	Since   Date     `json:"since"`   // first day on which the catalogue speaks
	Sources []Source `json:"sources"`
	Rules   []Rule   `json:"rules"`

	// Policies are what is asked beyond the rules; none for the catalogue's own.
	Policies []Policy `json:"policies,omitempty"`
}

// A Source is a document that rules cite.
type Source struct {
	ID      string `json:"id"` // "SP800-131Ar2"
	Title   string `json:"title"`
	Edition string `json:"edition"`
	Date    string `json:"date"`   // see ParseIssued
	Access  string `json:"access"` // how far the text itself was read
	Notes   string `json:"notes,omitempty"`
	URL     string `json:"url,omitempty"`
}

// ParseIssued reads the date of a document, which may be known to the month or
// the year only: 2026-01-31, 2026-01 or 2026.
func ParseIssued(s string) (string, error) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return s, nil
		}
	}
	return "", fmt.Errorf("date %q: want YYYY-MM-DD, YYYY-MM or YYYY, such as 2026-01-31", s)
}
