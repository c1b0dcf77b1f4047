package tlsprobe

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// signedBy compares the schemes seen in TLS 1.2 and 1.3, sorted.
func signedBy(t *testing.T, o scanner.Observation, want12, want13 string) {
	t.Helper()
	if o.TLS == nil {
		t.Fatalf("no TLS observed: failure %+v", o.Failure)
	}
	same(t, "TLSv1.2 schemes", listed(want12), sorted(o.TLS.Versions[4].SignatureSchemes))
	same(t, "TLSv1.3 schemes", listed(want13), sorted(o.TLS.Versions[5].SignatureSchemes))
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
}

// listed is the words of a text, sorted; nil for none.
func listed(text string) []string { return sorted(append([]string(nil), strings.Fields(text)...)) }

// leaves is the keys of the chains' leaf certificates.
func leaves(o scanner.Observation) []string {
	var kinds []string
	for _, c := range o.TLS.Chains {
		kinds = append(kinds, c.Certificates[0].Key.Algorithm)
	}
	return sorted(kinds)
}

func TestSignatureSchemesOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	var keys [][]string
	for _, kind := range []string{"-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-384", "-newkey ed25519", "-newkey ed448",
		"-newkey rsa-pss", "-newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1"} {
		cert, key := keyPair(t, strings.Fields(kind)...)
		keys = append(keys, []string{"-cert", cert, "-key", key}, []string{"-dcert", cert, "-dkey", key})
	}
	rsa, rsaToo, ec, ecToo, ed25519, ed25519Too, ed448, pss, pssToo := keys[0], keys[1], keys[2], keys[3], keys[4], keys[5], keys[6], keys[8], keys[9]
	const pkcs1, ecdsa = "rsa_pkcs1_sha1 rsa_pkcs1_sha224 rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 ",
		"ecdsa_sha1 ecdsa_sha224 ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 "
	const rsae, psspss = "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 ", "rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512 "
	rows := []struct {
		name           string
		args           []string
		want12, want13 string
		leaves         []string
	}{
		{"RSA and ECDSA, whatever there is", slices.Concat(rsa, ecToo, []string{"-cipher", "ALL:@SECLEVEL=0"}), pkcs1 + rsae + ecdsa, rsae + "ecdsa_secp384r1_sha384", []string{"EC", "RSA"}},
		{"the server's order", slices.Concat(rsa, []string{"-serverpref", "-cipher", "ALL:@SECLEVEL=0"}), pkcs1 + rsae, rsae, []string{"RSA"}},
		{"some", slices.Concat(ec, rsaToo, []string{"-no_tls1", "-no_tls1_1", "-sigalgs", "RSA-PSS+SHA384:RSA+SHA512:ECDSA+SHA384:ECDSA+SHA256"}),
			"rsa_pss_rsae_sha384 rsa_pkcs1_sha512 ecdsa_secp384r1_sha384 ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha384 ecdsa_secp384r1_sha384", []string{"EC", "RSA"}},
		{"Ed25519", ed25519, "ed25519", "ed25519", []string{"Ed25519"}},
		{"Ed448", ed448, "ed448", "ed448", []string{"Ed448"}},
		{"RSASSA-PSS", pss, psspss, psspss, []string{"RSASSA-PSS"}},
		{"TLS 1.2 alone: RSA and RSASSA-PSS", slices.Concat(rsa, pssToo, []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-groups", "P-256:P-384", "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256:rsa_pss_pss_sha256"}),
			"rsa_pss_rsae_sha256 rsa_pkcs1_sha256 rsa_pss_pss_sha256", "", []string{"RSA", "RSASSA-PSS"}},
		{"TLS 1.2 alone: ECDSA and Ed25519", slices.Concat(ec, ed25519Too, []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-groups", "P-256:P-384", "-sigalgs", "ECDSA+SHA256:ECDSA+SHA384:ed25519"}),
			"ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ed25519", "", []string{"EC", "Ed25519"}},
		{"TLS 1.3 alone: Ed448 and ECDSA over X448", slices.Concat(ed448, ecToo, []string{"-tls1_3", "-groups", "X448"}), "", "ed448 ecdsa_secp384r1_sha384", []string{"EC", "Ed448"}},
		{"TLS 1.3 alone: CCM_8 over ffdhe4096", slices.Concat(rsa, []string{"-tls1_3", "-groups", "ffdhe4096", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"}), "", rsae, []string{"RSA"}},
		{"TLS 1.3 alone: ChaCha20 over P-521", slices.Concat(ec, []string{"-tls1_3", "-groups", "P-521", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"}), "", "ecdsa_secp384r1_sha384", []string{"EC"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, serveOpenSSL(t, row.args...))
			signedBy(t, o, row.want12, row.want13)
			same(t, "leaves", row.leaves, leaves(o))
		})
	}
}

func TestSignatureSchemesGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	ecCert, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	edCert, edKey := keyPair(t, "-newkey", "ed25519")
	rows := []struct{ name, priority, want12, want13 string }{
		// What names a curve is of TLS 1.3 alone there, what names none of TLS 1.2.
		{"some", "NORMAL:-SIGN-ALL:+SIGN-RSA-SHA384:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA512:+SIGN-EDDSA-ED25519",
			"rsa_pkcs1_sha384 rsa_pss_rsae_sha256 ecdsa_secp521r1_sha512 ed25519", "rsa_pss_rsae_sha256 ecdsa_secp256r1_sha256 ed25519"},
		{"over X448", "NORMAL:-GROUP-ALL:+GROUP-X448:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA512", "rsa_pss_rsae_sha512", "rsa_pss_rsae_sha512"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			port := lab.Port(t).Port()
			lab.Start(t, serv, "--port", portArg(port), "--priority", row.priority, "--nodb",
				"--x509certfile", rsaCert, "--x509keyfile", rsaKey, "--x509certfile", ecCert, "--x509keyfile", ecKey, "--x509certfile", edCert, "--x509keyfile", edKey)
			signedBy(t, probe(t, listening(t, port)), row.want12, row.want13)
		})
	}
}

// The JDK names its suite and group before it looks for a key, so that a
// refusal comes encrypted, after the ServerHello.
func TestSignatureSchemesJava(t *testing.T) {
	e, _ := serveJava(t, []string{"-Djdk.tls.namedGroups=secp256r1", "-Djdk.tls.server.SignatureSchemes=rsa_pss_rsae_sha384,ecdsa_secp256r1_sha256,rsa_pkcs1_sha256"},
		javaStore(t, "RSA -keysize 2048", "EC -groupname secp256r1"), "TLSv1.2,TLSv1.3", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256")
	o := probe(t, e)
	signedBy(t, o, "rsa_pss_rsae_sha384 ecdsa_secp256r1_sha256 rsa_pkcs1_sha256", "rsa_pss_rsae_sha384 ecdsa_secp256r1_sha256")
	same(t, "leaves", []string{"EC", "RSA"}, leaves(o))
}

func TestSignatureSchemesGo(t *testing.T) {
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	all := []tls.Certificate{certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P521())), certificate(t, edKey)}
	rows := []struct {
		name           string
		config         *tls.Config
		want12, want13 string
	}{
		{"three keys", &tls.Config{Certificates: all, MinVersion: tls.VersionTLS12},
			"rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 ed25519 " +
				"ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512",
			"rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 ecdsa_secp521r1_sha512 ed25519"},
		{"over a hybrid of ML-KEM-1024", &tls.Config{Certificates: all[1:2], MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.SecP384r1MLKEM1024}},
			"", "ecdsa_secp521r1_sha512"},
		{"over a hybrid of ML-KEM-768", &tls.Config{Certificates: all[2:], MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.SecP256r1MLKEM768}},
			"", "ed25519"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, endpoint(serveTLS(t, row.config), "lab.test"))
			signedBy(t, o, row.want12, row.want13)
			same(t, "chains", len(row.config.Certificates), len(o.TLS.Chains))
		})
	}
}

