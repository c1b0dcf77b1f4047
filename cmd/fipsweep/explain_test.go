package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// Every finding, of goldens and of stores that OpenSSL and OpenSSH made, is
// answered for by explain under the name that it has, with the rule that
// decided.
func TestExplainKnowsFindings(t *testing.T) {
	golden := filepath.Join("..", "..", "testdata", "golden", "rejudge", "fips140-3-2026-11-22.jsonl")
	lines, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	makeOddKeys(t, dir)
	lines = append(lines, runOut(t, exitFindings, "scan", "--state", t.TempDir(), "--as-of", "2026-11-22", "-o", "jsonl", dir,
		filepath.Join("..", "..", "scanner", "certstore", "testdata"), filepath.Join("..", "..", "scanner", "tlsprobe", "testdata"))...)
	judge, _, err := newJudge("2026-11-22", nil)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for line := range bytes.Lines(lines) {
		var f struct {
			Schema  string
			Rule    string
			Subject fips.Subject
			Class   fips.Class
		}
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		if f.Schema != "fipsweep.finding/v1" || told[f.Rule+" "+f.Subject.Name] {
			continue
		}
		told[f.Rule+" "+f.Subject.Name] = true
		if kind, _, ok := strings.Cut(f.Rule, "/"); ok && !slices.Contains(f.Class.RuleKinds(), kind) {
			t.Errorf("%s is evidence of %s, of which explain says that only %q are", f.Rule, f.Class, f.Class.RuleKinds())
		}
		found, _ := judge.Explain(f.Subject.Name)
		if !slices.ContainsFunc(found, func(e fips.Explanation) bool { return e.Rule == f.Rule }) && f.Rule != "" {
			t.Errorf("a finding about %q is by %q; explain tells of %d other rules", f.Subject.Name, f.Rule, len(found))
		}
	}
	for _, want := range []string{"PBES2", "OpenSSH-bcrypt", "PEM-traditional-DEK-Info", "DHE prime of 512 bits"} {
		if !slices.ContainsFunc(slices.Collect(keysOf(told)), func(s string) bool { return strings.HasSuffix(s, " "+want) }) {
			t.Errorf("no finding about %s, which was to be asked for", want)
		}
	}
	valid.Document(t, "explain", runOut(t, exitClean, "explain", "-o", "json", "PBES2", "AES key of 256 bits", "unknown", "DSA 1024", "SC-17", "a.8.24"))
}

// A control says what it asks and which rules speak to it.
func TestExplainControl(t *testing.T) {
	text := string(runOut(t, exitClean, "explain", "SC-17", "A.8.24", "cc6.1"))
	for _, want := range []string{"SC-17  control", "A.8.24  control", "SP 800-53", "SOC 2", "  asks ", "cert-key: rules on public-key", "key-at-rest: rules on keystore-protection"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "unobserved") {
		t.Errorf("a control has no status by itself:\n%s", text)
	}
}

func keysOf(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// makeOddKeys makes keys that findings name otherwise than rules do.
func makeOddKeys(t *testing.T, dir string) {
	t.Helper()
	openssl := lab.Program(t, "openssl")
	at := func(name string) string { return filepath.Join(dir, name) }
	lab.Run(t, openssl, "genrsa", "-3", "-traditional", "-aes128", "-passout", "pass:x", "-out", at("dek.pem"), "2048")
	lab.Run(t, openssl, "genrsa", "-3", "-out", at("three.pem"), "2048")
	lab.Run(t, openssl, "pkcs8", "-topk8", "-in", at("three.pem"), "-passout", "pass:x", "-v2", "des3", "-out", at("pbes2-3des.pem"))
	lab.Run(t, openssl, "pkcs8", "-topk8", "-in", at("three.pem"), "-passout", "pass:x", "-scrypt", "-out", at("scrypt.pem"))
	lab.Run(t, openssl, "pkcs8", "-topk8", "-in", at("three.pem"), "-passout", "pass:x", "-iter", "500", "-out", at("few.pem"))
	lab.Run(t, openssl, "dsaparam", "-genkey", "-noout", "-out", at("dsa.pem"), "1024")
	lab.Run(t, lab.Program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", "xxxxx", "-f", at("ssh"))
}
