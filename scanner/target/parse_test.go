package target

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

var testSchemes = []string{"tls", "ssh", "smtp", "imap"}

// there is a file system with two entries.
func there(path string) (fs.FileInfo, error) {
	switch path {
	case "/etc/ssl", "/home/me/keys", "a.pem", "../x", ".", "/with space#1":
		return nil, nil
	case "/root/secret":
		return nil, fmt.Errorf("lstat: %w", fs.ErrPermission)
	case "/io":
		return nil, errors.New("input/output error")
	}
	return nil, fmt.Errorf("lstat: %w", fs.ErrNotExist)
}

func testOptions() Options {
	return Options{Ports: []uint16{443, 22}, Schemes: testSchemes, Stat: there, Home: "/home/me"}
}

// planned is the targets in the order in which they lie in the plan: what is
// named, then addresses from the lowest to the highest.
func planned(l *List) iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		for n := range l.named.size {
			if t, uses := l.named.at(n); !eachUse(t, uses, yield) {
				return
			}
		}
		order := make([]uint64, l.singles.size())
		for i := range order {
			order[i] = uint64(i)
		}
		addr := func(i uint64) netip.Addr { t, _ := l.singles.at(i); return t.Addr }
		slices.SortFunc(order, func(a, b uint64) int { return addr(a).Compare(addr(b)) })
		for within := uint64(0); len(order) > 0 || within < l.spans.size; {
			var t scanner.Target
			var uses []use
			if within < l.spans.size {
				t, uses = l.spans.at(within)
			}
			if len(order) > 0 && (!t.Addr.IsValid() || addr(order[0]).Less(t.Addr)) {
				t, uses = l.singles.at(order[0])
				order = order[1:]
			} else {
				within++
			}
			if !eachUse(t, uses, yield) {
				return
			}
		}
	}
}

// show writes targets in a form that a table can hold.
func show(l *List, most int) []string {
	var out []string
	for t := range planned(l) {
		if len(out) == most {
			return append(out, "...")
		}
		s := t.Path + t.Name
		if t.Addr.IsValid() {
			s = strings.TrimSpace(s + " " + t.Addr.String())
		}
		if t.Scheme != "" {
			s = t.Scheme + " " + s
		}
		for _, p := range t.Ports {
			s += fmt.Sprintf(" %d", p)
		}
		if t.Outright {
			s += " outright"
		}
		out = append(out, s)
	}
	return out
}

