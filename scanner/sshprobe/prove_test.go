package sshprobe

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// TestProves signs with another implementation and then spoils what was
// signed.
func TestProves(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec := func(c elliptic.Curve) crypto.Signer {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	for _, tt := range []struct {
		name, algorithm string
		key             crypto.Signer
	}{
		{"RSA SHA-1", "ssh-rsa", rsaKey},
		{"RSA SHA-256", "rsa-sha2-256", rsaKey},
		{"RSA SHA-512", "rsa-sha2-512", rsaKey},
		{"Ed25519", "ssh-ed25519", edKey},
		{"P-256", "ecdsa-sha2-nistp256", ec(elliptic.P256())},
		{"P-384", "ecdsa-sha2-nistp384", ec(elliptic.P384())},
		{"P-521", "ecdsa-sha2-nistp521", ec(elliptic.P521())},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.algorithm == "ssh-rsa" && fips140.Enabled() {
				t.Skip("under FIPS mode the test's own signer refuses SHA-1; TestFIPSMode has sshd sign")
			}
			signer, err := ssh.NewSignerFromSigner(tt.key)
			if err != nil {
				t.Fatal(err)
			}
			hash := []byte("an exchange hash")
			sig, err := signer.(ssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, hash, tt.algorithm)
			if err != nil {
				t.Fatal(err)
			}
			reply := sshwire.KexReply{HostKey: signer.PublicKey().Marshal(), Signature: ssh.Marshal(sig)}
			if !proves(reply, hash) {
				t.Error("a good signature does not prove")
			}
			if proves(reply, []byte("another exchange")) {
				t.Error("a signature of something else proves")
			}
			for i := range reply.Signature {
				reply.Signature[i] ^= 1
				if proves(reply, hash) {
					t.Fatalf("proves with byte %d of the signature changed", i)
				}
				reply.Signature[i] ^= 1
			}
			for i := range reply.HostKey {
				reply.HostKey[i] ^= 1
				proves(reply, hash) // must not panic, whatever the key is now
				reply.HostKey[i] ^= 1
			}
		})
	}
}

// TestChooseMethod holds the order: a prime first if it is wanted, else what
// costs the server least.
func TestChooseMethod(t *testing.T) {
	all := []string{"sm2kep-sha2-nistp256", "sntrup761x25519-sha512", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group18-sha512",
		"diffie-hellman-group-exchange-sha256", "ecdh-sha2-nistp256"}
	for _, tt := range []struct {
		name    string
		offered []string
		group   bool
		want    string
	}{
		{"prime wanted", all, true, "diffie-hellman-group-exchange-sha256"},
		{"prime not wanted", all, false, "ecdh-sha2-nistp256"},
		{"prime wanted, none there", []string{"diffie-hellman-group14-sha256"}, true, "diffie-hellman-group14-sha256"},
		{"nothing we can begin", all[:1], true, ""},
		{"nothing that proves", all[:2], true, "sntrup761x25519-sha512"},
		{"a hybrid that proves", []string{"sntrup761x25519-sha512", "mlkem768x25519-sha256"}, true, "mlkem768x25519-sha256"},
		{"a prime that nobody wants, or no proof", []string{"diffie-hellman-group-exchange-sha1", "curve448-sha512"}, false, "curve448-sha512"},
		{"nothing", nil, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if m, ok := chooseMethod(tt.offered, tt.group); m.name != tt.want || ok != (tt.want != "") {
				t.Errorf("%q, %v", m.name, ok)
			}
		})
	}
}

func TestKeyQuestions(t *testing.T) {
	ask, skipped := keyQuestions([]string{"ssh-rsa", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512", "ssh-ed25519",
		"rsa-sha2-256", "ssh-dss", "x509v3-sign-rsa", "ssh-ed25519", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
		"rsa-sha2-512-cert-v01@openssh.com", "ssh-dss-cert-v00@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "null"})
	want := []keyQuestion{{"rsa-sha2-512", "ssh-rsa"}, {"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com"},
		{"ssh-ed25519", "ssh-ed25519"}, {"ssh-dss", "ssh-dss"}, {"rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com"},
		{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"}}
	if !slices.Equal(ask, want) {
		t.Errorf("asks %v", ask)
	}
	if len(skipped) != 2 || skipped[0].What != "ssh host key x509v3-sign-rsa" || skipped[1].What != "ssh host key ssh-dss-cert-v00@openssh.com" {
		t.Errorf("skips %v", skipped)
	}
}
