package tlsprobe

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

// What is asked for in several ways and never learned is missed once; for
// another reason, or by other words, it is another row.
func TestMissedOnce(t *testing.T) {
	var s session
	lost := scanner.Failure{Reason: scanner.ReasonTimeout}
	odd := scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server named no group"}
	for _, f := range []scanner.Failure{lost, odd, lost, {Reason: scanner.ReasonGarbage}, odd} {
		s.missed("TLSv1.3 groups", f)
	}
	s.missed("TLSv1.3 chain", lost)
	want := []scanner.Incomplete{
		{What: "TLSv1.3 groups", Reason: scanner.ReasonTimeout},
		{What: "TLSv1.3 groups", Reason: scanner.ReasonGarbage, Detail: "the server named no group"},
		{What: "TLSv1.3 groups", Reason: scanner.ReasonGarbage},
		{What: "TLSv1.3 chain", Reason: scanner.ReasonTimeout},
	}
	if d := cmp.Diff(want, s.o.Incomplete); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
