package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// itemStores makes one key with its certificate, signed over SHA-1 by a root
// that signed itself so, in every sort of store, and a key of which nothing
// else lies there. The folder is what the tools of each sort wrote.
func itemStores(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ext"), []byte("subjectAltName=DNS:www.example.com\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"))
	write(t, filepath.Join(dir, "passwords"), []byte("secret1\n"))
	stores := filepath.Join(dir, "stores")
	for _, program := range []string{"openssl", "keytool", "certutil", "pk12util"} {
		lab.Program(t, program)
	}
	for _, command := range []string{
		"mkdir -p stores/nss stores/lone stores/apart",
		"openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /O=Example/CN=Root -sha1 -days 900 -out ca.pem -addext keyUsage=critical,keyCertSign",
		"openssl ecparam -name secp384r1 -genkey -noout -out www.key",
		"openssl req -new -key www.key -subj /O=Example/CN=www.example.com -out www.csr",
		"openssl x509 -req -in www.csr -CA ca.pem -CAkey ca.key -set_serial 0x1234567890abcdef -days 100 -sha1 -extfile ext -out www.pem",
		"openssl pkcs12 -export -in www.pem -inkey www.key -certfile ca.pem -name www -passout pass:secret1 -out stores/www.p12",
		"keytool -importkeystore -srckeystore stores/www.p12 -srcstorepass secret1 -destkeystore stores/www.jks -deststoretype JKS -deststorepass secret1 -destkeypass secret1 -noprompt",
		"certutil -N -d sql:stores/nss --empty-password",
		"pk12util -i stores/www.p12 -W secret1 -d sql:stores/nss -K ''",
		"openssl genpkey -algorithm ed25519 -out stores/lone/lone.key",
		"cp www.pem ca.pem stores/apart", "cp www.key stores/apart",
		"cat www.key www.pem ca.pem > stores/www.pem",
		"chmod 0640 stores/www.pem stores/www.p12 stores/www.jks stores/nss/cert9.db",
	} {
		lab.RunIn(t, dir, "sh", "-c", command)
	}
	return stores
}

// scanned sweeps a folder into lines of JSON and a page.
func scanned(t *testing.T, dir string, flags ...string) (lines []map[string]json.RawMessage, observed map[string]scanner.Observation, page string) {
	t.Helper()
	state := t.TempDir()
	out, html := filepath.Join(state, "s.jsonl"), filepath.Join(state, "s.html")
	args := append([]string{"scan", "--state", state, "--quiet", "--fail-on", "never", "-o", "jsonl=" + out, "-o", "html=" + html}, flags...)
	if status := run(append(args, dir), streams{in: &bytes.Buffer{}, out: &bytes.Buffer{}, err: os.Stderr}); status != exitClean {
		t.Fatalf("exit status %d", status)
	}
	text, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	observed = map[string]scanner.Observation{}
	s := bufio.NewScanner(file)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var line map[string]json.RawMessage
		var o scanner.Observation
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
		if err := json.Unmarshal(s.Bytes(), &o); err == nil && o.Schema == scanner.ObservationSchema {
			name, _ := filepath.Rel(dir, o.Endpoint.Path)
			observed[name] = o
		}
	}
	return lines, observed, string(text)
}

// asOpenSSL is what OpenSSL says of a certificate in a line each.
func asOpenSSL(t *testing.T, file string) map[string]string {
	t.Helper()
	openssl := lab.Program(t, "openssl")
	facts := map[string]string{}
	for line := range strings.Lines(lab.Run(t, openssl, "x509", "-in", file, "-noout", "-nameopt", "RFC2253", "-subject", "-issuer", "-serial", "-dates", "-fingerprint", "-sha256")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		facts[name] = value
	}
	der := lab.Run(t, "sh", "-c", fmt.Sprintf("%s x509 -in %s -noout -pubkey | %s pkey -pubin -outform DER", openssl, file, openssl))
	facts["spki"] = digest(der)
	facts["sha256"] = strings.ToLower(strings.ReplaceAll(facts["sha256 Fingerprint"], ":", ""))
	return facts
}

