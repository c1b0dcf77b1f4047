package tlsprobe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A botanRow is a policy of Botan 2.19, which speaks TLS 1.2 alone, beside what it means
// to clients. Groups are tried in the policy's order, schemes in one of Botan's own.
//
// Who names groups of RFC 7919 is to get one of those: where there is none, a suite of a
// finite field is chosen and the handshake breaks off. Who names none gets the first of
// the policy's, or that of 2048 bits. A suite with RSA's key exchange is chosen whatever
// the key is.
type botanRow struct {
	config, key string
	policy      string // instead of what botanPolicy has: "groups=x25519; ciphers=..."
	ours        bool   // it goes by the client's order
	want        offer
	impossible  []string // suites that are chosen, and then are not served
	args        string   // of an s_client that is served
	most        int
}

const botanPolicy = `
	allow_tls12=true; minimum_rsa_bits=1024; require_cert_revocation_info=false; server_uses_own_ciphersuite_preferences=true
	ciphers=AES-128/GCM; macs=AEAD SHA-256 SHA-1; key_exchange_methods=ECDH; signature_methods=ECDSA RSA IMPLICIT
	signature_hashes=SHA-256; groups=secp256r1 secp384r1`

func botanTable() []botanRow {
	of := suiteList
	all := strings.Fields("x25519 secp256r1 secp521r1 secp384r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1")
	defaults := `ciphers=ChaCha20Poly1305 AES-256/GCM AES-128/GCM; macs=AEAD; key_exchange_methods=CECPQ1 ECDH DH; signature_hashes=SHA-512 SHA-384 SHA-256
		groups=x25519 secp256r1 secp521r1 secp384r1 brainpool256r1 brainpool384r1 brainpool512r1 ffdhe/ietf/2048 ffdhe/ietf/3072 ffdhe/ietf/4096 ffdhe/ietf/6144 ffdhe/ietf/8192`
	rsa := func(pss string, pkcs1 string) (names []string) {
		for h := range strings.FieldsSeq(pss) {
			names = append(names, "rsa_pss_rsae_"+h)
		}
		for h := range strings.FieldsSeq(pkcs1) {
			names = append(names, "rsa_pkcs1_"+h)
		}
		return names
	}
	return []botanRow{
		{config: "its defaults, RSA", key: "RSA 2048", policy: defaults, most: 39, want: offer{
			suites: of("CECPQ1_RSA CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384, ECDHE_RSA CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384 AES_128_GCM_SHA256, DHE_RSA CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384 AES_128_GCM_SHA256"),
			groups: all, schemes: rsa("sha256 sha384 sha512", "sha256 sha384 sha512"), primes: strings.Split("2048 ffdhe2048,3072 ffdhe3072,4096 ffdhe4096,6144 ffdhe6144,8192 ffdhe8192", ",")}},
		{config: "its defaults, ECDSA", key: "EC secp256r1", policy: defaults, want: offer{
			suites: of("CECPQ1_ECDSA CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384, ECDHE_ECDSA CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384 AES_128_GCM_SHA256"),
			groups: all, schemes: strings.Fields("ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512")}},
		{config: "finite fields in front, no group of RFC 7919, SHA-1", key: "RSA 2048",
			policy: "key_exchange_methods=DH ECDH; groups=secp384r1 secp256r1; signature_hashes=SHA-1 SHA-256", want: offer{
				suites: of("DHE_RSA AES_128_GCM_SHA256, ECDHE_RSA AES_128_GCM_SHA256"),
				groups: []string{"secp384r1", "secp256r1"}, primes: []string{"2048 ffdhe2048"}, schemes: rsa("sha256", "sha256 sha1")}},
		{config: "finite fields alone, no group of RFC 7919, by the client's order", key: "RSA 2048", ours: true,
			policy: "key_exchange_methods=DH; ciphers=AES-128 3DES; groups=x25519", want: offer{
				suites: of("DHE_RSA AES_128_CBC_SHA256 AES_128_CBC_SHA 3DES_EDE_CBC_SHA"),
				primes: []string{"2048 ffdhe2048"}, schemes: rsa("sha256", "sha256")}},
		{config: "OCB, which is in no registry, beside GCM", key: "RSA 2048", policy: "ciphers=AES-256/OCB(12) AES-128/GCM; key_exchange_methods=ECDH DH; groups=secp256r1 ffdhe/ietf/2048; macs=AEAD", want: offer{
			suites: of("ECDHE_RSA AES_256_OCB_SHA256 AES_128_GCM_SHA256, DHE_RSA AES_256_OCB_SHA256 AES_128_GCM_SHA256"),
			groups: []string{"secp256r1"}, primes: []string{"2048 ffdhe2048"}, schemes: rsa("sha256", "sha256")}},
		{config: "CECPQ1 alone", key: "EC secp384r1", policy: "key_exchange_methods=CECPQ1; ciphers=AES-256/GCM; signature_hashes=SHA-256 SHA-1; groups=x25519", want: offer{
			suites: of("CECPQ1_ECDSA AES_256_GCM_SHA384"), schemes: strings.Fields("ecdsa_secp256r1_sha256 ecdsa_sha1")}},
		{config: "DSA, no group of RFC 7919", key: "DSA 2048", policy: "key_exchange_methods=ECDH DH; signature_methods=DSA; ciphers=AES-256/GCM AES-128; groups=secp256r1", want: offer{
			suites: of("DHE_DSS AES_256_GCM_SHA384 AES_128_CBC_SHA256 AES_128_CBC_SHA"), primes: []string{"2048 ffdhe2048"}, schemes: []string{"dsa_sha256"}}},
		{config: "RSA of 1024 bits, too short for RSASSA-PSS with SHA-512", key: "RSA 1024", policy: "signature_hashes=SHA-512 SHA-256 SHA-1", want: offer{
			suites: of("ECDHE_RSA AES_128_GCM_SHA256"), groups: []string{"secp256r1", "secp384r1"}, schemes: rsa("sha256", "sha512 sha256 sha1")}},
		{config: "RSA of 1024 bits, SHA-512 and finite fields alone, no group of RFC 7919", key: "RSA 1024", policy: "signature_hashes=SHA-512; key_exchange_methods=DH", args: "-sigalgs RSA+SHA512", want: offer{
			suites: of("DHE_RSA AES_128_GCM_SHA256"), primes: []string{"2048 ffdhe2048"}, schemes: rsa("", "sha512")}},
		{config: "ECDSA, by the client's order but in curves", key: "EC secp256r1", ours: true, policy: "ciphers=AES-128 AES-128/GCM; groups=secp256r1 x25519 secp384r1", want: offer{
			suites: of("ECDHE_ECDSA AES_128_CBC_SHA256 AES_128_CBC_SHA AES_128_GCM_SHA256"),
			groups: []string{"secp256r1", "x25519", "secp384r1"}, schemes: []string{"ecdsa_secp256r1_sha256"}}},
		{config: "ECDSA, RSA's key exchange in front", key: "EC secp384r1", most: 25, policy: "key_exchange_methods=RSA ECDH; groups=x25519 secp384r1; signature_hashes=SHA-384 SHA-1", want: offer{
			suites: of("ECDHE_ECDSA AES_128_GCM_SHA256"), groups: []string{"x25519", "secp384r1"}, schemes: strings.Fields("ecdsa_secp384r1_sha384 ecdsa_sha1")},
			impossible: []string{"TLS_RSA_WITH_AES_128_GCM_SHA256"}},
	}
}

