package remedy

import (
	"fmt"
	"strings"
)

// A release is a version of OpenSSH: 9.2 is 902. A server that does not tell
// its version is taken for the newest, of which only what it offers is known.
type release int

const unknownRelease release = 100_00

// releaseOf reads the version of an identification: "OpenSSH_9.2p1",
// "OpenSSH_for_Windows_8.1".
func releaseOf(software string) (release, bool) {
	rest, ok := strings.CutPrefix(software, "OpenSSH_")
	if !ok {
		return unknownRelease, false
	}
	rest = strings.TrimPrefix(rest, "for_Windows_")
	var major, minor int
	if n, err := fmt.Sscanf(rest, "%d.%d", &major, &minor); err != nil || n != 2 || major < 1 || major > 99 || minor < 0 || minor > 99 {
		return unknownRelease, false
	}
	return release(major*100 + minor), true
}

func (r release) String() string { return fmt.Sprintf("OpenSSH %d.%d", r/100, r%100) }

// A known is an algorithm and the release in which OpenSSH got it, by its
// release notes. Only what passes under some policy on some day is here, and
// no CBC mode: the lines leave it out though it is approved, since OpenSSH
// itself has not offered it since 6.7.
type known struct {
	name  string
	since release
}

// sshKex is without group exchange, which takes its primes from a file; as
// distributed, those are none that SP 800-56A Rev. 3 appendix D lists.
func sshKex() []known {
	return []known{
		{"mlkem768x25519-sha256", 909},
		{"ecdh-sha2-nistp384", 507},
		{"ecdh-sha2-nistp521", 507},
		{"ecdh-sha2-nistp256", 507},
		{"diffie-hellman-group16-sha512", 703},
		{"diffie-hellman-group18-sha512", 703},
		{"diffie-hellman-group14-sha256", 703},
		{"diffie-hellman-group14-sha1", 309},
	}
}

func sshCiphers() []known {
	return []known{
		{"aes256-gcm@openssh.com", 602},
		{"aes128-gcm@openssh.com", 602},
		{"aes256-ctr", 307},
		{"aes192-ctr", 307},
		{"aes128-ctr", 307},
	}
}

func sshMACs() []known {
	return []known{
		{"hmac-sha2-512-etm@openssh.com", 602},
		{"hmac-sha2-256-etm@openssh.com", 602},
		{"hmac-sha2-512", 509},
		{"hmac-sha2-256", 509},
		{"hmac-sha1", 200},
	}
}

// sshSignatures are the algorithms by which keys sign: of hosts, of users, and
// of the signers of certificates.
func sshSignatures() []known {
	return []known{
		{"ecdsa-sha2-nistp384", 507},
		{"ecdsa-sha2-nistp521", 507},
		{"ecdsa-sha2-nistp256", 507},
		{"ssh-ed25519", 605},
		{"rsa-sha2-512", 702},
		{"rsa-sha2-256", 702},
		{"sk-ecdsa-sha2-nistp256@openssh.com", 802},
		{"sk-ssh-ed25519@openssh.com", 802},
	}
}

// sshCertificates are the same for keys that come with a certificate.
func sshCertificates() []known {
	return []known{
		{"ecdsa-sha2-nistp384-cert-v01@openssh.com", 507},
		{"ecdsa-sha2-nistp521-cert-v01@openssh.com", 507},
		{"ecdsa-sha2-nistp256-cert-v01@openssh.com", 507},
		{"ssh-ed25519-cert-v01@openssh.com", 605},
		{"rsa-sha2-512-cert-v01@openssh.com", 708},
		{"rsa-sha2-256-cert-v01@openssh.com", 708},
		{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 802},
		{"sk-ssh-ed25519-cert-v01@openssh.com", 802},
	}
}

// knows is what a release has of a list, in the order of the list.
func (r release) knows(list []known) []string {
	var names []string
	for _, k := range list {
		if k.since <= r {
			names = append(names, k.name)
		}
	}
	return names
}

// keyword is what a release calls an option, "" where it has none.
func (r release) keyword(what string) string {
	switch {
	case what == "host":
		return r.since("HostKeyAlgorithms", 700)
	case what == "user" && r < 805:
		return r.since("PubkeyAcceptedKeyTypes", 608)
	case what == "user":
		return "PubkeyAcceptedAlgorithms"
	case what == "signer":
		return r.since("CASignatureAlgorithms", 709)
	case what == "size":
		return r.since("RequiredRSASize", 901)
	case what == "kex":
		return r.since("KexAlgorithms", 507)
	}
	return ""
}

func (r release) since(word string, first release) string {
	if r < first {
		return ""
	}
	return word
}
