package fips_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// negotiated writes what clients come to, a line each.
func negotiated(o *fips.Offer) []string {
	lines := []string{"only approved: " + string(o.OnlyApproved)}
	for _, n := range o.Clients {
		line := n.Client + ": " + string(n.Connects)
		if n.Connects == fips.Yes {
			line += " " + n.Status.String()
		}
		for _, c := range n.Choices {
			line += " | " + c.Part + " " + c.Chosen
			if c.Chosen == "" || len(c.Among) > 1 {
				line += " of " + strings.Join(c.Among, ",") + " by " + string(c.By)
			}
		}
		if n.Because != "" {
			line += "; " + n.Because
		}
		for _, b := range n.Breaks {
			line += "; not with " + b
		}
		lines = append(lines, line)
	}
	return lines
}

// A server whose first common choice fails is told apart from one that only
// offers what fails, and what a client refuses from what it does not find.
func TestSSHOffer(t *testing.T) {
	lists := func(kex, key, cipher, mac string) *scanner.Kexinit {
		split := func(s string) []string { return strings.Split(s, ",") }
		return &scanner.Kexinit{KexAlgorithms: split(kex), ServerHostKeyAlgorithms: split(key), EncryptionClientServer: split(cipher),
			EncryptionServerClient: split(cipher), MACClientServer: split(mac), MACServerClient: split(mac)}
	}
	const nist, ec = "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256"
	p256 := scanner.HostKey{Type: ec, Bits: 256, Curve: "secp256r1", SHA256: "ec"}
	rsa := func(bits int) scanner.HostKey { return scanner.HostKey{Type: "ssh-rsa", Bits: bits, SHA256: "rsa"} }
	certified := func(ca scanner.HostKey) scanner.HostKey {
		h := p256
		h.Certificate = &scanner.SSHCertificate{Type: ec + "-cert-v01@openssh.com", SHA256: "cert", CA: ca, Signature: "rsa-sha2-512"}
		return h
	}
	ca := func(bits int) scanner.HostKey { return scanner.HostKey{Type: "ssh-rsa", Bits: bits, SHA256: "ca"} }
	directions := lists(nist, ec, "aes128-ctr", "hmac-sha2-256")
	directions.EncryptionServerClient = []string{"aes256-ctr"}
	for _, tt := range []struct {
		name string
		ssh  scanner.SSH
		want []string
	}{
		{"approved first", scanner.SSH{Kexinit: lists(nist+",diffie-hellman-group1-sha1", ec, "aes128-ctr,3des-cbc", "hmac-sha2-256,hmac-md5"), HostKeys: []scanner.HostKey{p256}}, []string{
			"only approved: no",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256",
			"OpenSSH 9.2: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"nothing else offered", scanner.SSH{Banner: "SSH-2.0-x", Kexinit: lists("kex-strict-s-v00@openssh.com,"+nist, ec, "aes128-gcm@openssh.com", "hmac-sha2-256"), HostKeys: []scanner.HostKey{p256}}, []string{
			"only approved: yes",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-gcm@openssh.com",
			"OpenSSH 9.2: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-gcm@openssh.com"}},
		{"approved last", scanner.SSH{Kexinit: lists(nist+",curve25519-sha256", ec, "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com", "hmac-sha2-256"), HostKeys: []scanner.HostKey{p256}}, []string{
			"only approved: no",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-gcm@openssh.com of aes128-gcm@openssh.com,aes256-gcm@openssh.com by client's order",
			"OpenSSH 9.2: yes not-approved | key exchange curve25519-sha256 of curve25519-sha256,ecdh-sha2-nistp256 by client's order | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher chacha20-poly1305@openssh.com of chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com by client's order"}},
		{"approved, and no stock client has it", scanner.SSH{Kexinit: lists("diffie-hellman-group15-sha512", ec, "AEAD_AES_128_GCM", "AEAD_AES_128_GCM"), HostKeys: []scanner.HostKey{p256}}, []string{
			"only approved: yes",
			"approved-only: yes approved | key exchange diffie-hellman-group15-sha512 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher AEAD_AES_128_GCM",
			"OpenSSH 9.2: no; no key exchange, no cipher in common"}},
		{"nothing approved", scanner.SSH{Kexinit: lists("curve25519-sha256", "ssh-dss", "aes128-ctr", "umac-64@openssh.com")}, []string{
			"only approved: no",
			"approved-only: no; no approved key exchange, no approved host key, no approved MAC",
			"OpenSSH 9.2: no; no host key in common"}},
		{"directions that differ", scanner.SSH{Kexinit: directions, HostKeys: []scanner.HostKey{p256}}, []string{
			"only approved: yes",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher client to server aes128-ctr | cipher server to client aes256-ctr | MAC hmac-sha2-256",
			"OpenSSH 9.2: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher client to server aes128-ctr | cipher server to client aes256-ctr | MAC hmac-sha2-256"}},
		{"group exchange by its primes", scanner.SSH{Kexinit: lists("diffie-hellman-group-exchange-sha256", ec, "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{p256}, Primes: []scanner.Prime{{Bits: 2048, Group: "MODP-2048"}}}, []string{
			"only approved: yes",
			"approved-only: yes approved | key exchange diffie-hellman-group-exchange-sha256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256",
			"OpenSSH 9.2: yes approved | key exchange diffie-hellman-group-exchange-sha256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"group exchange with a prime of its own", scanner.SSH{Kexinit: lists("diffie-hellman-group-exchange-sha256", ec, "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{p256}, Primes: []scanner.Prime{{Bits: 2048, Group: "MODP-2048"}, {Bits: 2048}}}, []string{
			"only approved: no",
			"approved-only: no; no approved key exchange",
			"OpenSSH 9.2: yes disallowed | key exchange diffie-hellman-group-exchange-sha256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"a key that is too short", scanner.SSH{Kexinit: lists(nist, "rsa-sha2-512,ssh-rsa", "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{rsa(1024)}}, []string{
			"only approved: no",
			"approved-only: no; host key rsa-sha2-512: RSA 1024 is disallowed",
			"OpenSSH 9.2: yes disallowed | key exchange ecdh-sha2-nistp256 | host key algorithm rsa-sha2-512 | host key RSA 1024 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"one key too short, one not", scanner.SSH{Kexinit: lists(nist, "rsa-sha2-512,"+ec, "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{rsa(1024), p256}}, []string{
			"only approved: no",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256; not with rsa-sha2-512: RSA 1024 is disallowed",
			"OpenSSH 9.2: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 of ecdsa-sha2-nistp256,rsa-sha2-512 by client's order | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"a key that nobody saw", scanner.SSH{Kexinit: lists(nist, ec, "aes128-ctr", "hmac-sha2-256")}, []string{
			"only approved: unobserved",
			"approved-only: unobserved; the host key for ecdsa-sha2-nistp256 was not observed",
			"OpenSSH 9.2: yes unobserved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"a certificate", scanner.SSH{Kexinit: lists(nist, ec+"-cert-v01@openssh.com", "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{certified(ca(3072))}}, []string{
			"only approved: yes",
			"approved-only: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256-cert-v01@openssh.com | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256",
			"OpenSSH 9.2: yes approved | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256-cert-v01@openssh.com | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"a certificate by a key that is too short", scanner.SSH{Kexinit: lists(nist, ec+"-cert-v01@openssh.com", "aes128-ctr", "hmac-sha2-256"), HostKeys: []scanner.HostKey{certified(ca(1024))}}, []string{
			"only approved: no",
			"approved-only: no; host key ecdsa-sha2-nistp256-cert-v01@openssh.com: RSA 1024 is disallowed",
			"OpenSSH 9.2: yes disallowed | key exchange ecdh-sha2-nistp256 | host key algorithm ecdsa-sha2-nistp256-cert-v01@openssh.com | host key EC secp256r1 | cipher aes128-ctr | MAC hmac-sha2-256"}},
		{"protocol 1", scanner.SSH{Banner: "SSH-1.5-x"}, []string{"only approved: no", "approved-only: no; it does not speak protocol 2", "OpenSSH 9.2: no; it does not speak protocol 2"}},
		{"lists that nobody saw", scanner.SSH{Banner: "SSH-2.0-x"}, []string{"only approved: unobserved",
			"approved-only: unobserved; its lists of algorithms were not observed", "OpenSSH 9.2: unobserved; its lists of algorithms were not observed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) { o.SSH = &tt.ssh })
			if diff := cmp.Diff(tt.want, negotiated(a.Offer)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is offered that does not pass is told, and nothing else.
func TestNotApproved(t *testing.T) {
	chain := []scanner.Chain{{Version: "TLSv1.2", Certificates: []scanner.Certificate{{SHA256: "c", Version: 1, Serial: "-1",
		SignatureAlgorithm: "sha1WithRSAEncryption", SignatureOID: "1.2.840.113549.1.1.5", Key: scanner.Key{Algorithm: "RSA", Bits: 1024}, NotAfter: day("2020-01-01")}}}}
	for _, tt := range []struct {
		name string
		fill func(*scanner.Observation)
		only fips.Answer
		want []string
	}{
		{"what is there and passes", version(scanner.TLSVersion{Version: "TLSv1.3", Suites: []string{"TLS_AES_128_GCM_SHA256"}, Groups: []string{"secp256r1"}}), fips.Yes, nil},
		{"of every kind", func(o *scanner.Observation) {
			version(scanner.TLSVersion{Version: "TLSv1.1", Suites: []string{"TLS_RSA_WITH_RC4_128_SHA"}, Groups: []string{"x25519"}, SignatureSchemes: []string{"rsa_md5"}, Primes: []scanner.Prime{{Bits: 1024}}})(o)
			o.TLS.Chains = chain
			o.TLS.Extensions = &scanner.Extensions{SecureRenegotiation: no(), TruncatedHMAC: yes(), Compression: yes()}
			o.TLS.STARTTLS = "smtp"
		}, fips.No, []string{"DHE prime of 1024 bits", "RSA 1024", "TLS_RSA_WITH_RC4_128_SHA", "TLSv1.1", "rsa_md5", "sha1WithRSAEncryption", "truncated_hmac", "x25519"}},
		{"keys without extended_master_secret", version(scanner.TLSVersion{Version: "TLSv1.2", ExtendedMasterSecret: no()}), fips.No, []string{"extended_master_secret-absent"}},
		{"a name that nobody knows", version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"0x4242"}}), fips.No, []string{"0x4242"}},
		{"seen in part", func(o *scanner.Observation) {
			version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}})(o)
			o.Incomplete = []scanner.Incomplete{{What: "TLSv1.2", Reason: scanner.ReasonTimeout}}
		}, fips.Unseen, nil},
		{"not to be computed", func(o *scanner.Observation) {
			version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}})(o)
			o.Incomplete = []scanner.Incomplete{{What: "TLSv1.3 chain", Reason: scanner.ReasonUncomputable}}
		}, fips.Unseen, nil},
		{"nothing to rule on", func(o *scanner.Observation) { o.TLS = &scanner.TLS{} }, fips.Unseen, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			offer := on(judge(t, "2026-07-01"), tt.fill).Offer
			var got []string
			for _, o := range offer.NotApproved {
				got = append(got, o.Name)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" || offer.OnlyApproved != tt.only {
				t.Errorf("only approved %s, want %s %s", offer.OnlyApproved, tt.only, diff)
			}
		})
	}
	for _, fill := range []func(*scanner.Observation){
		func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "ftp"} },
		func(o *scanner.Observation) { o.Failure = &scanner.Failure{} },
		func(o *scanner.Observation) { o.Store = &scanner.Store{} },
	} {
		if offer := on(judge(t, "2026-07-01"), fill).Offer; offer != nil {
			t.Error(fmt.Sprint("an offer of what speaks neither TLS nor SSH: ", *offer))
		}
	}
}
