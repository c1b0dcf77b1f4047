package cyclonedx

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestTogether writes endpoints of every protocol and files with every kind of
// item into one document, as a sweep has them.
func TestTogether(t *testing.T) {
	ssh := scanner.Observe(host(7), "ssh")
	key := scanner.HostKey{Type: "ssh-rsa", Bits: 2048, SHA256: scanner.Digest([]byte("blob")), SPKI: rsaKey.SPKISHA256, Proven: true}
	signed := key
	signed.Certificate = &scanner.SSHCertificate{SHA256: scanner.Digest([]byte("ssh cert")), Kind: "host", Serial: "7", Signature: "rsa-sha2-512",
		CA: scanner.HostKey{Type: "ssh-ed25519", SHA256: scanner.Digest([]byte("ca"))}}
	ssh.SSH = &scanner.SSH{Banner: "SSH-2.0-lab", Kexinit: &scanner.Kexinit{KexAlgorithms: []string{"curve25519-sha256"}}, HostKeys: []scanner.HostKey{key, signed}}
	rdp := scanner.Observe(host(5), "tls")
	rdp.Plain = &scanner.Plain{Protocol: "rdp", OwnCiphers: []string{"RC4-128"}}
	shown := speaking(host(8), scanner.TLSVersion{Version: scanner.TLSv13, Suites: []string{"TLS_AES_128_GCM_SHA256"}, Groups: []string{"X25519MLKEM768"}})
	shown.TLS.Chains = []scanner.Chain{{Version: scanner.TLSv13, Certificates: []scanner.Certificate{certOf("shown", rsaKey, 30)}}}
	host := scanner.Observe(scanner.File("/proc/sys/crypto/fips_enabled"), "store")
	host.Host = &scanner.Machine{Path: host.Endpoint.Path, Format: "fips_enabled", Settings: []scanner.Setting{{Line: 1, Name: "fips_enabled", Values: []string{"0"}}}}
	for _, v := range Versions() {
		b := written(t, v, usual, append(everyName(), everyKind(), ssh, rdp, shown, host)...)
		kinds := map[string]bool{}
		for _, c := range b.Components {
			if c.Crypto != nil {
				kinds[c.Crypto.Type] = true
			}
		}
		if len(kinds) != 4 || len(b.Services) != 5 {
			t.Errorf("%s: %v, %d services", v, kinds, len(b.Services))
		}
		public := publicRef(rsaKey.SPKISHA256)
		if n := len(b.component(public).Evidence.Occurrences); n < 3 {
			t.Errorf("%s: a key that endpoints show and a file holds has %d occurrences", v, n)
		}
		for _, d := range b.Dependencies {
			speaks := slices.DeleteFunc(slices.Clone(d.DependsOn), func(ref string) bool { return !strings.HasPrefix(ref, "protocol/") })
			if diff := cmp.Diff(speaks, d.Provides); strings.HasPrefix(d.Ref, "endpoint/") && diff != "" {
				t.Errorf("%s: %s provides what it speaks (-want +got):\n%s", v, d.Ref, diff)
			}
		}
	}
}

