package fips_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// trust is what a set of anchors said; "" for the reason means trusted.
func trust(anchors, reason, from, until string) scanner.Trust {
	t := scanner.Trust{Anchors: anchors, Reason: reason}
	if reason != scanner.TrustUncomputable {
		yes := reason == ""
		t.Trusted = &yes
	}
	if from != "" {
		a, b := day(from), day(until)
		t.From, t.Until = &a, &b
	}
	return t
}

func shown(name string, path []int, trust []scanner.Trust, certs ...scanner.Certificate) func(*scanner.Observation) {
	return func(o *scanner.Observation) {
		o.TLS = &scanner.TLS{Chains: []scanner.Chain{{Version: "TLSv1.3", Name: name, Certificates: certs, Path: path, Trust: trust}}}
	}
}

// chainRulings leaves out what every good leaf and issuer gets, and the detail.
func chainRulings(a fips.Assessment) string {
	var list []string
	for _, text := range about(a) {
		list = append(list, strings.TrimPrefix(text, "certificate-property/"))
	}
	return strings.Join(list, ", ")
}

// TestTrustRuled has each outcome of trust on a day, and what the day changes:
// no anchors are needed to judge another.
func TestTrustRuled(t *testing.T) {
	self := goodLeaf()
	self.SelfSigned, self.Issuer, self.Revocation = true, self.Subject, false
	over := goodLeaf()
	over.NotAfter = day("2026-10-01")
	for _, row := range []struct {
		name  string
		asOf  fips.Date
		trust []scanner.Trust
		leaf  scanner.Certificate
		want  string
	}{
		{"no anchors at hand", today, nil, goodLeaf(), ""},
		{"trusted", today, []scanner.Trust{trust("system", "", "2026-06-01", "2026-12-01")}, goodLeaf(), "trusted-chain approved"},
		{"trusted on its last day", "2026-12-01", []scanner.Trust{trust("system", "", "2026-06-01", "2026-12-01")}, goodLeaf(), "trusted-chain approved"},
		{"not trusted", today, []scanner.Trust{trust("system", scanner.TrustUnknownAuthority, "", "")}, goodLeaf(), "untrusted-chain disallowed"},
		{"by one of two", today, []scanner.Trust{trust("system", scanner.TrustUnknownAuthority, "", ""), trust("ca.pem", "", "2026-06-01", "2026-12-01")}, goodLeaf(), "trusted-chain approved"},
		{"by neither", today, []scanner.Trust{trust("system", scanner.TrustUnknownAuthority, "", ""), trust("ca.pem", scanner.TrustUsage, "", "")}, goodLeaf(), "untrusted-chain disallowed"},
		{"nobody knows", today, []scanner.Trust{trust("system", scanner.TrustUncomputable, "", ""), trust("ca.pem", scanner.TrustUnknownAuthority, "", "")}, goodLeaf(), ""},
		{"its issuer's time is over", today, []scanner.Trust{trust("ca.pem", "", "2026-06-01", "2026-11-21")}, goodLeaf(), "untrusted-chain disallowed"},
		{"its issuer's time begins later", today, []scanner.Trust{trust("ca.pem", "", "2026-11-23", "2026-12-01")}, goodLeaf(), "untrusted-chain disallowed"},
		{"its own time is over, which has a rule of its own", today, []scanner.Trust{trust("ca.pem", "", "2026-06-01", "2026-10-01")}, over, "expired disallowed"},
		{"then it was trusted", "2026-09-01", []scanner.Trust{trust("ca.pem", "", "2026-06-01", "2026-10-01")}, over, "trusted-chain approved"},
		{"signed by itself, which has a rule of its own", today, []scanner.Trust{trust("system", scanner.TrustUnknownAuthority, "", "")}, self, "self-signed-leaf not-approved"},
		{"signed by itself, on the list", today, []scanner.Trust{trust("ca.pem", "", "2026-06-01", "2026-12-01")}, self, "trusted-chain approved"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := chainRulings(on(judge(t, row.asOf), shown("", []int{0}, row.trust, row.leaf)))
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestUntrustedSaysWhy: the finding tells each set of anchors with its reason,
// and what was not shown.
func TestUntrustedSaysWhy(t *testing.T) {
	list := []scanner.Trust{trust("system", scanner.TrustUnknownAuthority, "", ""), trust("ca.pem", "", "2026-06-01", "2026-11-01")}
	for _, f := range on(judge(t, today), shown("", []int{0}, list, goodLeaf())).Findings {
		for _, want := range []string{"By the trust store of the scanning machine: unknown authority.", "By ca.pem it is trusted from 2026-06-01 to 2026-11-01 only.",
			`The certificate of "CN=Issuer" was not shown.`, "--trust"} {
			if !strings.Contains(f.Because, want) {
				t.Errorf("%q does not say %q", f.Because, want)
			}
		}
	}
}

func TestChainOrder(t *testing.T) {
	issuer, top, stranger := goodLeaf(), goodLeaf(), goodLeaf()
	issuer.SHA256, issuer.Subject, issuer.Issuer, issuer.CA = "issuer", "CN=Issuer", "CN=Root", true
	top.SHA256, top.Subject, top.Issuer, top.CA = "top", "CN=Root", "CN=Further", true
	stranger.SHA256 = "stranger"
	for _, row := range []struct {
		name  string
		path  []int
		certs []scanner.Certificate
		want  string
	}{
		{"in order", []int{0, 1, 2}, []scanner.Certificate{goodLeaf(), issuer, top}, ""},
		{"out of order", []int{0, 2, 1}, []scanner.Certificate{goodLeaf(), top, issuer}, "chain-out-of-order deprecated"},
		{"a stranger", []int{0, 1}, []scanner.Certificate{goodLeaf(), issuer, stranger}, "chain-unneeded-certificates allowed"},
		{"both", []int{0, 3, 2}, []scanner.Certificate{goodLeaf(), stranger, top, issuer}, "chain-out-of-order deprecated, chain-unneeded-certificates allowed"},
		{"a journal that nobody wrote", []int{0, 9}, []scanner.Certificate{goodLeaf()}, ""},
	} {
		if got := chainRulings(on(judge(t, today), shown("", row.path, nil, row.certs...))); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	// Issuer and subject are held to each other wherever they stand.
	notCA := issuer
	notCA.CA = false
	if got := chainRulings(on(judge(t, today), shown("", []int{0, 2, 1}, nil, goodLeaf(), top, notCA))); got != "ca-without-ca-bit disallowed, chain-out-of-order deprecated" {
		t.Errorf("an issuer out of order: %q", got)
	}
}

// TestWeakKeys: each weakness has a rule that catches it, in a certificate, in
// a file and at an SSH server.
func TestWeakKeys(t *testing.T) {
	for _, row := range []struct {
		weakness scanner.Weakness
		want     string
		says     string
	}{
		{scanner.Weakness{Name: scanner.WeakSmallFactor, Detail: "divisible by 3"}, "rsa-small-factor", "It is divisible by 3."},
		{scanner.Weakness{Name: scanner.WeakClosePrimes}, "rsa-fermat-close-primes", ""},
		{scanner.Weakness{Name: scanner.WeakROCA}, "rsa-roca", ""},
		{scanner.Weakness{Name: scanner.WeakListed, Detail: "blacklist.RSA-2048"}, "known-compromised-key", "It is on the list blacklist.RSA-2048."},
		{scanner.Weakness{Name: "of the future"}, "? certificate-property of the future unclassified", ""},
	} {
		t.Run(row.weakness.Name, func(t *testing.T) {
			want := row.want
			if !strings.HasPrefix(want, "?") {
				want = "certificate-property/" + want + " disallowed"
			}
			leaf, weak := goodLeaf(), []scanner.Weakness{row.weakness}
			leaf.Key.Weak = weak
			for where, fill := range map[string]func(*scanner.Observation){
				"certificate": served("www.example", leaf),
				"file":        inFile(scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: "EC", Curve: "secp256r1", Bits: 256, Weak: weak}}),
				"SSH": func(o *scanner.Observation) {
					o.SSH = &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "nistp256", SHA256: "k", Weak: weak}}}
				},
			} {
				a := on(judge(t, today), fill)
				if !slices.Contains(told(a), want) || a.Worst < fips.Unclassified {
					t.Errorf("%s: %v, worst %s, want %s", where, told(a), a.Worst, want)
				}
				for _, f := range a.Findings {
					if f.Class != fips.ClassWeakKey || !strings.HasSuffix(f.Because, row.says) {
						t.Errorf("%s: class %s because %q, want that it %q", where, f.Class, f.Because, row.says)
					}
				}
			}
		})
	}
}
