package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// maxPasswordFile bounds a file of passwords, in bytes.
const maxPasswordFile = 4 << 20

// readPasswords reads the files in their order. What it complains of names
// file and line, and never what stands there.
func readPasswords(names []string) ([]keystore.Password, error) {
	var all []keystore.Password
	var errs []error
	for _, name := range names {
		data, err := readBounded(name, maxPasswordFile)
		if err != nil {
			errs = append(errs, fmt.Errorf("--passwords: %w", err))
			continue
		}
		passwords, err := keystore.ReadPasswords(bytes.NewReader(data))
		if err != nil {
			errs = append(errs, fmt.Errorf("--passwords: %s: %w", name, err))
		}
		all = append(all, passwords...)
	}
	return all, errors.Join(errs...)
}
