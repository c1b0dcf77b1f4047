// Package sshprobe talks SSH up to the server's host key and no further. It
// owns the plan (one connection for the identification, KEXINIT, a prime of
// group exchange and the first host key; at most one more for each further
// host key) and the messages of each connection.
//
// Everything it sends is bytes of its own, so what it sees does not depend on
// what Go's SSH client would agree to. It never authenticates, never has two
// connections to an endpoint at once, and never judges.
package sshprobe
