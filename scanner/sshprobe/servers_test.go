package sshprobe_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/crypto/ssh"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
)

// everything is what ssh -Q lists and a server configuration can name.
const everything = `KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1
Ciphers +3des-cbc,aes128-cbc,aes192-cbc,aes256-cbc
MACs +hmac-sha1-96,hmac-md5,hmac-md5-96,hmac-md5-etm@openssh.com,hmac-md5-96-etm@openssh.com,hmac-sha1-96-etm@openssh.com
HostKeyAlgorithms +ssh-rsa,ssh-dss
RequiredRSASize 1024
`

// sshd starts OpenSSH with keys made for it ("rsa-1024") and returns where it
// listens, what it says of its own configuration, and its keys.
func sshd(t *testing.T, config string, names ...string) (netip.AddrPort, map[string][]string, []scanner.HostKey) {
	t.Helper()
	path := lab.Program(t, "sshd")
	if os.Geteuid() == 0 { // sshd wants its empty directory only when it could give up rights
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir, addr := t.TempDir(), lab.Port(t)
	config += fmt.Sprintf("ListenAddress %s\nPidFile none\nUsePAM no\n", addr)
	var want []scanner.HostKey
	for _, name := range names {
		file := keys.file(t, name)
		config += "HostKey " + file + "\n"
		want = append(want, keyFile(t, file+".pub"))
	}
	file := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for line := range strings.Lines(lab.Run(t, path, "-T", "-f", file)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			said[name] = strings.Split(value, ",")
		}
	}
	lab.Daemon(t, addr, path, "-D", "-e", "-f", file)
	return addr, said, want
}

