package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// issued makes a certificate for localhost by an authority of its own.
func issued(t *testing.T) (leaf tls.Certificate, authority []byte) {
	t.Helper()
	make := func(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	keys := [2]*ecdsa.PrivateKey{}
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1 << 60), Subject: pkix.Name{CommonName: "Own CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 60)}
	root := make(ca, ca, keys[0], keys[0])
	server := &x509.Certificate{SerialNumber: big.NewInt(1 << 61), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 90)}
	c := make(server, root, keys[1], keys[0])
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: keys[1], Leaf: c}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
}

// rulesOf are the rules of the findings, each once.
func rulesOf(t *testing.T, r result) []string {
	t.Helper()
	var rules []string
	for _, line := range r.lines {
		var f struct{ Schema, Rule string }
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		if f.Schema == "fipsweep.finding/v1" && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// TestTrustGiven: a chain below an authority of one's own is trusted where
// --trust names it; what else the machine trusts does not help it. A key on a
// list is found.
func TestTrustGiven(t *testing.T) {
	leaf, authority := issued(t)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS13})
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	_, stranger := issued(t)
	ca, other := file("ca.pem", authority), file("other.pem", stranger)
	sum := sha256.Sum256(leaf.Leaf.RawSubjectPublicKeyInfo)
	list := file("known", []byte("# known keys\n"+hex.EncodeToString(sum[:])+"\n"))
	const untrusted, known = "certificate-property/untrusted-chain", "certificate-property/known-compromised-key"
	for _, row := range []struct {
		name string
		args []string
		want map[string]bool
	}{
		{"another authority", []string{"--trust", other}, map[string]bool{untrusted: true, known: false}},
		{"its own", []string{"--trust", other, "--trust", ca}, map[string]bool{untrusted: false, known: false}},
		{"a list with its key", []string{"--trust", ca, "--weak-keys", list}, map[string]bool{untrusted: false, known: true}},
		{"judged when its authority's time is over", []string{"--trust", ca, "--as-of", time.Now().UTC().AddDate(0, 0, 70).Format(time.DateOnly)}, map[string]bool{untrusted: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			html := filepath.Join(t.TempDir(), "report.html")
			r := runScan(t, append(row.args, "-o", "html="+html, addr)...)
			found := rulesOf(t, r)
			for rule, want := range row.want {
				if slices.Contains(found, rule) != want {
					t.Errorf("%s found: %v, want %v\n%v\n%s", rule, !want, want, found, r.stderr)
				}
			}
			chain := r.at(t, addr).TLS.Chains[0]
			if len(chain.Path) != 1 || len(chain.Trust) == 0 {
				t.Errorf("chain %+v", chain)
			}
			page, err := os.ReadFile(html)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"trusted by ", "Trust of chains is by "} {
				if !strings.Contains(string(page), want) {
					t.Errorf("the page does not say %q", want)
				}
			}
		})
	}
}
