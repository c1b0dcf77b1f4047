package main

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"

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
	if elsewhere, err := systemPool(); err != nil || elsewhere.Equal(pool) {
		t.Errorf("SSL_CERT_FILE was not heeded: %v", err)
	}
}
