package fips

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// Assess rules on everything in the observation, on the judge's date.
func (j *Judge) Assess(o scanner.Observation) Assessment {
	a := Assessment{Observation: o, Rulings: j.rule(o)}
	slices.SortStableFunc(a.Rulings, func(x, y Ruling) int { return int(y.Status) - int(x.Status) })
	for _, r := range a.Rulings {
		a.Worst = max(a.Worst, r.Status)
		if r.Status.IsFinding() {
			a.Findings = append(a.Findings, Finding{ID: findingID(o.Endpoint, r), Sweep: o.Sweep, Endpoint: o.Endpoint, Ruling: r})
		}
	}
	return a
}

// findingID depends on the endpoint, the rule and the subject only, so that a
// finding keeps its name from sweep to sweep.
func findingID(e scanner.Endpoint, r Ruling) string {
	h := sha256.New()
	for _, s := range []string{e.ID, r.Rule, r.Subject.Kind, r.Subject.Name, r.Use, r.Certificate} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
