package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// A server may have a newest version of its own for each key, and look at one key
// alone for who could take that: HAProxy refuses TLS 1.3 to whoever could take a key
// that is for TLS 1.2, and has it for a client that could not. Its answers of TLS 1.2
// tell: they bear the downgrade sentinel (RFC 8446 section 4.1.3), which is for servers
// that speak TLS 1.3.

// hides13 tells whether TLS 1.3 was refused, as a version, by a server that knows it,
// and has keys of several kinds. (One alone may be of no use there, as on a Brainpool
// curve.)
func (s *session) hides13() bool {
	v, l := s.found[tls13], s.listings[tls12]
	return s.speaks13 && s.denied13 && v.Accepted != nil && !*v.Accepted && s.stopped == nil && l != nil && len(l.keys()) > 1
}

// keysOf13 asks for TLS 1.3 again as clients that can take one kind of key, of those
// that TLS 1.2 has shown. What such a client is told holds for it alone.
func (s *session) keysOf13() {
	if s.shape != full || !s.hides13() {
		return
	}
	kinds := s.listings[tls12].keys()
	slices.Reverse(kinds) // the one in front was looked at
	for _, kind := range kinds {
		s.only13 = slices.DeleteFunc(slices.Clone(s.p.questions.schemes), func(c uint16) bool { return signsFor(schemeName(c)) != kind })
		s.purpose = tls13.name + " other keys"
		if a := s.pose(s.first(tls13)); a.outcome == chose && a.hello.Negotiated() == tls13.code {
			s.version(tls13)
			return
		}
	}
	s.only13 = nil
}

// schemes13 is the schemes that TLS 1.3 is asked with.
func (s *session) schemes13() []uint16 {
	if s.only13 != nil {
		return s.only13
	}
	return s.p.questions.schemes
}

// unseen13 tells, at depth verdict, that TLS 1.3 is hidden so.
func (s *session) unseen13() {
	if !s.hides13() || s.unlike {
		return
	}
	s.found[tls13].Accepted = nil
	s.missed(tls13.name, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonUnlike,
		Detail: "it was refused, and the answers of " + tls12.name + " say that it is known: ask at full depth"})
}
