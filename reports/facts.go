package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A Fact is what several observations show together and none by itself. Where
// a rule speaks of it, it holds a finding; else it is told and not judged.
type Fact struct {
	Kind      FactKind           `json:"kind"`
	ID        string             `json:"id"`      // stable from sweep to sweep
	Subject   string             `json:"subject"` // the key, certificate or name that it is about
	SHA256    string             `json:"sha256,omitempty"`
	Says      string             `json:"says"`
	Count     int                `json:"count"`     // endpoints
	Endpoints []scanner.Endpoint `json:"endpoints"` // the first of them
	Finding   *fips.Finding      `json:"-"`
}

// A FactKind says what sort of fact it is.
type FactKind string

// The kinds, in the order of reports.
const (
	KeyShared        FactKind = "key-shared"                     // unrelated certificates, hosts or files hold one key
	ChainDiffers     FactKind = "chain-differs"                  // addresses of one name show unlike chains
	PrivateServed    FactKind = "private-key-served"             // a private key lies in a file and an endpoint shows its public half
	CertificateNames FactKind = "certificate-many-names"         // one certificate is shown under several names
	PrivateOrphaned  FactKind = "private-key-orphaned"           // nothing public of a private key was met
	PrivateBeside    FactKind = "private-key-beside-certificate" // a private key lies in the folder of its certificate
)

// FactKinds lists the kinds in the order of reports.
func FactKinds() []FactKind {
	return []FactKind{KeyShared, ChainDiffers, PrivateServed, CertificateNames, PrivateOrphaned, PrivateBeside}
}

// Facts is every fact over several endpoints: counts, the first of each kind,
// and all of them by iterator.
type Facts struct {
	Counts map[FactKind]int
	List   []Fact
	each   iter.Seq[Fact]
}

// maxFacts bounds the facts of each kind that a report holds.
const maxFacts = 100

// All yields every fact, by kind and then by digest.
func (f Facts) All() iter.Seq[Fact] {
	if f.each == nil {
		return slices.Values(f.List)
	}
	return f.each
}

// Findings yields the finding of each fact that has one.
func (f Facts) Findings() iter.Seq[fips.Finding] {
	return func(yield func(fips.Finding) bool) {
		for x := range f.All() {
			if x.Finding != nil && !yield(*x.Finding) {
				return
			}
		}
	}
}

// Of lists the facts of a kind that the report holds.
func (f Facts) Of(k FactKind) []Fact {
	return slices.DeleteFunc(slices.Clone(f.List), func(x Fact) bool { return x.Kind != k })
}

