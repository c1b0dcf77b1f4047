package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// Every authority of the bundle is an anchor, and Go's own variables lead
// elsewhere.
func TestSystemPool(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "")
	t.Setenv("SSL_CERT_DIR", "")
	rest, err := os.ReadFile(bundles()[0])
	if err != nil {
		lab.Absent(t, bundles()[0]+" is not there (apt-get install ca-certificates); not tested: the trust store of the machine")
	}
	pool, err := systemPool()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		options := x509.VerifyOptions{Roots: pool, CurrentTime: c.NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
		if _, err := c.Verify(options); err != nil {
			t.Errorf("%v: %v", c.Subject, err)
		}
		n++
	}
	if n < 100 {
		t.Errorf("%d authorities", n)
	}
	t.Setenv("SSL_CERT_FILE", os.DevNull)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	if elsewhere, err := systemPool(); err != nil || elsewhere.Equal(pool) {
		t.Errorf("SSL_CERT_FILE was not heeded: %v", err)
	}
}

// A server's own certificate, signed by itself, is no authority for lying in a
// folder of them, under a hashed name too; the certificate of an authority
// there is, and any that a file was named for.
func TestSystemPoolOfFolders(t *testing.T) {
	own, ca := signedItself(t, false), signedItself(t, true)
	dir := t.TempDir()
	for name, c := range map[string]*x509.Certificate{"own.pem": own, "0a1b2c3d.0": own, "ca.pem": ca} {
		data := append([]byte("no certificate\n"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		name, file, folder string
		own, ca            bool
	}{
		{"a folder", os.DevNull, dir, false, true},
		{"one of several", os.DevNull, t.TempDir() + ":" + dir, false, true},
		{"a file", filepath.Join(dir, "own.pem"), t.TempDir(), true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", row.file)
			t.Setenv("SSL_CERT_DIR", row.folder)
			pool, err := systemPool()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				*x509.Certificate
				want bool
			}{{own, row.own}, {ca, row.ca}} {
				if _, err := c.Verify(x509.VerifyOptions{Roots: pool}); (err == nil) != c.want {
					t.Errorf("%v trusted: %v, want %v", c.Subject, err == nil, c.want)
				}
			}
		})
	}
}

// signedItself makes a certificate that signed itself.
func signedItself(t *testing.T, authority bool) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: fmt.Sprintf("authority %v", authority)}, BasicConstraintsValid: true,
		IsCA: authority, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}
