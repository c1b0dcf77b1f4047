package main

import (
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner/tlsprobe"
)

// depthFull is the other of the two depths.
const depthFull = "full"

// verdict is what a TLS probe goes by at depth verdict; nil at full depth.
func (p *plan) verdict() *tlsprobe.Verdict {
	if p.depth != fips.DepthVerdict {
		return nil
	}
	return newVerdict(p.judge, p.failOn)
}

// newVerdict tells a prober what passes by the judge, and what is how bad: as
// bad as a finding, as what fails, and as what --fail-on asks for. So whatever
// is found has the grade, and leads to the exit status, that all would have.
func newVerdict(judge *fips.Judge, failOn fips.Status) *tlsprobe.Verdict {
	bounds := []fips.Status{fips.Deprecated, fips.Unclassified, fips.NotApproved}
	if failOn != fips.Unobserved {
		bounds = append(bounds, failOn)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	all := judge.StatusTable()
	return &tlsprobe.Verdict{Statuses: all.Digest(), Rank: func(kind, name string) int {
		status, rank := all.Of(kind, name), 0
		for _, b := range bounds {
			if status >= b {
				rank++
			}
		}
		return rank
	}}
}
