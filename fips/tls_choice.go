package fips

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// The dimensions of a TLS version, each of which may have been seen in part.
type dimension string

const (
	suites  dimension = "suites"
	groups  dimension = "groups"
	primes  dimension = "finite-field groups"
	schemes dimension = "signature schemes"
	chains  dimension = "chain"
)

// A meeting is a TLS endpoint as an approved-only client meets it.
type meeting struct {
	standings
	j      *Judge
	o      scanner.Observation
	chains []scanner.Chain // those shown to a client that names the endpoint
}

// A way is what becomes of a connection in which the server chooses a suite.
type way struct {
	suite                 string
	connects              Answer // "" where the server would not choose it for this client
	dodged                bool   // it may as well not choose it: servers differ
	because               string // unless it connects
	groups, schemes, keys []string
	open                  bool // groups or schemes may be more than were seen
}

// tlsClients tells what an approved-only client comes to. The endpoint settles
// the version first: a client that finds nothing in the newest is not given an
// older one unless it leaves the newest out.
func (j *Judge) tlsClients(o scanner.Observation, held standings) []Negotiation {
	m := meeting{standings: held, j: j, o: o}
	named := slices.ContainsFunc(o.TLS.Chains, func(c scanner.Chain) bool { return c.Name != "" })
	for _, c := range o.TLS.Chains {
		if len(c.Certificates) > 0 && (c.Name != "" || !named) {
			m.chains = append(m.chains, c)
		}
	}
	var versions []string
	for _, v := range []string{scanner.TLSv13, scanner.TLSv12} {
		if j.named("protocol-version", v, ClassTLSVersion).Status.Grade() == Pass {
			versions = append(versions, v)
		}
	}
	n := m.negotiate(versions)
	n.Client = ApprovedClient
	all := []Negotiation{n}
	if n.Connects != Yes && len(versions) > 1 && versions[0] == scanner.TLSv13 {
		if n = m.negotiate(versions[1:]); n.Connects == Yes {
			n.Client = ApprovedClient12
			all = append(all, n)
		}
	}
	return all
}

// negotiate tells what a client of these versions, newest first, comes to.
func (m *meeting) negotiate(versions []string) Negotiation {
	for _, name := range versions {
		i := slices.IndexFunc(m.o.TLS.Versions, func(v scanner.TLSVersion) bool { return v.Version == name })
		if i < 0 || m.o.TLS.Versions[i].Accepted == nil {
			return unseen("whether it accepts " + name + " was not observed")
		}
		v := m.o.TLS.Versions[i]
		if !*v.Accepted {
			continue
		}
		n := m.version(v)
		if n.Because != "" {
			n.Because = name + ": " + n.Because
		}
		return n
	}
	return refused("it accepts no approved version")
}

func unseen(because string) Negotiation  { return Negotiation{Connects: Unseen, Because: because} }
func refused(because string) Negotiation { return Negotiation{Connects: No, Because: because} }

// version tells what the client comes to in one version.
func (m *meeting) version(v scanner.TLSVersion) Negotiation {
	var ways []way
	if v.Version == scanner.TLSv13 {
		common := m.ways13(v)
		if common.connects == No {
			return refused(common.because)
		}
		for _, s := range m.passing(suiteKind, v.Suites) {
			common.suite = s
			ways = append(ways, common)
		}
		return m.decide(v, ways)
	}
	if m.j.named("tls-extension", "extended_master_secret-absent", ClassTLSEMS).Status.Grade() != Pass {
		switch {
		case v.ExtendedMasterSecret == nil:
			return unseen("whether it grants extended_master_secret was not observed")
		case !*v.ExtendedMasterSecret:
			return refused("it does not grant extended_master_secret")
		}
	}
	for _, s := range m.passing(suiteKind, v.Suites) {
		ways = append(ways, m.way12(v, s))
	}
	return m.decide(v, ways)
}

