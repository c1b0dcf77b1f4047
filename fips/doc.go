// Package fips says what an observation means. It owns rules, rulings,
// findings and the Judge that applies the one to yield the other, on a date
// that is an input.
//
// It never touches a network, a file or a clock, and it never says that a
// module is validated: an observation shows algorithms, not the module that
// computes them.
package fips