// TestFactsOfItems: in every sort of store the same certificate and key are
// told with the same facts, those that OpenSSL tells of them.
func TestFactsOfItems(t *testing.T) {
	dir := itemStores(t)
	above := filepath.Dir(dir)
	lines, observed, page := scanned(t, dir, "--passwords", filepath.Join(above, "passwords"))
	leaf, root := asOpenSSL(t, filepath.Join(above, "www.pem")), asOpenSSL(t, filepath.Join(above, "ca.pem"))
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for file, sort := range map[string]struct{ format, alias string }{"www.pem": {"PEM", ""}, "www.p12": {"PKCS#12", "www"}, "www.jks": {"JKS", "www"}, "nss/cert9.db": {"NSS", "www"}} {
		t.Run(sort.format, func(t *testing.T) {
			s := observed[file].Store
			if s == nil || s.Format != sort.format || s.Mode != "0640" || s.Owner != me.Uid {
				t.Fatalf("store %+v", s)
			}
			var told []string
			for _, i := range s.Items {
				told = append(told, itemFacts(i))
			}
			slices.Sort(told)
			want := []string{
				fmt.Sprintf("certificate trust-anchor %s chain %q %q", root["sha256"], "", certificateFacts(root, "sha1WithRSAEncryption", "RSA 2048 e=65537", "[keyCertSign] []", "[]", true)),
				fmt.Sprintf("certificate end-entity %s chain %q %q", leaf["sha256"], "complete", certificateFacts(leaf, "sha1WithRSAEncryption", "EC 384 secp384r1", "[digitalSignature] [serverAuth]", "[www.example.com]", false)),
			}
			if file != "nss/cert9.db" { // whose keys lie in another file
				want = append(want, fmt.Sprintf("private-key  %s pair %s", leaf["spki"], leaf["sha256"]))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, told); diff != "" {
				t.Errorf("(-openssl +told):\n%s", diff)
			}
			if sort.alias != "" && !slices.ContainsFunc(s.Items, func(i scanner.Item) bool { return i.Alias == sort.alias }) {
				t.Errorf("no item has the alias %q", sort.alias)
			}
		})
	}
	itemFindings(t, lines, leaf["sha256"], root["sha256"])
	for _, words := range []string{"end entity", "trust anchor", "signed by itself", "issued by " + leaf["issuer"], "serial 1234567890abcdef", "for www.example.com", "usage digitalSignature serverAuth",
		"SHA-256 " + leaf["sha256"][:15], "exponent 65537", "public key SHA-256 " + leaf["spki"][:15], "its certificate beside it", "chain complete", "user id " + me.Uid, "0640",
		"1 private key with nothing public beside", "in the folder of", "1 private key in several files"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page lacks %q", words)
		}
	}
	for _, file := range []string{"www.key", "ca.key"} {
		private := strings.Fields(lab.Run(t, "sh", "-c", "grep -v -e ----- "+filepath.Join(above, file)))
		if strings.Contains(page, private[0]) {
			t.Errorf("the page holds the private half of %s", file)
		}
	}
}

// certificateFacts and itemFacts write the facts in one way.
func certificateFacts(c map[string]string, signature, key, usage, names string, self bool) string {
	at := func(text string) string {
		day, err := time.Parse("Jan _2 15:04:05 2006 MST", text)
		if err != nil {
			return err.Error()
		}
		return day.UTC().Format(time.RFC3339)
	}
	return fmt.Sprint(c["subject"], " by ", c["issuer"], " ", strings.ToLower(c["serial"]), " ", at(c["notBefore"]), " ", at(c["notAfter"]), " ", signature, " ", key, " ", c["spki"], " ", usage, " ", names, " ", self)
}

func itemFacts(i scanner.Item) string {
	c := i.Certificate
	if c == nil {
		return fmt.Sprintf("%s %s %s pair %s", i.Kind, i.Role, i.SHA256, i.Pair)
	}
	key := fmt.Sprint(c.Key.Algorithm, " ", c.Key.Bits)
	if c.Key.Exponent != "" {
		key += " e=" + c.Key.Exponent
	}
	if c.Key.Curve != "" {
		key += " " + c.Key.Curve
	}
	serial := strings.TrimLeft(c.Serial, "0")
	if len(serial)%2 == 1 {
		serial = "0" + serial // as OpenSSL writes it
	}
	facts := fmt.Sprint(c.Subject, " by ", c.Issuer, " ", serial, " ", c.NotBefore.UTC().Format(time.RFC3339), " ", c.NotAfter.UTC().Format(time.RFC3339), " ", c.SignatureAlgorithm, " ", key, " ",
		c.Key.SPKISHA256, " ", c.KeyUsage, " ", c.ExtKeyUsage, " ", c.Names, " ", c.SelfSigned)
	return fmt.Sprintf("%s %s %s chain %q %q", i.Kind, i.Role, i.SHA256, i.Chain, facts)
}

// itemFindings: SHA-1 over a leaf is a finding in every store, over a root by
// itself in none; the keys are told as shared, orphaned, beside their
// certificates.
func itemFindings(t *testing.T, lines []map[string]json.RawMessage, leaf, root string) {
	t.Helper()
	over := map[string]int{}
	var facts []struct {
		Kind string `json:"kind"`
	}
	for _, line := range lines {
		text := func(name string) (s string) {
			_ = json.Unmarshal(line[name], &s)
			return s
		}
		if strings.Contains(text("rule"), "sha1WithRSAEncryption") {
			over[text("certificate")]++
		}
		if line["facts"] != nil {
			if err := json.Unmarshal(line["facts"], &facts); err != nil {
				t.Fatal(err)
			}
		}
	}
	if over[leaf] != 5 || over[root] != 0 {
		t.Errorf("SHA-1: %d findings about the leaf, %d about the root; want 5 and none", over[leaf], over[root])
	}
	kinds := map[string]int{}
	for _, f := range facts {
		kinds[f.Kind]++
	}
	if kinds["private-key-orphaned"] != 1 || kinds["private-key-beside-certificate"] != 1 || kinds["private-key-copied"] != 1 {
		t.Errorf("facts %v", kinds)
	}
}