func botanRows(t *testing.T) []row {
	made := newPairs(t, "RSA 1024", "RSA 2048", "DSA 2048", "EC secp256r1", "EC secp384r1")
	var rows []row
	for _, r := range botanTable() {
		rows = append(rows, row{"Botan", r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			e := r.start(t, made)
			want := posture{leaves: []string{r.key}, versions: map[string]offer{scanner.TLSv12: r.want}, most: r.most}.inOrder(!r.ours)
			for _, s := range r.impossible {
				want.incomplete = append(want.incomplete, "TLSv1.2 "+s+": alert")
			}
			witness(t, e, r.key, want, strings.Fields(r.args)...)
			decides(t, e, want, madeUp())
			decides(t, e, want, approves())
			return e, want
		}})
	}
	return rows
}

// start serves the policy, whose suites it holds against what botan itself says of it.
func (r botanRow) start(t *testing.T, made pairs) scanner.Endpoint {
	policy := map[string]string{}
	for line := range strings.FieldsFuncSeq(botanPolicy+";"+r.policy, func(c rune) bool { return c == '\n' || c == ';' }) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			policy[key] = value
		}
	}
	if r.ours {
		policy["server_uses_own_ciphersuite_preferences"] = "false"
	}
	var text strings.Builder
	for key, value := range policy {
		fmt.Fprintf(&text, "%s = %s\n", key, value)
	}
	key, _, _ := strings.Cut(strings.NewReplacer("EC ", "ECDSA ", "DSA ", "DSS ").Replace(r.key), " ")
	var says []string
	for _, s := range lines(t, "botan", "tls_ciphers", "--version=tls1.2", "--policy="+lab.Written(t, "policy", text.String())) {
		if strings.Contains(s, "_"+key+"_") || strings.HasPrefix(s, "RSA_") {
			says = append(says, "TLS_"+s)
		}
	}
	same(t, "botan tls_ciphers", sorted(append(slices.Clone(r.want.suites), r.impossible...)), sorted(says))
	addr := lab.Port(t)
	lab.Botan(t, addr, made[r.key][0], made[r.key][1], text.String())
	return at("", addr)
}
