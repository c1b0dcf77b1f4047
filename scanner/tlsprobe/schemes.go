package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// moreSchemes asks a TLS 1.2 server how else it signs: the schemes that its
// ServerKeyExchange messages named are struck out until it declines. Each kind
// of key is asked for on its own, since a server may choose a suite, and with
// it a key, before it looks for a scheme.
func (l *listing) moreSchemes() {
	if l.v != tls12 {
		return
	}
	for _, kind := range l.keys() {
		suites := slices.DeleteFunc(slices.Clone(l.suites), func(c uint16) bool {
			return authentication(c) != kind || !shapeOf(c).Signed
		})
		if len(suites) > 0 && !l.signsOn(suites) {
			return
		}
	}
}

// signsOn strikes out the schemes of one kind of key, and tells whether their
// list is whole.
func (l *listing) signsOn(suites []uint16) bool {
	what := l.v.name + " signature schemes"
	l.purpose = what
	for l.stopped == nil {
		left := without(l.p.questions.schemes, l.signed)
		a := l.pose(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: left})
		if !l.goesOn(what, a) {
			return a.outcome == refused
		}
		if a.broken != nil && a.broken.Reason == scanner.ReasonAlert {
			return true // it chose a suite, and then found no way to sign for it
		}
		if a.kex == nil || a.kex.Scheme == 0 {
			l.missed(what, *noScheme(a))
			return false
		}
		l.certs.see(l.v, l.name(), suiteName(a.hello.Suite), a.chain)
		if !slices.Contains(left, a.kex.Scheme) {
			return true // it heeds no list: what was offered it does not take
		}
		l.exchange(a)
	}
	l.missed(what, *l.stopped)
	return false
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
	if _, ok := shareable(p.groups); !ok || len(readableOf(p.suites)) == 0 {
		p.unreadable(what)
		return
	}
	p.signOn(p.p.questions.schemes)
}

// signOn goes through those of the schemes that were not seen yet.
func (p *plan13) signOn(schemes []uint16) {
	what := tls13.name + " signature schemes"
	suites := readableOf(p.suites)
	group, _ := shareable(p.groups)
	found := p.found[tls13]
	for p.stopped == nil {
		left := without(schemes, p.signed)
		q := question{version: tls13, suites: suites, groups: []uint16{group}, schemes: left, share: group}
		a := answer{}
		if len(p.signed) == 0 {
			a = p.tickets(q)
		}
		if a.scheme == 0 && p.stopped == nil {
			a = p.withProtocols(q)
		}
		if !p.signs(what, a, len(p.signed) == 0) {
			return
		}
		p.certs.see(tls13, p.name(), "", a.chain)
		if !slices.Contains(left, a.scheme) {
			return // it heeds no list: what was offered it does not take
		}
		p.signed = append(p.signed, a.scheme)
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