// keyFile asks ssh-keygen what a public key file holds.
func keyFile(t *testing.T, file string) scanner.HostKey {
	t.Helper()
	fields := strings.Fields(lab.Run(t, lab.Program(t, "ssh-keygen"), "-l", "-E", "sha256", "-f", file))
	bits, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	sum, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(fields[1], "SHA256:"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	k := scanner.HostKey{Type: strings.Fields(string(text))[0], Bits: bits, SHA256: hex.EncodeToString(sum), Proven: true}
	if strings.HasPrefix(k.Type, "ecdsa") {
		k.Curve = fmt.Sprintf("secp%dr1", bits)
	}
	if k.Type == "ssh-rsa" {
		public, _, _, _, err := ssh.ParseAuthorizedKey(text)
		if err != nil {
			t.Fatal(err)
		}
		numbers := public.(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey)
		k.Modulus, k.Exponent = numbers.N.Text(16), strconv.Itoa(numbers.E)
	}
	k.Proven = k.Type != "ssh-dss"
	return k
}

func diffKeys(want, got []scanner.HostKey) string {
	return cmp.Diff(want, got, cmpopts.IgnoreFields(scanner.HostKey{}, "SPKI"),
		cmpopts.SortSlices(func(a, b scanner.HostKey) bool { return a.SHA256 < b.SHA256 }))
}

func probe(t *testing.T, addr netip.AddrPort, timeout time.Duration) (scanner.Observation, int) {
	t.Helper()
	return probeBy(t, addr, sshprobe.Options{Timeout: timeout})
}

func probeBy(t *testing.T, addr netip.AddrPort, by sshprobe.Options) (scanner.Observation, int) {
	t.Helper()
	c := &counter{t: t}
	o := sshprobe.New(c.dial, by).Probe(t.Context(), endpoint(addr))
	if n := c.open.Load(); n != 0 {
		t.Errorf("%d connections left open", n)
	}
	if o.SSH != nil && o.SSH.Connections != int(c.total.Load()) {
		t.Errorf("says %d connections, made %d", o.SSH.Connections, c.total.Load())
	}
	return o, int(c.total.Load())
}

func TestOpenSSH(t *testing.T) {
	signatures := signaturesOf(t)
	t.Parallel()
	for _, tt := range []struct {
		name, config string
		keys         []string
		primes       bool
		unproven     bool // the secret cannot be computed
	}{
		{name: "default", keys: []string{"rsa-3072", "ecdsa-256", "ed25519-256"}, primes: true},
		{name: "everything", config: everything, keys: []string{"rsa-1024", "dsa-1024", "ecdsa-521", "ed25519-256"}, primes: true},
		{name: "RSA 2048", config: "HostKeyAlgorithms rsa-sha2-256\n", keys: []string{"rsa-2048"}, primes: true},
		{name: "RSA 4096, SHA-1 only", config: "HostKeyAlgorithms ssh-rsa\n", keys: []string{"rsa-4096"}, primes: true},
		{name: "ECDSA 384", keys: []string{"ecdsa-384"}, primes: true},
		{name: "curve25519 only", config: "KexAlgorithms curve25519-sha256\n", keys: []string{"ed25519-256", "rsa-2048"}},
		{name: "P-256 only", config: "KexAlgorithms ecdh-sha2-nistp256\n", keys: []string{"ed25519-256"}},
		{name: "P-384 only", config: "KexAlgorithms ecdh-sha2-nistp384\n", keys: []string{"ed25519-256"}},
		{name: "P-521 only", config: "KexAlgorithms ecdh-sha2-nistp521\n", keys: []string{"ed25519-256"}},
		{name: "group 1 only", config: "KexAlgorithms diffie-hellman-group1-sha1\n", keys: []string{"ed25519-256"}},
		{name: "group 14 SHA-1 only", config: "KexAlgorithms diffie-hellman-group14-sha1\n", keys: []string{"ecdsa-256"}},
		{name: "group 14 only", config: "KexAlgorithms diffie-hellman-group14-sha256\n", keys: []string{"ed25519-256"}},
		{name: "group 16 only", config: "KexAlgorithms diffie-hellman-group16-sha512\n", keys: []string{"ed25519-256"}},
		{name: "group 18 only", config: "KexAlgorithms diffie-hellman-group18-sha512\n", keys: []string{"ed25519-256"}},
		{name: "group exchange SHA-1 only", config: "KexAlgorithms diffie-hellman-group-exchange-sha1\n", keys: []string{"ed25519-256", "ecdsa-256"}, primes: true},
		{name: "sntrup761 only", config: "KexAlgorithms sntrup761x25519-sha512\n", keys: []string{"ed25519-256", "ecdsa-256"}, unproven: true},
		{name: "sntrup761 by its old name", config: "KexAlgorithms sntrup761x25519-sha512@openssh.com\n", keys: []string{"ed25519-256"}, unproven: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, said, keys := sshd(t, tt.config, tt.keys...)
			for i := range keys {
				keys[i].Proven = keys[i].Proven && !tt.unproven
			}
			o, n := probe(t, addr, 20*time.Second)
			if o.SSH == nil {
				t.Fatalf("failure: %+v", o.Failure)
			}
			var incomplete []scanner.Incomplete
			if tt.unproven {
				incomplete = []scanner.Incomplete{{What: "ssh server-sig-algs", Reason: scanner.ReasonUncomputable, Detail: "no key exchange that we can finish"}}
			}
			if diff := cmp.Diff(incomplete, o.Incomplete); diff != "" {
				t.Errorf("incomplete: %s", diff)
			}
			if !tt.unproven && (o.SSH.ExtInfo == nil || !slices.Equal(o.SSH.ExtInfo.ServerSigAlgs, signatures)) {
				t.Errorf("server-sig-algs %+v, want %v", o.SSH.ExtInfo, signatures)
			}
			if diff := diffKeys(keys, o.SSH.HostKeys); diff != "" {
				t.Errorf("host keys: %s", diff)
			}
			want := len(tt.keys)
			if tt.primes { // one for each size, which bring a host key too
				want = max(len(tt.keys), 5)
				groupsAsAsked(t, o.SSH)
			}
			if n != want {
				t.Errorf("%d connections for %d host keys, want %d", n, len(tt.keys), want)
			}
			if !strings.HasPrefix(o.SSH.Banner, "SSH-2.0-OpenSSH_") {
				t.Errorf("banner %q", o.SSH.Banner)
			}
			if tt.primes == (len(o.SSH.Primes) == 0) || !tt.primes && len(o.SSH.Groups) > 0 {
				t.Errorf("primes: %v", o.SSH.Primes)
			}
			listsAsConfigured(t, o.SSH, said)
		})
	}
}

