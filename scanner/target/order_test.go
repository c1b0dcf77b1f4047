package target

import (
	"fmt"
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every number comes once, whatever the size.
func TestPermutationIsBijective(t *testing.T) {
	for size := uint64(0); size < 600; size++ {
		onceEach(t, size, 0)
		onceEach(t, size, size*size+1)
	}
	for _, size := range []uint64{4095, 4096, 4097, 65536, 1<<20 - 3} {
		onceEach(t, size, 7)
	}
}

func onceEach(t *testing.T, size, seed uint64) {
	t.Helper()
	p := newPermutation(size, seed)
	seen := make([]bool, size)
	for i := range size {
		n := p.at(i)
		if n >= size || seen[n] {
			t.Fatalf("size %d, seed %d: %d gives %d, out of range or a second time", size, seed, i, n)
		}
		seen[n] = true
	}
}

// The largest there can be neither overflows nor goes round for ever.
func TestPermutationOfAll(t *testing.T) {
	for _, size := range []uint64{1<<63 + 1, 1<<64 - 1} {
		p := newPermutation(size, 3)
		seen := map[uint64]bool{}
		for i := range uint64(1000) {
			n := p.at(size - 1 - i)
			if n >= size || seen[n] {
				t.Fatalf("size %d: %d", size, n)
			}
			seen[n] = true
		}
	}
}

// firsts is the first n addresses of a list.
func firsts(t *testing.T, o Options, n int, args ...string) []netip.Addr {
	t.Helper()
	l, err := Parse(args, o)
	if err != nil {
		t.Fatal(err)
	}
	var out []netip.Addr
	for tg := range l.All() {
		if out = append(out, tg.Addr); len(out) == n {
			break
		}
	}
	return out
}

// Of 256 addresses in a row, which in written order are one subnet, no subnet
// has more than a few, and by far the most subnets of the network have one.
func TestOrderSpreads(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"a /16", []string{"10.7.0.0/16"}},
		{"its halves, one after the other", []string{"10.7.0.0/17", "10.7.128.0/17"}},
		{"its addresses in a list", listed("10.7.0.0", 1<<16)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := firsts(t, Options{}, -1, tt.args...)
			if len(all) != 1<<16 {
				t.Fatalf("%d addresses", len(all))
			}
			for window := range slices.Chunk(all, 256) {
				subnets := map[netip.Prefix]int{}
				for _, a := range window {
					p, _ := a.Prefix(24)
					subnets[p]++
				}
				// Thrown at random, 256 balls leave 94 of 256 urns empty, and
				// more than 10 in one urn come up once in 10 million times.
				if most := slices.Max(slices.Collect(maps.Values(subnets))); most > 10 || len(subnets) < 130 {
					t.Fatalf("256 addresses lie in %d subnets, %d of them in one", len(subnets), most)
				}
			}
		})
	}
}

func listed(from string, n int) []string {
	a, out := netip.MustParseAddr(from), []string{}
	for range n {
		out = append(out, a.String())
		a = a.Next()
	}
	return out
}

func TestOrderIsReproducible(t *testing.T) {
	const n = 1000
	first := firsts(t, Options{Seed: 1}, n, "10.0.0.0/8")
	if diff := cmp.Diff(fmt.Sprint(first), fmt.Sprint(firsts(t, Options{Seed: 1}, n, "10.0.0.0/8"))); diff != "" {
		t.Errorf("the same seed gives another order: %s", diff)
	}
	if slices.Equal(first, firsts(t, Options{Seed: 2}, n, "10.0.0.0/8")) {
		t.Error("another seed gives the same order")
	}
	if slices.Equal(first, firsts(t, Options{}, n, "10.0.0.0/8")) {
		t.Error("no seed gives the order of seed 1")
	}
	// An order that scripts and resumed sweeps rely on does not change with
	// the version of the program.
	if got, want := fmt.Sprint(firsts(t, Options{Seed: 1}, 4, "10.0.0.0/8")), "[10.224.240.228 10.119.127.89 10.32.127.136 10.203.155.211]"; got != want {
		t.Errorf("the order of seed 1 begins with %s, and used to with %s", got, want)
	}
}

