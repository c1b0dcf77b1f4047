package tlsprobe

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A lighttpdRow is a configuration of lighttpd with the module of one library, in
// lighttpd's words, beside what that library makes of it. One host has one key.
type lighttpdRow struct {
	library, config string
	key             string
	dh              string // a file of testdata
	conf            string // of ssl.openssl.ssl-conf-cmd: "MinProtocol=TLSv1.2 Curves=secp256r1"
	want            map[string]offer
	ours            bool // it goes by the client's order
	most            int  // connections, of a server that reads a part of each hello
}

// Mbed TLS 2.28 has all its curves and hashes unless it is told otherwise, and an
// order of its own in each. An ECDSA key's curve must be among those that a client
// offers, so that those which the server prefers less are never agreed on.
var (
	mbedCurves = strings.Fields("secp521r1 brainpoolP512r1 secp384r1 brainpoolP384r1 secp256r1 secp256k1 brainpoolP256r1 secp224r1 secp224k1 secp192r1 secp192k1 x25519 x448")
	mbedRSA    = strings.Fields("rsa_pkcs1_sha512 rsa_pkcs1_sha384 rsa_pkcs1_sha256 rsa_pkcs1_sha224")
	mbedECDSA  = strings.Fields("ecdsa_secp521r1_sha512 ecdsa_secp384r1_sha384 ecdsa_secp256r1_sha256 ecdsa_sha224")
)

// wolfSSL 5.5 takes neither its curves nor its suites of TLS 1.3 from what lighttpd
// is told, and its three suites of PSK have ChaCha20, as lighttpd has by default.
var (
	wolf13       = strings.Fields("TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256 TLS_AES_128_CCM_SHA256")
	wolfGroups13 = strings.Fields("secp256r1 secp384r1 secp521r1 x25519 x448 ffdhe2048 ffdhe3072")
	wolfCurves   = strings.Fields("x25519 secp256r1 secp256k1 brainpoolP256r1 secp384r1 brainpoolP384r1 x448 brainpoolP512r1 secp521r1")
	wolfPSK      = strings.Fields("TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 TLS_PSK_WITH_CHACHA20_POLY1305_SHA256")
	wolfPrimes   = []string{"2048 ffdhe2048", "3072 ffdhe3072"}
	wolfRSA      = strings.Fields("rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512")
	wolfECDSA    = strings.Fields("ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512")
)

