package tlsprobe

import (
	"os/exec"
	"path/filepath"
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

func TestJavaNothingDisabled(t *testing.T) {
	e, want := serveJava(t, []string{"-Djdk.tls.namedGroups=x25519,secp256r1,secp384r1,ffdhe2048,ffdhe3072"},
		javaStore(t, "RSA -keysize 2048", "EC -groupname secp256r1", "DSA -keysize 1024"), "all", "all")
	o := probe(t, e)
	got := seenOf(t, o)
	for _, v := range javaVersions {
		same(t, v+" suites", sorted(want[v]), got[v].Suites)
	}
	same(t, "TLSv1.3 groups", []string{"ffdhe2048", "ffdhe3072", "secp256r1", "secp384r1", "x25519"}, got[scanner.TLSv13].Groups)
	same(t, "TLSv1.2 groups", []string{"secp256r1", "secp384r1", "x25519"}, got[scanner.TLSv12].Groups)
	atFloor(t, o)
	same(t, "incomplete", []string(nil), incomplete(o))
	var kinds []string
	for _, c := range o.TLS.Chains {
		kinds = append(kinds, c.Certificates[0].Key.Algorithm)
	}
	same(t, "chains", []string{"DSA", "EC", "RSA"}, sorted(kinds))
	var primes []string // from SSLv3, which has export suites
	for _, p := range o.TLS.Versions[1].Primes {
		primes = append(primes, strconv.Itoa(p.Bits)+p.Group)
	}
	same(t, "primes", []string{"2048ffdhe2048", "512"}, primes)
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
