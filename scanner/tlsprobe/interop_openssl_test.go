package tlsprobe

import (
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// An opensslRow is a configuration of a server whose TLS is OpenSSL's. Each
// field is in OpenSSL's words and is given to the server as it stands here;
// empty means what OpenSSL does by itself.
type opensslRow struct {
	server, config string
	keys           string // separated by commas
	versions       string // "1.0 1.2"; empty is 1.2 and 1.3
	ciphers        string // up to TLS 1.2
	suites13       string
	groups         string
	sigalgs        string
	dh             string // a file of testdata, or the name of a group
	order          bool   // the server's
	psk            bool
	strict         bool // it declines whoever does not name it
}

const opensslEverything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"

const everyGroup = "X25519:X448:P-256:P-384:P-521:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"

// opensslTable is the rows. At security level 0 OpenSSL signs with SHA-1 too.
var opensslTable = []opensslRow{
	{server: "s_server", config: "as it is", keys: "RSA 2048"},
	{server: "s_server", config: "everything, RSA and ECDSA", keys: "RSA 2048,EC secp256r1", versions: "1.0 1.1 1.2 1.3", ciphers: opensslEverything, psk: true, groups: everyGroup,
		suites13: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"},
	{server: "s_server", config: "everything, in its own order", keys: "RSA 2048,EC secp384r1", versions: "1.0 1.1 1.2 1.3", ciphers: opensslEverything, groups: everyGroup, order: true},
	{server: "s_server", config: "everything, DSA and ECDSA", keys: "DSA 2048,EC secp521r1", versions: "1.0 1.1 1.2", ciphers: opensslEverything, groups: "P-521:P-256"},
	{server: "s_server", config: "TLS 1.0 alone, DSA", keys: "DSA 1024", versions: "1.0", ciphers: "aDSS:@SECLEVEL=0"},
	{server: "s_server", config: "TLS 1.1 alone", keys: "RSA 1024", versions: "1.1", ciphers: opensslEverything, groups: "P-384:X25519", dh: "ffdhe3072"},
	{server: "s_server", config: "a hole: TLS 1.0 and 1.2 without 1.1", keys: "RSA 2048", versions: "1.0 1.2", ciphers: "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0", groups: "P-384"},
	{server: "s_server", config: "a hole: TLS 1.1 and 1.3 without 1.2", keys: "RSA 2048,EC secp256r1", versions: "1.1 1.3", ciphers: "ECDHE+AES:@SECLEVEL=0", groups: "P-256:X448"},

	{server: "s_server", config: "Ed25519", keys: "Ed25519"},
	{server: "s_server", config: "Ed448, TLS 1.0 to 1.3", keys: "Ed448", versions: "1.0 1.1 1.2 1.3", ciphers: "aECDSA:@SECLEVEL=0"},
	{server: "s_server", config: "Ed25519 and RSA", keys: "Ed25519,RSA 3072", ciphers: "ECDHE+AESGCM:RSA+AESGCM", groups: "X25519:P-256"},
	{server: "s_server", config: "RSASSA-PSS", keys: "RSASSA-PSS 2048", ciphers: "ECDHE+AESGCM:DHE+AESGCM:RSA+AESGCM"},
	{server: "s_server", config: "RSASSA-PSS and ECDSA", keys: "RSASSA-PSS 2048,EC secp384r1", ciphers: "ECDHE+AESGCM", order: true},
	{server: "s_server", config: "ECDSA on brainpoolP256r1, TLS 1.2", keys: "EC brainpoolP256r1", versions: "1.2", groups: "brainpoolP256r1:P-256:secp256k1"},
	{server: "s_server", config: "ECDSA on secp256k1, TLS 1.2", keys: "EC secp256k1", versions: "1.2", groups: "secp256k1:brainpoolP512r1", order: true},
	{server: "s_server", config: "ECDSA on P-256 with its parameters spelt out", keys: "EC explicit", groups: "X25519:P-256:P-384"},
	{server: "s_server", config: "ECDSA, schemes of its own", keys: "EC secp384r1,RSA 2048", sigalgs: "RSA-PSS+SHA384:RSA+SHA512:ECDSA+SHA384:ECDSA+SHA256", groups: "P-384:P-256"},
	{server: "s_server", config: "TLS 1.2, curves nobody uses", keys: "RSA 2048", versions: "1.2", ciphers: "ECDHE+AESGCM:@SECLEVEL=0",
		groups: "sect163k1:sect571r1:secp160r1:secp192r1:secp224r1:secp224k1:brainpoolP384r1:sect283k1"},
	{server: "s_server", config: "TLS 1.3, CCM over ffdhe3072", keys: "RSA 2048", versions: "1.3", suites13: "TLS_AES_128_CCM_SHA256", groups: "ffdhe3072"},
	{server: "s_server", config: "TLS 1.3, more groups than suites, in its own order", keys: "EC secp521r1", versions: "1.3", suites13: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", groups: everyGroup, order: true},

	// Keys that cannot sign by the server's own list are no use, and OpenSSL,
	// which notices that only once it has chosen a suite for one, refuses whoever
	// offers that too.
	{server: "s_server", config: "RSA that cannot sign, before ECDSA", keys: "RSA 2048,EC secp256r1", versions: "1.2", sigalgs: "ECDSA+SHA256", groups: "P-256", order: true,
		ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA:ECDHE-ECDSA-AES256-SHA"},
	{server: "s_server", config: "RSA that cannot sign, before anonymous suites, with TLS 1.3", keys: "RSA 2048,EC secp256r1", versions: "1.2 1.3", sigalgs: "ECDSA+SHA256", order: true,
		ciphers: "AES128-SHA:AECDH-AES128-SHA:@SECLEVEL=0", groups: "P-256:X25519"},
	{server: "s_server", config: "ECDSA, RSA that cannot sign, and anonymous suites", keys: "EC secp256r1,RSA 2048", versions: "1.2", sigalgs: "ECDSA+SHA256:ECDSA+SHA384", order: true,
		ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AECDH-AES128-SHA:AECDH-AES256-SHA:@SECLEVEL=0", groups: "P-256"},
	{server: "s_server", config: "DSA that cannot sign, before RSA", keys: "RSA 2048,DSA 2048", versions: "1.2", sigalgs: "RSA+SHA256:RSA-PSS+SHA384", order: true, groups: "P-256",
		ciphers: "DHE-DSS-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0"},
	{server: "s_server", config: "DSA that cannot sign, between suites of RSA", keys: "RSA 2048,DSA 2048", versions: "1.2", sigalgs: "RSA+SHA256:RSA-PSS+SHA384", order: true, groups: "P-256",
		ciphers: "ECDHE-RSA-AES128-GCM-SHA256:DHE-DSS-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA:@SECLEVEL=0"},
	{server: "s_server", config: "RSA that cannot sign, before DSA", keys: "RSA 2048,DSA 2048", versions: "1.2", sigalgs: "DSA+SHA256", order: true,
		ciphers: "AES128-GCM-SHA256:DHE-DSS-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AECDH-AES128-SHA:@SECLEVEL=0", groups: "P-256"},
	{server: "s_server", config: "RSA that cannot sign, between anonymous suites", keys: "RSA 2048", versions: "1.2", sigalgs: "ECDSA+SHA256", order: true,
		ciphers: "AECDH-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:AECDH-AES128-SHA:@SECLEVEL=0", groups: "P-256"},
	{server: "nginx", config: "DSA that cannot sign, between suites of RSA, beside ECDSA", keys: "RSA 2048,DSA 2048,EC secp384r1", versions: "1.2", sigalgs: "RSA+SHA256:ECDSA+SHA384", order: true, groups: "P-384",
		ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-DSS-AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0"},
	{server: "s_server", config: "ECDSA that cannot sign, before RSA", keys: "RSA 2048,EC secp256r1", sigalgs: "RSA+SHA256:RSA-PSS+SHA256", groups: "P-256", order: true,
		ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"},
	{server: "nginx", config: "RSA that cannot sign, before ECDSA", keys: "RSA 2048,EC secp384r1", versions: "1.2", sigalgs: "ECDSA+SHA256:ECDSA+SHA384", groups: "P-256:P-384", order: true,
		ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"},
	{server: "stunnel", config: "RSA that cannot sign, before anonymous suites", keys: "RSA 2048", versions: "1.2", sigalgs: "ECDSA+SHA256", groups: "P-256", order: true,
		ciphers: "ECDHE-RSA-AES128-GCM-SHA256:AECDH-AES128-SHA:AECDH-AES256-SHA:@SECLEVEL=0"},

	{server: "s_server", config: "DH parameters, 1024 bits of its own", keys: "RSA 2048", versions: "1.2", ciphers: "kDHE:@SECLEVEL=0", dh: "dh1024-own.pem"},
	{server: "s_server", config: "DH parameters, RFC 3526 group 5", keys: "RSA 2048", versions: "1.2", ciphers: "kDHE:@SECLEVEL=0", dh: "modp_1536"},
	{server: "s_server", config: "DH parameters, RFC 3526 group 14", keys: "RSA 2048", versions: "1.2", ciphers: "kDHE", dh: "modp_2048"},
	{server: "s_server", config: "DH parameters, RFC 3526 group 18", keys: "RSA 2048", versions: "1.2", ciphers: "DHE+AESGCM", dh: "modp_8192"},
	{server: "s_server", config: "DH parameters, RFC 5114 section 2.1", keys: "RSA 2048", versions: "1.2", ciphers: "DHE+AES:@SECLEVEL=0", dh: "dh_1024_160"},
	{server: "s_server", config: "DH parameters, RFC 5114 section 2.3", keys: "RSA 2048", versions: "1.2", ciphers: "DHE+AES", dh: "dh_2048_256"},
	{server: "s_server", config: "DH parameters, RFC 7919", keys: "RSA 2048", versions: "1.2", ciphers: "DHE+AES", dh: "ffdhe2048"},
	{server: "s_server", config: "DH parameters, RFC 7919, 4096 bits", keys: "DSA 2048", versions: "1.2", ciphers: "DHE+AES", dh: "ffdhe4096"},

	{server: "nginx", config: "two keys", keys: "RSA 2048,EC secp384r1", ciphers: "ECDHE+AESGCM:ECDHE+CHACHA20", groups: "X25519:P-256"},
	{server: "nginx", config: "what Mozilla calls intermediate", keys: "EC secp256r1", groups: "X25519:P-256:P-384", dh: "ffdhe2048",
		ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"},
	{server: "nginx", config: "old, own 1024-bit prime, its own order", keys: "RSA 2048,EC secp384r1", versions: "1.0 1.1 1.2", ciphers: "DHE+AES:ECDHE+AES:RSA+AES:RSA+CAMELLIA:NULL:@SECLEVEL=0",
		groups: "P-384:P-521", dh: "dh1024-own.pem", order: true},
	{server: "nginx", config: "TLS 1.3 alone", keys: "RSA 2048", versions: "1.3", suites13: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", groups: "P-384", order: true},

	{server: "haproxy", config: "two keys, its own order", keys: "RSA 2048,EC secp256r1", ciphers: "ECDHE+AESGCM:ECDHE+AES256", groups: "P-256:P-384", order: true},
	{server: "haproxy", config: "the client's order, TLS 1.0 to 1.2", keys: "RSA 2048", versions: "1.0 1.1 1.2", ciphers: "ECDHE+AES:DHE+AES:RSA+AES:@SECLEVEL=0", groups: "X25519", dh: "modp_2048"},
	{server: "haproxy", config: "TLS 1.3 alone", keys: "EC secp384r1", versions: "1.3", suites13: "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256", groups: "P-384:X25519", order: true},

	{server: "stunnel", config: "RSA", keys: "RSA 2048", ciphers: "ECDHE+AESGCM:RSA+AES", groups: "P-256:X25519"},
	{server: "stunnel", config: "its own order, TLS 1.0 to 1.2", keys: "EC secp256r1", versions: "1.0 1.1 1.2", ciphers: "ECDHE+AES:@SECLEVEL=0", groups: "P-256:P-521", order: true},
	{server: "stunnel", config: "TLS 1.3 alone", keys: "Ed25519", versions: "1.3", suites13: "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256", groups: "X448"},
}

func opensslRows(t *testing.T) []row {
	lab.Program(t, "openssl")
	var rows []row
	made := newPairs(t, "RSA 1024", "RSA 2048", "RSA 3072", "RSASSA-PSS 2048", "EC secp256r1", "EC secp384r1", "EC secp521r1", "EC secp256k1",
		"EC brainpoolP256r1", "EC explicit", "Ed25519", "Ed448", "DSA 1024", "DSA 2048")
	for _, r := range opensslTable {
		rows = append(rows, r.row(made))
	}
	return rows
}

// opensslSuiteRows is a row for each suite that OpenSSL has, which is all that
// the server takes.
func opensslSuiteRows(t *testing.T) []row {
	made := newPairs(t, "RSA 2048", "EC secp256r1", "DSA 1024")
	var rows []row
	for _, s := range (opensslRow{ciphers: opensslEverything, psk: true}).listed(t, scanner.TLSv12) {
		key := map[string]string{"ECDSA": "EC secp256r1", "DSS": "DSA 1024"}[s.authentication]
		if key == "" {
			key = "RSA 2048"
		}
		rows = append(rows, opensslRow{server: "s_server", config: s.name + " alone", keys: key, versions: "1.0 1.1 1.2",
			ciphers: s.own + ":@SECLEVEL=0", groups: "P-256", psk: s.authentication == "PSK"}.row(made))
	}
	for _, name := range []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"} {
		rows = append(rows, opensslRow{server: "s_server", config: name + " alone", keys: "EC secp256r1", versions: "1.3", suites13: name, groups: "P-256"}.row(made))
	}
	return rows
}

func (r opensslRow) row(made pairs) row {
	return row{r.server, r.config, func(t *testing.T) (scanner.Endpoint, posture) {
		want := r.posture(t) // before the server starts: it may lack the tools
		switch r.server {
		case "nginx":
			return r.nginx(t, made), want
		case "haproxy":
			return r.haproxy(t, made), want
		case "stunnel":
			return r.stunnel(t, made), want
		}
		return serveOpenSSL(t, r.sServer(t, made)...), want
	}}
}

func (r opensslRow) names() []string {
	if r.versions == "" {
		r.versions = "1.2 1.3"
	}
	var all []string
	for v := range strings.FieldsSeq(r.versions) {
		all = append(all, "TLSv"+v)
	}
	return all
}

func (r opensslRow) has(version string) bool { return slices.Contains(r.names(), version) }

// dhFile is the file with the finite-field parameters.
func (r opensslRow) dhFile(t *testing.T) string {
	if strings.HasSuffix(r.dh, ".pem") {
		return filepath.Join("testdata", r.dh)
	}
	path := filepath.Join(t.TempDir(), "dh.pem")
	args := []string{"genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:" + r.dh, "-out", path}
	if strings.HasPrefix(r.dh, "dh_") {
		args[3] = "DHX"
	}
	lab.Run(t, lab.Program(t, "openssl"), args...)
	if strings.HasPrefix(r.dh, "dh_") {
		withoutOrder(t, path)
	}
	return path
}

// withoutOrder takes the order of the subgroup out of X9.42 parameters: what
// servers read is PKCS #3's, of a prime and a generator.
func withoutOrder(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var full struct {
		P, G, Q *big.Int
		Rest    []asn1.RawValue `asn1:"optional"`
	}
	block, _ := pem.Decode(text)
	if _, err := asn1.Unmarshal(block.Bytes, &full); err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct{ P, G *big.Int }{full.P, full.G})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r opensslRow) sServer(t *testing.T, made pairs) []string {
	var args []string
	for i, k := range strings.Split(r.keys, ",") {
		d := [...]string{"", "d"}[i]
		args = append(args, "-"+d+"cert", made[k][0], "-"+d+"key", made[k][1])
	}
	for v, option := range map[string]string{scanner.TLSv10: "-no_tls1", scanner.TLSv11: "-no_tls1_1", scanner.TLSv12: "-no_tls1_2", scanner.TLSv13: "-no_tls1_3"} {
		if !r.has(v) {
			args = append(args, option)
		}
	}
	for _, o := range [][2]string{{"-cipher", r.ciphers}, {"-ciphersuites", r.suites13}, {"-groups", r.groups}, {"-sigalgs", r.sigalgs}} {
		if o[1] != "" {
			args = append(args, o[:]...)
		}
	}
	if r.dh != "" {
		args = append(args, "-dhparam", r.dhFile(t))
	}
	if r.order {
		args = append(args, "-serverpref")
	}
	if r.psk {
		args = append(args, "-psk", "1a2b3c4d")
	}
	return args
}

// An opensslSuite is a line of "openssl ciphers".
type opensslSuite struct {
	name, own, exchange, authentication string
	bits                                int
}

// listed is what openssl itself lists for a version and cipher string, in its
// order.
func (r opensslRow) listed(t *testing.T, version string) []opensslSuite {
	t.Helper()
	args := []string{"ciphers", "-s", "-v", "-stdname", opensslVersions[version]}
	if r.psk {
		args = append(args, "-psk")
	}
	if r.ciphers != "" {
		args = append(args, r.ciphers)
	}
	var all []opensslSuite
	for _, line := range lines(t, "openssl", args...) {
		f := strings.Fields(line) // NAME - OPENSSL-NAME VERSION Kx= Au= Enc=CIPHER(BITS) Mac=
		if len(f) < 8 || f[3] == "TLSv1.3" {
			continue
		}
		_, bits, _ := strings.Cut(strings.TrimSuffix(f[6], ")"), "(")
		n, _ := strconv.Atoi(bits)
		all = append(all, opensslSuite{f[0], f[2], strings.TrimPrefix(f[4], "Kx="), strings.TrimPrefix(f[5], "Au="), n})
	}
	return all
}

// usable tells which key serves a suite: "" for none.
func (r opensslRow) usable(s opensslSuite, version string) (key string, ok bool) {
	for k := range strings.SplitSeq(r.keys, ",") {
		kind, _, _ := strings.Cut(k, " ")
		switch {
		case s.authentication == "RSA" && kind == "RSA",
			s.authentication == "RSA" && kind == "RSASSA-PSS" && version == scanner.TLSv12 && s.exchange != "RSA",
			s.authentication == "ECDSA" && (kind == "EC" || strings.HasPrefix(kind, "Ed") && version == scanner.TLSv12),
			s.authentication == "DSS" && kind == "DSA",
			s.authentication == "PSK" && s.exchange == "RSAPSK" && kind == "RSA":
			if version != scanner.TLSv12 || r.sigalgs == "" || len(r.schemes(k, version)) > 0 {
				return k, true
			}
		}
	}
	return "", s.authentication == "None" || s.authentication == "PSK" && s.exchange != "RSAPSK"
}

// opensslGroups are the registry's names for OpenSSL's.
var opensslGroups = map[string]string{"X25519": "x25519", "X448": "x448", "P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}

func (r opensslRow) registered() []string {
	if r.groups == "" { // of 3.0, SSL_CTX_set1_groups(3)
		r.groups = "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"
	}
	var all []string
	for name := range strings.SplitSeq(r.groups, ":") {
		if other, ok := opensslGroups[name]; ok {
			name = other
		}
		all = append(all, name)
	}
	return all
}

// posture is what the configuration means, by "openssl ciphers" and OpenSSL's
// manual.
func (r opensslRow) posture(t *testing.T) posture {
	p := posture{versions: map[string]offer{}}
	shown := map[string]bool{}
	for _, v := range r.names() {
		o, keys := r.offer13(), slices.DeleteFunc(strings.Split(r.keys, ","), func(k string) bool { return len(r.schemes(k, v)) == 0 })
		if v != scanner.TLSv13 {
			o, keys = r.offer(t, v)
		}
		if len(o.suites) == 0 {
			continue
		}
		p.versions[v] = o
		for _, k := range keys {
			shown[k] = true
		}
	}
	for k := range shown {
		p.leaves = append(p.leaves, k)
	}
	p = p.inOrder(r.order)
	if o := p.versions[scanner.TLSv12]; r.server == "haproxy" && r.order {
		// It chooses the key first, and prefers ECDSA.
		slices.SortStableFunc(o.suites, func(a, b string) int {
			return strings.Index(a, "_RSA_") - strings.Index(b, "_RSA_")
		})
	}
	return p
}

func (r opensslRow) offer13() offer {
	o := offer{suites: []string{"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"}}
	if r.suites13 != "" {
		o.suites = strings.Split(r.suites13, ":")
	}
	for _, g := range r.registered() { // RFC 8446 section 4.2.7 has no others
		if slices.Contains([]string{"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"}, g) || strings.HasPrefix(g, "ffdhe") {
			o.groups = append(o.groups, g)
		}
	}
	for k := range strings.SplitSeq(r.keys, ",") {
		o.schemes = append(o.schemes, r.schemes(k, scanner.TLSv13)...)
	}
	return o
}

// offer is what is accepted in a version up to TLS 1.2, and the keys that
// serve it.
func (r opensslRow) offer(t *testing.T, version string) (o offer, keys []string) {
	add := func(list *[]string, more ...string) {
		for _, name := range more {
			if !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
	}
	for _, s := range r.listed(t, version) {
		key, ok := r.usable(s, version)
		if !ok {
			continue
		}
		o.suites = append(o.suites, s.name)
		if key != "" {
			add(&keys, key)
		}
		switch s.exchange {
		case "ECDH", "ECDHEPSK":
			add(&o.groups, r.reachable(s.authentication)...)
		case "DH", "DHEPSK":
			add(&o.primes, r.prime(t, s, key))
		}
		if version == scanner.TLSv12 && (s.exchange == "ECDH" || s.exchange == "DH") && key != "" {
			add(&o.schemes, r.schemes(key, version)...)
		}
	}
	return o, keys
}

// reachable is the curves that come of a suite. An ECDSA certificate is shown
// to a client only that offers its curve (RFC 8422 section 5.1.1): in its own
// order OpenSSL never goes beyond it.
func (r opensslRow) reachable(authentication string) []string {
	curves := ofKind(r.registered(), "ec")
	_, own, ec := strings.Cut(r.keys, "EC ")
	if i := slices.Index(curves, own); r.order && ec && authentication == "ECDSA" && i >= 0 {
		return curves[:i+1]
	}
	return curves
}

// prime is the one that goes with a suite: the file's, or what
// SSL_CTX_set_dh_auto(3) promises, as strong as the key, or as the cipher where
// there is none.
func (r opensslRow) prime(t *testing.T, s opensslSuite, key string) string {
	names := map[string]string{"dh1024-own.pem": "1024", "dh_1024_160": "1024 RFC5114-22", "dh_2048_256": "2048 RFC5114-24"}
	if name, ok := names[r.dh]; ok {
		return name
	}
	if n, ok := strings.CutPrefix(r.dh, "modp_"); ok {
		return n + " MODP-" + n
	}
	if n, ok := strings.CutPrefix(r.dh, "ffdhe"); ok {
		return n + " " + r.dh
	}
	switch _, bits, _ := strings.Cut(key, " "); {
	case key == "" && s.bits == 256 || s.authentication == "PSK" && s.bits == 256 || bits == "3072":
		return "3072 MODP-3072"
	case s.authentication == "PSK", key == "", bits == "1024":
		if !strings.Contains(r.ciphers, "@SECLEVEL=0") {
			return "2048 MODP-2048"
		}
		return "1024 MODP-1024"
	}
	return "2048 MODP-2048"
}

// schemes is how a key signs. In TLS 1.3 the curve and the hash go together,
// and neither PKCS #1 nor SHA-1 nor SHA-224 is left.
func (r opensslRow) schemes(key, version string) []string {
	weak := "sha1 sha224"
	if !strings.Contains(r.ciphers, "@SECLEVEL=0") {
		weak = "sha224"
	}
	with := func(prefix, hashes string) (all []string) {
		for h := range strings.FieldsSeq(hashes) {
			all = append(all, prefix+h)
		}
		return all
	}
	const hashes, bound = "sha256 sha384 sha512", "secp256r1_sha256 secp384r1_sha384 secp521r1_sha512"
	kind, which, _ := strings.Cut(strings.Replace(key, "explicit", "secp256r1", 1), " ")
	var all []string
	switch {
	case kind == "RSASSA-PSS":
		all = with("rsa_pss_pss_", hashes)
	case kind == "RSA" && version == scanner.TLSv13:
		all = with("rsa_pss_rsae_", hashes)
	case kind == "RSA":
		all = slices.Concat(with("rsa_pss_rsae_", hashes), with("rsa_pkcs1_", weak+" "+hashes))
	case kind == "EC" && version == scanner.TLSv13:
		all = slices.DeleteFunc(with("ecdsa_", bound), func(s string) bool { return !strings.Contains(s, which+"_") })
	case kind == "EC":
		all = with("ecdsa_", weak+" "+bound)
	case kind == "DSA":
		all = with("dsa_", weak+" "+hashes)
	default:
		all = []string{strings.ToLower(kind)}
	}
	if r.sigalgs == "" {
		return all
	}
	return slices.DeleteFunc(all, func(s string) bool { return !slices.Contains(opensslSchemes(r.sigalgs), s) })
}

// opensslSchemes is the registry's names of a list of OpenSSL's.
func opensslSchemes(list string) []string {
	names := map[string]string{"RSA+": "rsa_pkcs1_", "RSA-PSS+": "rsa_pss_rsae_", "DSA+": "dsa_", "ECDSA+SHA256": "ecdsa_secp256r1_", "ECDSA+SHA384": "ecdsa_secp384r1_", "ECDSA+SHA512": "ecdsa_secp521r1_"}
	var all []string
	for name := range strings.SplitSeq(list, ":") {
		kind, hash, _ := strings.Cut(name, "+")
		prefix, ok := names[kind+"+"]
		if !ok {
			prefix = names[name]
		}
		scheme := prefix + strings.ToLower(hash)
		if _, ok := iana.SchemeByName(scheme); !ok {
			panic("no scheme is named like " + name)
		}
		all = append(all, scheme)
	}
	return all
}
