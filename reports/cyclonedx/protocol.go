package cyclonedx

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A mention is an algorithm as something names it.
type mention struct {
	fips.Subject
	oid      string
	key      *scanner.Key // of the algorithm of a key
	verdicts []*verdict   // nil for those of the subject
	ruledAs  fips.Subject // where that is another one
}

func named(kind string, names ...string) []mention {
	list := make([]mention, len(names))
	for i, name := range names {
		list[i].Subject = fips.Subject{Kind: kind, Name: name}
	}
	return list
}

// A speech is a protocol as one endpoint speaks it.
type speech struct {
	kind, version string // as the schema has them
	name          string // as the catalogue has the version
	suites        []string
	groups        []string
	schemes       []string
	primes        []scanner.Prime
	others        []mention // algorithms that stand in no suite
	oneWay        []string  // of SSH: what is taken in one direction only
}

// speaks lists what an endpoint accepts, by version. What it refused and what
// was not asked is in no list.
func (x *inventory) speaks(o scanner.Observation) []speech {
	var all []speech
	if t := o.TLS; t != nil {
		for _, v := range t.Versions {
			if v.Accepted != nil && *v.Accepted {
				all = append(all, tlsSpeech(v))
			}
		}
		all = append(all, ownSpeech(cmp.Or(t.STARTTLS, "own"), t.OwnCiphers)...)
	}
	if s := o.SSH; s != nil {
		for _, version := range s.Protocols() {
			all = append(all, sshSpeech(s, version))
		}
	}
	if p := o.Plain; p != nil {
		all = append(all, ownSpeech(p.Protocol, p.OwnCiphers)...)
	}
	return all
}

// tlsSpeech tells the order of suites where it is the server's own; the other
// lists are sets.
func tlsSpeech(v scanner.TLSVersion) speech {
	s := speech{kind: "tls", version: strings.TrimPrefix(v.Version, "TLSv"), name: v.Version, suites: v.Suites, primes: v.Primes}
	if v.ServerOrder == nil || !*v.ServerOrder {
		s.suites = slices.Sorted(slices.Values(v.Suites))
	}
	s.groups, s.schemes = slices.Sorted(slices.Values(v.Groups)), slices.Sorted(slices.Values(v.SignatureSchemes))
	return s
}

// sshSpeech has the lists of version 2; of version 1 none are observed.
func sshSpeech(s *scanner.SSH, version string) speech {
	v := speech{kind: "ssh", version: version, name: "SSH-" + version}
	k := s.Kexinit
	if k == nil || version != "2" {
		return v
	}
	v.others = named("ssh-kex", k.KeyExchanges()...)
	v.others = append(v.others, named("ssh-hostkey", k.ServerHostKeyAlgorithms...)...)
	v.bothWays("ssh-cipher", k.EncryptionClientServer, k.EncryptionServerClient)
	v.bothWays("ssh-mac", k.MACClientServer, k.MACServerClient)
	v.primes = s.Primes
	v.others = distinct(v.others)
	return v
}

// bothWays adds the names of two lists, and tells those that only one of them
// has.
func (s *speech) bothWays(kind string, toServer, toClient []string) {
	s.others = append(s.others, named(kind, append(slices.Clone(toServer), toClient...)...)...)
	only := func(direction string, list, other []string) {
		for _, name := range list {
			if !slices.Contains(other, name) {
				s.oneWay = append(s.oneWay, direction+", "+name)
			}
		}
	}
	only("client to server", toServer, toClient)
	only("server to client", toClient, toServer)
}

// distinct sorts mentions and leaves each once.
func distinct(list []mention) []mention {
	less := func(a, b mention) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) }
	slices.SortStableFunc(list, less)
	return slices.CompactFunc(list, func(a, b mention) bool { return less(a, b) == 0 })
}

// ownSpeech is what a protocol encrypts with in place of TLS.
func ownSpeech(protocol string, ciphers []string) []speech {
	if len(ciphers) == 0 {
		return nil
	}
	return []speech{{kind: "other", version: protocol, name: protocol + " own security", others: distinct(named("cipher", ciphers...))}}
}

