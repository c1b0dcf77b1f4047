package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlskeys"
)

// moreSchemes asks a TLS 1.2 server how else it signs: the schemes that its
// ServerKeyExchange messages named are struck out until it declines. Each kind
// of key is asked for on its own, since a server may choose a suite, and with
// it a key, before it looks for a scheme.
//
// Where schemes of several kinds of key are left that TLS 1.3 has shown, all
// keys are asked at first: a server that goes on from one to another goes by the
// schemes, and one refusal is for all. One that stays with a key has refused for
// that one.
func (l *listing) moreSchemes() {
	kinds := slices.DeleteFunc(l.keys(), func(k string) bool { return slices.Contains(l.unsigns, k) })
	if p := l.plan13; len(kinds) > 1 && p != nil && several(without(p.signed, l.signed)) {
		shown, whole := l.signsOn(l.signedSuites(kinds...))
		if !whole || len(shown) > 1 {
			return
		}
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return slices.Contains(shown, k) })
	}
	for _, kind := range kinds {
		if suites := l.signedSuites(kind); len(suites) > 0 {
			if _, whole := l.signsOn(append(suites, l.riders(l.ridesDSA())...)); !whole {
				return
			}
		}
	}
}

// several tells whether schemes are of more than one kind of key.
func several(schemes []uint16) bool {
	return slices.ContainsFunc(schemes, func(c uint16) bool {
		return keyKind(tls12, schemeName(c)) != keyKind(tls12, schemeName(schemes[0]))
	})
}

// signedSuites is the accepted suites in which these kinds of key sign.
func (l *listing) signedSuites(kinds ...string) []uint16 {
	return slices.DeleteFunc(slices.Clone(l.suites), func(c uint16) bool {
		return !slices.Contains(kinds, authentication(c)) || !shapeOf(c).Signed || slices.Contains(l.unsigning, c)
	})
}

// signsOn strikes out schemes, and tells which kinds of key have answered and
// whether the list is whole.
func (l *listing) signsOn(suites []uint16) (kinds []string, whole bool) {
	what := l.v.name + " signature schemes"
	l.purpose = what
	older, ours := true, l.byOurOrder(suites)
	for l.stopped == nil {
		left := l.unseenSchemes(suites)
		list, as := left, modern
		if ours {
			list = last(l.p.questions.schemes, l.signed)
		}
		if older {
			as = l.signsAs(suites)
		}
		a := l.pose(l.beyondKinds(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: as.of(list)}))
		if as != modern && (a.outcome == refused || a.failed()) {
			older = false // its no is for an old client
			continue
		}
		if !l.goesOn(what, a) {
			return kinds, a.outcome == refused
		}
		if a.failed() {
			return kinds, true // it chose a suite, and then found no way to sign for it
		}
		if a.kex == nil || a.kex.Scheme == 0 {
			l.missed(what, *noScheme(a))
			return kinds, false
		}
		if l.rodeDSA(a) {
			continue
		}
		l.certs.see(l.v, l.name(), suiteName(a.hello.Suite), a.chain)
		switch {
		case slices.Contains(left, a.kex.Scheme):
		case ours && as != modern: // an old client's, too
			older = false
			continue
		case ours && a.kex.Scheme != firstSeen(list, l.signed, a.kex.Scheme):
			ours = false // it does not, after all
			continue
		default:
			return kinds, true // there is no other, or it heeds no list: what was offered it does not take
		}
		l.exchange(a)
		kinds = add(kinds, authentication(a.hello.Suite))
	}
	l.missed(what, *l.stopped)
	return kinds, false
}

// A server that goes by our order of schemes shows another one each time when those
// seen go last, and at the end one of those. It is asked so rather than with the seen
// left out: to who offers less it may be another server (see differs).

// tellsOrder keeps of which kinds of key the server goes by our order: it signed by
// one that was not seen, and could have by one that was, and was offered last.
func (s *session) tellsOrder(q *question, a *answer) {
	if q.version != tls12 || q.schemes != nil || s.shape != full || a.broken != nil || a.kex == nil || a.kex.Scheme == 0 || slices.Contains(s.seenSchemes, a.kex.Scheme) {
		return
	}
	kind := keyKind(tls12, schemeName(a.kex.Scheme))
	if slices.ContainsFunc(s.seenSchemes, func(c uint16) bool { return keyKind(tls12, schemeName(c)) == kind }) {
		s.ours = add(s.ours, kind)
	}
}

// byOurOrder tells whether a server goes by our order with the one kind of key that
// signs for these suites.
func (l *listing) byOurOrder(suites []uint16) bool {
	return l.v == tls12 && !slices.ContainsFunc(suites, func(c uint16) bool {
		return authentication(c) != authentication(suites[0]) || !slices.Contains(l.ours, strings.ToLower(authentication(c)))
	})
}

// firstSeen is the first of the list that was seen, of the kind of key of one.
func firstSeen(list, seen []uint16, one uint16) uint16 {
	kind := keyKind(tls12, schemeName(one))
	for _, c := range list {
		if slices.Contains(seen, c) && keyKind(tls12, schemeName(c)) == kind {
			return c
		}
	}
	return 0
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
	if p.noSchemes {
		return
	}
	if _, ok := tlskeys.Shareable(p.groups); !ok || len(readableOf(p.suites)) == 0 {
		p.unreadable(what)
		return
	}
	p.signOn(p.schemes13())
}

// signOn goes through those of the schemes that were not seen yet.
func (p *plan13) signOn(schemes []uint16) {
	for p.stopped == nil {
		if !p.signMore(schemes) {
			return
		}
	}
	p.missed(tls13.name+" signature schemes", *p.stopped)
}

// signMore asks for one of the schemes that was not seen yet, and tells whether
// there was one.
func (p *plan13) signMore(schemes []uint16) bool {
	group, _ := ownShare(p.groups)
	left := without(schemes, p.signed)
	q := question{version: tls13, suites: readableOf(turned(p.suites)), groups: []uint16{group}, schemes: left, share: group}
	a, known := answer{}, p.beyond(q)
	if len(p.signed) == 0 {
		a = p.firstSigned(known)
	}
	if a.scheme == 0 && p.stopped == nil {
		a = p.withProtocols(known)
	}
	p.orders(q, a)
	if !p.signs(tls13.name+" signature schemes", a, len(p.signed) == 0) {
		return false
	}
	p.certs.see(tls13, p.name(), "", a.chain)
	if !slices.Contains(left, a.scheme) {
		return false // it heeds no list: what was offered it does not take
	}
	p.signedWith(a.scheme)
	return true
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
			p.missed(what, brokeOff(a.failure)) // it took the same suite and group a moment ago
		}
	case a.failed() && !first:
		p.stays = true
	case a.broken != nil:
		p.certs.see(tls13, p.name(), "", a.chain) // which it shows, though it cannot go on
		p.missed(what, brokeOff(*a.broken))
	case a.scheme == 0:
		p.missed(what, scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server signed nothing"})
	default:
		return true
	}
	return false
}

// brokeOff is why nobody was seen to be served: the server chose, and then failed
// by itself.
func brokeOff(f scanner.Failure) scanner.Failure {
	if f.Reason == scanner.ReasonAlert {
		f.Reason = scanner.ReasonBrokenOff
	}
	return f
}

// readableOf is those of the suites whose records can be opened.
func readableOf(suites []uint16) []uint16 {
	var codes []uint16
	for _, c := range suites {
		if s, _ := iana.SuiteByCode(c); tlskeys.Readable(s) {
			codes = append(codes, c)
		}
	}
	return codes
}
