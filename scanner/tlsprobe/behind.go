package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// Some servers choose a suite and then find that they cannot serve it: OpenSSL
// has an RSA or DSA key for it and, by its list of signature algorithms, no way
// to sign with that; Dovecot has no parameters for a finite field. They refuse
// the hello, and with it the suites that they prefer less, which a client that
// offers those alone gets. So a refusal is asked again without what may have
// stood in front.

// A front is suites that may stand in front of others.
type front struct {
	is    func(code uint16) bool
	vague bool // whose server breaks down, instead of saying no
}

// fronts is in the order in which hellos leave them out. Never written to.
var fronts = []front{
	{is: func(c uint16) bool { return authentication(c) == "RSA" || authentication(c) == "DSS" }},
	{is: func(c uint16) bool { return authentication(c) == "DSS" }},
	{is: isFinite, vague: true},
}

// hidden asks for a version that was refused once without each front, and
// gives the answer and the suites that were offered for it; none where it is
// refused for good. Only the newest version is doubted, and those below one
// that had something in front.
func (s *session) hidden(v version, refusal answer) (answer, []uint16) {
	if refusal.outcome != refused || refusal.alert.Description == tlswire.AlertProtocolVersion || v == ssl3 || len(s.listings) > 0 && !s.fronted {
		return refusal, nil
	}
	for _, front := range fronts {
		if front.vague && !refusal.vague() {
			continue
		}
		s.purpose = frontPurpose(v)
		rest := slices.DeleteFunc(slices.Clone(s.suites(v)), front.is)
		if a := s.offering(question{version: v, suites: rest, groups: s.legacyGroups()}); a.outcome == chose && a.hello.Negotiated() <= v.code {
			s.fronted = true
			return a, rest
		}
	}
	return refusal, nil
}

func frontPurpose(v version) string { return v.name + " without what may be in front" }

// vague tells whether a refusal may be a server that broke down.
func (a *answer) vague() bool { return a.mute || a.internal() }

// behind goes on with a list that has ended: of a server that broke down
// without suites of finite fields, and of one that has shown ECDSA alone
// without RSA and DSA. (Where RSA alone was shown, otherKeys asks without it.)
func (l *listing) behind() {
	if len(l.suites) == 0 || l.stopped != nil {
		return
	}
	if l.end.vague() && !slices.ContainsFunc(l.suites, isFinite) {
		l.goOn(isFinite)
	}
	if n := l.newer(); n == nil && slices.Equal(l.keys(), []string{"ECDSA"}) {
		l.goOn(fronts[0].is)
	}
}

// goOn asks for the suites left but for some.
func (l *listing) goOn(but func(uint16) bool) {
	l.purpose = frontPurpose(l.v)
	before := len(l.suites)
	l.more(slices.DeleteFunc(without(l.session.suites(l.v), l.suites), but))
	l.fronted = l.fronted || len(l.suites) > before
}

// more asks for suites of a version that is accepted, in pieces where the
// server bears no long lists.
func (l *listing) more(suites []uint16) {
	for _, piece := range l.pieces(suites) {
		a := l.put(l.v, piece, l.legacyGroups())
		if a.outcome == chose && a.hello.Negotiated() == l.v.code {
			l.exhaust(piece, a)
		} else {
			l.goesOn(l.purpose, a)
		}
	}
}
