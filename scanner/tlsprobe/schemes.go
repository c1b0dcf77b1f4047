package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// moreSchemes asks a TLS 1.2 server how else it signs: the schemes that its
// ServerKeyExchange messages named are struck out until it declines. One list
// serves all its keys, since the suites of each are offered.
func (l *listing) moreSchemes() {
	var suites []uint16
	for _, c := range l.suites {
		if shapeOf(c).Signed {
			suites = append(suites, c)
		}
	}
	if l.v != tls12 || len(suites) == 0 {
		return
	}
	what := l.v.name + " signature schemes"
	l.purpose = what
	for l.stopped == nil {
		left := without(l.p.questions.schemes, l.signed)
		a := l.pose(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: left})
		if !l.goesOn(what, a) {
			return
		}
		if a.broken != nil && a.broken.Reason == scanner.ReasonAlert {
			return // it chose a suite, and then found no way to sign for it
		}
		if a.kex == nil || a.kex.Scheme == 0 {
			l.missed(what, *noScheme(a))
			return
		}
		l.certs.see(l.v, l.name(), suiteName(a.hello.Suite), a.chain)
		if !slices.Contains(left, a.kex.Scheme) {
			return // it heeds no list: what was offered it does not take
		}
		l.exchange(a)
	}
	l.missed(what, *l.stopped)
}

func noScheme(a answer) *scanner.Failure {
	if a.broken != nil {
		return a.broken
	}
	return &scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server chose " + suiteName(a.hello.Suite) + " and signed nothing"}
}

// signatures asks a TLS 1.3 server how it signs: each answer names one scheme
// in its CertificateVerify, beside the chain that goes with it, and it is
// struck out until the server declines. Some servers decline only after their
// ServerHello.
func (p *plan13) signatures() {
	what := tls13.name + " signature schemes"
	p.purpose = what
	suites := readableOf(p.suites)
	group, ok := shareable(p.groups)
	if !ok || len(suites) == 0 {
		p.unreadable(what)
		return
	}
	found := p.found[tls13]
	var named []uint16
	for p.stopped == nil {
		left := without(p.p.questions.schemes, named)
		q := question{version: tls13, suites: suites, groups: []uint16{group}, schemes: left, share: group}
		a := answer{}
		if len(named) == 0 {
			a = p.tickets(q)
		}
		if a.scheme == 0 && p.stopped == nil {
			a = p.withProtocols(q)
		}
		if !p.signs(what, a, len(named) == 0) {
			return
		}
		p.certs.see(tls13, p.name(), "", a.chain)
		if !slices.Contains(left, a.scheme) {
			return // it heeds no list: what was offered it does not take
		}
		named = append(named, a.scheme)
		found.SignatureSchemes = append(found.SignatureSchemes, schemeName(a.scheme))
	}
	p.missed(what, *p.stopped)
}

func (p *plan13) unreadable(what string) {
	f := scanner.Failure{Reason: scanner.ReasonUncomputable, Detail: "an answer is read with an AES or ChaCha20 suite and a group that has a fixed share; the server takes others only"}
	p.missed(what, f)
	p.missed(tls13.name+" chain", f)
}

// signs tells whether an answer names a scheme. A refusal ends the list, be it
// an alert instead of a ServerHello or, encrypted, after it.
func (p *plan13) signs(what string, a answer, first bool) bool {
	switch {
	case a.outcome != chose:
		p.goesOn("signature schemes", a)
		if first && a.outcome == refused {
			p.missed(what, a.failure) // it took the same suite and group a moment ago
		}
	case a.broken != nil && a.broken.Reason == scanner.ReasonAlert && !first:
	case a.broken != nil:
		p.missed(what, *a.broken)
	case a.scheme == 0:
		p.missed(what, scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server signed nothing"})
	default:
		return true
	}
	return false
}

// readableOf is those of the suites whose records can be opened.
func readableOf(suites []uint16) []uint16 {
	var codes []uint16
	for _, c := range suites {
		if s, _ := iana.SuiteByCode(c); readable(s) {
			codes = append(codes, c)
		}
	}
	return codes
}
