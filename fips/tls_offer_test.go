package fips_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// The suites of these tests by short names.
var short = strings.NewReplacer(
	"E128", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "E256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	"EC128", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "D128", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	"R128", "TLS_RSA_WITH_AES_128_GCM_SHA256", "ECHA", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "DPSK", "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256",
	"A128", "TLS_AES_128_GCM_SHA256", "A256", "TLS_AES_256_GCM_SHA384", "ACHA", "TLS_CHACHA20_POLY1305_SHA256")

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Fields(short.Replace(s))
}

// leaf makes a chain of one certificate, with an issuer that did not come.
func leaf(key scanner.Key, oid string) scanner.Chain {
	digest := fmt.Sprint(key, oid)
	return scanner.Chain{Version: "TLSv1.2", Certificates: []scanner.Certificate{{SHA256: digest, Version: 3, Serial: "11223344556677889900", SignatureOID: oid, Key: key}}}
}

var (
	sha256RSA, sha1RSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.5"
	rsa2048            = leaf(scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}, sha256RSA)
	rsa1024            = leaf(scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}, sha256RSA)
	rsaSHA1            = leaf(scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}, sha1RSA)
	p256               = leaf(scanner.Key{Algorithm: "EC", Bits: 256, Curve: "secp256r1"}, sha256RSA)
	p384               = leaf(scanner.Key{Algorithm: "EC", Bits: 384, Curve: "secp384r1"}, sha256RSA)
	mldsa              = leaf(scanner.Key{Algorithm: "ML-DSA-87"}, "2.16.840.1.101.3.4.3.19")
)

// v12 and v13 are versions that were seen whole.
func v12(suites, groups, schemes string, order *bool) scanner.TLSVersion {
	return scanner.TLSVersion{Version: "TLSv1.2", Accepted: yes(), Suites: list(suites), Groups: list(groups), SignatureSchemes: list(schemes), ServerOrder: order, ExtendedMasterSecret: yes()}
}

func v13(suites, groups, schemes string, order *bool) scanner.TLSVersion {
	return scanner.TLSVersion{Version: "TLSv1.3", Accepted: yes(), Suites: list(suites), Groups: list(groups), SignatureSchemes: list(schemes), ServerOrder: order}
}

func dhe(v scanner.TLSVersion, primes ...scanner.Prime) scanner.TLSVersion {
	v.Primes = primes
	return v
}

func ems(v scanner.TLSVersion, granted *bool) scanner.TLSVersion {
	v.ExtendedMasterSecret = granted
	return v
}

var (
	none12 = scanner.TLSVersion{Version: "TLSv1.2", Accepted: no()}
	none13 = scanner.TLSVersion{Version: "TLSv1.3", Accepted: no()}
	lost12 = scanner.TLSVersion{Version: "TLSv1.2"}
	lost13 = scanner.TLSVersion{Version: "TLSv1.3"}
)

