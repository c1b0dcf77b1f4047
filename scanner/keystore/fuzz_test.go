package keystore_test

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

const password = "secret1"

// opener bounds the work, which is the hash's and not that of our readers.
func opener() *keystore.Opener {
	return keystore.NewOpener([]keystore.Password{keystore.NewPassword(password)}, nil, 2500)
}

// seeds makes stores by the real tools, of the formats asked for.
func seeds(f *testing.F, commands ...string) {
	dir := f.TempDir()
	for _, c := range append([]string{"openssl req -x509 -newkey rsa:1024 -nodes -keyout key.pem -subj /CN=a -out cert.pem"}, commands...) {
		words := strings.Fields(c)
		lab.RunIn(f, dir, lab.Program(f, words[0]), words[1:]...)
	}
	made, err := filepath.Glob(filepath.Join(dir, "seed*"))
	if err != nil || len(made) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for _, path := range made {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if block, _ := pem.Decode(data); block != nil {
			data = block.Bytes
		}
		f.Add(data)
	}
}

// sane holds what came of any bytes to what every caller relies on.
func sane(t *testing.T, begun time.Time, c keystore.Contents) {
	for _, e := range c.Entries {
		if e.Kind == "" {
			t.Errorf("an entry without a kind: %+v", e)
		}
		if e.Certificate != nil && (e.Kind == scanner.ItemPrivateKey || e.Kind == scanner.ItemSecretKey) {
			t.Errorf("the bytes of a %s", e.Kind)
		}
	}
	for _, g := range c.Gaps {
		if g.What == "" || g.Reason == "" || g.Detail == "" || g.Reason == scanner.ReasonInternal {
			t.Errorf("a gap that says little: %+v", g)
		}
	}
	if _, err := json.Marshal(c); err != nil {
		t.Error(err)
	}
	if d := time.Since(begun); d > time.Minute {
		t.Errorf("took %s", d)
	}
}

func FuzzPKCS12(f *testing.F) {
	seeds(f, "openssl pkcs12 -export -in cert.pem -inkey key.pem -passout pass:secret1 -iter 1 -out seed1",
		"openssl pkcs12 -export -legacy -in cert.pem -inkey key.pem -passout pass:secret1 -iter 1 -out seed2",
		"openssl pkcs12 -export -keypbe NONE -certpbe NONE -nomac -in cert.pem -inkey key.pem -passout pass: -out seed3",
		"keytool -J-Dkeystore.pkcs12.keyPbeIterationCount=10 -J-Dkeystore.pkcs12.macIterationCount=10 -genseckey -keystore seed4 -storetype PKCS12 -storepass secret1 -keyalg AES -keysize 128 -alias s")
	for _, name := range []string{"a1", "a4"} {
		data, err := os.ReadFile("../certstore/testdata/rfc9579-" + name + ".p12")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sane(t, time.Now(), opener().PKCS12(t.Context(), data)) })
}

func FuzzJKS(f *testing.F) {
	seeds(f, "openssl pkcs12 -export -in cert.pem -inkey key.pem -name a -passout pass:secret1 -out p12",
		"keytool -importkeystore -srckeystore p12 -srcstorepass secret1 -destkeystore seed1 -deststoretype JKS -deststorepass secret1",
		"keytool -J-Djdk.jceks.iterationCount=10000 -importkeystore -srckeystore p12 -srcstorepass secret1 -destkeystore seed2 -deststoretype JCEKS -deststorepass secret1",
		"keytool -importcert -noprompt -keystore seed3 -storetype JKS -storepass secret1 -alias a -file cert.pem",
		"keytool -J-Djdk.jceks.iterationCount=10000 -genseckey -keystore seed4 -storetype JCEKS -storepass secret1 -keyalg AES -keysize 128 -alias s")
	f.Fuzz(func(t *testing.T, data []byte) { sane(t, time.Now(), opener().JKS(t.Context(), data)) })
}

func FuzzBKS(f *testing.F) {
	for _, store := range bouncy(f, "BKS BKS-V1 UBER") {
		f.Add(store)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keystore.IsUBER(data)
		sane(t, time.Now(), opener().BKS(t.Context(), data))
	})
}

