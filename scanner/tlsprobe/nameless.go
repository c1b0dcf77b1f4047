package tlsprobe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// unwanted deals with an alert about the name: unless a hello with the name was
// granted, the question goes without it, and so do those that follow. A server
// that has granted nothing and declines that as well wants another name, and is
// asked no further. Of any other hello, such as one that has no room for a name,
// the alert tells no more than silence.
func (s *session) unwanted(q *question, a *answer) {
	named := s.extends(q) && s.name() != ""
	if named && !s.taken {
		s.nameless = true
		*a = answer{}
		if s.ask(q, a); !a.unnamed() {
			s.notPut("server name")
			return
		}
		s.nameless = false
	}
	s.strict = s.strict || s.unnamed
	if s.granted || !s.extends(q) && s.proof.version.name != "" {
		return
	}
	s.strict = true
	s.stop(scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonAlert, Detail: a.alert.String() + ": " + s.wanting()})
	a.failure = *s.stopped
}

// wanting says what to do about a server that wants a name.
func (s *session) wanting() string {
	const do = "give a name that it serves as the target, or in the column name of a list of targets"
	if name := s.host; name != "" {
		return fmt.Sprintf("the server wants another server name than %q: %s", name, do)
	}
	return "the server wants a server name: " + do
}

// extends tells whether the question's hello has extensions, of which the name
// is one.
func (s *session) extends(q *question) bool {
	return q.version != ssl2 && q.version != ssl3 && (!s.shape.bare || q.version == tls13)
}

// namelessChains asks without a name: what is shown may be other chains. Each
// kind of key that was shown is left out and the rest asked again, until there
// were as many as with the name and the last was none that is new. TLS 1.3 is
// asked for what only it tells apart or has: the questions of TLS 1.2 name
// schemes by the way. At depth verdict one answer does where it is decided.
func (s *session) namelessChains() {
	if s.name() == "" {
		return
	}
	s.unnamed = true
	defer func() { s.unnamed = false }()
	shown := map[string]bool{}
	if v, ok := s.newest(false); ok && v != ssl3 {
		q := s.known(v)
		if s.shape == full && !s.fronted {
			q.suites = signedFirst(s.suites(v))
		}
		keys := map[string]bool{}
		for _, c := range s.certs.list {
			keys[c.Certificates[0].Key.Algorithm] = true
		}
		if s.p.ranks != nil && s.decided() {
			s.notPut("chains of other keys without a server name")
			if a, ok := s.reply("no server name", q); ok && a.outcome == chose {
				s.certs.see(q.version, "", "", a.chain)
			}
			return
		}
		if s.kinds(q, len(keys), shown); s.strict {
			return
		}
	}
	if n, schemes := s.kindsLeft(shown); n > 0 {
		q := s.known(tls13)
		q.schemes = schemes
		s.kinds(q, n, shown)
	}
}

// kindsLeft is how many kinds of key TLS 1.3 showed with the name and no older
// version without it, and the schemes of all that were not shown. Of keys on
// several curves an older version shows one.
func (s *session) kindsLeft(shown map[string]bool) (n int, schemes []uint16) {
	kinds := map[string]map[string]bool{}
	for _, scheme := range s.found[tls13].SignatureSchemes {
		coarse := keyKind(tls12, scheme)
		if kinds[coarse] == nil {
			kinds[coarse] = map[string]bool{}
		}
		if !strings.HasPrefix(scheme, "ecdsa_sha") { // of no curve, so another of them tells the same key
			kinds[coarse][keyKind(tls13, scheme)] = true
		}
	}
	for coarse, of := range kinds {
		if !shown[coarse] || len(of) > 1 {
			n += len(of)
		}
	}
	for _, c := range s.p.questions.schemes {
		if coarse := keyKind(tls12, schemeName(c)); !shown[coarse] || len(kinds[coarse]) > 1 {
			schemes = append(schemes, c)
		}
	}
	return n, schemes
}

// kinds asks for the chain of each kind of key: of so many, and on while they
// are new.
func (s *session) kinds(q question, n int, shown map[string]bool) {
	for strike := s.p.ranks == nil; ; n-- {
		before := len(s.certs.list)
		a, ok := s.withoutName(q, &strike)
		if !ok || a.outcome != chose || a.broken != nil || len(a.chain) == 0 {
			return
		}
		s.certs.see(q.version, "", "", a.chain)
		shown[shownKind(a)] = true
		if len(s.certs.list) == before && n <= 1 {
			return
		}
		if q, ok = otherKinds(q, a, s.p.questions.schemes); !ok {
			return
		}
	}
}

// withoutName puts a question without a name. In TLS 1.2 the schemes seen are
// struck out of the first question: the answer names another one by the way,
// which the name has no part in.
func (s *session) withoutName(q question, strike *bool) (answer, bool) {
	const what = "no server name"
	l := s.listings[q.version]
	if !*strike || q.version != tls12 || l == nil || len(l.signed) == 0 || l.walks || s.stopped != nil {
		return s.reply(what, q)
	}
	*strike = false // of a second kind of key it may be for want of a scheme that it declines
	plain := q
	if q.schemes == nil {
		q.schemes = s.p.questions.schemes
	}
	if q.schemes = without(q.schemes, l.signed); len(q.schemes) > 0 {
		s.purpose = what
		switch a := s.pose(q); {
		case a.outcome == chose && a.broken == nil:
			l.exchange(a)
			return a, true
		case s.strict:
			return a, s.goesOn(what, a)
		}
	}
	return s.reply(what, plain)
}

// shownKind is the kind of key that an answer came with.
func shownKind(a answer) string {
	switch {
	case a.scheme != 0:
		return keyKind(tls12, schemeName(a.scheme))
	case a.kex != nil && a.kex.Scheme != 0:
		return keyKind(tls12, schemeName(a.kex.Scheme))
	}
	return strings.ToLower(authentication(a.hello.Suite)) // "rsa", "ecdsa"
}

// otherKinds is the question without what the answer's kind of key can do: in
// TLS 1.3, and of the keys that share the ECDSA suites (RFC 8422 section 5.10),
// the schemes, else the suites. It is false where nothing was taken out, as by
// a server that goes by no list, or nothing is left.
func otherKinds(q question, a answer, schemes []uint16) (question, bool) {
	signed := a.scheme
	if q.version != tls13 && a.kex != nil && authentication(a.hello.Suite) == "ECDSA" {
		signed = a.kex.Scheme
	}
	if signed == 0 {
		shown, n := authentication(a.hello.Suite), len(q.suites)
		q.suites = slices.DeleteFunc(slices.Clone(q.suites), func(c uint16) bool { return authentication(c) == shown })
		return q, len(q.suites) < n && len(q.suites) > 0
	}
	if q.schemes == nil {
		q.schemes = schemes
	}
	shown, n := keyKind(q.version, schemeName(signed)), len(q.schemes)
	q.schemes = slices.DeleteFunc(slices.Clone(q.schemes), func(c uint16) bool { return keyKind(q.version, schemeName(c)) == shown })
	return q, len(q.schemes) < n && len(q.schemes) > 0
}

// keyKind is the key that a scheme signs with: what stands before the hash.
// Keys for RSASSA-PSS alone are others than those for RSA, and in TLS 1.3 a
// scheme of ECDSA is of one curve (RFC 8446 section 4.2.3).
func keyKind(v version, scheme string) string {
	kind, _, _ := strings.Cut(scheme, "_")
	switch {
	case strings.HasPrefix(scheme, "rsa_pss_pss_"):
		return "rsa_pss_pss"
	case kind == "ecdsa" && v == tls13:
		return scheme
	}
	return kind
}
