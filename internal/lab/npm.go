package lab

import (
	"fmt"
	"runtime"
	"testing"
)

// NPM finds a program of npm's by package, version and path within: Node.js and its
// like have TLS libraries inside that no distribution has any more, or has yet. They
// are built for Linux on amd64.
func NPM(t testing.TB, pkg, version, path string) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		Absent(t, fmt.Sprintf("%s is made for Linux on amd64 alone", pkg))
	}
	return Program(t, fmt.Sprintf("/usr/local/lib/fipsweep-lab/%s/node_modules/%s/%s", version, pkg, path))
}
