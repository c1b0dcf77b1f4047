package scanner

import "time"

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
	STARTTLS    string       `json:"starttls,omitempty"`          // the protocol that was upgraded, such as "smtp"
	Required    *bool        `json:"starttls_required,omitempty"` // it insists on the upgrade; nil where unobserved
	OwnCiphers  []string     `json:"own_ciphers,omitempty"`       // what it takes in place of TLS, as in Plain
	Depth       string       `json:"depth"`                       // "full", or "verdict": asked for what does not pass, until something worst was found
	Asked       Asked        `json:"asked"`
	Versions    []TLSVersion `json:"versions"` // one for each version asked, oldest first
	Chains      []Chain      `json:"chains,omitempty"`
	Extensions  *Extensions  `json:"extensions,omitempty"`
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

	// Statuses is the SHA-256 of the statuses that decided, at depth verdict,
	// what was asked for. By others, what was left unasked may not pass.
	Statuses string `json:"statuses,omitempty"`

	// Thresholds are the statuses, mildest first, each of which was told apart
	// from all that is milder, at depth verdict: where something as bad as one
	// is accepted, something as bad was found. What lies between two of them
	// was not told apart, and what is worse of that may be unasked.
	Thresholds []string `json:"thresholds,omitempty"`
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
	ServerOrder          *bool    `json:"server_order,omitempty"`           // the server goes by its own order, which is that of Suites; nil where unobserved
}

// A Prime is a finite-field Diffie-Hellman group as it was sent.
type Prime struct {
	Bits      int    `json:"bits"`
	Group     string `json:"group,omitempty"`     // RFC 7919 or RFC 3526 name ("ffdhe2048", "MODP-2048"), or another known one; "" for a group of the server's own
	Shared    string `json:"shared,omitempty"`    // whose it is, where many servers share it though no RFC names it
	SHA256    string `json:"sha256"`              // digest of the prime, big-endian without leading zeros
	Generator string `json:"generator"`           // lower-case hex without leading zeros
	Problem   string `json:"problem,omitempty"`   // why it is no safe prime, where that was tested: SSH
	InModuli  *bool  `json:"in_moduli,omitempty"` // whether a moduli file that was named has it; absent where it was not looked for: SSH
}

// A Chain is the certificates that an endpoint showed, leaf first, in the
// order they came.
type Chain struct {
	Version      string        `json:"version"`          // protocol version it was seen in first
	Name         string        `json:"name,omitempty"`   // server name that was asked for; "" for none
	Suites       []string      `json:"suites,omitempty"` // suites under which it was seen; empty means any
	Certificates []Certificate `json:"certificates"`

	// Path is the way up from the leaf as indices into Certificates: each is
	// signed by the next, so far as can be checked. 0, 1, 2, ... is the order
	// that RFC 8446 section 4.4.2 asks for; what is not in it is not needed.
	Path  []int   `json:"path,omitempty"`
	Trust []Trust `json:"trust,omitempty"` // one for each set of anchors that was at hand
}

// Trust is whether a chain leads to an anchor of one set, whatever the order
// of its certificates and whatever else is among them. Names are not part of
// it.
type Trust struct {
	Anchors string     `json:"anchors"`         // AnchorsSystem, or the file that was named
	Trusted *bool      `json:"trusted"`         // nil where it could not be computed
	From    *time.Time `json:"from,omitempty"`  // when the last certificate of the path begins
	Until   *time.Time `json:"until,omitempty"` // when the first certificate of the path ends
	Path    []string   `json:"path,omitempty"`  // SHA-256 of its certificates, leaf first, anchor last
	Reason  string     `json:"reason,omitempty"`
	Detail  string     `json:"detail,omitempty"`
}

// AnchorsSystem names the trust store of the machine that asked.
const AnchorsSystem = "system"

// Why a chain is not trusted, or why nobody knows.
const (
	TrustUnknownAuthority  = "unknown-authority"   // no path to an anchor
	TrustExpired           = "expired"             // on no day are all certificates of a path valid
	TrustUsage             = "incompatible-usage"  // not for TLS servers
	TrustConstraint        = "constraint"          // a CA's constraints, or its being none, forbid it
	TrustInsecureSignature = "insecure-signature"  // a signature that verifiers decline: MD5, SHA-1, a short key
	TrustExtension         = "unhandled-extension" // a critical extension that is not understood
	TrustUncomputable      = "uncomputable"        // an algorithm that we cannot verify, or a leaf that is refused
)

// Extensions is what an endpoint grants, and how it bears, beside versions,
// suites and groups. Each is nil where it was unobserved.
type Extensions struct {
	EncryptThenMAC      *bool    `json:"encrypt_then_mac,omitempty"`             // RFC 7366, under a CBC suite
	SecureRenegotiation *bool    `json:"renegotiation_info,omitempty"`           // RFC 5746
	Compression         *bool    `json:"compression,omitempty"`                  // DEFLATE, RFC 3749
	TruncatedHMAC       *bool    `json:"truncated_hmac,omitempty"`               // RFC 6066 section 7
	Heartbeat           *bool    `json:"heartbeat,omitempty"`                    // RFC 6520
	SessionTicket       *bool    `json:"session_ticket,omitempty"`               // RFC 5077 and RFC 8446 section 4.6.1
	EarlyData           *bool    `json:"early_data,omitempty"`                   // a ticket allows it, RFC 8446 section 4.2.10
	OCSPStaple          *bool    `json:"status_request,omitempty"`               // a response was stapled, RFC 6066 section 8
	SCTs                *bool    `json:"signed_certificate_timestamp,omitempty"` // sent beside the certificate, RFC 6962 section 3.3
	ALPN                []string `json:"alpn,omitempty"`                         // protocols it selects, RFC 7301
	PointFormats        []string `json:"ec_point_formats,omitempty"`             // RFC 8422 section 5.1.2, that it grants
	ClientCertificate   *bool    `json:"client_certificate,omitempty"`           // it asks the client for one
	ClientSchemes       []string `json:"client_schemes,omitempty"`               // signature schemes it takes from clients
	DowngradeSentinel   *bool    `json:"downgrade_sentinel,omitempty"`           // RFC 8446 section 4.1.3, of a server that speaks TLS 1.3
	FallbackSCSV        *bool    `json:"fallback_scsv,omitempty"`                // it refuses a fallback, RFC 7507
	VersionTolerant     *bool    `json:"version_tolerant,omitempty"`             // a version that it cannot know does not make it fail
}
