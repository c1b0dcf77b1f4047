// Package sshprobe talks SSH up to the server's host key and extensions, and
// no further. It owns the plan and the messages of each connection. The first
// brings the identification, KEXINIT, a host key, the extensions and a prime of
// group exchange; each further one a further host key, a further prime, or
// both, so that their number is that of the larger of the two sets, and one
// more where the server takes group requests of the old style or hangs up on
// them. A connection that a busy server dropped is made again, once.
//
// Everything it sends is bytes of its own, so what it sees does not depend on
// what Go's SSH client would agree to. It never authenticates, never has two
// connections to an endpoint at once, and never judges.
package sshprobe
