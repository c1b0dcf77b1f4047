//go:build unix

package sweep

import (
	"math"
	"syscall"
)

// maxFiles is how many files the process may have open. Go's runtime has
// raised the soft limit to the hard one by the time this asks.
func maxFiles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 1024
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}
