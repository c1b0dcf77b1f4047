package tlsprobe

import (
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A castleRow is Bouncy Castle's JSSE provider in the JDK, with all its suites or some.
// Which of them it takes it tells itself; groups are set by a property. It signs by
// whatever it knows (SignatureSchemeInfo of 1.72), in the client's order.
type castleRow struct {
	config            string
	keys              []string // as keytool has them
	leaves            []string
	protocols, suites string
	groups            string
	want              map[string]offer // without suites
	most              int              // see posture
}

func castleTable() []castleRow {
	ec := strings.Fields("secp256r1 secp384r1 x25519")
	prime := []string{"2048 ffdhe2048"}
	old := offer{groups: ec, primes: prime}
	rsa := strings.Fields("rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha512 rsa_pkcs1_sha384 rsa_pkcs1_sha256 rsa_pkcs1_sha224 rsa_pkcs1_sha1 rsa_md5")
	ecdsa := strings.Fields("ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ecdsa_sha224 ecdsa_sha1")
	return []castleRow{
		{config: "nothing disabled, all suites", most: 220, keys: []string{"RSA -keysize 2048", "EC -groupname secp256r1"}, leaves: []string{"RSA 2048", "EC secp256r1"},
			protocols: "all", suites: "all", groups: "x25519,secp256r1,secp384r1,ffdhe2048",
			want: map[string]offer{
				scanner.SSLv3: old, scanner.TLSv10: old, scanner.TLSv11: old,
				scanner.TLSv12: {groups: ec, primes: prime, schemes: slices.Concat(rsa, ecdsa)},
				scanner.TLSv13: {groups: append([]string{"ffdhe2048"}, ec...), schemes: slices.Concat(rsa[:3], ecdsa[:1])}}},
		{config: "AES-GCM on two curves", keys: []string{"RSA -keysize 2048"}, leaves: []string{"RSA 2048"},
			protocols: "TLSv1.2", suites: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", groups: "secp256r1,secp384r1",
			want: map[string]offer{scanner.TLSv12: {groups: ec[:2], schemes: rsa}}},
	}
}

func castleRows() []row {
	var rows []row
	for _, r := range castleTable() {
		rows = append(rows, row{"Bouncy Castle", r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			var jars []string
			for _, name := range []string{"bcprov", "bcutil", "bctls"} {
				jars = append(jars, lab.Program(t, "/usr/share/java/"+name+".jar"))
			}
			e, accepts := serveJava(t, []string{"-cp", strings.Join(jars, ":"), "-Djava.security.properties=testdata/bouncycastle.security",
				"-Djava.util.logging.config.file=/dev/null", "-Djdk.tls.namedGroups=" + r.groups}, javaStore(t, r.keys...), r.protocols, r.suites)
			want := posture{versions: map[string]offer{}, leaves: r.leaves, anyOrder: true, most: r.most}
			for v, suites := range accepts {
				o := r.want[v]
				o.suites = suites
				want.versions[v] = o
			}
			want = want.inOrder(true)
			decides(t, e, want, madeUp())
			return e, want
		}})
	}
	return rows
}
