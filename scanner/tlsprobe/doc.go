// Package tlsprobe asks one endpoint which TLS it speaks: every protocol
// version on its own, every suite in each, groups, Diffie-Hellman primes,
// signature schemes, extended master secret and certificate chains, behind
// STARTTLS too.
//
// What it offers is bytes of its own (package tlswire), so it can ask for
// anything, and it stops at the server's choice, so it computes next to
// nothing. What a TLS 1.3 server says after its choice is encrypted, and opened
// without a secret of ours (package tlskeys). Only the ciphers are computed, and
// no signature is verified.
//
// The plan is server's choice: offer everything, strike out what the server
// picks, ask again until it declines. k suites of a version cost k+1
// connections, one after another.
//
// At depth verdict it is told how bad each name is, and asks only whether
// anything is accepted that does not pass (see verdict.go).
//
// It never judges what it sees, never retries a host that does not answer, and
// never takes silence for a no.
package tlsprobe