// groupsAsAsked holds the primes to the machine's own moduli file: OpenSSH sends
// the smallest size from 2048 on that is not below what was asked for.
func groupsAsAsked(t *testing.T, s *scanner.SSH) {
	t.Helper()
	moduli, err := os.ReadFile("/etc/ssh/moduli")
	if err != nil {
		lab.Absent(t, "no moduli file: apt-get install openssh-server")
	}
	bits := map[string]int{} // by digest
	for line := range strings.Lines(string(moduli)) {
		if f := strings.Fields(line); len(f) == 7 && f[0] != "#" {
			p, _ := new(big.Int).SetString(f[6], 16)
			bits[scanner.Digest(p.Bytes())] = p.BitLen()
		}
	}
	var asked, sent []int
	for _, g := range s.Groups {
		asked, sent = append(asked, g.Asked), append(sent, bits[g.SHA256])
	}
	if !slices.Equal(asked, []int{1024, 2048, 3072, 4096, 8192}) || !slices.Equal(sent, []int{2048, 2048, 3072, 4096, 8192}) || s.OldGroupRequest {
		t.Errorf("asked for %v, got %v; old style %v", asked, sent, s.OldGroupRequest)
	}
	for _, p := range s.Primes {
		if p.Bits != bits[p.SHA256] || p.Problem != "" {
			t.Errorf("prime %+v", p)
		}
	}
}

