package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// Some servers choose a suite and then find that they cannot serve it: OpenSSL
// has an RSA or DSA key for it and, by its list of signature algorithms, no way
// to sign with that; Dovecot has no parameters for a finite field. They refuse
// the hello, and with it the suites that they prefer less, which a client that
// offers those alone gets. So a refusal is asked again without what may have
// stood in front.

// A front is suites that may stand in front of others: for keys, or of finite
// fields.
type front struct {
	keys []string // that may be unable to sign; none for finite fields, where a server breaks down instead of saying no
}

// The fronts. Hellos leave them out in the order in which they stand in the
// list. Never written to.
var (
	rsaInFront = front{[]string{"RSA"}}
	dsaInFront = front{[]string{"DSS"}}
	keyInFront = front{[]string{"RSA", "DSS"}}
	finiteOnes = front{}

	fronts = []front{rsaInFront, dsaInFront, keyInFront, finiteOnes}
)

func (f front) is(code uint16) bool {
	if f.finite() {
		return isFinite(code)
	}
	return slices.Contains(f.keys, authentication(code))
}

func (f front) finite() bool { return len(f.keys) == 0 }

// hidden asks for a version that was refused once without each front, and
// gives the answer and the suites that were offered for it; none where it is
// refused for good. Only the newest version is doubted, of those below one that
// had something in front finite fields, and a key that signs in TLS 1.2 alone.
func (s *session) hidden(v version, refusal answer) (answer, []uint16) {
	switch {
	case refusal.outcome != refused, refusal.alert.Description == tlswire.AlertProtocolVersion, v == ssl3:
		return refusal, nil
	case len(s.listings) > 0 && v.code < tls12.code && s.showsEdDSA():
		return s.behindEdDSA(v, refusal)
	case len(s.listings) > 0 && !s.fronted:
		return refusal, nil
	}
	for _, front := range fronts {
		if s.pure() {
			break
		}
		if front.finite() && !refusal.vague() || !front.finite() && len(s.listings) > 0 {
			continue
		}
		s.purpose = frontPurpose(v)
		rest := slices.DeleteFunc(slices.Clone(s.suites(v)), front.is)
		if a := s.offering(question{version: v, suites: rest, groups: s.legacyGroups()}); a.outcome == chose && a.hello.Negotiated() <= v.code {
			s.fronted = true
			return a, rest
		}
	}
	return s.shorter(v, refusal)
}

// showsEdDSA tells whether a key was shown that signs for the suites of ECDSA
// from TLS 1.2 on (RFC 8422 section 5.10).
func (s *session) showsEdDSA() bool {
	return slices.ContainsFunc(s.certs.list, func(c scanner.Chain) bool { return strings.HasPrefix(c.Certificates[0].Key.Algorithm, "Ed") })
}

// behindEdDSA asks for an older version without the suites of ECDSA: GnuTLS
// chooses one of them though its key has no signature there, and refuses.
func (s *session) behindEdDSA(v version, refusal answer) (answer, []uint16) {
	s.purpose = frontPurpose(v)
	rest := slices.DeleteFunc(slices.Clone(s.suites(v)), ofECDSA)
	if a := s.offering(question{version: v, suites: rest, groups: s.legacyGroups()}); a.outcome == chose && a.hello.Negotiated() <= v.code {
		return a, rest
	}
	return refusal, nil
}

// shorter asks with the usual suites alone, of whom a server may take that
// declines a list which is longer than it expects, and goes on in pieces if so.
func (s *session) shorter(v version, refusal answer) (answer, []uint16) {
	if s.shape.suites != 0 || s.long || len(s.listings) > 0 {
		return refusal, nil
	}
	s.purpose = "hellos of other lengths"
	lengths := []int{pieceSize, fewest}
	switch {
	case v != tls12: // whoever is older has answered as such
		lengths = lengths[:1]
	case s.p.ranks != nil: // what passes is no more
		lengths = lengths[1:]
	}
	for _, n := range lengths {
		s.shape.suites = n
		if a := s.pose(s.first(v)); a.outcome == chose && a.hello.Negotiated() <= v.code {
			if n == fewest {
				s.measure(v, a.hello.Suite)
			}
			return a, s.suites(v)
		}
	}
	s.shape.suites = 0
	return refusal, nil
}