// A server may have other settings for who offers other schemes, and sign by one that
// is refused to who offers nothing else. What depth verdict tells of it full depth does.
func TestSchemesBySettings(t *testing.T) {
	t.Setenv("GODEBUG", "tlssha1=1")
	ec, rsa := certificate(t, ecKey(t, elliptic.P256())), certificate(t, rsaKey(t))
	for _, suites := range [][]uint16{nil, {tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}} {
		for _, newest := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			for _, name := range []string{"", "lab.test"} {
				config := &tls.Config{CipherSuites: suites, MaxVersion: newest, MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsa}}
				config.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
					c := config.Clone()
					if slices.Contains(h.SignatureSchemes, tls.ECDSAWithP256AndSHA256) || slices.Contains(h.SignatureSchemes, tls.ECDSAWithP384AndSHA384) {
						c.Certificates = []tls.Certificate{ec}
					}
					return c, nil
				}
				e := endpoint(serveTLS(t, config), name)
				full, verdict := probe(t, e), decided(t, e)
				told := full.TLS.Versions[4].SignatureSchemes
				lacks := slices.DeleteFunc(slices.Clone(verdict.TLS.Versions[4].SignatureSchemes), func(s string) bool { return slices.Contains(told, s) })
				same(t, fmt.Sprintf("not told at full depth, %d suites, up to %x, %q", len(suites), newest, name), []string(nil), append([]string(nil), lacks...))
				same(t, "incomplete", []string(nil), incomplete(full))
			}
		}
	}
}
