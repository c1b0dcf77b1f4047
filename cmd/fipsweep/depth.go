package main

import (
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
// is found has the grade, and leads to the exit status, that all would have. Its
// status may be milder than the worst of all.
func newVerdict(judge *fips.Judge, failOn fips.Status) *tlsprobe.Verdict {
	all, ranks := judge.StatusTable(), fips.Thresholds(failOn)
	return &tlsprobe.Verdict{
		Rank:       func(kind, name string) int { return ranks.Rank(all.Of(kind, name)) },
		Statuses:   all.Digest(),
		Thresholds: ranks.Names(),
	}
}
