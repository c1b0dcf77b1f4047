package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckPlace holds that a place is tried before the sweep, that the
// complaint names what the operator wrote, and that nothing is left or changed.
func TestCheckPlace(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	shut, kept := filepath.Join(dir, "shut"), filepath.Join(dir, "kept")
	if err := os.Mkdir(shut, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{kept, filepath.Join(shut, "old")} {
		write(t, name, []byte("as it was"))
	}
	if err := os.Chmod(shut, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(shut, 0o777) })
	locked := filepath.Join(dir, "locked")
	write(t, locked, nil)
	if err := os.Chmod(locked, 0o444); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, format, path string
		ok                 bool
	}{
		{"a new file", "html", filepath.Join(dir, "new"), true},
		{"a file that is replaced", "html", kept, true},
		{"a new stream", "jsonl", filepath.Join(dir, "new"), true},
		{"a stream over a file", "jsonl", kept, true},
		{"a file that may not be written is replaced", "html", locked, true},
		{"and not streamed to", "jsonl", locked, false},
		{"a folder that may not be written", "html", filepath.Join(shut, "new"), false},
		{"nor a stream made in it", "jsonl", filepath.Join(shut, "new"), false},
		{"nor a file in it replaced", "md", filepath.Join(shut, "old"), false},
		{"but streamed to", "jsonl", filepath.Join(shut, "old"), true},
	} {
		err := output{tt.format, tt.path}.checkPlace()
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && err.Error() != "-o "+tt.format+"="+tt.path+": cannot be written (permission denied): name another place" {
			t.Errorf("%s says %q", tt.name, err)
		}
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "as it was" {
		t.Errorf("the file is %q, %v", b, err)
	}
	for _, d := range []string{dir, shut} {
		list, _ := os.ReadDir(d)
		for _, e := range list {
			if strings.HasPrefix(e.Name(), ".fipsweep") || e.Name() == "new" {
				t.Errorf("%s was left", e.Name())
			}
		}
	}
}
