package fips

import (
	"fmt"
	"slices"
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

// Ranks are the statuses, mildest first, that a probe at depth verdict tells
// apart from all that is milder. What lies between two of them is as bad to it.
type Ranks []Status

// Thresholds are the ranks of a sweep that fails at a status: what is a
// finding, what does not pass, what fails, and what is as bad as that status,
// which is Unobserved for one that never fails.
func Thresholds(failOn Status) Ranks {
	all := Ranks{Deprecated, Unclassified, NotApproved}
	if failOn != Unobserved {
		all = append(all, failOn)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ranksOf reads them from an observation. One that has none was made before
// they were told, when those of every sweep held.
func ranksOf(asked scanner.Asked) Ranks {
	if len(asked.Thresholds) == 0 {
		return Thresholds(Unobserved)
	}
	var all Ranks
	for _, name := range asked.Thresholds {
		if s, err := ParseStatus(name); err == nil {
			all = append(all, s)
		}
	}
	return all
}

// Rank is how bad a status is: 0 for what is milder than all of them.
func (r Ranks) Rank(s Status) int {
	rank := 0
	for _, threshold := range r {
		if s >= threshold {
			rank++
		}
	}
	return rank
}

// Names are those of the statuses.
func (r Ranks) Names() []string {
	names := make([]string, len(r))
	for i, s := range r {
		names[i] = s.String()
	}
	return names
}

// FailOn judges the endpoint by the status from which on it fails, once it is
// known what is waived. A probe at depth verdict that told this status not
// apart from the worst that it found may have left it unasked.
func (a *Assessment) FailOn(s Status) {
	if o := a.Observation; o.TLS == nil || o.TLS.Depth != DepthVerdict || s == Unobserved || a.Worst >= s {
		return
	}
	found := Unobserved
	for i := range a.Findings {
		if f := &a.Findings[i]; f.hides(a.Observation) {
			found = max(found, f.Status)
		}
	}
	if ranks := ranksOf(a.Observation.TLS.Asked); ranks.Rank(found) != ranks.Rank(s) {
		return
	}
	a.Behind = true
	if a.Worst.Grade() == Pass {
		a.Worst = Unobserved // as where Assess finds a gap
	}
}

// DepthVerdict is the depth of a probe that asks for what does not pass, and
// leaves the rest at the first answer.
const DepthVerdict = "verdict"

// ReasonOtherStatuses is why an observation at depth verdict shows only a part:
// what was left unasked is not what these statuses, a waiver, or the status
// from which on it fails now, would leave.
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
	return scanner.Incomplete{What: "what fails by the statuses, waivers and threshold that are judged by now", Reason: ReasonOtherStatuses}, true
}

// Short tells whether an endpoint of TLS was asked only as far as its verdict
// needed, so that what passes of it stands for nothing: at depth verdict one
// name that fails leaves others unasked.
func (a Assessment) Short() bool {
	t := a.Observation.TLS
	return t != nil && t.Depth == DepthVerdict && (a.Behind || a.Worst >= Unclassified)
}
