package reports

import (
	"iter"

	"github.com/fipsweep/fipsweep/fips"
)

// Counted yields every ruling, and whether it counts. One that could be a
// finding and is none (the self-signature of a trust anchor, which nobody
// relies on) is told and never counted, so that every figure agrees with the
// endpoint's worst status.
func Counted(a fips.Assessment) iter.Seq2[fips.Ruling, bool] {
	return func(yield func(fips.Ruling, bool) bool) {
		next := 0 // findings stand in the order of their rulings
		for _, r := range a.Rulings {
			counts := !r.Status.IsFinding()
			if !counts && next < len(a.Findings) && same(a.Findings[next].Ruling, r) {
				counts = true
				next++
			}
			if !yield(r, counts) {
				return
			}
		}
	}
}

func same(a, b fips.Ruling) bool {
	return a.Rule == b.Rule && a.Subject == b.Subject && a.Use == b.Use && a.Certificate == b.Certificate
}
