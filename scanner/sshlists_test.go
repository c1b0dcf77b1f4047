package scanner_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestSSHIdentification(t *testing.T) {
	for _, tt := range []struct {
		banner, protocol, software, comments string
		protocols                            []string
	}{
		{"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", "2.0", "OpenSSH_9.2p1", "Debian-2+deb12u10", []string{"2"}},
		{"SSH-1.99-Cisco-1.25", "1.99", "Cisco-1.25", "", []string{"2", "1"}},
		{"SSH-1.5-1.2.27", "1.5", "1.2.27", "", []string{"1"}},
		{"SSH-3.0-x", "3.0", "x", "", []string{"3.0"}},
		{"hello", "", "", "", nil},
	} {
		s := scanner.SSH{Banner: tt.banner}
		protocol, software, comments := s.Identification()
		if got := []string{protocol, software, comments}; !slices.Equal(got, []string{tt.protocol, tt.software, tt.comments}) {
			t.Errorf("%s: %q", tt.banner, got)
		}
		if diff := cmp.Diff(tt.protocols, s.Protocols()); diff != "" {
			t.Errorf("%s: %s", tt.banner, diff)
		}
	}
}

func TestTerrapin(t *testing.T) {
	const strict, chacha, etm = "kex-strict-s-v00@openssh.com", "chacha20-poly1305@openssh.com", "hmac-sha2-256-etm@openssh.com"
	for _, tt := range []struct {
		name             string
		kex, c, mac, out string // names; out is the other direction's cipher
		want             bool
	}{
		{"ChaCha20", "a", chacha, "hmac-sha2-256", "aes128-ctr", true},
		{"ChaCha20 the other way", "a", "aes128-ctr", "hmac-sha2-256", chacha, true},
		{"ChaCha20, strict", strict, chacha, etm, chacha, false},
		{"the client's marker does not count", "kex-strict-c-v00@openssh.com", chacha, etm, chacha, true},
		{"CBC and encrypt-then-MAC", "a", "aes128-cbc", etm, "aes128-ctr", true},
		{"CBC and encrypt-and-MAC", "a", "aes128-cbc", "hmac-sha2-256", "aes128-ctr", false},
		{"CTR and encrypt-then-MAC", "a", "aes128-ctr", etm, "aes128-ctr", false},
		{"GCM", "a", "aes128-gcm@openssh.com", etm, "aes128-gcm@openssh.com", false},
	} {
		k := scanner.Kexinit{KexAlgorithms: []string{"curve25519-sha256", tt.kex}, EncryptionClientServer: []string{tt.c}, MACClientServer: []string{tt.mac},
			EncryptionServerClient: []string{tt.out}, MACServerClient: []string{"hmac-sha2-256"}}
		if got := k.Terrapin(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestMarkers(t *testing.T) {
	k := scanner.Kexinit{KexAlgorithms: []string{"curve25519-sha256", "ext-info-s", "kexguess2@matt.ucc.asn.au", "x", "kex-strict-s-v00@openssh.com"}}
	if got := k.Markers(); !slices.Equal(got, []string{"ext-info-s", "kexguess2@matt.ucc.asn.au", "kex-strict-s-v00@openssh.com"}) {
		t.Errorf("markers %q", got)
	}
	if got := k.KeyExchanges(); !slices.Equal(got, []string{"curve25519-sha256", "x"}) || len(k.KexAlgorithms) != 5 {
		t.Errorf("key exchanges %q of %q", got, k.KexAlgorithms)
	}
}
