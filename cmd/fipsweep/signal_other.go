//go:build !unix

package main

import "os"

// statusSignals ask a sweep how far it is; this system has none to spare.
func statusSignals() []os.Signal { return nil }
