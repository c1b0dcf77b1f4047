package scanner

import (
	"slices"
	"strings"
)

// Identification takes an identification string apart (RFC 4253 section 4.2):
// "SSH-2.0-OpenSSH_9.2p1 Debian-2" is of software OpenSSH_9.2p1, and the rest
// is a comment.
func (s SSH) Identification() (protocol, software, comments string) {
	rest, ok := strings.CutPrefix(s.Banner, "SSH-")
	if !ok {
		return "", "", ""
	}
	protocol, rest, _ = strings.Cut(rest, "-")
	software, comments, _ = strings.Cut(rest, " ")
	return protocol, software, comments
}

// Protocols are the versions that the identification stands for: 1.99 is a
// server of version 2 that takes version 1 too (RFC 4253 section 5.1).
func (s SSH) Protocols() []string {
	protocol, _, _ := s.Identification()
	switch {
	case protocol == "":
		return nil
	case protocol == "1.99":
		return []string{"2", "1"}
	case strings.HasPrefix(protocol, "1."):
		return []string{"1"}
	case strings.HasPrefix(protocol, "2."):
		return []string{"2"}
	}
	return []string{protocol}
}

// Read takes apart what the server says of itself.
func (s SSH) Read() SSHReading {
	_, software, comments := s.Identification()
	r := SSHReading{Protocols: s.Protocols(), Software: software, Comments: comments}
	if k := s.Kexinit; k != nil {
		exposed := k.Terrapin()
		r.Markers, r.Terrapin = k.Markers(), &exposed
	}
	return r
}

// strictMarker is by which a server says that it counts packets strictly.
const strictMarker = "kex-strict-s-v00@openssh.com"

// marker tells the names among key exchange algorithms that are none: RFC 8308
// section 2.1, OpenSSH's PROTOCOL section 1.10, and Dropbear's guess.
func marker(name string) bool {
	switch name {
	case "ext-info-s", "ext-info-c", strictMarker, "kex-strict-c-v00@openssh.com", "kexguess2@matt.ucc.asn.au":
		return true
	}
	return false
}

// Markers are the names in the list of key exchange algorithms that signal
// something else.
func (k Kexinit) Markers() []string {
	return slices.DeleteFunc(slices.Clone(k.KexAlgorithms), func(name string) bool { return !marker(name) })
}

// KeyExchanges is the list without the markers.
func (k Kexinit) KeyExchanges() []string {
	return slices.DeleteFunc(slices.Clone(k.KexAlgorithms), marker)
}

// Terrapin tells whether a connection's first encrypted packets can be cut off
// unnoticed (CVE-2023-48795), by OpenSSH's own words in its release notes of
// 9.6: with chacha20-poly1305, or with CBC and a MAC of encrypt-then-MAC, in
// either direction, unless the server counts strictly. The client must count
// strictly too; what it does is not seen here.
func (k Kexinit) Terrapin() bool {
	return !slices.Contains(k.KexAlgorithms, strictMarker) &&
		(truncatable(k.EncryptionClientServer, k.MACClientServer) || truncatable(k.EncryptionServerClient, k.MACServerClient))
}

func truncatable(ciphers, macs []string) bool {
	cbc := func(name string) bool {
		return strings.HasSuffix(name, "-cbc") || strings.HasPrefix(name, "rijndael-cbc@")
	}
	etm := func(name string) bool { return strings.HasSuffix(name, "-etm@openssh.com") }
	return slices.Contains(ciphers, "chacha20-poly1305@openssh.com") ||
		slices.ContainsFunc(ciphers, cbc) && slices.ContainsFunc(macs, etm)
}

// SSHChoice is what a client and a server come to (RFC 4253 section 7.1). A
// name is "" where they have none in common; a MAC is "" too where the cipher
// has no use for one.
type SSHChoice struct {
	Kex                string `json:"kex"`
	HostKey            string `json:"host_key"`
	CipherClientServer string `json:"cipher_client_to_server"`
	CipherServerClient string `json:"cipher_server_to_client"`
	MACClientServer    string `json:"mac_client_to_server,omitempty"`
	MACServerClient    string `json:"mac_server_to_client,omitempty"`
}

// Choose is what the server would come to with a client of such lists: of each
// the client's first that the server has too.
func (k Kexinit) Choose(client Kexinit) SSHChoice {
	c := SSHChoice{
		Kex:                common(client.KeyExchanges(), k.KexAlgorithms),
		HostKey:            common(client.ServerHostKeyAlgorithms, k.ServerHostKeyAlgorithms),
		CipherClientServer: common(client.EncryptionClientServer, k.EncryptionClientServer),
		CipherServerClient: common(client.EncryptionServerClient, k.EncryptionServerClient),
	}
	if !authenticates(c.CipherClientServer) {
		c.MACClientServer = common(client.MACClientServer, k.MACClientServer)
	}
	if !authenticates(c.CipherServerClient) {
		c.MACServerClient = common(client.MACServerClient, k.MACServerClient)
	}
	return c
}

// Lacks names what the two have no common algorithm for.
func (c SSHChoice) Lacks() []string {
	var lacks []string
	for _, part := range []struct{ name, chosen string }{
		{"key exchange", c.Kex}, {"host key", c.HostKey},
		{"cipher client to server", c.CipherClientServer}, {"cipher server to client", c.CipherServerClient},
	} {
		if part.chosen == "" {
			lacks = append(lacks, part.name)
		}
	}
	if c.MACClientServer == "" && c.CipherClientServer != "" && !authenticates(c.CipherClientServer) {
		lacks = append(lacks, "MAC client to server")
	}
	if c.MACServerClient == "" && c.CipherServerClient != "" && !authenticates(c.CipherServerClient) {
		lacks = append(lacks, "MAC server to client")
	}
	return lacks
}

// authenticates tells whether a cipher needs no MAC beside it.
func authenticates(cipher string) bool {
	return strings.HasPrefix(cipher, "AEAD_") || strings.Contains(cipher, "-gcm@") || strings.HasPrefix(cipher, "chacha20-poly1305")
}

func common(client, server []string) string {
	for _, name := range client {
		if slices.Contains(server, name) {
			return name
		}
	}
	return ""
}
