package scanner

// The protocol versions by the names that observations use, oldest first.
const (
	SSLv2  = "SSLv2"
	SSLv3  = "SSLv3"
	TLSv10 = "TLSv1.0"
	TLSv11 = "TLSv1.1"
	TLSv12 = "TLSv1.2"
	TLSv13 = "TLSv1.3"
)

// TLS is what an endpoint accepts and shows. What is in no list was asked and
// not accepted, unless Asked or the observation's Incomplete says otherwise.
type TLS struct {
	STARTTLS    string       `json:"starttls,omitempty"` // the protocol that was upgraded, such as "smtp"
	Depth       string       `json:"depth"`              // "full" or "verdict"
	Asked       Asked        `json:"asked"`
	Versions    []TLSVersion `json:"versions"` // one for each version asked, oldest first
	Chains      []Chain      `json:"chains,omitempty"`
	Connections int          `json:"connections"` // connections that this probe opened

	// Hellos counts the connections by what was asked on them.
	Hellos map[string]int `json:"hellos,omitempty"`
}

// Asked names the set of questions that was put. A code point outside it is
// unobserved, not absent.
type Asked struct {
	Version string   `json:"version"`           // version of the question set
	SHA256  string   `json:"sha256"`            // digest of the question set's text
	NotPut  []string `json:"not_put,omitempty"` // questions of the set that were not put to this endpoint
}

// TLSVersion is what an endpoint accepts in one protocol version. Names are
// those of the registry; a code point without one is written 0xABCD.
type TLSVersion struct {
	Version              string   `json:"version"`
	Accepted             *bool    `json:"accepted"`         // nil where unobserved
	Suites               []string `json:"suites,omitempty"` // in the order the server chose them
	Groups               []string `json:"groups,omitempty"` // groups the server agreed on
	SignatureSchemes     []string `json:"signature_schemes,omitempty"`
	Primes               []Prime  `json:"primes,omitempty"`                 // finite-field groups sent in ServerKeyExchange
	ExtendedMasterSecret *bool    `json:"extended_master_secret,omitempty"` // TLS 1.0 to 1.2, RFC 7627; nil where unobserved
}

// A Prime is a finite-field Diffie-Hellman group as it was sent.
type Prime struct {
	Bits      int    `json:"bits"`
	Group     string `json:"group,omitempty"` // RFC 7919 or RFC 3526 name ("ffdhe2048", "MODP-2048"), or another known one; "" for a group of the server's own
	SHA256    string `json:"sha256"`          // digest of the prime, big-endian without leading zeros
	Generator string `json:"generator"`       // lower-case hex without leading zeros
}

// A Chain is the certificates that an endpoint showed, leaf first, in the
// order they came.
type Chain struct {
	Version      string        `json:"version"`          // protocol version it was seen in
	Name         string        `json:"name,omitempty"`   // server name that was asked for; "" for none
	Suites       []string      `json:"suites,omitempty"` // suites under which it was seen; empty means any
	Certificates []Certificate `json:"certificates"`
}
