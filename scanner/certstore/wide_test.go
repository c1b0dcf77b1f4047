//go:build unix

package certstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// walked lists what a target is expanded into, below a directory.
func walked(t testing.TB, s *certstore.Store, dir string) (paths []string) {
	t.Helper()
	for e, err := range s.Expand(t.Context(), scanner.Target{Path: dir}) {
		must(t, err)
		below, err := filepath.Rel(dir, e.Path)
		must(t, err)
		paths = append(paths, strings.Join(append([]string{below}, e.Links...), " "))
	}
	return paths
}

// TestWide: a folder of more names than are held at once is walked whole, with
// the folders in it. A file of several names is called by the first, in
// whichever part of the folder that is.
func TestWide(t *testing.T) {
	dir := base(t)
	var want []string
	for i := range 2500 {
		name := fmt.Sprintf("%04d", i)
		if i%500 == 0 {
			must(t, os.Mkdir(dir+"/"+name, 0o755))
			name += "/in"
		}
		write(t, dir+"/"+name, nil)
		if 0 < i && i <= 100 { // named again further down
			must(t, os.Link(dir+"/"+name, fmt.Sprintf("%s/%04d", dir, 2500+i)))
			name += fmt.Sprintf(" %s/%04d", dir, 2500+i)
		}
		want = append(want, name)
	}
	got := walked(t, certstore.New(certstore.Options{}), dir)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestDeep: the folders above the one that is walked are not kept open.
func TestDeep(t *testing.T) {
	const levels = 1000
	dir := base(t)
	bottom := dir + strings.Repeat("/d", levels)
	must(t, os.MkdirAll(bottom, 0o755))
	write(t, bottom+"/file", nil)
	found := false
	for e, err := range certstore.New(certstore.Options{}).Expand(t.Context(), scanner.Target{Path: dir}) {
		must(t, err)
		found = found || filepath.Base(e.Path) == "file"
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			lab.Absent(t, "no /proc here")
		}
		if len(open) > 100 {
			t.Errorf("%d files are open %d levels deep", len(open), levels)
		}
	}
	if !found {
		t.Error("the file at the bottom was not found")
	}
}

// TestManyNames: when no more names may be remembered, every file is still
// found, and what lies outside of the tree as well.
func TestManyNames(t *testing.T) {
	dir := base(t)
	tree := dir + "/tree"
	write(t, tree+"/a", nil)
	write(t, tree+"/sub/b", nil)
	write(t, dir+"/out/c", nil)
	must(t, os.Link(tree+"/sub/b", tree+"/b2"))
	for link, to := range map[string]string{"1": "a", "2": "sub", "3": "../out/c", "4": "../out/c", "5": "../out", "6": "gone", "7": tree + "/sub/b"} {
		must(t, os.Symlink(to, tree+"/"+link))
	}
	out := dir + "/out"
	for _, test := range []struct {
		what  string
		names int64
		seen  int
		want  []string
	}{
		{"all", 1 << 20, 100, []string{
			"../out/c " + tree + "/3 " + tree + "/4", "5 " + out, "6", "a " + tree + "/1", "b2 " + tree + "/7 " + tree + "/sub/b"}},
		{"no names", 0, 100, []string{"../out/c " + tree + "/3", "5 " + out, "6", "a", "b2"}},
		{"nothing", 0, 0, []string{"../out/c " + tree + "/3", "../out/c " + tree + "/4", "5 " + out, "6", "a", "b2", "sub/b"}},
	} {
		s := certstore.New(certstore.Options{})
		s.Remember(test.names, test.seen)
		got := walked(t, s, tree)
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.what, diff)
		}
	}
}
