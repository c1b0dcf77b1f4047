// Package tlsprobe asks one endpoint which TLS it speaks: every protocol
// version on its own, every suite in each, groups, Diffie-Hellman primes,
// extended master secret and certificate chains, behind STARTTLS too.
//
// What it offers is bytes of its own (package tlswire), so it can ask for
// anything, and it stops at the server's choice, so it computes nothing. The
// one exception is the chain of a server that speaks TLS 1.3 alone, which is
// encrypted: that takes a handshake by zcrypto.
//
// The plan is server's choice: offer everything, strike out what the server
// picks, ask again until it declines. k suites of a version cost k+1
// connections, one after another.
//
// It never judges what it sees, never retries a host that does not answer, and
// never takes silence for a no.
package tlsprobe
