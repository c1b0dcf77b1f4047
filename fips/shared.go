package fips

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A SharedKey is one key that was met in several places, which no observation
// shows by itself: whoever gathers the observations of a sweep hands it over at
// the end.
type SharedKey struct {
	SHA256    string             // of its SubjectPublicKeyInfo
	How       []string           // in what way it is shared, a sentence each
	Where     []string           // the places by name, bounded
	Endpoints []scanner.Endpoint // the same as endpoints; at least one
	Count     int                // all places, named or not
}

// sharedName is the rule about a key that is not its owner's alone.
const sharedName = "key-reused-across-hosts"

// AssessShared rules on a key that several hold. It tells false where no rule
// speaks of that: then it is a fact, and no finding. The finding's ID depends
// on the key alone, so that it stays while endpoints come and go.
func (j *Judge) AssessShared(sweep string, k SharedKey) (Finding, bool) {
	r := j.named(propertyKind, sharedName, ClassCertInventory)
	if r.Rule == "" || !r.Status.IsFinding() || len(k.Endpoints) == 0 {
		return Finding{}, false
	}
	r.Because = strings.Join(append([]string{r.Because}, k.How...), " ")
	r.Where, r.Certificate = k.Where, k.SHA256
	id := findingID(scanner.Endpoint{ID: "key:" + k.SHA256}, r)
	return Finding{ID: id, Sweep: sweep, Endpoint: k.Endpoints[0], Endpoints: k.Endpoints, EndpointCount: k.Count, Ruling: r}, true
}
