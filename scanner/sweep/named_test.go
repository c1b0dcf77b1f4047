package sweep

import (
	"context"
	"iter"
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// twoAddresses resolves every name to the same two addresses.
type twoAddresses struct{}

func (twoAddresses) Expand(_ context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	return func(yield func(scanner.Endpoint, error) bool) {
		for _, a := range []string{"127.0.0.1", "::1"} {
			e := scanner.Host(netip.MustParseAddr(a), t.Ports[0], t.Name)
			e.Target, e.Outright = t.Text, t.Outright
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestNameIsLostOnlyIfNoAddressAnswers(t *testing.T) {
	for _, tt := range []struct {
		name     string
		answers  string // the address that answers
		outright bool
		lost     int // observations that count as a named target lost
	}{
		{"one of two answers", "127.0.0.1", true, 0},
		{"the other answers", "::1", true, 0},
		{"none answers", "", true, 2},
		{"not named outright", "", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaks(t)
			l := New(Config{Expander: twoAddresses{}, Prober: probeFunc(func(_ context.Context, e scanner.Endpoint) scanner.Observation {
				if e.Address.String() == tt.answers {
					return fine(e)
				}
				return failed(e, scanner.StageConnect, scanner.ReasonRefused)
			})})
			seen, lost := 0, 0
			err := l.Sweep(t.Context(), just(scanner.Target{Text: "localhost:1", Name: "localhost", Ports: []uint16{1}, Outright: tt.outright}),
				func(o scanner.Observation) error {
					seen++
					if o.Outright && o.Failure != nil {
						lost++
					}
					return nil
				})
			if err != nil || seen != 2 || lost != tt.lost {
				t.Errorf("%v: %d observations, %d lost; want 2, %d", err, seen, lost, tt.lost)
			}
		})
	}
}