// all yields the facts that hold, unruled, each with the assessments that show
// it.
func (t *ties) all() iter.Seq2[Fact, []uint32] {
	return func(yield func(Fact, []uint32) bool) {
		digests := slices.SortedFunc(maps.Keys(t.keys), func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
		for _, kind := range FactKinds() {
			if kind == ChainDiffers {
				if !t.differing(yield) {
					return
				}
				continue
			}
			for _, d := range digests {
				k := t.keys[d]
				for _, f := range k.facts(kind, hex.EncodeToString(d[:])) {
					if !yield(f, k.at) {
						return
					}
				}
			}
		}
	}
}

// differing yields the names whose addresses show unlike chains.
func (t *ties) differing(yield func(Fact, []uint32) bool) bool {
	for _, name := range slices.Sorted(maps.Keys(t.names)) {
		x := t.names[name]
		if len(x.variants) < 2 {
			continue
		}
		var parts []string
		var at []*scanner.Endpoint
		for _, v := range x.variants {
			parts = append(parts, v.subject+" "+v.chain[:8]+" at "+addresses(v.seen))
			at = append(at, v.seen...)
		}
		says := fmt.Sprintf("Its addresses show %d unlike chains: %s.", len(x.variants), strings.Join(parts, "; "))
		if !yield(newFact(ChainDiffers, "", clip(name, maxText), says, x.count, at), nil) {
			return false
		}
	}
	return true
}

// facts are the facts of a kind about one key: at most one, but of
// certificates one for each.
func (k *tie) facts(kind FactKind, digest string) []Fact {
	public := k.count[servedKey] + k.count[hostKey] + k.count[storedCert]
	says := ""
	list := k.with(servedKey, hostKey, storedCert, privateKey)
	count := len(k.at)
	switch kind {
	case KeyShared:
		says = strings.Join(k.shared(), " ")
	case PrivateServed:
		if k.count[privateKey] > 0 && k.count[servedKey]+k.count[hostKey] > 0 {
			list = k.with(servedKey, hostKey, privateKey)
			says = fmt.Sprintf("Its private half lies in %s, and %s.", files(k.count[privateKey]), k.shown())
			count = k.count[privateKey] + k.count[servedKey] + k.count[hostKey]
		}
	case CertificateNames:
		return k.manyNames()
	case PrivateOrphaned:
		if k.count[privateKey] > 0 && public+k.count[publicKey] == 0 {
			says = fmt.Sprintf("Its private half lies in %s; no certificate, host key or public key of it was met.", files(k.count[privateKey]))
		}
	case PrivateBeside:
		if k.count[privateKey] > 0 && k.beside() {
			list, count = k.with(privateKey), k.count[privateKey]
			says = "Its private half lies in the folder of its certificate."
		}
	}
	if says == "" {
		return nil
	}
	return []Fact{newFact(kind, digest, k.name, says, count, endpointsOf(list))}
}

// shared says in which ways the key is not one owner's alone; nothing where it
// is. One certificate on many hosts is none: it may be one service.
func (k *tie) shared() []string {
	var how []string
	identities := map[string]bool{}
	for _, c := range k.certs {
		identities[c.identity] = true
	}
	if n := len(identities); n > 1 {
		how = append(how, fmt.Sprintf("It is in %d certificates for different names, such as %s and %s.", n, k.certs[0].subject, k.otherName()))
	}
	if n := hosts(k.with(hostKey)); n > 1 {
		how = append(how, fmt.Sprintf("It is the host key of %d SSH hosts.", n))
	}
	if k.count[hostKey] > 0 && len(k.certs) > 0 {
		how = append(how, "It is both an SSH host key and in a certificate.")
	}
	if n := k.count[privateKey]; n > 1 && len(distinct(k.with(privateKey))) > 1 {
		how = append(how, fmt.Sprintf("Its private half lies in %s.", files(n)))
	}
	return how
}

// otherName is the subject of the first certificate of another identity.
func (k *tie) otherName() string {
	for _, c := range k.certs {
		if c.identity != k.certs[0].identity {
			return c.subject
		}
	}
	return ""
}

// shown says who shows the public half.
func (k *tie) shown() string {
	var parts []string
	if n := k.count[servedKey]; n > 0 {
		parts = append(parts, plural(n, "TLS endpoint shows its certificate", "TLS endpoints show its certificate"))
	}
	if n := k.count[hostKey]; n > 0 {
		parts = append(parts, plural(n, "SSH server has it as host key", "SSH servers have it as host key"))
	}
	return strings.Join(parts, ", ")
}

// manyNames tells of each certificate of the key that is served under several
// names. An endpoint without a name goes by its address.
func (k *tie) manyNames() []Fact {
	var all []Fact
	for i, c := range k.certs {
		var at []sighting
		var names []string
		for _, s := range k.with(servedKey) {
			if s.cert != i {
				continue
			}
			at = append(at, s)
			name := s.endpoint.Name
			if name == "" {
				name = s.endpoint.Address.String()
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) < 2 || hosts(at) < 2 && !named2(at) {
			continue
		}
		slices.Sort(names)
		says := fmt.Sprintf("One certificate is served under %d names: %s.", len(names), some(names, 4))
		count := len(at)
		if len(k.seen) == maxSightings && len(k.certs) == 1 {
			count = k.count[servedKey]
			says = fmt.Sprintf("One certificate is served at %d endpoints, such as %s.", count, some(names, 4))
		}
		all = append(all, newFact(CertificateNames, c.sha256, c.subject, says, count, endpointsOf(at)))
	}
	return all
}

// named2 tells whether the sightings bear two names, beside addresses.
func named2(list []sighting) bool {
	first := ""
	for _, s := range list {
		switch name := s.endpoint.Name; {
		case name == "" || name == first:
		case first == "":
			first = name
		default:
			return true
		}
	}
	return false
}

func newFact(kind FactKind, digest, subject, says string, count int, at []*scanner.Endpoint) Fact {
	f := Fact{Kind: kind, Subject: subject, SHA256: digest, Says: says, Count: count, Endpoints: []scanner.Endpoint{}}
	about := digest
	if about == "" {
		about = subject
	}
	f.ID = scanner.Digest([]byte(string(kind) + "\x00" + about))[:16]
	for _, e := range at {
		if !slices.ContainsFunc(f.Endpoints, func(x scanner.Endpoint) bool { return x.ID == e.ID }) {
			f.Endpoints = append(f.Endpoints, *e)
		}
	}
	slices.SortFunc(f.Endpoints, func(a, b scanner.Endpoint) int {
		if c := strings.Compare(a.Path+a.Name, b.Path+b.Name); c != 0 {
			return c
		}
		return a.AddrPort().Compare(b.AddrPort())
	})
	f.Count = max(f.Count, len(f.Endpoints))
	return f
}

func endpointsOf(list []sighting) []*scanner.Endpoint {
	var all []*scanner.Endpoint
	for _, s := range list {
		all = append(all, s.endpoint)
	}
	return all
}

// distinct gives the endpoints of the sightings once each.
func distinct(list []sighting) map[string]bool {
	ids := map[string]bool{}
	for _, s := range list {
		ids[s.endpoint.ID] = true
	}
	return ids
}

func addresses(list []*scanner.Endpoint) string {
	var all []string
	for _, e := range list {
		all = append(all, e.Address.String())
	}
	slices.Sort(all)
	return some(slices.Compact(all), 3)
}

// some names the first n of a list and counts the rest.
func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}

func files(n int) string { return plural(n, "file", "files") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
