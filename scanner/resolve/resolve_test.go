package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

func names(t map[string][]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, name string) ([]netip.Addr, error) {
		addrs, ok := t[name]
		if !ok {
			return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
		}
		var out []netip.Addr
		for _, a := range addrs {
			out = append(out, netip.MustParseAddr(a))
		}
		return out, nil
	}
}

func TestExpand(t *testing.T) {
	x := New(Options{
		Lookup: names(map[string][]string{
			"two.example":      {"2001:db8::1", "192.0.2.1"},
			"twice.example":    {"192.0.2.1", "::ffff:192.0.2.1"},
			"excluded.example": {"192.0.2.9", "192.0.2.1"},
			"all.example":      {"192.0.2.9"},
			"none.example":     {},
		}),
		Excluded: func(a netip.Addr) bool { return a == netip.MustParseAddr("192.0.2.9") },
	})
	for _, tt := range []struct {
		name   string
		target scanner.Target
		want   []string // address, port, name, reason
	}{
		{"address", scanner.Target{Addr: netip.MustParseAddr("192.0.2.1"), Ports: []uint16{443, 22}}, []string{"192.0.2.1 443", "192.0.2.1 22"}},
		{"excluded address", scanner.Target{Addr: netip.MustParseAddr("192.0.2.9"), Ports: []uint16{443}}, nil},
		{"name with two addresses", scanner.Target{Name: "two.example", Ports: []uint16{1, 2}},
			[]string{"192.0.2.1 1 two.example", "192.0.2.1 2 two.example", "2001:db8::1 1 two.example", "2001:db8::1 2 two.example"}},
		{"the same address in two forms", scanner.Target{Name: "twice.example", Ports: []uint16{1}}, []string{"192.0.2.1 1 twice.example"}},
		{"an excluded address behind a name", scanner.Target{Name: "excluded.example", Ports: []uint16{1}}, []string{"192.0.2.1 1 excluded.example"}},
		{"only excluded addresses behind a name", scanner.Target{Name: "all.example", Ports: []uint16{1}}, nil},
		{"localhost", scanner.Target{Name: "localhost", Ports: []uint16{1}}, []string{"127.0.0.1 1 localhost", "::1 1 localhost"}},
		{"below localhost", scanner.Target{Name: "a.localhost", Ports: []uint16{1}}, []string{"127.0.0.1 1 a.localhost", "::1 1 a.localhost"}},
		{"no such name", scanner.Target{Name: "not.example", Ports: []uint16{1}}, []string{"invalid IP 1 not.example no-such-name"}},
		{"no such name, many ports", scanner.Target{Name: "not.example", Ports: []uint16{1, 2}}, []string{"invalid IP 0 not.example no-such-name"}},
		{"no address", scanner.Target{Name: "none.example", Ports: []uint16{1}}, []string{"invalid IP 1 none.example no-such-name"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.target.Text, tt.target.Scheme, tt.target.Outright = "as written", "tls", true
			var got []string
			ids := map[string]bool{}
			for e, err := range x.Expand(t.Context(), tt.target) {
				got = append(got, strings.TrimSpace(fmt.Sprint(e.Address, e.Port, " ", e.Name, " ", scanner.ReasonOf(err))))
				if e.Target != "as written" || e.Scheme != "tls" || !e.Outright || e.ID == "" || ids[e.ID] {
					t.Errorf("endpoint %+v", e)
				}
				ids[e.ID] = true
				if err != nil && !strings.Contains(err.Error(), tt.target.Name) {
					t.Errorf("the error does not name the name: %v", err)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpandIsLazy(t *testing.T) {
	x := New(Options{Lookup: names(map[string][]string{"h": {"192.0.2.1", "192.0.2.2"}})})
	n := 0
	for range x.Expand(t.Context(), scanner.Target{Name: "h", Ports: []uint16{1, 2, 3}}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Error(n)
	}
}

// A resolver that never answers costs a bounded time.
func TestLookupIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := New(Options{Lookup: func(ctx context.Context, _ string) ([]netip.Addr, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		began := time.Now()
		for _, err := range x.Expand(t.Context(), scanner.Target{Name: "h", Ports: []uint16{1}}) {
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != lookupTime {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		}
	})
}

// The machine's own resolver, on the one name that every machine knows.
func TestSystem(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if addrs, err := System(ctx, "localhost"); err != nil || len(addrs) == 0 || !addrs[0].Unmap().IsLoopback() {
		t.Errorf("localhost: %v, %v", addrs, err)
	}
}
