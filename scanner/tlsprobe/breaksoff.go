package tlsprobe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A server may choose a suite and then break off for something else that the hello
// names, though it serves who names less. Botan (2.19) chooses a suite of a finite
// field for who names groups of RFC 7919 that it lacks, and has a prime for who names
// none; and it would sign with RSASSA-PSS by a key that is too short for the hash. Once
// that was seen, neither is named any more.

// lessened is what is not named any more, and why.
type lessened struct {
	fielded    bool // a suite of a finite field was had with its groups named
	fieldless  bool // such suites are had without, and break off where they are
	fieldsLeft int  // how often they were left out to see
	short      int  // bits of an RSA key by which the server broke off; 0 for none
}

// fieldTries is how often a suite that broke off is asked for without the groups of
// finite fields: it may have been for want of a scheme.
const fieldTries = 2

// lessens puts a question again, with less in it, on which the server chose and broke
// off. The answer that comes then stands for the question.
func (s *session) lessens(q *question, a *answer) {
	purpose := s.purpose
	defer func() { s.purpose = purpose }()
	if bits := s.shortKey(q, a); bits > 0 {
		s.short = bits
		s.purpose = q.version.name + " signature schemes for a short key"
		*a = answer{}
		s.ask(q, a)
	}
	if !a.failed() || !s.mayLackFields(q, a) {
		return
	}
	s.purpose = q.version.name + " primes without a group"
	s.fieldsLeft++
	less, b := *q, answer{}
	less.groups = slices.DeleteFunc(slices.Clone(q.groups), finite)
	if s.ask(&less, &b); b.outcome == chose && b.broken == nil && isFinite(b.hello.Suite) {
		s.fieldless = true
		*q, *a = less, b
	}
}

// served keeps that a suite of a finite field was had with its groups named.
func (s *session) served(q *question, a *answer) {
	s.fielded = s.fielded || a.broken == nil && isFinite(a.hello.Suite) && slices.ContainsFunc(q.groups, finite)
}

// mayLackFields tells whether an answer may have broken off over the groups of finite
// fields: none was ever agreed on.
func (s *session) mayLackFields(q *question, a *answer) bool {
	return isFinite(a.hello.Suite) && slices.ContainsFunc(q.groups, finite) && !s.fielded && !s.fieldless && s.fieldsLeft < fieldTries
}

// shortKey is the length in bits of the RSA key of an answer that broke off, where the
// question named schemes for which it is too short; 0 where that is not the reason.
func (s *session) shortKey(q *question, a *answer) int {
	if s.short > 0 || q.version != tls12 || len(a.chain) == 0 {
		return 0
	}
	key := s.p.library.certificate(scanner.Digest(a.chain[0]), a.chain[0]).Key
	tooShort := func(c uint16) bool { return !signsBy(c, key.Bits) }
	named := q.schemes
	if named == nil {
		named = s.p.questions.schemes
	}
	if !strings.HasPrefix(key.Algorithm, "RSA") || !slices.ContainsFunc(named, tooShort) {
		return 0
	}
	return key.Bits
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