func TestGrammar(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		want string // targets, separated by "; "
	}{
		{"network with its first and last address", "10.0.0.0/30", "10.0.0.0 443 22; 10.0.0.1 443 22; 10.0.0.2 443 22; 10.0.0.3 443 22"},
		{"network with ports", "10.0.0.0/31:443,8443", "10.0.0.0 443 8443; 10.0.0.1 443 8443"},
		{"network with a port range", "10.0.0.0/32:8000-8002,22", "10.0.0.0 8000 8001 8002 22 outright"},
		{"network with host bits", "10.0.0.3/31", "10.0.0.2 443 22; 10.0.0.3 443 22"},
		{"network of one", "10.0.0.1/32", "10.0.0.1 443 22"},
		{"short range", "10.0.0.254-255", "10.0.0.254 443 22; 10.0.0.255 443 22"},
		{"range of one", "10.0.0.7-7:1", "10.0.0.7 1 outright"},
		{"range with ports", "10.0.0.1-2:8443", "10.0.0.1 8443; 10.0.0.2 8443"},
		{"full range over an octet", "10.0.0.255-10.0.1.0", "10.0.0.255 443 22; 10.0.1.0 443 22"},
		{"range to the last address of all", "255.255.255.254-255.255.255.255:1", "255.255.255.254 1; 255.255.255.255 1"},
		{"address", "10.0.0.1", "10.0.0.1 443 22"},
		{"address and port", "10.0.0.1:8443", "10.0.0.1 8443 outright"},
		{"name", "mail.example.com", "mail.example.com 443 22"},
		{"name in capitals with a final dot", "Mail.Example.COM.", "mail.example.com 443 22"},
		{"name and port", "host:8443", "host 8443 outright"},
		{"name and ports", "host:443,8443", "host 443 8443 outright"},
		{"a set of ports, which is not named outright", "host:ssh,8443", "host 22 2222 8443"},
		{"name with hyphens and underscore", "a-1_b.example", "a-1_b.example 443 22"},
		{"name that begins like an address", "10-0-0-1.example", "10-0-0-1.example 443 22"},
		{"repeated ports", "host:443,443,22", "host 443 22 outright"},
		{"bare IPv6", "::1", "::1 443 22"},
		{"IPv6 whose end looks like a port", "::1:443", "::1:443 443 22"},
		{"bracketed IPv6", "[::1]", "::1 443 22"},
		{"IPv6 and port", "[::1]:443", "::1 443 outright"},
		{"IPv6 with a zone", "[fe80::1%eth0]:22", "fe80::1%eth0 22 outright"},
		{"IPv6 network", "2001:db8::/127", "2001:db8:: 443 22; 2001:db8::1 443 22"},
		{"IPv6 network and port", "2001:db8::/127:22", "2001:db8:: 22; 2001:db8::1 22"},
		{"bracketed IPv6 network and port", "[2001:db8::/127]:22", "2001:db8:: 22; 2001:db8::1 22"},
		{"IPv6 range", "2001:db8::1-2001:db8::2", "2001:db8::1 443 22; 2001:db8::2 443 22"},
		{"bracketed IPv6 range and port", "[2001:db8::1-2001:db8::2]:9", "2001:db8::1 9; 2001:db8::2 9"},
		{"IPv4 within IPv6", "::ffff:10.0.0.1", "10.0.0.1 443 22"},
		{"IPv4 network within IPv6", "::ffff:10.0.0.0/127", "10.0.0.0 443 22; 10.0.0.1 443 22"},
		{"tls", "tls://h:8443", "tls h 8443 outright"},
		{"tls with a slash", "TLS://h/", "tls h 443 outright"},
		{"tls of IPv6", "tls://[::1]:8443", "tls ::1 8443 outright"},
		{"ssh", "ssh://h", "ssh h 22 outright"},
		{"smtp", "smtp://h:2525", "smtp h 2525 outright"},
		{"imap", "imap://h", "imap h 143 outright"},
		{"scheme of a network", "ssh://10.0.0.0/31", "ssh 10.0.0.0 22; ssh 10.0.0.1 22"},
		{"scheme of a network with ports", "ssh://10.0.0.0/31:22,2222", "ssh 10.0.0.0 22 2222; ssh 10.0.0.1 22 2222"},
		{"absolute path", "/etc/ssl/", "file /etc/ssl outright"},
		{"path below", "./a.pem", "file a.pem outright"},
		{"path beside", "../x", "file ../x outright"},
		{"here", ".", "file . outright"},
		{"home", "~/keys", "file /home/me/keys outright"},
		{"file URL", "file:///etc/ssl", "file /etc/ssl outright"},
		{"file URL in short", "FILE:/etc/ssl", "file /etc/ssl outright"},
		{"file URL of this machine", "file://localhost/etc/ssl", "file /etc/ssl outright"},
		{"file URL with escapes", "file:///with%20space%231", "file /with space#1 outright"},
		{"spaces around", "  host:1 ", "host 1 outright"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Parse([]string{tt.in}, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(show(l, 9), "; ")); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, diff)
			}
			var n uint64
			for tg := range l.All() {
				n += max(1, uint64(len(tg.Ports)))
			}
			if l.Count() != n {
				t.Errorf("Count = %d, All yields %d", l.Count(), n)
			}
		})
	}
}

