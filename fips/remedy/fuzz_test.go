package remedy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
	"github.com/fipsweep/fipsweep/scanner"
)

// Whatever an observation holds, a remedy is given or refused, and no line of
// it is broken in two.
func FuzzFor(f *testing.F) {
	yes := true
	tls := scanner.Observe(endpoint(), "tls")
	tls.TLS = &scanner.TLS{Depth: "full", Versions: []scanner.TLSVersion{
		{Version: scanner.TLSv10, Accepted: &yes, Suites: []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA"}, Primes: []scanner.Prime{{Bits: 1024, SHA256: "x"}}},
		{Version: scanner.TLSv12, Accepted: &yes, Suites: []string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}, Groups: []string{"x25519", "secp256r1"}, SignatureSchemes: []string{"rsa_pkcs1_sha1"}},
		{Version: scanner.TLSv13, Accepted: &yes, Suites: []string{"TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256"}, Groups: []string{"X25519MLKEM768"}},
	}, Chains: []scanner.Chain{{Certificates: []scanner.Certificate{{SHA256: "c", Key: scanner.Key{Algorithm: "RSA", Bits: 1024}, SignatureAlgorithm: "sha1WithRSAEncryption"}}}}}
	cert := ecKey()
	cert.Certificate = &scanner.SSHCertificate{Type: "ecdsa-sha2-nistp256-cert-v01@openssh.com", SHA256: "f", CA: rsaKey(1024), Signature: "ssh-rsa"}
	for _, o := range []scanner.Observation{tls, sshServer("SSH-2.0-OpenSSH_9.2", rsaKey(1024), ecKey(), cert), sshServer("SSH-1.99-OpenSSH_5.3"), sshServer("SSH-2.0-dropbear", rsaKey(2048))} {
		text, err := json.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	now, later := judgeOn(f, "2026-11-22"), judgeOn(f, "2036-01-01")
	f.Fuzz(func(t *testing.T, text []byte) {
		var o scanner.Observation
		if json.Unmarshal(text, &o) != nil || o.TLS != nil && o.SSH != nil {
			return
		}
		remedy.Fitting(o)
		for _, product := range remedy.Products() {
			for _, judge := range []*fips.Judge{now, later} {
				r, err := remedy.For(judge, judge.Assess(o), product)
				if err != nil {
					continue
				}
				for _, b := range r.Blocks {
					for _, l := range b.Lines {
						if strings.ContainsAny(l.Text+l.Because, "\r\n\x1b") {
							t.Errorf("%s: %q, %q", product, l.Text, l.Because)
						}
					}
				}
			}
		}
	})
}

func BenchmarkFor(b *testing.B) {
	j := judgeOn(b, "2026-11-22")
	a := j.Assess(sshServer("SSH-2.0-OpenSSH_9.2", rsaKey(1024), ecKey()))
	for b.Loop() {
		if _, err := remedy.For(j, a, "sshd"); err != nil {
			b.Fatal(err)
		}
	}
}
