package fips

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Joint is what several observations show together and none by itself:
// whoever gathers the observations of a sweep hands it over at the end.
type Joint struct {
	Rule      JointRule
	About     string             // "key:" and a digest, or such: what makes it the same fact in another sweep
	SHA256    string             // of the key or certificate that it is about; "" where it is about a name
	How       []string           // what was met, a sentence each
	Where     []string           // the places by name, bounded
	Endpoints []scanner.Endpoint // the same as endpoints; at least one
	Count     int                // all places, named or not
}

// A JointRule is the name of a certificate-property rule about several
// endpoints together.
type JointRule string

// The rules.
const (
	JointKeyShared        JointRule = "key-reused-across-hosts"                // a key is not its holder's alone
	JointPrivateServed    JointRule = "private-key-on-disk-served"             // a private key lies in a file and an endpoint shows its public half
	JointCertificateNames JointRule = "certificate-served-under-several-names" // one certificate, several names
	JointChainDiffers     JointRule = "chain-differs-between-addresses"        // one name, several chains
)

// class is what kind of evidence each is.
func (r JointRule) class() Class {
	switch r {
	case JointPrivateServed:
		return ClassKeyAtRest
	case JointChainDiffers:
		return ClassCertChain
	}
	return ClassCertInventory
}

// AssessJoint rules on what several endpoints show together. The finding is
// nil where the ruling is none. Its ID depends on what the fact is about alone,
// so that it stays while endpoints come and go.
func (j *Judge) AssessJoint(sweep string, x Joint) (Ruling, *Finding) {
	r := j.named(propertyKind, string(x.Rule), x.Rule.class())
	r.Because = strings.Join(append([]string{r.Because}, x.How...), " ")
	r.Where, r.Certificate = x.Where, x.SHA256
	if !r.Status.IsFinding() || len(x.Endpoints) == 0 {
		return r, nil
	}
	id := findingID(scanner.Endpoint{ID: x.About}, &r)
	return r, &Finding{ID: id, Sweep: sweep, Endpoint: x.Endpoints[0], Endpoints: x.Endpoints, EndpointCount: x.Count, Ruling: r}
}
