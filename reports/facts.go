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
// a rule speaks of it, it holds the ruling, and the finding if that is one;
// else it is told and not judged.
type Fact struct {
	Kind      FactKind
	ID        string // stable from sweep to sweep
	Subject   string // the key, certificate or name that it is about
	SHA256    string
	Says      string
	Count     int                // endpoints
	Hands     int                // of a shared key, at least: see hands
	Endpoints []scanner.Endpoint // the first of them
	Ruling    *fips.Ruling
	Finding   *fips.Finding
}

// A FactKind says what sort of fact it is.
type FactKind string

// The kinds, in the order of reports.
const (
	KeyShared        FactKind = "key-shared"                     // one key is in several hands
	ChainDiffers     FactKind = "chain-differs"                  // addresses of one name show unlike chains
	PrivateServed    FactKind = "private-key-served"             // a private key lies in a file and an endpoint shows its public half
	CertificateNames FactKind = "certificate-many-names"         // one certificate is shown under several names
	PrivateOrphaned  FactKind = "private-key-orphaned"           // nothing public of a private key was met
	PrivateCopied    FactKind = "private-key-copied"             // a private key of one hand lies in several files
	PrivateBeside    FactKind = "private-key-beside-certificate" // a private key lies in the folder of its certificate
	FileMissing      FactKind = "named-file-missing"             // a configuration names a file that is not there, or cannot be read
	FileNamed        FactKind = "named-file"                     // a configuration names a file that is there
)

// joint is the rule about facts of a kind; "" where none is.
func (k FactKind) joint() fips.JointRule {
	switch k {
	case KeyShared:
		return fips.JointKeyShared
	case ChainDiffers:
		return fips.JointChainDiffers
	case PrivateServed:
		return fips.JointPrivateServed
	case CertificateNames:
		return fips.JointCertificateNames
	}
	return ""
}

// FactKinds lists the kinds in the order of reports.
func FactKinds() []FactKind {
	return []FactKind{KeyShared, ChainDiffers, PrivateServed, CertificateNames, PrivateOrphaned, PrivateCopied, PrivateBeside, FileMissing, FileNamed}
}

