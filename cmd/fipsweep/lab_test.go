//go:debug tls10server=1
//go:debug tls3des=1
//go:debug tlsrsakex=1
//go:debug tlssha1=1

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
)

// selfSigned makes a certificate for localhost.
func selfSigned(t testing.TB, key any, public any) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(20261122), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func rsaCertificate(t *testing.T) tls.Certificate {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key, key.Public())
}

func ecdsaCertificate(t testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key, key.Public())
}

// serve answers every connection to a free loopback port with handle.
func serve(t *testing.T, handle func(net.Conn)) string { return lab.Serve(t, handle).String() }

// serveTLS serves with Go's own TLS.
func serveTLS(t *testing.T, cfg *tls.Config) string {
	return serve(t, func(c net.Conn) {
		c.SetDeadline(time.Now().Add(10 * time.Second))
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
	})
}

// result is what a scan printed and wrote.
type result struct {
	status       exitStatus
	stdout       string
	stderr       string
	observations []scanner.Observation
	lines        [][]byte
}

// runScan runs the whole program in this process and reads its JSON lines.
func runScan(t *testing.T, args ...string) result {
	t.Helper()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	lines := filepath.Join(dir, "lines.jsonl")
	args = append([]string{"scan", "--state", dir, "-o", "jsonl=" + lines, "-o", "text"}, args...)
	r := result{status: run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs})}
	r.stdout, r.stderr = out.String(), errs.String()
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.stderr)
	}
	r.read(t, data)
	return r
}

func (r *result) read(t *testing.T, data []byte) {
	t.Helper()
	valid.Lines(t, data)
	for line := range bytes.Lines(data) {
		r.lines = append(r.lines, line)
		var schema struct {
			Schema string `json:"schema"`
		}
		if err := json.Unmarshal(line, &schema); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if schema.Schema != scanner.ObservationSchema {
			continue
		}
		var o scanner.Observation
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatal(err)
		}
		r.observations = append(r.observations, o)
	}
}

// at returns the one observation of an address or path.
func (r *result) at(t *testing.T, where string) scanner.Observation {
	t.Helper()
	var found []scanner.Observation
	for _, o := range r.observations {
		if o.Endpoint.AddrPort().String() == where || o.Endpoint.Path == where {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d observations of %s, want 1", len(found), where)
	}
	return found[0]
}
