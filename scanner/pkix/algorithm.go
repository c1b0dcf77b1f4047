package pkix

import (
	"github.com/fipsweep/fipsweep/scanner"
)

// algorithm is an AlgorithmIdentifier (RFC 5280 section 4.1.1.2). Params is
// empty where there are none, and else the whole element.
type algorithm struct {
	oid    string
	params reader
}

// algorithm reads one AlgorithmIdentifier.
func (r *reader) algorithm() (algorithm, bool) {
	e, ok := r.read(tagSequence)
	if !ok {
		return algorithm{}, false
	}
	oid, ok := e.body.oid()
	return algorithm{oid, e.body}, ok
}

// signature is what an algorithm identifier says of a signature.
func (a algorithm) signature() (name, oid string, pss *scanner.PSS) {
	if a.oid == oidPSS {
		pss = parsePSS(a.params)
	}
	return signatureName(a.oid), a.oid, pss
}

// parsePSS reads RSASSA-PSS-params (RFC 4055 section 3.1). Every field has a
// default, and all of them together mean SHA-1. A field that cannot be read
// leaves its name empty, which is no hash that anybody approves.
func parsePSS(params reader) *scanner.PSS {
	pss := &scanner.PSS{Hash: "SHA-1", MGFHash: "SHA-1", SaltLen: 20}
	seq, ok := params.read(tagSequence)
	if !ok || len(seq.body) == 0 {
		pss.Defaults = true
		return pss
	}
	body := seq.body
	if field, ok := body.read(explicit(0)); ok {
		hash, _ := field.body.algorithm()
		pss.Hash = hashName(hash.oid)
	}
	if field, ok := body.read(explicit(1)); ok {
		mgf, _ := field.body.algorithm()
		pss.MGFHash = mgfName(mgf)
	}
	if field, ok := body.read(explicit(2)); ok {
		n, ok := field.body.small()
		if pss.SaltLen = max(n, 0); !ok || n < 0 {
			pss.Hash = "" // nobody can tell what was signed
		}
	}
	return pss
}

// mgfName names the hash below MGF1, or the function itself where it is
// another (RFC 8702 lets SHAKE take its place).
func mgfName(mgf algorithm) string {
	if mgf.oid != oidMGF1 {
		return hashName(mgf.oid)
	}
	hash, _ := mgf.params.algorithm()
	return hashName(hash.oid)
}
