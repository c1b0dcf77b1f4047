// Command fipsweep sweeps networks and file systems for cryptography and says,
// with citations, what of it FIPS 140-3 and the NIST transition schedule
// approve.
//
// This package joins the rooms: it parses the command line, wires expander,
// probers, judge and recorders together, and turns the outcome into an exit
// status. It neither probes, nor rules, nor renders.
package main
