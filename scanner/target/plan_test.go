package target

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOverlaps(t *testing.T) {
	for _, tt := range []struct {
		name    string
		in      string // targets, separated by spaces
		exclude string
		want    string
	}{
		{"the same twice", "10.0.0.0/31 10.0.0.0/31", "", "10.0.0.0 443 22; 10.0.0.1 443 22"},
		{"one within the other", "10.0.0.0/30 10.0.0.1", "", "10.0.0.0 443 22; 10.0.0.1 443 22; 10.0.0.2 443 22; 10.0.0.3 443 22"},
		{"overlapping ranges", "10.0.0.1-2 10.0.0.2-3", "", "10.0.0.1 443 22; 10.0.0.2 443 22; 10.0.0.3 443 22"},
		{"one address, more ports", "10.0.0.0/31 10.0.0.1:443,8443", "", "10.0.0.0 443 22; 10.0.0.1 443 8443 outright; 10.0.0.1 22"},
		{"the outright one first", "10.0.0.1:443 10.0.0.0/31", "", "10.0.0.0 443 22; 10.0.0.1 443 outright; 10.0.0.1 22"},
		{"a scheme wins its port", "10.0.0.1 ssh://10.0.0.1:443", "", "ssh 10.0.0.1 443 outright; 10.0.0.1 22"},
		{"names before addresses", "b.example 10.0.0.9 a.example 10.0.0.1", "", "b.example 443 22; a.example 443 22; 10.0.0.1 443 22; 10.0.0.9 443 22"},
		{"a name twice", "h h:443 H.", "", "h 443 outright; h 22"},
		{"a path twice", "/etc/ssl /etc/ssl/ file:///etc/ssl", "", "file /etc/ssl outright"},
		{"a zone twice", "fe80::1%a fe80::1%a fe80::1%b", "", "fe80::1%a 443 22; fe80::1%b 443 22"},
		{"both families", "::1 0.0.0.1", "", "0.0.0.1 443 22; ::1 443 22"},
		{"an address out of the middle", "10.0.0.0/30", "10.0.0.1", "10.0.0.0 443 22; 10.0.0.2 443 22; 10.0.0.3 443 22"},
		{"a network out of a network", "10.0.0.0/29", "10.0.0.4/30 10.0.0.0-2", "10.0.0.3 443 22"},
		{"a name", "h i", "H.", "i 443 22"},
		{"an address out of a list", "10.0.0.1:1 10.0.0.2:1", "10.0.0.1", "10.0.0.2 1 outright"},
		{"the last address", "255.255.255.254/31", "255.255.255.255", "255.255.255.254 443 22"},
		{"a zone by its address", "fe80::1%a ::1", "fe80::/64", "::1 443 22"},
		{"another family", "::1", "0.0.0.0/0", "::1 443 22"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := testOptions()
			var err error
			if o.Exclude, err = ParseExcludes(strings.Fields(tt.exclude), nil); err != nil {
				t.Fatal(err)
			}
			l, err := Parse(strings.Fields(tt.in), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(show(l, 20), "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestContradiction(t *testing.T) {
	_, err := Parse([]string{"tls://10.0.0.1:25", "smtp://10.0.0.1"}, testOptions())
	if err == nil || !strings.Contains(err.Error(), "expect different things of port 25") {
		t.Errorf("%v", err)
	}
}

// Whatever overlaps, the endpoints are those of a plain set, each once.
func TestPlanAgainstSet(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		want := map[string]bool{}
		excluded := map[netip.Addr]bool{}
		var args, excludes []string
		for range rnd.IntN(4) {
			a, b := rnd.IntN(32), rnd.IntN(32)
			a, b = min(a, b), max(a, b)
			excludes = append(excludes, fmt.Sprintf("255.255.255.%d-%d", 224+a, 224+b))
			for i := a; i <= b; i++ {
				excluded[netip.AddrFrom4([4]byte{255, 255, 255, byte(224 + i)})] = true
			}
		}
		for range 1 + rnd.IntN(6) {
			a, b := rnd.IntN(32), rnd.IntN(32)
			a, b = min(a, b), max(a, b)
			p := 1 + rnd.IntN(4)
			form := "255.255.255.%d-%d:%d-%d"
			if a == b || rnd.IntN(2) == 0 { // one address, in one of three forms
				b = a
				form = []string{form, "255.255.255.%[1]d:%[3]d-%[4]d", "x://255.255.255.%[1]d:%[3]d-%[4]d"}[rnd.IntN(3)]
			}
			args = append(args, fmt.Sprintf(form, 224+a, 224+b, p, p+2))
			for i := a; i <= b; i++ {
				addr := netip.AddrFrom4([4]byte{255, 255, 255, byte(224 + i)})
				for q := p; q <= p+2 && !excluded[addr]; q++ {
					want[fmt.Sprint(addr, q)] = true
				}
			}
		}
		x, err := ParseExcludes(excludes, nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Parse(args, Options{Exclude: x, Schemes: []string{"x"}})
		if len(want) == 0 {
			if err == nil {
				t.Fatalf("%v without %v: nothing is left, and no complaint", args, excludes)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for tg := range l.All() {
			for _, p := range tg.Ports {
				id := fmt.Sprint(tg.Addr, p)
				if got[id] {
					t.Fatalf("%v without %v: %s twice", args, excludes, id)
				}
				if !slices.Contains(args, tg.Text) {
					t.Fatalf("%v: %s is of %q", args, id, tg.Text)
				}
				got[id] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v without %v (-want +got):\n%s", args, excludes, diff)
		}
		if l.Count() != uint64(len(want)) {
			t.Fatalf("Count = %d, want %d", l.Count(), len(want))
		}
	}
}

func TestExcludes(t *testing.T) {
	x, err := ParseExcludes([]string{"10.0.0.0/24", "10.0.1.0-10.0.1.9", "::1", "db.example"}, []Line{{Text: "192.0.2.7", Where: "f:1"}})
	if err != nil {
		t.Fatal(err)
	}
	x.Add(netip.MustParseAddr("198.51.100.1"))
	for addr, want := range map[string]bool{
		"10.0.0.0": true, "10.0.0.255": true, "10.0.1.0": true, "10.0.1.9": true, "10.0.1.10": false, "9.255.255.255": false,
		"::1": true, "::2": false, "192.0.2.7": true, "192.0.2.8": false, "::ffff:10.0.0.1": true, "198.51.100.1": true,
		"::": true, "0.0.0.0": false,
	} {
		if got := x.Has(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Has(%s) = %v", addr, got)
		}
	}
	if !x.HasName("db.example") || x.HasName("example") {
		t.Error("HasName")
	}
	if diff := cmp.Diff([]string{"db.example"}, x.Names()); diff != "" {
		t.Error(diff)
	}
	var none *Excludes
	if none.Has(netip.MustParseAddr("::1")) || none.HasName("h") || none.Names() != nil {
		t.Error("nothing excludes something")
	}
}

func TestBadExcludes(t *testing.T) {
	_, err := ParseExcludes([]string{"10.0.0.1:443", "10.0.0.0/99", "/etc", "ok"}, []Line{{Text: "a..b", Where: "no.txt:3"}})
	if err == nil {
		t.Fatal("no complaint")
	}
	for _, want := range []string{"has no port", "from 0 to 32", `exclusion "/etc"`, `no.txt:3: exclusion "a..b"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestReadList(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []Line
		wantErr  string
	}{
		{"plain", "a\nb\n", []Line{{Text: "a", Where: "f:1"}, {Text: "b", Where: "f:2"}}, ""},
		{"no line end", "a", []Line{{Text: "a", Where: "f:1"}}, ""},
		{"comments and blanks", "# x\n\n a # y\n\t# z\nb\t#\n", []Line{{Text: "a", Where: "f:3"}, {Text: "b", Where: "f:5"}}, ""},
		{"a # within", "/x#1\n", []Line{{Text: "/x#1", Where: "f:1"}}, ""},
		{"Windows", "\ufeffa\r\nb\r\n", []Line{{Text: "a", Where: "f:1"}, {Text: "b", Where: "f:2"}}, ""},
		{"UTF-16", "\xff\xfea\x00\r\x00\n\x00", nil, "f is in UTF-16: save it in UTF-8"},
		{"empty", "", nil, ""},
		{"a long line", "a\n" + strings.Repeat("b", maxLine+1), nil, "f:2: the line is longer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadList(strings.NewReader(tt.in), "f")
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParsePorts(t *testing.T) {
	got, err := ParsePorts("22,443, 8000-8002,443")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uint16{22, 443, 8000, 8001, 8002}, got); diff != "" {
		t.Error(diff)
	}
	if got, err = ParsePorts("1-65535"); err != nil || len(got) != 65535 {
		t.Errorf("%d ports, %v", len(got), err)
	}
	if _, err := ParsePorts("0,70000,x"); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v", err)
	}
}

func TestPortSets(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []uint16
	}{
		{"ssh", []uint16{22, 2222}},
		{"mail", []uint16{25, 587, 465, 143, 993, 110, 995, 4190, 24}},
		{"db", []uint16{5432, 3306, 1433, 27017, 6379, 6380}},
		{"web", []uint16{443, 8443, 4443, 9443, 6443}},
		{"top", DefaultPorts()},
		{"9000,ssh, 22,20-22", []uint16{9000, 22, 2222, 20, 21}},
		{"db,web", []uint16{5432, 3306, 1433, 27017, 6379, 6380, 443, 8443, 4443, 9443, 6443}},
	} {
		got, err := ParsePorts(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
	// Where TLS is usual from the first byte, the set of TLS has the port; a
	// port of a scheme that begins in clear is not among them.
	tls, err := ParsePorts("tls")
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"smtp", "submission", "imap", "pop3", "ftp", "ldap", "postgres", "mysql", "ssh", "rdp", "mssql"} {
		if p, _ := SchemePort(scheme); slices.Contains(tls, p) {
			t.Errorf("the set of TLS has port %d of %s", p, scheme)
		}
	}
	for _, set := range []string{"tls", "ssh", "mail", "db", "web"} {
		ports, _ := PortSet(set)
		for _, p := range ports {
			if p != 24 && !slices.Contains(DefaultPorts(), p) {
				t.Errorf("port %d of %s is not among the usual ones", p, set)
			}
		}
	}
	if _, err := ParsePorts("smtp"); err == nil || !strings.Contains(err.Error(), "or tls, ssh, mail, db, web or top") {
		t.Errorf("%v", err)
	}
}

// Many single addresses, as a target file has them, are planned quickly.
func BenchmarkParse(b *testing.B) {
	args := make([]string, 100_000)
	for i := range args {
		args[i] = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String()
	}
	for b.Loop() {
		if _, err := Parse(args, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
