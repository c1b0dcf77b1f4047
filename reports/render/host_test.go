package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
)

// hosts are observations of configurations, of n machines.
func hosts(n int) []fips.Assessment {
	var all []fips.Assessment
	add := func(path, format, name string, values ...string) {
		o := scanner.Observe(scanner.File(path), "store")
		o.Sweep, o.Time = sweep().ID, began
		o.Host = &scanner.Machine{Path: path, Format: format, Settings: []scanner.Setting{{Line: 7, Name: name, Values: values}}}
		all = append(all, fips.Assessment{Observation: o})
	}
	for i := range n {
		add(fmt.Sprintf("/srv/%03d/proc/sys/crypto/fips_enabled", i), "fips_enabled", "fips_enabled", "0")
	}
	add("/srv/etc/crypto-policies/config", "crypto-policies", "policy", "LEGACY", "<b>\x1b[31m")
	return all
}

// TestHostInEveryOutput: what configurations say is told everywhere, makes no
// control satisfied or not, and is no endpoint.
func TestHostInEveryOutput(t *testing.T) {
	all := hosts(2)
	r := build(t, sweep(), all)
	if r.Observed != 0 || r.Empty != 3 || r.Told != 3 {
		t.Errorf("%d observed, %d hold nothing, of which %d are told", r.Observed, r.Empty, r.Told)
	}
	for _, c := range r.Controls {
		if c.State != "not-assessed" {
			t.Errorf("%s is %s by configurations that no rule speaks of", c.ID, c.State)
		}
	}
	out := every(t, r, all)
	tooWide(t, out["text"], 80)
	valid.Document(t, "report", []byte(out["json"]))
	want := map[string][]string{
		"text":  {"HOST configurations: 1 let in more than the default, 2 without an approved mode; whether a validated module computes is not observable", "! the crypto-policy is LEGACY:<b>", "/srv/etc/crypto-policies/config:7", "– the kernel is not in FIPS mode", "3 configurations name nothing that is ruled on", "nothing was observed: 3 files read, none holds anything that is ruled on", "nothing ruled on 3"},
		"md":    {"| weakens | the crypto-policy is ", "| approved mode not set | the kernel is not in FIPS mode |", "`/srv/000/proc/sys/crypto/fips_enabled:7`"},
		"html":  {`<a href="#host">configurations: 1 let in more than the default, 2 without an approved mode</a>`, `id="host"`, "the crypto-policy is LEGACY:&lt;b&gt;", "See crypto-policies(7)."},
		"csv":   {"host-fact", "approved-mode-not-set,the kernel is not in FIPS mode,,line 7"},
		"json":  {`"host_facts": { "facts": [ { "path": "/srv/etc/crypto-policies/config", "line": 7, "sign": "weakens"`, `"left_out": 0 }`},
		"jsonl": {`"sign":"approved-mode-not-set"`},
	}
	for name, list := range want {
		for _, s := range list {
			if !strings.Contains(spaced(out[name]), s) {
				t.Errorf("%s lacks %q", name, s)
			}
		}
		if strings.Contains(out[name], "\x1b") {
			t.Errorf("%s has a file's control character", name)
		}
	}
}

// TestHostBounded: of many configurations some are told, and how many more
// there are; without any there is no word of it.
func TestHostBounded(t *testing.T) {
	all := hosts(300)
	out := every(t, build(t, sweep(), all), all)
	for name, s := range map[string]string{"text": "and 295 more", "md": "281 more:", "html": "117 further facts", "csv": "and 172 more, not listed", "json": `"left_out": 172`, "jsonl": "LEGACY"} {
		if !strings.Contains(spaced(out[name]), s) {
			t.Errorf("%s lacks %q", name, s)
		}
	}
	for name, text := range every(t, build(t, sweep(), nil), nil) {
		if strings.Contains(text, "configurations:") || strings.Contains(text, "crypto-policy") {
			t.Errorf("%s tells of configurations where there are none", name)
		}
	}
}
