package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var settingsVerbs = map[string][]string{"scan": {"ports", "exclude"}, "waivers check": {"policy"}}

func TestParseSettings(t *testing.T) {
	src := Source{"c.yaml", []byte("\xef\xbb\xbf# ours\nexclude: [10.0.0.1, 7]\nports: 443\nverbs:\n  waivers check: {policy: cnsa2}\n  scan:\n    ports: ssh,2222\n    exclude: []\n")}
	got, err := ParseSettings(src, []string{"exclude", "ports"}, settingsVerbs)
	if err != nil {
		t.Fatal(err)
	}
	want := []Setting{
		{Key: "exclude", Values: []string{"10.0.0.1", "7"}, List: true, Line: 2, Column: 1},
		{Key: "ports", Values: []string{"443"}, Line: 3, Column: 1},
		{Verb: "waivers check", Key: "policy", Values: []string{"cnsa2"}, Line: 5, Column: 19},
		{Verb: "scan", Key: "ports", Values: []string{"ssh,2222"}, Line: 7, Column: 5},
		{Verb: "scan", Key: "exclude", List: true, Line: 8, Column: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// JSON is YAML too.
	if got, err := ParseSettings(Source{"c.json", []byte(`{"ports":	"22", "verbs": {"scan": {"exclude": ["a"]}}}`)}, []string{"ports"}, settingsVerbs); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseSettingsComplains(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "c:1:1: the file is empty"},
		{"a list", "[ports]", "c:1:1: the file is a list: want a mapping"},
		{"an unknown key", "a: 1\n", `c:1:1: unknown key "a": want one of exclude, ports, verbs`},
		{"a slip", "port: 1\n", "did you mean ports?"},
		{"a key of a verb at the top", "policy: x\n", `c:1:1: unknown key "policy"`},
		{"an unknown verb", "verbs:\n  scam: {ports: 1}\n", `c:2:3: unknown key "scam": did you mean scan?`},
		{"an unknown key of a verb", "verbs:\n  scan:\n    policy: x\n", `c:3:5: unknown key "policy"`},
		{"a verb without a mapping", "verbs:\n  scan: ports\n", `c:2:9: verb scan is "ports": want a mapping`},
		{"a key twice", "ports: 1\nports: 2\n", "c:2:1: key ports stands twice, first in line 1"},
		{"nothing under a key", "ports:\n", "c:1:7: ports is empty"},
		{"a mapping under a key", "ports: {a: 1}\n", "c:1:8: ports is a mapping"},
		{"a list in a list", "exclude: [[a]]\n", "c:1:11: exclude is a list"},
		{"an alias", "exclude: &x a\nports: *x\n", "c:2:8: ports is an alias"},
		{"no text", "ports: \"a\\u0007\"\n", "c:1:8: ports: it holds the character"},
		{"no YAML", "ports: [\n", "no YAML or JSON"},
		{"two documents", "ports: 1\n---\nports: 2\n", "a second document"},
	} {
		got, err := ParseSettings(Source{"c", []byte(tt.in)}, []string{"exclude", "ports"}, settingsVerbs)
		if got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func FuzzParseSettings(f *testing.F) {
	for _, s := range []string{"ports: 1\n", "verbs: {scan: {exclude: [a, b]}}\n", "{\"ports\": \"1\"}", "exclude: &a [x]\nports: *a", "? [a]\n: b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := ParseSettings(Source{"c", data}, []string{"exclude", "ports"}, settingsVerbs)
		if err != nil && all != nil {
			t.Fatalf("%v beside %v", all, err)
		}
		for _, s := range all {
			if s.Line < 1 || s.Column < 1 || s.Key == "" || !s.List && len(s.Values) != 1 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
