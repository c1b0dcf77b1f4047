package fips

import "github.com/fipsweep/fipsweep/scanner"

// A Judge applies rules to observations on one date.
type Judge struct {
	asOf Date
}

func (j *Judge) rule(o scanner.Observation) []Ruling { return nil }