// Facts is every fact over several endpoints: counts, the first of each kind,
// and all of them by iterator.
type Facts struct {
	Counts map[FactKind]int
	List   []Fact
	Halves int // private keys in files whose public half is not known, locked or not computed: what belongs to them is unobserved
	each   iter.Seq[Fact]
	uses   uses
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

// UseOf says which configurations name a file; "" where none does.
func (f Facts) UseOf(e scanner.Endpoint) string {
	if used := f.uses.files[e.Path]; used != nil {
		return used.says()
	}
	return ""
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
			if own := map[FactKind]func(func(Fact, []uint32) bool) bool{
				ChainDiffers: t.differing, FileMissing: t.uses.missing, FileNamed: t.uses.there,
			}[kind]; own != nil {
				if !own(yield) {
					return
				}
				continue
			}
			for _, d := range digests {
				k := t.keys[d]
				for f, at := range k.facts(kind, hex.EncodeToString(d[:])) {
					if !yield(f, at) {
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
		if !yield(newFact(ChainDiffers, "", clip(name, maxText), says, len(x.at), at), x.at) {
			return false
		}
	}
	return true
}

// facts yields the facts of a kind about one key, each with the assessments
// that show it: at most one, but of certificates one for each.
func (k *tie) facts(kind FactKind, digest string) iter.Seq2[Fact, []uint32] {
	if kind == CertificateNames {
		return k.manyNames
	}
	return func(yield func(Fact, []uint32) bool) {
		says, of := k.says(kind)
		if says == "" {
			return
		}
		at := k.met(func(m meeting) bool { return slices.Contains(of, role(m.role)) })
		f := newFact(kind, digest, k.name, says, len(at), endpointsOf(k.with(of...)))
		if kind == KeyShared {
			f.Hands = k.hands()
		}
		yield(f, at)
	}
}

// says is what a fact of the kind tells of the key, and the roles in which it
// was met that the fact is about; nothing where it does not hold.
func (k *tie) says(kind FactKind) (string, []role) {
	private := k.count[privateKey]
	public := k.count[servedKey] + k.count[hostKey] + k.count[storedCert] + k.count[publicKey]
	switch {
	case kind == KeyShared && k.hands() > 1:
		return strings.Join(k.shared(), " "), []role{servedKey, hostKey, storedCert, privateKey}
	case private == 0:
	case kind == PrivateServed && k.count[servedKey]+k.count[hostKey] > 0:
		return fmt.Sprintf("Its private half lies in %s, and %s.", files(k.files()), k.shown()), []role{servedKey, hostKey, privateKey}
	case kind == PrivateOrphaned && public == 0:
		return fmt.Sprintf("Its private half lies in %s; no certificate, host key or public key of it was met.", files(k.files())), []role{privateKey}
	case kind == PrivateCopied && k.files() > 1 && k.hands() < 2:
		return fmt.Sprintf("Its private half lies in %s%s.", k.atLeast(), files(k.files())), []role{privateKey}
	case kind == PrivateBeside && k.beside():
		return "Its private half lies in the folder of its certificate.", []role{privateKey}
	}
	return "", nil
}

// hands counts the hands that a key is in. A hand is one holder: whom
// certificates are for (renewed, copied to files or shown at many endpoints,
// they are one certificate still), or an SSH host with all its ports, names and
// addresses. Files are none: a copy in another folder or in an archive, such as
// a backup, may be the same holder's. It is the least number, as not every
// place of a key that is everywhere is known.
func (k *tie) hands() int { return k.identities() + hosts(k.with(hostKey)) }

// identities counts whom the certificates of the key are for.
func (k *tie) identities() int {
	seen := map[string]bool{}
	for _, c := range k.certs {
		seen[c.identity] = true
	}
	return len(seen)
}

// files counts the files that hold the private half.
func (k *tie) files() int { return len(distinct(k.with(privateKey))) }

// shared says in which ways the key is in several hands. One certificate on
// many hosts is none: it may be one service.
func (k *tie) shared() []string {
	how := []string{fmt.Sprintf("It is in %s%d hands.", k.atLeast(), k.hands())}
	if n := k.identities(); n > 1 {
		how = append(how, fmt.Sprintf("It is in certificates for %d different names, such as %s and %s.", n, k.certs[0].subject, k.otherName()))
	}
	if n := hosts(k.with(hostKey)); n > 1 {
		how = append(how, fmt.Sprintf("It is the host key of %s%d SSH hosts.", k.atLeast(), n))
	}
	if k.count[hostKey] > 0 && len(k.certs) > 0 {
		how = append(how, "It is both an SSH host key and in a certificate.")
	}
	if n := k.files(); n > 1 {
		how = append(how, fmt.Sprintf("Its private half lies in %s%s.", k.atLeast(), files(n)))
	}
	return how
}

// atLeast says that not all places of the key are known.
func (k *tie) atLeast() string {
	if len(k.seen) >= maxSightings || len(k.certs) >= maxTied {
		return "at least "
	}
	return ""
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

// manyNames yields each certificate of the key that is served under several
// names. An endpoint without a name goes by its address.
func (k *tie) manyNames(yield func(Fact, []uint32) bool) {
	for i, c := range k.certs {
		var list []sighting
		var names []string
		for _, s := range k.with(servedKey) {
			if s.cert != i {
				continue
			}
			list = append(list, s)
			name := s.endpoint.Name
			if name == "" {
				name = s.endpoint.Address.String()
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) < 2 || hosts(list) < 2 && !named2(list) {
			continue
		}
		slices.Sort(names)
		at := k.met(func(m meeting) bool { return role(m.role) == servedKey && int(m.cert) == i })
		says := fmt.Sprintf("One certificate is served under %d names: %s.", len(names), some(names, 4))
		if len(k.seen) == maxSightings {
			says = fmt.Sprintf("One certificate is served at %d endpoints, such as %s.", len(at), some(names, 4))
		}
		if !yield(newFact(CertificateNames, c.sha256, c.subject, says, len(at), endpointsOf(list)), at) {
			return
		}
	}
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
