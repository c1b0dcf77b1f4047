package certstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner/certstore"
)

func TestExcludes(t *testing.T) {
	for _, tt := range []struct {
		glob, yes, no string // paths, by blanks
	}{
		{"/srv/backup", "/srv/backup", "/srv/backups /srv /a/srv/backup"},
		{"/srv/backup/", "/srv/backup", "/srv"},
		{"*.iso", "/a/b.iso /x.iso", "/a/iso /a.iso/b"},
		{"node_modules", "/a/node_modules /node_modules", "/a/node_modules2"},
		{"/home/*/.cache", "/home/a/.cache", "/home/a/b/.cache /home/.cache"},
		{"/var/**/tmp", "/var/tmp /var/a/b/tmp", "/var/tmpx /tmp"},
		{"**/x?", "/xy /a/b/xz", "/a/x /a/xyz"},
		{"/a/[!b-d]e", "/a/ae", "/a/be /a/e"},
		{"/a/[x", "/a/[x", "/a/x"},
		{"a+(b)", "/a+(b)", "/aab"},
	} {
		x, err := certstore.ParseExcludes([]string{tt.glob})
		if err != nil {
			t.Errorf("%s: %v", tt.glob, err)
		}
		for _, path := range strings.Fields(tt.yes) {
			if !x.Has(path) {
				t.Errorf("%s does not exclude %s", tt.glob, path)
			}
		}
		for _, path := range strings.Fields(tt.no) {
			if x.Has(path) {
				t.Errorf("%s excludes %s", tt.glob, path)
			}
		}
	}
	for _, glob := range []string{"", "/", "**", "a/b", "./a", "/[z-a]"} {
		if _, err := certstore.ParseExcludes([]string{"/ok", glob}); err == nil {
			t.Errorf("%q is taken", glob)
		}
	}
}

// TestWalkExcludes: what is excluded is neither read nor reached by a link.
func TestWalkExcludes(t *testing.T) {
	root, away := t.TempDir(), t.TempDir()
	for _, name := range []string{"a/keep", "a/skip/x", "a/skip/deep/y", "b/z.iso", "b/z"} {
		write(t, filepath.Join(root, name), []byte("x\n"))
	}
	write(t, filepath.Join(away, "far"), []byte("x\n"))
	for link, to := range map[string]string{"a/link": filepath.Join(root, "a/skip/x"), "a/far": filepath.Join(away, "far")} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	x, err := certstore.ParseExcludes([]string{"skip", "*.iso", away})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range sweep(t, certstore.New(certstore.Options{Exclude: x}), root) {
		got = append(got, strings.TrimPrefix(o.Endpoint.Path, root+"/"))
	}
	if diff := cmp.Diff([]string{"a/keep", "b/z"}, got); diff != "" {
		t.Error(diff)
	}
	if rest := sweep(t, certstore.New(certstore.Options{Exclude: x}), filepath.Join(root, "a/skip/deep")); len(rest) > 0 {
		t.Errorf("named below what is excluded: %v", rest)
	}
}

func FuzzExcludes(f *testing.F) {
	for _, glob := range []string{"/a/**/b", "*.[!a-z]", "[", "[]", "[^]", `\`} {
		f.Add(glob, "/a/b")
	}
	f.Fuzz(func(t *testing.T, glob, path string) {
		if x, err := certstore.ParseExcludes([]string{glob}); err == nil {
			x.Has(path)
		}
	})
}
