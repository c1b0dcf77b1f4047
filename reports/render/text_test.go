package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

const exit = "exit 3: findings at or above unclassified   (4, incomplete, also held)"

func text(t *testing.T, r *reports.Report, o render.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := render.Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextGolden(t *testing.T) {
	all := sample(t)
	passing := all[54:64]
	for _, a := range passing {
		if a.Worst > fips.Allowed {
			t.Fatalf("%s does not pass: %s", a.Observation.Endpoint, a.Worst)
		}
	}
	tests := []struct {
		name string
		all  []fips.Assessment
		o    render.TextOptions
	}{
		{"summary.txt", all, render.TextOptions{UTF8: true, Outputs: []string{"report.html"}, Exit: exit}},
		{"summary-ascii.txt", all, render.TextOptions{Outputs: []string{"report.html"}, Exit: exit}},
		{"summary-colour.txt", all, render.TextOptions{UTF8: true, Color: true, Exit: exit}},
		{"summary-pass.txt", passing, render.TextOptions{UTF8: true, Exit: "exit 0: clean"}},
		{"summary-nothing.txt", all[len(all)-10:], render.TextOptions{UTF8: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			golden(t, tt.name, []byte(text(t, build(t, sweep(), tt.all), tt.o)))
		})
	}
}

// The depth that leaves things out is told in every output that people read.
func TestDepthIsTold(t *testing.T) {
	const told = "At depth verdict TLS endpoints were asked"
	for _, depth := range []string{"full", fips.DepthVerdict} {
		s := sweep()
		s.Scope.Depth = depth
		r := build(t, s, sample(t))
		var md, html bytes.Buffer
		if err := errors.Join(render.Markdown(&md, r), render.HTML(t.Context(), &html, r, again(sample(t)))); err != nil {
			t.Fatal(err)
		}
		for name, out := range map[string]string{"text": text(t, r, render.TextOptions{}), "Markdown": md.String(), "HTML": html.String()} {
			if got := strings.Contains(out, told); got != (depth == fips.DepthVerdict) {
				t.Errorf("%s at depth %s: told %v", name, depth, got)
			}
		}
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9]*m")

// tooWide says which lines do not fit, and which bytes could move a cursor.
func tooWide(t *testing.T, out string, width int) {
	t.Helper()
	out = escapes.ReplaceAllString(out, "")
	for i, line := range strings.Split(out, "\n") {
		if n := utf8.RuneCountInString(line); n > width {
			t.Errorf("line %d has %d columns: %s", i+1, n, line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\u202e' || r == 0x9b }) {
			t.Errorf("line %d has control characters: %q", i+1, line)
		}
	}
}

// Names from peers, files and operators can be as long and strange as they
// like: every line stays within 80 columns and moves no cursor.
func TestTextWidth(t *testing.T) {
	long := strings.Repeat("very-long-name.", 40)
	hostile := []string{"", "x", long, "\x1b[2J\x1b]0;owned\a", "日本語の名前" + long, "a\u202eb", "tab\there\nnewline", string([]byte{0xff, 0xfe})}
	for i, name := range hostile {
		for _, o := range []render.TextOptions{{UTF8: true, Color: true}, {}, {UTF8: true, Outputs: []string{long + "/report.html", "b"}, Exit: "exit 3: " + long}} {
			s := sweep()
			s.Scope.Targets = []string{name, long, name}
			s.Tool, s.ID = "1.0.0-"+name, name
			all := append(sample(t)[30:], strange(name)...)
			out := text(t, build(t, s, all), o)
			tooWide(t, out, 80)
			if t.Failed() {
				t.Fatalf("name %d, options %+v:\n%s", i, o, out)
			}
		}
	}
}

// strange are endpoints that carry the name wherever a name can stand.
func strange(name string) []fips.Assessment {
	var all []fips.Assessment
	rule := fips.Ruling{Rule: "ssh-kex/" + name, Subject: fips.Subject{Kind: "ssh-kex", Name: name}, Class: fips.ClassSSHKex, Status: fips.Disallowed,
		Because: name, Remedy: name, Cite: []fips.Citation{{Document: name, Section: name}}, Contested: name,
		Parts: []fips.Part{{Kind: "cipher", Name: name, Status: fips.Disallowed}}}
	soon := fips.Ruling{Rule: "x/" + name, Subject: fips.Subject{Kind: name, Name: name}, Class: fips.ClassTLSCipher, Status: fips.Deprecated, Because: name, Remedy: name,
		Cite: []fips.Citation{{Document: name}}, Until: "2026-12-31", Next: &fips.Transition{From: "2027-01-01", Status: fips.Disallowed, Cite: fips.Citation{Document: name}, Note: name}}
	for i, e := range []scanner.Endpoint{
		scanner.Host(netip.MustParseAddr("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), 65535, ""),
		scanner.Host(netip.MustParseAddr("10.0.0.1"), 22, name),
		scanner.File("/" + name),
	} {
		o := scanner.Observe(e, "ssh")
		o.SSH = &scanner.SSH{Banner: name, Kexinit: &scanner.Kexinit{KexAlgorithms: []string{name}}}
		if e.Path != "" {
			cert := scanner.Certificate{SHA256: "aa" + name, Subject: name, Issuer: name, CommonName: name, NotAfter: began.AddDate(0, 0, 3), Key: scanner.Key{Algorithm: name}}
			o.SSH, o.Store = nil, &scanner.Store{Path: e.Path, Format: name, Items: []scanner.Item{{Kind: name, Alias: name, Certificate: &cert}}}
		}
		o.Incomplete = []scanner.Incomplete{{What: name, Reason: scanner.Reason(name), Detail: name}}
		a := fips.Assessment{Observation: o, Rulings: []fips.Ruling{rule, soon}, Worst: fips.Disallowed}
		for j, r := range a.Rulings {
			a.Findings = append(a.Findings, fips.Finding{ID: fmt.Sprintf("f%d%d", i, j), Endpoint: e, Ruling: r})
		}
		all = append(all, a)
	}
	f := scanner.Failed(scanner.Host(netip.MustParseAddr("10.0.0.2"), 22, name), "ssh", scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.Reason(name), Detail: name})
	return append(all, fips.Assessment{Observation: f})
}

// Colour repeats what the text says: without it nothing is lost.
func TestColourAddsNothing(t *testing.T) {
	r := build(t, sweep(), sample(t))
	plain := text(t, r, render.TextOptions{UTF8: true})
	coloured := text(t, r, render.TextOptions{UTF8: true, Color: true})
	if plain == coloured || escapes.ReplaceAllString(coloured, "") != plain {
		t.Error("the coloured summary says something else than the plain one")
	}
}

func TestASCII(t *testing.T) {
	out := text(t, build(t, sweep(), append(sample(t), strange("日本")...)), render.TextOptions{})
	if i := strings.IndexFunc(out, func(r rune) bool { return r > 0x7e }); i >= 0 {
		t.Errorf("not ASCII: %q", out[i:min(len(out), i+40)])
	}
}
