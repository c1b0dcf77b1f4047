package scanner

// Machine is facts of the machine's own configuration, as one file of it tells
// them. What a file leaves to the program's default is not in it.
type Machine struct {
	Path     string    `json:"path"`
	Links    []string  `json:"links,omitempty"` // other paths of the tree that lead here
	Format   string    `json:"format"`          // "sshd_config", "nginx", "openssl.cnf", "fips_enabled", ...
	Settings []Setting `json:"settings,omitempty"`
	Uses     []Use     `json:"uses,omitempty"`
}

// A Setting is one that bears on cryptography; others are not told.
type Setting struct {
	Line   int      `json:"line"`             // from 1
	Name   string   `json:"name"`             // as the manual of the format has it
	Scope  string   `json:"scope,omitempty"`  // the block or section that it holds in; "" for all
	Kind   string   `json:"kind,omitempty"`   // what Values name, as a kind of rule: "ssh-cipher"; "" for nothing that is ruled on
	Change string   `json:"change,omitempty"` // "+" adds to the default, "-" takes from it, "^" goes before it; "" replaces it
	Values []string `json:"values"`
}

// A Use is a file of certificates or keys that a program is told to use.
type Use struct {
	Line int    `json:"line"` // from 1
	Name string `json:"name"` // of the setting
	What string `json:"what"` // "certificate", "private-key", "trust", "crl", "parameters", "configuration"
	File string `json:"file"` // as written

	// Path is where that is, without symbolic links: "" for a pattern, a name
	// with variables, or a relative one that was not found and is taken from
	// who knows where. State is what was found there.
	Path  string `json:"path,omitempty"`
	State string `json:"state,omitempty"`
}

// What a Use may find at its Path, beside special files by their kind
// ("directory", "device").
const (
	UseFile       = "file"
	UseDirectory  = "directory"
	UseMissing    = "missing"
	UseUnreadable = "unreadable"
)

// What a Use may be of.
const (
	UseCertificate = "certificate"
	UsePrivateKey  = "private-key"
	UseTrust       = "trust"
	UseCRL         = "crl"
	UseParameters  = "parameters"

	UseConfiguration = "configuration" // more of the same
)