// key is the same for all that is spoken alike.
func (s speech) key() string {
	var b strings.Builder
	list := func(name string, values ...string) {
		fmt.Fprintf(&b, "%s %d\n%s\n", name, len(values), strings.Join(values, "\n"))
	}
	list(s.kind, s.name)
	list("suites", s.suites...)
	list("groups", s.groups...)
	list("schemes", s.schemes...)
	for _, p := range s.primes {
		list("prime", p.Group, fmt.Sprint(p.Bits))
	}
	for _, m := range s.others {
		list(m.Kind, m.Name)
	}
	if len(s.oneWay) > 0 {
		list("one way", s.oneWay...)
	}
	return b.String()
}

// protocolPrefix begins the reference of every protocol.
const protocolPrefix = "protocol/"

func (s speech) ref(key string) string {
	return fmt.Sprintf(protocolPrefix+"%s/%s/%.32s", s.kind, s.version, scanner.Digest([]byte(key)))
}

// spoken is a protocol as an asset, the same wherever it is spoken alike. It is
// ruled on by its version and by its suites, which are no components.
func (x *inventory) spoken(s speech, i index) found {
	for _, p := range s.primes {
		s.others = append(s.others, primeOf(p, i)...)
	}
	s.others = distinct(s.others)
	var parts []mention
	for _, suite := range s.suites {
		parts = append(parts, partsOf(suite, i)...)
	}
	f := found{ref: s.ref(s.key()), context: s.name, verdicts: i.of(x, fips.Subject{Kind: "protocol-version", Name: s.name}),
		algorithms: distinct(append(parts, s.apart()...))}
	for _, suite := range s.suites {
		f.verdicts = worst(append(f.verdicts, i.of(x, fips.Subject{Kind: suiteKind, Name: suite})...))
	}
	f.component = func() component { return x.protocolComponent(s, i) }
	return f
}

// worst keeps the verdicts of the worst status: so many suites have as many
// sorts of verdicts.
func worst(list []*verdict) []*verdict {
	status := fips.Unobserved
	for _, v := range list {
		status = max(status, v.status)
	}
	return slices.DeleteFunc(list, func(v *verdict) bool { return v.status < status })
}

// apart is the algorithms that stand in no suite.
func (s speech) apart() []mention {
	return append(append(named("named-group", s.groups...), named("signature-scheme", s.schemes...)...), s.others...)
}

// suiteKind is the kind of subject that a suite is ruled on as.
const suiteKind = "tls-cipher-suite"

// partsOf is the algorithms of a suite: the parts that it was ruled on by, and
// what the server authenticates itself with.
func partsOf(suite string, i index) []mention {
	all := authenticationOf(suite)
	if r := i.subjects[fips.Subject{Kind: suiteKind, Name: suite}]; r != nil {
		for _, p := range r.Parts {
			switch p.Kind {
			case "cipher", "mac", "hash", "kdf-prf", "key-exchange":
				all = append(all, named(p.Kind, p.Name)...)
			}
		}
	}
	return distinct(all)
}

// authenticationOf is how a suite has the server prove who it is. Where the key
// exchange does that by itself (a static key, a password, Kerberos) there is no
// other algorithm. What was ruled of it is said of suites by their sort; of one
// that signs, the certificate that was shown is ruled on.
func authenticationOf(suite string) []mention {
	s, ok := iana.SuiteByName(suite)
	signs := strings.Contains(s.KeyExchange, "DHE") || s.KeyExchange == "SRP" || s.KeyExchange == "CECPQ1"
	if !ok || s.Authentication == s.KeyExchange || !signs && s.Authentication != "anon" {
		return nil
	}
	m := named(kindAuthentication, s.Authentication)
	m[0].ruledAs = fips.Subject{Kind: "tls-cipher-suite-rule", Name: authenticationRules[s.Authentication]}
	return m
}

