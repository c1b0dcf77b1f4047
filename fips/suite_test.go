package fips_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
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
