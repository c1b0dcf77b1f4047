// Command gen writes the Go tables of package iana from the registry files, and
// the catalogue as it is built in from its data files.
//
//	gen iana REGISTRY-DIRECTORY OUTPUT-FILE
//	gen catalogue DATA-DIRECTORY OUTPUT-FILE
//
// It is run by go generate and is no part of the product.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/fipsweep/fipsweep/fips/catalogue"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("want: gen iana|catalogue DIRECTORY OUTPUT-FILE")
	}
	made := map[string]func(fs.FS) ([]byte, error){"iana": tables, "catalogue": pack}[args[0]]
	if made == nil {
		return fmt.Errorf("%q: want iana or catalogue", args[0])
	}
	data, err := made(os.DirFS(args[1]))
	if err != nil {
		return err
	}
	return os.WriteFile(args[2], data, 0o644)
}

func pack(dir fs.FS) ([]byte, error) {
	c, err := catalogue.Read(dir)
	if err != nil {
		return nil, err
	}
	return catalogue.Pack(c)
}
