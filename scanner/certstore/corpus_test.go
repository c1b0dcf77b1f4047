package certstore_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden file anew")

// odd is the corpus that testdata/certs/odd/make.sh made.
var odd = filepath.Join("..", "..", "testdata", "certs", "odd")

// facts writes a certificate in one line.
func facts(c *scanner.Certificate) string {
	key := strings.Join(strings.Fields(fmt.Sprintf("%s %d %s %s", c.Key.Algorithm, c.Key.Bits, c.Key.Curve, c.Key.Exponent)), " ")
	text := fmt.Sprintf("v%d serial %s | %s | %s | %s to %s | %q", c.Version, c.Serial, key, c.SignatureAlgorithm,
		c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339), c.Subject)
	if p := c.PSS; p != nil {
		text += fmt.Sprintf(" | PSS %s %s %d", p.Hash, p.MGFHash, p.SaltLen)
	}
	for _, list := range [][]string{c.Names, c.KeyUsage, c.ExtKeyUsage} {
		if len(list) > 0 {
			text += fmt.Sprintf(" | %q", list)
		}
	}
	if c.Parser != "" || c.Problem != "" { // in whose words depends on the version of Go
		text += strings.TrimRight(" | problem "+c.Parser, " ")
	}
	return text
}

// corpus tells the facts of a corpus, a certificate to a line.
func corpus(t *testing.T, path string) string {
	t.Helper()
	var names []string
	for line := range strings.Lines(string(read(t, path))) {
		if what, ok := strings.CutPrefix(line, "# "); ok {
			names = append(names, strings.TrimSpace(what))
		}
	}
	o := probe(path)
	if len(o.Store.Items) != len(names) || len(names) < 200 {
		t.Fatalf("%d of %d certificates, %v", len(o.Store.Items), len(names), o.Incomplete)
	}
	var got strings.Builder
	for i, item := range o.Store.Items {
		fmt.Fprintf(&got, "%s: %s\n", names[i], facts(item.Certificate))
	}
	for _, gap := range o.Incomplete {
		fmt.Fprintf(&got, "- %s: %s %s\n", gap.What, gap.Reason, gap.Detail)
	}
	return got.String()
}

// TestCorpus reads every odd certificate, as the golden file has it. That it
// has it right is held by openssl, in package pkix's TestCorpusAgainstOpenSSL.
func TestCorpus(t *testing.T) {
	got := corpus(t, filepath.Join(odd, "odd.pem"))
	golden := filepath.Join(odd, "golden.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(string(read(t, golden)), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

// passing is what of a certificate's facts is another in every corpus; a key
// that was to be of 2049 bits is openssl's to choose.
var passing = regexp.MustCompile(`serial \S+ |\d{4}-\d\d-\d\dT[0-9:]+Z|\bRSA 204[89]\b`)

// TestCorpusMade makes the corpus again, in one go, and finds the same facts
// in it, but for keys and days: the golden file is of what the script says.
func TestCorpusMade(t *testing.T) {
	openssl, dir := lab.Program(t, "openssl"), t.TempDir()
	script, err := filepath.Abs(filepath.Join(odd, "make.sh"))
	if err != nil {
		t.Fatal(err)
	}
	lab.RunIn(t, dir, "sh", script)
	want := lines(string(read(t, filepath.Join(odd, "golden.txt"))))
	got := lines(corpus(t, filepath.Join(dir, "odd.pem")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -golden +made\n%s", lab.Run(t, openssl, "version"), diff)
	}
}

func lines(text string) []string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	for i := range all {
		all[i] = passing.ReplaceAllString(all[i], "")
	}
	return all
}
