package resolve

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/fipsweep/fipsweep/scanner"
)

// zone serves records on a loopback address, by UDP and TCP, and tells how
// many questions came.
func zone(t *testing.T, answer func(m *dns.Msg, q dns.Question, udp bool)) (addr string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	h := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		asked.Add(1)
		m := new(dns.Msg)
		m.SetReply(q)
		_, udp := w.RemoteAddr().(*net.UDPAddr)
		answer(m, q.Question[0], udp)
		if m.Rcode == -1 {
			return // lost
		}
		_ = w.WriteMsg(m)
	})
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", pc.LocalAddr().String())
	if err != nil {
		t.Skipf("the TCP port beside UDP's is taken: %v", err)
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: ln, Handler: h}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go func() { _ = s.ActivateAndServe() }()
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return pc.LocalAddr().String(), asked
}

func record(t *testing.T, s string) dns.RR {
	t.Helper()
	rr, err := dns.NewRR(s)
	if err != nil {
		t.Error(err)
	}
	return rr
}

// A zone as nameservers answer it: with aliases in front, with records that
// nobody asked for, cut short, failing for one kind of address, and not at all.
func TestClient(t *testing.T) {
	answers := map[string][]string{
		"two.example. A":      {"two.example. 60 IN A 192.0.2.1", "two.example. 60 IN A 192.0.2.2"},
		"two.example. AAAA":   {"two.example. 60 IN AAAA 2001:db8::1"},
		"four.example. A":     {"four.example. 60 IN A 192.0.2.4"},
		"alias.example. A":    {"alias.example. 60 IN CNAME a.example.", "a.example. 60 IN CNAME TWO.example.", "two.example. 60 IN A 192.0.2.1"},
		"poison.example. A":   {"poison.example. 60 IN A 192.0.2.5", "other.example. 60 IN A 192.0.2.66"},
		"loop.example. A":     {"loop.example. 60 IN CNAME pool.example.", "pool.example. 60 IN CNAME loop.example."},
		"half.example. A":     {"half.example. 60 IN A 192.0.2.7"},
		"empty.example. AAAA": {},
	}
	for i := range 200 {
		answers["long.example. A"] = append(answers["long.example. A"], fmt.Sprintf("long.example. 60 IN A 198.51.100.%d", i))
	}
	addr, asked := zone(t, func(m *dns.Msg, q dns.Question, udp bool) {
		key := q.Name + " " + dns.TypeToString[q.Qtype]
		for _, s := range answers[key] {
			m.Answer = append(m.Answer, record(t, s))
		}
		switch {
		case strings.HasPrefix(q.Name, "not."):
			m.Rcode = dns.RcodeNameError
		case strings.HasPrefix(q.Name, "fail."), key == "half.example. AAAA":
			m.Rcode = dns.RcodeServerFailure
		case strings.HasPrefix(q.Name, "lost."):
			m.Rcode = -1
		}
		if udp {
			m.Truncate(512)
		}
	})
	c, err := NewClient(addr)
	if err != nil {
		t.Fatal(err)
	}
	x := New(Options{Lookup: c.Lookup})
	for _, tt := range []struct {
		name, want string
		reason     scanner.Reason
	}{
		{"two.example", "[192.0.2.1 192.0.2.2 2001:db8::1]", ""},
		{"four.example", "[192.0.2.4]", ""},
		{"alias.example", "[192.0.2.1]", ""},
		{"poison.example", "[192.0.2.5]", ""},
		{"loop.example", "[]", scanner.ReasonNoName},
		{"empty.example", "[]", scanner.ReasonNoName},
		{"not.example", "[]", scanner.ReasonNoName},
		{"fail.example", "[]", scanner.ReasonNoName},
		{"half.example", "[192.0.2.7]", scanner.ReasonNoName},
	} {
		addrs, err := x.Addresses(t.Context(), tt.name)
		if got := fmt.Sprint(addrs); got != tt.want || scanner.ReasonOf(err) != tt.reason {
			t.Errorf("%s: %s, %v; want %s, %q", tt.name, got, err, tt.want, tt.reason)
		}
	}
	if addrs, err := c.Lookup(t.Context(), "long.example"); err != nil || len(addrs) != 200 {
		t.Errorf("an answer that UDP does not hold: %d addresses, %v", len(addrs), err)
	}
	if _, err := c.Lookup(t.Context(), "fail.example"); err == nil || !strings.Contains(err.Error(), "SERVFAIL") {
		t.Errorf("%v", err)
	}
	before := asked.Load()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := x.Addresses(ctx, "lost.example"); scanner.ReasonOf(err) != scanner.ReasonTimeout {
		t.Errorf("a resolver that does not answer: %v", err)
	}
	if n := asked.Load() - before; n != 1 {
		t.Errorf("%d questions in 300 ms", n)
	}
}

