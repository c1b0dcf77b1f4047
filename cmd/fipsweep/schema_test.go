package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// runOut runs the whole program in this process.
func runOut(t *testing.T, want exitStatus, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs}); got != want {
		t.Fatalf("%v: exit status %d, want %d\n%s", args, got, want, errs.String())
	}
	return out.Bytes()
}

// Whatever is written as JSON is as its schema says.
func TestDocumentsAreValid(t *testing.T) {
	dir := t.TempDir()
	lines, doc := filepath.Join(dir, "s.jsonl"), filepath.Join(dir, "s.json")
	cert := rsaCertificate(t)
	held := filepath.Join(dir, "server.der")
	if err := os.WriteFile(held, cert.Certificate[0], 0o600); err != nil {
		t.Fatal(err)
	}
	plain := serve(t, func(c net.Conn) { io.WriteString(c, "220 ready\r\n") })
	targets := []string{serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}}), plain, "127.0.0.1:1", held}
	runOut(t, exitIncomplete, append([]string{"scan", "--state", dir, "--fail-on", "never", "-q", "-o", "jsonl=" + lines, "-o", "json=" + doc}, targets...)...)
	journals, err := filepath.Glob(filepath.Join(dir, "sweeps", "*.jsonl"))
	if err != nil || len(journals) != 1 {
		t.Fatalf("journals %v, %v", journals, err)
	}
	for _, path := range []string{lines, journals[0]} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		valid.Lines(t, data)
	}
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	valid.Document(t, "report", data)

	names := []string{"x25519", "TLS_RSA_WITH_AES_128_CBC_SHA", "ssh-rsa", "RSA 1024", "secp256r1", "SHA-1", "TLSv1.0"}
	valid.Document(t, "explain", runOut(t, exitClean, append([]string{"explain", "-o", "json"}, names...)...))
	valid.Document(t, "explain", runOut(t, exitClean, append([]string{"explain", "-o", "json", "--as-of", "2036-01-01"}, names...)...))
	valid.Document(t, "explain", runOut(t, exitUsage, "explain", "-o", "json", "no-such-name"))
	valid.Document(t, "rules", runOut(t, exitClean, "rules", "-o", "json"))
}
