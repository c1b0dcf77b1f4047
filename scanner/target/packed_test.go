package target

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPacked(t *testing.T) {
	var scattered []uint32
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		scattered = append(scattered, random.Uint32())
	}
	slices.Sort(scattered)
	for _, tt := range []struct {
		name  string
		addrs []uint32
	}{
		{"none", nil},
		{"one", []uint32{0x0a000001}},
		{"both ends", []uint32{0, math.MaxUint32}},
		{"a run and no more", scattered[:runLength]},
		{"one more than a run", scattered[:runLength+1]},
		{"all over", scattered},
		{"two lists, one behind the other", append(slices.Clone(scattered[500:]), scattered[:500]...)},
	} {
		var p packed
		for _, a := range tt.addrs {
			p.add(a)
		}
		var got []uint32
		for i := range p.n {
			got = append(got, p.at(i))
		}
		if d := cmp.Diff(tt.addrs, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

// Addresses in no order, asked in several ways, come each once with its own
// ports; and of a million in a /8 each takes little more than a byte.
func TestSinglesPacked(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	want := map[string]int{}
	var lines []string
	for range 5000 {
		a := netip.AddrFrom4([4]byte{byte(10 + random.IntN(3)), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())})
		port := 440 + random.IntN(5)
		if line := fmt.Sprintf("%v:%d", a, port); want[line] == 0 {
			want[line]++
			lines = append(lines, line)
		}
	}
	l, err := Parse(lines, Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for target := range l.All() {
		for _, port := range target.Ports {
			got[netip.AddrPortFrom(target.Addr, port).String()]++
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}

	p := NewParser(Options{})
	for i := range 1 << 17 { // as dense as a million are in a /8
		p.Add(Line{Text: fmt.Sprintf("10.%d.%d.%d:443", i>>13, i>>5&255, i<<3&255|random.IntN(8))})
	}
	if l, err = p.List(); err != nil {
		t.Fatal(err)
	}
	if took := len(l.singles.addrs.steps) + 8*len(l.singles.addrs.runs); took > 5*(1<<17)/4 {
		t.Errorf("%d addresses take %d bytes", 1<<17, took)
	}
}
