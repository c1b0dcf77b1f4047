package scanner

// SSH is what a server says of itself before authentication.
type SSH struct {
	Banner      string    `json:"banner"` // the identification string, without line end
	Kexinit     *Kexinit  `json:"kexinit,omitempty"`
	HostKeys    []HostKey `json:"host_keys,omitempty"`
	Primes      []Prime   `json:"primes,omitempty"` // sent in group exchange
	Connections int       `json:"connections"`
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
}
