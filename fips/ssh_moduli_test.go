package fips_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

// A moduli file makes a prime no more approved: only the lists of SP 800-56A
// do. What it says is told where the prime was seen.
func TestSSHModuli(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   *bool
		want []string
	}{
		{"not looked for", nil, []string{"group exchange", "prime with SHA-256 d"}},
		{"there", new(true), []string{"group exchange", "prime with SHA-256 d, in a moduli file that was named"}},
		{"not there", new(false), []string{"group exchange", "prime with SHA-256 d, in no moduli file that was named"}},
	} {
		a := on(judge(t, "2026-07-01"), func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{Primes: []scanner.Prime{{Bits: 3072, SHA256: "d", Generator: "2", InModuli: tt.in}}}
		})
		if diff := cmp.Diff([]string{"key-exchange/DHE-unknown-group disallowed"}, told(a)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.want, a.Rulings[0].Where); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
