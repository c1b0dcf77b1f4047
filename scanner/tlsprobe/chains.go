package tlsprobe

import (
	"bytes"
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// chains gathers the distinct chains that an endpoint shows, and the evidence
// of each certificate once.
type chains struct {
	list     []scanner.Chain
	evidence []scanner.Evidence
	raw      [][][]byte // of list
	library  *library
}

// see records a chain under a version and a suite; an empty suite stands for
// any. A chain seen before only gains the suite.
func (c *chains) see(v version, name, suite string, chain [][]byte) {
	if len(chain) == 0 {
		return
	}
	i := slices.IndexFunc(c.raw, func(seen [][]byte) bool { return slices.EqualFunc(seen, chain, bytes.Equal) })
	if i < 0 {
		i = len(c.list)
		c.raw = append(c.raw, chain)
		c.list = append(c.list, scanner.Chain{Version: v.name, Name: name, Certificates: c.certificates(chain)})
	}
	if suite != "" {
		c.list[i].Suites = add(c.list[i].Suites, suite)
	}
}

// chainOf keeps the chain of an answer, whatever was asked: of several servers behind
// an address each may have its own. Whoever asks without a name keeps that apart.
func (s *session) chainOf(q *question, a *answer) {
	if len(a.chain) == 0 || s.unnamed || a.hello.Negotiated() != q.version.code {
		return
	}
	suite := ""
	if q.version != tls13 {
		suite = suiteName(a.hello.Suite)
	}
	s.certs.see(q.version, s.name(), suite, a.chain)
}

func (c *chains) certificates(chain [][]byte) []scanner.Certificate {
	all := make([]scanner.Certificate, len(chain))
	for i, der := range chain {
		e := scanner.EvidenceOf("certificate", der)
		if !slices.ContainsFunc(c.evidence, func(has scanner.Evidence) bool { return has.SHA256 == e.SHA256 }) {
			c.evidence = append(c.evidence, e)
		}
		all[i] = c.library.certificate(e.SHA256, der)
	}
	return all
}

// settle tells of each chain which way leads up from its leaf, and whether to
// an anchor.
func (c *chains) settle(at time.Time) []scanner.Chain {
	for i := range c.list {
		j := c.library.chain(c.raw[i], c.list[i].Certificates, at)
		c.list[i].Path, c.list[i].Trust = j.path, j.trust
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
