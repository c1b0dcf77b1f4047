// Package iana holds the names of code points and what they are made of: TLS
// cipher suites with their parts, groups, signature schemes, versions, SSLv2
// cipher kinds, SSH names, DNSSEC algorithms and PKIX object identifiers.
//
// Its tables are generated from the registry files in testdata/iana and from
// tables of the same form for what has no registry; OpenSSL's own names of suites
// (openssl.go) were written by hand. It never says whether an algorithm is
// approved.
package iana

//go:generate go run github.com/fipsweep/fipsweep/cmd/gen iana ../../testdata/iana tables.go
