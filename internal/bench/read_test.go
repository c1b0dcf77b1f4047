package bench

import (
	"maps"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The recordings of TLS are of one server: openssl s_server -cipher
// AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:NULL-SHA256:@SECLEVEL=0 -groups
// P-256:X25519, with an RSA key.
var recordedSuites = []string{
	"TLSv1.0 TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.1 TLS_RSA_WITH_AES_128_CBC_SHA",
	"TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.2 TLS_RSA_WITH_NULL_SHA256",
	"TLSv1.3 TLS_AES_128_GCM_SHA256", "TLSv1.3 TLS_AES_256_GCM_SHA384", "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
}

// Those of SSH are of OpenSSH 9.2 without a configuration, by sshd -T.
var recordedAlgorithms = []string{
	"cipher aes128-ctr", "cipher aes128-gcm@openssh.com", "cipher aes192-ctr", "cipher aes256-ctr", "cipher aes256-gcm@openssh.com",
	"cipher chacha20-poly1305@openssh.com",
	"host key ecdsa-sha2-nistp256", "host key rsa-sha2-256", "host key rsa-sha2-512", "host key ssh-ed25519",
	"kex curve25519-sha256", "kex curve25519-sha256@libssh.org", "kex diffie-hellman-group-exchange-sha256", "kex diffie-hellman-group14-sha256",
	"kex diffie-hellman-group16-sha512", "kex diffie-hellman-group18-sha512", "kex ecdh-sha2-nistp256", "kex ecdh-sha2-nistp384",
	"kex ecdh-sha2-nistp521", "kex sntrup761x25519-sha512", "kex sntrup761x25519-sha512@openssh.com",
	"mac hmac-sha1", "mac hmac-sha1-etm@openssh.com", "mac hmac-sha2-256", "mac hmac-sha2-256-etm@openssh.com", "mac hmac-sha2-512",
	"mac hmac-sha2-512-etm@openssh.com", "mac umac-128-etm@openssh.com", "mac umac-128@openssh.com", "mac umac-64-etm@openssh.com", "mac umac-64@openssh.com",
}

func TestReaders(t *testing.T) {
	groups := []string{"secp256r1", "x25519"}
	for _, row := range []struct {
		file string
		read func([]byte) (Found, error)
		want map[string][]string
	}{
		{"fipsweep-tls.jsonl", Fipsweep, map[string][]string{Suites: recordedSuites, Groups: groups}},
		{"sslscan.xml", Sslscan, map[string][]string{Suites: recordedSuites, Groups: groups}},
		{"nmap-tls.xml", NmapTLS, map[string][]string{Suites: recordedSuites}}, // it tells no groups
		{"testssl.json", Testssl, map[string][]string{Suites: recordedSuites, Groups: groups}},
		{"fipsweep-ssh.jsonl", Fipsweep, map[string][]string{Algorithms: recordedAlgorithms, HostKeys: {"ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"}}},
		// Neither asks for every key that the server has.
		{"nmap-ssh.xml", NmapSSH, map[string][]string{Algorithms: recordedAlgorithms, HostKeys: {"ecdsa-sha2-nistp256", "ssh-ed25519"}}},
		{"ssh-audit.json", SSHAudit, map[string][]string{Algorithms: recordedAlgorithms, HostKeys: {"ssh-ed25519", "ssh-rsa"}}},
	} {
		t.Run(row.file, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + row.file)
			if err != nil {
				t.Fatal(err)
			}
			f, err := row.read(text)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for kind, names := range f {
				got[kind] = slices.Sorted(maps.Keys(names))
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
			if f, err := row.read([]byte("Connection refused")); err == nil {
				t.Errorf("what is no result is read as one: %v", f)
			}
		})
	}
}

func TestNamesOfPeers(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{nmapSuite("TLS_AKE_WITH_AES_128_CCM_8_SHA256"), "TLS_AES_128_CCM_8_SHA256"},
		{nmapSuite("TLS_RSA_WITH_NULL_MD5"), "TLS_RSA_WITH_NULL_MD5"},
		{nmapSuite("TLS_WHAT_IS_THIS"), "TLS_WHAT_IS_THIS"}, // counts as invented
		{suiteByHex("0xC02F", "?"), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		{suiteByHex("5", "?"), "TLS_RSA_WITH_RC4_128_SHA"},
		{suiteByHex("010080", "SSL_CK_RC4_128_WITH_MD5"), "SSL_CK_RC4_128_WITH_MD5"},
		{opensslGroup("prime256v1"), "secp256r1"},
		{opensslGroup("X448"), "x448"},
	} {
		if row.got != row.want {
			t.Errorf("%s, want %s", row.got, row.want)
		}
	}
}

// The recording is of openssl s_server as OpenSSL 3.0 has it by itself, with an
// ECDSA key; that of TLS 1.3 tlsx tells no suites.
func TestTlsx(t *testing.T) {
	text, err := os.ReadFile("testdata/tlsx.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Tlsx(text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[netip.Addr]Found{netip.MustParseAddr("127.0.0.1"): {}}
	for _, f := range want {
		for _, s := range []string{"AES_128_CBC_SHA", "AES_128_CBC_SHA256", "AES_256_CBC_SHA", "CHACHA20_POLY1305_SHA256", "AES_128_GCM_SHA256", "AES_256_GCM_SHA384"} {
			f.Add(Suites, "TLSv1.2 TLS_ECDHE_ECDSA_WITH_"+s)
		}
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Tlsx([]byte("tlsx: no such host\n")); err == nil {
		t.Error("what is no JSON was read")
	}
}

// Of many hosts each is read by its address.
func TestSwept(t *testing.T) {
	one, err := os.ReadFile("testdata/fipsweep-tls.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Swept(append(one, `{"schema":"fipsweep.sweep/v1","host":"h"}`+"\n"...))
	if err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	two, err := os.ReadFile("testdata/nmap-tls.xml")
	if err != nil {
		t.Fatal(err)
	}
	scanned, err := NmapSwept(two)
	if err != nil || len(scanned) != 1 {
		t.Errorf("%v, %v", scanned, err)
	}
	for _, list := range []map[netip.Addr]Found{all, scanned} {
		for addr, f := range list {
			if !addr.IsLoopback() || len(f[Suites]) != len(recordedSuites) {
				t.Errorf("%v: %v", addr, f)
			}
		}
	}
}
