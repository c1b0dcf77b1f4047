package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// order offers the suites the other way round: a server with an order of its
// own chooses as it did.
func (s *session) order(v version) {
	suites := s.suitesOf(v)
	if len(suites) < 2 || v == ssl2 || s.found[v].ServerOrder != nil {
		return
	}
	q := s.known(v)
	rest := slices.Clone(suites[1:]) // what it likes best stays last
	if v != tls13 {
		slices.Reverse(rest)
		rest = signedFirst(rest)
		slices.Reverse(rest)
	}
	q.suites = turned(append(suites[:1:1], rest...))
	what := v.name + " order"
	s.purpose = what
	a, ok := answer{}, false
	if v == tls13 && s.stopped == nil {
		// By the way, how it bears an unknown version: an answer says well.
		q.groups, q.share = s.plan13.groups, 0
		with := q
		with.versions = []uint16{unknown, v.code}
		a = s.pose(with)
		if ok = a.outcome == chose && a.hello.Negotiated() == v.code; ok {
			s.facts.VersionTolerant = yes(true)
		}
	}
	if !ok && v == tls12 {
		a, ok = s.listings[v].orderRides(q)
	}
	if !ok {
		a, ok = s.reply(what, q)
	}
	favourite := suites[0]
	if v != tls13 && s.shape.suites != 0 { // known of the first piece of the list only
		b, chosen := s.reply(what, s.known(v))
		ok = ok && chosen && b.outcome == chose
		favourite = b.hello.Suite
	}
	if ok && a.outcome == chose {
		s.found[v].ServerOrder = yes(a.hello.Suite == favourite)
	}
}

// A kind is suites to which the same keys and groups go: of two that are
// offered, a server can serve both or none.
type kind struct {
	authentication string
	params         tlswire.Params
	export         bool // with a prime of its own
}

func kindOf(code uint16) kind {
	s, _ := iana.SuiteByCode(code)
	return kind{s.Authentication, shapeOf(code).Params, s.Export}
}

// inverted tells whether the choices made show that the server goes by an order
// of its own: of two suites of one kind it chose the one that we had behind the
// other.
func (l *listing) inverted() bool {
	all, furthest := l.session.suites(l.v), map[kind]int{}
	for _, c := range l.suites {
		k, at := kindOf(c), slices.Index(all, c)
		if at < furthest[k] {
			return true
		}
		furthest[k] = at
	}
	return false
}

// turned is suites that were chosen one after the other, the other way round:
// an answer then tells by which order the server goes. Some servers with an
// order of their own heed a client that puts ChaCha20 first.
func turned(suites []uint16) []uint16 {
	list := slices.Clone(suites)
	slices.Reverse(list)
	if len(list) > 2 && chacha(list[0]) {
		list[0], list[1] = list[1], list[0]
	}
	return list
}

// orders keeps what an answer to a question with known suites tells of the
// newest version below TLS 1.3: whether, of a kind, the server chose what it had
// chosen first, and we had last, or what we had first.
func (l *listing) orders(q question, a answer) {
	if l.found[l.v].ServerOrder != nil || l.newer() != nil || a.outcome != chose || a.broken != nil || l.shape != full {
		return
	}
	other := func(c uint16) bool { return kindOf(c) != kindOf(a.hello.Suite) }
	ours, theirs := slices.DeleteFunc(slices.Clone(q.suites), other), slices.DeleteFunc(slices.Clone(l.suites), other)
	switch last := len(ours) - 1; {
	case last < 1 || len(theirs) == 0 || ours[last] != theirs[0]:
	case a.hello.Suite == theirs[0]:
		l.found[l.v].ServerOrder = yes(true)
	case a.hello.Suite == ours[0] && !chacha(ours[0]):
		l.found[l.v].ServerOrder = yes(false)
	}
}

// orderRides asks for the order with the schemes seen struck out, where the
// list shows that the server went by an order of its own: it did not choose the
// first of those we put. Only the same choice again tells anything, since
// another may be for want of a scheme.
func (l *listing) orderRides(q question) (answer, bool) {
	all := l.session.suites(l.v)
	own := !slices.IsSortedFunc(l.suites, func(a, b uint16) int { return slices.Index(all, a) - slices.Index(all, b) })
	if !own || len(l.signed) == 0 || l.stopped != nil {
		return answer{}, false
	}
	q.schemes = without(l.p.questions.schemes, l.signed)
	a := l.pose(q)
	l.walks = l.walks || a.outcome == refused
	if a.outcome != chose || a.broken != nil || a.hello.Suite != l.suites[0] {
		return answer{}, false
	}
	l.exchange(a)
	return a, true
}

func chacha(code uint16) bool {
	s, _ := iana.SuiteByCode(code)
	return s.Cipher == "CHACHA20-POLY1305"
}

// orders keeps what an answer to a question of TLS 1.3 with known suites tells,
// and what the choices made do: those of a server that goes by our order are in
// it.
func (p *plan13) orders(q question, a answer) {
	all, found := p.p.questions.suites13, p.found[tls13]
	switch favourite := p.suites[0]; {
	case found.ServerOrder != nil || a.outcome != chose:
	case !slices.IsSortedFunc(p.suites, func(a, b uint16) int { return slices.Index(all, a) - slices.Index(all, b) }):
		found.ServerOrder = yes(true)
	case len(q.suites) > 1 && slices.Contains(p.suites, q.suites[0]) && slices.Index(q.suites, favourite) == len(q.suites)-1:
		found.ServerOrder = yes(a.hello.Suite == favourite)
	}
}
