package reports

import (
	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
)

// Remedies are the configuration lines for an endpoint that fails, for each
// product that it may be; none where nobody judged, or no line ends anything.
func (r *Report) Remedies(a fips.Assessment) []remedy.Remedy {
	if r.judge == nil || a.Worst.Grade() != fips.Fail {
		return nil
	}
	var all []remedy.Remedy
	for _, product := range remedy.Fitting(a.Observation) {
		if one, err := remedy.For(r.judge, a, product); err == nil && len(one.Blocks) > 0 {
			all = append(all, one)
		}
	}
	return all
}
