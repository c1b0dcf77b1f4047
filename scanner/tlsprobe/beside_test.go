package tlsprobe

import (
	"bytes"
	"crypto/elliptic"
	"crypto/tls"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// plainly is what a server does that has TLS 1.2 and 1.3 and nothing unusual.
func plainly(change func(*scanner.Extensions)) scanner.Extensions {
	f := scanner.Extensions{
		EncryptThenMAC: yes(true), SecureRenegotiation: yes(true), Compression: yes(false), TruncatedHMAC: yes(false), Heartbeat: yes(false),
		SessionTicket: yes(true), EarlyData: yes(false), OCSPStaple: yes(false), SCTs: yes(false), ClientCertificate: yes(false),
		DowngradeSentinel: yes(true), FallbackSCSV: yes(true), VersionTolerant: yes(true),
		PointFormats: []string{"uncompressed", "ansiX962_compressed_prime", "ansiX962_compressed_char2"},
	}
	change(&f)
	return f
}

func sameExtensions(t *testing.T, want scanner.Extensions, o scanner.Observation) {
	t.Helper()
	if o.TLS == nil {
		t.Fatalf("no TLS observed: failure %+v", o.Failure)
	}
	got := *o.TLS.Extensions
	got.ClientSchemes = sorted(got.ClientSchemes)
	want.ClientSchemes = sorted(want.ClientSchemes)
	same(t, "extensions", want, got)
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
}

// staple writes an OCSP response about a certificate that signed itself.
func staple(t *testing.T, cert, key string) string {
	t.Helper()
	dir := t.TempDir()
	index, request, response := filepath.Join(dir, "index"), filepath.Join(dir, "request"), filepath.Join(dir, "response")
	if err := os.WriteFile(index, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	openssl := lab.Program(t, "openssl")
	lab.Run(t, openssl, "ocsp", "-issuer", cert, "-cert", cert, "-reqout", request)
	lab.Run(t, openssl, "ocsp", "-index", index, "-CA", cert, "-rsigner", cert, "-rkey", key, "-reqin", request, "-respout", response, "-ndays", "2")
	return response
}

func TestExtensionsOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	scts := filepath.Join(t.TempDir(), "scts.pem")
	body := []byte{0, 18, 0, 5, 0, 3, 0, 1, 9}
	if err := os.WriteFile(scts, pem.EncodeToMemory(&pem.Block{Type: "SERVERINFO FOR SCT", Bytes: body}), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name string
		args []string
		want scanner.Extensions
	}{
		{"as it is", nil, plainly(func(*scanner.Extensions) {})},
		{"none", []string{"-no_etm", "-no_ticket", "-no_tls1_3"}, plainly(func(f *scanner.Extensions) {
			f.EncryptThenMAC, f.SessionTicket, f.EarlyData, f.DowngradeSentinel, f.FallbackSCSV = yes(false), yes(false), nil, nil, nil
		})},
		// A server that insists on a certificate of ours gives no ticket.
		{"all, and a certificate wanted", []string{"-early_data", "-alpn", "http/1.1,h2", "-status_file", staple(t, cert, key), "-serverinfo", scts,
			"-Verify", "1", "-client_sigalgs", "RSA+SHA384:ECDSA+SHA256:RSA-PSS+SHA256"}, plainly(func(f *scanner.Extensions) {
			f.EarlyData, f.OCSPStaple, f.SCTs, f.ClientCertificate = nil, yes(true), yes(true), yes(true)
			f.ALPN, f.ClientSchemes = []string{"http/1.1", "h2"}, []string{"rsa_pkcs1_sha384", "ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"}
		})},
		{"TLS 1.3 alone", []string{"-no_tls1_2", "-early_data", "-alpn", "imap", "-status_file", staple(t, cert, key), "-num_tickets", "0"}, scanner.Extensions{
			SessionTicket: yes(false), EarlyData: yes(false), OCSPStaple: yes(true), SCTs: yes(false), ALPN: []string{"imap"},
			ClientCertificate: yes(false), VersionTolerant: yes(true)}},
		{"CBC before AEAD", []string{"-no_tls1_3", "-serverpref", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE+AESGCM"}, plainly(func(f *scanner.Extensions) {
			f.EarlyData, f.DowngradeSentinel, f.FallbackSCSV = nil, nil, nil
		})},
		{"AEAD alone: nothing is said of the MAC", []string{"-no_tls1_3", "-cipher", "ECDHE+AESGCM"}, plainly(func(f *scanner.Extensions) {
			f.EncryptThenMAC, f.TruncatedHMAC, f.EarlyData, f.DowngradeSentinel, f.FallbackSCSV = nil, nil, nil, nil, nil
		})},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			sameExtensions(t, row.want, probe(t, serveOpenSSL(t, append([]string{"-cert", cert, "-key", key, "-no_tls1", "-no_tls1_1"}, row.args...)...)))
		})
	}
}

func TestExtensionsGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	port := lab.Port(t).Port()
	lab.Start(t, serv, "--port", portArg(port), "--nodb", "-a", "--heartbeat", "--x509certfile", cert, "--x509keyfile", key,
		"--priority", "NORMAL:%NO_ETM:%NO_TICKETS:-VERS-TLS1.0")
	sameExtensions(t, plainly(func(f *scanner.Extensions) {
		f.EncryptThenMAC, f.Heartbeat, f.SessionTicket = yes(false), yes(true), yes(false)
		f.PointFormats = []string{"uncompressed"} // GnuTLS compresses no points
	}), probe(t, listening(t, port)))
}

