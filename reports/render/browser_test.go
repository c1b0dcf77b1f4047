package render_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// The page's own script runs in a real browser under the page's policy, which
// lets no other run: it counts the rows that the filter shows, and a name that
// a peer made up stays text.
func TestHTMLInBrowser(t *testing.T) {
	browser := lab.Program(t, "chromium")
	all := append(sample(t), strange(`<img src=x onerror="document.title='owned'">`)...)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page(t, build(t, sweep(), all), all)), 0o666); err != nil {
		t.Fatal(err)
	}
	// The browser is to speak to nobody: it has only the file.
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=2000", "--dump-dom", "file://"+file)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v", err)
	}
	dom := out.String()
	for _, want := range []string{" rows, holding 128 of 128 findings</output>", "77 of 77 endpoints", `role="rowgroup"`} {
		if !strings.Contains(dom, want) {
			t.Errorf("the page in the browser lacks %q", want)
		}
	}
	if strings.Contains(dom, "<title>owned") {
		t.Error("a name from a peer ran as script")
	}
}
