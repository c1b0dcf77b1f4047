package fips_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func yes() *bool { b := true; return &b }
func no() *bool  { return new(bool) }

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// told writes rulings as "rule status", sorted; a ruling without a rule by its
// subject.
func told(a fips.Assessment) []string {
	var list []string
	for _, r := range a.Rulings {
		name := r.Rule
		if name == "" {
			name = "? " + r.Subject.Kind + " " + r.Subject.Name
		}
		list = append(list, name+" "+r.Status.String())
	}
	slices.Sort(list)
	return list
}

func on(j *fips.Judge, fill func(*scanner.Observation)) fips.Assessment {
	o := scanner.Observation{Endpoint: scanner.Endpoint{ID: "e"}}
	fill(&o)
	return j.Assess(o)
}

// version is a TLS endpoint that accepts one version.
func version(v scanner.TLSVersion) func(*scanner.Observation) {
	v.Accepted = yes()
	return func(o *scanner.Observation) { o.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{v}} }
}

func TestAssessTLS(t *testing.T) {
	tests := []struct {
		name string
		fill func(*scanner.Observation)
		want []string
	}{
		{"TLS 1.3 approved", version(scanner.TLSVersion{Version: "TLSv1.3",
			Suites: []string{"TLS_AES_128_GCM_SHA256"}, Groups: []string{"secp256r1", "SecP256r1MLKEM768"},
			SignatureSchemes: []string{"ecdsa_secp256r1_sha256"}}),
			[]string{
				"named-group/SecP256r1MLKEM768 approved", "named-group/secp256r1 approved", "protocol-version/TLSv1.3 approved",
				"signature-scheme/ecdsa_secp256r1_sha256 approved", "tls-cipher-suite-rule/TLS13-AES-GCM approved",
			}},
		{"groups that are not", version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"x25519", "X25519MLKEM768", "secp256k1", "secp192r1"}}),
			[]string{
				"named-group/X25519MLKEM768 allowed", "named-group/secp192r1 disallowed", "named-group/secp256k1 not-approved",
				"named-group/x25519 not-approved", "protocol-version/TLSv1.3 approved",
			}},
		{"extended master secret granted", version(scanner.TLSVersion{Version: "TLSv1.2", ExtendedMasterSecret: yes()}),
			[]string{"protocol-version/TLSv1.2 approved", "tls-extension/extended_master_secret approved"}},
		{"extended master secret absent", version(scanner.TLSVersion{Version: "TLSv1.2", ExtendedMasterSecret: no()}),
			[]string{"protocol-version/TLSv1.2 approved", "tls-extension/extended_master_secret-absent not-approved"}},
		{"extended master secret not asked", version(scanner.TLSVersion{Version: "TLSv1.2"}),
			[]string{"protocol-version/TLSv1.2 approved"}},
		{"old version with its suites", version(scanner.TLSVersion{Version: "SSLv3", Suites: []string{"TLS_RSA_WITH_RC4_128_SHA"}}),
			[]string{"key-exchange/RSA disallowed", "protocol-version/SSLv3 disallowed"}},
		{"SSL 2.0 kinds", version(scanner.TLSVersion{Version: "SSLv2", Suites: []string{"SSL_CK_RC4_128_WITH_MD5"}}),
			[]string{"protocol-version/SSLv2 disallowed", "ssl2-cipher-kind/SSL_CK_RC4_128_WITH_MD5 disallowed"}},
		{"code points without a name", version(scanner.TLSVersion{Version: "TLSv1.3", Suites: []string{"0x4242", "0xC02F"}, Groups: []string{"0x4242"}}),
			[]string{"? named-group 0x4242 unclassified", "? tls-cipher-suite 0x4242 unclassified",
				"key-exchange/ECDHE approved", "protocol-version/TLSv1.3 approved"}},
		{"listed primes", version(scanner.TLSVersion{Version: "TLSv1.2", Primes: []scanner.Prime{{Bits: 2048, Group: "ffdhe2048", SHA256: "aa"}, {Bits: 4096, Group: "MODP-4096", SHA256: "bb"}}}),
			[]string{"named-group/MODP-4096 approved", "named-group/ffdhe2048 approved", "protocol-version/TLSv1.2 approved"}},
		{"primes of their own", version(scanner.TLSVersion{Version: "TLSv1.2", Primes: []scanner.Prime{{Bits: 2048, SHA256: "aa"}, {Bits: 1024, SHA256: "bb"}, {Bits: 1024, Group: "MODP-1024", SHA256: "cc"}}}),
			[]string{"key-exchange/DHE-below-2048 disallowed", "key-exchange/DHE-unknown-group disallowed", "named-group/MODP-1024 disallowed", "protocol-version/TLSv1.2 approved"}},
		{"refused and unobserved versions say nothing", func(o *scanner.Observation) {
			o.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{{Version: "SSLv3", Accepted: no()}, {Version: "TLSv1.0"}}}
		}, nil},
		{"STARTTLS", func(o *scanner.Observation) { o.TLS = &scanner.TLS{STARTTLS: "smtp"} },
			[]string{"protocol-version/STARTTLS-not-enforced deprecated"}},
		{"STARTTLS that is required", func(o *scanner.Observation) { o.TLS = &scanner.TLS{STARTTLS: "xmpp", Required: yes()} }, nil},
		{"STARTTLS that may be left out", func(o *scanner.Observation) { o.TLS = &scanner.TLS{STARTTLS: "xmpp", Required: no()} },
			[]string{"protocol-version/STARTTLS-not-enforced deprecated"}},
		{"TLS or RDP's own security", func(o *scanner.Observation) {
			o.TLS = &scanner.TLS{STARTTLS: "rdp", Required: no(), OwnCiphers: []string{"RC4-128"}}
		}, []string{"cipher/RC4-128 not-approved", "protocol-version/STARTTLS-not-enforced deprecated"}},
		{"RDP's own security", func(o *scanner.Observation) {
			o.Plain = &scanner.Plain{Protocol: "rdp", OwnCiphers: []string{"RC4-128", "RC4-56", "RC4-40", "3DES-EDE-CBC"}}
		}, []string{"cipher/3DES-EDE-CBC#encryption disallowed", "cipher/RC4-128 not-approved", "cipher/RC4-40 not-approved", "cipher/RC4-56 not-approved"}},
		{"RDP's own security without a cipher", func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "rdp", OwnCiphers: []string{"NULL"}} },
			[]string{"cipher/NULL disallowed"}},
		{"RDP's own security, unseen", func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "rdp"} },
			[]string{"? protocol-version unknown unclassified"}},
		{"cleartext", func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "http"} },
			[]string{"protocol-version/cleartext not-approved"}},
		{"an unknown protocol", func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "unknown"} },
			[]string{"? protocol-version unknown unclassified"}},
		{"failure", func(o *scanner.Observation) { o.Failure = &scanner.Failure{Reason: scanner.ReasonRefused} }, nil},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(on(j, tt.fill))); diff != "" {
				t.Errorf("rulings (-want +got):\n%s", diff)
			}
		})
	}
}

