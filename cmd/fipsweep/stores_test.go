package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"4096": 4096, "4K": 4096, "64M": 64 << 20, "1G": 1 << 30, "128G": 0, "": 0, "M": 0, "1": 0, "-1M": 0, "1T": 0, "1KK": 0, "99999999999999999999": 0, "9999999999G": 0} {
		got, err := parseSize(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
}

// TestSystemLines finds the standard places of a machine in a folder.
func TestSystemLines(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"etc/ssl/certs", "usr/lib/jvm/java-17/lib/security", "etc/ssh", "home/a [1]/.ssh", "home/b", "root/.kube", "srv/keys"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	passwd := "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\na:x:2:2::/home/a [1]:/bin/sh\nb:x:3:3::/home/b:/bin/sh\nc:x:4:4::/home/gone:/bin/sh\nbroken\n"
	if err := os.WriteFile(filepath.Join(root, "etc/passwd"), []byte(passwd), 0o644); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range systemLines(root) {
		got = append(got, strings.TrimPrefix(l.Text, root))
	}
	want := []string{"/etc/ssh", "/etc/ssl", "/home/a [1]/.ssh", "/root/.kube", "/usr/lib/jvm/java-17/lib/security"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
