package certstore_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// unlock reads one file with passwords.
func unlock(t testing.TB, path string, passwords ...string) scanner.Observation {
	t.Helper()
	given, err := keystore.ReadPasswords(strings.NewReader(strings.Join(passwords, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return certstore.New(certstore.Options{Passwords: given}).Probe(t.Context(), scanner.File(path))
}

// pair is a key and its certificate by openssl, with their digests.
type pair struct{ dir, key, cert, spki, sha256 string }

func makePair(t testing.TB) pair {
	dir := t.TempDir()
	p := pair{dir: dir, key: "key.pem", cert: "cert.pem"}
	run(t, dir, "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", p.key, "-subj", "/CN=locked", "-days", "100", "-out", p.cert)
	run(t, dir, "openssl", "pkey", "-in", p.key, "-pubout", "-outform", "DER", "-out", "spki.der")
	run(t, dir, "openssl", "x509", "-in", p.cert, "-outform", "DER", "-out", "cert.der")
	p.spki, p.sha256 = scanner.Digest(read(t, dir+"/spki.der")), scanner.Digest(read(t, dir+"/cert.der"))
	return p
}

// TestPKCS8 opens every scheme in which openssl encrypts a private key.
func TestPKCS8(t *testing.T) {
	p := makePair(t)
	long := func(scheme, kdf, prf, cipher string, iterations, salt int) scanner.Protection {
		return scanner.Protection{Scheme: scheme, KDF: kdf, PRF: prf, Cipher: cipher, Iterations: iterations, SaltBits: salt}
	}
	pbes2 := func(prf, cipher string) scanner.Protection { return long("PBES2", "PBKDF2", prf, cipher, 2048, 64) }
	pbes1 := func(scheme, prf, cipher string) scanner.Protection {
		return long(scheme, "PBKDF1", prf, cipher, 2048, 64)
	}
	pkcs12 := func(scheme, cipher string) scanner.Protection {
		return long("pbeWithSHAAnd"+scheme, "PKCS12-KDF", "SHA-1", cipher, 2048, 64)
	}
	legacy := []string{"-provider", "default", "-provider", "legacy"}
	for _, test := range []struct {
		args string
		want scanner.Protection
		shut string // why it cannot be opened
	}{
		{"-v2 aes128", pbes2("HMAC-SHA256", "AES-128-CBC"), ""},
		{"-v2 aes192", pbes2("HMAC-SHA256", "AES-192-CBC"), ""},
		{"-v2 aes256", pbes2("HMAC-SHA256", "AES-256-CBC"), ""},
		{"-v2 aes256 -iter 10000", long("PBES2", "PBKDF2", "HMAC-SHA256", "AES-256-CBC", 10000, 64), ""},
		{"-v2 aes256 -v2prf hmacWithMD5", pbes2("HMAC-MD5", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA1", pbes2("HMAC-SHA1", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA224", pbes2("HMAC-SHA224", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA384", pbes2("HMAC-SHA384", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA512", pbes2("HMAC-SHA512", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA512-224", pbes2("HMAC-SHA512/224", "AES-256-CBC"), ""},
		{"-v2 aes256 -v2prf hmacWithSHA512-256", pbes2("HMAC-SHA512/256", "AES-256-CBC"), ""},
		{"-v2 des3", pbes2("HMAC-SHA256", "3DES-EDE-CBC"), ""},
		{"-v2 des", pbes2("HMAC-SHA256", "DES-CBC"), ""},
		{"-v2 rc2", pbes2("HMAC-SHA256", "RC2-CBC-128"), ""},
		{"-v2 rc2-64-cbc", pbes2("HMAC-SHA256", "RC2-CBC-64"), ""},
		{"-v2 rc2-40-cbc", pbes2("HMAC-SHA256", "RC2-CBC-40"), ""},
		{"-v2 camellia256", pbes2("HMAC-SHA256", "CAMELLIA-256-CBC"), "uncomputable"},
		{"-v2 aria128", pbes2("HMAC-SHA256", "ARIA-128-CBC"), "uncomputable"},
		{"-v2 sm4-cbc", pbes2("HMAC-SHA256", "SM4-CBC"), "uncomputable"},
		{"-v2 seed", pbes2("HMAC-SHA256", "SEED-CBC"), "uncomputable"},
		{"-v2 bf-cbc", pbes2("HMAC-SHA256", "BLOWFISH"), ""},
		{"-v2 cast5-cbc", pbes2("HMAC-SHA256", "CAST5"), ""},
		{"-scrypt", long("PBES2", "scrypt", "", "AES-256-CBC", 16384, 64), ""},
		{"-scrypt -scrypt_N 1024 -scrypt_r 4 -scrypt_p 3 -v2 aes128", long("PBES2", "scrypt", "", "AES-128-CBC", 1024, 64), ""},
		{"-v1 PBE-MD5-DES", pbes1("pbeWithMD5AndDES-CBC", "MD5", "DES-CBC"), ""},
		{"-v1 PBE-MD5-RC2-64", pbes1("pbeWithMD5AndRC2-CBC", "MD5", "RC2-CBC-64"), ""},
		{"-v1 PBE-SHA1-DES", pbes1("pbeWithSHA1AndDES-CBC", "SHA-1", "DES-CBC"), ""},
		{"-v1 PBE-SHA1-RC2-64", pbes1("pbeWithSHA1AndRC2-CBC", "SHA-1", "RC2-CBC-64"), ""},
		{"-v1 PBE-SHA1-RC4-128", pkcs12("128BitRC4", "RC4-128"), ""},
		{"-v1 PBE-SHA1-RC4-40", pkcs12("40BitRC4", "RC4-40"), ""},
		{"-v1 PBE-SHA1-3DES", pkcs12("3-KeyTripleDES-CBC", "3DES-EDE-CBC"), ""},
		{"-v1 PBE-SHA1-2DES", pkcs12("2-KeyTripleDES-CBC", "2TDEA"), ""},
		{"-v1 PBE-SHA1-RC2-128", pkcs12("128BitRC2-CBC", "RC2-CBC-128"), ""},
		{"-v1 PBE-SHA1-RC2-40", pkcs12("40BitRC2-CBC", "RC2-CBC-40"), ""},
	} {
		t.Run(test.args, func(t *testing.T) {
			args := append([]string{"pkcs8", "-topk8", "-in", p.key, "-out", "locked.pem", "-passout", "pass:päss w0rd "}, strings.Fields(test.args)...)
			run(t, p.dir, "openssl", append(args, legacy...)...)
			path := filepath.Join(p.dir, "locked.pem")
			o := unlock(t, path, "wrong", "päss w0rd ")
			if len(o.Store.Items) != 1 {
				t.Fatal(brief(o))
			}
			item := o.Store.Items[0]
			want := "PEM: private-key(" + test.want.Scheme + ")"
			switch {
			case test.shut != "":
				want += " -encrypted private key " + test.shut
			case item.Key == nil || item.SHA256 != p.spki || item.Key.Bits != 1024:
				t.Errorf("key %+v, digest %s, want %s", item.Key, item.SHA256, p.spki)
			default:
				test.want.Opened = scanner.OpenedGiven
			}
			if got := brief(o); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if diff := cmp.Diff(&test.want, item.Protection); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if test.shut == "" {
				o = unlock(t, path, "wrong", "wronger")
				if got := brief(o); got != want+" -encrypted private key locked" || !strings.Contains(o.Incomplete[0].Detail, "2 passwords") {
					t.Errorf("with wrong passwords: %s %v", got, o.Incomplete)
				}
			}
		})
	}
}

// TestTraditionalPEM opens OpenSSL's own encryption of PEM.
func TestTraditionalPEM(t *testing.T) {
	p := makePair(t)
	run(t, p.dir, "openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", "ec.pem")
	for _, test := range []struct{ kind, cipher, want, shut string }{
		{"rsa", "-des", "DES-CBC", ""}, {"rsa", "-des3", "3DES-EDE-CBC", ""}, {"rsa", "-aes128", "AES-128-CBC", ""},
		{"rsa", "-aes192", "AES-192-CBC", ""}, {"rsa", "-aes256", "AES-256-CBC", ""}, {"ec", "-aes256", "AES-256-CBC", ""},
		{"rsa", "-bf", "BLOWFISH", ""}, {"rsa", "-cast5-cbc", "CAST5", ""},
		{"rsa", "-camellia128", "CAMELLIA-128-CBC", "uncomputable"},
	} {
		t.Run(test.kind+test.cipher, func(t *testing.T) {
			in := map[string]string{"rsa": p.key, "ec": "ec.pem"}[test.kind]
			args := []string{test.kind, "-in", in, test.cipher, "-out", "old.pem", "-passout", "pass:secret", "-provider", "default", "-provider", "legacy"}
			if test.kind == "rsa" {
				args = append(args, "-traditional")
			}
			run(t, p.dir, "openssl", args...)
			run(t, p.dir, "openssl", "pkey", "-in", in, "-pubout", "-outform", "DER", "-out", "spki.der")
			path := filepath.Join(p.dir, "old.pem")
			o := unlock(t, path, "wrong", "secret")
			want := "PEM: private-key(PEM-traditional-DEK-Info)"
			if test.shut != "" {
				want += " -encrypted private key " + test.shut
			}
			if got := brief(o); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			item := o.Store.Items[0]
			if test.shut == "" && (item.SHA256 != scanner.Digest(read(t, p.dir+"/spki.der")) || item.Protection.Opened != scanner.OpenedGiven) {
				t.Errorf("%+v %+v", item, item.Protection)
			}
			if item.Protection.Cipher != test.want {
				t.Errorf("cipher %s, want %s", item.Protection.Cipher, test.want)
			}
			if o := unlock(t, path); test.shut == "" && brief(o) != want+" -encrypted private key locked" {
				t.Errorf("without a password: %s", brief(o))
			}
		})
	}
}

// TestPKCS12 opens what openssl pkcs12 writes.
func TestPKCS12(t *testing.T) {
	p := makePair(t)
	const strong = "PBES2/AES-256-CBC/2048"
	old := "pbeWithSHAAnd3-KeyTripleDES-CBC/3DES-EDE-CBC/2048"
	for _, test := range []struct{ args, pass, key, certs, mac, also string }{
		{"", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", ""},
		{"-iter 10000", "x", "PBES2/AES-256-CBC/10000", "PBES2/AES-256-CBC/10000", "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/10000", ""},
		{"-legacy", "x", old, "pbeWithSHAAnd40BitRC2-CBC/RC2-CBC-40/2048", "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-legacy -descert", "x", old, old, "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-nomac", "x", strong, "", "pkcs12-no-mac//0", "pkcs12-certs-unencrypted//0"}, // openssl leaves them open then
		{"-nomac -certpbe AES-256-CBC", "x", strong, strong, "pkcs12-no-mac//0", ""},
		{"-nomaciter", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/1", ""},
		{"-noiter", "x", "PBES2/AES-256-CBC/1", "PBES2/AES-256-CBC/1", "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", ""},
		{"-certpbe NONE", "x", strong, "", "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", "pkcs12-certs-unencrypted//0"},
		{"-keypbe NONE -certpbe NONE", "x", "none//0", "", "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", "pkcs12-certs-unencrypted//0"},
		{"-keypbe NONE -certpbe NONE -nomac", "x", "none//0", "", "pkcs12-no-mac//0", "pkcs12-certs-unencrypted//0"},
		{"-keypbe AES-128-CBC -certpbe AES-192-CBC", "x", "PBES2/AES-128-CBC/2048", "PBES2/AES-192-CBC/2048", "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", ""},
		{"-legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-40", "x", "pbeWithSHAAnd128BitRC4/RC4-128/2048", "pbeWithSHAAnd40BitRC4/RC4-40/2048", "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-2DES", "x", "pbeWithSHAAnd128BitRC2-CBC/RC2-CBC-128/2048", "pbeWithSHAAnd2-KeyTripleDES-CBC/2TDEA/2048", "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-macalg MD5", "x", strong, strong, "pkcs12-mac-pkcs12kdf-md5/HMAC-MD5/2048", ""},
		{"-macalg SHA1", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-macalg SHA384", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA384/2048", ""},
		{"-macalg SHA512", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA512/2048", ""},
		{"-macalg SHA512-256", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA512/256/2048", ""},
		{"-macalg SHA3-256", "x", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA3-256/2048", ""},
		{"", "", strong, strong, "pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/2048", ""},
		{"-legacy", "", old, "pbeWithSHAAnd40BitRC2-CBC/RC2-CBC-40/2048", "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
		{"-legacy", "grüße €𝄞", old, "pbeWithSHAAnd40BitRC2-CBC/RC2-CBC-40/2048", "pkcs12-mac-pkcs12kdf-sha1/HMAC-SHA1/2048", ""},
	} {
		t.Run(test.args+" "+test.pass, func(t *testing.T) {
			args := append([]string{"pkcs12", "-export", "-in", p.cert, "-inkey", p.key, "-name", "my näme", "-passout", "pass:" + test.pass, "-out", "s.p12"}, strings.Fields(test.args)...)
			run(t, p.dir, "openssl", args...)
			path := filepath.Join(p.dir, "s.p12")
			o := unlock(t, path, "wrong", test.pass)
			opened := scanner.OpenedGiven
			if test.pass == "" {
				opened = scanner.OpenedEmpty
			}
			var protection []string
			for _, q := range o.Store.Protection {
				if q.Opened != opened && q.Scheme != "pkcs12-no-mac" && q.Scheme != "pkcs12-certs-unencrypted" {
					t.Errorf("%s opened with %q", q.Scheme, q.Opened)
				}
				protection = append(protection, protectionLine(q))
			}
			want := []string{test.mac}
			for _, more := range []string{test.certs, test.also} {
				if more != "" {
					want = append(want, more)
				}
			}
			if diff := cmp.Diff(want, protection); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			found := map[string]string{}
			for _, item := range o.Store.Items {
				found[item.Kind] = item.SHA256 + " " + item.Alias
				if item.Kind == scanner.ItemPrivateKey && protectionLine(*item.Protection) != test.key {
					t.Errorf("key under %s, want %s", protectionLine(*item.Protection), test.key)
				}
			}
			name := scanner.Escape("my näme")
			if diff := cmp.Diff(map[string]string{scanner.ItemPrivateKey: p.spki + " " + name, scanner.ItemCertificate: p.sha256 + " " + name}, found); diff != "" {
				t.Errorf("-want +got\n%s\n%v", diff, o.Incomplete)
			}
			if len(o.Incomplete) > 0 {
				t.Errorf("incomplete: %v", o.Incomplete)
			}
			info := run(t, p.dir, "openssl", "pkcs12", "-in", "s.p12", "-info", "-noout", "-legacy", "-passin", "pass:"+test.pass)
			for _, m := range regexp.MustCompile(`Iteration (\d+)`).FindAllStringSubmatch(info, -1) {
				if !strings.Contains(fmt.Sprint(protection, test.key), "/"+m[1]) {
					t.Errorf("openssl tells %s iterations, we %v", m[1], protection)
				}
			}
		})
	}
}

func protectionLine(p scanner.Protection) string {
	name := p.Cipher
	if p.MAC != "" {
		name = p.MAC
	}
	return fmt.Sprintf("%s/%s/%d", p.Scheme, name, p.Iterations)
}
