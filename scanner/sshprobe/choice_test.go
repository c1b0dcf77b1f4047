package sshprobe_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestChoice has OpenSSH's client say what it came to with a server, and
// compares with what the two lists say it must be.
func TestChoice(t *testing.T) {
	t.Parallel()
	client := lab.Program(t, "ssh")
	for _, tt := range []struct{ name, config string }{
		{"default", ""},
		{"not its first", "KexAlgorithms diffie-hellman-group14-sha256,ecdh-sha2-nistp384\nCiphers aes256-gcm@openssh.com,aes256-ctr\nMACs hmac-sha1,hmac-sha2-512\nHostKeyAlgorithms rsa-sha2-256\n"},
		{"an AEAD cipher", "Ciphers aes128-gcm@openssh.com\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, _, _ := sshd(t, tt.config, "rsa-2048", "ecdsa-256")
			o, _ := probe(t, addr, 10*time.Second)
			if o.SSH == nil || o.SSH.Kexinit == nil {
				t.Fatalf("failure: %+v", o.Failure)
			}
			got := o.SSH.Kexinit.Choose(listsOf(t, client))
			cmd := exec.Command(client, "-v", "-F", "none", "-o", "BatchMode=yes", "-o", "PreferredAuthentications=none", "-o", "StrictHostKeyChecking=no",
				"-o", "UserKnownHostsFile=/dev/null", "-p", fmt.Sprint(addr.Port()), addr.Addr().String(), "true")
			said, _ := cmd.CombinedOutput() // nobody is let in
			part := func(pattern string) string {
				m := regexp.MustCompile(`kex: ` + pattern).FindSubmatch(said)
				if m == nil || strings.HasPrefix(string(m[1]), "<implicit>") {
					return ""
				}
				return string(m[1])
			}
			want := scanner.SSHChoice{
				Kex: part(`algorithm: (\S+)`), HostKey: part(`host key algorithm: (\S+)`),
				CipherClientServer: part(`client->server cipher: (\S+)`), CipherServerClient: part(`server->client cipher: (\S+)`),
				MACClientServer: part(`client->server cipher: \S+ MAC: (\S+)`), MACServerClient: part(`server->client cipher: \S+ MAC: (\S+)`),
			}
			if diff := cmp.Diff(want, got); diff != "" || want.Kex == "" {
				t.Errorf("%s\n%s", diff, said)
			}
			if exposed := o.SSH.Kexinit.Terrapin(); exposed {
				t.Error("this OpenSSH counts strictly")
			}
		})
	}
}

// listsOf is what an OpenSSH client offers, by ssh -G.
func listsOf(t *testing.T, client string) scanner.Kexinit {
	t.Helper()
	lists := map[string][]string{}
	for line := range strings.Lines(lab.Run(t, client, "-F", "none", "-G", "localhost")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		lists[name] = strings.Split(value, ",")
	}
	return scanner.Kexinit{KexAlgorithms: lists["kexalgorithms"], ServerHostKeyAlgorithms: lists["hostkeyalgorithms"],
		EncryptionClientServer: lists["ciphers"], EncryptionServerClient: lists["ciphers"], MACClientServer: lists["macs"], MACServerClient: lists["macs"]}
}
