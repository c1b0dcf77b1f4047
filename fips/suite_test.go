package fips_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// today is the day of which the vectors speak.
const today = "2026-11-22"

func load(t testing.TB) *fips.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func judge(t testing.TB, asOf fips.Date) *fips.Judge {
	t.Helper()
	j, err := fips.NewJudge(load(t), asOf)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// The vectors were computed apart from this code, for every suite that their
// author had a name for.
func TestSuiteVerdicts(t *testing.T) {
	data, err := os.ReadFile("../testdata/facts/suite-verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []struct {
		Codepoint string      `json:"codepoint"`
		Name      string      `json:"name"`
		Status    fips.Status `json:"status"`
	}
	if err := json.Unmarshal(data, &verdicts); err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != 419 {
		t.Errorf("%d verdicts, want 419", len(verdicts))
	}
	j := judge(t, today)
	for _, v := range verdicts {
		code, err := strconv.ParseUint(v.Codepoint, 0, 16)
		if err != nil {
			t.Fatal(err)
		}
		suite, ok := iana.SuiteByCode(uint16(code))
		if !ok {
			t.Errorf("%s %s is not in the registry tables", v.Codepoint, v.Name)
			continue
		}
		for _, name := range []string{suite.Name, v.Name, v.Codepoint} {
			found, _ := j.Explain(name)
			i := slices.IndexFunc(found, func(e fips.Explanation) bool { return e.Kind == "tls-cipher-suite" })
			if i < 0 {
				t.Errorf("%s: no ruling", name)
				continue
			}
			if e := found[i]; e.Status != v.Status || e.Rule == "" || len(e.Cite) == 0 || e.Because == "" || e.Remedy == "" {
				t.Errorf("%s: %s by %q, want %s; parts %v", name, e.Status, e.Rule, v.Status, e.Parts)
			}
		}
	}
}

// days are the first of each month of the years we care about, and the days
// around each date of the catalogue.
func days(c *fips.Catalogue) []fips.Date {
	var list []fips.Date
	for d := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC); d.Year() <= 2040; d = d.AddDate(0, 1, 0) {
		list = append(list, fips.DateOf(d))
	}
	around := func(d fips.Date) {
		day, err := time.Parse(time.DateOnly, string(d))
		for _, n := range []int{-1, 0, 1} {
			if err == nil && d > c.Since {
				list = append(list, fips.DateOf(day.AddDate(0, 0, n)))
			}
		}
	}
	for _, r := range c.Rules {
		around(r.From)
		around(r.Until)
		for _, x := range r.Transitions {
			around(x.From)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestEverySuiteOnEveryDate(t *testing.T) {
	c := load(t)
	type turn struct {
		day    fips.Date
		status fips.Status
	}
	promised := map[string]turn{} // what the day before said of the next change
	for _, day := range days(c) {
		j, err := fips.NewJudge(c, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range iana.Suites() {
			found, _ := j.Explain(s.Name)
			if len(found) != 1 || found[0].Rule == "" || found[0].Status == fips.Unclassified {
				t.Fatalf("%s on %s: %+v", s.Name, day, found)
			}
			e := found[0]
			if twice := repeated(e.Because); twice != "" {
				t.Errorf("%s on %s says twice: %s", s.Name, day, twice)
			}
			if want, ok := promised[s.Name]; ok && day >= want.day && e.Status != want.status {
				t.Errorf("%s on %s is %s, and %s was to follow", s.Name, day, e.Status, want.status)
			}
			if len(e.Transitions) > 0 {
				promised[s.Name] = turn{e.Transitions[0].From, e.Transitions[0].Status}
				if e.Until >= e.Transitions[0].From || e.Until < day {
					t.Errorf("%s on %s: until %s, then from %s", s.Name, day, e.Until, e.Transitions[0].From)
				}
			} else {
				promised[s.Name] = turn{day, e.Status}
			}
		}
	}
}

// repeated is a sentence that a text has twice, or "".
func repeated(text string) string {
	said := map[string]bool{}
	for s := range strings.SplitSeq(text, ". ") {
		if _, after, found := strings.Cut(s, ": "); found {
			s = after
		}
		s = strings.TrimSuffix(s, ".")
		if said[s] {
			return s
		}
		said[s] = true
	}
	return ""
}

func TestSuiteParts(t *testing.T) {
	tests := []struct{ suite, want string }{
		{"TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "mac HMAC-SHA1 deprecated, key-exchange DHE approved, cipher AES-128-CBC approved"},
		{"TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", "tls-cipher-suite-rule DSS-authentication disallowed, key-exchange DHE approved, cipher AES-128-GCM approved, hash SHA-256 approved"},
		{"TLS_DH_anon_WITH_AES_128_GCM_SHA256", "key-exchange DH_anon disallowed, tls-cipher-suite-rule ANON disallowed, cipher AES-128-GCM approved, hash SHA-256 approved"},
		{"TLS_KRB5_EXPORT_WITH_RC4_40_MD5", "tls-cipher-suite-rule EXPORT disallowed, key-exchange KRB5 not-approved, cipher RC4-40 not-approved, mac HMAC-MD5 not-approved"},
		{"TLS_SHA256_SHA256", "tls-cipher-suite-rule TLS13-integrity-only not-approved, cipher NULL disallowed, mac HMAC-SHA256 approved, kdf-prf TLS13-HKDF-SHA256 approved"},
		{"TLS_CHACHA20_POLY1305_SHA256", "tls-cipher-suite-rule TLS13-CHACHA20 not-approved, cipher CHACHA20-POLY1305 not-approved, kdf-prf TLS13-HKDF-SHA256 approved"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		found, _ := j.Explain(tt.suite)
		var got []string
		for _, p := range found[0].Parts {
			got = append(got, p.Kind+" "+p.Name+" "+p.Status.String())
			if p.Rule == "" {
				t.Errorf("%s: no rule for %s %s", tt.suite, p.Kind, p.Name)
			}
		}
		if g := strings.Join(got, ", "); g != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.suite, g, tt.want)
		}
	}
}

// No suite has a part of which no rule speaks.
func TestEveryPartHasARule(t *testing.T) {
	j := judge(t, today)
	for _, s := range iana.Suites() {
		found, _ := j.Explain(s.Name)
		for _, p := range found[0].Parts {
			if p.Rule == "" {
				t.Errorf("%s: no rule for %s %s", s.Name, p.Kind, p.Name)
			}
		}
	}
}
