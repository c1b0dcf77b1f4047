package tlsprobe

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// An erlangRow is a configuration of Erlang's ssl, in its words, beside what that
// makes of it.
type erlangRow struct {
	config, options string
	keys            []string
	want            map[string]offer
	theirs          bool // it goes by its own order of suites
	most            int  // see posture
}

// What ssl 10.8 has by default: ssl:cipher_suites(default, ...), ssl:eccs(), and
// tls_v1:default_signature_algs/1. TLS 1.2 has none of the curves of X25519 and X448.
var (
	erlang13     = strings.Fields("TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_CCM_SHA256 TLS_AES_128_CCM_8_SHA256")
	erlangGroups = strings.Fields("x25519 x448 secp256r1 secp384r1")
	erlangCurves = strings.Fields("sect571r1 sect571k1 secp521r1 brainpoolP512r1 sect409k1 sect409r1 brainpoolP384r1 secp384r1 sect283k1 sect283r1 brainpoolP256r1 secp256k1 secp256r1 sect239k1 " +
		"sect233k1 sect233r1 secp224k1 secp224r1 sect193r1 sect193r2 secp192k1 secp192r1 sect163k1 sect163r1 sect163r2 secp160k1 secp160r1 secp160r2")
	erlangRSA = strings.Fields("rsa_pss_rsae_sha512 rsa_pss_rsae_sha384 rsa_pss_rsae_sha256 rsa_pkcs1_sha512 rsa_pkcs1_sha384 rsa_pkcs1_sha256 rsa_pkcs1_sha224 rsa_pkcs1_sha1")
)

func erlangTable() []erlangRow {
	of := suiteList
	twelve := func(o offer) map[string]offer { return map[string]offer{scanner.TLSv12: o} }
	three := []string{"secp256r1", "secp384r1", "secp521r1"}
	const gcm = `{suites,["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384","TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256","TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384","TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]},`
	gcm13 := strings.Replace(gcm, "[", `["TLS_AES_256_GCM_SHA384",`, 1)
	return []erlangRow{
		{config: "by default, RSA", keys: []string{"RSA 2048"}, most: 60, want: map[string]offer{
			scanner.TLSv12: {suites: of("ECDHE_RSA AES_256_GCM_SHA384 AES_256_CBC_SHA384 CHACHA20_POLY1305_SHA256 AES_128_GCM_SHA256 AES_128_CBC_SHA256 AES_256_CBC_SHA AES_128_CBC_SHA, " +
				"DHE_RSA AES_256_GCM_SHA384 AES_256_CBC_SHA256 AES_128_GCM_SHA256 CHACHA20_POLY1305_SHA256 AES_128_CBC_SHA256 AES_256_CBC_SHA AES_128_CBC_SHA"),
				groups: erlangCurves, schemes: erlangRSA, primes: []string{"2048 MODP-2048"}},
			scanner.TLSv13: {suites: erlang13, groups: erlangGroups, schemes: erlangRSA[:3]}}},
		{config: "RSA of 1024 bits", keys: []string{"RSA 1024"}, options: gcm + `{versions,['tlsv1.2']},{eccs,[secp256r1]}`, want: twelve(offer{
			suites: of("ECDHE_RSA AES_256_GCM_SHA384 AES_128_GCM_SHA256"), groups: three[:1], schemes: erlangRSA[1:]})},
		{config: "its own order of curves, and our order of suites", keys: []string{"EC secp256r1"}, options: gcm +
			`{versions,['tlsv1.2']},{eccs,[secp256r1,secp384r1,secp521r1]},{honor_ecc_order,true},{signature_algs,[{sha256,ecdsa},{sha384,ecdsa},{sha256,rsa}]}`, want: twelve(offer{
			suites: of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256"), groups: three, schemes: []string{"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"}})},
		{config: "the same, and one curve in TLS 1.3", keys: []string{"EC secp256r1"}, options: gcm13 +
			`{versions,['tlsv1.2','tlsv1.3']},{eccs,[secp256r1,secp384r1,secp521r1]},{supported_groups,[secp256r1]},{honor_ecc_order,true},{signature_algs,[{sha256,ecdsa},ecdsa_secp256r1_sha256,{sha256,rsa}]}`, want: map[string]offer{
			scanner.TLSv12: {suites: of("ECDHE_ECDSA AES_256_GCM_SHA384 AES_128_GCM_SHA256"), groups: three, schemes: []string{"ecdsa_secp256r1_sha256"}},
			scanner.TLSv13: {suites: erlang13[:1], groups: three[:1], schemes: []string{"ecdsa_secp256r1_sha256"}}}},
		{config: "TLS 1.3 on X448 alone", keys: []string{"RSA 2048"}, options: `{versions,['tlsv1.3']},{supported_groups,[x448]}`, want: map[string]offer{
			scanner.TLSv13: {suites: erlang13, groups: []string{"x448"}, schemes: erlangRSA[:3]}}},
	}
}

func erlangRows(t *testing.T) []row {
	made := newPairs(t, "RSA 1024", "RSA 2048", "EC secp256r1")
	var rows []row
	for _, r := range erlangTable() {
		rows = append(rows, row{"Erlang", r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			e := r.start(t, made)
			want := posture{leaves: r.keys, versions: r.want, most: r.most}.inOrder(r.theirs)
			decides(t, e, want, madeUp())
			return e, want
		}})
	}
	return rows
}

func (r erlangRow) start(t *testing.T, made pairs) scanner.Endpoint {
	var keys []string
	for _, k := range r.keys {
		keys = append(keys, fmt.Sprintf("#{certfile=>%q,keyfile=>%q}", made[k][0], made[k][1]))
	}
	options := []string{"{certs_keys,[" + strings.Join(keys, ",") + "]}"}
	if r.options != "" {
		options = append(options, r.options)
	}
	out := lab.Start(t, lab.Program(t, "escript"), "testdata/server.escript", "["+strings.Join(options, ",")+"]")
	said := says(t, out, "port ")
	port, err := strconv.ParseUint(strings.TrimPrefix(said[len(said)-1], "port "), 10, 16)
	if err != nil {
		t.Fatalf("it says %q", said)
	}
	return listening(t, uint16(port))
}
