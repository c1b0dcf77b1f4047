package tlsprobe

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// madeUp is a ranking for tests: AES-GCM with ECDHE on a NIST curve passes,
// signed with SHA-2; the CBC suites of AES are middling, all else is bad.
func madeUp() *Verdict {
	return &Verdict{Statuses: "made up", Thresholds: []string{"middling", "bad"}, Rank: func(kind, name string) int {
		switch kind {
		case "protocol-version":
			if name == scanner.TLSv12 || name == scanner.TLSv13 {
				return 0
			}
		case "tls-cipher-suite":
			s, _ := iana.SuiteByName(name)
			switch {
			case !strings.HasPrefix(s.Cipher, "AES-") || s.KeyExchange != "ECDHE" && !s.TLS13:
			case s.Mode == "CBC":
				return 1
			default:
				return 0
			}
		case "named-group":
			if slices.Contains([]string{"secp256r1", "secp384r1", "secp521r1"}, name) {
				return 0
			}
		case "signature-scheme":
			if strings.HasSuffix(name, "sha256") || strings.HasSuffix(name, "sha384") || strings.HasSuffix(name, "sha512") {
				return 0
			}
		}
		return 2
	}}
}

// approves is a ranking by which finite fields pass, and SHA-1, 3DES, X25519 and the
// curves of brainpool do not.
func approves() *Verdict {
	return &Verdict{Statuses: "approves", Thresholds: []string{"bad"}, Rank: func(kind, name string) int {
		bad := slices.ContainsFunc([]string{"sha1", "3DES", "x25519", "brainpool"}, func(s string) bool { return strings.Contains(name, s) })
		if bad || kind == "protocol-version" && name != scanner.TLSv12 && name != scanner.TLSv13 {
			return 1
		}
		return 0
	}}
}

// decided asks the endpoint at depth verdict.
func decided(t *testing.T, e scanner.Endpoint) scanner.Observation {
	t.Helper()
	return decidedBy(t, e, madeUp())
}

// decidedBy asks it by a ranking.
func decidedBy(t *testing.T, e scanner.Endpoint, by *Verdict) scanner.Observation {
	t.Helper()
	d := new(dialer)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := New(d.dial, Options{Timeout: 5 * time.Second, Pause: 20 * time.Millisecond, Verdict: by}).Probe(ctx, e)
	if o.TLS != nil && int64(o.TLS.Connections) != d.n.Load() {
		t.Errorf("connections: told %d, made %d", o.TLS.Connections, d.n.Load())
	}
	return o
}

// clean is a server that accepts nothing bad.
func clean(t *testing.T) *tls.Config {
	c := labConfig(t)
	c.CurvePreferences = []tls.CurveID{tls.CurveP256}
	c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	return c
}

// Whatever the way in which a server says no, nothing bad is missed, and a
// clean one comes out clean.
func TestVerdictOfDifficultServers(t *testing.T) {
	var count atomic.Int64
	rows := []struct {
		name string
		pass func(net.Conn, clientHello) bool
		mute bool
	}{
		{name: "answers plainly", pass: func(net.Conn, clientHello) bool { return true }},
		{name: "hangs up on more than 64 suites", pass: func(_ net.Conn, h clientHello) bool { return h.suites <= 64 }},
		{name: "declines more than 64 suites", pass: declinesMore(64)},
		{name: "declines more than 20 suites", pass: declinesMore(20)},
		{name: "declines more than 8 suites", pass: declinesMore(8)},
		{name: "hangs up on more than 512 bytes", pass: func(_ net.Conn, h clientHello) bool { return len(h.raw) <= 512 }},
		{name: "wants a key share", pass: func(c net.Conn, h clientHello) bool {
			if h.shares == 0 {
				c.Write(alertBytes(tlswire.AlertDecodeError))
			}
			return h.shares != 0
		}},
		{name: "breaks down now and then", pass: func(c net.Conn, _ clientHello) bool {
			if count.Add(1)%5 == 0 {
				c.Write(alertBytes(tlswire.AlertInternalError))
				return false
			}
			return true
		}},
		{name: "closes now and then", pass: func(net.Conn, clientHello) bool { return count.Add(1)%5 != 0 }},
		{name: "says no by hanging up", mute: true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			serveRow := func(c *tls.Config) scanner.Endpoint {
				count.Store(0)
				if row.mute {
					return endpoint(serve(t, func(conn net.Conn) { _ = tls.Server(mute{conn}, c).Handshake() }), "lab.test")
				}
				return inFront(t, c, row.pass)
			}
			o := decided(t, serveRow(labConfig(t)))
			same(t, "incomplete", []string(nil), incomplete(o))
			want := map[string]seen{
				scanner.TLSv11: {true, suiteNames(tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), []string{"x25519"}, yes(true)},
				scanner.TLSv12: {true, suiteNames(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), []string{"secp256r1", "x25519"}, yes(true)},
				scanner.TLSv13: {true, suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_CHACHA20_POLY1305_SHA256), []string{"secp256r1", "x25519"}, nil},
			}
			same(t, "seen", want, acceptedOf(o))
			o = decided(t, serveRow(clean(t)))
			same(t, "incomplete of a clean one", []string(nil), incomplete(o))
			same(t, "seen of a clean one", map[string]seen{scanner.TLSv12: {true, suiteNames(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), []string{"secp256r1"}, yes(true)}}, acceptedOf(o))
		})
	}
}

