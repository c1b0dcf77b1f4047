package tlsprobe

import (
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// chains gathers the distinct chains that an endpoint shows, and the facts of
// each certificate once.
type chains struct {
	list     []scanner.Chain
	evidence []scanner.Evidence
	keys     []string   // of list: digest of the chain's bytes
	raw      [][][]byte // of list
	facts    map[string]scanner.Certificate
	known    *pkix.KnownKeys
}

// see records a chain under a version and a suite; an empty suite stands for
// any. A chain seen before only gains the suite.
func (c *chains) see(v version, name, suite string, chain [][]byte) {
	if len(chain) == 0 {
		return
	}
	key := scanner.Digest(slices.Concat(chain...))
	i := slices.Index(c.keys, key)
	if i < 0 {
		i = len(c.list)
		c.keys = append(c.keys, key)
		c.raw = append(c.raw, chain)
		c.list = append(c.list, scanner.Chain{Version: v.name, Name: name, Certificates: c.certificates(chain)})
	}
	if suite != "" {
		c.list[i].Suites = add(c.list[i].Suites, suite)
	}
}

func (c *chains) certificates(chain [][]byte) []scanner.Certificate {
	if c.facts == nil {
		c.facts = map[string]scanner.Certificate{}
	}
	var all []scanner.Certificate
	for _, der := range chain {
		e := scanner.EvidenceOf("certificate", der)
		facts, known := c.facts[e.SHA256]
		if !known {
			facts = pkix.Certificate(der)
			facts.Key.Weak = append(facts.Key.Weak, c.known.Of(der)...)
			c.facts[e.SHA256] = facts
			c.evidence = append(c.evidence, e)
		}
		all = append(all, facts)
	}
	return all
}

// settle tells of each chain which way leads up from its leaf, and whether to
// an anchor.
func (c *chains) settle(anchors []*pkix.Anchors, at time.Time) []scanner.Chain {
	for i := range c.list {
		c.list[i].Path = pkix.Path(c.raw[i])
		for _, a := range anchors {
			c.list[i].Trust = append(c.list[i].Trust, a.Trust(c.raw[i], at))
		}
	}
	return c.list
}

// curves names the curves of the leaf certificates seen.
func (c *chains) curves() []string {
	var names []string
	for _, chain := range c.list {
		if curve := chain.Certificates[0].Key.Curve; curve != "" {
			names = add(names, curve)
		}
	}
	return names
}
