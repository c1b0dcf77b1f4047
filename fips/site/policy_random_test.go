package site_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

func judgeOn(t testing.TB, c *fips.Catalogue, day fips.Date) *fips.Judge {
	t.Helper()
	j, err := fips.NewJudge(c, day)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// milder fails if any rule's subject, any suite or anything in an endpoint that
// offers everything is better under a policy than without.
func milder(t *testing.T, base, policy *fips.Judge, c *fips.Catalogue) {
	t.Helper()
	milderRules(t, base, policy, c)
	was, is := statuses(base), statuses(policy)
	for subject, list := range was {
		if len(is[subject]) != len(list) {
			t.Errorf("%s: %d rulings without the policy, %d with it", subject, len(list), len(is[subject]))
			continue
		}
		for i, s := range list {
			if got := is[subject][i]; got < s {
				t.Errorf("%s on %s: %s without the policy, %s with it", subject, base.AsOf(), s, got)
			}
		}
	}
}

func milderRules(t *testing.T, base, policy *fips.Judge, c *fips.Catalogue) {
	t.Helper()
	for i := range c.Rules {
		r := &c.Rules[i]
		was, ok1 := base.Standing(r)
		is, ok2 := policy.Standing(r)
		if ok1 != ok2 || is.Status < was.Status {
			t.Errorf("%s on %s: %s without the policy, %s with it", r.ID, base.AsOf(), was.Status, is.Status)
		}
	}
}

// statuses rules on an endpoint that offers everything.
func statuses(j *fips.Judge) map[string][]fips.Status {
	all := map[string][]fips.Status{}
	for _, o := range everything() {
		for _, r := range j.Assess(o).Rulings {
			key := strings.Join([]string{r.Subject.Kind, r.Subject.Name, r.Certificate, string(r.Class)}, " ")
			all[key] = append(all[key], r.Status)
		}
	}
	for _, list := range all {
		slices.Sort(list)
	}
	return all
}

// everything is observations of all that the registries name, and of some that
// nobody knows.
func everything() []scanner.Observation {
	yes := true
	tls := scanner.TLSVersion{Version: "TLSv1.2", Accepted: &yes, ExtendedMasterSecret: new(bool), Suites: append(iana.SuiteNames(), "0x4242"),
		Primes: []scanner.Prime{{Bits: 2048, Group: "ffdhe2048"}, {Bits: 4096, SHA256: "aa"}, {Bits: 1024, SHA256: "bb"}}}
	for _, g := range iana.Groups() {
		tls.Groups = append(tls.Groups, g.Name)
	}
	tls.Groups = append(tls.Groups, "0x4242")
	for _, s := range iana.Schemes() {
		tls.SignatureSchemes = append(tls.SignatureSchemes, s.Name)
	}
	k := &scanner.Kexinit{KexAlgorithms: []string{"made-up"}}
	lists := map[string]*[]string{"ssh-kex": &k.KexAlgorithms, "ssh-hostkey": &k.ServerHostKeyAlgorithms, "ssh-cipher": &k.EncryptionClientServer, "ssh-mac": &k.MACClientServer}
	for _, n := range iana.SSHNames() {
		*lists[n.Kind] = append(*lists[n.Kind], n.Name)
	}
	ssh := &scanner.SSH{Banner: "SSH-1.99-x", Kexinit: k}
	for _, bits := range []int{0, 512, 1023, 1024, 2047, 2048, 3071, 3072, 4095, 4096, 8192, 16384} {
		ssh.HostKeys = append(ssh.HostKeys, scanner.HostKey{Type: "ssh-rsa", Bits: bits, SHA256: fmt.Sprint(bits)}, scanner.HostKey{Type: "ssh-dss", Bits: bits, SHA256: fmt.Sprint("d", bits)})
	}
	for _, curve := range []string{"nistp256", "nistp384", "nistp521", "secp256k1", "made-up"} {
		ssh.HostKeys = append(ssh.HostKeys, scanner.HostKey{Type: "ecdsa-sha2-" + curve, Curve: curve, SHA256: curve})
	}
	var store scanner.Store
	for _, hash := range []string{"SHA-1", "SHA-224", "SHA-256", "SHA-384", "MD5", "made-up"} {
		for _, mask := range []string{hash, "SHA-512"} {
			store.Items = append(store.Items, scanner.Item{Kind: scanner.ItemCertificate, SHA256: hash + mask, Certificate: &scanner.Certificate{Version: 3, SHA256: hash + mask,
				SignatureOID: "1.2.840.113549.1.1.10", PSS: &scanner.PSS{Hash: hash, MGFHash: mask, SaltLen: 20}, Key: scanner.Key{Algorithm: "RSASSA-PSS", Bits: 2048}}})
		}
	}
	for _, o := range iana.OIDs() {
		if o.Kind == "signature" {
			store.Items = append(store.Items, scanner.Item{Kind: scanner.ItemCertificate, SHA256: o.OID, Certificate: &scanner.Certificate{Version: 3, SHA256: o.OID,
				SignatureOID: o.OID, SignatureAlgorithm: o.Name, Key: scanner.Key{Algorithm: "Ed25519"}}})
		}
	}
	for _, bits := range []int{56, 128, 256} {
		store.Items = append(store.Items, scanner.Item{Kind: scanner.ItemSecretKey, SHA256: fmt.Sprint("s", bits), Key: &scanner.Key{Algorithm: "AES", Bits: bits}})
	}
	return []scanner.Observation{{TLS: &scanner.TLS{Versions: []scanner.TLSVersion{tls, {Version: "SSLv3", Accepted: &yes}}, STARTTLS: "smtp"}}, {SSH: ssh}, {Store: &store}}
}

// overlay writes some policy: mostly demands that can be, in every form.
func overlay(r *rand.Rand, c *fips.Catalogue) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	b.WriteString("policy: random\ntighten:\n")
	for i := range 1 + r.IntN(4) {
		rule := c.Rules[r.IntN(len(c.Rules))]
		fmt.Fprintf(&b, "- id: d%d\n  kind: %s\n", i, rule.Kind)
		name := func() string {
			n := c.Rules[r.IntN(len(c.Rules))]
			for n.Kind != rule.Kind {
				n = c.Rules[r.IntN(len(c.Rules))]
			}
			if cut := 1 + r.IntN(len(n.Name)); r.IntN(3) == 0 {
				return fmt.Sprintf("%q", strings.ToValidUTF8(n.Name[:cut], "")+"*")
			}
			return fmt.Sprintf("%q", n.Name)
		}
		switch r.IntN(7) {
		case 0:
			fmt.Fprintf(&b, "  name: %s\n", name())
		case 1:
			fmt.Fprintf(&b, "  name: [%s, %s]\n", name(), name())
		case 2:
			fmt.Fprintf(&b, "  only: [%s, %s, %s]\n", name(), name(), name())
		case 3:
			fmt.Fprintf(&b, "  strength_below: %d\n", 1+r.IntN(300))
		case 4:
			b.WriteString("  quantum_vulnerable: true\n")
		case 5:
			fmt.Fprintf(&b, "  role: %s\n", pick("sign", "verify", "mac", "listed-group"))
		default:
			b.Reset()
			fmt.Fprintf(&b, "policy: random\ntighten:\n- id: d%d\n  kind: public-key\n  algorithm: %s\n  below_bits: %d\n", i, pick("RSA", "DSA"), 1+r.IntN(5000))
		}
		fmt.Fprintf(&b, "  status: %s\n", pick("disallowed", "not-approved", "not-approved", "legacy-use", "deprecated", "allowed"))
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "  from: %d-0%d-01\n", 2024+r.IntN(12), 1+r.IntN(9))
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "  until: %d-0%d-28\n", 2030+r.IntN(8), 1+r.IntN(9))
		}
		b.WriteString("  cite: {document: IG, section: x}\n  because: b\n  remedy: r\n")
	}
	return b.String()
}

