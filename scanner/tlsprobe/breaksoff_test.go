package tlsprobe

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// offered is the suites of a hello.
func (h clientHello) offered() (codes []uint16) {
	at := 5 + 4 + 2 + 32
	at += 1 + int(h.raw[at]) + 2
	for i := range h.suites {
		codes = append(codes, binary.BigEndian.Uint16(h.raw[at+2*i:]))
	}
	return codes
}

// A suite that is chosen, and breaks off whatever else is named, stands in front of
// nothing: what the server does for who offers others is seen at both depths.
func TestSuiteThatBreaksOffHidesNothing(t *testing.T) {
	const never = 0x009e                                   // TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
	extensions := []byte{0xff, 0x01, 0, 1, 0, 0, 23, 0, 0} // as the server behind has them: RFC 5746, RFC 7627
	chosen := slices.Concat([]byte{22, 3, 3, 0, 53, 2, 0, 0, 49, 3, 3}, make([]byte, 33), []byte{0x00, never, 0, 0, byte(len(extensions))}, extensions)
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	behind := serveOpenSSL(t, "-cert", cert, "-key", key, "-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-sigalgs", "RSA+SHA256:RSA+SHA1", "-groups", "P-256")
	e := endpoint(serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		switch {
		case err != nil || h.ssl2:
		case slices.Contains(h.offered(), never):
			_, _ = conn.Write(append(slices.Clone(chosen), alertBytes(tlswire.AlertHandshakeFailure)...))
		default:
			relay(conn, io.MultiReader(bytes.NewReader(h.raw), conn), behind)
		}
	}), "lab.test")
	full, verdict := probe(t, e), decidedBy(t, e, approves())
	for depth, o := range map[string]scanner.Observation{"full": full, "verdict": verdict} {
		if v := o.TLS.Versions[4]; !slices.Contains(v.SignatureSchemes, "rsa_pkcs1_sha1") {
			t.Errorf("depth %s: SHA-1 among %v is not seen", depth, v.SignatureSchemes)
		}
		same(t, depth+": incomplete", []string{"TLSv1.2 TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: alert"}, incomplete(o))
	}
	same(t, "suites", []string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}, full.TLS.Versions[4].Suites)
}

func TestSignsBy(t *testing.T) {
	rows := []struct {
		scheme string
		bits   int // the fewest that do
	}{
		{"rsa_pss_rsae_sha512", 1034}, {"rsa_pss_pss_sha512", 1034}, {"rsa_pss_rsae_sha384", 778}, {"rsa_pss_rsae_sha256", 522},
		{"rsa_pkcs1_sha512", 1}, {"ecdsa_secp521r1_sha512", 1}, {"ed25519", 1},
	}
	for _, r := range rows {
		s, ok := iana.SchemeByName(r.scheme)
		if !ok || !signsBy(s.Code, r.bits) || r.bits > 1 && signsBy(s.Code, r.bits-1) {
			t.Errorf("%s (%v): %d bits: %v, one less: %v", r.scheme, ok, r.bits, signsBy(s.Code, r.bits), signsBy(s.Code, r.bits-1))
		}
	}
}
