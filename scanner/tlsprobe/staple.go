package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// lighttpd with wolfSSL (1.4.69 and 5.5) hangs up on whoever asks for an OCSP staple
// that it was not given. So a question that got no answer is put once without that,
// and where it is answered, so are all that follow: what it says of staples is
// unobserved.

// unstapled puts a question without the wish for a staple, and tells whether that
// got an answer.
func (s *session) unstapled(q *question, a *answer) bool {
	if s.unstapling() || s.stopped != nil || !slices.ContainsFunc(q.more, asksStaple) {
		return false
	}
	s.stapleless = true
	var b answer
	if s.try(q, &b); !b.settled() {
		s.stapleless = false
		return false
	}
	*a = b
	s.notPut("OCSP staple")
	return true
}

// unstapling tells whether hellos do without: the shortest, too, since it is there to
// find whether there is TLS.
func (s *session) unstapling() bool { return s.stapleless || s.shape.brief }

// staples keeps whether a flight had a staple.
func (s *session) staples(had bool) {
	if !s.unstapling() {
		s.facts.OCSPStaple = either(s.facts.OCSPStaple, had)
	}
}

func asksStaple(e tlswire.Extension) bool { return e.Type == tlswire.ExtStatusRequest }