// nginx goes by the client's order unless told otherwise.
func TestNginxOrder(t *testing.T) {
	lab.Program(t, "nginx")
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	ecCert, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	for _, prefer := range []bool{false, true} {
		word := map[bool]string{true: "on", false: "off"}[prefer]
		e := serveNginx(t, "ssl http2; ssl_protocols TLSv1.2 TLSv1.3; ssl_early_data on; ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_ciphers ECDHE+AESGCM; ssl_prefer_server_ciphers "+word+
			"; ssl_certificate "+ecCert+"; ssl_certificate_key "+ecKey+"; ssl_certificate "+rsaCert+"; ssl_certificate_key "+rsaKey+";")
		o := probe(t, e)
		if o.TLS == nil {
			t.Fatalf("failure %+v", o.Failure)
		}
		for _, i := range []int{4, 5} {
			same(t, o.TLS.Versions[i].Version+" order", yes(prefer), o.TLS.Versions[i].ServerOrder)
		}
		var chains []string
		for _, c := range o.TLS.Chains {
			chains = append(chains, c.Name+" "+c.Certificates[0].Key.Algorithm)
		}
		same(t, "chains", []string{"lab.test EC", "lab.test RSA"}, sorted(chains))
		same(t, "ALPN", []string{"h2", "http/1.1", "http/1.0"}, o.TLS.Extensions.ALPN)
		same(t, "early data", yes(true), o.TLS.Extensions.EarlyData)
		same(t, "schemes", 11, len(o.TLS.Versions[4].SignatureSchemes))
		same(t, "groups", []string{"secp256r1", "secp384r1", "x25519"}, sorted(o.TLS.Versions[4].Groups))
		atFloor(t, o)
	}
}

// A server with its own order names its suites in it.
func TestOrderOpenSSL(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	args := []string{"-cert", cert, "-key", key, "-tls1_2", "-cipher", "AES256-SHA256:CAMELLIA128-SHA:AES128-GCM-SHA256:AES128-SHA"}
	want := []string{"TLS_RSA_WITH_AES_256_CBC_SHA256", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"}
	v := probe(t, serveOpenSSL(t, append(args, "-serverpref")...)).TLS.Versions[4]
	same(t, "order", want, v.Suites)
	same(t, "server's order", yes(true), v.ServerOrder)
	v = probe(t, serveOpenSSL(t, args...)).TLS.Versions[4]
	same(t, "suites", sorted(want), sorted(v.Suites))
	same(t, "client's order", yes(false), v.ServerOrder)
}

// Chains that only a client without a name is shown.
func TestNamelessChains(t *testing.T) {
	named, rsa, ec := certificate(t, rsaKey(t)), certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	for _, max := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		base := &tls.Config{MinVersion: max, MaxVersion: max, Certificates: []tls.Certificate{rsa, ec}}
		base.GetConfigForClient = func(i *tls.ClientHelloInfo) (*tls.Config, error) {
			if i.ServerName == "" {
				return nil, nil
			}
			return &tls.Config{MinVersion: max, MaxVersion: max, Certificates: []tls.Certificate{named}}, nil
		}
		o := probe(t, endpoint(serveTLS(t, base), "lab.test"))
		var chains []string
		for _, c := range o.TLS.Chains {
			chains = append(chains, c.Name+" "+c.Certificates[0].Key.Algorithm)
		}
		same(t, "chains", []string{" EC", " RSA", "lab.test RSA"}, sorted(chains))
	}
}

// What no package serves: compression and a truncated MAC.
func TestExtensionsNobodyGrants(t *testing.T) {
	extensions := []byte{0, 4, 0, 4, 0, 0}
	body := append([]byte{3, 3}, make([]byte, 32)...)
	body = append(append(body, 0, 0, 0x2f, 1, 0, byte(len(extensions)-2)), extensions[2:]...)
	message := append([]byte{2, 0, 0, byte(len(body))}, body...)
	message = append(message, 14, 0, 0, 0)
	reply := append([]byte{22, 3, 3, 0, byte(len(message))}, message...)
	addr := serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err == nil && !h.ssl2 && bytes.Contains(h.raw, []byte{0, 0x2f}) && !bytes.Contains(h.raw, []byte{0, 43, 0, 3, 2, 3, 4}) && h.raw[10] == 3 {
			conn.Write(reply)
		} else if err == nil {
			conn.Write(alertBytes(tlswire.AlertHandshakeFailure))
		}
	})
	f := probe(t, endpoint(addr, "")).TLS.Extensions
	same(t, "compression", yes(true), f.Compression)
	same(t, "truncated HMAC", yes(true), f.TruncatedHMAC)
	same(t, "renegotiation", yes(false), f.SecureRenegotiation)
}

// A server that fails on a version that it does not know, and one that heeds
// no fallback.
func TestBearing(t *testing.T) {
	e := inFront(t, labConfig(t), func(c net.Conn, h clientHello) bool {
		bad := bytes.Contains(h.raw, []byte{4, 0x7a, 0x7a, 3, 4})
		if bad {
			c.Write(alertBytes(tlswire.AlertProtocolVersion))
		}
		return !bad
	})
	same(t, "tolerant", yes(false), probe(t, e).TLS.Extensions.VersionTolerant)
	java, _ := serveJava(t, []string{"-Djdk.tls.namedGroups=secp256r1"}, javaStore(t, "RSA -keysize 2048"), "TLSv1.2,TLSv1.3",
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256")
	f := probe(t, java).TLS.Extensions
	same(t, "fallback", yes(false), f.FallbackSCSV)
	if slices.Contains(f.ALPN, "h2") {
		t.Error("selects what nobody configured")
	}
}
