package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestSSHServers(t *testing.T) {
	own := scanner.Prime{Bits: 2048}
	in, out, bad, named := own, own, own, own
	in.InModuli, out.InModuli, bad.Problem = new(true), new(false), "even"
	named.Group, named.InModuli = "MODP-2048", new(false)
	for _, tt := range []struct {
		name string
		ssh  scanner.SSH
		want SSHServers
	}{
		{"nothing", scanner.SSH{Banner: "SSH-2.0-x", Primes: []scanner.Prime{own, in, named}}, SSHServers{Servers: 1}},
		{"protocol 1 alone", scanner.SSH{Banner: "SSH-1.5-x"}, SSHServers{Servers: 1, Protocol1: 1}},
		{"protocol 1 too", scanner.SSH{Banner: "SSH-1.99-x"}, SSHServers{Servers: 1, Protocol1: 1}},
		{"Terrapin", scanner.SSH{Banner: "SSH-2.0-x", Kexinit: &scanner.Kexinit{EncryptionServerClient: []string{"chacha20-poly1305@openssh.com"}}}, SSHServers{Servers: 1, Terrapin: 1}},
		{"old requests", scanner.SSH{Banner: "SSH-2.0-x", OldGroupRequest: true}, SSHServers{Servers: 1, OldGroups: 1}},
		{"two bad primes", scanner.SSH{Banner: "SSH-2.0-x", Primes: []scanner.Prime{bad, bad}}, SSHServers{Servers: 1, NotSafe: 1}},
		{"not in the file", scanner.SSH{Banner: "SSH-2.0-x", Primes: []scanner.Prime{in, out}}, SSHServers{Servers: 1, NotListed: 1}},
	} {
		var got SSHServers
		got.add(&tt.ssh)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
