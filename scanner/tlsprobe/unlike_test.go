package tlsprobe

import (
	"crypto/elliptic"
	"crypto/tls"
	"io"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// balanced is servers that take turns behind one address.
func balanced(t *testing.T, turn ...*tls.Config) scanner.Endpoint {
	return balancedAs(t, func(c net.Conn) net.Conn { return c }, turn...)
}

// balancedVaguely is balanced, of servers that never say that it is the version
// that they refuse.
func balancedVaguely(t *testing.T, turn ...*tls.Config) scanner.Endpoint {
	return balancedAs(t, func(c net.Conn) net.Conn { return vague{c} }, turn...)
}

func balancedAs(t *testing.T, as func(net.Conn) net.Conn, turn ...*tls.Config) scanner.Endpoint {
	var count atomic.Int64
	addr := serve(t, func(conn net.Conn) {
		n := int(count.Add(1))
		_ = tls.Server(as(conn), turn[n%len(turn)]).Handshake()
	})
	return endpoint(addr, "lab.test")
}

// vague gives no reason for a refusal.
type vague struct{ net.Conn }

func (v vague) Write(p []byte) (int, error) {
	if p[0] == byte(tlswire.TypeAlert) {
		p = alertBytes(tlswire.AlertHandshakeFailure)
	}
	return v.Conn.Write(p)
}

const disagreement = "one answer to each question: answers-differ"

// Of two servers that take turns, what either takes is found whichever is
// asked first.
func TestUnlikeServers(t *testing.T) {
	a, more := labConfig(t), labConfig(t)
	more.CipherSuites = append(slices.Clone(more.CipherSuites), tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA)
	for _, turn := range [][]*tls.Config{{a, more}, {more, a}} {
		o := probe(t, balanced(t, turn...))
		same(t, "suites of TLS 1.2", suiteNames(more.CipherSuites...), seenOf(t, o)[scanner.TLSv12].Suites)
	}
	// Of three, the end of the list is asked of two: where they disagree, that
	// is told, and all are asked again and again.
	told := 0
	for _, turn := range [][]*tls.Config{{a, a, more}, {a, more, a}, {more, a, a}} {
		o := probe(t, balanced(t, turn...))
		if slices.Contains(incomplete(o), disagreement) {
			told++
			same(t, "suites of TLS 1.2", suiteNames(more.CipherSuites...), seenOf(t, o)[scanner.TLSv12].Suites)
		}
	}
	if told == 0 {
		t.Error("nothing was noticed")
	}
}

func TestUnlikeVersions(t *testing.T) {
	a, without13 := labConfig(t), labConfig(t)
	without13.MaxVersion = tls.VersionTLS12
	for _, turn := range [][]*tls.Config{{a, without13}, {without13, a}} {
		o := probe(t, balanced(t, turn...))
		if got := incomplete(o); !slices.Contains(got, disagreement) {
			t.Errorf("incomplete %v", got)
		}
		same(t, "TLS 1.3", true, seenOf(t, o)[scanner.TLSv13].Accepted)
	}
}

// Of two servers that take turns and differ in the old versions, either
// everything is found or it is told that answers differ, whatever suites they
// have and whichever is asked first.
func TestUnlikeOldVersions(t *testing.T) {
	r := mathrand.New(mathrand.NewPCG(1, 0))
	certificates := []tls.Certificate{certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))}
	for i := range 64 {
		suites := slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites())
		r.Shuffle(len(suites), func(i, j int) { suites[i], suites[j] = suites[j], suites[i] })
		drawn := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA} // for all versions
		for _, s := range suites[:r.IntN(len(suites))] {
			drawn = append(drawn, s.ID)
		}
		approved := &tls.Config{Certificates: certificates[r.IntN(2):], CipherSuites: drawn, MinVersion: tls.VersionTLS12}
		old := approved.Clone()
		old.MinVersion, old.MaxVersion = tls.VersionTLS10+uint16(i/8%2), tls.VersionTLS12+uint16(i/2%2)
		start := balanced
		if i/4%2 > 0 {
			start = balancedVaguely
		}
		o := probe(t, start(t, [][]*tls.Config{{approved, old}, {old, approved}}[i%2]...))
		for at, v := range o.TLS.Versions[2:4] {
			if !accepted(&v) && old.MinVersion <= oldestFirst[2+at].code && !slices.Contains(incomplete(o), disagreement) {
				t.Errorf("draw %d: %s is told as refused, and nothing else", i, v.Version)
			}
		}
	}
}

// A version that one of several servers speaks alone is found, or it is told that
// answers differ, wherever the turn stands: of two, and of three mostly.
func TestOldVersionOfOne(t *testing.T) {
	for _, newest := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		better := labConfig(t)
		better.MinVersion, better.MaxVersion = tls.VersionTLS12, newest
		worse := better.Clone()
		worse.MinVersion = tls.VersionTLS11
		for _, start := range []func(*testing.T, ...*tls.Config) scanner.Endpoint{balanced, balancedVaguely} {
			missed := 0
			for n := 2; n <= 3; n++ {
				for at := range n {
					turn := slices.Repeat([]*tls.Config{better}, n)
					turn[at] = worse
					o := probe(t, start(t, turn...))
					switch v := o.TLS.Versions[3]; {
					case accepted(&v):
						same(t, "suites of TLS 1.1", labSeen()[scanner.TLSv11].Suites, sorted(v.Suites))
					case n == 3: // asked for twice
						missed++
					default:
						t.Errorf("up to %x, %d of %d: TLS 1.1 accepted: %v, incomplete %v", newest, at, n, *v.Accepted, incomplete(o))
					}
				}
			}
			if missed > 1 {
				t.Errorf("missed at %d of three turns", missed)
			}
		}
	}
}

