package fips_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func at(addr string, port uint16, name string) scanner.Endpoint {
	var a netip.Addr
	if addr != "" {
		a = netip.MustParseAddr(addr)
	}
	return scanner.Host(a, port, name)
}

func pattern(t testing.TB, s string) fips.Pattern {
	t.Helper()
	p, err := fips.ParsePattern(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return p
}

func TestPatternFits(t *testing.T) {
	web := at("10.0.0.7", 443, "")
	named := at("10.0.0.7", 8443, "WWW.dev.Example.com")
	tests := []struct {
		pattern string
		e       scanner.Endpoint
		want    bool
	}{
		{"10.0.0.0/24", web, true},
		{"10.0.0.9/24", web, true}, // host bits are ignored, as in a target
		{"10.0.1.0/24", web, false},
		{"0.0.0.0/0", web, true},
		{"::/0", web, false},
		{"10.0.0.0/24:443", web, true},
		{"10.0.0.0/24:22,400-500", web, true},
		{"10.0.0.0/24:8443", web, false},
		{"10.0.0.7", web, true},
		{"10.0.0.7:443", web, true},
		{"10.0.0.7:22", web, false},
		{"10.0.0.8", web, false},
		{"::ffff:10.0.0.0/120", web, true},
		{"[::1]:443", at("::1", 443, ""), true},
		{"::1", at("::1", 22, ""), true},
		{"fe80::1%eth0", at("fe80::1%eth0", 22, ""), true},
		{"fe80::1%eth1", at("fe80::1%eth0", 22, ""), false},
		{"fe80::/10", at("fe80::1%eth0", 22, ""), true},
		{"www.dev.example.com", named, true},
		{"www.dev.example.com.:8443", named, true},
		{"www.dev.example.com:443", named, false},
		{"10.0.0.0/24", named, true}, // a name has its address too
		{"*.dev.example.com", named, true},
		{"*.example.com", named, false}, // one label
		{"**.example.com", named, true},
		{"ww?.*.example.com:8443", named, true},
		{"*", named, false},
		{"**", named, true},
		{"**", web, false}, // it has no name
		{"www.dev.example.com", web, false},
		{"/etc/pki", scanner.File("/etc/pki"), true},
		{"/etc/pki", scanner.File("/etc/pki/tls/key.pem"), true},
		{"/etc/pki/", scanner.File("/etc/pki/tls/key.pem"), true},
		{"/etc/pki", scanner.File("/etc/pkix/key.pem"), false},
		{"/", scanner.File("/etc/pki"), true},
		{"/etc/*/key.pem", scanner.File("/etc/tls/key.pem"), true},
		{"/etc/*/key.pem", scanner.File("/etc/a/b/key.pem"), false},
		{"/etc/**/key.pem", scanner.File("/etc/a/b/key.pem"), true},
		{"/etc/**/key.pem", scanner.File("/etc/key.pem"), true},
		{"/etc/**", scanner.File("/etc/a/b"), true},
		{"/etc/**.p?m", scanner.File("/etc/a/b.pem"), true},
		{"/etc/a+b(c)/*", scanner.File("/etc/a+b(c)/d"), true},
		{"/etc/*", scanner.File("/etc/line\nbreak"), true},
		{"/etc", linked("/srv/a.pem", "/etc/pki/key.pem"), true},
		{"/srv/*.pem", linked("/etc/pki/key.pem", "/opt/a", "/srv/a.pem"), true},
		{"/opt", linked("/srv/a.pem", "/etc/pki/key.pem"), false},
		{"/etc", web, false},
		{"10.0.0.0/8", scanner.File("/10.0.0.0"), false},
	}
	for _, tt := range tests {
		if got := pattern(t, tt.pattern).Fits(tt.e); got != tt.want {
			t.Errorf("%q fits %s: %t, want %t", tt.pattern, tt.e, got, tt.want)
		}
	}
}

// linked is a file to which other names lead.
func linked(path string, links ...string) scanner.Endpoint {
	e := scanner.File(path)
	e.Links = links
	return e
}

func TestPatternComplains(t *testing.T) {
	tests := []struct{ pattern, want string }{
		{"", "empty"},
		{"tls://host:443", "scheme"},
		{"./keys", "in full"},
		{"~/keys", "in full"},
		{"10.0.0.0/33", "no network"},
		{"etc/pki", "a path in full"},
		{"10.0.0.1-50", "range is not taken"},
		{"10.0.0.300", "no address"},
		{"host:0", "no port"},
		{"host:70000", "no port"},
		{"host:9-3", "no port"},
		{"host:", "no port"},
		{":443", "host is missing"},
		{"[::1", "[::1]:443"},
		{"a b", "holds ' '"},
		{"münchen.example", "ASCII form"},
		{strings.Repeat("a", 254), "253 at most"},
		{"/" + strings.Repeat("a", 5000), "4096 is the most"},
		{"/a\x00b", "zero byte"},
		{"/\xff*", "cannot be read"},
	}
	for _, tt := range tests {
		if _, err := fips.ParsePattern(tt.pattern); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: error %v, want %q in it", tt.pattern, err, tt.want)
		}
	}
}

