package sshfile_test

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// wireKeys are the key files of package sshwire's tests.
var wireKeys = filepath.Join("..", "sshwire", "testdata", "keys")

func file(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParsePublicKey tells the same as package pkix does of the same key.
func TestParsePublicKey(t *testing.T) {
	for _, name := range []string{"rsa-1024", "rsa-4096", "dsa-1024", "ecdsa-256", "ecdsa-384", "ecdsa-521", "ed25519-256"} {
		k, ok := sshfile.ParsePublicKey(file(t, wireKeys, name+".pub"))
		if !ok || k.Problem != "" {
			t.Fatalf("%s: %+v", name, k)
		}
		block, _ := pem.Decode(file(t, wireKeys, name+".spki.pem"))
		want, err := pkix.PublicKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, k.Key); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	c, ok := sshfile.ParsePublicKey(file(t, wireKeys, "ecdsa-256-cert.pub"))
	plain, _ := sshfile.ParsePublicKey(file(t, wireKeys, "ecdsa-256.pub"))
	if !ok || c.Type != "ecdsa-sha2-nistp256-cert-v01@openssh.com" || !cmp.Equal(c.Key, plain.Key) || c.Problem != "" {
		t.Errorf("certificate: %+v", c)
	}
	for _, text := range []string{"", "ssh-rsa", "ssh-rsa AAAA!", "ssh-rsa BBBB", " AAAA"} {
		if k, ok := sshfile.ParsePublicKey([]byte(text)); ok {
			t.Errorf("%q: %+v", text, k)
		}
	}
	lying := bytes.Replace(file(t, wireKeys, "rsa-1024.pub"), []byte("ssh-rsa"), []byte("ssh-dss"), 1)
	if k, ok := sshfile.ParsePublicKey(lying); !ok || k.Problem == "" {
		t.Errorf("a type that is not the key's: %+v", k)
	}
}

func TestParsePrivateKey(t *testing.T) {
	keygen, dir := lab.Program(t, "ssh-keygen"), t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		want scanner.Protection
	}{
		{"plain", []string{"-N", ""}, scanner.Protection{Scheme: "none"}},
		{"locked", []string{"-N", "secret", "-a", "2", "-Z", "aes256-gcm@openssh.com"},
			scanner.Protection{Scheme: "OpenSSH-bcrypt", KDF: "bcrypt_pbkdf", Cipher: "AES-256-GCM", Iterations: 2, SaltBits: 128}},
	} {
		path := filepath.Join(dir, tt.name)
		lab.Run(t, keygen, append([]string{"-q", "-t", "ecdsa", "-f", path}, tt.args...)...)
		block, _ := pem.Decode(file(t, path))
		k := sshfile.ParsePrivateKey(block.Bytes)
		public, _ := sshfile.ParsePublicKey(file(t, path+".pub"))
		if k.Key == nil || !cmp.Equal(*k.Key, public.Key) || k.Problem != "" || *k.Protection != tt.want {
			t.Errorf("%s: %+v %+v", tt.name, k, k.Protection)
		}
		for n := range 100 {
			if k := sshfile.ParsePrivateKey(block.Bytes[:n]); k.Problem == "" {
				t.Fatalf("cut to %d bytes: %+v", n, k)
			}
		}
	}
}

func TestParseAuthorizedKeys(t *testing.T) {
	key := strings.TrimSpace(string(file(t, wireKeys, "ed25519-256.pub")))
	text := "# comment\n\n" + key + "\n" +
		`restrict,command="/bin/echo \"a, b\" c",cert-authority ` + key + " of somebody\r\n" +
		"2048 35 1234567 old@host\n" + "ssh-ed25519 AAAAshort\n"
	keys, problems := sshfile.ParseAuthorizedKeys([]byte(text))
	want := []sshfile.AuthorizedKey{{Line: 3}, {Line: 4, Options: []string{"restrict", `command="/bin/echo \\"a, b\\" c"`, "cert-authority"}}}
	if diff := cmp.Diff(want, keys, cmpopts.IgnoreTypes(sshfile.PublicKey{})); diff != "" {
		t.Error(diff)
	}
	if len(keys) != 2 || keys[0].CA() || !keys[1].CA() || !cmp.Equal(keys[0].Key, keys[1].Key) || !strings.HasSuffix(keys[1].Comment, " of somebody") {
		t.Errorf("%+v", keys)
	}
	if len(problems) != 2 || problems[0].Line != 5 || problems[1].Line != 6 {
		t.Errorf("problems %v", problems)
	}
}

