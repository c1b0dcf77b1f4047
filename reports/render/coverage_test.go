package render_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

// Of many subnets the worst are named, and the sum of all others told.
func TestManySubnets(t *testing.T) {
	var all []fips.Assessment
	add := func(subnet, n int, reason scanner.Reason, stage scanner.Stage) {
		for i := range n {
			o := scanner.Failed(scanner.Host(netip.MustParseAddr(fmt.Sprintf("10.0.%d.%d", subnet, i)), 443, ""), "tls", scanner.Failure{Stage: stage, Reason: reason})
			all = append(all, fips.Assessment{Observation: o})
		}
	}
	for subnet := range 20 {
		add(subnet, subnet, scanner.ReasonReset, scanner.StageHandshake) // answered, and lost
		add(100, 1, scanner.ReasonRefused, scanner.StageConnect)
	}
	out := every(t, build(t, sweep(), all), all)
	tooWide(t, out["text"], 80)
	want := map[string][]string{
		"text": {"COVERAGE 210 asked, 190 answered, 0 observed, in 20 subnets", "TLS 210 190 0 190 reset 190; nobody there 20",
			"by subnet 10.0.19.0/24 19 19 0 19 reset 19 10.0.18.0/24 18 18 0 18 reset 18 10.0.17.0/24 17 17 0 17 reset 17 17 more subnets 156 136 0 136 nobody there 20"},
		"md":  {"| 10.0.12.0/24 | 12 | 12 | 0 | 12 | 0 | reset 12 | | 12 more subnets | 86 | 66 | 0 | 66 | 20 | |"},
		"csv": {"subnet,10.0.1.0/24,,,,reset 1,", "subnet,10.0.100.0/24,"},
	}
	for name, list := range want {
		for _, s := range list {
			if !strings.Contains(spaced(out[name]), s) {
				t.Errorf("%s lacks %q:\n%s", name, s, out[name])
			}
		}
	}
}

// However large the figures are, the lines of the summary fit.
func TestLargeFiguresFit(t *testing.T) {
	r, _ := ofSite(t)
	for i := range r.Coverage.Subnets {
		s := &r.Coverage.Subnets[i]
		s.Asked, s.Answered, s.Observed, s.NotSeen = 452_984_832, 452_984_832, 226_492_416, 226_492_416 // a /8 on the usual ports
	}
	for _, o := range []render.TextOptions{{}, {UTF8: true}} {
		out := text(t, r, o)
		tooWide(t, out, 80)
		if !strings.Contains(spaced(out), "10.20.1.0/24 452,984,832 452,984,832 226,492,416 226,492,416 timeout 2, reset 1, throttled 1") {
			t.Errorf("no row of 10.20.1.0/24:\n%s", out)
		}
	}
}
