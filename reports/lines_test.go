package reports_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
)

func writeLines(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	l := reports.NewLines(&b, controls(t))
	for _, a := range sample() {
		if err := l.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(build(t, sample())); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLinesGolden(t *testing.T) {
	got := writeLines(t)
	path := filepath.Join("testdata", "golden", "sample.jsonl")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	valid.Lines(t, got)
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

// Each line stands alone, says its schema, and has the fields that others
// build on; the evidence digest is that of the observation lines.
func TestLines(t *testing.T) {
	fields := map[string][]string{
		"fipsweep.observation/v1": {"schema", "sweep", "time", "target", "endpoint", "probe"},
		"fipsweep.finding/v1":     {"schema", "id", "sweep", "time", "endpoint", "rule", "subject", "status", "use", "because", "remedy", "cite", "controls"},
		"fipsweep.offer/v1":       {"schema", "sweep", "time", "endpoint", "only_approved", "clients"},
		"fipsweep.sweep/v1":       {"schema", "sweep", "scope", "host", "user", "asked", "answered", "unobserved", "posture", "controls", "catalogue", "tool", "fips"},
	}
	counts := map[string]int{}
	digest := sha256.New()
	last := map[string]json.RawMessage{}
	s := bufio.NewScanner(bytes.NewReader(writeLines(t)))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var line map[string]json.RawMessage
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, s.Bytes())
		}
		var schema string
		if err := json.Unmarshal(line["schema"], &schema); err != nil {
			t.Fatal(err)
		}
		counts[schema]++
		for _, f := range fields[schema] {
			if v, ok := line[f]; !ok || string(v) == "null" {
				t.Fatalf("%s: no %s in %s", schema, f, s.Bytes())
			}
		}
		if schema == "fipsweep.observation/v1" {
			digest.Write(append(bytes.Clone(s.Bytes()), '\n'))
		}
		last = line
	}
	if d := cmp.Diff(map[string]int{"fipsweep.observation/v1": 86, "fipsweep.finding/v1": 122, "fipsweep.offer/v1": 65, "fipsweep.sweep/v1": 1}, counts); d != "" {
		t.Error(d)
	}
	if want := `"` + hex.EncodeToString(digest.Sum(nil)) + `"`; string(last["evidence_sha256"]) != want {
		t.Errorf("evidence %s, want %s", last["evidence_sha256"], want)
	}
}

// full is a place that is full after some bytes.
type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

func TestLinesSayWriteErrors(t *testing.T) {
	l := reports.NewLines(&full{left: 20000}, controls(t))
	var err error
	n := 0
	for _, a := range sample() {
		if err = l.Record(t.Context(), a); err != nil {
			break
		}
		n++
	}
	if !errors.Is(err, errFull) {
		t.Fatalf("error %v after %d, want %v", err, n, errFull)
	}
	if err := l.Close(build(t, nil)); err != nil {
		t.Logf("close: %v", err)
	}
}