// The shards of a sweep make up the whole, none has anything of another,
// and together they count what there is.
func TestShards(t *testing.T) {
	args := []string{"10.0.0.0/22", "10.0.1.7:8443", "2001:db8::/122", "a.example", "b.example:22", "/etc/ssl", "fe80::1%eth0"}
	x, err := ParseExcludes([]string{"10.0.2.16/28", "b.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions()
	o.Exclude = x
	whole := ids(t, o, args)
	for _, of := range []uint64{1, 2, 3, 7, 64} {
		got := map[string]bool{}
		var counted, paths uint64
		for i := range of {
			o.Shard, o.Seed = Shard{i + 1, of}, i // whatever the seed of each
			l, err := Parse(args, o)
			if err != nil {
				t.Fatal(err)
			}
			counted += l.Count()
			paths += l.Paths()
			for id := range ids(t, o, args) {
				if got[id] {
					t.Fatalf("%s is in two of %d shards", id, of)
				}
				got[id] = true
			}
		}
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("%d shards (-whole +shards):\n%s", of, diff)
		}
		if paths != 1 {
			t.Errorf("%d shards count %d paths, and there is one", of, paths)
		}
		if counted != uint64(len(whole)) {
			t.Errorf("%d shards count %d endpoints, and there are %d", of, counted, len(whole))
		}
	}
}

// ids is every endpoint of a list.
func ids(t *testing.T, o Options, args []string) map[string]bool {
	t.Helper()
	l, err := Parse(args, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for tg := range l.All() {
		if tg.Path != "" {
			out[tg.Path] = true
		}
		for _, p := range tg.Ports {
			id := fmt.Sprint(tg.Addr, tg.Name, " ", p)
			if out[id] {
				t.Fatalf("%s twice", id)
			}
			out[id] = true
		}
	}
	return out
}

func TestParseShard(t *testing.T) {
	if s, err := ParseShard("2/5"); err != nil || s != (Shard{2, 5}) || s.String() != "2/5" {
		t.Errorf("%v, %v", s, err)
	}
	for _, in := range []string{"", "1", "0/3", "4/3", "1/0", "/", "a/b", "-1/3", "1/3/4", "1/99999999999"} {
		if _, err := ParseShard(in); err == nil || !strings.Contains(err.Error(), "is no shard") {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// A shard is of hosts and paths, not of their ports: those of fewer hosts than
// shards leave some with nothing, and the others have all.
func TestEmptyShard(t *testing.T) {
	args := []string{"10.0.0.1:443", "10.0.0.1:8443", "10.0.0.2:443", "10.0.0.2:22"}
	want := []uint64{2, 2, 0}
	for i, n := range want {
		l, err := Parse(args, Options{Shard: Shard{uint64(i) + 1, 3}})
		if err != nil {
			t.Fatal(err)
		}
		var got uint64
		for t := range l.All() {
			got += uint64(len(t.Ports))
		}
		if l.Count() != n || got != n {
			t.Errorf("shard %d/3 counts %d endpoints and has %d, want %d", i+1, l.Count(), got, n)
		}
	}
}

// An address that is asked by several names is so many endpoints, and an
// address that a name leads to is not asked by it twice.
func TestNamedAddresses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []Line
		want  string
	}{
		{"two names", []Line{{Text: "10.0.0.1:443", Name: "a.example"}, {Text: "10.0.0.1:443", Name: "B.example."}, {Text: "10.0.0.1"}},
			"a.example 10.0.0.1 443 outright; b.example 10.0.0.1 443 outright; 10.0.0.1 443 22"},
		{"the same twice", []Line{{Text: "10.0.0.1:443", Name: "a.example"}, {Text: "10.0.0.1:443,8443", Name: "a.example"}},
			"a.example 10.0.0.1 443 outright; a.example 10.0.0.1 8443 outright"},
		{"beside its name", []Line{{Text: "a.example"}, {Text: "10.0.0.1:443", Name: "a.example"}},
			"a.example 443 22; a.example 10.0.0.1 443 outright; a.example 10.0.0.1 22"},
		{"a name by its own", []Line{{Text: "a.example:443", Name: "A.example"}}, "a.example 443 outright"},
		{"with a zone", []Line{{Text: "fe80::1%eth0", Name: "a.example"}}, "a.example fe80::1%eth0 443 22"},
		{"with a scheme", []Line{{Text: "ssh://10.0.0.1", Name: "a.example"}}, "ssh a.example 10.0.0.1 22 outright"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := parseLines(testOptions(), tt.lines)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(show(l, 20), "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	_, err := parseLines(testOptions(), []Line{{Text: "10.0.0.0/24", Name: "a.example", Where: "f:1"}, {Text: "b.example", Name: "a.example", Where: "f:2"},
		{Text: "/etc/ssl", Name: "a.example", Where: "f:3"}, {Text: "10.0.0.1", Name: "a b", Where: "f:4"}})
	if err == nil || strings.Count(err.Error(), "only a single address") != 3 || !strings.Contains(err.Error(), `f:4: target "10.0.0.1": "a b" is no host name`) {
		t.Errorf("%v", err)
	}
}

// What is excluded by address is so by whatever name it is asked.
func TestNamedAddressExcluded(t *testing.T) {
	o := testOptions()
	o.Exclude, _ = ParseExcludes([]string{"10.0.0.1", "b.example"}, nil)
	l, err := parseLines(o, []Line{{Text: "10.0.0.1:443", Name: "a.example"}, {Text: "10.0.0.2:443", Name: "b.example"}, {Text: "10.0.0.3:443", Name: "c.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(show(l, 9), "; "); got != "c.example 10.0.0.3 443 outright" {
		t.Error(got)
	}
}

// A long list costs a few bytes for each address, whatever form it is written
// in and however often it names one.
func TestListIsCompact(t *testing.T) {
	var in strings.Builder
	const n = 1 << 17
	for i := range n {
		a := i * 0x9e3779b1 // no order, and no neighbours
		fmt.Fprintf(&in, "10.%d.%d.%d:443\n[2001:db8::%x:%x]:443\n", a>>16&255, a>>8&255, a&255, a>>16&0xffff, a&0xffff)
		if i%2 == 0 {
			fmt.Fprintf(&in, "tls://10.%d.%d.%d:8443\n", a>>16&255, a>>8&255, a&255)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p := NewParser(Options{Schemes: []string{"tls"}})
	if err := p.Read(strings.NewReader(in.String()), "list"); err != nil {
		t.Fatal(err)
	}
	l, err := p.List()
	if err != nil {
		t.Fatal(err)
	}
	p = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	if l.Count() != 2*n+n/2 {
		t.Errorf("%d endpoints", l.Count())
	}
	if each := float64(after.HeapAlloc-before.HeapAlloc) / (2 * n); each > 16 {
		t.Errorf("%.1f bytes for each address", each)
	}
	runtime.KeepAlive(in)
}
