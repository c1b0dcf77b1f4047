package scanner

import "time"

// SSH is what a server says of itself before authentication.
type SSH struct {
	Banner      string    `json:"banner"` // the identification string, without line end
	Kexinit     *Kexinit  `json:"kexinit,omitempty"`
	HostKeys    []HostKey `json:"host_keys,omitempty"`
	Primes      []Prime   `json:"primes,omitempty"` // sent in group exchange
	Connections int       `json:"connections"`

	// Reading is what Banner and Kexinit say when they are taken apart.
	Reading *SSHReading `json:"reading,omitempty"`
	// NotPut names the questions that were left out, at depth verdict, since
	// whatever came of them something of their kind fails.
	NotPut []string `json:"not_put,omitempty"`

	// ExtInfo is what the server sent encrypted behind its NEWKEYS (RFC 8308);
	// nil where unobserved.
	ExtInfo *SSHExtInfo `json:"ext_info,omitempty"`
	// Groups is which of Primes answered which request of group exchange.
	Groups []SSHGroup `json:"groups,omitempty"`
	// OldGroupRequest tells that requests of before RFC 4419 are answered too.
	OldGroupRequest bool `json:"old_group_request,omitempty"`
}

// SSHReading is what an identification string and KEXINIT say between the
// lines.
type SSHReading struct {
	Protocols []string `json:"protocols"`          // "2", and "1" where it takes that too
	Software  string   `json:"software"`           // "OpenSSH_9.2p1"
	Comments  string   `json:"comments,omitempty"` // "Debian-2+deb12u3"
	Markers   []string `json:"markers,omitempty"`  // among the key exchange algorithms, and none
	Terrapin  *bool    `json:"terrapin,omitempty"` // see Kexinit.Terrapin; absent without KEXINIT
}

// SSHGroup is one answer of group exchange (RFC 4419).
type SSHGroup struct {
	Asked    int    `json:"asked"`               // bits
	OldStyle bool   `json:"old_style,omitempty"` // as before RFC 4419
	SHA256   string `json:"sha256"`              // of the prime
}

// SSHExtInfo is SSH_MSG_EXT_INFO. Without names the server sent none.
type SSHExtInfo struct {
	Names         []string `json:"names"`
	ServerSigAlgs []string `json:"server_sig_algs,omitempty"` // signatures that it takes from clients' keys
}

// Kexinit is the lists of SSH_MSG_KEXINIT in the server's order, under the
// names of RFC 4253 section 7.1.
type Kexinit struct {
	KexAlgorithms           []string `json:"kex_algorithms"`
	ServerHostKeyAlgorithms []string `json:"server_host_key_algorithms"`
	EncryptionClientServer  []string `json:"encryption_algorithms_client_to_server"`
	EncryptionServerClient  []string `json:"encryption_algorithms_server_to_client"`
	MACClientServer         []string `json:"mac_algorithms_client_to_server"`
	MACServerClient         []string `json:"mac_algorithms_server_to_client"`
	CompressionClientServer []string `json:"compression_algorithms_client_to_server"`
	CompressionServerClient []string `json:"compression_algorithms_server_to_client"`
	LanguagesClientServer   []string `json:"languages_client_to_server"`
	LanguagesServerClient   []string `json:"languages_server_to_client"`
	FirstKexPacketFollows   bool     `json:"first_kex_packet_follows"`
}

// HostKey is one public host key that the server sent.
type HostKey struct {
	Type   string `json:"type"` // the key's own: "ssh-rsa" for any RSA key
	Bits   int    `json:"bits"`
	Curve  string `json:"curve,omitempty"`
	SHA256 string `json:"sha256"`                // of the key blob, as in OpenSSH's fingerprint but in hex
	SPKI   string `json:"spki_sha256,omitempty"` // digest of the key as SubjectPublicKeyInfo, where it has that form
	Proven bool   `json:"proven"`                // its signature over the exchange was checked

	Modulus  string `json:"modulus,omitempty"`  // RSA, lower-case hex
	Exponent string `json:"exponent,omitempty"` // RSA, decimal

	Weak []Weakness `json:"weak,omitempty"` // by what its private half can be had; none found where empty

	Certificate *SSHCertificate `json:"certificate,omitempty"` // sent in the key's place
}

// SSHCertificate is what a certificate of OpenSSH's (PROTOCOL.certkeys) says
// beside the key that it certifies.
type SSHCertificate struct {
	Type        string     `json:"type"` // "ssh-ed25519-cert-v01@openssh.com"
	SHA256      string     `json:"sha256"`
	Serial      string     `json:"serial"`                 // decimal
	Kind        string     `json:"kind"`                   // "host" or "user", or the number
	ID          string     `json:"id"`                     // what its signer calls it
	Principals  []string   `json:"principals,omitempty"`   // the names that it is good for; none: for every name
	ValidAfter  *time.Time `json:"valid_after,omitempty"`  // absent: since ever
	ValidBefore *time.Time `json:"valid_before,omitempty"` // absent: for ever
	Critical    []string   `json:"critical_options,omitempty"`
	Extensions  []string   `json:"extensions,omitempty"`
	CA          HostKey    `json:"ca"`                  // the key that signed it; Proven where the signature was checked
	Signature   string     `json:"signature_algorithm"` // of that signature: "rsa-sha2-512"
}