// So is SSLv3 of one of two.
func TestSSL3OfOne(t *testing.T) {
	store := javaStore(t, "RSA -keysize 2048")
	const suite = "TLS_RSA_WITH_AES_128_CBC_SHA"
	worse, _ := serveJava(t, nil, store, "SSLv3,TLSv1,TLSv1.1,TLSv1.2", suite)
	better, _ := serveJava(t, nil, store, "TLSv1,TLSv1.1,TLSv1.2", suite)
	for _, turn := range [][]scanner.Endpoint{{better, worse}, {worse, better}} {
		o := probe(t, inTurn(t, turn...))
		same(t, "SSLv3", yes(true), o.TLS.Versions[1].Accepted)
		same(t, "told", true, slices.Contains(incomplete(o), disagreement))
	}
}

// inTurn is one address that leads to servers in turn.
func inTurn(t *testing.T, turn ...scanner.Endpoint) scanner.Endpoint {
	var count atomic.Int64
	return endpoint(serve(t, func(conn net.Conn) {
		relay(conn, conn, turn[int(count.Add(1))%len(turn)])
	}), "lab.test")
}

// relay passes on to a server what the client says, and back what that answers.
func relay(conn net.Conn, says io.Reader, to scanner.Endpoint) {
	onward, err := net.Dial("tcp", to.AddrPort().String())
	if err != nil {
		return
	}
	defer onward.Close()
	go func() {
		io.Copy(conn, onward)
		conn.Close()
	}()
	io.Copy(onward, says)
}

// A server of GnuTLS that leaves TLS 1.1 out refuses who asks for that, and is
// asked for TLS 1.0 all the same, with a list of versions and without.
func TestVersionsLeftOutByGnuTLS(t *testing.T) {
	for _, newest := range []string{"", ":+VERS-TLS1.3"} {
		r := gnutlsRow{priority: "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.2" + newest, keys: "RSA 2048"}
		o := probe(t, r.start(t, newPairs(t, "RSA 2048")))
		want := map[string]bool{scanner.TLSv10: true, scanner.TLSv12: true, scanner.TLSv13: newest != ""}
		for _, v := range o.TLS.Versions {
			same(t, v.Version+newest, yes(want[v.Version]), v.Accepted)
		}
		same(t, "incomplete", []string(nil), incomplete(o))
		atFloor(t, o)
	}
}

// A list that the other server ends, since it does not speak the version, is
// not told as whole.
func TestUnlikeEndOfList(t *testing.T) {
	all := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
	certificates := []tls.Certificate{certificate(t, rsaKey(t))}
	for n := 1; n <= len(all); n++ {
		approved := &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12, CipherSuites: all[:n]}
		old := approved.Clone()
		old.MinVersion = tls.VersionTLS11
		for i, turn := range [][]*tls.Config{{approved, old}, {old, approved}, {old, old, approved}, {old, approved, old}, {approved, old, old}} {
			o := probe(t, balanced(t, turn...))
			v := o.TLS.Versions[3]
			if accepted(&v) && len(v.Suites) < n && !slices.Contains(incomplete(o), disagreement) {
				t.Errorf("turn %d: %d of %d suites of TLS 1.1 are told as all", i, len(v.Suites), n)
			}
		}
	}
}

// A server that means to leave a version out between others, or those below the
// oldest that it speaks, is asked for it once or twice more, and told as it is.
func TestVersionsLeftOut(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	for _, row := range []struct {
		args  string
		want  []string
		again int
	}{
		{"-no_tls1_1", []string{scanner.TLSv10, scanner.TLSv12, scanner.TLSv13}, 1}, // answered by an older one
		{"-no_tls1_1 -no_tls1_2", []string{scanner.TLSv10, scanner.TLSv13}, 2},
		{"-no_tls1", []string{scanner.TLSv11, scanner.TLSv12, scanner.TLSv13}, 1},
		{"-no_tls1 -no_tls1_1", []string{scanner.TLSv12, scanner.TLSv13}, 0},
		{"-no_tls1_2 -no_tls1_3", []string{scanner.TLSv10, scanner.TLSv11}, 1},
	} {
		t.Run(row.args, func(t *testing.T) {
			o := probe(t, serveOpenSSL(t, append(strings.Fields(row.args), "-cert", cert, "-key", key, "-cipher", "ECDHE+AES:@SECLEVEL=0")...))
			var got []string
			for v := range acceptedOf(o) {
				got = append(got, v)
			}
			same(t, "accepted", row.want, sorted(got))
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "asked again", row.again, o.TLS.Hellos["several servers"])
		})
	}
}

// Like servers behind one address are one server.
func TestLikeServers(t *testing.T) {
	config := labConfig(t)
	o := probe(t, balanced(t, config, config))
	same(t, "incomplete", []string(nil), incomplete(o))
	same(t, "seen", labSeen(), seenOf(t, o))
}
