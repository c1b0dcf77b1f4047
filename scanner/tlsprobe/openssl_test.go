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