// listsAsConfigured compares KEXINIT with sshd -T, both ways.
func listsAsConfigured(t *testing.T, s *scanner.SSH, said map[string][]string) {
	t.Helper()
	k := s.Kexinit
	signals := func(name string) bool { return strings.HasPrefix(name, "kex-strict-s-") || name == "ext-info-s" }
	for _, tt := range []struct {
		name      string
		got, want []string
	}{
		{"kex", slices.DeleteFunc(slices.Clone(k.KexAlgorithms), signals), said["kexalgorithms"]},
		{"cipher c2s", k.EncryptionClientServer, said["ciphers"]},
		{"cipher s2c", k.EncryptionServerClient, said["ciphers"]},
		{"mac c2s", k.MACClientServer, said["macs"]},
		{"mac s2c", k.MACServerClient, said["macs"]},
		{"languages", k.LanguagesClientServer, []string{}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	// Of what is configured, sshd offers what its keys can do.
	able := map[string]bool{}
	for _, h := range s.HostKeys {
		able[h.Type] = true
		for _, other := range []string{"rsa-sha2-256", "rsa-sha2-512"} {
			able[other] = able[other] || h.Type == "ssh-rsa"
		}
	}
	want := slices.DeleteFunc(slices.Clone(said["hostkeyalgorithms"]), func(name string) bool { return !able[name] })
	if diff := cmp.Diff(want, k.ServerHostKeyAlgorithms, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("host key algorithms: %s", diff)
	}
}

// TestHostKeyAlgorithms has a server of one host key algorithm alone, with keys
// of other kinds beside.
func TestHostKeyAlgorithms(t *testing.T) {
	t.Parallel()
	all := []string{"rsa-1024", "dsa-1024", "ecdsa-256", "ed25519-256"}
	for _, tt := range []struct {
		algorithm string
		have      []string
		want      string
	}{
		{"ssh-rsa", all, "rsa-1024"}, {"rsa-sha2-256", all, "rsa-1024"}, {"rsa-sha2-512", all, "rsa-1024"},
		{"rsa-sha2-512", []string{"rsa-2048"}, "rsa-2048"}, {"rsa-sha2-256", []string{"rsa-3072"}, "rsa-3072"}, {"ssh-rsa", []string{"rsa-4096"}, "rsa-4096"},
		{"ssh-dss", all, "dsa-1024"}, {"ssh-ed25519", all, "ed25519-256"}, {"ecdsa-sha2-nistp256", all, "ecdsa-256"},
		{"ecdsa-sha2-nistp384", []string{"ecdsa-384", "rsa-2048"}, "ecdsa-384"}, {"ecdsa-sha2-nistp521", []string{"ecdsa-521", "rsa-2048"}, "ecdsa-521"},
	} {
		t.Run(tt.algorithm+" "+tt.want, func(t *testing.T) {
			t.Parallel()
			config := fmt.Sprintf("KexAlgorithms curve25519-sha256\nRequiredRSASize 1024\nHostKeyAlgorithms %s\n", tt.algorithm)
			addr, said, _ := sshd(t, config, tt.have...)
			o, n := probe(t, addr, 10*time.Second)
			if o.SSH == nil || n != 1 || o.Incomplete != nil {
				t.Fatalf("%d connections, failure %+v, incomplete %v", n, o.Failure, o.Incomplete)
			}
			if diff := diffKeys([]scanner.HostKey{keyFile(t, keys.file(t, tt.want)+".pub")}, o.SSH.HostKeys); diff != "" {
				t.Errorf("host keys: %s", diff)
			}
			listsAsConfigured(t, o.SSH, said)
		})
	}
}

// TestOwnModuli has sshd hand out a modulus that is published, and one that is
// not. It takes the file's word for their being prime.
func TestOwnModuli(t *testing.T) {
	t.Parallel()
	published, _ := iana.PrimeByName("MODP-3072")
	own, _ := iana.PrimeByName("MODP-2048")
	own.Value[100] ^= 1
	for _, tt := range []struct {
		name  string
		prime []byte
		want  scanner.Prime
	}{
		{"published", published.Value, scanner.Prime{Bits: 3072, Group: "MODP-3072", Generator: "2"}},
		{"its own", own.Value, scanner.Prime{Bits: 2048, Generator: "5", Problem: "not prime: it has a small factor"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			moduli := filepath.Join(t.TempDir(), "moduli")
			line := fmt.Sprintf("20260101000000 2 6 100 %d %s %X\n", tt.want.Bits-1, tt.want.Generator, tt.prime)
			if err := os.WriteFile(moduli, []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
			addr, _, _ := sshd(t, "ModuliFile "+moduli+"\n", "ed25519-256")
			o, _ := probe(t, addr, 10*time.Second)
			if o.SSH == nil {
				t.Fatalf("failure: %+v", o.Failure)
			}
			tt.want.SHA256 = scanner.Digest(tt.prime)
			if diff := cmp.Diff([]scanner.Prime{tt.want}, o.SSH.Primes); diff != "" {
				t.Error(diff)
			}
			if len(o.SSH.HostKeys) != 1 || !o.SSH.HostKeys[0].Proven {
				t.Errorf("host keys %+v", o.SSH.HostKeys)
			}
		})
	}
}

func TestDropbear(t *testing.T) {
	t.Parallel()
	path, keygen := lab.Program(t, "dropbear"), lab.Program(t, "dropbearkey")
	dir, addr := t.TempDir(), lab.Port(t)
	args := []string{"-F", "-E", "-p", addr.String(), "-P", filepath.Join(dir, "pid")}
	var want []scanner.HostKey
	for _, key := range [][]string{{"rsa", "2048"}, {"ecdsa", "256"}, {"ed25519", ""}} {
		file := filepath.Join(dir, key[0])
		make := []string{"-t", key[0], "-f", file}
		if key[1] != "" {
			make = append(make, "-s", key[1])
		}
		public := ""
		for line := range strings.Lines(lab.Run(t, keygen, make...) + lab.Run(t, keygen, "-y", "-f", file)) {
			if strings.HasPrefix(line, "ssh-") || strings.HasPrefix(line, "ecdsa-") {
				public = line
			}
		}
		if err := os.WriteFile(file+".pub", []byte(public), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-r", file)
		want = append(want, keyFile(t, file+".pub"))
	}
	lab.Daemon(t, addr, path, args...)
	o, n := probe(t, addr, 10*time.Second)
	if o.SSH == nil {
		t.Fatalf("failure: %+v", o.Failure)
	}
	if diff := diffKeys(want, o.SSH.HostKeys); diff != "" {
		t.Error(diff)
	}
	if x := o.SSH.ExtInfo; x == nil || !slices.Equal(x.Names, []string{"server-sig-algs"}) || !slices.Contains(x.ServerSigAlgs, "rsa-sha2-256") {
		t.Errorf("extensions %+v", x)
	}
	if n != 3 || o.Incomplete != nil || !strings.HasPrefix(o.SSH.Banner, "SSH-2.0-dropbear") {
		t.Errorf("%d connections, banner %q, incomplete %v", n, o.SSH.Banner, o.Incomplete)
	}
}

// TestTinySSH gives each connection a server of its own, as inetd does.
func TestTinySSH(t *testing.T) {
	t.Parallel()
	path := lab.Program(t, "tinysshd")
	keys := filepath.Join(t.TempDir(), "keys")
	lab.Run(t, lab.Program(t, "tinysshd-makekey"), keys)
	addr := serve(t, func(_ int, conn net.Conn) {
		file, err := conn.(*net.TCPConn).File()
		if err != nil {
			t.Error(err)
			return
		}
		defer file.Close()
		cmd := exec.Command(path, keys)
		cmd.Stdin, cmd.Stdout = file, file
		cmd.Run()
	})
	o, n := probe(t, addr, 10*time.Second)
	if o.SSH == nil || len(o.SSH.HostKeys) != 1 {
		t.Fatalf("%+v, failure %+v, incomplete %v", o.SSH, o.Failure, o.Incomplete)
	}
	key, err := os.ReadFile(filepath.Join(keys, "ed25519.pk"))
	if err != nil {
		t.Fatal(err)
	}
	blob := slices.Concat([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"), key)
	if x := o.SSH.ExtInfo; x == nil || len(x.Names) != 0 || o.Incomplete != nil {
		t.Errorf("extensions %+v, incomplete %v; it has none", x, o.Incomplete)
	}
	want := []scanner.HostKey{{Type: "ssh-ed25519", Bits: 256, SHA256: scanner.Digest(blob), Proven: true}}
	if diff := diffKeys(want, o.SSH.HostKeys); diff != "" || n != 1 {
		t.Errorf("%d connections %s", n, diff)
	}
}

// TestFIPSMode sees the same under Go's FIPS module, which takes X25519, SHA-1
// and short keys away from crypto/tls and x/crypto/ssh.
func TestFIPSMode(t *testing.T) {
	lab.Program(t, "sshd")
	if os.Getenv("FIPSWEEP_TEST_FIPS") != "" {
		t.Skip("this is the run under FIPS mode")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	subset := "^(TestOpenSSH|TestDropbear|TestHybridGo)$/^(everything|P-256_only|group_1_only|sntrup761_only|curve25519_only)$"
	for _, mode := range []string{"on", "only"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(self, "-test.run="+subset, "-test.count=1")
			cmd.Env = append(os.Environ(), "GODEBUG=fips140="+mode, "FIPSWEEP_TEST_FIPS="+mode)
			if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
