package certstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

const storePassword = "stock1 pass" // ASCII: Java takes no other for PBES2

// listed is what keytool -list tells: alias, kind of entry and digest of the
// first certificate, sorted.
func listed(t testing.TB, dir string, args ...string) []string {
	t.Helper()
	text := run(t, dir, "keytool", append([]string{"-list", "-storepass", storePassword}, args...)...)
	var all []string
	entry := regexp.MustCompile(`(?m)^(\S+), [A-Z][a-z]{2} \d+, \d+, (\w+),[ ]*(?:\nCertificate fingerprint \(SHA-256\): (\S+))?`)
	for _, m := range entry.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.TrimSpace(m[1]+" "+m[2]+" "+strings.ToLower(strings.ReplaceAll(m[3], ":", ""))))
	}
	slices.Sort(all)
	return all
}

// entries is what we tell, in the same words. A key goes with the first
// certificate of its alias, which has to certify it. (Of Ed448 we compute no
// public half.)
func entries(t testing.TB, o scanner.Observation) []string {
	t.Helper()
	var all []string
	for _, item := range o.Store.Items {
		certificate := o.Store.Items[slices.IndexFunc(o.Store.Items, func(i scanner.Item) bool { return i.Alias == item.Alias })]
		for _, i := range o.Store.Items {
			if i.Alias == item.Alias && i.Certificate != nil && (certificate.Certificate == nil || item.SHA256 != "" && i.Certificate.Key.SPKISHA256 == item.SHA256) {
				certificate = i
			}
		}
		switch item.Kind {
		case scanner.ItemPrivateKey:
			if item.Key != nil && item.Key.Algorithm != "Ed448" && (certificate.Certificate == nil || item.SHA256 != certificate.Certificate.Key.SPKISHA256) {
				t.Errorf("%s: key %+v and certificate %+v", item.Alias, item.Key, certificate.Certificate)
			}
			all = append(all, item.Alias+" PrivateKeyEntry "+certificate.SHA256)
		case scanner.ItemSecretKey:
			all = append(all, item.Alias+" SecretKeyEntry")
		case scanner.ItemCertificate:
			if !slices.ContainsFunc(o.Store.Items, func(i scanner.Item) bool { return i.Alias == item.Alias && i.Kind == scanner.ItemPrivateKey }) {
				all = append(all, item.Alias+" trustedCertEntry "+item.SHA256)
			}
		}
	}
	slices.Sort(all)
	return all
}

