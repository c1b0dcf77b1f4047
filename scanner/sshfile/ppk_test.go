package sshfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// TestParsePuTTYKey reads what puttygen writes, and tells the same key as its
// own export in OpenSSH's form.
func TestParsePuTTYKey(t *testing.T) {
	puttygen, dir := lab.Program(t, "puttygen"), t.TempDir()
	phrase := filepath.Join(dir, "phrase")
	if err := os.WriteFile(phrase, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	argon := func(kdf string, memory, passes, parallelism int) scanner.Protection {
		return scanner.Protection{Scheme: "PPK-v3-argon2", KDF: kdf, Cipher: "AES-256-CBC", Iterations: passes, SaltBits: 128, MemoryKiB: memory, Parallelism: parallelism}
	}
	open := scanner.Protection{Scheme: "none"}
	for _, tt := range []struct {
		name, kind, phrase, param string
		want                      scanner.Protection
	}{
		{"rsa, open", "rsa", os.DevNull, "version=3", open},
		{"rsa, version 2, open", "rsa", os.DevNull, "version=2", open},
		{"rsa, version 2", "rsa", phrase, "version=2", scanner.Protection{Scheme: "PPK-v2", KDF: "PuTTY-SHA-1", PRF: "SHA-1", Cipher: "AES-256-CBC", Iterations: 1}},
		{"dsa", "dsa", phrase, "version=3,memory=1024,passes=5", argon("Argon2id", 1024, 5, 1)},
		{"ecdsa", "ecdsa", phrase, "version=3,kdf=argon2i,memory=2048,passes=3,parallelism=2", argon("Argon2i", 2048, 3, 2)},
		{"ed25519", "ed25519", phrase, "version=3,kdf=argon2d,memory=512,passes=1", argon("Argon2d", 512, 1, 1)},
		{"ed448", "ed448", os.DevNull, "version=3", open},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key.ppk")
			lab.Run(t, puttygen, "-t", tt.kind, "-q", "--random-device", "/dev/urandom", "-o", path, "--new-passphrase", tt.phrase, "--ppk-param", tt.param)
			data := file(t, path)
			k := sshfile.ParsePuTTYKey(data)
			public, _ := sshfile.ParsePublicKey([]byte(lab.Run(t, puttygen, path, "-O", "public-openssh")))
			if k.Problem != "" || k.Key == nil || public.Key.Algorithm == "" || !cmp.Equal(*k.Key, public.Key) {
				t.Fatalf("%+v, want %+v", k, public.Key)
			}
			if diff := cmp.Diff(tt.want, *k.Protection); diff != "" {
				t.Error(diff)
			}
			private := strings.Index(string(data), "Private-Lines")
			for n := range private { // behind that nothing is looked at
				if k := sshfile.ParsePuTTYKey(data[:n]); k.Problem == "" {
					t.Fatalf("cut to %d bytes: %+v", n, k)
				}
			}
		})
	}
}
