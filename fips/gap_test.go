package fips_test

import (
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func sshObservation(banner string, gaps ...scanner.Incomplete) scanner.Observation {
	o := scanner.Observe(scanner.Host(netip.MustParseAddr("192.0.2.1"), 22, ""), "ssh")
	o.SSH = &scanner.SSH{Banner: banner}
	o.Incomplete = gaps
	return o
}

// What was seen of an endpoint in part may fail, and cannot pass.
func TestPartDoesNotPass(t *testing.T) {
	lost := scanner.Incomplete{What: "ssh kexinit", Reason: scanner.ReasonReset}
	for _, tt := range []struct {
		name string
		o    scanner.Observation
		want fips.Status
	}{
		{"whole", sshObservation("SSH-2.0-x"), fips.Approved},
		{"a banner and no more", sshObservation("SSH-2.0-x", lost), fips.Unobserved},
		{"what cannot be computed is no loss", sshObservation("SSH-2.0-x", scanner.Incomplete{What: "key", Reason: scanner.ReasonUncomputable}), fips.Approved},
		{"what fails in part fails", sshObservation("SSH-1.5-x", lost), fips.Disallowed},
	} {
		if got := judge(t, "2026-11-22").Assess(tt.o).Worst; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// A server that draws its primes from a pool has one finding, not another in
// every sweep.
func TestDrawnPrimeKeepsItsFinding(t *testing.T) {
	ids := map[string]bool{}
	for _, digest := range []string{"aa", "bb"} {
		o := sshObservation("SSH-2.0-x")
		o.SSH.Primes = []scanner.Prime{{Bits: 3072, SHA256: digest, Generator: "2"}}
		for _, f := range judge(t, "2026-11-22").Assess(o).Findings {
			ids[f.ID] = true
		}
	}
	if len(ids) != 1 {
		t.Errorf("%d finding ids for two primes of one pool, want 1", len(ids))
	}
}