// decide tells what the ways come to, which stand in the order in which the
// server chose their suites.
func (m *meeting) decide(v scanner.TLSVersion, ways []way) Negotiation {
	because := "no approved suite"
	for _, w := range ways {
		if w.connects == "" {
			because = w.because
		}
	}
	ways = slices.DeleteFunc(ways, func(w way) bool { return w.connects == "" })
	partial := m.partly(v, suites) || len(v.Suites) == 0
	if len(ways) == 0 {
		if partial {
			return unseen("not all suites were observed")
		}
		return refused(because)
	}
	switch order := v.ServerOrder; {
	case order != nil && *order:
		return m.byServer(v, ways, partial)
	case order != nil:
		return m.byClient(v, ways, partial)
	case len(ways) == 1 && !partial:
		return m.outcome(v, ways, ByOnly)
	}
	for _, w := range ways[1:] {
		if w.connects != ways[0].connects {
			return unseen("the server's order was not observed; under " + firstNot(ways).suite + " " + firstNot(ways).because)
		}
	}
	if ways[0].connects == No && partial {
		return unseen("not all suites were observed")
	}
	return m.outcome(v, ways, ByNobody)
}

// byServer goes by the server's own order. What a client without the first
// suite would come to is told where the first does not serve.
func (m *meeting) byServer(v scanner.TLSVersion, ways []way, partial bool) Negotiation {
	switch i := slices.IndexFunc(ways, func(w way) bool { return !w.dodged }); {
	case i < 0 && partial:
		return unseen("not all suites were observed")
	case i < 0:
		return refused(ways[0].because)
	case i > 0 && ways[i].connects == Yes:
		return unseen("the server may choose " + ways[0].suite + ": " + ways[0].because)
	default:
		ways = ways[i:]
	}
	n := m.outcome(v, ways[:1], ByServer)
	if n.Connects == Yes {
		for _, w := range ways[1:] {
			n.Choices[1].Among = append(n.Choices[1].Among, w.suite)
			n.Choices[1].By = ByServer
		}
		return n
	}
	n.Because = "the server would choose " + ways[0].suite + ": " + ways[0].because
	if i := slices.IndexFunc(ways, func(w way) bool { return w.connects != ways[0].connects }); i > 0 && ways[i].connects == Yes {
		n.Because += "; a client that leaves it out comes to " + ways[i].suite
	}
	return n
}

// byClient goes by the client's order: it connects if it puts in front what
// serves.
func (m *meeting) byClient(v scanner.TLSVersion, ways []way, partial bool) Negotiation {
	var good []way
	var breaks []string
	for _, w := range ways {
		switch w.connects {
		case Yes:
			good = append(good, w)
		case No:
			breaks = append(breaks, w.suite+": "+w.because)
		}
	}
	switch {
	case len(good) > 0:
		n := m.outcome(v, good, ByClient)
		if len(good) > 1 { // which of them is the client's to say
			n.Choices[1].Chosen = ""
		}
		n.Breaks = breaks
		return n
	case len(breaks) < len(ways):
		return unseen(ways[slices.IndexFunc(ways, func(w way) bool { return w.connects == Unseen })].because)
	case partial:
		return unseen("not all suites were observed")
	}
	return refused(ways[0].because)
}

// firstNot is the first way that does not connect.
func firstNot(ways []way) way {
	return ways[slices.IndexFunc(ways, func(w way) bool { return w.connects != Yes })]
}

// outcome is what ways of one answer come to, each of which may be the one.
func (m *meeting) outcome(v scanner.TLSVersion, ways []way, by Decider) Negotiation {
	n := Negotiation{Connects: ways[0].connects, Because: ways[0].because}
	if n.Connects != Yes {
		return n
	}
	var all way
	var suites []string
	for _, w := range ways {
		suites = append(suites, w.suite)
		all.groups, all.schemes, all.keys = addNew(all.groups, w.groups...), addNew(all.schemes, w.schemes...), addNew(all.keys, w.keys...)
		all.open = all.open || w.open
	}
	one := func(list []string) Decider {
		if len(list) == 1 && !all.open {
			return ByOnly
		}
		return ByNobody
	}
	n.Choices = []Choice{
		choice("version", []string{v.Version}, ByOnly), choice("suite", suites, by), choice("group", all.groups, one(all.groups)),
		choice("signature scheme", all.schemes, one(all.schemes)), choice("certificate key", all.keys, one(all.keys)),
	}
	n.Status = m.worst(v, n.Choices)
	return n
}

// worst is the worst status of what may be chosen.
func (m *meeting) worst(v scanner.TLSVersion, choices []Choice) Status {
	worst := m.names[Subject{"protocol-version", v.Version}]
	for _, c := range choices {
		kind := map[string]string{"suite": suiteKind, "group": "named-group", "signature scheme": "signature-scheme"}[c.Part]
		for _, name := range c.Among {
			worst = max(worst, m.names[Subject{kind, name}])
		}
	}
	return worst
}
