//go:build unix

package certstore_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// TestStrangeName: a name that is no UTF-8 is one file, told apart from another
// that reads alike.
func TestStrangeName(t *testing.T) {
	b, dir := make1(t), t.TempDir()
	ids := map[string]bool{}
	for _, name := range []string{"a\xff.pem", "a\xfe.pem", "new\nline", "\x1b[31m", "..."} {
		write(t, filepath.Join(dir, name), b.cert)
	}
	for _, o := range sweep(t, certstore.New(certstore.Options{}), dir) {
		if brief(o) != "PEM: certificate" {
			t.Errorf("%q: %s", o.Endpoint.Path, brief(o))
		}
		ids[o.Endpoint.ID] = true
		if bytes := string(o.Store.PathBytes); strings.Contains(o.Endpoint.Path, "a\xff") != (bytes != "" && strings.Contains(bytes, "\xff")) {
			t.Errorf("%q: path_bytes %q", o.Endpoint.Path, bytes)
		}
		o.Sweep, o.Time = "20260101T000000Z-0000", time.Unix(0, 0).UTC()
		data, err := json.Marshal(o)
		if err == nil {
			err = valid.Check("observation", data)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if len(ids) != 5 {
		t.Errorf("%d endpoints of 5 files", len(ids))
	}
}

// TestSparse: a file of a terabyte that is all hole, and one that begins as
// text, cost no more than the bound.
func TestSparse(t *testing.T) {
	b, dir := make1(t), t.TempDir()
	for name, want := range map[string]struct {
		begin []byte
		told  string
	}{
		"hole":  {nil, ":"},
		"text":  {b.cert, "PEM: certificate -content behind the first bytes too-large"},
		"DER":   {b.certDER, "DER: certificate"},
		"a zip": {packed(t, "a", b.cert), "zip: -zip archive not-understood"}, // its directory is not at its end
	} {
		path := filepath.Join(dir, name)
		write(t, path, want.begin)
		if err := os.Truncate(path, 1<<40); err != nil {
			lab.Absent(t, "no sparse files here: "+err.Error())
		}
		began := time.Now()
		got := brief(certstore.New(certstore.Options{MaxFileSize: 1 << 20}).Probe(t.Context(), scanner.File(path)))
		if took := time.Since(began); got != want.told || took > 5*time.Second {
			t.Errorf("%s: %s in %s, want %s", name, got, took, want.told)
		}
	}
}

// TestSparseTar: members of a terabyte that are all hole, which tar packs into
// nothing, in both of its ways.
func TestSparseTar(t *testing.T) {
	b, dir := make1(t), t.TempDir()
	write(t, filepath.Join(dir, "cert.pem"), b.cert)
	for name, begin := range map[string][]byte{"hole": nil, "text": b.other} {
		path := filepath.Join(dir, name)
		write(t, path, begin)
		if err := os.Truncate(path, 1<<40); err != nil {
			lab.Absent(t, "no sparse files here: "+err.Error())
		}
	}
	for _, format := range []string{"gnu", "posix"} {
		lab.RunIn(t, dir, "tar", "--sparse", "--format="+format, "-cf", "a.tar", "hole", "text", "cert.pem")
		began := time.Now()
		got := members(certstore.New(certstore.Options{MaxFileSize: 1 << 20}).Probe(t.Context(), scanner.File(filepath.Join(dir, "a.tar"))))
		const want = "tar: certificate@text certificate@cert.pem -text: content behind the first bytes too-large"
		if took := time.Since(began); got != want || took > 5*time.Second {
			t.Errorf("%s: %s in %s, want %s", format, got, took, want)
		}
	}
}

// TestChanging: a store that is written to under the reader says so.
func TestChanging(t *testing.T) {
	b := make1(t)
	path := filepath.Join(t.TempDir(), "store.pem")
	write(t, path, join(b.cert, []byte(strings.Repeat("a line of text\n", 4<<20))))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return // the test is over
			}
			f.WriteString("x\n")
			f.Close()
		}
	}()
	o := probe(path)
	os.Remove(path)
	<-done
	if got := brief(o); got != "PEM: certificate -the file as it is now answers-differ" && !strings.HasSuffix(got, "-the file as it is now answers-differ") {
		t.Errorf("%s", got)
	}
}
