package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
)

// ride13 is what rides on the hellos that ask a TLS 1.3 server for suites and
// groups: with a share, an answer shows the chain and a scheme besides, and
// the schemes seen are struck out as suites and groups are. The first of them
// also ends the handshake, for the tickets, and offers a version that nobody
// knows. Only answers say anything for sure; a refusal is asked about anew.
type ride13 struct {
	rides     bool // hellos carry shares
	tolerated bool // one that did, with all that the first has, was answered
	unsure    bool // one that did was refused, whatever for
	retried   bool // and another was put
	ticketed  bool // a handshake was ended
	noSchemes bool // the list of schemes is known to be whole
}

// likelyShares is the groups that a share goes along for: most servers have one
// of them, and all are short. Never written to.
var likelyShares = []uint16{29, 23, 24, 25, 30}

// The groups of RFC 7919 that cost a server no more than a signature.
const (
	ffdhe2048 = 256
	ffdhe3072 = 257
)

// along is the groups that shares go along for. Of those that were seen
// already one does, and one of the shorter in a finite field where none on a
// curve is left.
func (p *plan13) along(groups []uint16) []uint16 {
	unseen := without(groups, p.groups)
	if g, ok := tlskeys.Shareable(groups); ok && (len(unseen) == 0 || g == ffdhe2048 || g == ffdhe3072) {
		return []uint16{g}
	}
	return slices.DeleteFunc(slices.Clone(likelyShares), func(c uint16) bool { return !slices.Contains(unseen, c) })
}

// next asks for one of the suites and one of the groups, of which one list or
// both are left. A refusal that may be for want of a scheme is followed by the
// same question with all schemes, where there is an answer most likely, else by
// the question for schemes.
func (p *plan13) next(suites, groups []uint16, both, likely bool) answer {
	q := question{version: tls13, suites: suites, groups: groups}
	plain := q
	q.along = p.along(groups)
	if !p.rides || p.noSchemes && p.ticketed || len(q.along) == 0 {
		return p.pose(plain)
	}
	if !p.tolerated {
		return p.firstRide(q, plain, both)
	}
	if len(p.signed) > 0 && !p.noSchemes {
		q.schemes = without(p.schemes13(), p.signed)
	}
	a := p.toEnd(q)
	p.rides = !a.mute // such a refusal costs more
	if a.outcome != refused || q.schemes == nil {
		p.rode(q, a)
		return a
	}
	purpose := p.purpose
	defer func() { p.purpose = purpose }()
	p.purpose = tls13.name + " signature schemes"
	if !likely && p.signMore(p.schemes13()) {
		return a // there is another scheme: it was the list asked for that ended
	}
	p.noSchemes = !likely
	if a = p.pose(plain); a.outcome == chose {
		p.noSchemes = true
	} else if !p.noSchemes {
		p.rides = false
	}
	return a
}

// onceMore lets things ride again, after a refusal that may have been for them.
func (p *plan13) onceMore() {
	if p.unsure && !p.retried {
		p.rides, p.retried = true, true
	}
}

// firstRide puts the first question that something rides on.
func (p *plan13) firstRide(q, plain question, both bool) answer {
	q.versions = []uint16{unknown, tls13.code}
	a := p.toEnd(q)
	if a.outcome == chose && a.hello.Negotiated() == tls13.code {
		p.tolerated, p.unsure = true, false
		p.facts.VersionTolerant = yes(true)
		p.rode(q, a)
		return a
	}
	p.rides = false
	if !both || a.outcome != refused {
		purpose := p.purpose
		defer func() { p.purpose = purpose }()
		p.purpose = tls13.name + " signature schemes"
		return p.pose(plain)
	}
	p.unsure = true
	return a
}

// toEnd puts a question with protocols, and as long as none was, to its end.
func (p *plan13) toEnd(q question) answer {
	if p.ticketed {
		return p.withProtocols(q)
	}
	a := p.tickets(q)
	p.ticketed = a.outcome == chose && a.whole
	return a
}

// rode keeps what an answer shows of how the server signs.
func (p *plan13) rode(q question, a answer) {
	switch {
	case a.outcome != chose:
	case a.broken != nil:
		// It chose a suite and a group, and then found no way to sign.
		p.noSchemes = p.noSchemes || q.schemes != nil && a.failed()
	case a.scheme == 0:
	case slices.Contains(p.signed, a.scheme):
		p.noSchemes = p.noSchemes || q.schemes != nil // it heeds no list
	default:
		p.certs.see(tls13, p.name(), "", a.chain)
		p.signedWith(a.scheme)
	}
}

func (p *plan13) signedWith(scheme uint16) {
	p.signed = append(p.signed, scheme)
	found := p.found[tls13]
	found.SignatureSchemes = append(found.SignatureSchemes, schemeName(scheme))
}