// authenticationRules names the rules about suites that authenticate so.
var authenticationRules = map[string]string{"DSS": "DSS-authentication", "anon": "ANON"}

// primeOf is a finite-field group by the subject that it was ruled on as.
func primeOf(p scanner.Prime, i index) []mention {
	if s := (fips.Subject{Kind: "named-group", Name: p.Group}); i.subjects[s] != nil {
		return []mention{{Subject: s}}
	}
	return named("key-exchange", fmt.Sprintf("DHE prime of %d bits", p.Bits))
}

// protocolComponent is a protocol as it is written: its suites, and beside them
// the algorithms that stand in none.
func (x *inventory) protocolComponent(s speech, i index) component {
	c := component{Type: typeCrypto, Name: s.name}
	body := &protocol{Type: s.kind, Version: s.version}
	for _, name := range s.suites {
		known, _ := iana.SuiteByName(name)
		body.Suites = append(body.Suites, cipherSuite{Name: name, Algorithms: x.refs(partsOf(name, i)), Identifiers: identifiers(name),
			Groups: s.groupsOf(known), Schemes: s.schemesOf(known)})
		if r := i.subjects[fips.Subject{Kind: suiteKind, Name: name}]; r != nil && r.Status.IsFinding() {
			c.Properties = append(c.Properties, property{propSuite, r.Status.String() + ", " + name})
		}
	}
	for _, name := range s.oneWay {
		c.Properties = append(c.Properties, property{propOneWay, name})
	}
	for _, ref := range x.refs(s.apart()) {
		body.Related = append(body.Related, relatedAsset{relatedAlgorithm, ref})
	}
	c.Crypto = &crypto{Type: "protocol", Protocol: body}
	return c
}

// identifiers are the bytes of a suite's code point: two, or three of SSL 2.0.
func identifiers(name string) []string {
	code, size := uint32(0), 2
	if s, ok := iana.SuiteByName(name); ok {
		code = uint32(s.Code)
	} else if _, err := fmt.Sscanf(name, "0x%X", &code); err != nil {
		found := slices.IndexFunc(iana.SSL2Kinds(), func(k iana.SSL2Kind) bool { return k.Name == name })
		if found < 0 {
			return nil
		}
		code, size = iana.SSL2Kinds()[found].Code, 3
	}
	var list []string
	for n := size - 1; n >= 0; n-- {
		list = append(list, fmt.Sprintf("0x%02X", byte(code>>(8*n))))
	}
	return list
}

// groupsOf is the groups that were seen and that go with the suite.
func (p speech) groupsOf(s iana.Suite) []string {
	var list []string
	for _, name := range p.groups {
		g, ok := iana.GroupByName(name)
		finite := ok && g.Kind == "ff"
		if s.TLS13 || strings.HasPrefix(s.KeyExchange, "ECDHE") && !finite || strings.HasPrefix(s.KeyExchange, "DHE") && finite {
			list = append(list, name)
		}
	}
	if strings.HasPrefix(s.KeyExchange, "DHE") {
		for _, m := range p.others {
			if m.Kind == "named-group" && !slices.Contains(list, m.Name) {
				list = append(list, m.Name)
			}
		}
	}
	return list
}

// schemesOf is the signature schemes that were seen and that the suite's
// authentication can sign with.
func (p speech) schemesOf(s iana.Suite) []string {
	signs := strings.HasPrefix(s.KeyExchange, "ECDHE") || strings.HasPrefix(s.KeyExchange, "DHE")
	var list []string
	for _, name := range p.schemes {
		rsa, dsa := strings.HasPrefix(name, "rsa_"), strings.HasPrefix(name, "dsa_")
		if s.TLS13 || signs && (s.Authentication == "RSA" && rsa || s.Authentication == "DSS" && dsa || s.Authentication == "ECDSA" && !rsa && !dsa) {
			list = append(list, name)
		}
	}
	return list
}