// A partial answer is told as such: the addresses, and that there may be more.
func TestExpandTellsOfHalf(t *testing.T) {
	x := New(Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, &net.DNSError{Err: "SERVFAIL", Name: "h", IsTemporary: true}
	}})
	var got []string
	for e, err := range x.Expand(t.Context(), scanner.Target{Name: "h", Ports: []uint16{443}}) {
		got = append(got, fmt.Sprint(e.Address, e.Port, e.Name, scanner.ReasonOf(err)))
	}
	if diff := cmp.Diff([]string{"192.0.2.1 443h", "invalid IP 443hno-such-name"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNames(t *testing.T) {
	addr, _ := zone(t, func(m *dns.Msg, q dns.Question, _ bool) {
		switch q.Name {
		case "1.2.0.192.in-addr.arpa.":
			m.Answer = []dns.RR{record(t, q.Name+" 60 IN PTR B.example."), record(t, q.Name+" 60 IN PTR a.example."),
				record(t, q.Name+" 60 IN PTR target.example."), record(t, q.Name+` 60 IN PTR bad\032name.example.`)}
		default:
			m.Rcode = dns.RcodeNameError
		}
	})
	c, err := NewClient(addr)
	if err != nil {
		t.Fatal(err)
	}
	x := New(Options{
		Names:    func(ctx context.Context, a netip.Addr) []string { names, _ := c.Names(ctx, a); return names },
		Skip:     func(name string) bool { return name == "target.example" },
		Excluded: func(a netip.Addr) bool { return a == netip.MustParseAddr("192.0.2.9") },
	})
	for _, tt := range []struct {
		name   string
		target scanner.Target
		want   string
	}{
		{"an address", scanner.Target{Addr: netip.MustParseAddr("192.0.2.1"), Ports: []uint16{1, 2}}, "1 2 1a.example 2a.example 1b.example 2b.example"},
		{"one without names", scanner.Target{Addr: netip.MustParseAddr("192.0.2.2"), Ports: []uint16{1}}, "1"},
		{"one that has a name", scanner.Target{Addr: netip.MustParseAddr("192.0.2.1"), Name: "n", Ports: []uint16{1}}, "1n"},
		{"SSH", scanner.Target{Addr: netip.MustParseAddr("192.0.2.1"), Scheme: "ssh", Ports: []uint16{1}}, "1"},
		{"one that is excluded", scanner.Target{Addr: netip.MustParseAddr("192.0.2.9"), Ports: []uint16{1}}, ""},
	} {
		var got []string
		for e, err := range x.Expand(t.Context(), tt.target) {
			if err != nil {
				t.Error(err)
			}
			got = append(got, fmt.Sprint(e.Port, e.Name))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestNewClient(t *testing.T) {
	for in, want := range map[string]string{"10.0.0.53": "10.0.0.53:53", "10.0.0.53:5353": "10.0.0.53:5353", "::1": "[::1]:53", "[::1]": "[::1]:53", "[::1]:9": "[::1]:9"} {
		if c, err := NewClient(in); err != nil || c.server != want {
			t.Errorf("%s: %+v, %v", in, c, err)
		}
	}
	for _, in := range []string{"", "dns.example", "10.0.0.53:0", "10.0.0.53:x", "udp://10.0.0.53"} {
		if _, err := NewClient(in); err == nil || !strings.Contains(err.Error(), "is no resolver") {
			t.Errorf("%q: %v", in, err)
		}
	}
}
