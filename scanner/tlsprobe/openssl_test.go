package tlsprobe

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// serveOpenSSL runs s_server with the arguments, on a port that it chooses.
func serveOpenSSL(t *testing.T, args ...string) scanner.Endpoint {
	t.Helper()
	return accepts(t, lab.Start(t, lab.Program(t, "openssl"), append([]string{"s_server", "-accept", "127.0.0.1:0"}, args...)...))
}

// accepts reads where s_server listens off what it says.
func accepts(t *testing.T, out string) scanner.Endpoint {
	t.Helper()
	const prefix = "ACCEPT "
	for _, line := range says(t, out, prefix) {
		if addr, ok := strings.CutPrefix(line, prefix); ok {
			ap, err := netip.ParseAddrPort(addr)
			if err != nil {
				t.Fatal(err)
			}
			return scanner.Host(ap.Addr(), ap.Port(), "lab.test")
		}
	}
	return scanner.Endpoint{}
}

// opensslVersions are the options of "openssl ciphers" that name a version.
var opensslVersions = map[string]string{scanner.TLSv10: "-tls1", scanner.TLSv11: "-tls1_1", scanner.TLSv12: "-tls1_2"}

// opensslSuites is what openssl itself lists for a version and cipher string,
// of the kinds of authentication that are configured.
func opensslSuites(t *testing.T, version, ciphers string, auth ...string) []string {
	t.Helper()
	var names []string
	for _, s := range (opensslRow{ciphers: ciphers, psk: slices.Contains(auth, "PSK")}).listed(t, version) {
		if slices.Contains(auth, s.authentication) {
			names = append(names, s.name)
		}
	}
	return sorted(names)
}

// A server that fails by itself after each choice, as one that wants to verify its
// clients by what its security level forbids, serves nobody: that is a gap, at
// either depth.
func TestServesNobody(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
	e := serveOpenSSL(t, "-cert", cert, "-key", key, "-cipher", "ECDHE+AESGCM", "-groups", "P-256:P-384", "-sigalgs", "ECDSA+SHA256",
		"-Verify", "1", "-client_sigalgs", "ECDSA+SHA1:RSA+SHA1")
	for depth, o := range map[string]scanner.Observation{"full": probe(t, e), "verdict": decided(t, e)} {
		for _, what := range []string{"TLSv1.2 handshake: broken-off", "TLSv1.3 signature schemes: broken-off"} {
			if !slices.Contains(incomplete(o), what) {
				t.Errorf("at depth %s %q is not in %q", depth, what, incomplete(o))
			}
		}
		if _, lost := o.Gap(); !lost {
			t.Errorf("depth %s has no gap", depth)
		}
	}
}
