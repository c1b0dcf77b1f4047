// Package pkix turns the bytes of certificates, certification requests,
// revocation lists and keys into facts, for what came over the wire and what
// lay on a disk alike.
//
// Facts come from one walk over the DER (walk.go), so that they are the same
// whatever the algorithm and whichever parser liked the bytes: Go's parser
// says whether a certificate is well formed, zcrypto's whether it is at least
// readable. What both refuse keeps its digest, the facts that the walk found
// and a Problem.
//
// Of several certificates together it tells which way leads up (path.go) and
// whether to an anchor that it is handed, at a time that it is told (trust.go);
// of a key, by what its private half can be had at once (weak.go, roca.go,
// known.go).
//
// It does no I/O, reads no clock and starts no goroutine. It never judges, and
// no private value ever leaves it: not in a result, not in an error.
package pkix
