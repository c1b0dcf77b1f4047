package tlsprobe

import (
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

func (s *session) suites(v version) []uint16 {
	if v == tls13 {
		return s.p.questions.suites13
	}
	return s.p.questions.suites
}

// legacyGroups is the groups that are offered up to TLS 1.2.
func (s *session) legacyGroups() []uint16 {
	if s.fieldless {
		return slices.DeleteFunc(slices.Clone(s.p.questions.groups), finite)
	}
	return s.p.questions.groups
}

// listing is the enumeration of one version up to TLS 1.2.
type listing struct {
	*session
	v      version
	suites []uint16         // accepted, in the order they were chosen
	curves []uint16         // groups agreed on
	primes [][]byte         // Diffie-Hellman moduli sent
	signed []uint16         // schemes signed with
	left   []uint16         // suites that were refused at last
	end    answer           // the last refusal
	broke  *scanner.Failure // how the handshake of a suite that was chosen ended
	ended  bool             // the end of the list was asked for

	walks     bool     // questions go with all schemes
	only      []uint16 // schemes offered for other keys than were shown; nil for all
	unsigns   []string // kinds of key whose schemes are all known
	unsigning []uint16 // export suites for which nothing is signed
	apart     bool     // the server keeps each key apart
	behindDSA bool     // what is behind suites of DSA was asked for

	alone bool // at depth verdict: there is no other key than of ECDSA
	rider

	curvesWhole bool // no curves are left
	fields
	ride
}

// legacyGroups is the groups that are offered.
func (l *listing) legacyGroups() []uint16 {
	if l.unfinite {
		return slices.DeleteFunc(slices.Clone(l.session.legacyGroups()), finite)
	}
	return l.session.legacyGroups()
}

// enumerate names every suite of one version from SSLv3 to TLS 1.2: the server
// picks, the pick is struck out, and its refusal of the rest ends the list.
func (s *session) enumerate(v version) {
	l := &listing{session: s, v: v, ride: ride{rode: true, wishes: len(s.listings) == 0 && s.shape == full && v != ssl3}}
	if n := l.newer(); n != nil {
		l.unfinite = n.unfinite // as the newer version is asked, so is this one
	}
	a := l.list()
	found := s.found[v]
	if accepted(found) {
		if len(s.listings) == 0 {
			if s.shape == full && l.inverted() {
				found.ServerOrder = yes(true)
			}
			l.ends() // right after the refusal: servers that take turns are not asked alike
		}
		l.aged()
		l.otherKeys()
		l.behind()
	}
	if accepted(found) || a.alert.Description == tlswire.AlertHandshakeFailure || a.alert.Description == tlswire.AlertInsufficientSec {
		l.unnamedPrimes()
	}
	if !accepted(found) {
		s.verdict(v, a)
		s.answersOlder(v, a)
		return
	}
	s.listings[v] = l
	l.moreGroups() // those of a newer version are asked for by the way
	l.otherCurves()
	l.unnamedDSA()
}

// list names what is to be had for who offers all, in pieces to a server that bears no
// long list, and returns the first answer to the last piece.
func (l *listing) list() answer {
	a := l.lowered()
	for i, piece := range l.pieces(l.session.suites(l.v)) {
		if i > 0 {
			if piece = without(piece, l.suites); len(piece) == 0 {
				continue
			}
			a = l.put(l.v, piece, l.session.legacyGroups())
		}
		if a.outcome == chose && a.hello.Negotiated() == l.v.code || a.unknownUser() {
			l.exhaust(piece, a)
			continue
		}
		// Only of a split list may a later piece fare better.
		if a.outcome != refused || a.alert.Description == tlswire.AlertProtocolVersion {
			break
		}
	}
	if !accepted(l.found[l.v]) {
		if b, rest := l.hidden(l.v, a); rest != nil && l.shape.suites == 0 && b.hello.Negotiated() == l.v.code {
			l.exhaust(rest, b)
		} else if rest != nil {
			l.more(rest)
		}
	}
	return a
}

// verdict sets whether a version is accepted from a first answer that chose
// nothing in it.
func (s *session) verdict(v version, a answer) {
	if a.outcome == chose || a.outcome == refused { // another version, or a no
		s.found[v].Accepted = yes(false)
		s.denied13 = s.denied13 || v == tls13 && a.alert.Description == tlswire.AlertProtocolVersion
		s.belief.denies(v)
		return
	}
	s.missed(v.name, a.failure)
}

// exhaust strikes out the server's choices among the suites, beginning with
// an answer already read, until it declines.
func (l *listing) exhaust(suites []uint16, a answer) {
	left := suites
	what := l.v.name + " suites"
	l.purpose = what
	defer func() { l.left = append(without(l.left, suites), left...) }()
	for {
		if a.unknownUser() && slices.ContainsFunc(left, isSRP) {
			if left = l.users(left); len(left) == 0 {
				return
			}
			a = l.next(left)
			continue
		}
		if !l.goesOn(what, a) {
			l.end = a
			return
		}
		picked := a.hello.Suite
		if a.hello.Negotiated() != l.v.code || !slices.Contains(left, picked) {
			l.strangely(what, suiteName(picked))
			return
		}
		l.choice(a)
		if left = without(left, []uint16{picked}); len(left) == 0 {
			return
		}
		a = l.next(left)
	}
}

// goesOn tells whether an answer is a choice; a list that does not end in a
// refusal is recorded as incomplete.
func (s *session) goesOn(what string, a answer) bool {
	if a.outcome != chose && a.outcome != refused {
		s.missed(what, a.failure)
	}
	return a.outcome == chose
}

// choice records one suite that the server chose and what its flight shows.
func (l *listing) choice(a answer) {
	name := suiteName(a.hello.Suite)
	if a.failed() {
		// Picked, then found impossible: no client gets this suite.
		l.missed(l.v.name+" "+name, *a.broken)
		l.certs.see(l.v, l.name(), name, a.chain) // which it shows, though it cannot go on
		l.broke = a.broken
		return
	}
	if a.broken != nil {
		l.missed(l.v.name+" "+name+" flight", *a.broken)
	}
	l.suites = append(l.suites, a.hello.Suite)
	if shortKeyed(a) {
		l.unsigning = append(l.unsigning, a.hello.Suite)
	}
	l.signs = a.kex != nil && a.kex.Scheme != 0
	l.exchange(a)
}

// exchange records the parameters of a ServerKeyExchange, and the chain, which may
// be another one than before where the scheme or the curve is.
func (l *listing) exchange(a answer) {
	if !l.unnamed { // who asks without a name keeps the chain as of none
		l.certs.see(l.v, l.name(), suiteName(a.hello.Suite), a.chain)
	}
	k := a.kex
	if k == nil {
		return
	}
	found := l.found[l.v]
	if k.Scheme != 0 {
		found.SignatureSchemes = add(found.SignatureSchemes, schemeName(k.Scheme))
		if !slices.Contains(l.signed, k.Scheme) {
			l.signed = append(l.signed, k.Scheme)
		}
		if !slices.Contains(l.seenSchemes, k.Scheme) {
			l.seenSchemes = append(l.seenSchemes, k.Scheme)
		}
	}
	if g, ok := groupOf(k); ok && !slices.Contains(l.curves, g) {
		l.curves = append(l.curves, g)
	}
	if len(k.P) > 0 {
		prime := primeOf(k.P, k.G)
		if !slices.Contains(found.Primes, prime) && len(found.Primes) == maxPrimes {
			l.missed(l.v.name+" primes", scanner.Failure{Reason: scanner.ReasonTooLarge, Detail: fmt.Sprintf("the first %d are told", maxPrimes)})
		} else if !slices.Contains(found.Primes, prime) {
			found.Primes = append(found.Primes, prime)
			l.primes = append(l.primes, k.P)
		}
	}
}

// maxPrimes bounds what is asked of and told of a server that makes a prime for each
// handshake.
const maxPrimes = 32

// shortKeyed tells whether an export suite was chosen for which the certificate's own
// key is short enough: the server makes none for it, and so signs nothing (RFC 2246
// section 7.4.3).
func shortKeyed(a answer) bool {
	return a.outcome == chose && a.broken == nil && a.kex == nil && shapeOf(a.hello.Suite).Params == tlswire.RSAParams
}