func lighttpdTable() []lighttpdRow {
	of := func(format string) []string { return suiteList(format) }
	twelve := func(o offer) map[string]offer { return map[string]offer{scanner.TLSv12: o} }
	both := func(o offer, schemes []string) map[string]offer {
		return map[string]offer{scanner.TLSv12: o, scanner.TLSv13: {suites: wolf13, groups: wolfGroups13, schemes: schemes}}
	}
	return []lighttpdRow{
		{library: "mbedtls", config: "by default, RSA", key: "RSA 2048", most: 36, want: twelve(offer{
			suites: of("ECDHE_RSA AES_256_GCM_SHA384 AES_128_GCM_SHA256 CHACHA20_POLY1305_SHA256, DHE_RSA CHACHA20_POLY1305_SHA256"),
			groups: mbedCurves, schemes: mbedRSA, primes: []string{"2048 MODP-2048"}})},
		{library: "mbedtls", config: "by default, ECDSA", key: "EC secp256r1", most: 32, want: twelve(offer{
			suites: of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CCM AES_256_CCM_8 CHACHA20_POLY1305_SHA256"),
			groups: mbedCurves[:5], schemes: mbedECDSA})},
		{library: "mbedtls", config: "by default, ECDSA on P-384", key: "EC secp384r1", want: twelve(offer{
			suites: of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CCM AES_256_CCM_8 CHACHA20_POLY1305_SHA256"),
			groups: mbedCurves[:3], schemes: mbedECDSA})},
		{library: "mbedtls", config: "Suite B", key: "EC secp256r1", conf: "CipherString=SUITEB128", want: twelve(offer{
			suites: of("ECDHE_ECDSA AES_128_GCM_SHA256 AES_256_GCM_SHA384"), groups: []string{"secp256r1"}, schemes: mbedECDSA[1:3]})},
		{library: "mbedtls", config: "AES-GCM on two curves, ECDSA", key: "EC secp256r1", conf: "CipherString=EECDH+AESGCM Curves=secp256r1:secp384r1", want: twelve(offer{
			suites: of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256"), groups: []string{"secp256r1"}, schemes: mbedECDSA})},
		{library: "mbedtls", config: "AES-GCM on two curves, RSA", key: "RSA 2048", conf: "CipherString=EECDH+AESGCM Curves=secp384r1:secp256r1", want: twelve(offer{
			suites: of("ECDHE_RSA AES_256_GCM_SHA384 AES_128_GCM_SHA256"), groups: []string{"secp384r1", "secp256r1"}, schemes: mbedRSA})},
		{library: "mbedtls", config: "ChaCha20 and X25519", key: "RSA 2048", conf: "CipherString=CHACHA20 Curves=x25519:secp256r1", want: twelve(offer{
			suites: of("ECDHE_RSA CHACHA20_POLY1305_SHA256, DHE_RSA CHACHA20_POLY1305_SHA256"), groups: []string{"x25519", "secp256r1"}, schemes: mbedRSA, primes: []string{"2048 MODP-2048"}})},

		{library: "wolfssl", config: "by default, RSA", key: "RSA 2048", most: 58, want: both(offer{
			suites: append(of("ECDHE_RSA AES_256_GCM_SHA384 AES_128_GCM_SHA256 CHACHA20_POLY1305_SHA256, DHE_RSA CHACHA20_POLY1305_SHA256"), wolfPSK...),
			groups: wolfCurves, schemes: wolfRSA, primes: wolfPrimes}, wolfRSA[:3])},
		{library: "wolfssl", config: "by default, ECDSA", key: "EC secp256r1", most: 58, want: both(offer{
			suites: append(of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CCM_8 CHACHA20_POLY1305_SHA256"), wolfPSK...),
			groups: wolfCurves, schemes: wolfECDSA, primes: wolfPrimes}, wolfECDSA[:1])},
		{library: "wolfssl", config: "AES-GCM on P-256, TLS 1.2 alone, ECDSA", key: "EC secp256r1", most: 45,
			conf: "CipherString=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384 Curves=secp256r1 MaxProtocol=TLSv1.2", want: twelve(offer{
				suites: of("ECDHE_ECDSA AES_128_GCM_SHA256 AES_256_GCM_SHA384"), groups: []string{"secp256r1"}, schemes: wolfECDSA})},
		{library: "wolfssl", config: "AES-GCM on P-256, TLS 1.2 alone, RSA", key: "RSA 2048", most: 45,
			conf: "CipherString=ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384 Curves=secp256r1 MaxProtocol=TLSv1.2", want: twelve(offer{
				suites: of("ECDHE_RSA AES_128_GCM_SHA256 AES_256_GCM_SHA384"), groups: []string{"secp256r1"}, schemes: wolfRSA})},
		{library: "wolfssl", config: "ChaCha20 alone, TLS 1.2 alone", key: "RSA 2048", conf: "CipherString=ECDHE-RSA-CHACHA20-POLY1305 MaxProtocol=TLSv1.2", most: 50, want: twelve(offer{
			suites: of("ECDHE_RSA CHACHA20_POLY1305_SHA256"), groups: wolfCurves, schemes: wolfRSA})},
		{library: "wolfssl", config: "one suite of TLS 1.2, with a prime of its own", key: "RSA 2048", dh: "dh1024-own.pem", conf: "CipherString=DHE-RSA-CHACHA20-POLY1305", most: 50,
			want: both(offer{suites: of("DHE_RSA CHACHA20_POLY1305_SHA256"), schemes: wolfRSA, primes: append([]string{"1024"}, wolfPrimes...)}, wolfRSA[:3])},
		{library: "wolfssl", config: "TLS 1.3 alone", key: "EC secp256r1", conf: "MinProtocol=TLSv1.3", most: 45, want: map[string]offer{
			scanner.TLSv13: {suites: wolf13, groups: wolfGroups13, schemes: wolfECDSA[:1]}}},
	}
}

// suiteList names suites: "ECDHE_RSA AES_128_GCM_SHA256 AES_256_GCM_SHA384, DHE_RSA ...".
func suiteList(text string) (names []string) {
	for part := range strings.SplitSeq(text, ", ") {
		words := strings.Fields(part)
		for _, w := range words[1:] {
			names = append(names, "TLS_"+words[0]+"_WITH_"+w)
		}
	}
	return names
}

func lighttpdRows(t *testing.T) []row {
	made := newPairs(t, "RSA 2048", "EC secp256r1", "EC secp384r1")
	var rows []row
	for _, r := range lighttpdTable() {
		rows = append(rows, row{"lighttpd with " + r.library, r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			e := r.start(t, made)
			want := posture{leaves: []string{r.key}, versions: r.want, most: r.most}.inOrder(!r.ours)
			witness(t, e, r.key, want)
			decides(t, e, want, madeUp())
			return e, want
		}})
	}
	return rows
}

func (r lighttpdRow) start(t *testing.T, made pairs) scanner.Endpoint {
	addr := lab.Port(t)
	var lines []string
	for _, c := range strings.Fields(r.conf) {
		key, value, _ := strings.Cut(c, "=")
		lines = append(lines, fmt.Sprintf("%q => %q", key, value))
	}
	if r.dh != "" {
		path, err := filepath.Abs(filepath.Join("testdata", r.dh))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%q => %q", "DHParameters", path))
	}
	lab.Lighttpd(t, addr, r.library, fmt.Sprintf("ssl.pemfile = %q\nssl.privkey = %q\nssl.openssl.ssl-conf-cmd = (%s)\n", made[r.key][0], made[r.key][1], strings.Join(lines, ", ")))
	return at("", addr)
}

// decides holds depth verdict against the same, by a ranking: it finds what fails of
// what there is, and nothing else.
func decides(t *testing.T, e scanner.Endpoint, want posture, by *Verdict) {
	t.Helper()
	o := decidedBy(t, e, by)
	if o.TLS == nil {
		t.Fatalf("depth verdict: no TLS observed: failure %+v", o.Failure)
	}
	for _, what := range incomplete(o) {
		if !slices.Contains(want.incomplete, what) {
			t.Errorf("depth verdict: incomplete: %s", what)
		}
	}
	seen := map[string]offer{}
	for _, v := range o.TLS.Versions {
		if accepted(&v) {
			seen[v.Version] = offer{suites: v.Suites, groups: v.Groups, schemes: v.SignatureSchemes}
		}
	}
	same(t, "depth verdict: the worst", worstOf(want.versions, by.Rank), worstOf(seen, by.Rank))
	for name, v := range seen {
		w := want.versions[name]
		for _, lists := range [][2][]string{{v.suites, w.suites}, {v.groups, w.groups}, {v.schemes, w.schemes}} {
			for _, s := range lists[0] {
				if !slices.Contains(lists[1], s) {
					t.Errorf("depth verdict: %s of %s is not there", s, name)
				}
			}
		}
	}
	if o.TLS.Connections > max(32, want.most/2) { // three hellos for one, of who reads 150 suites
		t.Errorf("depth verdict: %d connections: %v", o.TLS.Connections, o.TLS.Hellos)
	}
}

// worstOf is the rank of the worst.
func worstOf(versions map[string]offer, r func(kind, name string) int) (rank int) {
	for name, o := range versions {
		rank = max(rank, r("protocol-version", name))
		for kind, list := range map[string][]string{"tls-cipher-suite": o.suites, "named-group": o.groups, "signature-scheme": o.schemes} {
			for _, s := range list {
				rank = max(rank, r(kind, s))
			}
		}
	}
	return rank
}

// witness asks the same of s_client: each suite that is to be seen is taken, and none of
// all others that OpenSSL has; so it is with curves, alone or beside that of the key.
// Suites are asked for with arguments besides.
func witness(t *testing.T, e scanner.Endpoint, key string, want posture, args ...string) {
	t.Helper()
	var others []string
	for _, line := range lines(t, "openssl", "ciphers", "-stdname", "-s", "-tls1_2", "-psk", "ALL:COMPLEMENTOFALL:@SECLEVEL=0") {
		words := strings.Fields(line)
		if !slices.Contains(want.versions[scanner.TLSv12].suites, words[0]) {
			if !strings.HasPrefix(words[2], "TLS_") {
				others = append(others, words[2])
			}
		} else if cipher, _ := sClient(t, e, append(args, "-tls1_2", "-psk", "1a2b3c4d", "-cipher", words[2]+":@SECLEVEL=0")...); cipher != words[2] {
			t.Errorf("s_client: %s was refused", words[0])
		}
	}
	if cipher, _ := sClient(t, e, "-tls1_2", "-psk", "1a2b3c4d", "-cipher", strings.Join(others, ":")+":@SECLEVEL=0"); cipher != "" {
		t.Errorf("s_client: %s was taken", cipher)
	}
	for _, name := range []string{"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"} {
		if cipher, _ := sClient(t, e, "-tls1_3", "-ciphersuites", name); (cipher == name) != slices.Contains(want.versions[scanner.TLSv13].suites, name) {
			t.Errorf("s_client: %s: %q", name, cipher)
		}
	}
	for v := range want.versions {
		curvesBy(t, e, key, v, ofKind(want.versions[v].groups, "ec"))
	}
}

// opensslCurves is what OpenSSL calls curves, and what s_client says of them.
var opensslCurves = map[string][2]string{
	"secp256r1": {"P-256", "prime256v1"}, "secp384r1": {"P-384", "secp384r1"}, "secp521r1": {"P-521", "secp521r1"}, "secp224r1": {"P-224", "secp224r1"}, "secp192r1": {"P-192", "prime192v1"},
	"x25519": {"X25519", "X25519"}, "x448": {"X448", "X448"}, "secp256k1": {"secp256k1", "secp256k1"}, "secp224k1": {"secp224k1", "secp224k1"}, "secp192k1": {"secp192k1", "secp192k1"},
	"brainpoolP256r1": {"brainpoolP256r1", "brainpoolP256r1"}, "brainpoolP384r1": {"brainpoolP384r1", "brainpoolP384r1"}, "brainpoolP512r1": {"brainpoolP512r1", "brainpoolP512r1"},
}

func curvesBy(t *testing.T, e scanner.Endpoint, certificate, version string, want []string) {
	t.Helper()
	flag := map[string]string{scanner.TLSv12: "-tls1_2", scanner.TLSv13: "-tls1_3"}[version]
	key := map[string]string{"EC secp256r1": ":P-256", "EC secp384r1": ":P-384"}[certificate]
	others := key
	for name, own := range opensslCurves {
		if !slices.Contains(want, name) {
			others = ":" + own[0] + others
			continue
		}
		var said []string
		for _, args := range [][]string{{"-groups", own[0]}, {"-groups", own[0] + key}, {"-groups", own[0], "-psk", "1a2b3c4d", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305"}} {
			_, group := sClient(t, e, append([]string{flag, "-cipher", "kEECDH:@SECLEVEL=0"}, args...)...)
			if said = append(said, group); group == own[1] {
				break
			}
		}
		if said[len(said)-1] != own[1] {
			t.Errorf("s_client: %s of %s: %q", name, version, said)
		}
	}
	_, group := sClient(t, e, flag, "-cipher", "kEECDH:@SECLEVEL=0", "-groups", strings.TrimPrefix(others, ":"))
	for name, own := range opensslCurves {
		if own[1] == group && !slices.Contains(want, name) {
			t.Errorf("s_client: %s of %s was taken", name, version)
		}
	}
}

var sClientSays = regexp.MustCompile(`(?m)^Server Temp Key: (?:ECDH, )?([^,]+)|Cipher is ([^( \n]\S+)`)

// sClient connects, and gives the suite and the group; nothing where it was refused.
func sClient(t *testing.T, e scanner.Endpoint, args ...string) (cipher, group string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, _ := exec.CommandContext(ctx, lab.Program(t, "openssl"), append([]string{"s_client", "-connect", e.AddrPort().String()}, args...)...).Output()
	for _, m := range sClientSays.FindAllStringSubmatch(string(out), -1) {
		if m[1] != "" {
			group = m[1]
		} else {
			cipher = m[2]
		}
	}
	return cipher, group
}
