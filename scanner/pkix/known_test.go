package pkix_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// listed is what a key on the list of the name gets.
func listed(name string) []scanner.Weakness {
	return []scanner.Weakness{{Name: scanner.WeakListed, Detail: name}}
}

// TestKnownKeys makes the lists with the commands that the manual pages of
// openssl-vulnkey and ssh-vulnkey give, and finds the keys in every form they
// may lie in.
func TestKnownKeys(t *testing.T) {
	dir := t.TempDir()
	keygen := lab.Program(t, "ssh-keygen")
	openssl(t, dir, rsa("2048")...)
	openssl(t, dir, "rsa", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	openssl(t, dir, "rsa", "-in", "key.pem", "-RSAPublicKey_out", "-out", "rsapub.pem")
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=debian", "-out", "cert.pem")
	openssl(t, dir, "req", "-new", "-key", "key.pem", "-subj", "/CN=debian", "-out", "req.pem")
	openssl(t, dir, "genrsa", "-out", "other.pem", "2048")

	shell := func(command string) string {
		cmd := exec.Command("sh", "-ec", command)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		return strings.TrimSpace(string(out))
	}
	sha1 := shell("openssl rsa -noout -modulus -in key.pem | sha1sum | cut -d ' ' -f 1")
	md5 := strings.ReplaceAll(shell(keygen+" -i -m PKCS8 -f pub.pem > key.pub; "+keygen+" -l -E md5 -f key.pub | cut -d ' ' -f 2 | cut -d : -f 2-"), ":", "")
	spki := shell("openssl pkey -pubin -in pub.pem -outform DER | sha256sum | cut -d ' ' -f 1")
	for _, row := range []struct{ name, list string }{
		{"openssl-blacklist", "# a comment\n" + sha1[20:] + "\n00112233445566778899\n"},
		{"openssh-blacklist", "# a comment\r\n\r\n00112233445566778899\r\n" + md5[12:] + "\r\n"},
		{"digest of the key", strings.ToUpper(spki)},
	} {
		t.Run(row.name, func(t *testing.T) {
			var known pkix.KnownKeys
			if err := known.Read(row.name, []byte(row.list)); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{"key.pem", "pkcs1.pem", "pub.pem", "rsapub.pem", "cert.pem", "req.pem"} {
				if diff := cmp.Diff(listed(row.name), known.Of(der(t, filepath.Join(dir, file)))); diff != "" {
					t.Errorf("%s (-want +got):\n%s", file, diff)
				}
			}
			if got := known.Of(der(t, filepath.Join(dir, "other.pem"))); got != nil {
				t.Errorf("another key: %v", got)
			}
		})
	}
	var none *pkix.KnownKeys
	if got := none.Of(der(t, filepath.Join(dir, "key.pem"))); got != nil {
		t.Errorf("no list at all: %v", got)
	}
}

// TestKnownDSA has a DSA key as ssh-keygen knew them: on the list of SSH's
// fingerprints.
func TestKnownDSA(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, dsaParameters...)
	openssl(t, dir, "gendsa", "-out", "key.pem", "params.pem")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	keygen := lab.Program(t, "ssh-keygen")
	out, err := exec.Command(keygen, "-i", "-m", "PKCS8", "-f", filepath.Join(dir, "pub.pem")).Output()
	if err != nil {
		lab.Absent(t, "this ssh-keygen has no DSA")
	}
	public := filepath.Join(dir, "key.pub")
	if err := os.WriteFile(public, out, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = exec.Command(keygen, "-l", "-E", "md5", "-f", public).Output()
	if err != nil {
		lab.Absent(t, "this ssh-keygen has no DSA")
	}
	print := strings.ReplaceAll(strings.TrimPrefix(strings.Fields(string(out))[1], "MD5:"), ":", "")
	var known pkix.KnownKeys
	if err := known.Read("dsa", []byte(print[12:])); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(listed("dsa"), known.Of(der(t, filepath.Join(dir, "pub.pem")))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestKnownKeysRefused(t *testing.T) {
	for _, row := range []struct {
		name, list string
		want       []string
	}{
		{"no list", "<html>\n<body>\n", []string{"l:1: want 20 hex digits", "l:2: want 20 hex digits"}},
		{"one line too long", "00112233445566778899\n001122334455667788990\n", []string{"l:2: want"}},
		{"no hex", "0011223344556677889x\n", []string{"l:1: want"}},
		{"nothing", "# only words\n\n", []string{"l: holds no fingerprint"}},
		{"much nonsense", strings.Repeat("x\n", 1000), []string{"l:10: want", "l: 990 more lines like these"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := new(pkix.KnownKeys).Read("l", []byte(row.list))
			if err == nil {
				t.Fatal("taken for a list")
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func FuzzKnownKeys(f *testing.F) {
	f.Add([]byte("# x\n00112233445566778899\n"), []byte{0x30, 0})
	f.Add([]byte(hex.EncodeToString(make([]byte, 32))), []byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, list, der []byte) {
		var known pkix.KnownKeys
		_ = known.Read("f", list)
		known.Of(der)
	})
}