// suspected tells whether a refusal may be for a front: of keys that were not
// shown, or of finite fields where no suite with one was accepted. Of two keys
// that were not shown, one may stand in front of the other; that is looked into
// where something was found behind one, or no key was shown at all.
func (l *listing) suspected(f front, refusal answer) bool {
	if f.finite() {
		return refusal.vague() && !slices.ContainsFunc(l.suites, isFinite)
	}
	shown := l.keys()
	hidden := slices.DeleteFunc([]string{"RSA", "DSS"}, func(k string) bool { return slices.Contains(shown, k) })
	return !slices.ContainsFunc(f.keys, func(k string) bool { return slices.Contains(shown, k) }) &&
		(len(f.keys) == len(hidden) || len(shown) == 0 || l.doubtsEach())
}

// doubtsEach tells whether of two keys that were not shown each is asked for by
// itself: where something was found behind one, and else where suites of DSA
// cannot ride (see ridesDSA, and of depth verdict rider).
func (l *listing) doubtsEach() bool {
	switch {
	case l.fronted:
		return true
	case l.p.ranks == nil:
		return len(l.suites) > 0 && authentication(l.suites[0]) != "ECDSA"
	}
	return !l.ridden
}

// through asks at depth verdict, and where it is refused once more without each
// of the fronts that is suspected.
func (l *listing) through(q question, fronts []front) answer {
	a, all := l.offering(q), q.suites
	if a.outcome != refused || l.pure() {
		return a
	}
	purpose := l.purpose
	defer func() { l.purpose = purpose }()
	l.purpose = frontPurpose(l.v)
	for _, front := range fronts {
		q.suites = slices.DeleteFunc(slices.Clone(all), front.is)
		if len(q.suites) == 0 || len(q.suites) == len(all) || !l.suspected(front, a) {
			continue
		}
		if b := l.offering(q); b.outcome != refused {
			l.fronted = l.fronted || b.outcome == chose
			return b
		}
	}
	return a
}

// ridesDSA tells whether, at full depth, suites of DSA ride on the questions for
// signature schemes of a server that has shown ECDSA alone: its first choice
// among all suites was one with ECDSA, so that it comes to those only where it
// cannot sign with that.
func (l *listing) ridesDSA() bool {
	return l.v == tls12 && l.shape == full && !l.doubtsEach() && slices.Equal(l.keys(), []string{"ECDSA"})
}

// rodeDSA goes on with suites of DSA where one of them is the answer.
func (l *listing) rodeDSA(a answer) bool {
	rode := dsaInFront.is(a.hello.Suite) && !slices.Contains(l.suites, a.hello.Suite)
	if rode {
		l.exhaust(l.riders(true), a)
	}
	return rode
}

// riders is the suites of DSA, where they may ride.
func (l *listing) riders(may bool) []uint16 {
	return slices.DeleteFunc(slices.Clone(l.session.suites(l.v)), func(c uint16) bool { return !may || !dsaInFront.is(c) })
}

func frontPurpose(v version) string { return v.name + " without what may be in front" }

// vague tells whether a refusal may be a server that broke down.
func (a *answer) vague() bool { return a.mute || a.internal() }

// behind goes on with a list that has ended, without each front that is
// suspected. Of the keys only the newest version is asked: OpenSSL signs by a
// list from TLS 1.2 on. Keys that are kept apart are in nobody's way.
func (l *listing) behind() {
	for _, front := range fronts {
		if len(l.suites) == 0 || l.stopped != nil || l.pure() || !l.suspected(front, l.end) || !front.finite() && (l.apart || l.newer() != nil) {
			continue
		}
		if l.behindDSA && slices.Equal(front.keys, dsaInFront.keys) {
			continue
		}
		l.purpose = frontPurpose(l.v)
		left, before := slices.DeleteFunc(without(l.session.suites(l.v), l.suites), front.is), len(l.suites)
		if len(left) == 0 {
			return
		}
		if len(front.keys) > 1 && !l.fronted {
			a := l.offering(question{version: l.v, suites: left, groups: l.legacyGroups()})
			if l.goesOn(l.purpose, a) { // one key at a time, so that the list keeps the server's order
				l.fronted = true
				l.behind()
				return
			}
			continue
		}
		l.more(left)
		l.fronted = l.fronted || len(l.suites) > before
	}
}

// more asks for suites of a version that is accepted, in pieces where the
// server bears no long lists.
func (l *listing) more(suites []uint16) {
	for _, piece := range l.pieces(suites) {
		if piece = without(piece, l.suites); len(piece) == 0 {
			continue
		}
		a := l.pose(question{version: l.v, suites: piece, groups: l.legacyGroups(), schemes: l.only})
		if a.outcome == chose && a.hello.Negotiated() == l.v.code {
			l.exhaust(piece, a)
		} else {
			l.goesOn(l.purpose, a)
		}
	}
}
