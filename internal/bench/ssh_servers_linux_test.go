package bench

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

func sshServers() []server {
	return []server{
		{"OpenSSH", func(b *testing.B) (netip.AddrPort, Found) { return sshd(b, "") }},
		{"OpenSSH weakened", func(b *testing.B) (netip.AddrPort, Found) {
			return sshd(b, `KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1
Ciphers +3des-cbc,aes128-cbc,aes192-cbc,aes256-cbc
MACs +hmac-sha1-96,hmac-md5,hmac-md5-96
HostKeyAlgorithms +ssh-rsa
`)
		}},
		{"Dropbear", dropbear},
	}
}

// sshd has what "sshd -T" says, and of the host key algorithms those that its
// keys can do.
func sshd(b *testing.B, config string) (netip.AddrPort, Found) {
	program, keygen := lab.Program(b, "sshd"), lab.Program(b, "ssh-keygen")
	if os.Geteuid() == 0 { // sshd wants its empty directory only when it could give up rights
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			b.Fatal(err)
		}
	}
	dir, at := b.TempDir(), lab.Port(b)
	config += fmt.Sprintf("ListenAddress %s\nPidFile none\nUsePAM no\n", at)
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		key := filepath.Join(dir, kind)
		lab.Run(b, keygen, "-q", "-t", kind, "-N", "", "-f", key)
		config += "HostKey " + key + "\n"
	}
	file := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	said := map[string][]string{}
	for line := range strings.Lines(lab.Run(b, program, "-T", "-f", file)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		said[name] = strings.Split(value, ",")
	}
	able := map[string]bool{"ssh-rsa": true, "rsa-sha2-256": true, "rsa-sha2-512": true, "ecdsa-sha2-nistp256": true, "ssh-ed25519": true}
	var hostKey []string
	for _, name := range said["hostkeyalgorithms"] {
		if able[name] {
			hostKey = append(hostKey, name)
		}
	}
	f := Found{}
	f.addLists(said["kexalgorithms"], hostKey, said["ciphers"], said["macs"])
	f.Add(HostKeys, "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519")
	lab.Daemon(b, at, program, "-D", "-e", "-f", file)
	return at, f
}

// dropbear has no way to say what it offers, so OpenSSH's client is asked what
// it was offered; the keys are those made here.
func dropbear(b *testing.B) (netip.AddrPort, Found) {
	program, keygen, ssh := lab.Program(b, "dropbear"), lab.Program(b, "dropbearkey"), lab.Program(b, "ssh")
	dir, at := b.TempDir(), lab.Port(b)
	args := []string{"-F", "-E", "-p", at.String(), "-P", filepath.Join(dir, "pid")}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		key := filepath.Join(dir, kind)
		lab.Run(b, keygen, "-t", kind, "-f", key)
		args = append(args, "-r", key)
	}
	lab.Daemon(b, at, program, args...)
	// It fails for want of a known key, before any authentication.
	said, _ := exec.Command(ssh, "-vv", "-F", "none", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-p", port(at), at.Addr().String()).CombinedOutput()
	_, offer, ok := strings.Cut(string(said), "peer server KEXINIT proposal")
	if !ok {
		b.Fatalf("ssh was offered nothing:\n%.2000s", said)
	}
	list := func(name string) []string {
		_, rest, _ := strings.Cut(offer, "debug2: "+name+": ")
		line, _, _ := strings.Cut(rest, "\n")
		return strings.Split(strings.TrimSpace(line), ",")
	}
	f := Found{}
	f.addLists(list("KEX algorithms"), list("host key algorithms"), list("ciphers stoc"), list("MACs stoc"))
	f.Add(HostKeys, "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519")
	return at, f
}