// acceptedOf is what is accepted, of the versions that were asked.
func acceptedOf(o scanner.Observation) map[string]seen {
	all := map[string]seen{}
	for _, v := range o.TLS.Versions {
		if accepted(&v) {
			all[v.Version] = seen{true, sorted(v.Suites), sorted(v.Groups), v.ExtendedMasterSecret}
		}
	}
	return all
}

// A server that has had enough leaves a gap, however early, and whether it says
// no by an alert or by hanging up.
func TestVerdictOfServerThatGivesUp(t *testing.T) {
	server := func(c *tls.Config, silent bool, after int64) scanner.Endpoint {
		var count atomic.Int64
		if !silent {
			return inFront(t, c, func(net.Conn, clientHello) bool { return count.Add(1) <= after })
		}
		return endpoint(serve(t, func(conn net.Conn) {
			if count.Add(1) <= after {
				_ = tls.Server(mute{conn}, c).Handshake()
				return
			}
			_, _ = readHello(conn) // so that it hangs up as it does to say no
		}), "lab.test")
	}
	// Before the versions that share a question, one no was seen to be meant.
	old := labConfig(t)
	old.MaxVersion = tls.VersionTLS12
	for after := int64(2); after < 12; after++ {
		o := decided(t, server(old, true, after))
		if v := o.TLS.Versions[3]; v.Accepted != nil && !*v.Accepted {
			t.Errorf("after %d connections of a silent server without TLS 1.3 %s is told as refused", after, v.Version)
		}
	}
	for _, silent := range []bool{false, true} {
		all := int64(decided(t, server(clean(t), silent, 1000)).TLS.Connections)
		for after := int64(1); after < 6; after++ {
			o := decided(t, server(labConfig(t), silent, after))
			for _, v := range o.TLS.Versions {
				if v.Accepted != nil && !*v.Accepted && v.Version >= scanner.TLSv11 {
					t.Errorf("silent %v: after %d connections %s is told as refused", silent, after, v.Version)
				}
			}
		}
		for after := int64(1); after < all; after++ {
			o := decided(t, server(clean(t), silent, after))
			if o.TLS == nil || len(incomplete(o)) == 0 {
				t.Errorf("silent %v: after %d of %d connections nothing is told as lost: %+v", silent, after, all, o.TLS)
			}
		}
	}
}