func TestBadTargets(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     string // part of the complaint
	}{
		{"empty", "", "it is empty"},
		{"only spaces", "  ", "it is empty"},
		{"prefix too long", "10.0.0.0/33", "from 0 to 32"},
		{"prefix of IPv6 too long", "::/129", "from 0 to 128"},
		{"prefix negative", "10.0.0.0/-1", "from 0 to 32"},
		{"prefix missing", "10.0.0.0/", "from 0 to 32"},
		{"prefix a mask", "10.0.0.0/255.255.255.0", "from 0 to 32"},
		{"network without address", "host/24", "is no address"},
		{"relative path without ./", "etc/ssl", "write ./etc/ssl"},
		{"network with a zone", "fe80::1%eth0/64", "no zone"},
		{"no host's address", "0.0.0.0:443", "for this machine write 127.0.0.1"},
		{"no host's address in IPv6", "[::]:443", "for this machine write ::1"},
		{"octet too large", "10.0.0.256", "four octets"},
		{"three octets", "10.0.0", "four octets"},
		{"leading zero", "10.0.0.01", "four octets"},
		{"a number", "443", "four octets"},
		{"port 70000", "10.0.0.1:70000", "port 70000 is out of range"},
		{"port of many digits", "h:99999999999999999999999", "out of range"},
		{"port 0", "10.0.0.1:0", "port 0 is out of range"},
		{"port a word", "h:https", `"https" is no port`},
		{"port signed", "h:+1", "is no port"},
		{"port missing", "h:", "a port is missing"},
		{"port missing in the middle", "h:443,,8443", "a port is missing"},
		{"port range backwards", "h:20-10", "write 10-20"},
		{"port range open", "h:20-", "a port is missing"},
		{"network port", "10.0.0.0/24:70000", "out of range"},
		{"all of IPv4", "0.0.0.0/0", "a network wider than /8 (IPv6: /104) needs --wide"},
		{"a /7", "10.0.0.0/7", "needs --wide"},
		{"a range wider than /8", "10.0.0.0-11.0.0.0", "needs --wide"},
		{"a /103", "2001:db8::/103", "needs --wide"},
		{"all of IPv6", "::/0", "needs --wide"},
		{"range backwards", "10.0.0.9-3", "write 10.0.0.3-10.0.0.9"},
		{"range octet too large", "10.0.0.1-256", "last octet"},
		{"range without end", "10.0.0.1-", "last octet"},
		{"range of mixed families", "10.0.0.1-::1", "cannot run from IPv4 to IPv6"},
		{"short range of IPv6", "2001:db8::1-ff", "in full"},
		{"range with a zone", "fe80::1%a-fe80::2%a", "is no zone"},
		{"zone with control characters", "fe80::1%\x1b[0m", "is no zone"},
		{"range to a zone", "fe80::1-fe80::2%a", "a range has no zone"},
		{"bracket open", "[::1", "not closed"},
		{"bracket and rest", "[::1]443", "write [::1]:443"},
		{"bracket around IPv4", "[10.0.0.1]:443", "leave them off"},
		{"bracket around garbage", "[1:2]:443", "no IPv6 address"},
		{"two ports by colon", "host:443:8443", "separated by commas"},
		{"space in a name", "my host", "is no host name"},
		{"wildcard", "*.example.com", "is no host name"},
		{"empty label", "a..b", "two dots"},
		{"only a dot", "...", "two dots"},
		{"host missing", ":443", "the host is missing"},
		{"label with hyphen at its end", "a-.example", "hyphen"},
		{"label too long", strings.Repeat("a", 64) + ".example", "63 is the most"},
		{"name too long", strings.Repeat("a.", 127) + "aa", "253 at most"},
		{"international name", "bücher.example", "xn--"},
		{"control characters", "a\x1b[31mb", "is no host name"},
		{"unknown scheme", "gopher://h", "use one of file, imap, smtp, ssh, tls"},
		{"dns without a prober", "dns://example.com", "use one of"},
		{"https", "https://h", "write tls://host:port"},
		{"no scheme", "://h", "not supported"},
		{"scheme with a path", "tls://h/x", "is no address"},
		{"scheme with a user", "ssh://git@h", "a user is not needed"},
		{"scheme without host", "tls://", "the host is missing"},
		{"scheme with bad port", "tls://h:0", "out of range"},
		{"path not there", "/nowhere", "no such file or directory"},
		{"path denied", "/root/secret", "permission denied"},
		{"path that fails", "/io", "input/output error"},
		{"path with a zero byte", "/a\x00b", "zero byte"},
		{"another's home", "~you/keys", "another user"},
		{"file URL with a host", "file://server/etc", "whole path on this machine"},
		{"file URL without a path", "file://", "whole path on this machine"},
		{"file URL relative", "file:./x", "whole path on this machine"},
		{"file URL with a query", "file:///etc?x", "%3F"},
		{"file URL not well formed", "file:///%zz", "it is no URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Parse([]string{tt.in}, testOptions())
			if err == nil {
				t.Fatalf("Parse(%q) gives %v, want a complaint about %q", tt.in, show(l, 3), tt.want)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%q): %v; want it to say %q", tt.in, err, tt.want)
			}
			for _, r := range err.Error() {
				if r < ' ' && r != '\n' {
					t.Errorf("Parse(%q): the complaint holds control character %q", tt.in, r)
				}
			}
		})
	}
}

