package tlsprobe

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// What xrdp encrypts with by itself is what its manual says of crypt_level,
// and whether it does is up to security_layer (xrdp.ini(5)).
func TestXrdp(t *testing.T) {
	xrdp := lab.Program(t, "xrdp")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	own := map[string][]string{
		"low": {"RC4-40"}, "medium": {"RC4-40"}, "high": {"RC4-128"}, "fips": {"3DES-EDE-CBC"},
	}
	rows := []struct {
		layer, level string
		tls          bool
		own          []string
	}{
		{"rdp", "low", false, own["low"]},
		{"rdp", "high", false, own["high"]},
		{"rdp", "fips", false, own["fips"]},
		{"negotiate", "high", true, own["high"]},
		{"tls", "high", true, nil},
	}
	for _, row := range rows {
		t.Run(row.layer+" "+row.level, func(t *testing.T) {
			port := lab.Port(t).Port()
			lab.Start(t, xrdp, "--nodaemon", "--config", lab.Written(t, "conf", fmt.Sprintf(
				"[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:%d\nsecurity_layer=%s\ncrypt_level=%s\ncertificate=%s\nkey_file=%s\n"+
					"ssl_protocols=TLSv1.2\ntls_ciphers=ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA\n[Logging]\nLogFile=%s\nLogLevel=WARNING\nEnableSyslog=false\n[Channels]\n",
				port, row.layer, row.level, cert, key, filepath.Join(t.TempDir(), "log"))))
			e := listening(t, port)
			e.Scheme = "rdp"
			o := probe(t, e)
			for _, i := range o.Incomplete {
				t.Errorf("incomplete: %+v", i)
			}
			if !row.tls {
				if o.Plain == nil {
					t.Fatalf("not plain: %+v", o.Failure)
				}
				same(t, "own ciphers", row.own, o.Plain.OwnCiphers)
				return
			}
			got := seenOf(t, o)
			same(t, "suites", opensslSuites(t, scanner.TLSv12, "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA", "RSA"), got[scanner.TLSv12].Suites)
			same(t, "own ciphers", row.own, o.TLS.OwnCiphers)
			same(t, "required", yes(row.own == nil), o.TLS.Required)
		})
	}
}

// negotiated is a server's answer to a connection request: a response (2) or
// failure (3) with its code.
func negotiated(kind, code byte) string {
	return string([]byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, kind, 0, 8, 0, code, 0, 0, 0})
}

// rdpServer has no TLS; takes is the methods that it would take, and it goes
// by its own order among them.
func rdpServer(takes ...uint32) func(net.Conn) {
	return func(conn net.Conn) {
		request := make([]byte, 4096)
		n, _ := conn.Read(request)
		if n != 19 {
			return
		}
		fmt.Fprint(conn, map[bool]string{true: negotiated(2, 0), false: negotiated(3, 2)}[request[15] == 0])
		if n, _ = conn.Read(request); n < 100 {
			return
		}
		// The client's security data, section 2.2.1.3.3, stands before its network data.
		offered := binary.LittleEndian.Uint32(request[n-8-8 : n])
		for _, method := range takes {
			if method == 0 || offered&method != 0 {
				fmt.Fprint(conn, lab.RDPChosen(method, 2))
				_, _ = conn.Read(request)
				return
			}
		}
	}
}

func TestRDPOwnSecurity(t *testing.T) {
	says := func(answers ...string) func(net.Conn) {
		return func(conn net.Conn) {
			for _, a := range answers {
				if _, err := conn.Read(make([]byte, 4096)); err != nil {
					return
				}
				fmt.Fprint(conn, a)
			}
			_, _ = conn.Read(make([]byte, 1))
		}
	}
	rows := []struct {
		name        string
		handle      func(net.Conn)
		want        []string
		gap         scanner.Reason
		connections int // the first, and one for each method and the refusal, which is confirmed
	}{
		{"all of RC4", rdpServer(2, 8, 1), []string{"RC4-128", "RC4-56", "RC4-40"}, "", 1 + 3 + 2},
		{"by its own order", rdpServer(1, 0x10), []string{"RC4-40", "3DES-EDE-CBC"}, "", 1 + 2 + 2},
		{"all", rdpServer(0x10, 2, 8, 1), []string{"3DES-EDE-CBC", "RC4-128", "RC4-56", "RC4-40"}, "", 1 + 4},
		{"none", rdpServer(0), []string{"NULL"}, "", 1 + 1},
		{"a method that nobody offered", says(negotiated(2, 0), lab.RDPChosen(0x40, 2)), nil, scanner.ReasonGarbage, 2},
		{"hangs up", rdpServer(), nil, scanner.ReasonClosed, 3},
		{"garbage", says(negotiated(2, 0), "\x03\x00\x00\x10\x02\xf0\x80\x7f\x66\x82\xff\xff\x0a\x01\x00\x02"), nil, scanner.ReasonGarbage, 2},
		{"a refusal of MCS", says(negotiated(2, 0), strings.Replace(lab.RDPChosen(2, 2), "\x0a\x01\x00", "\x0a\x01\x0e", 1)), nil, scanner.ReasonGarbage, 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := endpoint(serve(t, row.handle), "lab.test")
			e.Scheme = "rdp"
			d := new(dialer)
			o := New(d.dial, Options{Timeout: time.Second}).Probe(t.Context(), e)
			if o.Plain == nil || o.Plain.Protocol != "rdp" {
				t.Fatalf("plain %+v, failure %+v", o.Plain, o.Failure)
			}
			same(t, "own ciphers", row.want, o.Plain.OwnCiphers)
			same(t, "connections", row.connections, int(d.n.Load()))
			switch {
			case row.gap == "" && len(o.Incomplete) > 0, row.gap != "" && (len(o.Incomplete) != 1 || o.Incomplete[0].Reason != row.gap):
				t.Errorf("incomplete %+v", o.Incomplete)
			}
		})
	}
}

// A server that wants TLS says so to whoever asks for none.
func TestRDPInsists(t *testing.T) {
	config := labConfig(t)
	e := endpoint(serve(t, func(conn net.Conn) {
		request := make([]byte, 19)
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		if request[15] == 0 {
			fmt.Fprint(conn, negotiated(3, 5)) // HYBRID_REQUIRED_BY_SERVER
			return
		}
		fmt.Fprint(conn, negotiated(2, 2))
		_ = tls.Server(conn, config).Handshake()
	}), "lab.test")
	e.Scheme = "rdp"
	o := probe(t, e)
	same(t, "seen", labSeen(), seenOf(t, o))
	same(t, "required", yes(true), o.TLS.Required)
	same(t, "own ciphers", []string(nil), o.TLS.OwnCiphers)
}
