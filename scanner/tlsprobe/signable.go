package tlsprobe

import (
	"fmt"
	"slices"
	"strings"
)

// A short RSA key cannot sign by each scheme of RSA: one of 1024 bits has no room for
// rsa_pss_rsae_sha512. There are servers that choose such a scheme all the same, and
// then break off as Botan (2.19) does, or decline as Erlang's ssl (10.8): what they like
// less is served to who leaves it out. So TLS 1.2 is asked without once the key is known;
// of TLS 1.3 it may be another one.

// signable is the schemes without those for which every RSA key that was shown is too
// short; all of them where nothing would be left.
func (s *session) signable(schemes []uint16) []uint16 {
	bits := s.longestRSA()
	tooLong := func(c uint16) bool { return !signsBy(c, bits) }
	if bits == 0 || bits >= enoughBits || !slices.ContainsFunc(schemes, tooLong) {
		return schemes
	}
	if some := slices.DeleteFunc(slices.Clone(schemes), tooLong); len(some) > 0 {
		return some
	}
	return schemes
}

// enoughBits are as many as any of the schemes takes.
const enoughBits = 8*(2*64+1) + 2

// longestRSA is the bits of the longest RSA key that was shown; 0 where none was.
func (s *session) longestRSA() (bits int) {
	for _, c := range s.certs.list {
		if k := c.Certificates[0].Key; strings.HasPrefix(k.Algorithm, "RSA") {
			bits = max(bits, k.Bits)
		}
	}
	return bits
}

// signsBy tells whether an RSA key of so many bits can sign with a scheme: RSASSA-PSS
// takes the hash twice, as TLS has it, and two bytes (RFC 8017 section 9.1.1).
func signsBy(scheme uint16, bits int) bool {
	name, size := schemeName(scheme), 0
	if _, err := fmt.Sscanf(name[strings.LastIndexByte(name, '_')+1:], "sha%d", &size); err != nil || !strings.HasPrefix(name, "rsa_pss_") {
		return true
	}
	return (bits-1+7)/8 >= 2*size/8+2
}

// shortens tells whether an answer broke off by an RSA key that it is the first to
// show, and that is too short for schemes that the question named.
func (s *session) shortens(q *question, a *answer) bool {
	named := q.schemes
	if named == nil {
		named = s.p.questions.schemes
	}
	before := len(s.signable(named))
	s.chainOf(q, a)
	return q.version == tls12 && len(s.signable(named)) < before
}

// longerKeys asks at last for the schemes that were left out: one that signs with them
// after all has another RSA key.
func (l *listing) longerKeys() {
	left := without(l.p.questions.schemes, l.signed)
	rest, suites := without(left, l.signable(left)), l.signedSuites("RSA")
	if len(rest) == 0 || len(suites) == 0 || l.stopped != nil {
		return
	}
	l.purpose = l.v.name + " signature schemes"
	a := l.pose(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: rest})
	if l.goesOn(l.purpose, a) && a.broken == nil && a.kex != nil && slices.Contains(rest, a.kex.Scheme) {
		l.exchange(a)
	}
}
