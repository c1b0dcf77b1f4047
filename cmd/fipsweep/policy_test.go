package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// What is written as JSON under policies is as the schemas say.
func TestPolicyDocuments(t *testing.T) {
	own := filepath.Join(t.TempDir(), "acme.yaml")
	text := `policy: acme
sources: [{id: ACME-7, title: t, edition: e, date: "2026", access: read}]
add:
- {kind: ssh-kex, name: ours, use: u, status: approved, cite: {document: ACME-7, section: x}, because: b, remedy: r}
tighten:
- {id: rsa, kind: public-key, algorithm: RSA, below_bits: 4096, status: deprecated, from: 2026-12-01, cite: {document: ACME-7, section: x}, because: b, remedy: r}
- {id: weak, kind: cipher, name: "AES-*", strength_below: 192, role: encrypt, status: deprecated, until: 2030-12-31, cite: {document: ACME-7, section: x}, because: b, remedy: r, draft: true}
- {id: list, kind: [ssh-mac], only: hmac-sha2-256, status: not-approved, cite: {document: ACME-7, section: x}, because: b, remedy: r}
`
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		schema string
		args   []string
	}{
		{"policy-diff", []string{"rules", "--diff", "-o", "json"}},
		{"policy-diff", []string{"rules", "--diff", "-o", "json", "--policy", "cnsa2", "--policy", "pqc", "--policy", own}},
		{"rules", []string{"rules", "-o", "json", "--policy", "cnsa2", "--policy", own}},
		{"explain", []string{"explain", "-o", "json", "--policy", "cnsa2", "--policy", own, "TLS_AES_128_GCM_SHA256", "RSA 2048", "ours", "acme/rsa", "x25519"}},
	} {
		var out, errs bytes.Buffer
		root := newRoot(streams{out: &out, err: &errs})
		root.SetArgs(tt.args)
		if err := root.Execute(); err != nil {
			t.Fatalf("%v: %v", tt.args, err)
		}
		valid.Document(t, tt.schema, out.Bytes())
	}
}
