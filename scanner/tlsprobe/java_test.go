package tlsprobe

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// javaVersions are the names that the JDK has for the versions.
var javaVersions = map[string]string{
	"SSLv3": scanner.SSLv3, "TLSv1": scanner.TLSv10, "TLSv1.1": scanner.TLSv11, "TLSv1.2": scanner.TLSv12, "TLSv1.3": scanner.TLSv13,
}

// javaStore makes a key store with one key of each kind.
func javaStore(t *testing.T, kinds ...string) string {
	t.Helper()
	keytool := lab.Program(t, "keytool")
	store := filepath.Join(t.TempDir(), "keys.p12")
	for i, kind := range kinds {
		args := []string{"-genkeypair", "-alias", "k" + strconv.Itoa(i), "-dname", "CN=lab.test", "-validity", "2",
			"-storetype", "PKCS12", "-keystore", store, "-storepass", "changeit", "-keyalg"}
		args = append(args, strings.Fields(kind)...)
		if out, err := exec.Command(keytool, args...).CombinedOutput(); err != nil {
			t.Fatalf("keytool: %v\n%s", err, out)
		}
	}
	return store
}

// serveJava runs the JDK's server and returns what it accepts, by its own word.
func serveJava(t *testing.T, options []string, store, protocols, suites string) (scanner.Endpoint, map[string][]string) {
	t.Helper()
	java := lab.Program(t, "java")
	args := append([]string{"-Djava.security.properties=testdata/nothing-disabled.security"}, options...)
	out := lab.Start(t, java, append(args, "testdata/Server.java", store, protocols, suites)...)
	accepts := map[string][]string{}
	var port uint64
	for _, line := range says(t, out, "port ") {
		f := strings.Fields(line)
		switch f[0] {
		case "accepts":
			v := javaVersions[f[1]]
			accepts[v] = append(accepts[v], strings.Replace(f[2], "SSL_", "TLS_", 1))
		case "port":
			port, _ = strconv.ParseUint(f[1], 10, 16)
		}
	}
	return listening(t, uint16(port)), accepts
}

// javaRows is the JDK's SSLServerSocket. Which suites it takes it tells
// itself; the rest is set by properties.
func javaRows() []row {
	const schemes = "rsa_pss_rsae_sha256,rsa_pkcs1_sha256,ecdsa_secp256r1_sha256,dsa_sha256"
	groups := func(list string) string { return "-Djdk.tls.namedGroups=" + list }
	signs := "-Djdk.tls.server.SignatureSchemes=" + schemes
	twelve, thirteen := strings.Split(schemes, ","), listed("rsa_pss_rsae_sha256 ecdsa_secp256r1_sha256")
	start := func(t *testing.T, options []string, keys ...string) (scanner.Endpoint, posture) {
		e, accepts := serveJava(t, append(options, signs), javaStore(t, keys...), "all", "all")
		p := posture{versions: map[string]offer{}, anyOrder: true}
		for v, suites := range accepts {
			p.versions[v] = offer{suites: suites}
		}
		return e, p
	}
	set := func(p posture, version string, change func(*offer)) {
		o := p.versions[version]
		change(&o)
		p.versions[version] = o
	}
	return []row{
		{"JDK 17 SSLServerSocket", "nothing disabled: SSLv3, RC4, DES, export, anonymous", func(t *testing.T) (scanner.Endpoint, posture) {
			e, p := start(t, []string{groups("x25519,secp256r1,secp384r1,ffdhe2048,ffdhe3072")}, "RSA -keysize 2048", "EC -groupname secp256r1", "DSA -keysize 1024")
			curves, export, primes := listed("secp256r1 secp384r1 x25519"), "512", listed("2048_ffdhe2048 3072_ffdhe3072")
			for i := range primes {
				primes[i] = strings.Replace(primes[i], "_", " ", 1)
			}
			for _, v := range []string{scanner.TLSv10, scanner.TLSv11, scanner.TLSv12} {
				set(p, v, func(o *offer) {
					o.groups, o.primes = curves, primes
					if strings.Contains(strings.Join(o.suites, " "), "DHE_RSA_EXPORT") {
						o.primes = append(slices.Clone(primes), export)
					}
				})
			}
			set(p, scanner.SSLv3, func(o *offer) { o.groups, o.primes = curves, append(slices.Clone(primes), export) })
			set(p, scanner.TLSv12, func(o *offer) { o.schemes = twelve })
			set(p, scanner.TLSv13, func(o *offer) {
				o.groups, o.schemes = listed("ffdhe2048 ffdhe3072 secp256r1 secp384r1 x25519"), thirteen
			})
			p.leaves = []string{"RSA 2048", "EC secp256r1", "DSA 1024"}
			return e, p.inOrder(true)
		}},
		{"JDK 17 SSLServerSocket", "what Debian disables", func(t *testing.T) (scanner.Endpoint, posture) {
			e, p := start(t, []string{"-Djava.security.properties=/dev/null", groups("x25519,secp256r1,ffdhe2048")}, "RSA -keysize 2048", "EC -groupname secp256r1")
			set(p, scanner.TLSv12, func(o *offer) {
				o.groups, o.primes, o.schemes = listed("secp256r1 x25519"), []string{"2048 ffdhe2048"}, twelve[:3]
			})
			set(p, scanner.TLSv13, func(o *offer) { o.groups, o.schemes = listed("ffdhe2048 secp256r1 x25519"), thirteen })
			p.leaves = []string{"RSA 2048", "EC secp256r1"}
			return e, p.inOrder(true)
		}},
	}
}

