package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// resolver serves names on loopback: "name type" to the rest of its records.
func resolver(t *testing.T, records map[string][]string) string {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	up := make(chan struct{})
	s := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(up) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		name := q.Question[0].Name
		kind := dns.TypeToString[q.Question[0].Qtype]
		for _, value := range records[name+" "+kind] {
			rr, err := dns.NewRR(name + " 60 IN " + kind + " " + value)
			if err != nil {
				t.Error(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		if strings.HasPrefix(name, "fail.") {
			m.Rcode = dns.RcodeServerFailure
		} else if len(m.Answer) == 0 {
			m.Rcode = dns.RcodeNameError
		}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = s.ActivateAndServe() }()
	<-up
	t.Cleanup(func() { _ = s.Shutdown() })
	return pc.LocalAddr().String()
}

// serveNames serves TLS at several loopback addresses on one port. It keeps the
// names that it was asked for and counts connections, by address.
func serveNames(t *testing.T, hosts ...string) (port string, seen func(host string) (connections int32, names []string)) {
	t.Helper()
	type server struct {
		connections atomic.Int32
		names       chan string
	}
	servers := map[string]*server{}
	certificate := ecdsaCertificate(t)
	for _, host := range hosts {
		s := &server{names: make(chan string, 1<<12)}
		servers[host] = s
		ln, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if port == "" {
			ln, err = net.Listen("tcp", host+":0")
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		if port == "" {
			port = fmt.Sprint(netip.MustParseAddrPort(ln.Addr().String()).Port())
		}
		config := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			s.names <- h.ServerName
			return &certificate, nil
		}}
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				s.connections.Add(1)
				go func() {
					defer c.Close()
					_ = tls.Server(c, config).Handshake()
				}()
			}
		}()
	}
	return port, func(host string) (int32, []string) {
		var names []string
		for len(servers[host].names) > 0 {
			names = append(names, <-servers[host].names)
		}
		slices.Sort(names)
		return servers[host].connections.Load(), slices.Compact(names)
	}
}

// endpoints is what a sweep observed, as "name address".
func (r *result) endpoints() []string {
	var list []string
	for _, o := range r.observations {
		list = append(list, strings.TrimSpace(fmt.Sprint(o.Endpoint.Name, " ", o.Endpoint.Address)))
	}
	slices.Sort(list)
	return list
}

// Names are asked at each of their addresses but those that are excluded, by
// address or by another name that leads there; several names on one address
// stay several endpoints, each with its own SNI; and what a list and a name
// both bring is asked once.
func TestNamesAndExclusions(t *testing.T) {
	dns := resolver(t, map[string][]string{
		"a.example. A":     {"127.9.0.1", "127.9.0.2", "127.9.0.3"},
		"b.example. A":     {"127.9.0.1"},
		"never.example. A": {"127.9.0.2"},
	})
	port, seen := serveNames(t, "127.9.0.1", "127.9.0.2", "127.9.0.3", "127.9.0.4")
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte("ip,port,name\n127.9.0.1,"+port+",b.example\n127.9.0.4,"+port+",v.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runScan(t, "--depth", "verdict", "--fail-on", "never", "--ports", port, "--resolver", dns, "--targets", list,
		"--exclude", "never.example", "--exclude", "127.9.0.3", "a.example", "b.example:"+port, "127.9.0.0/29")
	if r.status != exitClean {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	want := []string{"127.9.0.0", "127.9.0.1", "127.9.0.4", "127.9.0.5", "127.9.0.6", "127.9.0.7",
		"a.example 127.9.0.1", "b.example 127.9.0.1", "v.example 127.9.0.4"}
	if diff := cmp.Diff(want, r.endpoints()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for host, want := range map[string][]string{"127.9.0.1": {"", "a.example", "b.example"}, "127.9.0.4": {"", "v.example"}} {
		if _, names := seen(host); !cmp.Equal(want, names) {
			t.Errorf("%s was asked for %q, want %q", host, names, want)
		}
	}
	for _, host := range []string{"127.9.0.2", "127.9.0.3"} {
		if n, _ := seen(host); n != 0 {
			t.Errorf("%s is excluded, and had %d connections", host, n)
		}
	}
}

// An excluded name whose addresses cannot be known refuses the sweep, one that
// leads nowhere does not: it is told, since it may be a slip of the pen.
func TestExclusionThatDoesNotResolve(t *testing.T) {
	dns := resolver(t, nil)
	for name, want := range map[string]exitStatus{"fail.example": exitUsage, "not.example": exitIncomplete} {
		var out, errs strings.Builder
		status := run([]string{"scan", "--state", t.TempDir(), "--resolver", dns, "--exclude", name, "--ports", "1", "127.9.0.9"}, streams{out: &out, err: &errs})
		if status != want {
			t.Errorf("%s: exit status %d, want %d\n%s", name, status, want, errs.String())
		}
		if want != exitUsage && !strings.Contains(errs.String(), `exclusion "not.example": there is no such name`) {
			t.Errorf("the name that nobody has is not told:\n%s", errs.String())
		}
		if want == exitUsage && !strings.Contains(errs.String(), `exclusion "fail.example": its addresses are not known`) {
			t.Errorf("%s", errs.String())
		}
	}
}

// With --ptr an address is asked by its names besides; a name that is a target
// itself is asked at its own addresses alone.
func TestPTR(t *testing.T) {
	dns := resolver(t, map[string][]string{
		"1.0.9.127.in-addr.arpa. PTR": {"p.example.", "a.example.", "never.example."},
		"a.example. A":                {"127.9.0.1"},
	})
	port, seen := serveNames(t, "127.9.0.1")
	r := runScan(t, "--depth", "verdict", "--fail-on", "never", "--ports", port, "--resolver", dns, "--ptr", "--exclude", "never.example", "127.9.0.1", "a.example")
	if diff := cmp.Diff([]string{"127.9.0.1", "a.example 127.9.0.1", "p.example 127.9.0.1"}, r.endpoints()); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, r.stderr)
	}
	if _, names := seen("127.9.0.1"); !cmp.Equal([]string{"", "a.example", "p.example"}, names) {
		t.Errorf("asked for %q", names)
	}
	// A resolver that fails is told once.
	dead, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	r = runScan(t, "--depth", "verdict", "--ports", "1", "--resolver", dead.LocalAddr().String(), "--ptr", "127.9.0.4/30")
	if n := strings.Count(r.stderr, "names of addresses cannot be looked up"); n != 1 || len(r.observations) != 4 {
		t.Errorf("told %d times of %d addresses\n%s", n, len(r.observations), r.stderr)
	}
}
