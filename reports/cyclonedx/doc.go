// Package cyclonedx writes the cryptographic inventory of a sweep as CycloneDX
// 1.6 or 1.7: what was met at endpoints and in files, what of it hangs on what,
// and how it was ruled on.
//
// The structs are its own: the ecosystem's library encodes a whole BOM from
// memory, and fits one to an older version only as a whole, while a sweep has
// no bounded number of endpoints. So the sweep is read several times. The first
// reading gathers what is distinct (algorithms, ways of speaking a protocol,
// certificates, keys) by name or digest, each as a small record within bounds;
// what a bound cuts is counted, and the document says so. The others write:
// components at the place where each is met first, endpoints and files as they
// come.
//
// It never says that a module is certified (certificationLevel is unknown:
// algorithms were observed, not modules), never writes a private value, and
// does no I/O but to the writer that it is given.
package cyclonedx
