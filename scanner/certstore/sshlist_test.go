package certstore_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// keyLine makes a key with ssh-keygen and returns its public line.
func keyLine(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	run(t, dir, "ssh-keygen", append([]string{"-q", "-N", "", "-C", "somebody@here", "-f", path}, args...)...)
	return strings.TrimSpace(string(read(t, path+".pub")))
}

// TestSSHLists has every kind of line in lists that ssh-keygen wrote or hashed.
func TestSSHLists(t *testing.T) {
	dir := t.TempDir()
	ed, rsa := keyLine(t, dir, "ed", "-t", "ed25519"), keyLine(t, dir, "rsa", "-t", "rsa", "-b", "2048")
	run(t, dir, "ssh-keygen", "-q", "-s", "ed", "-I", "id", "-n", "root,admin", "-V", "20200101:20210101", "rsa.pub")
	hashed := filepath.Join(dir, "hashed")
	write(t, hashed, []byte("a.example,192.0.2.1 "+ed+"\nb.example "+rsa+"\n"))
	run(t, dir, "ssh-keygen", "-H", "-f", "hashed")
	tests := []struct {
		name, path, text, format string
		want                     []string // kind, line, hosts or options, algorithm
	}{
		{"authorized", "x", "# c\n" + ed + "\n" + `restrict,command="/bin/echo \"a, b\"" ` + rsa + "\n", "authorized_keys",
			[]string{"authorized-key 2 [] Ed25519", "authorized-key 3 [restrict command] RSA"}},
		{"authorized, one line", "authorized_keys", ed + "\n", "authorized_keys", []string{"authorized-key 1 [] Ed25519"}},
		{"one key", "id.pub", ed + "\n", "OpenSSH public key", []string{"public-key 0 [] Ed25519"}},
		{"known", "y", "a.example,192.0.2.1 " + ed + "\n@revoked *.old " + rsa + "\nc.example " + rsa + "\n", "known_hosts",
			[]string{"known-host 1 [a.example 192.0.2.1] Ed25519", "known-host 2 [*.old @revoked] RSA", "known-host 3 [c.example] RSA"}},
		{"hashed", "z", string(read(t, hashed)), "known_hosts", []string{"known-host 1 [|1|] Ed25519", "known-host 2 [|1|] Ed25519", "known-host 3 [|1|] RSA"}},
		{"a script", "w", "#!/bin/sh\nset -e\nmkdir -p ~/.ssh\nchmod 700 ~/.ssh\necho '" + ed + "' >>~/.ssh/x\ncat <<X\n  - " + rsa + "\nX\n", "text with OpenSSH keys",
			[]string{"public-key 0 [] RSA", "public-key 0 [] Ed25519"}},
		{"certificate", "rsa-cert.pub", string(read(t, filepath.Join(dir, "rsa-cert.pub"))), "OpenSSH public key", []string{"public-key 0 [] RSA cert user by ssh-ed25519 until 2021"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.path)
			write(t, path, []byte(tt.text))
			o := probe(path)
			if o.Store == nil || o.Store.Format != tt.format || len(o.Incomplete) > 0 {
				t.Fatalf("%s %+v", brief(o), o.Incomplete)
			}
			var got []string
			for _, i := range o.Store.Items {
				got = append(got, lineOf(i))
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// lineOf writes the facts of a line in one of its own.
func lineOf(i scanner.Item) string {
	about := []string{}
	line := "0"
	if s := i.SSH; s != nil {
		line = string(rune('0' + s.Line))
		about = append(about, s.Hosts...)
		about = append(about, s.Options...)
		if s.Marker != "" {
			about = append(about, s.Marker)
		}
	}
	for n, a := range about {
		if strings.HasPrefix(a, "|1|") && len(a) > 40 {
			about[n] = "|1|"
		}
	}
	text := i.Kind + " " + line + " [" + strings.Join(about, " ") + "] " + i.Key.Algorithm
	if c := i.SSHCertificate; c != nil {
		text += " cert " + c.Kind + " by " + c.CA.Type + " until " + c.ValidBefore.Format("2006")
	}
	return text
}

func TestModuli(t *testing.T) {
	const path = "/etc/ssh/moduli"
	data, err := os.ReadFile(path)
	if err != nil {
		lab.Absent(t, "no moduli file: apt-get install openssh-server")
	}
	o := probe(path)
	if want := strings.Count(string(data), "\n20"); o.Store.Format != "moduli" || len(o.Store.Items) != want || len(o.Incomplete) > 0 {
		t.Errorf("%s %d items, want %d, %v", o.Store.Format, len(o.Store.Items), want, o.Incomplete)
	}
	for _, i := range o.Store.Items {
		if i.Prime == nil || i.Prime.Bits < 2048 {
			t.Errorf("%+v", i)
		}
	}
}

// TestConfig reads configurations of the distribution and some of ours.
func TestConfig(t *testing.T) {
	tests := []struct {
		name, path, text, want string
	}{
		{"server", "x", "Port 22\nHostKey /etc/ssh/k\nCiphers aes128-cbc,aes256-ctr\nMatch User x\n\tMACs -hmac-md5*\n",
			"sshd_config | 3 ciphers ssh-cipher aes128-cbc aes256-ctr | 5 macs (match User x) ssh-mac - hmac-md5* | hostkey private-key /etc/ssh/k"},
		{"client", "y", "Host *\n    IdentityFile ~/.ssh/id\n    KexAlgorithms +diffie-hellman-group1-sha1\n",
			"ssh_config | 3 kexalgorithms (host *) ssh-kex + diffie-hellman-group1-sha1 | identityfile private-key ~/.ssh/id"},
		{"one line, where sshd looks", "sshd_config.d/a.conf", "Ciphers 3des-cbc\n", "sshd_config | 1 ciphers ssh-cipher 3des-cbc"},
		{"one line anywhere", "a.conf", "Ciphers 3des-cbc\n", ": "},
		{"nginx", "site", "server {\n ssl_certificate /a.pem;\n ssl_certificate_key /a.key;\n}\n", "nginx | ssl_certificate certificate /a.pem | ssl_certificate_key private-key /a.key"},
		{"something else", "z", "Port 22\nListen 80\nHostKey x\n", ": "},
		{"prose", "z", "Match this, or match that.\nPort of call.\nUser, beware.\nHost is a word.\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.path)
			write(t, path, []byte(tt.text))
			if got := machine(probe(path)); got != tt.want && tt.want != "" {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if _, err := os.Stat("/etc/ssh/sshd_config"); err != nil {
		lab.Absent(t, "no sshd_config: apt-get install openssh-server")
	}
	for path, want := range map[string]string{"/etc/ssh/sshd_config": "sshd_config", "/etc/ssh/ssh_config": "ssh_config"} {
		if o := probe(path); o.Host == nil || o.Host.Format != want {
			t.Errorf("%s: %s", path, machine(o))
		}
	}
}

// machine writes a configuration's facts in one line.
func machine(o scanner.Observation) string {
	if o.Host == nil {
		return strings.TrimSuffix(brief(o), ":") + ": "
	}
	parts := []string{o.Host.Format}
	for _, s := range o.Host.Settings {
		scope := ""
		if s.Scope != "" {
			scope = "(" + s.Scope + ")"
		}
		line := append([]string{string(rune('0' + s.Line)), s.Name, scope, s.Kind, s.Change}, s.Values...)
		parts = append(parts, strings.Join(slices.DeleteFunc(line, func(w string) bool { return w == "" }), " "))
	}
	for _, u := range o.Host.Uses {
		parts = append(parts, u.Name+" "+u.What+" "+u.File)
	}
	return strings.Join(parts, " | ")
}