// TestParseKnownHosts has ssh-keygen hash the names of a file.
func TestParseKnownHosts(t *testing.T) {
	key := strings.TrimSpace(string(file(t, wireKeys, "ecdsa-384.pub")))
	path := filepath.Join(t.TempDir(), "known_hosts")
	text := "a.example,192.0.2.1 " + key + "\n@cert-authority *.example " + key + "\n@revoked [b.example]:2222 " + key + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	hosts, problems := sshfile.ParseKnownHosts(file(t, path))
	want := []sshfile.KnownHost{
		{Line: 1, Hosts: []string{"a.example", "192.0.2.1"}},
		{Line: 2, Marker: "@cert-authority", Hosts: []string{"*.example"}},
		{Line: 3, Marker: "@revoked", Hosts: []string{"[b.example]:2222"}},
	}
	if diff := cmp.Diff(want, hosts, cmpopts.IgnoreTypes(sshfile.PublicKey{})); diff != "" || problems != nil {
		t.Errorf("%v %s", problems, diff)
	}
	if err := os.WriteFile(path, []byte("a.example "+key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lab.Run(t, lab.Program(t, "ssh-keygen"), "-H", "-f", path)
	hosts, problems = sshfile.ParseKnownHosts(file(t, path))
	if len(hosts) != 1 || !hosts[0].Hashed || !strings.HasPrefix(hosts[0].Hosts[0], "|1|") || hosts[0].Key.Bits != 384 || problems != nil {
		t.Errorf("hashed: %+v %v", hosts, problems)
	}
	if _, problems := sshfile.ParseKnownHosts([]byte("x\n@revoked\n@ y\na b c\n")); len(problems) != 4 {
		t.Errorf("problems %v", problems)
	}
}

func TestParseModuli(t *testing.T) {
	p, _ := iana.PrimeByName("MODP-2048")
	digits := hex.EncodeToString(p.Value)
	text := "# Time Type\n20260101000000 2 6 100 2047 2 " + digits + "\n" +
		"20260101000000 2 1 0 2047 5 " + strings.ToUpper(digits[:len(digits)-1]) + "1\n" +
		"1 2 3\n20260101000000 x 6 100 2047 2 " + digits + "\n20260101000000 2 6 100 1023 2 " + digits + "\n20260101000000 2 6 100 2047 2 -" + digits + "\n"
	list, problems := sshfile.ParseModuli([]byte(text))
	if len(list) != 2 || len(problems) != 4 {
		t.Fatalf("%+v %v", list, problems)
	}
	want := sshfile.Modulus{Line: 2, Time: "20260101000000", Type: 2, Tests: 6, Tries: 100,
		Prime: scanner.Prime{Bits: 2048, Group: "MODP-2048", SHA256: scanner.Digest(p.Value), Generator: "2"}}
	if diff := cmp.Diff(want, list[0]); diff != "" {
		t.Error(diff)
	}
	if !list[0].Safe() || list[1].Safe() || list[1].Prime.Group != "" {
		t.Errorf("safe: %+v", list)
	}
}

// TestMachineModuli reads the file of the distribution whole.
func TestMachineModuli(t *testing.T) {
	data, err := os.ReadFile("/etc/ssh/moduli")
	if err != nil {
		lab.Absent(t, "no moduli file: apt-get install openssh-server")
	}
	list, problems := sshfile.ParseModuli(data)
	if len(list) != bytes.Count(data, []byte("\n"))-bytes.Count(data, []byte("#")) || problems != nil {
		t.Errorf("%d of %d lines, %v", len(list), bytes.Count(data, []byte("\n")), problems)
	}
	for _, m := range list {
		if !m.Safe() || m.Prime.Bits < 2048 {
			t.Errorf("%+v", m)
		}
	}
}

func TestParseConfig(t *testing.T) {
	text := "# comment\nPort 22\nCiphers=aes128-ctr,aes256-ctr # comment\n KexAlgorithms = \"+diffie-hellman-group14-sha1\"\r\n" +
		"Banner \"/etc/a b\" 'c d'\nMatch User x\n\tMACs -hmac-*\nHost *.example other\nPort\nForceCommand \"open\n"
	list, problems := sshfile.ParseConfig([]byte(text))
	want := []sshfile.Setting{
		{Line: 2, Keyword: "port", Args: []string{"22"}},
		{Line: 3, Keyword: "ciphers", Args: []string{"aes128-ctr,aes256-ctr"}},
		{Line: 4, Keyword: "kexalgorithms", Args: []string{"+diffie-hellman-group14-sha1"}},
		{Line: 5, Keyword: "banner", Args: []string{"/etc/a b", "c d"}},
		{Line: 6, Keyword: "match", Args: []string{"User", "x"}, Block: "match User x"},
		{Line: 7, Keyword: "macs", Args: []string{"-hmac-*"}, Block: "match User x"},
		{Line: 8, Keyword: "host", Args: []string{"*.example", "other"}, Block: "host *.example other"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	if fmt.Sprint(problems) != "[line 9: want a keyword and its argument line 10: a quote is not closed]" {
		t.Errorf("problems %v", problems)
	}
	if l := list[1].Algorithms(); l.Change != 0 || !slices.Equal(l.Names, []string{"aes128-ctr", "aes256-ctr"}) {
		t.Errorf("%+v", l)
	}
	if l := list[5].Algorithms(); l.Change != '-' || !slices.Equal(l.Names, []string{"hmac-*"}) {
		t.Errorf("%+v", l)
	}
}

// TestConfigAsSshdReads compares with sshd -T, whose output is a configuration
// too: what was read out of a file is what sshd says it holds.
func TestConfigAsSshdReads(t *testing.T) {
	sshd, dir := lab.Program(t, "sshd"), t.TempDir()
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(dir, "key")
	lab.Run(t, lab.Program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key)
	text := "HostKey=" + key + "\nciphers \"aes256-ctr,aes128-ctr\"\nMACs hmac-sha2-512 # why not\nKexAlgorithms\tecdh-sha2-nistp256\n"
	path := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said, problems := sshfile.ParseConfig([]byte(lab.Run(t, sshd, "-T", "-f", path)))
	for _, p := range problems { // sshd prints some keywords without an argument
		if p.What != "want a keyword and its argument" {
			t.Error(p)
		}
	}
	read, _ := sshfile.ParseConfig([]byte(text))
	for _, s := range read {
		i := slices.IndexFunc(said, func(other sshfile.Setting) bool { return other.Keyword == s.Keyword })
		if i < 0 || !slices.Equal(said[i].Args, s.Args) {
			t.Errorf("%+v is not what sshd says: %+v", s, said[max(i, 0)])
		}
	}
	if len(read) != 4 {
		t.Errorf("%+v", read)
	}
}

// FuzzFiles has every reader meet the same bytes.
func FuzzFiles(f *testing.F) {
	for _, name := range []string{"ed25519-256.pub", "ecdsa-256-cert.pub", "dsa-1024.pub"} {
		key := file(f, wireKeys, name)
		f.Add(key)
		f.Add(append([]byte("|1|c2FsdA==|aGFzaA== "), key...))
		f.Add(append([]byte(`@revoked x,command="a\"b" `), key...))
	}
	f.Add([]byte("20260101000000 2 6 100 3 2 F\n"))
	f.Add([]byte("Ciphers +aes128-ctr,\"x\"\nMatch User 'a\\'b'\n"))
	f.Add(sshwire.AppendString([]byte("openssh-key-v1\x00"), "none"))
	f.Add([]byte("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: c\nPublic-Lines: 1\nAAAAC3NzaC1lZDI1NTE5AAAAIHc7hLlCFiFumc59G3lQiSs8zPIS3tPY+JjBcMeFWHo2\nKey-Derivation: Argon2id\nArgon2-Memory: 8192\nPrivate-Lines: 1\nAA==\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := bytes.Count(data, []byte("\n")) + 1
		keys, p1 := sshfile.ParseAuthorizedKeys(data)
		hosts, p2 := sshfile.ParseKnownHosts(data)
		moduli, p3 := sshfile.ParseModuli(data)
		settings, p4 := sshfile.ParseConfig(data)
		for _, n := range []int{len(keys) + len(p1), len(hosts) + len(p2), len(moduli) + len(p3), len(settings) + len(p4)} {
			if n > lines {
				t.Fatalf("%d of %d lines", n, lines)
			}
		}
		for _, k := range keys {
			k.CA()
		}
		for _, s := range settings {
			s.Algorithms()
		}
		for _, k := range []sshfile.PrivateKey{sshfile.ParsePrivateKey(data), sshfile.ParsePuTTYKey(data)} {
			if k.Key == nil && k.Problem == "" {
				t.Fatal("neither key nor problem")
			}
		}
	})
}
