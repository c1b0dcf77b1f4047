package pkix_test

import (
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// TestCorpusAgainstOpenSSL holds every fact of every odd certificate to what
// openssl says of it, which so holds scanner/certstore's golden file of them.
func TestCorpusAgainstOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "certs", "odd", "odd.pem"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	slots := make(chan bool, runtime.NumCPU())
	all := blocks(data)
	for i, der := range all {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			slots <- true
			defer func() { <-slots }()
			file := fmt.Sprint(i, ".pem")
			if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
				t.Fatal(err)
			}
			got := pkix.Certificate(der)
			if diff := cmp.Diff(opensslFacts(t, dir, file), ourFacts(got)); diff != "" {
				t.Errorf("%s: -openssl +ours\n%s", got.Subject, diff)
			}
		})
	}
	if want := strings.Count(string(data), "\n# ") + 1; len(all) != want || want < 200 {
		t.Errorf("%d certificates of %d", len(all), want)
	}
}