func FuzzBCFKS(f *testing.F) {
	for _, store := range bouncy(f, "BCFKS BCFKS-scrypt BCFKS-KWP") {
		f.Add(store)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sane(t, time.Now(), opener().BCFKS(t.Context(), data)) })
}

// FuzzBCFKSObjects gives any bytes for what a password opened.
func FuzzBCFKSObjects(f *testing.F) {
	all := keystore.NewOpener([]keystore.Password{keystore.NewPassword(password)}, nil, 0)
	for _, store := range bouncy(f, "BCFKS") {
		plain := all.OpenBCFKS(f.Context(), store)
		if plain == nil {
			f.Fatal("the store does not open")
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sane(t, time.Now(), opener().BCFKSObjects(t.Context(), data)) })
}

// bouncy makes the stores of BouncyCastle's provider.
func bouncy(f *testing.F, names string) (stores [][]byte) {
	jar := lab.Program(f, "/usr/share/java/bcprov.jar")
	source, err := filepath.Abs("../certstore/testdata/Stores.java")
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	ssl := func(args string) { lab.RunIn(f, dir, lab.Program(f, "openssl"), strings.Fields(args)...) }
	ssl("req -x509 -newkey rsa:1024 -nodes -keyout key.pem -subj /CN=a -outform DER -out cert.der")
	ssl("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der")
	ssl("req -x509 -newkey rsa:1024 -nodes -keyout other.pem -subj /CN=b -outform DER -out trusted.der")
	lab.Run(f, lab.Program(f, "java"), "-Dorg.bouncycastle.bks.enable_v1=true", "-cp", jar, source, dir, password)
	for _, name := range strings.Fields(names) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		stores = append(stores, data)
	}
	return stores
}

func FuzzPrivateKey(f *testing.F) {
	seeds(f, "openssl pkcs8 -topk8 -in key.pem -iter 1 -passout pass:secret1 -out seed1",
		"openssl pkcs8 -topk8 -in key.pem -scrypt -scrypt_N 16 -passout pass:secret1 -out seed2",
		"openssl pkcs8 -topk8 -in key.pem -v1 PBE-MD5-DES -iter 1 -provider default -provider legacy -passout pass:secret1 -out seed3",
		"openssl pkcs8 -topk8 -in key.pem -v2 rc2 -iter 1 -provider default -provider legacy -passout pass:secret1 -out seed4",
		"openssl pkcs8 -topk8 -in key.pem -v1 PBE-SHA1-RC4-40 -iter 1 -provider default -provider legacy -passout pass:secret1 -out seed5")
	f.Fuzz(func(t *testing.T, data []byte) {
		e, gap := opener().PrivateKey(t.Context(), data)
		one(t, e, gap)
	})
}

func FuzzTraditional(f *testing.F) {
	for _, header := range []string{"AES-256-CBC,00112233445566778899AABBCCDDEEFF", "DES-EDE3-CBC,0011223344556677", "DES-CBC,00", "RC2-40-CBC,0011223344556677", ""} {
		f.Add(header, make([]byte, 64))
	}
	f.Fuzz(func(t *testing.T, header string, data []byte) {
		e, gap := opener().Traditional(t.Context(), header, data)
		one(t, e, gap)
	})
}

func one(t *testing.T, e keystore.Entry, gap *scanner.Incomplete) {
	c := keystore.Contents{Entries: []keystore.Entry{e}}
	if gap != nil {
		c.Gaps = append(c.Gaps, *gap)
	}
	sane(t, time.Now(), c)
	if gap == nil && e.Key == nil && e.Problem == "" {
		t.Errorf("neither a key nor why not: %+v", e)
	}
}

func FuzzReadPasswords(f *testing.F) {
	f.Add("a\nb\r\n\n c")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := keystore.ReadPasswords(strings.NewReader(text))
		if err != nil && len(text) > 40 && strings.Contains(err.Error(), text[:40]) {
			t.Error("the error quotes the passwords")
		}
		if err == nil && len(all) > strings.Count(text, "\n")+1 {
			t.Errorf("%d passwords in %q", len(all), text)
		}
	})
}
