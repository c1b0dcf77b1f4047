package keystore_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// gnupg is a home of GnuPG's with keys in it, all under one password.
func gnupg(t testing.TB, password string, kinds ...string) (run func(args ...string) string) {
	t.Helper()
	home := filepath.Join(t.TempDir(), "h") // sockets have short paths
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte("s2k-count 65536\n"), 0o600); err != nil { // or it takes a second for each key
		t.Fatal(err)
	}
	gpg := lab.Program(t, "gpg")
	t.Cleanup(func() { exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	run = func(args ...string) string {
		t.Helper()
		return lab.Run(t, gpg, append([]string{"--homedir", home, "--batch", "--quiet", "--no-auto-check-trustdb", "--s2k-count", "65536", "--pinentry-mode", "loopback", "--passphrase", password}, args...)...)
	}
	for _, kind := range kinds {
		run("--quick-gen-key", kind+"@localhost", kind, "default", "never")
	}
	return run
}

// pgpLine is an entry in a line.
func pgpLine(e keystore.Entry) string {
	line := fmt.Sprintf("%s %q", e.Kind, e.Alias)
	if k := e.Key; k != nil {
		line += fmt.Sprintf(" %s %d %s %.8s", k.Algorithm, k.Bits, k.Curve, k.SPKISHA256)
	}
	if p := e.Protection; p != nil {
		line += fmt.Sprintf(" %s|%s|%s|%s|%s|%d", p.Scheme, p.KDF, p.PRF, p.Cipher, p.MAC, p.SaltBits)
	}
	return strings.TrimSpace(line + " " + e.Problem)
}

func pgpLines(c keystore.Contents) (lines []string) {
	for _, e := range c.Entries {
		lines = append(lines, pgpLine(e))
	}
	for _, g := range c.Gaps {
		lines = append(lines, g.What+" "+string(g.Reason))
	}
	return lines
}

// TestOpenPGPKeys reads what GnuPG exports, public and secret, under a password
// and without: the keys are those that ssh-keygen and OpenSSL take them for.
func TestOpenPGPKeys(t *testing.T) {
	openssl, keygen := lab.Program(t, "openssl"), lab.Program(t, "ssh-keygen")
	kinds := []struct{ kind, want string }{{"rsa2048", "RSA 2048 "}, {"nistp256", "EC 256 secp256r1"}, {"nistp521", "EC 521 secp521r1"},
		{"ed25519", "Ed25519 255 "}, {"dsa1024", "DSA 1024 "}, {"brainpoolP256r1", "EC 256 brainpoolP256r1"}}
	var names []string
	for _, k := range kinds {
		names = append(names, k.kind)
	}
	for _, password := range []string{"", "secret"} {
		t.Run(password, func(t *testing.T) {
			kinds, names := kinds, names
			if password != "" {
				kinds, names = kinds[:2], names[:2]
			}
			gpg := gnupg(t, password, names...)
			secret := gpg("--export-secret-keys")
			read := keystore.NewOpener(nil, nil, 0).OpenPGP(t.Context(), []byte(gpg("--export")))
			if len(read.Entries) != len(kinds) || len(read.Gaps) > 0 {
				t.Fatal(pgpLines(read))
			}
			protection := "none|||||0"
			if password != "" {
				protection = listedProtection(t, gpg, secret)
			}
			var public, private []string
			for n, k := range kinds {
				key := *read.Entries[n].Key
				if k.kind == "rsa2048" || strings.HasPrefix(k.kind, "nistp") {
					fingerprint := regexp.MustCompile(`(?m)^fpr:+([0-9A-F]+):`).FindStringSubmatch(gpg("--list-keys", "--with-colons", k.kind+"@localhost"))[1]
					file := filepath.Join(t.TempDir(), "key.pub")
					if err := os.WriteFile(file, []byte(gpg("--export-ssh-key", fingerprint+"!")), 0o600); err != nil {
						t.Fatal(err)
					}
					der := lab.Run(t, "sh", "-c", keygen+" -e -m PKCS8 -f "+file+" | "+openssl+" pkey -pubin -outform DER")
					if got := scanner.Digest([]byte(der)); got != key.SPKISHA256 {
						t.Errorf("%s: public key %s, OpenSSL has %s", k.kind, key.SPKISHA256, got)
					}
				}
				name := fmt.Sprintf("%q %s %.8s", k.kind+"@localhost", k.want, key.SPKISHA256)
				public, private = append(public, "public-key "+name), append(private, "private-key "+name+" "+protection)
			}
			got := append(pgpLines(read), pgpLines(keystore.NewOpener(nil, nil, 0).OpenPGP(t.Context(), []byte(secret)))...)
			if diff := cmp.Diff(append(public, private...), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// listedProtection is what gpg itself lists of the only key.
func listedProtection(t *testing.T, gpg func(...string) string, secret string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret.gpg")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	text := gpg("--list-packets", file)
	kind := regexp.MustCompile(`iter\+salt S2K, algo: (\d+), (\S+) protection, hash: (\d+)`).FindStringSubmatch(text)
	count := regexp.MustCompile(`protect count: (\d+)`).FindStringSubmatch(text)
	if kind == nil || count == nil {
		t.Fatalf("gpg lists %s", text)
	}
	ciphers, hashes := map[string]string{"7": "AES-128-CFB", "9": "AES-256-CFB"}, map[string]string{"2": "SHA-1", "8": "SHA-256"}
	return fmt.Sprintf("OpenPGP-S2K|S2K-iterated over %s octets|%s|%s|%s|64", count[1], hashes[kind[3]], ciphers[kind[1]], strings.ReplaceAll(kind[2], "SHA1", "SHA-1"))
}

// TestOpenPGPSubkeys: a subkey goes by its owner's name, and where GnuPG left
// the secret of the first key out, that is a public one.
func TestOpenPGPSubkeys(t *testing.T) {
	gpg := gnupg(t, "secret", "rsa2048")
	fingerprint := regexp.MustCompile(`(?m)^fpr:+([0-9A-F]+):`).FindStringSubmatch(gpg("--list-keys", "--with-colons"))[1]
	gpg("--quick-add-key", fingerprint, "cv25519", "encr", "never")
	lines := pgpLines(opener().OpenPGP(t.Context(), []byte(gpg("--export-secret-subkeys"))))
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `public-key "rsa2048@localhost" RSA 2048`) || !strings.HasPrefix(lines[1], `private-key "rsa2048@localhost, subkey" X25519 255`) || !strings.Contains(lines[1], "OpenPGP-S2K|S2K-iterated") {
		t.Errorf("%q", lines)
	}
}

// pgp makes a packet of the newer form.
func pgp(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append([]byte{0xc0 | tag, 255, 0, 0, byte(len(body) >> 8), byte(len(body))}, body...)
}

// TestOpenPGPForms: what GnuPG of the distribution does not write, put together
// as RFC 9580 sections 3.7, 4.2, 5.5.2 and 5.5.3 say.
func TestOpenPGPForms(t *testing.T) {
	made := []byte{1, 2, 3, 4}
	ed, old := bytes.Repeat([]byte{7}, 32), append([]byte{0, 17, 1, 0, 1}, 0, 2, 3) // a modulus and an exponent
	salt8, salt16 := bytes.Repeat([]byte{9}, 8), bytes.Repeat([]byte{9}, 16)
	v6 := func(usage ...byte) []byte { return pgp(5, []byte{6}, made, []byte{27, 0, 0, 0, 32}, ed, usage) }
	v4 := func(usage ...byte) []byte { return pgp(5, []byte{4}, made, []byte{27}, ed, usage) }
	join := func(head []byte, rest ...[]byte) []byte { return append(head, bytes.Join(rest, nil)...) }
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"version 6, clear", v6(0), "none|||||0"},
		{"version 6, AEAD and Argon2", v6(join([]byte{253, 40, 9, 2, 20, 4}, salt16, []byte{1, 4, 21})...), "OpenPGP-S2K|Argon2id||AES-256-OCB||128"},
		{"version 6, CFB", v6(join([]byte{254, 30, 9, 11, 3, 8}, salt8, []byte{0})...), "OpenPGP-S2K|S2K-iterated over 1024 octets|SHA-256|AES-256-CFB|SHA-1|64"},
		{"version 4, AEAD", v4(join([]byte{253, 7, 3, 1, 10}, salt8)...), "OpenPGP-S2K|S2K-salted|SHA-512|AES-128-GCM||64"},
		{"simple", v4(255, 2, 0, 1), "OpenPGP-S2K|S2K-simple|MD5|3DES-EDE-CFB|checksum|0"},
		{"before specifiers", v4(3, 1, 2, 3, 4, 5, 6, 7, 8), "OpenPGP-S2K|S2K-simple|MD5|CAST5-CFB|checksum|0"},
		{"a cipher that nobody knows", v4(255, 99, 0, 8), "OpenPGP-S2K|S2K-simple|SHA-256|OpenPGP algorithm 99|checksum|0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := pgpLines(opener().OpenPGP(t.Context(), tt.data))
			if len(lines) != 1 || !strings.HasPrefix(lines[0], `private-key "" Ed25519 255`) || !strings.HasSuffix(lines[0], " "+tt.want) {
				t.Errorf("%q, want %s", lines, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		name string
		data []byte
		want []string
	}{
		{"the old form, version 3", join([]byte{0x98, byte(8 + len(old))}, []byte{3}, made, []byte{0, 0, 1}, old), []string{`public-key "" RSA 17`}},
		{"of tomorrow", pgp(6, []byte{4}, made, []byte{99}), []string{`public-key "" OpenPGP algorithm 99 0   an OpenPGP key whose numbers are not read`}},
		{"a version of tomorrow", pgp(6, []byte{9}, made, []byte{27}, ed), []string{`public-key "" an OpenPGP key of a version that is not read`}},
		{"a specifier of tomorrow", v4(254, 9, 9, 8), []string{`private-key "" Ed25519 255`}},
		{"cut off", v4(0)[:20], []string{"OpenPGP content not-understood"}},
		{"behind a key", append(v4(0), 1, 2, 3), []string{`private-key "" Ed25519`, "OpenPGP content not-understood"}},
		{"a length in pieces", []byte{0xc0 | 6, 0xe1, 1, 2}, []string{"OpenPGP content not-understood"}},
		{"nothing", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := pgpLines(opener().OpenPGP(t.Context(), tt.data))
			if len(lines) != len(tt.want) {
				t.Fatalf("%q, want %q", lines, tt.want)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("%q, want %q", lines[i], want)
				}
			}
		})
	}
}

func FuzzOpenPGP(f *testing.F) {
	gpg := gnupg(f, "secret", "rsa2048", "ed25519", "nistp256")
	f.Add([]byte(gpg("--export")))
	f.Add([]byte(gpg("--export-secret-keys")))
	if block, _ := pem.Decode([]byte(gpg("--armor", "--export"))); block != nil {
		f.Add(block.Bytes)
	}
	f.Add(pgp(5, []byte{6, 1, 2, 3, 4, 27, 0, 0, 0, 32}, make([]byte, 32), []byte{253, 40, 9, 2, 20, 4}, make([]byte, 16), []byte{1, 4, 21}))
	f.Fuzz(func(t *testing.T, data []byte) {
		begun := time.Now()
		sane(t, begun, opener().OpenPGP(t.Context(), data))
	})
}
