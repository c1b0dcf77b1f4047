package tlsprobe

import (
	"bytes"
	"encoding/pem"
	"io"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// A hostile row is a server that answers certain hellos of TLS 1.2 by what it was not
// offered, and a new one each time where it is asked again.
type hostile struct {
	name   string
	suite  uint16
	broken bool // it breaks off behind its choice
	kex    func(n byte) []byte
	forges func(o offered) bool
}

// flight is what it sends the n-th time.
func (h hostile) flight(der []byte, n byte) []byte {
	extensions := []byte{0xff, 0x01, 0, 1, 0, 0, 23, 0, 0} // as the server behind has them: RFC 5746, RFC 7627
	var flight []byte
	message := func(kind byte, body []byte) {
		flight = append(append(flight, kind, 0, byte(len(body)>>8), byte(len(body))), body...)
	}
	message(2, slices.Concat([]byte{3, 3}, make([]byte, 33), []byte{byte(h.suite >> 8), byte(h.suite), 0, 0, byte(len(extensions))}, extensions))
	if !h.broken {
		size := len(der)
		message(11, append([]byte{0, byte((size + 3) >> 8), byte(size + 3), 0, byte(size >> 8), byte(size)}, der...))
		if h.kex != nil {
			message(12, h.kex(n))
		}
		message(14, nil)
	}
	record := append([]byte{22, 3, 3, byte(len(flight) >> 8), byte(len(flight))}, flight...)
	if h.broken {
		record = append(record, alertBytes(tlswire.AlertHandshakeFailure)...)
	}
	return record
}

// A server that answers with what it was not offered is not asked for ever.
func TestAnswersThatWereNotOffered(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	behind := serveOpenSSL(t, "-cert", cert, "-key", key, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-sigalgs", "RSA+SHA256", "-groups", "P-256")
	bad := func(o offered) bool { return len(o.schemes) > 0 && !slices.Contains(o.schemes, 0x0401) }
	chosen := func(o offered) bool { return slices.Contains(o.suites, 0xc02f) }
	fields := func(o offered) bool { return slices.Contains(o.suites, 0x009e) }
	named, _ := iana.PrimeByName("ffdhe2048")
	ffdhe := named.Value
	for _, h := range []hostile{
		{name: "an export suite", suite: 0x0003, forges: bad},
		{name: "a suite of finite fields that breaks off", suite: 0x009e, broken: true, forges: bad},
		{name: "curves", suite: 0xc02f, forges: chosen, kex: func(n byte) []byte {
			return []byte{3, 0x11, n, 3, 4, n, n, 4, 1, 0, 2, 1, 2}
		}},
		{name: "schemes", suite: 0xc02f, forges: chosen, kex: func(n byte) []byte {
			return []byte{3, 0, 23, 3, 4, n, n, 0x11, n, 0, 2, 1, 2}
		}},
		{name: "primes behind one of RFC 7919", suite: 0x009e, forges: fields, kex: func(n byte) []byte {
			p := ffdhe
			if n > 1 {
				p = []byte{0xf1, n}
			}
			return slices.Concat([]byte{byte(len(p) >> 8), byte(len(p))}, p, []byte{0, 1, 2, 0, 1, n, 4, 1, 0, 2, 1, 2})
		}},
		{name: "primes", suite: 0x009e, forges: fields, kex: func(n byte) []byte {
			return []byte{0, 2, 0xf1, n, 0, 1, 2, 0, 1, n, 4, 1, 0, 2, 1, 2}
		}},
	} {
		for depth, by := range map[string]*Verdict{"full": nil, "verdict": approves()} {
			t.Run(h.name+", "+depth, func(t *testing.T) {
				var asked, forged atomic.Int64
				e := endpoint(serve(t, func(conn net.Conn) {
					hello, err := readHello(conn)
					if err != nil || hello.ssl2 || asked.Add(1) > 200 {
						return
					}
					if h.forges(readOffer(hello.raw)) {
						_, _ = conn.Write(h.flight(block.Bytes, byte(forged.Add(1))))
						return
					}
					relay(conn, io.MultiReader(bytes.NewReader(hello.raw), conn), behind)
				}), "lab.test")
				var o scanner.Observation
				if by == nil {
					o = probe(t, e)
				} else {
					o = decidedBy(t, e, by)
				}
				if asked.Load() > 100 {
					t.Errorf("asked %d times: %v", asked.Load(), o.TLS.Hellos)
				}
			})
		}
	}
}
