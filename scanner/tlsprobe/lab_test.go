package tlsprobe

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestMain also serves as a probe of its own, for a process with other
// settings than the tests', and as the peer of a benchmark.
func TestMain(m *testing.M) {
	if answer, err := hex.DecodeString(os.Getenv("TLSPROBE_ANSWER")); err == nil && len(answer) > 0 {
		responder(answer)
		return
	}
	if addr := os.Getenv("TLSPROBE_ASK"); addr != "" {
		ap := netip.MustParseAddrPort(addr)
		o := New(new(dialer).dial, Options{}).Probe(context.Background(), scanner.Host(ap.Addr(), ap.Port(), "lab.test"))
		if err := json.NewEncoder(os.Stdout).Encode(told{fips140.Enabled(), o.TLS, o.Incomplete, o.Failure}); err != nil {
			panic(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// told is what the other process says.
type told struct {
	FIPS       bool
	TLS        *scanner.TLS
	Incomplete []scanner.Incomplete
	Failure    *scanner.Failure
}

// dialer counts the connections that a probe opens.
type dialer struct{ n atomic.Int64 }

func (d *dialer) dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	d.n.Add(1)
	return lab.Dial(ctx, addr)
}

// probe asks the endpoint and checks that the connections told are those made.
func probe(t *testing.T, e scanner.Endpoint) scanner.Observation {
	t.Helper()
	d := new(dialer)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := New(d.dial, Options{Timeout: 5 * time.Second, Pause: 20 * time.Millisecond}).Probe(ctx, e)
	if o.TLS != nil && int64(o.TLS.Connections) != d.n.Load() {
		t.Errorf("connections: told %d, made %d", o.TLS.Connections, d.n.Load())
	}
	return o
}

func endpoint(addr net.Addr, name string) scanner.Endpoint {
	ap := addr.(*net.TCPAddr).AddrPort()
	return scanner.Host(ap.Addr(), ap.Port(), name)
}

// serve runs handle for each connection until the test ends.
func serve(t *testing.T, handle func(net.Conn)) net.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(20 * time.Second))
				handle(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return l.Addr()
}

// serveTLS runs a server of the standard library's.
func serveTLS(t *testing.T, c *tls.Config) net.Addr {
	t.Helper()
	return serve(t, func(conn net.Conn) { _ = tls.Server(conn, c).Handshake() })
}

// certificate is a self-signed one for the key.
func certificate(t testing.TB, key crypto.Signer) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab.test"}, DNSNames: []string{"lab.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func rsaKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ecKey(t testing.TB, c elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// seen is the part of an observation that a server's configuration decides,
// each list sorted.
type seen struct {
	Accepted       bool
	Suites, Groups []string
	EMS            *bool
}

func seenOf(t *testing.T, o scanner.Observation) map[string]seen {
	t.Helper()
	if o.TLS == nil {
		t.Fatalf("no TLS observed: failure %+v, plain %+v", o.Failure, o.Plain)
	}
	all := map[string]seen{}
	for _, v := range o.TLS.Versions {
		if v.Accepted == nil {
			t.Errorf("%s unobserved", v.Version)
			continue
		}
		if !*v.Accepted && len(v.Suites)+len(v.Groups) == 0 {
			continue
		}
		all[v.Version] = seen{*v.Accepted, sorted(v.Suites), sorted(v.Groups), v.ExtendedMasterSecret}
	}
	return all
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func suiteNames(codes ...uint16) []string {
	var names []string
	for _, c := range codes {
		names = append(names, suiteName(c))
	}
	return sorted(names)
}

// beside is how many connections all that is no enumeration of suites, or of
// the groups of TLS 1.3, may take on a server that answers plainly: one that
// says no by an alert, and goes by the lists that it is sent. README says the
// same.
const beside = 22

// atFloor fails the test when the probe made more connections than it must: k
// suites of a version take k answers and a refusal; in TLS 1.3 both lists want
// a refusal of their own, and a server may want a fixed share first. All else is
// counted, whatever it is, but a second time that a refusal is confirmed.
func atFloor(t *testing.T, o scanner.Observation) {
	t.Helper()
	rest, all := 0, 0
	for purpose, n := range o.TLS.Hellos {
		all += n
		version, what, _ := strings.Cut(purpose, " ")
		i := slices.IndexFunc(o.TLS.Versions, func(v scanner.TLSVersion) bool { return v.Version == version })
		most := -1
		switch {
		case purpose == confirmingAlert: // one is the last question; further ones are of whom cannot be taken at his word
			rest += min(n, 1)
		case what == "suites of SRP": // of which a refusal names none
			most = 9
		case what == "suites":
			most = len(o.TLS.Versions[i].Suites) + 1
		case what == "suites and groups":
			most = max(len(o.TLS.Versions[i].Suites), len(o.TLS.Versions[i].Groups)) + 3
		default:
			rest += n
		}
		if most >= 0 && n > most {
			t.Errorf("%s: %d hellos; %d do", purpose, n, most)
		}
	}
	if all != o.TLS.Connections {
		t.Errorf("%d hellos on %d connections: %v", all, o.TLS.Connections, o.TLS.Hellos)
	}
	if rest > beside {
		t.Errorf("%d hellos beside the suites, %d do: %v", rest, beside, o.TLS.Hellos)
	}
}

// incomplete are the things that an observation says it lacks.
func incomplete(o scanner.Observation) []string {
	var all []string
	for _, i := range o.Incomplete {
		all = append(all, i.What+": "+string(i.Reason))
	}
	return all
}
