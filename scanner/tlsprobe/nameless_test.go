package tlsprobe

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// strictTable is servers that decline whoever does not name them, as SSLv3 and
// SSLv2 cannot.
var strictTable = []opensslRow{
	{server: "nginx", config: "rejects whoever does not name it", keys: "RSA 2048", ciphers: "ECDHE+AESGCM:@SECLEVEL=0", groups: "P-256", suites13: "TLS_AES_128_GCM_SHA256", strict: true},
	{server: "nginx", config: "rejects whoever does not name it, TLS 1.2", keys: "RSA 2048,EC secp384r1", versions: "1.2", ciphers: "ECDHE+AESGCM:@SECLEVEL=0", groups: "P-256:P-384", order: true, strict: true},
	{server: "haproxy", config: "strict-sni", keys: "RSA 2048", ciphers: "ECDHE+AESGCM:@SECLEVEL=0", groups: "P-256", suites13: "TLS_AES_128_GCM_SHA256", order: true, strict: true},
	{server: "haproxy", config: "strict-sni, TLS 1.0 to 1.2", keys: "RSA 2048", versions: "1.0 1.1 1.2", ciphers: "ECDHE+AES:@SECLEVEL=0", groups: "P-256", order: true, strict: true},
}

func strictRows(t *testing.T) []row {
	made := newPairs(t, "RSA 2048", "EC secp384r1")
	var rows []row
	for _, r := range strictTable {
		rows = append(rows, r.row(made))
	}
	return rows
}

// TestVerdictOfStrictServers: both depths agree on what is spoken, and depth
// verdict finds a scheme of those configured that does not pass.
func TestVerdictOfStrictServers(t *testing.T) {
	for _, r := range strictRows(t) {
		t.Run(r.server+", "+r.config, func(t *testing.T) {
			e, want := r.start(t)
			o := decided(t, e)
			same(t, "incomplete", []string(nil), incomplete(o))
			for _, v := range o.TLS.Versions {
				if v.Accepted != nil { // of those before TLS 1.2 the newest is asked for
					same(t, v.Version+" accepted", want.versions[v.Version].suites != nil, *v.Accepted)
				}
			}
			rank, signed := madeUp().Rank, o.TLS.Versions[slices.Index(oldestFirst, tls12)].SignatureSchemes
			if !slices.ContainsFunc(signed, func(name string) bool {
				return rank("signature-scheme", name) > 0 && slices.Contains(want.versions[scanner.TLSv12].schemes, name)
			}) {
				t.Errorf("signature schemes %v; of %v some do not pass", signed, want.versions[scanner.TLSv12].schemes)
			}
		})
	}
}

// TestServerOfAnotherName has servers that decline every name but one, which is
// not asked for: they are asked no further, and it is told what they want.
func TestServerOfAnotherName(t *testing.T) {
	lab.Program(t, "nginx")
	nginx := serveNginx(t, "ssl default_server; ssl_reject_handshake on;")
	all112 := endpoint(serve(t, func(conn net.Conn) {
		if _, err := readHello(conn); err == nil {
			conn.Write(alertBytes(tlswire.AlertUnrecognizedName))
		}
	}), "lab.test")
	no12 := strictNo12(t)
	for _, row := range []struct {
		name  string
		e     scanner.Endpoint
		named string // asked for
		most  int64
	}{
		{"nginx by name", nginx, "lab.test", 2},
		{"nginx by address", nginx, "", 1},
		{"declines everything, by name", all112, "lab.test", 2},
		{"declines everything, by address", all112, "", 1},
		{"TLS 1.3 alone, by name", no12, "other.test", 3},
		{"TLS 1.3 alone, by address", no12, "", 2},
	} {
		for depth, verdict := range map[string]*Verdict{"full": nil, "verdict": madeUp()} {
			t.Run(row.name+", "+depth, func(t *testing.T) {
				d, e := new(dialer), row.e
				e.Name = row.named
				o := New(d.dial, Options{Verdict: verdict}).Probe(t.Context(), e)
				if d.n.Load() > row.most {
					t.Errorf("%d connections, %d do", d.n.Load(), row.most)
				}
				if o.TLS != nil || o.Failure == nil || o.Failure.Reason != scanner.ReasonAlert || !strings.Contains(o.Failure.Detail, "server name") {
					t.Errorf("failure %+v, TLS %+v", o.Failure, o.TLS)
				}
				same(t, "incomplete", []string(nil), incomplete(o))
			})
		}
	}
}

// strictNo12 speaks TLS 1.3 alone, to whoever names it.
func strictNo12(t *testing.T) scanner.Endpoint {
	config := labConfig(t)
	config.MinVersion = tls.VersionTLS13
	return inFront(t, config, func(c net.Conn, h clientHello) bool {
		if slices.Contains(h.all, uint16(tlswire.ExtSupportedVersions)) && !strings.Contains(string(h.raw), "lab.test") {
			c.Write(alertBytes(tlswire.AlertUnrecognizedName))
			return false
		}
		return true
	})
}

// TestNameStays: once a hello with the name was granted, an alert about the name
// does not make the session go without it.
func TestNameStays(t *testing.T) {
	var count atomic.Int64
	unnamed := 0
	o := probe(t, inFront(t, labConfig(t), func(c net.Conn, h clientHello) bool {
		if n := count.Add(1); n == 4 || n == 9 {
			c.Write(alertBytes(tlswire.AlertUnrecognizedName))
			return false
		}
		return true
	}))
	for _, q := range o.TLS.Asked.NotPut {
		if q == "server name" {
			unnamed++
		}
	}
	same(t, "questions without the name", 0, unnamed)
}
