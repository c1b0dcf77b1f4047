package fips_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// demand fills in what a test does not care for.
func demand(d fips.Demand) fips.Demand {
	d.ID = "acme/" + d.ID
	d.Cite = []fips.Citation{{Document: "ACME-7", Section: "4.2"}}
	d.Because, d.Remedy, d.Confidence = "ACME says so.", "Do better.", "high"
	if d.Status == fips.Unobserved {
		d.Status = fips.NotApproved
	}
	return d
}

// under judges by the catalogue with a policy on top.
func under(t testing.TB, asOf fips.Date, add []fips.Rule, demands ...fips.Demand) *fips.Judge {
	t.Helper()
	p := fips.Policy{Name: "acme", Add: add}
	for _, d := range demands {
		p.Tighten = append(p.Tighten, demand(d))
	}
	j, err := fips.NewJudge(load(t).Under(p), asOf)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// atLeast asks for what a site might: so much or more, these or fewer.
func atLeast() []fips.Demand {
	return []fips.Demand{
		{ID: "rsa-3072", Kinds: []string{"public-key"}, Algorithm: "RSA", BelowBits: 3072},
		{ID: "curves", Kinds: []string{"public-key", "named-group"}, StrengthBelow: 128},
		{ID: "aes-256", Kinds: []string{"cipher", "ssh-cipher"}, StrengthBelow: 256},
		{ID: "groups", Kinds: []string{"named-group"}, StrengthBelow: 192, Only: []string{"secp256r1"}},
		{ID: "signatures", Kinds: []string{"signature-scheme", "ssh-hostkey"}, StrengthBelow: 128},
		{ID: "exchange", Kinds: []string{"key-exchange"}, StrengthBelow: 256}, // the group decides, so this asks for nothing
		{ID: "suites", Kinds: []string{"tls-cipher-suite"}, Only: []string{"TLS_AES_*", "TLS_ECDHE_*"}},
		{ID: "kex", Kinds: []string{"ssh-kex"}, Only: []string{"ecdh-sha2-*", "mlkem*"}},
	}
}

// A server with stricter parts only never fails.
func TestStricterServerPasses(t *testing.T) {
	j := under(t, today, nil, atLeast()...)
	tests := map[string]func(*scanner.Observation){
		"TLS 1.3": version(scanner.TLSVersion{Version: "TLSv1.3", Suites: []string{"TLS_AES_256_GCM_SHA384"}, Groups: []string{"secp384r1", "secp521r1", "SecP384r1MLKEM1024"},
			SignatureSchemes: []string{"ecdsa_secp384r1_sha384", "rsa_pss_rsae_sha512", "mldsa87"}}),
		"TLS 1.2": version(scanner.TLSVersion{Version: "TLSv1.2", Suites: []string{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}, ExtendedMasterSecret: yes()}),
		"RSA 4096": func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: 4096}}}
		},
		"P-384": func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ecdsa-sha2-nistp384", Curve: "nistp384", Bits: 384}}}
		},
		"SSH": func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{Banner: "SSH-2.0-x", Kexinit: &scanner.Kexinit{
				KexAlgorithms: []string{"ecdh-sha2-nistp384", "ext-info-s", "kex-strict-s-v00@openssh.com"}, ServerHostKeyAlgorithms: []string{"ecdsa-sha2-nistp384", "rsa-sha2-512"},
				EncryptionClientServer: []string{"aes256-gcm@openssh.com"}, MACClientServer: []string{"hmac-sha2-512"},
			}}
		},
		"nothing at all": func(*scanner.Observation) {},
	}
	for name, fill := range tests {
		if a := on(j, fill); len(a.Findings) > 0 {
			t.Errorf("%s: %v", name, told(a))
		}
	}
}

func TestPolicyTightens(t *testing.T) {
	host := func(kind string, bits int) func(*scanner.Observation) {
		return func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: kind, Bits: bits}}}
		}
	}
	tls12 := func(suites ...string) func(*scanner.Observation) {
		return version(scanner.TLSVersion{Version: "TLSv1.2", Suites: suites})
	}
	tests := []struct {
		name   string
		demand fips.Demand
		fill   func(*scanner.Observation)
		want   string // rulings by the policy: rule, status, and what the catalogue says
	}{
		{"short key", fips.Demand{ID: "a", Kinds: []string{"public-key"}, Algorithm: "RSA", BelowBits: 4096}, host("ssh-rsa", 3072), "acme/a not-approved public-key/RSA-3072-7679 approved"},
		{"key of just the length", fips.Demand{ID: "a", Kinds: []string{"public-key"}, Algorithm: "RSA", BelowBits: 4096}, host("ssh-rsa", 4096), ""},
		{"what is worse stays", fips.Demand{ID: "a", Kinds: []string{"public-key"}, Algorithm: "RSA", BelowBits: 4096}, host("ssh-rsa", 1024), ""},
		{"part of a suite", fips.Demand{ID: "a", Kinds: []string{"cipher"}, Names: []string{"AES-128-*"}}, tls12("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), "acme/a not-approved key-exchange/ECDHE approved"},
		{"part, against a rule for the whole suite", fips.Demand{ID: "a", Kinds: []string{"cipher"}, Names: []string{"AES-128-GCM"}},
			version(scanner.TLSVersion{Version: "TLSv1.3", Suites: []string{"TLS_AES_128_GCM_SHA256"}}), "acme/a not-approved tls-cipher-suite-rule/TLS13-AES-GCM approved"},
		{"other part", fips.Demand{ID: "a", Kinds: []string{"cipher"}, Names: []string{"AES-128-*"}}, tls12("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), ""},
		{"suite by name", fips.Demand{ID: "a", Kinds: []string{"tls-cipher-suite"}, Names: []string{"TLS_ECDHE_RSA_*"}, Status: fips.Deprecated}, tls12("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), "acme/a deprecated key-exchange/ECDHE approved"},
		{"quantum", fips.Demand{ID: "a", Quantum: true}, version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1", "MLKEM768"}}), "acme/a not-approved named-group/secp256r1 approved"},
		{"list, and a name that nobody knows", fips.Demand{ID: "a", Kinds: []string{"named-group"}, Only: []string{"P-384"}},
			version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp384r1", "0x4242"}}), "acme/a not-approved  unclassified"},
		{"before its day", fips.Demand{ID: "a", Quantum: true, From: "2026-11-23"}, version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}}), ""},
		{"after its day", fips.Demand{ID: "a", Quantum: true, Until: "2026-11-21"}, version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}}), ""},
		{"use", fips.Demand{ID: "a", Kinds: []string{"public-key"}, Names: []string{"P-256"}, Role: "verify"}, host("ecdsa-sha2-nistp256", 256), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			a := on(under(t, today, nil, tt.demand), tt.fill)
			for _, r := range a.Rulings {
				if r.Base == nil {
					continue
				}
				got = append(got, r.Rule+" "+r.Status.String()+" "+r.Base.Rule+" "+r.Base.Status.String())
				if r.Cite[0].Document != "ACME-7" || !strings.Contains(r.Because, "ACME says so.") || r.Remedy != "Do better." || r.Class == "" {
					t.Errorf("ruling: %+v", r)
				}
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got  %s\nwant %s\nof %v", s, tt.want, told(a))
			}
		})
	}
}