// The JDK takes no certificate on a curve that the client does not offer, so a
// curve cannot simply be struck out under ECDSA.
func TestJavaCurvesUnderECDSA(t *testing.T) {
	e, want := serveJava(t, []string{"-Djdk.tls.namedGroups=secp256r1,secp384r1,secp521r1"},
		javaStore(t, "EC -groupname secp256r1"), "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
	o := probe(t, e)
	same(t, "seen", map[string]seen{scanner.TLSv12: {true, want[scanner.TLSv12], []string{"secp256r1", "secp384r1", "secp521r1"}, yes(true)}}, seenOf(t, o))
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
}

// The JDK breaks down for whoever offers a curve that its configuration names and
// it does not have, before one that it has. Who offers them the other way round is
// served, and that is told at either depth.
func TestJavaLacksACurve(t *testing.T) {
	for _, row := range []struct{ name, groups, suites string }{
		{"beside what passes", "ffdhe2048,secp160r1,secp256r1", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
		{"where nothing passes", "sect283r1,secp256r1", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"},
	} {
		t.Run(row.name, func(t *testing.T) {
			// It names the one that it lacks to itself, too, and so cannot tell what it takes.
			e, _ := serveJava(t, []string{"-Djdk.tls.namedGroups=" + row.groups}, javaStore(t, "RSA -keysize 2048"), "TLSv1.2", row.suites)
			want := strings.Split(row.suites, ",")
			o, verdict := probe(t, e), decided(t, e)
			same(t, "suites", want, o.TLS.Versions[4].Suites)
			same(t, "groups", []string{"secp256r1"}, o.TLS.Versions[4].Groups)
			same(t, "suites, at depth verdict", want, verdict.TLS.Versions[4].Suites)
			same(t, "incomplete", []string(nil), append(incomplete(o), incomplete(verdict)...))
			if verdict.TLS.Connections > 20 || o.TLS.Connections > 40 {
				t.Errorf("%d and %d connections", o.TLS.Connections, verdict.TLS.Connections)
			}
		})
	}
}

// The JDK stays with its ECDSA key while any scheme of ECDSA is offered that it
// has, be it of another curve: what TLS 1.3 shows by the other key alone is found
// at either depth, whatever suites TLS 1.2 has.
func TestJavaStaysWithAKey(t *testing.T) {
	for name, row := range map[string]struct{ protocols, suites string }{
		"TLS 1.3 alone":                {"TLSv1.3", "TLS_AES_128_GCM_SHA256"},
		"TLS 1.2 with suites of ECDSA": {"TLSv1.2,TLSv1.3", "TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
		"TLS 1.2 with suites of both":  {"TLSv1.2,TLSv1.3", "TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := serveJava(t, []string{"-Djdk.tls.namedGroups=secp256r1", "-Djdk.tls.server.SignatureSchemes=ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,rsa_pss_rsae_sha256,rsa_pkcs1_sha256"},
				javaStore(t, "EC -groupname secp256r1", "RSA -keysize 1024"), row.protocols, row.suites)
			o := probe(t, e)
			same(t, "schemes", listed("ecdsa_secp256r1_sha256 rsa_pss_rsae_sha256"), sorted(o.TLS.Versions[5].SignatureSchemes))
			same(t, "incomplete", []string(nil), incomplete(o))
			atFloor(t, o)
			for depth, o := range map[string]scanner.Observation{"full": o, "verdict": decided(t, e)} {
				if !slices.Contains(leafKeys(o), "RSA 1024") {
					t.Errorf("at depth %s the chains are of %q, want RSA 1024 among them", depth, leafKeys(o))
				}
			}
		})
	}
}

// A key that no scheme is left for is shown, though the handshake fails then.
func TestJavaCannotSign(t *testing.T) {
	e, _ := serveJava(t, []string{"-Djdk.tls.namedGroups=secp256r1", "-Djdk.tls.server.SignatureSchemes=rsa_pkcs1_sha256,ecdsa_secp256r1_sha256"},
		javaStore(t, "RSA -keysize 2048", "EC -groupname secp384r1"), "TLSv1.2,TLSv1.3", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256")
	for depth, o := range map[string]scanner.Observation{"full": probe(t, e), "verdict": decided(t, e)} {
		if !slices.Contains(leafKeys(o), "EC secp384r1") || !slices.Contains(incomplete(o), "TLSv1.3 signature schemes: broken-off") {
			t.Errorf("at depth %s the chains are of %q, incomplete %q", depth, leafKeys(o), incomplete(o))
		}
	}
}
