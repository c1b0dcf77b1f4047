//go:build !unix

package sweep

import "math"

// maxFiles is how many files the process may have open: as many as it likes.
func maxFiles() int { return math.MaxInt32 }