func TestTLSOffer(t *testing.T) {
	const pkcs1, pss = "rsa_pkcs1_sha256", "rsa_pss_rsae_sha256"
	ffdhe, own, small := scanner.Prime{Bits: 2048, Group: "ffdhe2048"}, scanner.Prime{Bits: 2048}, scanner.Prime{Bits: 1024}
	for _, tt := range []struct {
		name     string
		versions []scanner.TLSVersion
		chains   []scanner.Chain
		lost     []string // what was asked and not learned
		want     string
	}{
		{"one of each", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite E128 | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"the server's order, its first not approved", []scanner.TLSVersion{v12("ECHA E256 E128 R128", "x25519 secp256r1", pkcs1, yes()), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite E256 of E256,E128 by server's order | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"the client's order", []scanner.TLSVersion{v12("E256 E128", "secp384r1 secp256r1", pkcs1+" "+pss, no()), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite  of E256,E128 by client's order | group  of secp384r1,secp256r1 by not determined | signature scheme  of rsa_pkcs1_sha256,rsa_pss_rsae_sha256 by not determined | certificate key RSA 2048"},
		{"an order that nobody saw", []scanner.TLSVersion{v12("E256 E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite  of E256,E128 by not determined | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"no approved suite", []scanner.TLSVersion{v12("ECHA R128", "secp256r1", pkcs1, yes()), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: no approved suite"},
		{"no approved group", []scanner.TLSVersion{v12("E128", "x25519", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: no approved group"},
		{"no approved scheme", []scanner.TLSVersion{v12("E128", "secp256r1", "rsa_pkcs1_sha1", nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: no approved signature scheme"},
		{"a key that is too short", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa1024}, nil,
			"approved-only: no; TLSv1.2: its certificate: RSA 1024 is disallowed"},
		{"a certificate signed with SHA-1", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsaSHA1}, nil,
			"approved-only: no; TLSv1.2: its certificate: 1.2.840.113549.1.1.5 is disallowed"},
		{"no extended_master_secret", []scanner.TLSVersion{ems(v12("E128", "secp256r1", pkcs1, nil), no()), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: it does not grant extended_master_secret"},
		{"extended_master_secret that nobody saw", []scanner.TLSVersion{ems(v12("E128", "secp256r1", pkcs1, nil), nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; TLSv1.2: whether it grants extended_master_secret was not observed"},

		{"DHE on a listed prime", []scanner.TLSVersion{dhe(v12("D128", "", pkcs1, nil), ffdhe), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite D128 | group ffdhe2048 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"DHE first, on a prime of its own", []scanner.TLSVersion{dhe(v12("D128 E128", "secp256r1", pkcs1, yes()), own), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: the server would choose D128: its prime of 2048 bits is disallowed; a client that leaves it out comes to E128"},
		{"DHE last, on a prime of its own", []scanner.TLSVersion{dhe(v12("E128 D128", "secp256r1", pkcs1, yes()), small), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite E128 of E128,D128 by server's order | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"DHE on a prime of its own, the client's order", []scanner.TLSVersion{dhe(v12("D128 E128", "secp256r1", pkcs1, no()), small), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite E128 | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048; not with D128: its prime of 1024 bits is disallowed"},
		{"DHE on a prime of its own, no order seen", []scanner.TLSVersion{dhe(v12("D128 E128", "secp256r1", pkcs1, nil), small), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; TLSv1.2: the server's order was not observed; under D128 its prime of 1024 bits is disallowed"},
		{"DHE on primes of both sorts", []scanner.TLSVersion{dhe(v12("D128", "", pkcs1, nil), ffdhe, own), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; TLSv1.2: it sends several primes, and prime of 2048 bits is disallowed"},
		{"DHE on a prime that nobody saw", []scanner.TLSVersion{v12("D128", "", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; TLSv1.2: not all finite-field groups were observed"},
		{"curves gone, DHE left", []scanner.TLSVersion{dhe(v12("E128 D128", "x25519", pkcs1, yes()), ffdhe), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite D128 | group ffdhe2048 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"with a shared key only", []scanner.TLSVersion{v12("DPSK", "", "", nil), none13}, nil, nil,
			"approved-only: no; TLSv1.2: what is left of approved suites wants a key that is shared beforehand"},

		{"two chains, the first too short", []scanner.TLSVersion{v12("E128 EC128", "secp256r1", pkcs1+" ecdsa_secp256r1_sha256", yes()), none13}, []scanner.Chain{rsa1024, p256}, nil,
			"approved-only: no; TLSv1.2: the server would choose E128: its certificate: RSA 1024 is disallowed; a client that leaves it out comes to EC128"},
		{"two chains, the first signs with SHA-1 only", []scanner.TLSVersion{v12("E128 EC128", "secp256r1", "rsa_pkcs1_sha1 ecdsa_secp256r1_sha256", yes()), none13}, []scanner.Chain{rsa2048, p256}, nil,
			"approved-only: unobserved; TLSv1.2: the server may choose E128: no approved signature scheme"},
		{"two chains, the last signs with SHA-1 only", []scanner.TLSVersion{v12("EC128 E128", "secp256r1", "rsa_pkcs1_sha1 ecdsa_secp256r1_sha256", yes()), none13}, []scanner.Chain{rsa2048, p256}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite EC128 of EC128,E128 by server's order | group secp256r1 | signature scheme ecdsa_secp256r1_sha256 | certificate key EC secp256r1"},
		{"two chains, one signs with SHA-1 only, one is too short", []scanner.TLSVersion{v12("EC128 E128", "secp256r1", "ecdsa_sha1 rsa_pkcs1_sha256", yes()), none13}, []scanner.Chain{rsa1024, p256}, nil,
			"approved-only: no; TLSv1.2: the server would choose E128: its certificate: RSA 1024 is disallowed"},
		{"two chains, one signs with SHA-1 only, the client's order", []scanner.TLSVersion{v12("E128 EC128", "secp256r1", "rsa_pkcs1_sha1 ecdsa_secp256r1_sha256", no()), none13}, []scanner.Chain{rsa2048, p256}, nil,
			"approved-only: yes approved | version TLSv1.2 | suite EC128 | group secp256r1 | signature scheme ecdsa_secp256r1_sha256 | certificate key EC secp256r1; not with E128: no approved signature scheme"},
		{"SHA-1 only, the server's order", []scanner.TLSVersion{v12("E128 E256", "secp256r1", "rsa_pkcs1_sha1", yes()), none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.2: no approved signature scheme"},
		{"two chains of one sort, one too short", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048, rsa1024}, nil,
			"approved-only: unobserved; TLSv1.2: which of its certificates it shows was not observed, and of one RSA 1024 is disallowed"},
		{"a chain that nobody saw", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, nil, nil,
			"approved-only: unobserved; TLSv1.2: the certificate for rsa_pkcs1_sha256 was not observed"},

		{"TLS 1.3", []scanner.TLSVersion{v12("R128", "", "", nil), v13("A256 ACHA A128", "x25519 secp256r1", pss, yes())}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes approved | version TLSv1.3 | suite A256 of A256,A128 by server's order | group secp256r1 | signature scheme rsa_pss_rsae_sha256 | certificate key RSA 2048"},
		{"TLS 1.3, a hybrid group is allowed", []scanner.TLSVersion{none12, v13("A128", "X25519MLKEM768", pss, nil)}, []scanner.Chain{rsa2048}, nil,
			"approved-only: yes allowed | version TLSv1.3 | suite A128 | group X25519MLKEM768 | signature scheme rsa_pss_rsae_sha256 | certificate key RSA 2048"},
		{"TLS 1.3 by name fits the curve", []scanner.TLSVersion{none12, v13("A128", "secp256r1", "ecdsa_secp384r1_sha384", nil)}, []scanner.Chain{p384}, nil,
			"approved-only: yes approved | version TLSv1.3 | suite A128 | group secp256r1 | signature scheme ecdsa_secp384r1_sha384 | certificate key EC secp384r1"},
		{"TLS 1.3 by name fits not the curve", []scanner.TLSVersion{none12, v13("A128", "secp256r1", "ecdsa_secp256r1_sha256", nil)}, []scanner.Chain{p384}, nil,
			"approved-only: unobserved; TLSv1.3: the certificate for ecdsa_secp256r1_sha256 was not observed"},
		{"TLS 1.3 with ChaCha20 only", []scanner.TLSVersion{none12, v13("ACHA", "secp256r1", pss, nil)}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.3: no approved suite"},
		{"TLS 1.3 with x25519 only", []scanner.TLSVersion{none12, v13("A128", "x25519", pss, nil)}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.3: no approved group"},
		{"TLS 1.3 does not serve, TLS 1.2 does", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), v13("ACHA", "secp256r1", pss, nil)}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; TLSv1.3: no approved suite\napproved-only, without TLSv1.3: yes approved | version TLSv1.2 | suite E128 | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"TLS 1.3 was lost, TLS 1.2 serves", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), lost13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; whether it accepts TLSv1.3 was not observed\napproved-only, without TLSv1.3: yes approved | version TLSv1.2 | suite E128 | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"old versions only", []scanner.TLSVersion{{Version: "TLSv1.0", Accepted: yes(), Suites: list("R128")}, none12, none13}, []scanner.Chain{rsa2048}, nil,
			"approved-only: no; it accepts no approved version"},
		{"no version was asked", []scanner.TLSVersion{lost12, lost13}, nil, nil, "approved-only: unobserved; whether it accepts TLSv1.3 was not observed"},

		{"suites broken off, what came serves", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 suites"},
			"approved-only: yes approved | version TLSv1.2 | suite  of E128 by not determined | group secp256r1 | signature scheme rsa_pkcs1_sha256 | certificate key RSA 2048"},
		{"suites broken off, what came does not serve", []scanner.TLSVersion{v12("R128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 suites"},
			"approved-only: unobserved; TLSv1.2: not all suites were observed"},
		{"groups broken off", []scanner.TLSVersion{v12("E128", "x25519", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 groups"},
			"approved-only: unobserved; TLSv1.2: not all groups were observed"},
		{"groups broken off, what came serves", []scanner.TLSVersion{v12("E128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 groups"},
			"approved-only: yes approved | version TLSv1.2 | suite E128 | group  of secp256r1 by not determined | signature scheme  of rsa_pkcs1_sha256 by not determined | certificate key  of RSA 2048 by not determined"},
		{"schemes broken off", []scanner.TLSVersion{v12("E128", "secp256r1", "rsa_pkcs1_sha1", nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 signature schemes"},
			"approved-only: unobserved; TLSv1.2: not all signature schemes were observed"},
		{"a flight that broke off", []scanner.TLSVersion{v12("E128", "x25519", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 flight"},
			"approved-only: unobserved; TLSv1.2: not all groups were observed"},
		{"suites broken off, what came is refused", []scanner.TLSVersion{v12("E128 E256", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa1024}, []string{"TLSv1.2 suites"},
			"approved-only: unobserved; TLSv1.2: not all suites were observed"},
		{"a suite that the server took back", []scanner.TLSVersion{v12("R128", "secp256r1", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"alert: TLSv1.2 TLS_ECDH_anon_WITH_RC4_128_SHA"},
			"approved-only: no; TLSv1.2: no approved suite"},
		{"a scheme that TLS 1.3 does not have", []scanner.TLSVersion{none12, v13("A128", "secp256r1", pkcs1, nil)}, []scanner.Chain{rsa2048}, nil,
			"approved-only: unobserved; TLSv1.3: the certificate for rsa_pkcs1_sha256 was not observed"},
		{"a key on a curve that is no group", []scanner.TLSVersion{v12("EC128", "secp256r1", "ecdsa_secp256r1_sha256", nil), none13},
			[]scanner.Chain{leaf(scanner.Key{Algorithm: "EC", Bits: 233, Curve: "sect233k1"}, sha256RSA)}, nil,
			"approved-only: no; TLSv1.2: its certificate: EC sect233k1 is deprecated"},
		{"another version's loss", []scanner.TLSVersion{v12("E128", "x25519", pkcs1, nil), none13}, []scanner.Chain{rsa2048}, []string{"TLSv1.1 groups", "extensions"},
			"approved-only: no; TLSv1.2: no approved group"},
		{"a chain that could not be read", []scanner.TLSVersion{none12, v13("A128", "secp256r1", "", nil)}, nil, []string{"TLSv1.3 signature schemes", "TLSv1.3 chain"},
			"approved-only: unobserved; TLSv1.3: not all signature schemes were observed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := clients(on(judge(t, "2026-11-22"), func(o *scanner.Observation) {
				o.TLS = &scanner.TLS{Depth: "full", Versions: tt.versions, Chains: tt.chains}
				for _, what := range tt.lost {
					reason := scanner.ReasonTimeout
					if declined, ok := strings.CutPrefix(what, "alert: "); ok {
						what, reason = declined, scanner.ReasonAlert
					}
					o.Incomplete = append(o.Incomplete, scanner.Incomplete{What: what, Reason: reason})
				}
			}))
			if diff := cmp.Diff(strings.Split(short.Replace(tt.want), "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// clients is what negotiated tells of clients.
func clients(a fips.Assessment) []string { return negotiated(a.Offer)[1:] }

// The policy and the day decide.
func TestTLSOfferMoves(t *testing.T) {
	classic := []scanner.TLSVersion{v12("E128", "secp256r1", "rsa_pkcs1_sha256", nil), v13("A256", "secp256r1", "rsa_pss_rsae_sha256", nil)}
	quantum := []scanner.TLSVersion{none12, v13("A256", "MLKEM1024", "mldsa87", nil)}
	serves := " | version TLSv1.3 | suite A256 | group MLKEM1024 | signature scheme mldsa87 | certificate key ML-DSA-87"
	for _, tt := range []struct {
		name, policy string
		day          fips.Date
		versions     []scanner.TLSVersion
		chain        scanner.Chain
		want         string
	}{
		{"today", "", "2026-11-22", classic, rsa2048, "approved-only: yes approved | version TLSv1.3 | suite A256 | group secp256r1 | signature scheme rsa_pss_rsae_sha256 | certificate key RSA 2048"},
		{"when 112 bits are deprecated", "", "2031-01-01", classic, rsa2048, "approved-only: no; TLSv1.3: no approved signature scheme"},
		{"when curves are disallowed", "", "2036-01-01", classic, rsa2048, "approved-only: no; TLSv1.3: no approved group"},
		{"under cnsa2", "cnsa2", "2026-11-22", classic, rsa2048, "approved-only: no; TLSv1.3: no approved group"},
		{"under pqc", "pqc", "2026-11-22", classic, rsa2048, "approved-only: no; TLSv1.3: no approved group"},
		{"under cnsa2, with what it asks", "cnsa2", "2026-11-22", quantum, mldsa, "approved-only: yes approved" + serves},
		{"under pqc, with what it asks", "pqc", "2036-01-01", quantum, mldsa, "approved-only: yes approved" + serves},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judge(t, tt.day)
			if tt.policy != "" {
				j = builtIn(t, tt.policy, tt.day)
			}
			got := clients(on(j, func(o *scanner.Observation) {
				o.TLS = &scanner.TLS{Depth: "full", Versions: tt.versions, Chains: []scanner.Chain{tt.chain}}
			}))
			if diff := cmp.Diff([]string{short.Replace(tt.want)}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// At depth verdict only what was negotiated is known: it may show that a
// client connects, never that it does not.
func TestTLSOfferAtVerdict(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    scanner.TLSVersion
		want string
	}{
		{"negotiated", v12("E128", "secp256r1", "rsa_pkcs1_sha256", nil),
			"approved-only: yes approved | version TLSv1.2 | suite  of E128 by not determined | group  of secp256r1 by not determined | signature scheme  of rsa_pkcs1_sha256 by not determined | certificate key  of RSA 2048 by not determined"},
		{"another group negotiated", v12("E128", "x25519", "rsa_pkcs1_sha256", nil), "approved-only: unobserved; TLSv1.2: not all groups were observed"},
		{"another suite negotiated", v12("ECHA", "x25519", "rsa_pkcs1_sha256", nil), "approved-only: unobserved; TLSv1.2: not all suites were observed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := clients(on(judge(t, "2026-11-22"), func(o *scanner.Observation) {
				o.TLS = &scanner.TLS{Depth: "verdict", Versions: []scanner.TLSVersion{tt.v, none13}, Chains: []scanner.Chain{rsa2048}}
			}))
			if diff := cmp.Diff([]string{short.Replace(tt.want)}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An issuer counts as the leaf does; a root that came along is no reason.
func TestTLSOfferChain(t *testing.T) {
	issuer := func(key scanner.Key, oid string, self bool) scanner.Certificate {
		return scanner.Certificate{SHA256: fmt.Sprint(key, oid, self), Version: 3, Serial: "11223344556677889900", SignatureOID: oid, Key: key, CA: true, SelfSigned: self}
	}
	good, shortKey := scanner.Key{Algorithm: "RSA", Bits: 4096, Exponent: "65537"}, scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}
	for _, tt := range []struct {
		name   string
		issuer scanner.Certificate
		want   fips.Answer
	}{
		{"good", issuer(good, sha256RSA, false), fips.Yes},
		{"a key that is too short", issuer(shortKey, sha256RSA, false), fips.No},
		{"signed with SHA-1", issuer(good, sha1RSA, false), fips.No},
		{"a root that signed itself with SHA-1", issuer(good, sha1RSA, true), fips.Yes},
		{"one that nobody reads", scanner.Certificate{SHA256: "odd", Problem: "garbage"}, fips.Unseen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := leaf(scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}, sha256RSA)
			c.Certificates = append(c.Certificates, tt.issuer)
			a := on(judge(t, "2026-11-22"), func(o *scanner.Observation) {
				o.TLS = &scanner.TLS{Depth: "full", Versions: []scanner.TLSVersion{v12("E128", "secp256r1", "rsa_pkcs1_sha256", nil), none13}, Chains: []scanner.Chain{c}}
			})
			if got := a.Offer.Clients[0]; got.Connects != tt.want {
				t.Errorf("%+v, want %s", got, tt.want)
			}
		})
	}
}

// A policy may bar a curve as a group and not as a key: whether a server of
// TLS 1.2 then signs with the key was not seen.
func TestTLSOfferCurve(t *testing.T) {
	j := under(t, "2026-11-22", nil, fips.Demand{ID: "x/p384", Kinds: []string{"named-group"}, Names: []string{"secp384r1"}, Status: fips.NotApproved})
	for version, want := range map[string]fips.Answer{"TLSv1.2": fips.Unseen, "TLSv1.3": fips.Yes} {
		a := on(j, func(o *scanner.Observation) {
			versions := []scanner.TLSVersion{none12, v13("A128", "secp256r1", "ecdsa_secp384r1_sha384", nil)}
			if version == "TLSv1.2" {
				versions = []scanner.TLSVersion{v12("EC128", "secp256r1", "ecdsa_secp384r1_sha384", nil), none13}
			}
			o.TLS = &scanner.TLS{Depth: "full", Versions: versions, Chains: []scanner.Chain{p384}}
		})
		if got := a.Offer.Clients[0]; got.Connects != want {
			t.Errorf("%s: %+v, want %s", version, got, want)
		}
	}
}

// The chains shown to a client that names the endpoint count, not those shown
// without a name.
func TestTLSOfferNamed(t *testing.T) {
	named := rsa2048
	named.Name = "www.test"
	a := on(judge(t, "2026-11-22"), func(o *scanner.Observation) {
		o.TLS = &scanner.TLS{Depth: "full", Versions: []scanner.TLSVersion{v12("E128", "secp256r1", "rsa_pkcs1_sha256", nil), none13}, Chains: []scanner.Chain{rsa1024, named}}
	})
	if got := a.Offer.Clients[0]; got.Connects != fips.Yes {
		t.Errorf("%+v", got)
	}
}

// builtIn is the judge of a policy that comes with fipsweep.
func builtIn(t *testing.T, name string, day fips.Date) *fips.Judge {
	t.Helper()
	data, ok := catalogue.PolicyFile(name)
	if !ok {
		t.Fatalf("no policy %s", name)
	}
	policies, err := site.ParsePolicies(load(t), site.Source{Name: name, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	j, err := fips.NewJudge(load(t).Under(policies...), day)
	if err != nil {
		t.Fatal(err)
	}
	return j
}
