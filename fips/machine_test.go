package fips_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestMachine: what a configuration sets is ruled on, what it takes away or
// leaves to the default is not.
func TestMachine(t *testing.T) {
	list := func(kind, change string, values ...string) scanner.Setting {
		return scanner.Setting{Line: 3, Name: "x", Kind: kind, Change: change, Values: values}
	}
	tests := []struct {
		name string
		set  scanner.Setting
		want string
	}{
		{"ciphers", list("ssh-cipher", "", "aes256-ctr", "3des-cbc"), "ssh-cipher/3des-cbc disallowed, ssh-cipher/aes256-ctr approved"},
		{"more ciphers", list("ssh-cipher", "+", "3des-cbc"), "ssh-cipher/3des-cbc disallowed"},
		{"fewer ciphers", list("ssh-cipher", "-", "3des-cbc"), ""},
		{"a MAC", list("ssh-mac", "", "hmac-md5"), "ssh-mac/hmac-md5 not-approved"},
		{"suites", list("tls-cipher-suite", "", "TLS_RSA_WITH_RC4_128_SHA", "TLS_AES_128_GCM_SHA256"),
			"key-exchange/RSA disallowed, tls-cipher-suite-rule/TLS13-AES-GCM approved"},
		{"a fact", list("", "", "1024"), ""},
		{"a kind that nobody knows", list("colour", "", "red"), ""},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := on(j, func(o *scanner.Observation) { o.Host = &scanner.Machine{Settings: []scanner.Setting{tt.set}} })
			if got := strings.Join(told(a), ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			inside := on(j, func(o *scanner.Observation) {
				o.Store = &scanner.Store{Format: "tar", Machines: []*scanner.Machine{{Path: "etc/x", Settings: []scanner.Setting{tt.set}}}}
			})
			if got := strings.Join(told(inside), ", "); got != tt.want {
				t.Errorf("in an archive: %q, want %q", got, tt.want)
			}
			for _, r := range inside.Rulings {
				if len(r.Where) != 1 || r.Where[0] != "etc/x line 3, x" {
					t.Errorf("where %q in an archive", r.Where)
				}
			}
			for _, r := range a.Rulings {
				if len(r.Where) != 1 || r.Where[0] != "line 3, x" {
					t.Errorf("where %q", r.Where)
				}
			}
		})
	}
}

// TestConfigurationLeftOpen: a configuration of which nobody knows all that it
// lets in does not pass, and what of it fails does.
func TestConfigurationLeftOpen(t *testing.T) {
	open := scanner.Incomplete{What: "line 1, ssl_ciphers", Reason: scanner.ReasonVersion}
	j := judge(t, today)
	for name, want := range map[string][2]fips.Status{"TLS_AES_128_GCM_SHA256": {fips.Approved, fips.Unobserved}, "TLS_RSA_WITH_RC4_128_SHA": {fips.Disallowed, fips.Disallowed}} {
		for i, gaps := range [][]scanner.Incomplete{nil, {open}} {
			a := on(j, func(o *scanner.Observation) {
				o.Host = &scanner.Machine{Settings: []scanner.Setting{{Line: 1, Name: "x", Kind: "tls-cipher-suite", Values: []string{name}}}}
				o.Incomplete = gaps
			})
			if _, lost := a.Gap(); a.Worst != want[i] || lost {
				t.Errorf("%s with %v: %s, lost %v; want %s and no loss", name, gaps, a.Worst, lost, want[i])
			}
		}
	}
}

// TestSSHItems: keys that lines of SSH's lists hold.
func TestSSHItems(t *testing.T) {
	rsa := &scanner.Key{Algorithm: "RSA", Bits: 1024, SPKISHA256: "k"}
	line := func(marker string) *scanner.SSHEntry { return &scanner.SSHEntry{Line: 7, Marker: marker} }
	signed := &scanner.SSHCertificate{Kind: "user", SHA256: "c", CA: scanner.HostKey{Type: "ssh-dss", Bits: 1024}, Signature: "ssh-rsa"}
	tests := []struct {
		name string
		item scanner.Item
		want string
	}{
		{"authorized", scanner.Item{Kind: scanner.ItemAuthorizedKey, Key: rsa, SSH: line("")}, "public-key/RSA-1024-2047#signature-generation disallowed [key-strength line 7]"},
		{"known", scanner.Item{Kind: scanner.ItemKnownHost, Key: rsa, SSH: line("")}, "public-key/RSA-1024-2047#signature-generation disallowed [ssh-hostkey line 7]"},
		{"revoked", scanner.Item{Kind: scanner.ItemKnownHost, Key: rsa, SSH: line("@revoked")}, ""},
		{"certificate", scanner.Item{Kind: scanner.ItemPublicKey, SSHCertificate: signed},
			"public-key/DSA-other disallowed [ssh-hostkey signer of a user certificate], ssh-hostkey/ssh-rsa#signature-generation disallowed [ssh-hostkey signer of a user certificate]"},
		{"a prime of moduli", scanner.Item{Kind: scanner.ItemParameters, Prime: &scanner.Prime{Bits: 1024, SHA256: "p"}},
			"key-exchange/DHE-below-2048 disallowed [ssh-kex group exchange]"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			format := ""
			if tt.item.Prime != nil {
				format = "moduli"
			}
			a := on(j, func(o *scanner.Observation) { o.Store = &scanner.Store{Format: format, Items: []scanner.Item{tt.item}} })
			var got []string
			for _, r := range a.Rulings {
				got = append(got, r.Rule+" "+r.Status.String()+" ["+string(r.Class)+" "+strings.Join(r.Where, ", ")+"]")
			}
			slices.Sort(got)
			if text := strings.Join(got, ", "); text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}
