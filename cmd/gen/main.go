// Command gen writes the Go tables of package iana from the registry files.
//
//	gen iana REGISTRY-DIRECTORY OUTPUT-FILE
//
// It is run by go generate and is no part of the product.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 || args[0] != "iana" {
		return fmt.Errorf("want: gen iana REGISTRY-DIRECTORY OUTPUT-FILE")
	}
	code, err := tables(os.DirFS(args[1]))
	if err != nil {
		return err
	}
	return os.WriteFile(args[2], code, 0o644)
}
