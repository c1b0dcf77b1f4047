package certstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// nssStore makes a database with a certificate and key of each algorithm by
// certutil and pk12util, of openssl's making.
func nssStore(t testing.TB, password string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	phrase := filepath.Join(dir, "phrase")
	write(t, phrase, []byte(password+"\n"))
	open := []string{"-f", phrase}
	if password == "" {
		open = []string{"--empty-password"}
	}
	run(t, dir, "certutil", append([]string{"-N", "-d", "sql:" + dir}, open...)...)
	for _, kind := range []string{"rsa:2048", "ec"} {
		args := []string{"req", "-x509", "-newkey", kind, "-nodes", "-subj", "/CN=" + kind, "-keyout", "k.pem", "-out", kind + ".pem"}
		if kind == "ec" {
			args = append(args, "-pkeyopt", "ec_paramgen_curve:P-384")
		}
		run(t, dir, "openssl", args...)
		run(t, dir, "openssl", "pkcs12", "-export", "-in", kind+".pem", "-inkey", "k.pem", "-name", "my "+kind, "-passout", "pass:x", "-out", "s.p12")
		run(t, dir, "pk12util", "-i", "s.p12", "-d", "sql:"+dir, "-W", "x", "-k", phrase)
	}
	return dir
}

func TestNSS(t *testing.T) {
	pbes2 := scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "AES-256-CBC", Iterations: 10000, SaltBits: 256}
	for _, password := range []string{"", "a long password"} {
		dir := nssStore(t, password)
		store, want := pbes2, pbes2
		if password == "" {
			want.Iterations, store.Iterations, store.Scheme = 1, 1, "NSS-empty-password"
		}
		certs := probe(filepath.Join(dir, "cert9.db"))
		if got := brief(certs); got != "NSS: certificate certificate" {
			t.Errorf("cert9.db: %s", got)
		}
		keys := probe(filepath.Join(dir, "key4.db"))
		if got := brief(keys); got != "NSS: private-key(PBES2) private-key(PBES2)" || len(keys.Store.Protection) != 1 || keys.Store.Protection[0] != store {
			t.Fatalf("key4.db, password %q: %s %+v", password, got, keys.Store.Protection)
		}
		for i, name := range []string{"rsa:2048", "ec"} {
			cert, key := certs.Store.Items[i], keys.Store.Items[i]
			want, err := pkix.PublicKey(der(t, run(t, dir, "openssl", "x509", "-in", name+".pem", "-noout", "-pubkey")))
			if err != nil || cert.Alias != "my "+name || key.Alias != "my "+name || key.Key.SPKISHA256 != want.SPKISHA256 || cert.Certificate.Key.SPKISHA256 != want.SPKISHA256 {
				t.Errorf("%s: %+v %+v, want %+v", name, key, key.Key, want)
			}
		}
		if p := *keys.Store.Items[0].Protection; p != want {
			t.Errorf("protection %+v, want %+v", p, want)
		}
		noSecret(t, keys)
	}
}

// TestStrangeNSS: what calls itself a database of NSS's and is made otherwise,
// or damaged, neither hangs nor hides that it was not read.
func TestStrangeNSS(t *testing.T) {
	dir := nssStore(t, "")
	data := read(t, filepath.Join(dir, "key4.db"))
	computed := bytes.Replace(data, []byte("a1, a2, a3,"), []byte("a1 AS(1),a3"), 1)
	if bytes.Equal(computed, data) {
		t.Fatal("nothing replaced")
	}
	for name, data := range map[string][]byte{"computed column": computed, "cut short": data[:len(data)/2], "header": data[:4096], "other page size": append(bytes.Clone(data[:16]), append([]byte{0xff, 0xff}, data[18:]...)...)} {
		path := filepath.Join(t.TempDir(), "x.db")
		write(t, path, data)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		o := certstore.New(certstore.Options{}).Probe(ctx, scanner.File(path))
		cancel()
		if o.Store == nil || o.Store.Format != "NSS" || len(o.Incomplete) == 0 || !strings.HasPrefix(o.Incomplete[0].What, "NSS") {
			t.Errorf("%s: %s", name, brief(o))
		}
	}
}

