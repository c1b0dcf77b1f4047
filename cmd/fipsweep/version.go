package main

import (
	"crypto/fips140"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is the tool's own, raised with CHANGELOG.md.
const version = "0.1.0"

// ownFIPS says how the tool's own cryptography runs.
func ownFIPS() string {
	if !fips140.Enabled() {
		return "off"
	}
	return "on, Go Cryptographic Module " + fips140.Version()
}

func newVersion(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the Go it was built with and its own FIPS mode",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(std.out, "fipsweep %s\n%s %s/%s\nown FIPS 140-3 mode: %s\n",
				version, runtime.Version(), runtime.GOOS, runtime.GOARCH, ownFIPS())
			return err
		},
	}
}
