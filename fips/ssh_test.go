package fips_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A host certificate is judged by the key beneath, by its signer's key and
// signature, and by its dates.
func TestSSHCertificate(t *testing.T) {
	ended, begins := day("2021-01-01"), day("2030-01-01")
	good := scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "secp256r1", SHA256: "ca"}
	rsa := scanner.HostKey{Type: "ssh-rsa", Bits: 3072, SHA256: "ca"}
	for _, tt := range []struct {
		name          string
		ca            scanner.HostKey
		signature     string
		after, before *time.Time
		want          []string
	}{
		{name: "approved", ca: good, signature: "ecdsa-sha2-nistp256", before: &begins,
			want: []string{"public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "signed with SHA-1", ca: rsa, signature: "ssh-rsa",
			want: []string{"public-key/EC-P-256 approved", "public-key/RSA-3072-7679 approved", "ssh-hostkey/ssh-rsa#signature-generation disallowed"}},
		{name: "signed with SHA-2 by a short key", ca: scanner.HostKey{Type: "ssh-rsa", Bits: 1024, SHA256: "ca"}, signature: "rsa-sha2-512",
			want: []string{"public-key/EC-P-256 approved", "public-key/RSA-1024-2047#signature-generation disallowed", "ssh-hostkey/rsa-sha2-512 approved"}},
		{name: "ended", ca: good, signature: "ecdsa-sha2-nistp256", before: &ended,
			want: []string{"certificate-property/expired disallowed", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "not yet good", ca: good, signature: "ecdsa-sha2-nistp256", after: &begins,
			want: []string{"certificate-property/not-yet-valid disallowed", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved", "ssh-hostkey/ecdsa-sha2-nistp256 approved"}},
		{name: "a signature that nobody knows", ca: good, signature: "new",
			want: []string{"? ssh-hostkey new unclassified", "public-key/EC-P-256 approved", "public-key/EC-P-256 approved"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "secp256r1", SHA256: "host"}
			key.Certificate = &scanner.SSHCertificate{Type: "ecdsa-sha2-nistp256-cert-v01@openssh.com", SHA256: "cert", CA: tt.ca,
				Signature: tt.signature, ValidAfter: tt.after, ValidBefore: tt.before}
			a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) { o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{key}} })
			if diff := cmp.Diff(tt.want, told(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An RSA host key is judged by its exponent too.
func TestSSHExponent(t *testing.T) {
	for _, tt := range []struct{ exponent, want string }{
		{"65537", "[public-key/RSA-3072-7679 approved]"}, {"", "[public-key/RSA-3072-7679 approved]"},
		{"3", "[public-key/RSA-3072-7679 approved public-key/RSA-exponent-low not-approved]"},
		{"65538", "[public-key/RSA-3072-7679 approved public-key/RSA-exponent-even disallowed]"},
	} {
		a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: 3072, Exponent: tt.exponent, SHA256: "k"}}}
		})
		if got := fmt.Sprint(told(a)); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.exponent, got, tt.want)
		}
	}
}

