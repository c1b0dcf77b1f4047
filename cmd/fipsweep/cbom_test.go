package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// A cbom is what the tests read of a CycloneDX document.
type cbom struct {
	Components []struct {
		Ref    string `json:"bom-ref"`
		Crypto struct {
			Type     string `json:"assetType"`
			Material struct {
				Type      string `json:"type"`
				ID        string `json:"id"`
				SecuredBy struct {
					Mechanism string `json:"mechanism"`
				} `json:"securedBy"`
			} `json:"relatedCryptoMaterialProperties"`
			Protocol struct {
				Type    string                  `json:"type"`
				Version string                  `json:"version"`
				Suites  []struct{ Name string } `json:"cipherSuites"`
			} `json:"protocolProperties"`
		} `json:"cryptoProperties"`
	} `json:"components"`
	Services     []struct{ Name string } `json:"services"`
	Dependencies []struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	} `json:"dependencies"`
}

// materials are the ids of the components of a type of material.
func (b *cbom) materials(kind string) []string {
	var ids []string
	for _, c := range b.Components {
		if c.Crypto.Material.Type == kind {
			ids = append(ids, c.Crypto.Material.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// certificates are their digests.
func (b *cbom) certificates() []string {
	var all []string
	for _, c := range b.Components {
		if c.Crypto.Type == "certificate" {
			all = append(all, strings.TrimPrefix(c.Ref, "certificate/"))
		}
	}
	slices.Sort(all)
	return all
}

// opensslCertificates asks OpenSSL which certificates lie in a tree, and with
// which keys: digests, each once.
func opensslCertificates(t *testing.T, openssl, dir string) (certs, keys []string) {
	t.Helper()
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || !info.Mode().IsRegular() {
			return err
		}
		found, _ := exec.Command(openssl, "storeutl", "-certs", path).Output() // it fails where there is none
		for block, rest := pem.Decode(found); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" || seen[string(block.Bytes)] {
				continue
			}
			seen[string(block.Bytes)] = true
			file := filepath.Join(t.TempDir(), "one.pem")
			if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
				return err
			}
			_, print, _ := strings.Cut(lab.Run(t, openssl, "x509", "-in", file, "-noout", "-fingerprint", "-sha256"), "=")
			certs = append(certs, strings.ToLower(strings.ReplaceAll(strings.TrimSpace(print), ":", "")))
			public := filepath.Join(t.TempDir(), "public.pem")
			if err := os.WriteFile(public, []byte(lab.Run(t, openssl, "x509", "-in", file, "-noout", "-pubkey")), 0o600); err != nil {
				return err
			}
			keys = append(keys, digest(lab.Run(t, openssl, "pkey", "-pubin", "-in", public, "-outform", "DER")))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return once(certs), once(keys)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// TestCBOM sweeps real servers, the certificates of the machine and some keys,
// and holds the inventory to what OpenSSL and ssh-keygen count there.
func TestCBOM(t *testing.T) {
	openssl, keygen := lab.Program(t, "openssl"), lab.Program(t, "ssh-keygen")
	dir, stored := t.TempDir(), filepath.Join(t.TempDir(), "stored")
	if err := os.Mkdir(stored, 0o700); err != nil {
		t.Fatal(err)
	}
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	web := serveNginx(t, "ssl_certificate "+cert+"; ssl_certificate_key "+key+"; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384; ssl_ecdh_curve prime256v1;")
	shell := serveSSH(t, lab.Program(t, "sshd"), dir)
	lab.Run(t, openssl, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", filepath.Join(stored, "rsa.key"))
	lab.Run(t, openssl, "genpkey", "-algorithm", "ED25519", "-out", filepath.Join(stored, "ed.key"))
	lab.Run(t, openssl, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes-256-cbc", "-pass", "pass:open sesame", "-out", filepath.Join(stored, "locked.key"))
	var out bytes.Buffer
	args := []string{"scan", "--state", dir, "--quiet", "-o", "jsonl=" + filepath.Join(dir, "s.jsonl"), "-o", "cbom", web.String(), "ssh://" + shell, stored, "/etc/ssl/certs"}
	if status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: os.Stderr}); status != exitFindings {
		t.Fatalf("exit status %d", status)
	}
	valid.BOM(t, out.Bytes())
	var b cbom
	if err := json.Unmarshal(out.Bytes(), &b); err != nil {
		t.Fatal(err)
	}

	certs, keys := opensslCertificates(t, openssl, "/etc/ssl/certs")
	served := lab.Run(t, "sh", "-c", fmt.Sprintf("%s s_client -connect %s </dev/null 2>/dev/null | %s x509 -outform DER", openssl, web, openssl))
	if diff := cmp.Diff(once(append(certs, digest(served))), b.certificates()); diff != "" {
		t.Errorf("certificates (-openssl +cbom):\n%s", diff)
	}
	keys = append(keys, digest(lab.Run(t, "sh", "-c", fmt.Sprintf("%s s_client -connect %s </dev/null 2>/dev/null | %s x509 -pubkey -noout | %s pkey -pubin -outform DER", openssl, web, openssl, openssl))))
	for _, kind := range []string{"rsa", "ecdsa"} { // of OpenSSH in a form that OpenSSL reads
		pub := filepath.Join(dir, "spki")
		if err := os.WriteFile(pub, []byte(lab.Run(t, keygen, "-e", "-m", "PKCS8", "-f", filepath.Join(dir, "host_"+kind+".pub"))), 0o600); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, digest(lab.Run(t, openssl, "pkey", "-pubin", "-in", pub, "-outform", "DER")))
	}
	public := b.materials("public-key")
	if extra := len(public) - len(once(keys)); extra != 1 { // the Ed25519 host key
		t.Errorf("%d public keys, OpenSSL and ssh-keygen count %d and one", len(public), len(once(keys)))
	}
	for _, k := range keys {
		if !slices.Contains(public, k) {
			t.Errorf("public key %s is not in the inventory", k)
		}
	}
	var private []string
	for _, name := range []string{"rsa.key", "ed.key"} {
		private = append(private, digest(lab.Run(t, openssl, "pkey", "-in", filepath.Join(stored, name), "-pubout", "-outform", "DER")))
	}
	if diff := cmp.Diff(once(append(private, "")), b.materials("private-key")); diff != "" { // a locked one has no public half
		t.Errorf("private keys (-openssl +cbom):\n%s", diff)
	}
	cbomProtocols(t, &b)
	cbomSecrets(t, out.Bytes(), stored, dir)
	cbomAgain(t, out.Bytes(), filepath.Join(dir, "s.jsonl"))
}

// cbomProtocols looks for what the servers were told to speak.
func cbomProtocols(t *testing.T, b *cbom) {
	t.Helper()
	suites := map[string][]string{}
	for _, c := range b.Components {
		if p := c.Crypto.Protocol; p.Type != "" {
			for _, s := range p.Suites {
				suites[p.Type+" "+p.Version] = append(suites[p.Type+" "+p.Version], s.Name)
			}
			slices.Sort(suites[p.Type+" "+p.Version])
		}
		if c.Crypto.Material.Type == "private-key" && c.Crypto.Material.ID == "" && c.Crypto.Material.SecuredBy.Mechanism != "PBES2" {
			t.Errorf("the locked key is secured by %q", c.Crypto.Material.SecuredBy.Mechanism)
		}
	}
	want := map[string][]string{
		"tls 1.2": {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
		"tls 1.3": {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
	}
	if diff := cmp.Diff(want, suites); diff != "" {
		t.Errorf("suites (-nginx +cbom):\n%s", diff)
	}
	if len(b.Services) != 2 {
		t.Errorf("%d services, want 2", len(b.Services))
	}
}

// cbomSecrets looks for the private values, as PEM has them, in the document.
func cbomSecrets(t *testing.T, doc []byte, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if block, _ := pem.Decode(data); err == nil && block != nil && strings.Contains(block.Type, "PRIVATE") {
				half := len(block.Bytes) / 2
				for _, text := range []string{string(data[len(data)/2 : len(data)/2+20]), hex.EncodeToString(block.Bytes[half : half+10])} {
					if bytes.Contains(doc, []byte(text)) {
						t.Errorf("%s: a part of it is in the document", file)
					}
				}
			}
		}
	}
}

// cbomAgain writes both versions from the saved sweep: the same as when it was
// swept, and as valid.
func cbomAgain(t *testing.T, first []byte, lines string) {
	t.Helper()
	for _, version := range []string{"1.6", "1.7"} {
		var out bytes.Buffer
		args := []string{"report", lines, "--quiet", "-o", "cbom", "--cbom-version", version}
		if status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: os.Stderr}); status != exitFindings {
			t.Fatalf("exit status %d", status)
		}
		valid.BOM(t, out.Bytes())
		if same := bytes.Equal(first, out.Bytes()); same != (version == "1.7") {
			t.Errorf("version %s: the same as the sweep's own: %v\n%s", version, same, cmp.Diff(strings.Split(string(first), "\n")[:7], strings.Split(out.String(), "\n")[:7]))
		}
	}
}