// TestAuthentication: of a suite that has the server sign, the algorithm; of
// one whose key exchange tells who the server is, none.
func TestAuthentication(t *testing.T) {
	tests := map[string]struct{ ref, family, status string }{
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": {"ECDSA", "ECDSA", ""},
		"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256":     {"RSA", "", ""},
		"TLS_DHE_DSS_WITH_AES_128_GCM_SHA256":     {"DSS", "DSA", "disallowed"},
		"TLS_DH_anon_WITH_AES_128_GCM_SHA256":     {"anon", "", "disallowed"},
		"TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256":   {"PSK", "", ""},
		"TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA":    {"RSA", "", ""},
		"TLS_RSA_WITH_AES_128_GCM_SHA256":         {},
		"TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256":  {},
		"TLS_PSK_WITH_AES_128_GCM_SHA256":         {},
		"TLS_AES_128_GCM_SHA256":                  {},
	}
	for suite, want := range tests {
		t.Run(suite, func(t *testing.T) {
			b := written(t, V17, usual, speaking(host(1), scanner.TLSVersion{Version: scanner.TLSv12, Suites: []string{suite}}))
			protocol := b.component(b.dependsOn("endpoint/" + host(1).ID)[0])
			var got struct{ ref, family, status string }
			for _, ref := range protocol.Crypto.Protocol.Suites[0].Algorithms {
				if name, ok := strings.CutPrefix(ref, "algorithm/authentication/"); ok {
					c := b.component(ref)
					got.ref, got.family, got.status = name, c.Crypto.Algorithm.Family, strings.Join(values(c.Properties, propStatus), ", ")
				}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// TestOneWay: what SSH takes in one direction only is told, and makes it
// another way of speaking.
func TestOneWay(t *testing.T) {
	of := func(n byte, toServer, toClient []string) scanner.Observation {
		o := scanner.Observe(host(n), "ssh")
		o.SSH = &scanner.SSH{Banner: "SSH-2.0-lab", Kexinit: &scanner.Kexinit{EncryptionClientServer: toServer, EncryptionServerClient: toClient,
			MACClientServer: []string{"hmac-sha2-256"}, MACServerClient: []string{"hmac-sha2-256"}}}
		return o
	}
	a, c := "aes128-ctr", "aes128-cbc"
	b := written(t, V17, usual, of(1, []string{a, c}, []string{a}), of(2, []string{a}, []string{a, c}), of(3, []string{c, a}, []string{a, c}))
	want := [][]string{{"client to server, aes128-cbc"}, {"server to client, aes128-cbc"}, nil}
	for n, told := range want {
		c := b.component(b.dependsOn("endpoint/" + host(byte(n+1)).ID)[0])
		if got := values(c.Properties, propOneWay); !slices.Equal(got, told) {
			t.Errorf("%d: %q, want %q", n, got, told)
		}
	}
}

// TestWaived: a waiver is told where the finding is, at the endpoint and at the
// component, and takes nothing out.
func TestWaived(t *testing.T) {
	waivers := fips.NewWaivers([]fips.Waiver{
		{ID: "W-1", Algorithm: "3des-cbc", Scope: []fips.Pattern{mustPattern(t, host(1).Address.String())}, From: "2026-11-01", Expires: "2027-02-01"},
		{ID: "W-2", Rule: "keystore-protection/none", Scope: []fips.Pattern{mustPattern(t, "/etc/*")}, From: "2026-11-01", Expires: "2027-03-01"},
	})
	of := func(n byte) scanner.Observation {
		o := scanner.Observe(host(n), "ssh")
		o.SSH = &scanner.SSH{Banner: "SSH-2.0-lab", Kexinit: &scanner.Kexinit{EncryptionClientServer: []string{"3des-cbc"}, EncryptionServerClient: []string{"3des-cbc"}}}
		return o
	}
	key := scanner.Item{Kind: scanner.ItemPrivateKey, SHA256: rsaKey.SPKISHA256, Key: &rsaKey, Protection: &scanner.Protection{Scheme: "none"}}
	for _, v := range Versions() {
		b := writtenUnder(t, v, usual, waivers, of(1), of(2), stored("/etc/a.key", key))
		cipher := b.component("algorithm/ssh-cipher/3des-cbc")
		if got := values(cipher.Properties, propWaived); !slices.Equal(got, []string{"disallowed, ssh-cipher/3des-cbc, waiver W-1 until 2027-02-01, in some places only"}) {
			t.Errorf("%s: cipher waived: %q", v, got)
		}
		if got := values(cipher.Properties, propStatus); !slices.Equal(got, []string{"disallowed"}) {
			t.Errorf("%s: a waiver made of the cipher %q", v, got)
		}
		if got := values(b.component(privateRef(rsaKey.SPKISHA256, nil)).Properties, propWaived); !slices.Equal(got, []string{"not-approved, keystore-protection/none, waiver W-2 until 2027-03-01"}) {
			t.Errorf("%s: key waived: %q", v, got)
		}
		file := b.component("file/" + scanner.File("/etc/a.key").ID)
		if got := values(file.Properties, propWaived); !slices.Equal(got, []string{"not-approved, keystore-protection/none, none, waiver W-2 until 2027-03-01"}) {
			t.Errorf("%s: file waived: %q", v, got)
		}
		if got := values(file.Properties, propStatus); !slices.Equal(got, []string{"not-approved"}) {
			t.Errorf("%s: by waiver the file is %q", v, got)
		}
		for n, want := range []int{1, 0} {
			s := b.Services[n]
			if got := values(s.Properties, propWaived); len(got) != want {
				t.Errorf("%s: %s has %q", v, s.Name, got)
			}
		}
	}
}

func mustPattern(t *testing.T, text string) fips.Pattern {
	t.Helper()
	p, err := fips.ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestOlder: what 1.6 has no place for in a certificate stands beside it.
func TestOlder(t *testing.T) {
	c := certOf("www.example", rsaKey, 30)
	o := stored("/etc/a.pem", scanner.Item{Kind: scanner.ItemCertificate, SHA256: c.SHA256, Certificate: &c})
	b := written(t, V16, usual, o).component(certificateRef(c.SHA256)).Properties
	if len(values(b, propSerial)) != 1 || len(values(b, propState)) != 1 || !slices.Contains(values(b, propExtension), "subjectAlternativeName, www.example") {
		t.Errorf("1.6 tells %v", b)
	}
	if b := written(t, V17, usual, o).component(certificateRef(c.SHA256)).Properties; len(values(b, propSerial))+len(values(b, propState)) != 0 {
		t.Errorf("1.7 tells twice: %v", b)
	}
}