func TestComplaintsAreAllTold(t *testing.T) {
	lines, err := ReadList(strings.NewReader("# ours\n\nok.example\n10.0.0.0/40 # too long\n"), "targets.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, err = parseLines(testOptions(), append(linesOf([]string{"h:0", "ok", "0.0.0.0/0", "x://y", "h:0,70000"}), lines...))
	if err == nil {
		t.Fatal("no complaint")
	}
	for _, want := range []string{`target "h:0"`, `target "0.0.0.0/0"`, `target "x://y"`, "port 0", "port 70000", `targets.txt:4: target "10.0.0.0/40"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestNoTarget(t *testing.T) {
	if _, err := Parse(nil, testOptions()); err == nil || !strings.Contains(err.Error(), "name a network, a host or a path") {
		t.Errorf("Parse of nothing: %v", err)
	}
	x, err := ParseExcludes([]string{"10.0.0.0/8"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions()
	o.Exclude = x
	if _, err := Parse([]string{"10.1.2.3"}, o); err == nil || !strings.Contains(err.Error(), "every target is excluded") {
		t.Errorf("Parse of excluded targets: %v", err)
	}
}

func TestWideIsAllowed(t *testing.T) {
	o := testOptions()
	o.Wide = true
	l, err := Parse([]string{"0.0.0.0/0"}, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Count(); got != 2<<32 {
		t.Errorf("Count = %d, want %d", got, uint64(2<<32))
	}
	l, err = Parse([]string{"::/0"}, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Count(); got != 1<<64-1 {
		t.Errorf("Count of all of IPv6 = %d, want it to saturate", got)
	}
	if got := show(l, 1); got[0] != ":: 443 22" {
		t.Errorf("first target %q", got[0])
	}
}

func TestWithoutHome(t *testing.T) {
	o := testOptions()
	o.Home = ""
	if _, err := Parse([]string{"~/keys"}, o); err == nil || !strings.Contains(err.Error(), "write the path in full") {
		t.Errorf("%v", err)
	}
}

func TestTextIsKept(t *testing.T) {
	l, err := Parse([]string{"10.0.0.0/31", " TLS://h "}, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for tg := range l.All() {
		got = append(got, tg.Text)
	}
	if diff := cmp.Diff([]string{"TLS://h", "10.0.0.0/31", "10.0.0.0/31"}, got); diff != "" {
		t.Error(diff)
	}
}

// A /8 begins at once and costs no memory: what is allocated for the first
// million of its addresses does not grow with them.
func TestLazy(t *testing.T) {
	allocs := testing.AllocsPerRun(1, func() {
		l, err := Parse([]string{"10.0.0.0/8"}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for tg := range l.All() {
			if tg.Addr.As4()[0] != 10 {
				t.Errorf("target %s", tg.Addr)
			}
			if n++; n == 1_000_000 {
				break
			}
		}
	})
	if allocs > 200 {
		t.Errorf("%v allocations for a million targets", allocs)
	}
}

func TestDefaultPorts(t *testing.T) {
	l, err := Parse([]string{"h"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint16]bool{}
	for tg := range l.All() {
		for _, p := range tg.Ports {
			if seen[p] {
				t.Errorf("port %d twice", p)
			}
			seen[p] = true
		}
	}
	for _, p := range []uint16{21, 22, 25, 110, 143, 443, 465, 563, 587, 636, 853, 989, 990, 992, 993, 994, 995, 2222, 3269, 4443, 5061, 5671, 6443, 6697, 8443, 8883, 9443} {
		if !seen[p] {
			t.Errorf("port %d is missing", p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"10.0.0.0/24:443,8443", "10.0.0.1-50", "10.0.0.1-10.0.0.50", "host:443", "[::1]:443", "2001:db8::/120:22",
		"tls://h:p", "smtp://h:25", "file:///etc/ssl", "~/x", "./x", "fe80::1%eth0", "::ffff:10.0.0.0/127", "0.0.0.0/0",
		"[2001:db8::1-2001:db8::2]:9", "h:1-65535", "\x00", "a\xffb", "10.0.0.0/8\n10.0.0.0/9:443\nssh://10.1.0.0/16:443",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		args := strings.Split(s, "\n")
		l, err := Parse(args, Options{Schemes: testSchemes, Wide: true, Home: "/h"})
		if (l == nil) == (err == nil) {
			t.Fatalf("list %v with error %v", l, err)
		}
		if err != nil {
			return
		}
		n := 0
		seen := map[string]bool{}
		for tg := range l.All() {
			if tg.Path == "" && (tg.Addr.IsValid() == (tg.Name != "") || len(tg.Ports) == 0) {
				t.Fatalf("target of nothing or of two things: %+v", tg)
			}
			for _, p := range tg.Ports {
				id := fmt.Sprintf("%s %s %d", tg.Addr, tg.Name, p)
				if seen[id] {
					t.Fatalf("%s twice", id)
				}
				seen[id] = true
			}
			if n++; n > 100 {
				break
			}
		}
		if uint64(len(seen)) > l.Count() {
			t.Fatalf("Count = %d, and there are %d", l.Count(), len(seen))
		}
		// What an endpoint is called can be asked for again.
		for tg := range l.All() {
			if tg.Path != "" {
				break
			}
			e := scanner.Host(tg.Addr, tg.Ports[0], tg.Name)
			again, err := Parse([]string{e.String()}, Options{})
			if err != nil {
				t.Fatalf("%q is not a target: %v", e, err)
			}
			for ag := range again.All() {
				if ag.Addr != e.Address || ag.Name != e.Name || ag.Ports[0] != e.Port || !ag.Outright {
					t.Fatalf("%q reads as %+v", e, ag)
				}
			}
			break
		}
	})
}
