package render

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestSSHView: an entry tells everything that a probe learned, and ruled on or
// not as it was.
func TestSSHView(t *testing.T) {
	until := time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC)
	s := scanner.SSH{
		Banner: "SSH-1.99-OpenSSH_9.2p1 Debian-2<b>",
		Kexinit: &scanner.Kexinit{
			KexAlgorithms:           []string{"diffie-hellman-group-exchange-sha256", "ext-info-s", "kexguess2@matt.ucc.asn.au"},
			ServerHostKeyAlgorithms: []string{"ssh-ed25519"},
			EncryptionClientServer:  []string{"aes128-cbc"}, EncryptionServerClient: []string{"aes128-ctr"},
			MACClientServer: []string{"hmac-sha2-256-etm@openssh.com"}, MACServerClient: []string{"hmac-sha2-256"},
		},
		HostKeys: []scanner.HostKey{
			{Type: "ssh-rsa", Bits: 2048, SHA256: "aaaabbbbccccddddeeee"},
			{Type: "ssh-ed25519", Bits: 256, SHA256: "1111222233334444", Proven: true, Certificate: &scanner.SSHCertificate{
				Type: "ssh-ed25519-cert-v01@openssh.com", SHA256: "cert", Kind: "host", ID: "web", Principals: []string{"a", "b"}, ValidBefore: &until,
				CA: scanner.HostKey{Type: "ssh-rsa", Bits: 1024, SHA256: "ca"}, Signature: "ssh-rsa"}},
		},
		Primes:  []scanner.Prime{{Bits: 2048, SHA256: "p1", Generator: "2", Problem: "even", InModuli: new(false)}, {Bits: 3072, Group: "MODP-3072", SHA256: "p2", Generator: "2"}},
		Groups:  []scanner.SSHGroup{{Asked: 1024, SHA256: "p1"}, {Asked: 2048, SHA256: "p1"}, {Asked: 3072, SHA256: "p2"}, {Asked: 1024, OldStyle: true, SHA256: "p1"}},
		ExtInfo: &scanner.SSHExtInfo{Names: []string{"server-sig-algs"}, ServerSigAlgs: []string{"ssh-dss"}}, OldGroupRequest: true,
		NotPut: []string{"ssh group exchange primes at bits 8192"}, Connections: 3,
	}
	a := fips.Assessment{Rulings: []fips.Ruling{
		{Subject: fips.Subject{Kind: "key-exchange", Name: "DHE prime of 2048 bits"}, Status: fips.Disallowed},
		{Subject: fips.Subject{Kind: "public-key", Name: "RSA-1024-2047"}, Status: fips.Disallowed, Certificate: "ca"},
		{Subject: fips.Subject{Kind: "public-key", Name: "RSA-2048"}, Status: fips.Deprecated, Certificate: "aaaabbbbccccddddeeee"},
	}}
	var x endpointView
	x.ssh(&s, index(a), a)
	var got []string
	for _, f := range slices.Concat(x.Facts, x.Lists) {
		line := f.Name + ": " + f.Text
		for _, j := range f.Judged {
			line += fmt.Sprintf("[%s", j.Name)
			if j.Ruled {
				line += " " + j.Status.String()
			}
			line += "; " + j.Note + "]"
		}
		got = append(got, line)
	}
	want := []string{
		"Banner: SSH-1.99-OpenSSH_9.2p1 Debian-2<b>", "Software: OpenSSH_9.2p1", "Comments: Debian-2<b>", "Protocols: 2, 1",
		"Terrapin: exposed (CVE-2023-48795): it offers ChaCha20-Poly1305, or CBC with encrypt-then-MAC, and does not count packets strictly",
		"Signals: ext-info-s, kexguess2@matt.ucc.asn.au",
		"Group exchange: [DHE prime of 2048 bits, SHA-256 p1 disallowed; even; in no moduli file that was named; asked for 1024, 2048, 1024 in the old style bits]",
		"Group exchange: [DHE prime of 3072 bits, SHA-256 p2; known as MODP-3072; asked for 3072 bits]",
		"Old group requests: answered as before RFC 4419", "Extensions: server-sig-algs", "Not put: ssh group exchange primes at bits 8192",
		"kex_algorithms: [diffie-hellman-group-exchange-sha256; ]", "server_host_key_algorithms: [ssh-ed25519; ]",
		"encryption_algorithms_client_to_server: [aes128-cbc; ]", "encryption_algorithms_server_to_client: [aes128-ctr; ]",
		"mac_algorithms_client_to_server: [hmac-sha2-256-etm@openssh.com; ]", "mac_algorithms_server_to_client: [hmac-sha2-256; ]",
		"host_keys: [ssh-rsa 2048 deprecated; sha256 aaaabbbbccccdddd…, its signature not checked][ssh-ed25519 256; sha256 1111222233334444]" +
			`[ssh-ed25519-cert-v01@openssh.com disallowed; host certificate "web" by ssh-rsa 1024, signed with ssh-rsa, for a, b, until 2027-03-04, its signature not checked]`,
		"server-sig-algs, what it says it takes of users' keys; OpenSSH lists what it knows, allowed or not: [ssh-dss; ]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTerrapinWords: why a server is not exposed is told apart.
func TestTerrapinWords(t *testing.T) {
	chacha := []string{"chacha20-poly1305@openssh.com"}
	for _, tt := range []struct {
		k    scanner.Kexinit
		want string
	}{
		{scanner.Kexinit{EncryptionClientServer: chacha, KexAlgorithms: []string{"kex-strict-s-v00@openssh.com"}}, "not exposed, to a client that counts packets strictly too"},
		{scanner.Kexinit{EncryptionClientServer: []string{"aes128-ctr"}}, "not exposed: it offers none of the ciphers and MACs that it takes"},
	} {
		if got := terrapin(tt.k); got != tt.want {
			t.Errorf("%+v: %s", tt.k, got)
		}
	}
}

// TestSSHWords: nothing is said where nothing is notable.
func TestSSHWords(t *testing.T) {
	for _, tt := range []struct {
		s    reports.SSHServers
		want string
	}{
		{reports.SSHServers{Servers: 4}, "[]"},
		{reports.SSHServers{Servers: 1, Protocol1: 1}, "[of 1 SSH server 1 speaks protocol 1]"},
		{reports.SSHServers{Servers: 3, Protocol1: 2, Terrapin: 1, OldGroups: 2, NotSafe: 1, NotListed: 2},
			"[of 3 SSH servers 2 speak protocol 1 1 is exposed to Terrapin (CVE-2023-48795) 2 answer group requests of before RFC 4419 " +
				"1 sent a group that is no safe prime 2 sent primes that no moduli file has which was named]"},
	} {
		if got := fmt.Sprint(sshWords(tt.s)); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