// A whole kind made worse makes nothing milder, wherever the kind is one part
// of several.
func TestPolicyOnAKindNeverLoosens(t *testing.T) {
	c := loadCatalogue(t)
	var kinds []string
	for _, r := range c.Rules {
		kinds = append(kinds, r.Kind)
	}
	slices.Sort(kinds)
	base := judgeOn(t, c, "2026-11-22")
	for _, kind := range slices.Compact(kinds) {
		for _, status := range []fips.Status{fips.Deprecated, fips.NotApproved, fips.Disallowed} {
			p := fips.Policy{Name: "p", Tighten: []fips.Demand{{ID: "p/d", Kinds: []string{kind}, Status: status}}}
			milder(t, base, judgeOn(t, c.Under(p), "2026-11-22"), c)
		}
	}
}

// A policy never makes any ruling milder, on any date.
func TestPolicyNeverLoosens(t *testing.T) {
	c := loadCatalogue(t)
	days := []fips.Date{"2024-03-01", "2026-11-22", "2031-01-01", "2036-01-01"}
	bases := map[fips.Date]*fips.Judge{}
	for _, d := range days {
		bases[d] = judgeOn(t, c, d)
	}
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	read, refused := 0, 0
	for seed := range uint64(rounds) {
		text := overlay(rand.New(rand.NewPCG(seed, 7)), c)
		policies, err := site.ParsePolicies(c, site.Source{Name: "p", Data: []byte(text)})
		if err != nil {
			if !strings.Contains(err.Error(), "loosen") && !strings.Contains(err.Error(), "reaches no") && !strings.Contains(err.Error(), "is before from") {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
			refused++
			continue
		}
		read++
		for _, d := range days {
			milder(t, bases[d], judgeOn(t, c.Under(policies...), d), c)
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, text)
		}
	}
	t.Logf("%d policies read, %d refused", read, refused)
	if read < rounds/4 {
		t.Errorf("only %d of %d policies could be", read, rounds)
	}
}
