package tlsprobe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// gnutlsList is what GnuTLS itself lists for a priority string: suites by the
// version from which on they may be used, and groups.
func gnutlsList(t *testing.T, priority string, skip ...string) (suites map[string][]string, groups []string) {
	t.Helper()
	since := map[string]string{"SSL3.0": scanner.SSLv3, "TLS1.0": scanner.TLSv10, "TLS1.2": scanner.TLSv12, "TLS1.3": scanner.TLSv13}
	line := regexp.MustCompile(`^(TLS_\S+)\s+0x(..), 0x(..)\s+(\S+)$`)
	suites = map[string][]string{}
	for l := range strings.Lines(lab.Run(t, lab.Program(t, "gnutls-cli"), "-l", "--priority", priority)) {
		if m := line.FindStringSubmatch(strings.TrimSpace(l)); m != nil && !contains(m[1], skip) {
			code, _ := strconv.ParseUint(m[2]+m[3], 16, 16)
			suites[since[m[4]]] = append(suites[since[m[4]]], suiteName(uint16(code)))
		}
		if list, ok := strings.CutPrefix(strings.TrimSpace(l), "Groups: "); ok {
			for g := range strings.SplitSeq(list, ", ") {
				groups = append(groups, gnutlsGroup(t, g))
			}
		}
	}
	return suites, sorted(groups)
}

func contains(name string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(name, p) {
			return true
		}
	}
	return false
}

// gnutlsGroup is the registry's name of GROUP-X.
func gnutlsGroup(t *testing.T, name string) string {
	t.Helper()
	for _, g := range iana.Groups() {
		if strings.EqualFold("GROUP-"+g.Name, name) {
			return g.Name
		}
	}
	t.Fatalf("no group is named like %s", name)
	return ""
}

func curvesOnly(groups []string) []string {
	var curves []string
	for _, name := range groups {
		if g, _ := iana.GroupByName(name); g.Kind == "ec" {
			curves = append(curves, name)
		}
	}
	return curves
}

// finiteOnly is the finite-field groups that a server can show: all that it
// has, if it has a suite for them.
func finiteOnly(groups, suites []string) []string {
	if !slices.ContainsFunc(suites, func(s string) bool { return strings.HasPrefix(s, "TLS_DH") }) {
		return nil
	}
	var all []string
	for _, name := range groups {
		if g, _ := iana.GroupByName(name); g.Kind == "ff" {
			all = append(all, name)
		}
	}
	return all
}

func primeGroups(v scanner.TLSVersion) []string {
	var all []string
	for _, p := range v.Primes {
		all = append(all, p.Group)
	}
	return sorted(all)
}

func TestGnuTLS(t *testing.T) {
	serv := lab.Program(t, "gnutls-serv")
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	ecCert, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	rows := []struct {
		name, priority string
		versions       []string
		incomplete     []string
	}{
		{
			name: "all but SSLv3",
			priority: "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+CIPHER-ALL:+3DES-CBC:+ARCFOUR-128:+MAC-ALL:+MD5:" +
				"+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+ANON-DH:+ANON-ECDH:+GROUP-ALL",
			versions: []string{scanner.TLSv10, scanner.TLSv11, scanner.TLSv12, scanner.TLSv13},
		},
		{
			name:     "NULL ciphers, anonymous alone", // with them GnuTLS has no TLS 1.3
			priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+NULL:-KX-ALL:+ANON-DH:+ANON-ECDH",
			versions: []string{scanner.TLSv11, scanner.TLSv12},
		},
		{
			name:     "TLS 1.3 with one group",
			priority: "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X448",
			versions: []string{scanner.TLSv13},
		},
		{
			name:     "Suite B",
			priority: "SUITEB192",
			versions: []string{scanner.TLSv12},
		},
		{
			name:     "finite fields alone",
			priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-FFDHE4096",
			versions: []string{scanner.TLSv12},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			port := lab.Port(t).Port()
			lab.Start(t, serv, "--port", portArg(port), "--priority", row.priority, "-a", "--nodb",
				"--x509certfile", rsaCert, "--x509keyfile", rsaKey, "--x509certfile", ecCert, "--x509keyfile", ecKey)
			o := probe(t, listening(t, port))
			suites, groups := gnutlsList(t, row.priority)
			got := seenOf(t, o)
			same(t, "versions", len(row.versions), len(got))
			for _, v := range row.versions {
				g := got[v]
				switch v {
				case scanner.TLSv13:
					same(t, v, seen{true, sorted(suites[v]), groups, nil}, g)
				case scanner.TLSv12:
					same(t, v, seen{true, sorted(append(suites[scanner.SSLv3], append(suites[v], suites[scanner.TLSv10]...)...)), curvesOnly(groups), yes(true)}, g)
				default:
					same(t, v+" suites", sorted(append(suites[scanner.SSLv3], suites[scanner.TLSv10]...)), g.Suites)
				}
			}
			same(t, "primes", finiteOnly(groups, got[scanner.TLSv12].Suites), primeGroups(o.TLS.Versions[4]))
			atFloor(t, o)
			same(t, "incomplete", row.incomplete, incomplete(o))
		})
	}
}