func TestVerdictContinues(t *testing.T) {
	e := endpoint(serveTLS(t, clean(t)), "lab.test")
	d := new(dialer)
	p := New(d.dial, Options{Verdict: madeUp()})
	conn, err := net.Dial("tcp", e.AddrPort().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(p.Hello(e)); err != nil {
		t.Fatal(err)
	}
	o := p.Continue(t.Context(), e, conn)
	same(t, "connections", int(d.n.Load())+1, o.TLS.Connections)
	same(t, "incomplete", []string(nil), incomplete(o))
	same(t, "asked by", "made up", o.TLS.Asked.Statuses)
	same(t, "told apart", []string{"middling", "bad"}, o.TLS.Asked.Thresholds)
	same(t, "depth", "verdict", o.TLS.Depth)
	if o.TLS.Asked.SHA256 != scanner.Digest([]byte(p.Questions())) || o.TLS.Asked.SHA256 == New(nil, Options{}).Asked().SHA256 {
		t.Error("the digest is not that of the questions asked")
	}
}

// What a server picks and was not offered is no answer.
func TestVerdictOfServerThatInvents(t *testing.T) {
	body := append([]byte{2, 0, 0, 38, 3, 3}, make([]byte, 32)...)
	body = append(body, 0, 0x1a, 0x1a, 0, 14, 0, 0, 0)
	addr := serve(t, func(conn net.Conn) {
		if _, err := readHello(conn); err == nil {
			conn.Write(append([]byte{22, 3, 3, 0, byte(len(body))}, body...))
		}
	})
	o := decided(t, endpoint(addr, ""))
	same(t, "incomplete", "TLSv1.2 suites: not-understood", incomplete(o)[0])
	same(t, "suites", []string(nil), o.TLS.Versions[4].Suites)
}

// Where every group passes, the prime is asked for all the same.
func TestVerdictOfPrimesAlone(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	e := serveOpenSSL(t, "-cert", cert, "-key", key, "-tls1_2", "-serverpref", "-cipher", "ECDHE+AESGCM:DHE+AESGCM", "-groups", "P-256")
	v := madeUp()
	rank := v.Rank
	v.Rank = func(kind, name string) int {
		if kind == "named-group" || strings.HasPrefix(name, "TLS_DHE_RSA_WITH_AES") {
			return 0
		}
		return rank(kind, name)
	}
	o := New(new(dialer).dial, Options{Verdict: v}).Probe(t.Context(), e)
	if o.TLS == nil || len(o.TLS.Versions[4].Primes) != 1 {
		t.Errorf("%+v", o.TLS)
	}
	same(t, "incomplete", []string(nil), incomplete(o))
}

// One hello finds the newest of the old versions, be it SSLv3 below TLS 1.2.
func TestVerdictOfSSLv3(t *testing.T) {
	e, _ := serveJava(t, nil, javaStore(t, "RSA -keysize 2048"), "SSLv3,TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA")
	o := decided(t, e)
	var got []string
	for _, v := range o.TLS.Versions {
		if accepted(&v) {
			got = append(got, v.Version)
		}
	}
	same(t, "accepted", []string{scanner.SSLv3, scanner.TLSv12}, got)
	same(t, "incomplete", []string(nil), incomplete(o))
}

// A server whose suites of TLS 1.2 are all of a finite field, with a prime of its own,
// has none for who names groups (RFC 7919 section 4).
func TestVerdictOfPrimesWithoutAGroup(t *testing.T) {
	r := gnutlsRow{keys: "RSA 2048", dh: "dh1024-own.pem", priority: "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-SECP256R1:-CIPHER-ALL:+AES-128-GCM:-SIGN-RSA-SHA1"}
	o := decided(t, r.start(t, newPairs(t, "RSA 2048")))
	same(t, "incomplete", []string(nil), incomplete(o))
	if v := o.TLS.Versions[4]; !accepted(&v) || len(v.Primes) != 1 || v.Primes[0].Bits != 1024 {
		t.Errorf("%+v", v)
	}
}

// A suite of a finite field that fails a little does not stand for those that fail more.
func TestWorstSuiteOfFiniteFields(t *testing.T) {
	by := approves()
	by.Thresholds = []string{"middling", "bad"}
	by.Rank = func(kind, name string) int {
		switch {
		case kind == "protocol-version":
			return 2 * approves().Rank(kind, name)
		case strings.Contains(name, "CHACHA20"):
			return 2
		case strings.HasSuffix(name, "CBC_SHA"):
			return 1
		}
		return 0
	}
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	for _, front := range []string{"ECDHE-RSA-AES128-GCM-SHA256:", ""} {
		e := serveOpenSSL(t, "-cert", cert, "-key", key, "-tls1_2", "-serverpref", "-cipher", front+"DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA:DHE-RSA-CHACHA20-POLY1305")
		o := decidedBy(t, e, by)
		if v := o.TLS.Versions[4]; !slices.Contains(v.Suites, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256") {
			t.Errorf("%sthe worst suite is not among %v: %v", front, v.Suites, o.TLS.Hellos)
		}
	}
}
