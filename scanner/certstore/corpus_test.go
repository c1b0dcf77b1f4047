package certstore_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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

// TestCorpus reads every odd certificate, as the golden file has it.
func TestCorpus(t *testing.T) {
	path := filepath.Join(odd, "odd.pem")
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
	golden := filepath.Join(odd, "golden.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(string(read(t, golden)), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Error(diff)
	}
}

var (
	keyBits  = regexp.MustCompile(`Public-Key: \((\d+) bit\)`)
	notAfter = regexp.MustCompile(`Not After : (.*)`)
)

// TestCorpusAsOpenSSL holds sizes and dates to what openssl says of the same
// certificates, wherever it says anything.
func TestCorpusAsOpenSSL(t *testing.T) {
	path, openssl := filepath.Join(odd, "odd.pem"), lab.Program(t, "openssl")
	script := fmt.Sprintf("%s crl2pkcs7 -nocrl -certfile %s | %s pkcs7 -print_certs -text -noout", openssl, path, openssl)
	said := strings.Split(lab.Run(t, "sh", "-c", script), "\nCertificate:\n")
	said[0] = strings.TrimPrefix(said[0], "Certificate:\n")
	items := probe(path).Store.Items
	if len(said) != len(items) {
		t.Fatalf("openssl reads %d certificates, we %d", len(said), len(items))
	}
	checked := 0
	for i, text := range said {
		c := items[i].Certificate
		if m := keyBits.FindStringSubmatch(text); m != nil && c.Key.Bits > 0 && c.Key.Algorithm != "EC" {
			checked++
			if bits, _ := strconv.Atoi(m[1]); bits != c.Key.Bits {
				t.Errorf("%s: %d bits, openssl says %d", c.Subject, c.Key.Bits, bits)
			}
		}
		m := notAfter.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if end, err := time.Parse("Jan _2 15:04:05 2006 MST", strings.TrimSpace(m[1])); err == nil && !end.Equal(c.NotAfter) {
			t.Errorf("%s: ends %s, openssl says %s", c.Subject, c.NotAfter, end)
		} else if err == nil {
			checked++
		}
	}
	if checked < len(items) {
		t.Errorf("only %d facts of %d certificates held to openssl's", checked, len(items))
	}
}