func TestPatternsNarrowestFirst(t *testing.T) {
	texts := []string{"10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/24:443", "10.0.0.7", "www.example.com", "**.com", "*.example.com", "10.0.0.0/24", "/etc", "/etc/pki/tls", "/etc/pki", "/etc/*/tls/**", "fe80::1%eth0"}
	x := fips.NewPatterns(patterns(t, texts))
	tests := []struct {
		e    scanner.Endpoint
		want []string
	}{
		{at("10.0.0.7", 443, "www.example.com"), []string{"10.0.0.0/24:443", "www.example.com", "*.example.com", "**.com", "10.0.0.7", "10.0.0.0/24", "10.0.0.0/8", "0.0.0.0/0"}},
		{at("10.9.9.9", 22, ""), []string{"10.0.0.0/8", "0.0.0.0/0"}},
		{at("fe80::1%eth0", 22, ""), []string{"fe80::1%eth0"}},
		{at("", 22, "gone.example.com"), []string{"*.example.com", "**.com"}},
		{linked("/srv/a", "/etc/pki/tls/key", "/etc/pki/tls/other"), []string{"/etc/pki/tls", "/etc/pki", "/etc", "/etc/*/tls/**"}},
		{scanner.File("/etc/pki/tls/key"), []string{"/etc/pki/tls", "/etc/pki", "/etc", "/etc/*/tls/**"}},
		{scanner.File("/srv/key"), nil},
	}
	for _, tt := range tests {
		var got []string
		for _, i := range x.Of(tt.e) {
			got = append(got, texts[i])
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.e, d)
		}
	}
}

func patterns(t testing.TB, texts []string) []fips.Pattern {
	var all []fips.Pattern
	for _, s := range texts {
		all = append(all, pattern(t, s))
	}
	return all
}

// The index finds what trying every pattern would find.
func TestPatternsFindAll(t *testing.T) {
	texts := []string{"10.0.0.0/8", "10.0.0.0/9", "10.1.0.0/16:443", "10.1.1.0/24", "10.1.1.1", "::/0", "fd00::/8", "*.a.example", "**.example", "x.a.example:22", "x.a.example", "/a", "/a/b", "/a/*/c", "/**/c"}
	all := patterns(t, texts)
	x := fips.NewPatterns(all)
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	for range 2000 {
		e := at(pick("10.1.1.1", "10.1.1.2", "10.200.0.1", "11.0.0.1", "fd00::1", "::1"), []uint16{22, 443}[rnd.IntN(2)], pick("", "x.a.example", "y.a.example", "b.example"))
		if rnd.IntN(3) == 0 {
			e = scanner.File(pick("/a", "/a/b", "/a/b/c", "/a/b/c/d", "/b/c", "/c"))
		}
		var want []int
		for i, p := range all {
			if p.Fits(e) {
				want = append(want, i)
			}
		}
		got := slices.Clone(x.Of(e))
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s (-want +got):\n%s", e, d)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"10.0.0.0/24:443,8000-8010", "[::1]:443", "*.example.com", "/etc/**/x?.pem", "fe80::1%eth0", "a-b_c.example.:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := fips.ParsePattern(s)
		if err != nil {
			return
		}
		x := fips.NewPatterns([]fips.Pattern{p})
		for _, e := range []scanner.Endpoint{at("10.0.0.7", 443, "a.example"), at("::1", 22, ""), at("", 1, "b"), scanner.File("/etc/pki/key.pem"), scanner.File("/" + s)} {
			if p.Fits(e) != (len(x.Of(e)) == 1) {
				t.Errorf("%q and %s: the index and the pattern disagree", s, e)
			}
		}
	})
}