// keytool fills a store with a key of each algorithm and a trusted
// certificate, and copies it into the other formats.
func javaStores(t testing.TB) string {
	dir := t.TempDir()
	tool := func(args ...string) { t.Helper(); run(t, dir, "keytool", append(args, "-storepass", storePassword)...) }
	for i, algorithm := range []string{"RSA -keysize 1024", "DSA -keysize 1024", "EC -groupname secp256r1", "EC -groupname secp521r1", "Ed25519", "Ed448", "RSASSA-PSS -keysize 2048"} {
		args := append([]string{"-genkeypair", "-keystore", "PKCS12", "-storetype", "PKCS12", "-alias", fmt.Sprint("key", i), "-dname", "CN=" + algorithm, "-keyalg"}, strings.Fields(algorithm)...)
		tool(args...)
	}
	run(t, dir, "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "other.pem", "-subj", "/CN=trusted", "-out", "trusted.pem")
	tool("-importcert", "-noprompt", "-keystore", "PKCS12", "-alias", "trusted", "-file", "trusted.pem")
	tool("-importcert", "-noprompt", "-keystore", "trust", "-storetype", "JKS", "-alias", "trusted", "-file", "trusted.pem")
	for _, format := range []string{"JKS", "JCEKS"} {
		run(t, dir, "keytool", "-importkeystore", "-srckeystore", "PKCS12", "-srcstorepass", storePassword, "-destkeystore", format, "-deststoretype", format, "-deststorepass", storePassword)
	}
	return dir
}

// TestJavaStores reads what keytool writes, as keytool lists it.
func TestJavaStores(t *testing.T) {
	dir := javaStores(t)
	for _, test := range []struct {
		file, format, key string
		protection        []string
	}{
		{"PKCS12", "PKCS#12", "PBES2/AES-256-CBC/10000", []string{"pkcs12-mac-pkcs12kdf-sha2/HMAC-SHA256/10000", "PBES2/AES-256-CBC/10000"}},
		{"JKS", "JKS", "JKS/SHA-1 keystream/1", []string{"JKS//0"}},
		{"JCEKS", "JCEKS", "JCEKS/3DES-EDE-CBC/200000", []string{"JCEKS//0"}},
		{"trust", "JKS", "", []string{"JKS-truststore//0"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := filepath.Join(dir, test.file)
			o := unlock(t, path, "wrong", storePassword)
			if o.Store.Format != test.format || len(o.Incomplete) > 0 {
				t.Errorf("%s %v", brief(o), o.Incomplete)
			}
			if diff := cmp.Diff(listed(t, dir, "-keystore", test.file), entries(t, o)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var protection []string
			for _, p := range o.Store.Protection {
				protection = append(protection, protectionLine(p))
				if p.Opened != scanner.OpenedGiven {
					t.Errorf("%s opened with %q", p.Scheme, p.Opened)
				}
			}
			if diff := cmp.Diff(test.protection, protection); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			for _, item := range o.Store.Items {
				if item.Kind == scanner.ItemPrivateKey && (item.Key == nil || protectionLine(*item.Protection) != test.key) {
					t.Errorf("%s: key %+v under %+v", item.Alias, item.Key, item.Protection)
				}
			}
			if o = unlock(t, path, "wrong"); test.format != "PKCS#12" { // the certificates are in the clear
				if diff := cmp.Diff(listed(t, dir, "-keystore", test.file), entries(t, o)); diff != "" {
					t.Errorf("without the password: -want +got\n%s", diff)
				}
			}
			for _, gap := range o.Incomplete {
				if gap.Reason != scanner.ReasonLocked {
					t.Errorf("with a wrong password: %+v", gap)
				}
			}
			if len(o.Incomplete) == 0 {
				t.Error("opened with a wrong password")
			}
		})
	}
}

// TestJavaSecretKeys: in PKCS#12 their length is told; in JCEKS they are
// Java objects, behind which nothing can be read.
func TestJavaSecretKeys(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []string{"PKCS12", "JCEKS"} {
		tool := func(args ...string) {
			run(t, dir, "keytool", append(args, "-storepass", storePassword, "-keystore", format, "-storetype", format)...)
		}
		for _, key := range []string{"AES 256", "DESede 168"} {
			algorithm, bits, _ := strings.Cut(key, " ")
			tool("-genseckey", "-alias", strings.ToLower(algorithm), "-keyalg", algorithm, "-keysize", bits)
		}
	}
	o := unlock(t, filepath.Join(dir, "PKCS12"), storePassword)
	var got []string
	for _, i := range o.Store.Items {
		got = append(got, fmt.Sprint(i.Kind, " ", i.Alias, " ", i.Key.Algorithm, " ", i.Key.Bits))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"secret-key aes AES 256", "secret-key desede 3DES 192"}, got); diff != "" || len(o.Incomplete) > 0 {
		t.Errorf("%s %v", diff, o.Incomplete)
	}
	o = unlock(t, filepath.Join(dir, "JCEKS"), storePassword)
	if got, want := brief(o), "JCEKS: secret-key(JCEKS) -JCEKS secret key uncomputable"; got != want || !strings.Contains(o.Incomplete[0].Detail, "the 1 entries behind it are unread") {
		t.Errorf("%s, want %s: %v", got, want, o.Incomplete)
	}
}

// TestBouncyCastle reads what BouncyCastle's provider writes.
func TestBouncyCastle(t *testing.T) {
	jar := lab.Program(t, "/usr/share/java/bcprov.jar")
	p := makePair(t)
	source, err := filepath.Abs("testdata/Stores.java")
	if err != nil {
		t.Fatal(err)
	}
	run(t, p.dir, "openssl", "pkcs8", "-topk8", "-nocrypt", "-in", p.key, "-outform", "DER", "-out", "key.der")
	run(t, p.dir, "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "other.pem", "-subj", "/CN=trusted", "-outform", "DER", "-out", "trusted.der")
	listing := strings.Split(run(t, p.dir, "java", "-Dorg.bouncycastle.bks.enable_v1=true", "-cp", jar, source, p.dir, storePassword), "\n")
	for _, test := range []struct {
		file, key  string
		protection []string
		shut       string
	}{
		{"BKS", "BKS/3DES-EDE-CBC", []string{"BKS/HMAC-SHA1"}, "BKS: certificate certificate private-key(BKS) secret-key(BKS) -BKS integrity locked -sealed key locked -sealed key locked"},
		{"BKS-V1", "BKS/3DES-EDE-CBC", []string{"BKS/HMAC-SHA1"}, "BKS: certificate certificate private-key(BKS) secret-key(BKS) -BKS integrity locked -sealed key locked -sealed key locked"},
		{"UBER", "BKS/3DES-EDE-CBC", []string{"UBER/Twofish-256-CBC"}, "UBER: -UBER content locked"},
		{"BCFKS", "BCFKS-PBKDF2/AES-256-CCM", []string{"BCFKS-PBKDF2/HMAC-SHA512", "BCFKS-PBKDF2/AES-256-CCM"}, "BCFKS: -BCFKS content locked"},
		{"BCFKS-scrypt", "BCFKS-PBKDF2/AES-256-CCM", []string{"BCFKS-scrypt/HMAC-SHA512", "BCFKS-scrypt/AES-256-CCM"}, "BCFKS: -BCFKS content locked"},
		{"BCFKS-KWP", "BCFKS-PBKDF2/AES-256-KWP", []string{"BCFKS-PBKDF2/HMAC-SHA3-512", "BCFKS-PBKDF2/AES-256-KWP"}, "BCFKS: -BCFKS content locked"},
	} {
		t.Run(test.file, func(t *testing.T) {
			var want []string
			for _, line := range listing {
				if file, entry, _ := strings.Cut(line, " "); file == test.file {
					want = append(want, entry)
				}
			}
			slices.Sort(want)
			path := filepath.Join(p.dir, test.file)
			o := unlock(t, path, "wrong", storePassword)
			if format, _, _ := strings.Cut(test.file, "-"); o.Store.Format != format || len(o.Incomplete) > 0 {
				t.Errorf("%s %v", brief(o), o.Incomplete)
			}
			if diff := cmp.Diff(want, entries(t, o)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var protection []string
			for _, q := range o.Store.Protection {
				line := protectionLine(q)
				protection = append(protection, line[:strings.LastIndex(line, "/")])
				if q.Iterations < 1024 || q.SaltBits < 128 || q.Opened != scanner.OpenedGiven {
					t.Errorf("%+v", q)
				}
			}
			if diff := cmp.Diff(test.protection, protection); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			for _, i := range o.Store.Items {
				switch i.Kind {
				case scanner.ItemSecretKey:
					if i.Key == nil || i.Key.Algorithm != "AES" || i.Key.Bits != 256 {
						t.Errorf("secret key %+v", i.Key)
					}
				case scanner.ItemPrivateKey:
					if i.SHA256 != p.spki || !strings.HasPrefix(protectionLine(*i.Protection), test.key) {
						t.Errorf("private key %+v %+v", i.Key, i.Protection)
					}
				}
			}
			words, shut := strings.Fields(brief(unlock(t, path, "wrong"))), strings.Fields(test.shut)
			slices.Sort(words) // the order of entries is a hash's
			slices.Sort(shut)
			if diff := cmp.Diff(shut, words); diff != "" {
				t.Errorf("without the password: -want +got\n%s", diff)
			}
		})
	}
}

// TestTrustStore reads the distribution's own Java trust store, which its
// package locks with changeit.
func TestTrustStore(t *testing.T) {
	const cacerts = "/etc/ssl/certs/java/cacerts"
	if _, err := os.Stat(cacerts); err != nil {
		lab.Absent(t, cacerts+" is not there (apt-get install ca-certificates-java); not tested: the trust store of Java")
	}
	o := probe(cacerts)
	if len(o.Incomplete) > 0 || len(o.Store.Protection) != 1 || o.Store.Protection[0].Scheme != "JKS-truststore" || o.Store.Protection[0].Opened != scanner.OpenedDefault {
		t.Errorf("%v %+v", o.Incomplete, o.Store.Protection)
	}
	text := run(t, t.TempDir(), "keytool", "-list", "-keystore", cacerts, "-storepass", "changeit")
	if n := strings.Count(text, "trustedCertEntry"); n == 0 || n != len(o.Store.Items) {
		t.Errorf("%d certificates, keytool lists %d", len(o.Store.Items), n)
	}
}

// TestStoreInArchive: what protects a store in an archive is told with its
// place there.
func TestStoreInArchive(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		run(t, dir, "keytool", "-genkeypair", "-keyalg", "EC", "-storetype", "JKS", "-keystore", name+".jks", "-storepass", "changeit", "-keypass", "changeit", "-alias", "one", "-dname", "CN="+name)
	}
	run(t, dir, "zip", "-q", "s.zip", "a.jks", "b.jks")
	var got []string
	for _, p := range probe(dir + "/s.zip").Store.Protection {
		got = append(got, p.Scheme+" "+p.Member)
	}
	if got, want := strings.Join(got, ", "), "JKS a.jks, JKS b.jks"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p := probe(dir + "/a.jks").Store.Protection; len(p) != 1 || p[0].Member != "" {
		t.Errorf("alone: %+v", p)
	}
}