// A server whose first choice fails is told apart from one that only offers
// what fails.
func TestSSHNegotiations(t *testing.T) {
	lists := func(kex, key, cipher, mac string) *scanner.Kexinit {
		split := func(s string) []string { return strings.Split(s, ",") }
		return &scanner.Kexinit{KexAlgorithms: split(kex), ServerHostKeyAlgorithms: split(key), EncryptionClientServer: split(cipher),
			EncryptionServerClient: split(cipher), MACClientServer: split(mac), MACServerClient: split(mac)}
	}
	choice := func(kex, key, cipher, mac string) scanner.SSHChoice {
		return scanner.SSHChoice{Kex: kex, HostKey: key, CipherClientServer: cipher, CipherServerClient: cipher, MACClientServer: mac, MACServerClient: mac}
	}
	const nist, key = "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256"
	for _, tt := range []struct {
		name            string
		k               *scanner.Kexinit
		primes          []scanner.Prime
		stock, approved fips.SSHNegotiation
	}{
		{name: "approved first", k: lists(nist+",diffie-hellman-group1-sha1", key, "aes128-ctr,3des-cbc", "hmac-sha2-256,hmac-md5"),
			stock:    fips.SSHNegotiation{Choice: choice(nist, key, "aes128-ctr", "hmac-sha2-256"), Status: fips.Approved},
			approved: fips.SSHNegotiation{Choice: choice(nist, key, "aes128-ctr", "hmac-sha2-256"), Status: fips.Approved}},
		{name: "approved last", k: lists("kex-strict-s-v00@openssh.com,"+nist+",curve25519-sha256", key, "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com", "hmac-sha2-256"),
			stock:    fips.SSHNegotiation{Choice: choice("curve25519-sha256", key, "chacha20-poly1305@openssh.com", ""), Status: fips.NotApproved},
			approved: fips.SSHNegotiation{Choice: choice(nist, key, "aes128-gcm@openssh.com", ""), Status: fips.Approved}},
		{name: "approved, and no stock client has it", k: lists("diffie-hellman-group15-sha512", key, "AEAD_AES_128_GCM", "AEAD_AES_128_GCM"),
			stock:    fips.SSHNegotiation{Choice: choice("", key, "", ""), Lacks: []string{"key exchange", "cipher client to server", "cipher server to client"}, Status: fips.Approved},
			approved: fips.SSHNegotiation{Choice: choice("diffie-hellman-group15-sha512", key, "AEAD_AES_128_GCM", ""), Status: fips.Approved}},
		{name: "nothing approved", k: lists("curve25519-sha256", "ssh-dss", "aes128-ctr", "umac-64@openssh.com"),
			stock:    fips.SSHNegotiation{Choice: choice("curve25519-sha256", "", "aes128-ctr", "umac-64@openssh.com"), Lacks: []string{"host key"}, Status: fips.NotApproved},
			approved: fips.SSHNegotiation{Choice: choice("", "", "aes128-ctr", ""), Lacks: []string{"key exchange", "host key", "MAC client to server", "MAC server to client"}, Status: fips.Approved}},
		{name: "group exchange by its primes", k: lists("diffie-hellman-group-exchange-sha256", key, "aes128-ctr", "hmac-sha2-256"),
			primes:   []scanner.Prime{{Bits: 2048, Group: "MODP-2048"}},
			stock:    fips.SSHNegotiation{Choice: choice("diffie-hellman-group-exchange-sha256", key, "aes128-ctr", "hmac-sha2-256"), Status: fips.Approved},
			approved: fips.SSHNegotiation{Choice: choice("diffie-hellman-group-exchange-sha256", key, "aes128-ctr", "hmac-sha2-256"), Status: fips.Approved}},
		{name: "group exchange with a prime of its own", k: lists("diffie-hellman-group-exchange-sha256", key, "aes128-ctr", "hmac-sha2-256"),
			primes:   []scanner.Prime{{Bits: 2048, Group: "MODP-2048"}, {Bits: 2048}},
			stock:    fips.SSHNegotiation{Choice: choice("diffie-hellman-group-exchange-sha256", key, "aes128-ctr", "hmac-sha2-256"), Status: fips.Disallowed},
			approved: fips.SSHNegotiation{Choice: choice("", key, "aes128-ctr", "hmac-sha2-256"), Lacks: []string{"key exchange"}, Status: fips.Approved}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.stock.Client, tt.approved.Client = fips.StockClient, fips.ApprovedClient
			got := judge(t, "2026-07-01").SSHNegotiations(&scanner.SSH{Kexinit: tt.k, Primes: tt.primes})
			if diff := cmp.Diff([]fips.SSHNegotiation{tt.stock, tt.approved}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := judge(t, "2026-07-01").SSHNegotiations(&scanner.SSH{}); got != nil {
		t.Errorf("without lists: %v", got)
	}
}
