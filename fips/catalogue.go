package fips

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
	Date    string `json:"date"`
	Access  string `json:"access"` // how far the text itself was read
	Notes   string `json:"notes,omitempty"`
	URL     string `json:"url,omitempty"`
}
