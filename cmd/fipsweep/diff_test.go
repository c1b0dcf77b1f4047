package main

import (
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// A real server is told other things three times over at one address: what it
// was told is what the diff says of it. Behind something that takes connections
// and says nothing, what it served is not mended.
func TestDiffOfServer(t *testing.T) {
	cert, key := lab.KeyPair(t, "-newkey", "rsa:2048")
	at, dir := lab.Port(t), t.TempDir()
	scan := func(name string, serve func(*testing.T)) string {
		lines := filepath.Join(dir, name+".jsonl")
		t.Run(name, func(t *testing.T) {
			serve(t)
			runScanOf(t, dir, "tls://"+at.String(), lines)
		})
		return lines
	}
	nginx := func(lines string) func(*testing.T) {
		return func(t *testing.T) {
			lab.Nginx(t, at, "ssl; ssl_certificate "+cert+"; ssl_certificate_key "+key+"; "+lines)
		}
	}
	old := scan("old", nginx("ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:@SECLEVEL=0; ssl_ecdh_curve P-256;"))
	mended := scan("mended", nginx("ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_ecdh_curve P-256;"))
	other := scan("other", nginx("ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_ecdh_curve X25519:P-256;"))
	silent := scan("silent", func(t *testing.T) { lab.ServeAt(t, at.String(), func(c net.Conn) { io.Copy(io.Discard, c) }) })
	closed := scan("closed", func(*testing.T) {})

	if got := diffOf(t, exitClean, old, mended); !slices.Contains(got, "finding mended TLSv1.0") || !slices.Contains(got, "finding mended TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA") ||
		slices.ContainsFunc(got, func(s string) bool { return s[:len("finding mended")] != "finding mended" }) {
		t.Errorf("TLS 1.0 and its suite left out: %q", got)
	}
	if got := diffOf(t, exitFindings, mended, other); !slices.Equal(got, []string{"finding new x25519"}) {
		t.Errorf("X25519 let in: %q", got)
	}
	if got := diffOf(t, exitIncomplete, other, silent); !slices.Contains(got, "endpoint unobserved") || !slices.Contains(got, "finding unobserved x25519") || slices.ContainsFunc(got, isMended) {
		t.Errorf("silent: %q", got)
	}
	if got := diffOf(t, exitIncomplete, other, closed); !slices.Contains(got, "endpoint gone") || !slices.Contains(got, "finding gone x25519") || slices.ContainsFunc(got, isMended) {
		t.Errorf("closed: %q", got)
	}
}

func isMended(s string) bool { return len(s) > 14 && s[:14] == "finding mended" }

// runScanOf scans a target as on a fixed day, whatever it comes to.
func runScanOf(t *testing.T, state, target, lines string) {
	t.Helper()
	run([]string{"scan", "-q", "--state", state, "--timeout", "2s", "-o", "jsonl=" + lines, target}, streams{out: io.Discard, err: io.Discard})
}

// diffOf is each change that the diff of two files tells, in short.
func diffOf(t *testing.T, want exitStatus, before, after string) []string {
	t.Helper()
	data := runOut(t, want, "diff", "--state", t.TempDir(), "-o", "json", before, after)
	valid.Document(t, "diff", data)
	var doc struct {
		Changes []struct {
			Of, Change string
			Subject    struct{ Name string }
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range doc.Changes {
		line := c.Of + " " + c.Change
		if c.Subject.Name != "" {
			line += " " + c.Subject.Name
		}
		got = append(got, line)
	}
	slices.Sort(got)
	return got
}
