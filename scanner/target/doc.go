// Package target owns the grammar in which an operator names what to sweep and
// what to leave alone, and expands it lazily: a network costs the same memory
// whatever its size, and a list some bytes for each address.
//
//	10.0.0.0/24  10.0.0.0/24:443,8443  2001:db8::/120  [2001:db8::/120]:443
//	10.0.0.1-50  10.0.0.1-10.0.0.50    10.0.0.1-50:443,8000-8010  10.0.0.0/24:ssh,mail
//	host  host:443,8443  10.0.0.1:443  ::1  [::1]:443
//	tls://host:port  smtp://host  ssh://10.0.0.0/24
//	/path  ./path  ../path  ~/path  file:///path
//
// A network means every address in it, the first and the last of an IPv4
// network included: what is a network address under one mask is a host under
// another, and asking costs one packet.
//
// Lists of targets are read in the forms that port scanners write them. The
// order of a sweep is a permutation of all addresses, computed and not kept,
// and a shard of it an arithmetic progression.
//
// It never resolves a name, opens a file or sends a packet: whether a path is
// there is asked of a function that the caller supplies.
package target
