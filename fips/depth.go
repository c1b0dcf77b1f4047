package fips

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A StatusTable is the status, on one date and under one policy, of every name that
// a TLS probe can offer. It is what a probe at depth verdict goes by: a prober
// never meets a rule.
type StatusTable struct {
	of     map[Subject]Status
	digest string
}

// Of is the status of a name; one that is in no registry is unclassified.
func (s *StatusTable) Of(kind, name string) Status {
	if status, ok := s.of[Subject{kind, name}]; ok {
		return status
	}
	return Unclassified
}

// Digest is the SHA-256 of all of them: two that are equal ask the same.
func (s *StatusTable) Digest() string { return s.digest }

// StatusTable tells what the judge holds of the names that a TLS probe can offer.
func (j *Judge) StatusTable() *StatusTable {
	if j.statuses == nil {
		j.statuses = j.allStatuses()
	}
	return j.statuses
}

func (j *Judge) allStatuses() *StatusTable {
	s := &StatusTable{of: map[Subject]Status{}}
	var text strings.Builder
	add := func(r Ruling) {
		s.of[r.Subject] = r.Status
		fmt.Fprintf(&text, "%s %s %s\n", r.Subject.Kind, r.Subject.Name, r.Status)
	}
	for _, v := range []string{scanner.SSLv2, scanner.SSLv3, scanner.TLSv10, scanner.TLSv11, scanner.TLSv12, scanner.TLSv13} {
		add(j.named("protocol-version", v, ClassTLSVersion))
	}
	for _, suite := range iana.Suites() {
		add(j.suite(suite.Name))
	}
	for _, g := range iana.Groups() {
		add(j.named("named-group", g.Name, ClassTLSKex))
	}
	for _, x := range iana.Schemes() {
		add(j.named("signature-scheme", x.Name, ClassTLSKex))
	}
	s.digest = scanner.Digest([]byte(text.String()))
	return s
}

// DepthVerdict is the depth of a probe that asks for what does not pass, and
// leaves the rest at the first answer.
const DepthVerdict = "verdict"

// ReasonOtherStatuses is why an observation at depth verdict shows only a part:
// what was left unasked is not what these statuses, or a waiver, would leave.
const ReasonOtherStatuses scanner.Reason = "other-statuses"

// behind tells whether what a probe at depth verdict left unasked might be
// found wanting: it was asked by other statuses than the judge holds.
func (j *Judge) behind(o scanner.Observation) bool {
	return o.TLS != nil && o.TLS.Depth == DepthVerdict && o.TLS.Asked.Statuses != j.StatusTable().digest
}

// hides tells whether the finding may hide others: at depth verdict the first
// name that does not pass is the last that was asked for.
func (f *Finding) hides(o scanner.Observation) bool {
	if o.SSH != nil && len(o.SSH.NotPut) > 0 { // the first prime that fails is the last
		return f.Class == ClassSSHKex
	}
	if o.TLS == nil || o.TLS.Depth != DepthVerdict {
		return false
	}
	switch f.Subject.Kind {
	case "protocol-version", suiteKind, "named-group", "signature-scheme", "key-exchange":
		return f.Class != ClassCleartext
	}
	return false
}

// Gap is the first thing that was asked for and lost, or that should have been
// asked for.
func (a Assessment) Gap() (scanner.Incomplete, bool) {
	if i, lost := a.Observation.Gap(); lost || !a.Behind {
		return i, lost
	}
	return scanner.Incomplete{What: "what does not pass by the statuses and waivers that are judged by now", Reason: ReasonOtherStatuses}, true
}

// Short tells whether an endpoint of TLS was asked only as far as its verdict
// needed, so that what passes of it stands for nothing: at depth verdict one
// name that fails leaves others unasked.
func (a Assessment) Short() bool {
	t := a.Observation.TLS
	return t != nil && t.Depth == DepthVerdict && (a.Behind || a.Worst >= Unclassified)
}
