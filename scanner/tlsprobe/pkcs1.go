package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A server may keep a certificate for clients that cannot have its new one: those
// whose schemes name neither RSASSA-PSS, which came with TLS 1.3, nor a curve. One
// that speaks a version before TLS 1.2 shows it there, where clients name no
// schemes. Of any other a hello of TLS 1.2 that has an answer anyway goes as such a
// client's, and where none has, one is put at last.

// A cohort is how far a client is behind that was answered by an RSA key.
type cohort uint8

const (
	modern      cohort = iota
	withoutPSS         // it named no RSASSA-PSS
	withoutBoth        // nor any curve
)

// has tells whether a client of that age names a scheme.
func (c cohort) has(scheme uint16) bool {
	name := schemeName(scheme)
	switch c {
	case withoutPSS:
		return !strings.HasPrefix(name, "rsa_pss_")
	case withoutBoth:
		return strings.HasPrefix(name, "rsa_pkcs1_") || strings.HasPrefix(name, "dsa_")
	}
	return true
}

// of is the schemes that such a client names.
func (c cohort) of(schemes []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(schemes), func(s uint16) bool { return !c.has(s) })
}

// pkcs1 is the schemes of RSA that were signed with and that old clients have.
func (l *listing) pkcs1() []uint16 {
	return slices.DeleteFunc(slices.Clone(l.signed), func(c uint16) bool { return !strings.HasPrefix(schemeName(c), "rsa_pkcs1_") })
}

// listsAs is the client that a question for further suites may go as: its refusal
// is looked into by the question for the end of the list. Where a key on a curve
// may be had, too, its schemes stay, since without them the suites would come in
// another order than the server's.
func (l *listing) listsAs() cohort {
	switch {
	case l.v != tls12 || l.shape != full || l.only != nil || l.ended || len(l.listings) > 0 || len(l.pkcs1()) == 0 || l.cohort > modern:
		return modern
	case l.plan13 == nil || several(l.plan13.signed) || !slices.Equal(l.keys(), []string{"RSA"}):
		return withoutPSS
	}
	return withoutBoth
}

// signsAs is the client that a question for further schemes under these suites may
// go as: where RSASSA-PSS was seen with a hash that was not seen without, as two
// others were.
func (l *listing) signsAs(suites []uint16) cohort {
	if l.v != tls12 || l.cohort == withoutBoth || len(l.pkcs1()) < 2 || slices.ContainsFunc(suites, func(c uint16) bool { return authentication(c) != "RSA" }) {
		return modern
	}
	seen := l.signed
	if l.plan13 != nil {
		seen = slices.Concat(seen, l.plan13.signed)
	}
	for _, c := range seen {
		hash, pss := strings.CutPrefix(schemeName(c), "rsa_pss_rsae_")
		if pss && !slices.ContainsFunc(l.signed, func(c uint16) bool { return schemeName(c) == "rsa_pkcs1_"+hash }) {
			return withoutBoth
		}
	}
	return modern
}

// answersAs keeps as what client an RSA key has answered.
func (s *session) answersAs(q *question, a *answer) {
	if q.version != tls12 || q.schemes == nil || s.unnamed || a.hello.Negotiated() != tls12.code || a.broken != nil || authentication(a.hello.Suite) != "RSA" {
		return
	}
	for _, c := range []cohort{withoutPSS, withoutBoth} {
		if !slices.ContainsFunc(q.schemes, func(other uint16) bool { return !c.has(other) && !strings.HasPrefix(schemeName(other), "rsa_pss_pss_") }) {
			s.cohort = max(s.cohort, c)
		}
	}
}

// oldClients is at depth verdict, of a server that answered by an RSA key, the question
// that it answered before as an old client's, who names what passes.
func (s *session) oldClients() (question, bool) {
	q := s.proof
	if s.p.ranks == nil || q.version != tls12 || s.shape != full || authentication(q.suites[0]) != "RSA" {
		return q, false
	}
	q.schemes = within(withoutBoth.of(s.p.questions.schemes), s.p.ranks.schemes, 0)
	return q, len(q.schemes) > 0
}

// asOldClient goes as a client of old at last, with the oldest scheme that the
// server was seen to sign with for one. The answer does for the last question that
// must have one (see prove), and where that is due, it is put in any case.
func (s *session) asOldClient() {
	l := s.listings[tls12]
	if l == nil || s.stopped != nil || s.cohort == withoutBoth || s.cohort == withoutPSS && accepted(s.found[tls13]) && len(s.belief.alerts) == 0 || s.anyOf(oldestFirst[1:4]) {
		return
	}
	schemes, suites := l.pkcs1(), l.signedSuites("RSA")
	if len(schemes) == 0 || len(suites) == 0 {
		return
	}
	s.purpose = tls12.name + " chains of old clients"
	if s.counted() {
		s.notPut(s.purpose)
		return
	}
	q := question{version: tls12, suites: suites, groups: l.legacyGroups(), schemes: []uint16{slices.Min(schemes)}}
	a := s.pose(q)
	switch {
	case a.outcome == refused && !a.vague() && s.differs(q, &a):
		s.disagree(s.purpose + ": what was granted before was refused")
	case !l.goesOn(s.purpose, a):
	case a.hello.Negotiated() == tls12.code:
		l.exchange(a)
	default:
		s.missed(s.purpose, scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server chose an older version"})
	}
}
