package tlsprobe

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// serveOpenSSL runs s_server with the arguments.
func serveOpenSSL(t *testing.T, args ...string) scanner.Endpoint {
	t.Helper()
	port := lab.Port(t).Port()
	all := append([]string{"s_server", "-accept", "127.0.0.1:" + portArg(port), "-quiet"}, args...)
	lab.Start(t, lab.Program(t, "openssl"), all...)
	return listening(t, port)
}

// opensslVersions are the options of "openssl ciphers" that name a version.
var opensslVersions = map[string]string{scanner.TLSv10: "-tls1", scanner.TLSv11: "-tls1_1", scanner.TLSv12: "-tls1_2"}

// opensslSuites is what openssl itself lists for a version and cipher string,
// of the kinds of authentication that are configured.
func opensslSuites(t *testing.T, version, ciphers string, auth ...string) []string {
	t.Helper()
	args := []string{"ciphers", "-s", "-v", "-stdname", opensslVersions[version]}
	if slices.Contains(auth, "PSK") {
		args = append(args, "-psk")
	}
	var names []string
	for line := range strings.Lines(lab.Run(t, lab.Program(t, "openssl"), append(args, ciphers)...)) {
		f := strings.Fields(line) // NAME - OPENSSL-NAME VERSION Kx= Au= Enc= Mac=
		if len(f) >= 6 && slices.Contains(auth, strings.TrimPrefix(f[5], "Au=")) {
			names = append(names, f[0])
		}
	}
	return sorted(names)
}

const opensslEverything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"

func TestOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	ecCert, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	dsaParams := filepath.Join(t.TempDir(), "dsa.pem")
	lab.Run(t, "openssl", "dsaparam", "-out", dsaParams, "1024")
	dsaCert, dsaKey := keyPair(t, "-newkey", "dsa:"+dsaParams)
	suites13 := []string{"TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
	rows := []struct {
		name     string
		args     []string
		ciphers  string
		auth     []string // what there are certificates for
		versions []string
		groups   []string // of TLS 1.2
		suites13 []string
		groups13 []string

		incomplete []string
	}{
		{
			name: "everything, RSA and ECDSA",
			args: []string{"-cert", rsaCert, "-key", rsaKey, "-dcert", ecCert, "-dkey", ecKey, "-psk", "1a2b3c4d",
				"-ciphersuites", strings.Join(suites13, ":"), "-groups", "X25519:X448:P-256:P-384:P-521:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"},
			ciphers:  opensslEverything,
			auth:     []string{"RSA", "ECDSA", "None", "PSK"},
			versions: []string{scanner.TLSv10, scanner.TLSv11, scanner.TLSv12, scanner.TLSv13},
			groups:   []string{"secp256r1", "secp384r1", "secp521r1", "x25519", "x448"},
			suites13: suites13,
			groups13: []string{"ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192", "secp256r1", "secp384r1", "secp521r1", "x25519", "x448"},
		},
		{
			name:     "DSA alone, TLS 1.0 alone",
			args:     []string{"-cert", dsaCert, "-key", dsaKey, "-tls1"},
			ciphers:  "aDSS:@SECLEVEL=0",
			auth:     []string{"DSS"},
			versions: []string{scanner.TLSv10},
		},
		{
			name:     "ECDSA alone, curve by curve",
			args:     []string{"-cert", ecCert, "-key", ecKey, "-tls1_2", "-groups", "P-521:P-256:brainpoolP256r1:secp256k1"},
			ciphers:  "aECDSA:@SECLEVEL=0",
			auth:     []string{"ECDSA"},
			versions: []string{scanner.TLSv12},
			groups:   []string{"brainpoolP256r1", "secp256k1", "secp256r1", "secp521r1"},
		},
		{
			// The server's order, so that no curve comes by itself.
			name:     "ECDSA alone, curves in the server's order",
			args:     []string{"-cert", ecCert, "-key", ecKey, "-tls1_2", "-serverpref", "-groups", "P-521:brainpoolP256r1:secp256k1:P-256"},
			ciphers:  "aECDSA:@SECLEVEL=0",
			auth:     []string{"ECDSA"},
			versions: []string{scanner.TLSv12},
			groups:   []string{"brainpoolP256r1", "secp256k1", "secp256r1", "secp521r1"},
		},
		{
			name:     "a hole: TLS 1.0 and 1.2 without 1.1",
			args:     []string{"-cert", rsaCert, "-key", rsaKey, "-no_tls1_1", "-no_tls1_3", "-groups", "P-384"},
			ciphers:  "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0",
			auth:     []string{"RSA"},
			versions: []string{scanner.TLSv10, scanner.TLSv12},
			groups:   []string{"secp384r1"},
		},
		{
			name:     "TLS 1.3 alone, CCM alone, one finite-field group",
			args:     []string{"-cert", rsaCert, "-key", rsaKey, "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256", "-groups", "ffdhe3072"},
			versions: []string{scanner.TLSv13}, suites13: []string{"TLS_AES_128_CCM_SHA256"}, groups13: []string{"ffdhe3072"},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			args := row.args
			if row.ciphers != "" {
				args = append(slices.Clone(args), "-cipher", row.ciphers)
			}
			o := probe(t, serveOpenSSL(t, args...))
			got := seenOf(t, o)
			same(t, "versions", len(row.versions), len(got))
			for _, v := range row.versions {
				want := seen{Accepted: true, Suites: row.suites13, Groups: row.groups13}
				if v != scanner.TLSv13 {
					want.Suites = opensslSuites(t, v, row.ciphers, row.auth...)
					want.Groups, want.EMS = row.groups, yes(true)
				}
				g := got[v]
				if v == scanner.TLSv10 || v == scanner.TLSv11 {
					g.Groups, want.Groups = nil, nil // by the way only
				}
				same(t, v, want, g)
			}
			atFloor(t, o)
			same(t, "incomplete", row.incomplete, incomplete(o))
		})
	}
}
