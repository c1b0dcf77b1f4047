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
)

// fewer leaves out of each list what chance says: a server that offers less.
func fewer(r *rand.Rand, o scanner.Observation) scanner.Observation {
	thin := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(string) bool { return r.IntN(2) == 0 })
	}
	if o.TLS != nil {
		t := *o.TLS
		t.Versions = slices.DeleteFunc(slices.Clone(t.Versions), func(v scanner.TLSVersion) bool { return v.Version == "SSLv3" && r.IntN(2) == 0 })
		for i := range t.Versions {
			v := &t.Versions[i]
			v.Suites, v.Groups, v.SignatureSchemes = thin(v.Suites), thin(v.Groups), thin(v.SignatureSchemes)
		}
		o.TLS = &t
	}
	if o.SSH != nil {
		s, k := *o.SSH, *o.SSH.Kexinit
		k.KexAlgorithms, k.ServerHostKeyAlgorithms = thin(k.KexAlgorithms), thin(k.ServerHostKeyAlgorithms)
		k.EncryptionClientServer, k.MACClientServer = thin(k.EncryptionClientServer), thin(k.MACClientServer)
		s.HostKeys = slices.DeleteFunc(slices.Clone(s.HostKeys), func(scanner.HostKey) bool { return r.IntN(2) == 0 })
		s.Kexinit, o.SSH = &k, &s
	}
	if o.Store != nil {
		s := *o.Store
		s.Items = slices.DeleteFunc(slices.Clone(s.Items), func(scanner.Item) bool { return r.IntN(2) == 0 })
		o.Store = &s
	}
	return o
}

// worst is the worst status of each subject in what is observed.
func worst(j *fips.Judge, all []scanner.Observation) map[string]fips.Status {
	list := map[string]fips.Status{}
	for _, o := range all {
		for _, r := range j.Assess(o).Rulings {
			key := strings.Join([]string{r.Subject.Kind, r.Subject.Name, r.Certificate, string(r.Class)}, " ")
			list[key] = max(list[key], r.Status)
		}
	}
	return list
}

// A server that offers a subset of what another does never fails a policy by
// what the other passes it with: no demand asks for the presence of anything.
func TestSubsetNeverFails(t *testing.T) {
	c := loadCatalogue(t)
	policies := [][]fips.Policy{nil}
	for _, name := range fips.BuiltInPolicies()[1:] {
		p, err := site.ParsePolicies(c, builtIn(t, name))
		if err != nil {
			t.Fatal(err)
		}
		policies = append(policies, p)
	}
	for seed := uint64(0); len(policies) < 20; seed++ {
		p, err := site.ParsePolicies(c, site.Source{Name: "p", Data: []byte(overlay(rand.New(rand.NewPCG(seed, 11)), c))})
		if err == nil {
			policies = append(policies, p)
		}
	}
	for i, p := range policies {
		j := judgeOn(t, c.Under(p...), "2027-06-01")
		all := everything()
		full := worst(j, all)
		r := rand.New(rand.NewPCG(uint64(i), 13))
		for k := range all {
			all[k] = fewer(r, all[k])
		}
		seen := 0
		for subject, got := range worst(j, all) {
			seen++
			if was, there := full[subject]; !there || got > was {
				t.Errorf("policy %d: %s is %s where less is offered, %s where all is", i, subject, got, was)
			}
		}
		if seen < 200 {
			t.Errorf("policy %d: only %d subjects are left", i, seen)
		}
	}
}

// A policy that says how much is enough never fails whoever has more: a longer
// key, a stronger cipher or group.
func TestMoreNeverFails(t *testing.T) {
	c := loadCatalogue(t)
	day := fips.Date("2027-06-01")
	base := judgeOn(t, c, day)
	raised := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 17))
		bits, strength := 1024+r.IntN(8000), 81+r.IntN(200)
		p, err := site.ParsePolicies(c, site.Source{Name: "p", Data: fmt.Appendf(nil, `policy: more
tighten:
- {id: bits, kind: public-key, algorithm: RSA, below_bits: %d, status: not-approved, cite: {document: IG, section: x}, because: b, remedy: r}
- {id: strength, kind: [cipher, ssh-cipher, named-group], strength_below: %d, status: disallowed, cite: {document: IG, section: x}, because: b, remedy: r}
`, bits, strength)})
		if err != nil {
			t.Fatal(err)
		}
		j := judgeOn(t, c.Under(p...), day)
		raised += moreKeys(t, base, j, bits)
		for i := range c.Rules {
			rule := &c.Rules[i]
			now, ok := j.Standing(rule)
			if !ok || now.By == nil || now.By.ID != "more/strength" {
				continue
			}
			raised++
			if rule.Strength == nil || *rule.Strength >= strength {
				t.Errorf("%s has enough and is raised to %s by %d bits of strength", rule.ID, now.Status, strength)
			}
		}
	}
	if raised < 100 {
		t.Errorf("only %d rulings were raised", raised)
	}
}

// moreKeys rules on RSA keys of growing length, of which those of so many bits
// are long enough, and counts those that the policy fails.
func moreKeys(t *testing.T, base, j *fips.Judge, enough int) (raised int) {
	t.Helper()
	rule := func(j *fips.Judge, bits int) fips.Status {
		o := scanner.Observation{SSH: &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: bits}}}}
		return j.Assess(o).Worst
	}
	for bits := 1024; bits <= 16384; bits += 8 {
		want := rule(base, bits)
		if bits < enough {
			want = max(want, fips.NotApproved)
			raised++
		}
		if got := rule(j, bits); got != want {
			t.Fatalf("RSA %d is %s, want %s where %d bits are enough", bits, got, want, enough)
		}
	}
	return raised
}