// Dates of the policy and of the catalogue make one timeline.
func TestPolicyDates(t *testing.T) {
	fill := version(scanner.TLSVersion{Version: "TLSv1.3", Groups: []string{"secp256r1"}})
	for _, tt := range []struct {
		asOf  fips.Date
		want  fips.Status
		rule  string
		until fips.Date
		next  fips.Status
	}{
		{"2026-12-31", fips.Approved, "named-group/secp256r1", "2026-12-31", fips.Deprecated},
		{"2027-01-01", fips.Deprecated, "acme/watch", "2029-12-31", fips.NotApproved},
		{"2030-01-01", fips.NotApproved, "acme/fail", "2030-06-30", fips.Approved},
		{"2030-07-01", fips.Approved, "named-group/secp256r1", "2035-12-31", fips.Disallowed},
		{"2036-01-01", fips.Disallowed, "named-group/secp256r1", "", 0},
	} {
		j := under(t, tt.asOf, nil,
			fips.Demand{ID: "watch", Kinds: []string{"named-group"}, StrengthBelow: 192, Status: fips.Deprecated, From: "2027-01-01", Until: "2029-12-31"},
			fips.Demand{ID: "fail", Kinds: []string{"named-group"}, StrengthBelow: 192, From: "2030-01-01", Until: "2030-06-30"})
		a := on(j, fill)
		i := slices.IndexFunc(a.Rulings, func(r fips.Ruling) bool { return r.Subject.Kind == "named-group" })
		r := a.Rulings[i]
		var next fips.Status
		if r.Next != nil {
			next = r.Next.Status
		}
		if r.Status != tt.want || r.Rule != tt.rule || r.Until != tt.until || next != tt.next {
			t.Errorf("%s: %s by %s until %s, then %s", tt.asOf, r.Status, r.Rule, r.Until, next)
		}
		if found, _ := j.Explain("named-group/secp256r1"); found[0].Status != tt.want || found[0].Rule != tt.rule || found[0].Until != tt.until || found[0].Policy != "fips140-3+acme" {
			t.Errorf("%s: explained as %+v", tt.asOf, found[0])
		}
	}
}

// A policy may rule on what the catalogue does not know, and on nothing else.
func TestPolicyAdds(t *testing.T) {
	add := []fips.Rule{
		{ID: "acme/ssh-kex/acme-kex", Kind: "ssh-kex", Name: "acme-kex", Status: fips.Approved, Because: "Ours.", Cite: []fips.Citation{{Document: "ACME-7", Section: "1"}}},
		{ID: "acme/ssh-kex/none", Kind: "ssh-kex", Name: "curve25519-sha256", Status: fips.Approved},
	}
	a := on(under(t, today, add), func(o *scanner.Observation) {
		o.SSH = &scanner.SSH{Kexinit: &scanner.Kexinit{KexAlgorithms: []string{"acme-kex", "curve25519-sha256", "other-kex"}}}
	})
	want := []string{"? ssh-kex other-kex unclassified", "acme/ssh-kex/acme-kex approved", "ssh-kex/curve25519-sha256 not-approved"}
	if diff := cmp.Diff(want, told(a)); diff != "" {
		t.Error(diff)
	}
}

// A finding keeps its id when a policy makes it worse.
func TestFindingIDUnderPolicy(t *testing.T) {
	fill := version(scanner.TLSVersion{Version: "TLSv1.2", Suites: []string{"TLS_DHE_RSA_WITH_AES_128_CBC_SHA"}})
	plain := on(judge(t, today), fill).Findings
	worse := on(under(t, today, nil, fips.Demand{ID: "a", Kinds: []string{"mac"}, Names: []string{"HMAC-SHA1"}}), fill).Findings
	if len(plain) != 1 || len(worse) != 1 || plain[0].ID != worse[0].ID || worse[0].Status != fips.NotApproved || worse[0].Rule != "acme/a" {
		t.Errorf("catalogue %+v\npolicy %+v", plain, worse)
	}
}