// TestDamagedNSS changes bytes here and there, more in the headers of pages:
// the fuzzer, which has to watch all of SQLite, is slow at that.
func TestDamagedNSS(t *testing.T) {
	dir := nssStore(t, "")
	random, path := rand.New(rand.NewPCG(1, 2)), filepath.Join(t.TempDir(), "x.db")
	for _, name := range []string{"cert9.db", "key4.db"} {
		data := read(t, filepath.Join(dir, name))
		for range 200 {
			damaged := bytes.Clone(data)
			for range 1 + random.IntN(8) {
				at := random.IntN(len(damaged))
				if random.IntN(4) == 0 {
					at = at/4096*4096 + random.IntN(64)
				}
				damaged[at] = byte(random.IntN(256))
			}
			write(t, path, damaged)
			began := time.Now()
			o := probe(path)
			if took := time.Since(began); o.Store == nil || took > 10*time.Second {
				t.Fatalf("%s in %s", brief(o), took)
			}
			noSecret(t, o)
		}
	}
}

// TestOldNSS: the formats of before 2018 are told by name.
func TestOldNSS(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "certutil", "-N", "-d", "dbm:"+dir, "--empty-password")
	for _, name := range []string{"cert8.db", "key3.db"} {
		if got := brief(probe(filepath.Join(dir, name))); got != "Berkeley DB: -Berkeley DB content uncomputable" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestOpenPGP: keyrings are read, armoured and not; what GnuPG keeps for itself
// is told by name.
func TestOpenPGP(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(dir, "home")
	lab.RunIn(t, dir, "install", "-d", "-m", "700", home)
	gpg := func(args ...string) {
		t.Helper()
		run(t, dir, "gpg", append([]string{"--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)...)
	}
	t.Cleanup(func() { exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	gpg("--quick-gen-key", "somebody@localhost", "rsa2048", "default", "never")
	gpg("-o", "public.gpg", "--export")
	gpg("-o", "secret.gpg", "--export-secret-keys")
	gpg("-o", "public.asc", "--armor", "--export")
	secret, _ := filepath.Glob(filepath.Join(home, "private-keys-v1.d", "*.key"))
	if len(secret) != 1 {
		t.Fatal(secret)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "public.gpg"): "OpenPGP: public-key", filepath.Join(dir, "public.asc"): "OpenPGP: public-key", filepath.Join(dir, "secret.gpg"): "OpenPGP: private-key(none)",
	} {
		if got := brief(probe(path)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(home, "pubring.kbx"): "GnuPG keybox", secret[0]: "GnuPG private key",
	} {
		if got, want := brief(probe(path)), want+": -"+want+" content uncomputable"; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// der is the bytes of a PEM block.
func der(t testing.TB, text string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %s", text)
	}
	return block.Bytes
}

// FuzzNSSObject damages what stands in a database, below SQLite, which takes
// most of FuzzNSS's time.
func FuzzNSSObject(f *testing.F) {
	dir := nssStore(f, "")
	for _, name := range []string{"cert9.db", "key4.db"} {
		all, err := certstore.NSSObjects(read(f, filepath.Join(dir, name)))
		if err != nil || len(all) == 0 {
			f.Fatalf("%s: %d objects, %v", name, len(all), err)
		}
		for _, x := range all {
			f.Add(x.Class, x.Label, x.Value, x.Kind, x.Modulus, x.Exponent, x.Secret, x.Params, x.Point, x.Salt, x.Check)
		}
	}
	f.Fuzz(func(t *testing.T, class, label, value, kind, modulus, exponent, secret, params, point, salt, check []byte) {
		o := certstore.NSSObject{Class: class, Label: label, Value: value, Kind: kind, Modulus: modulus, Exponent: exponent, Secret: secret,
			Params: params, Point: point, Salt: salt, Check: check}.Read()
		noSecret(t, o)
		if _, err := json.Marshal(o); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzNSS damages a database.
func FuzzNSS(f *testing.F) {
	dir := nssStore(f, "")
	for _, name := range []string{"cert9.db", "key4.db"} {
		f.Add(read(f, filepath.Join(dir, name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x.db")
		write(t, path, data)
		if o := probe(path); o.Store != nil {
			noSecret(t, o)
		}
	})
}