// What is seen twice is ruled on once, and tells both places.
func TestAssessMergesPlaces(t *testing.T) {
	a := on(judge(t, today), func(o *scanner.Observation) {
		suites := []string{"TLS_RSA_WITH_AES_128_CBC_SHA"}
		o.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{
			{Version: "TLSv1.1", Accepted: yes(), Suites: suites}, {Version: "TLSv1.2", Accepted: yes(), Suites: suites},
		}}
	})
	want := map[string][]string{
		"protocol-version/TLSv1.1": nil, "protocol-version/TLSv1.2": nil, "key-exchange/RSA": {"TLSv1.1", "TLSv1.2"},
	}
	got := map[string][]string{}
	for _, r := range a.Rulings {
		got[r.Rule] = r.Where
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if a.Worst != fips.Disallowed || len(a.Findings) != 2 || a.Findings[0].ID == a.Findings[1].ID {
		t.Errorf("worst %s, %d findings", a.Worst, len(a.Findings))
	}
}

func TestAssessSSH(t *testing.T) {
	kex := func(primes []scanner.Prime, names ...string) func(*scanner.Observation) {
		return func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{Kexinit: &scanner.Kexinit{KexAlgorithms: names}, Primes: primes}
		}
	}
	keys := func(keys ...scanner.HostKey) func(*scanner.Observation) {
		return func(o *scanner.Observation) { o.SSH = &scanner.SSH{HostKeys: keys} }
	}
	const gex = "diffie-hellman-group-exchange-sha256"
	listed, local := scanner.Prime{Bits: 3072, Group: "MODP-3072"}, scanner.Prime{Bits: 2048, SHA256: "aa"}
	tests := []struct {
		name string
		fill func(*scanner.Observation)
		want []string
	}{
		{"version 2", func(o *scanner.Observation) { o.SSH = &scanner.SSH{Banner: "SSH-2.0-OpenSSH_9.6"} }, []string{"protocol-version/SSH-2 approved"}},
		{"version 1", func(o *scanner.Observation) { o.SSH = &scanner.SSH{Banner: "SSH-1.5-old"} }, []string{"protocol-version/SSH-1 disallowed"}},
		{"both versions", func(o *scanner.Observation) { o.SSH = &scanner.SSH{Banner: "SSH-1.99-old"} },
			[]string{"protocol-version/SSH-1 disallowed", "protocol-version/SSH-2 approved"}},
		{"a version of the future", func(o *scanner.Observation) { o.SSH = &scanner.SSH{Banner: "SSH-3.0-new"} },
			[]string{"? protocol-version SSH-3.0 unclassified"}},
		{"methods, signals and unknown names", kex(nil, "ecdh-sha2-nistp256", "curve25519-sha256@libssh.org", "kex-strict-s-v00@openssh.com", "ext-info-s", "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==", "made-up"),
			[]string{"? ssh-kex made-up unclassified", "ssh-kex/curve25519-sha256 not-approved", "ssh-kex/ecdh-sha2-nistp256 approved", "ssh-kex/gss-group14-sha256-* approved"}},
		{"signals alone", kex(nil, "kex-strict-s-v00@openssh.com", "ext-info-s", "kexguess2@matt.ucc.asn.au"), nil},
		{"names are compared byte by byte", kex(nil, "ECDH-SHA2-NISTP256"), []string{"? ssh-kex ECDH-SHA2-NISTP256 unclassified"}},
		{"group exchange, no prime captured", kex(nil, gex), []string{"ssh-kex/" + gex + "#other-group disallowed"}},
		{"group exchange, listed prime", kex([]scanner.Prime{listed}, gex), []string{"named-group/MODP-3072 approved", "ssh-kex/" + gex + "#listed-group approved"}},
		{"group exchange, one prime of its own", kex([]scanner.Prime{listed, local}, gex),
			[]string{"key-exchange/DHE-unknown-group disallowed", "named-group/MODP-3072 approved", "ssh-kex/" + gex + "#other-group disallowed"}},
		{"group exchange, listed but short", kex([]scanner.Prime{{Bits: 1536, Group: "MODP-1536"}}, gex),
			[]string{"named-group/MODP-1536 disallowed", "ssh-kex/" + gex + "#other-group disallowed"}},
		{"group exchange, a group of RFC 5114", kex([]scanner.Prime{{Bits: 2048, Group: "RFC5114-24"}}, gex),
			[]string{"named-group/RFC5114-24 allowed", "ssh-kex/" + gex + "#other-group disallowed"}},
		{"host keys", keys(scanner.HostKey{Type: "ssh-rsa", Bits: 3072, SHA256: "a"}, scanner.HostKey{Type: "ssh-rsa", Bits: 1024, SHA256: "b"},
			scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "secp256r1", SHA256: "c"}, scanner.HostKey{Type: "ssh-ed25519", Bits: 256, SHA256: "d"},
			scanner.HostKey{Type: "ssh-dss", Bits: 1024, SHA256: "e"}, scanner.HostKey{Type: "ecdsa-sha2-nistp384", SHA256: "f"},
			scanner.HostKey{Type: "ssh-mldsa-65", SHA256: "g"}, scanner.HostKey{Type: "made-up", SHA256: "h"}),
			[]string{"? public-key made-up unclassified", "public-key/DSA-other disallowed", "public-key/EC-P-256 approved", "public-key/EC-P-384 approved", "public-key/Ed25519 approved",
				"public-key/ML-DSA-65 approved", "public-key/RSA-1024-2047#signature-generation disallowed", "public-key/RSA-3072-7679 approved"}},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(on(j, tt.fill))); diff != "" {
				t.Errorf("rulings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSSHDirections(t *testing.T) {
	a := on(judge(t, today), func(o *scanner.Observation) {
		o.SSH = &scanner.SSH{Kexinit: &scanner.Kexinit{
			ServerHostKeyAlgorithms: []string{"ssh-rsa", "rsa-sha2-256"},
			EncryptionClientServer:  []string{"aes128-ctr", "3des-cbc"}, EncryptionServerClient: []string{"aes128-ctr", "arcfour"},
			MACClientServer: []string{"hmac-sha1", "hmac-sha2-256"}, MACServerClient: []string{"hmac-sha2-256"},
			CompressionClientServer: []string{"zlib@openssh.com"},
		}}
	})
	got := map[string]string{}
	for _, r := range a.Rulings {
		got[r.Rule] = fmt.Sprintf("%s %s %v", r.Class, r.Status, r.Where)
	}
	want := map[string]string{
		"ssh-hostkey/ssh-rsa#signature-generation": "ssh-hostkey disallowed []", "ssh-hostkey/rsa-sha2-256": "ssh-hostkey approved []",
		"ssh-cipher/aes128-ctr": "ssh-cipher-mac approved []", "ssh-cipher/3des-cbc": "ssh-cipher-mac disallowed [client to server]",
		"ssh-cipher/arcfour": "ssh-cipher-mac not-approved [server to client]",
		"ssh-mac/hmac-sha1":  "ssh-cipher-mac deprecated [client to server]", "ssh-mac/hmac-sha2-256": "ssh-cipher-mac approved []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rulings (-want +got):\n%s", diff)
	}
}

