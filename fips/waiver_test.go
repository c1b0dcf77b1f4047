package fips_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestWaiverStates(t *testing.T) {
	w := fips.Waiver{From: "2026-03-01", Expires: "2026-12-31"}
	tests := []struct {
		day  fips.Date
		want fips.WaiverState
	}{
		{"2026-02-28", fips.WaiverFuture},
		{"2026-03-01", fips.WaiverHolds},
		{"2026-11-30", fips.WaiverHolds},
		{"2026-12-01", fips.WaiverSoon}, // 30 days are left
		{"2026-12-31", fips.WaiverSoon},
		{"2027-01-01", fips.WaiverExpired},
	}
	for _, tt := range tests {
		if got := w.On(tt.day); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.day, got, tt.want)
		}
	}
}

// waivable is an assessment with one ruling of each status given.
func waivable(e scanner.Endpoint, statuses ...fips.Status) fips.Assessment {
	a := fips.Assessment{Observation: scanner.Observe(e, "tls")}
	for _, s := range statuses {
		r := fips.Ruling{Rule: "rule/" + s.String(), Subject: fips.Subject{Kind: "k", Name: "alg-" + s.String()}, Status: s}
		a.Rulings = append(a.Rulings, r)
		a.Worst = max(a.Worst, s)
		if s.IsFinding() {
			a.Findings = append(a.Findings, fips.Finding{ID: "id-" + s.String(), Endpoint: e, Ruling: r})
		}
	}
	return a
}

func TestWaive(t *testing.T) {
	const from, until = "2026-01-01", "2026-12-31"
	here := []fips.Pattern{pattern(t, "10.0.0.0/24")}
	elsewhere := []fips.Pattern{pattern(t, "10.9.0.0/24"), pattern(t, "/etc")}
	all := []fips.Status{fips.Disallowed, fips.NotApproved, fips.Deprecated, fips.Approved}
	tests := []struct {
		name          string
		waivers       []fips.Waiver
		seen          []fips.Status
		marks         string // ids of the waivers on the findings, in order
		worst, waived fips.Status
	}{
		{"none", nil, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"by rule", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here}}, all, "W - -", fips.NotApproved, fips.Disallowed},
		{"by algorithm", []fips.Waiver{{ID: "W", Algorithm: "alg-not-approved", Scope: here}}, all, "- W -", fips.Disallowed, fips.NotApproved},
		{"by finding", []fips.Waiver{{ID: "W", Finding: "id-disallowed"}}, all, "W - -", fips.NotApproved, fips.Disallowed},
		{"by finding, scoped elsewhere", []fips.Waiver{{ID: "W", Finding: "id-disallowed", Scope: elsewhere}}, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"out of scope", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: elsewhere}}, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"one scope of two", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: append(here, elsewhere...)}}, all, "W - -", fips.NotApproved, fips.Disallowed},
		{"no scope at all", []fips.Waiver{{ID: "W", Rule: "rule/disallowed"}}, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"expired", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here, From: "2025-01-01", Expires: "2025-12-31"}}, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"not yet", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here, From: "2026-11-23", Expires: until}}, all, "- - -", fips.Disallowed, fips.Unobserved},
		{"expired, and another that holds", []fips.Waiver{{ID: "V", Rule: "rule/disallowed", Scope: here, From: "2025-01-01", Expires: "2025-12-31"}, {ID: "W", Finding: "id-disallowed"}, {ID: "X", Algorithm: "alg-disallowed", Scope: here}}, all, "W - -", fips.NotApproved, fips.Disallowed},
		{"all that fails", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here}, {ID: "V", Rule: "rule/not-approved", Scope: here}}, all, "W V -", fips.Deprecated, fips.Disallowed},
		{"all there is", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here}}, []fips.Status{fips.Disallowed}, "W", fips.Unobserved, fips.Disallowed},
		{"the rest passes", []fips.Waiver{{ID: "W", Rule: "rule/disallowed", Scope: here}}, []fips.Status{fips.Disallowed, fips.Allowed}, "W", fips.Allowed, fips.Disallowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i := range tt.waivers {
				if w := &tt.waivers[i]; w.From == "" {
					w.From, w.Expires = from, until
				}
			}
			a := waivable(at("10.0.0.7", 443, ""), tt.seen...)
			fips.NewWaivers(tt.waivers).Waive(&a, "2026-11-22")
			var marks []string
			for _, f := range a.Findings {
				if f.Waiver == nil {
					marks = append(marks, "-")
				} else {
					marks = append(marks, f.Waiver.ID)
				}
			}
			if got := strings.Join(marks, " "); got != tt.marks || a.Worst != tt.worst || a.Waived != tt.waived {
				t.Errorf("%s, worst %s, waived %s; want %s, %s, %s", got, a.Worst, a.Waived, tt.marks, tt.worst, tt.waived)
			}
		})
	}
	a := waivable(at("10.0.0.7", 443, ""), all...)
	(*fips.Waivers)(nil).Waive(&a, "2026-11-22")
	if d := cmp.Diff(waivable(at("10.0.0.7", 443, ""), all...), a, cmp.Comparer(func(a, b scanner.Endpoint) bool { return a.ID == b.ID })); d != "" {
		t.Errorf("no waivers changed something:\n%s", d)
	}
}
