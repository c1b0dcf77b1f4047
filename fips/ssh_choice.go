package fips

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// An SSHNegotiation is what a server would come to with a client, and the
// worst status of it. Where they have nothing in common for some part, Lacks
// names it and no connection comes about.
type SSHNegotiation struct {
	Client string            `json:"client"`
	Choice scanner.SSHChoice `json:"choice"`
	Lacks  []string          `json:"lacks,omitempty"`
	Status Status            `json:"status"`
}

// The clients of SSHNegotiations.
const (
	StockClient    = "OpenSSH 9.2" // as distributed, nothing configured
	ApprovedClient = "approved algorithms only"
)

// SSHNegotiations tells what a server comes to with a stock client, and with
// one that has what passes on the judge's date and nothing else. It is nil for
// a server that showed no lists.
func (j *Judge) SSHNegotiations(s *scanner.SSH) []SSHNegotiation {
	if s.Kexinit == nil {
		return nil
	}
	stock := stockSSH()
	return []SSHNegotiation{
		j.negotiation(s, StockClient, stock),
		j.negotiation(s, ApprovedClient, j.approvedSSH(s, stock)),
	}
}

func (j *Judge) negotiation(s *scanner.SSH, name string, client scanner.Kexinit) SSHNegotiation {
	c := s.Kexinit.Choose(client)
	n := SSHNegotiation{Client: name, Choice: c, Lacks: c.Lacks()}
	if c.Kex != "" {
		n.Status = j.sshKex(c.Kex, s.Primes).Status
	}
	for _, part := range []Subject{
		{"ssh-hostkey", c.HostKey},
		{"ssh-cipher", c.CipherClientServer}, {"ssh-cipher", c.CipherServerClient},
		{"ssh-mac", c.MACClientServer}, {"ssh-mac", c.MACServerClient},
	} {
		if part.Name != "" {
			n.Status = max(n.Status, j.named(part.Kind, part.Name, ClassSSHCipherMAC).Status)
		}
	}
	return n
}

// approvedSSH is a client's lists: the stock ones and then the server's, less
// what does not pass. Group exchange passes by the primes that were seen.
func (j *Judge) approvedSSH(s *scanner.SSH, stock scanner.Kexinit) scanner.Kexinit {
	passing := func(kind string, lists ...[]string) []string {
		return slices.DeleteFunc(slices.Concat(lists...), func(name string) bool {
			if kind == "ssh-kex" {
				return j.sshKex(name, s.Primes).Status.Grade() != Pass
			}
			return j.named(kind, name, ClassSSHCipherMAC).Status.Grade() != Pass
		})
	}
	k := s.Kexinit
	return scanner.Kexinit{
		KexAlgorithms:           passing("ssh-kex", stock.KexAlgorithms, k.KexAlgorithms),
		ServerHostKeyAlgorithms: passing("ssh-hostkey", stock.ServerHostKeyAlgorithms, k.ServerHostKeyAlgorithms),
		EncryptionClientServer:  passing("ssh-cipher", stock.EncryptionClientServer, k.EncryptionClientServer),
		EncryptionServerClient:  passing("ssh-cipher", stock.EncryptionServerClient, k.EncryptionServerClient),
		MACClientServer:         passing("ssh-mac", stock.MACClientServer, k.MACClientServer),
		MACServerClient:         passing("ssh-mac", stock.MACServerClient, k.MACServerClient),
	}
}

// stockSSH is the lists of StockClient, as ssh -G tells them.
func stockSSH() scanner.Kexinit {
	ciphers := []string{
		"chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
		"aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
	}
	macs := []string{
		"umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256-etm@openssh.com",
		"hmac-sha2-512-etm@openssh.com", "hmac-sha1-etm@openssh.com", "umac-64@openssh.com",
		"umac-128@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
	}
	return scanner.Kexinit{
		KexAlgorithms: []string{
			"sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
			"curve25519-sha256", "curve25519-sha256@libssh.org",
			"ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
			"diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512",
			"diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
		},
		ServerHostKeyAlgorithms: []string{
			"ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
			"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
			"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
			"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
			"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
			"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
		},
		EncryptionClientServer: ciphers, EncryptionServerClient: ciphers,
		MACClientServer: macs, MACServerClient: macs,
	}
}