// A draft that has come to hold is said to be one, and an ended approval no
// longer says that nothing need be done.
func TestAssessLater(t *testing.T) {
	groups := version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}, Suites: []string{"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"}})
	tests := []struct {
		asOf, rule string
		status     fips.Status
		draft      bool
		until      fips.Date
		next       fips.Status
	}{
		{"2026-11-22", "named-group/secp256r1", fips.Approved, false, "2035-12-31", fips.Disallowed},
		{"2035-12-31", "named-group/secp256r1", fips.Approved, false, "2035-12-31", fips.Disallowed},
		{"2036-01-01", "named-group/secp256r1", fips.Disallowed, true, "", 0},
		{"2030-12-31", "key-exchange/DHE-named-safe-prime", fips.Approved, false, "2030-12-31", fips.Deprecated},
		{"2031-01-01", "key-exchange/DHE-named-safe-prime", fips.Deprecated, true, "2035-12-31", fips.Disallowed},
		{"2030-12-31", "mac/HMAC-SHA1", fips.Deprecated, false, "2030-12-31", fips.Disallowed},
		{"2031-01-01", "mac/HMAC-SHA1", fips.Disallowed, false, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.asOf+" "+tt.rule, func(t *testing.T) {
			a := on(judge(t, fips.Date(tt.asOf)), groups)
			i := slices.IndexFunc(a.Rulings, func(r fips.Ruling) bool { return r.Rule == tt.rule })
			if i < 0 {
				t.Fatalf("not ruled: %v", told(a))
			}
			r := a.Rulings[i]
			var next fips.Status
			if r.Next != nil {
				next = r.Next.Status
			}
			if r.Status != tt.status || r.Draft != tt.draft || r.Until != tt.until || next != tt.next {
				t.Errorf("%s, draft %t, until %q, then %s", r.Status, r.Draft, r.Until, next)
			}
			if r.Status == fips.Disallowed && len(r.Remedy) > 8 && r.Remedy[:9] == "No action" {
				t.Errorf("remedy of a finding: %s", r.Remedy)
			}
		})
	}
}

func TestNewJudge(t *testing.T) {
	c := load(t)
	for _, asOf := range []fips.Date{"2024-02-29", "", "soon", "2031-1-1", "2026-02-30"} {
		if _, err := fips.NewJudge(c, asOf); err == nil {
			t.Errorf("a judge on %q", asOf)
		}
	}
	if _, err := fips.NewJudge(c, c.Since); err != nil {
		t.Error(err)
	}
}
