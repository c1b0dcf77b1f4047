// Package bench measures fipsweep beside its peers: what they find, miss and
// invent on servers whose configuration is known, and what it costs them and
// the servers. It holds the proxy that counts, the meter that runs a tool, and
// the readers of each tool's output; the servers and the benchmarks are in its
// tests. Only make bench and make bench-sweep run them: no other package
// imports this one, and no test needs a peer to be installed.
package bench
