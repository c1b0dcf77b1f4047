package tlsprobe

import "slices"

// A server may choose a suite and then break off for something else that the hello
// names, though it serves who names less. Botan (2.19) chooses a suite of a finite
// field for who names groups of RFC 7919 that it lacks, and has a prime for who names
// none. Once that was seen, those are not named any more. (See signable for schemes.)

// lessened is what is not named any more, and why.
type lessened struct {
	fielded    bool // a suite of a finite field was had with its groups named
	fieldless  bool // such suites are had without, and break off where they are
	fieldsLeft int  // how often they were left out to see
}

// fieldTries is how often a suite that broke off is asked for without the groups of
// finite fields: it may have been for want of a scheme.
const fieldTries = 2

// lessens puts a question again, with less in it, on which the server chose and broke
// off. The answer that comes then stands for the question.
func (s *session) lessens(q *question, a *answer) {
	purpose := s.purpose
	defer func() { s.purpose = purpose }()
	if s.shortens(q, a) {
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
