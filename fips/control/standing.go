package control

import (
	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A Standing is what an endpoint that was asked counts as. Each endpoint has
// exactly one, so that every figure adds up to what was asked.
type Standing int

// The standings.
const (
	Observed Standing = iota // something was seen and ruled on
	NotSeen                  // something is there, or was named, and could not be judged
	Empty                    // a file that was read and holds nothing that is ruled on
	Quiet                    // a port of a host or range where nobody answered: an answer, not a gap
)

// Stand sorts an assessment into its standing.
func Stand(a fips.Assessment) Standing {
	o := a.Observation
	switch f := o.Failure; {
	case f == nil && o.Store != nil && o.Store.Format == "" && len(o.Store.Items) == 0 && len(a.Rulings) == 0:
		return Empty
	case f == nil && o.Store != nil && len(o.Store.Machines) > 0 && len(o.Store.Items) == 0 && len(o.Incomplete) == 0 && len(a.Rulings) == 0,
		f == nil && o.Host != nil && len(o.Incomplete) == 0 && len(a.Rulings) == 0:
		return Empty // it leaves everything to the program's defaults
	case f == nil && a.Seen():
		return Observed
	case f == nil:
		return NotSeen
	case f.Stage == scanner.StageConnect && !o.Outright:
		return Quiet
	}
	return NotSeen
}

// A kind is what sort of endpoint can yield a class of evidence, as a set.
type kind uint8

const (
	tls kind = 1 << iota
	ssh
	store
	plain
	network = tls | ssh | plain
)

// kindsOf says which endpoints yield a class, and whether it is a class at all.
// Some come from no single endpoint: what the operator supplies, the sweep
// itself, or a comparison of sweeps.
func kindsOf(class fips.Class) (kind, bool) {
	switch class {
	case fips.ClassTLSVersion, fips.ClassTLSCipher, fips.ClassTLSKex, fips.ClassTLSEMS, fips.ClassTLSPQC, fips.ClassTLSAuth:
		return tls, true
	case fips.ClassCertKey, fips.ClassCertSignature, fips.ClassCertValidity, fips.ClassCertChain, fips.ClassCertRevoked:
		return tls | store, true
	case fips.ClassSSHVersion, fips.ClassSSHKex, fips.ClassSSHHostKey, fips.ClassSSHCipherMAC:
		return ssh, true
	case fips.ClassCleartext: // STARTTLS that may be left out is seen on a TLS endpoint
		return plain | tls, true
	case fips.ClassKeyAtRest:
		return store, true
	case fips.ClassKeyStrength, fips.ClassWeakKey:
		return store | tls | ssh, true
	case fips.ClassDNSSEC, fips.ClassCertInventory, fips.ClassModule, fips.ClassInventory, fips.ClassDrift, fips.ClassCoverage:
		return 0, true
	}
	return 0, false
}

// kindOf is what an endpoint that was not seen might have been: all that its
// port could have held, where the probe did not come far enough to know. A
// configuration could have supported nothing.
func kindOf(o scanner.Observation) kind {
	switch {
	case o.Host != nil:
		return 0
	case o.Endpoint.Path != "":
		return store
	case o.Probe == "tls":
		return tls
	case o.Probe == "ssh":
		return ssh
	}
	return network
}
