package cyclonedx

import (
	"cmp"
	"fmt"
	"maps"
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
}

// spoken is a protocol as one or more endpoints speak it alike.
type spoken struct {
	record
	speech
	ref    string
	parts  map[string][]mention // of each suite
	primed []mention
	fail   []property // the suites that are findings
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
	for kind, lists := range map[string][2][]string{"ssh-cipher": {k.EncryptionClientServer, k.EncryptionServerClient}, "ssh-mac": {k.MACClientServer, k.MACServerClient}} {
		v.others = append(v.others, named(kind, append(slices.Clone(lists[0]), lists[1]...)...)...)
	}
	v.primes = s.Primes
	v.others = distinct(v.others)
	return v
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
	return b.String()
}

func (s speech) ref(key string) string {
	return fmt.Sprintf("protocol/%s/%s/%.32s", s.kind, s.version, scanner.Digest([]byte(key)))
}

// sawProtocol takes a protocol that was met, and its algorithms.
func (x *inventory) sawProtocol(s speech, i index, at string) {
	key := s.key()
	ref := s.ref(key)
	p := x.protocols[ref]
	if p == nil {
		if len(x.protocols) >= x.limits.protocols {
			x.cut.protocols++
			return
		}
		p = &spoken{speech: s, ref: ref, parts: map[string][]mention{}}
		for _, suite := range s.suites {
			p.parts[suite] = partsOf(suite, i)
			if r := i.subjects[fips.Subject{Kind: suiteKind, Name: suite}]; r != nil && r.Status.IsFinding() {
				p.fail = append(p.fail, property{propSuite, r.Status.String() + ", " + suite})
			}
		}
		for _, prime := range s.primes {
			p.primed = append(p.primed, primeOf(prime, i)...)
		}
		p.primed = distinct(p.primed)
		x.protocols[ref] = p
	}
	x.seen(&p.record, at, "")
	p.judge(i.of(x, fips.Subject{Kind: "protocol-version", Name: s.name}))
	for _, m := range p.algorithms() {
		x.sawAlgorithm(m, p.name, i, at)
	}
}

// suiteKind is the kind of subject that a suite is ruled on as.
const suiteKind = "tls-cipher-suite"

// partsOf is the algorithms of a suite, which are the parts that it was ruled
// on by. Its authentication is no part: certificates and signature schemes
// tell of it.
func partsOf(suite string, i index) []mention {
	var all []mention
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

// primeOf is a finite-field group by the subject that it was ruled on as.
func primeOf(p scanner.Prime, i index) []mention {
	if s := (fips.Subject{Kind: "named-group", Name: p.Group}); i.subjects[s] != nil {
		return []mention{{Subject: s}}
	}
	return named("key-exchange", fmt.Sprintf("DHE prime of %d bits", p.Bits))
}

// algorithms is all of them, each once.
func (p *spoken) algorithms() []mention {
	var all []mention
	for _, parts := range p.parts {
		all = append(all, parts...)
	}
	all = append(all, named("named-group", p.groups...)...)
	all = append(all, named("signature-scheme", p.schemes...)...)
	return distinct(append(append(all, p.primed...), p.others...))
}

// sortedProtocols lists them by reference.
func (x *inventory) sortedProtocols() []*spoken {
	return slices.SortedFunc(maps.Values(x.protocols), func(a, b *spoken) int { return strings.Compare(a.ref, b.ref) })
}

// component is the protocol as it is written: its suites, and beside them the
// algorithms that stand in none.
func (p *spoken) component(x *inventory) component {
	body := &protocol{Type: p.kind, Version: p.version}
	for _, name := range p.suites {
		s, _ := iana.SuiteByName(name)
		suite := cipherSuite{Name: name, Algorithms: x.refs(p.parts[name]), Identifiers: identifiers(name)}
		suite.Groups, suite.Schemes = p.groupsOf(s), p.schemesOf(s)
		body.Suites = append(body.Suites, suite)
	}
	rest := append(append(named("named-group", p.groups...), named("signature-scheme", p.schemes...)...), p.primed...)
	for _, ref := range x.refs(append(rest, p.others...)) {
		body.Related = append(body.Related, relatedAsset{relatedAlgorithm, ref})
	}
	return component{
		Type: typeCrypto, Ref: p.ref, Name: p.name, Properties: append(append(p.properties(), p.fail...), count(p.count)),
		Evidence: &evidence{p.places}, Crypto: &crypto{Type: "protocol", Protocol: body},
	}
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
func (p *spoken) groupsOf(s iana.Suite) []string {
	var list []string
	for _, name := range p.groups {
		g, ok := iana.GroupByName(name)
		finite := ok && g.Kind == "ff"
		if s.TLS13 || strings.HasPrefix(s.KeyExchange, "ECDHE") && !finite || strings.HasPrefix(s.KeyExchange, "DHE") && finite {
			list = append(list, name)
		}
	}
	if strings.HasPrefix(s.KeyExchange, "DHE") {
		for _, m := range p.primed {
			if m.Kind == "named-group" && !slices.Contains(list, m.Name) {
				list = append(list, m.Name)
			}
		}
	}
	return list
}

// schemesOf is the signature schemes that were seen and that the suite's
// authentication can sign with.
func (p *spoken) schemesOf(s iana.Suite) []string {
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
