package render_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"regexp"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
)

func page(t *testing.T, r *reports.Report, all []fips.Assessment) string {
	t.Helper()
	var b bytes.Buffer
	if err := render.HTML(t.Context(), &b, r, again(all)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTMLGolden(t *testing.T) {
	all := sample(t)
	golden(t, "report.html", []byte(page(t, build(t, sweep(), all), all)))
}

var (
	tag        = regexp.MustCompile(`<[a-zA-Z][^>]*>`) // no attribute holds a bare >
	attribute  = regexp.MustCompile(`([a-zA-Z:-]+)="([^"]*)"`)
	styles     = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	cssStrings = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)
	ids        = regexp.MustCompile(`\sid="([^"]*)"`)
	links      = regexp.MustCompile(`\shref="#([^"]*)"`)
	tags       = regexp.MustCompile(`<(/?)([a-z0-9]+)([^>]*)>`)
)

// external finds what would load something or lead away from the page.
func external(out string) string {
	for _, element := range tag.FindAllString(out, -1) {
		for _, a := range attribute.FindAllStringSubmatch(element, -1) {
			switch name, value := strings.ToLower(a[1]), a[2]; name {
			case "src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "xlink:href":
				return element
			case "href":
				if !strings.HasPrefix(value, "#") {
					return element
				}
			case "style", "fill":
				if strings.Contains(value, "url(") && !strings.HasPrefix(value, "url(#") {
					return element
				}
			}
		}
		for _, bad := range []string{"<link", "<iframe", "<object", "<embed", "<base", "<form", "<img", "<video", "<audio", "<image"} {
			if strings.HasPrefix(strings.ToLower(element), bad) {
				return element
			}
		}
	}
	for _, css := range styles.FindAllStringSubmatch(out, -1) {
		rules := cssStrings.ReplaceAllString(css[1], "")
		for _, bad := range []string{"@import", "url(", "@font-face", "expression("} {
			if strings.Contains(rules, bad) {
				return "style with " + bad
			}
		}
	}
	return ""
}

// The page loads nothing and leads nowhere outside.
func TestHTMLStandsAlone(t *testing.T) {
	all := append(sample(t), strange("https://evil.example/x.js")...)
	out := page(t, build(t, sweep(), all), all)
	if hit := external(out); hit != "" {
		t.Errorf("reaches outside: %s", hit)
	}
	if !strings.Contains(out, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-`) {
		t.Error("no policy that forbids loading")
	}
}

// Every link leads to something on the page, and nothing has two ids alike.
func TestHTMLLinks(t *testing.T) {
	all := sample(t)
	out := page(t, build(t, sweep(), all), all)
	have := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(out, -1) {
		if have[m[1]] {
			t.Errorf("id %s twice", m[1])
		}
		have[m[1]] = true
	}
	unescape := strings.NewReplacer("%28", "(", "%29", ")")
	for _, m := range links.FindAllStringSubmatch(out, -1) {
		if to := unescape.Replace(m[1]); !have[to] {
			t.Errorf("link to #%s leads nowhere", to)
		}
	}
	// Each finding traces: its entry names the rule, whose row cites.
	for _, a := range all {
		for _, f := range a.Findings {
			if !strings.Contains(out, `<code>`+f.ID+`</code>`) || !have[reports.RowID(f)] {
				t.Errorf("finding %s of %s does not trace", f.ID, f.Endpoint)
			}
		}
	}
}

// balanced finds the first tag that closes another than the one open.
func balanced(out string) string {
	void := map[string]bool{"meta": true, "input": true, "br": true, "col": true, "wbr": true, "rect": true, "path": true, "circle": true, "line": true, "use": true}
	body := regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAllString(out, "")
	var open []string
	for _, m := range tags.FindAllStringSubmatch(body, -1) {
		name := m[2]
		switch {
		case m[1] == "" && (void[name] && (strings.HasSuffix(m[3], "/") || !strings.Contains(body, "</"+name+">")) || strings.HasSuffix(m[3], "/")):
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return "</" + name + "> closes " + strings.Join(open[max(0, len(open)-4):], " ")
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return "left open: " + strings.Join(open, " ")
	}
	return ""
}

// Whatever a peer, a file or the operator put into a name is text on the page.
func TestHTMLHostileNames(t *testing.T) {
	names := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style><script>alert(1)</script>`,
		`javascript:alert(1)`, `{{.R}}`, `</textarea><svg onload=alert(1)>`, "a\u202eb\x1b[31m\x00", `*/ } body{display:none} /*`, `\22 ;}@import url(//evil)`, strings.Repeat("A", 5000),
	}
	for _, name := range names {
		s := sweep()
		s.Scope.Targets, s.User, s.Host, s.ID, s.Scope.Exclude = []string{name}, name, name, name, []string{name}
		all := append(sample(t)[46:], strange(name)...)
		out := page(t, build(t, s, all), all)
		if n := strings.Count(out, "<script"); n != 1 {
			t.Errorf("%q: %d scripts", name, n)
		}
		if n := strings.Count(out, "<style"); n != 2 {
			t.Errorf("%q: %d styles", name, n)
		}
		for _, bad := range []string{"<img", "onerror=alert(1)>", "<svg onload", "\u202e", "\x1b", "\x00", "ZgotmplZ", `href="javascript`} {
			if i := strings.Index(out, bad); i >= 0 {
				t.Errorf("%q: %q stands raw: %q", name, bad, out[max(0, i-60):min(len(out), i+60)])
			}
		}
		if hit := external(out); hit != "" {
			t.Errorf("%q: reaches outside by %q", name, hit)
		}
		if bad := balanced(out); bad != "" {
			t.Errorf("%q: %s", name, bad)
		}
	}
}

// An empty sweep and one in which all pass are whole pages too.
func TestHTMLSmallSweeps(t *testing.T) {
	all := sample(t)
	for name, some := range map[string][]fips.Assessment{"nothing": nil, "one": all[:1], "passing": all[54:64], "refusals": all[len(all)-10:]} {
		out := page(t, build(t, sweep(), some), some)
		if bad := balanced(out); bad != "" {
			t.Errorf("%s: %s", name, bad)
		}
		for _, word := range []string{"compliant", "FIPS validated", "NaN", "%!d", "%!s", "%!v", "MISSING)", "<no value>"} {
			if strings.Contains(out, word) {
				t.Errorf("%s: the page says %q", name, word)
			}
		}
	}
}

// A sweep that cannot be read again is an error, not half a page that looks whole.
func TestHTMLReadError(t *testing.T) {
	broken := errors.New("journal is damaged")
	var b bytes.Buffer
	err := render.HTML(t.Context(), &b, build(t, sweep(), sample(t)), func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) { yield(fips.Assessment{}, broken) }
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// In a large sweep those that plainly pass have a line, and the rest an entry;
// nothing but one entry at a time is held.
func TestHTMLLargeSweep(t *testing.T) {
	all := sample(t)
	var many []fips.Assessment
	for range 50 {
		many = append(many, all...)
	}
	r := build(t, sweep(), many)
	var fails, passes int
	entries := regexp.MustCompile(`<details class="ep"`)
	lines := regexp.MustCompile(`<div class="ep one"`)
	w := &counter{count: func(p []byte) {
		fails += len(entries.FindAll(p, -1))
		passes += len(lines.FindAll(p, -1))
	}}
	if err := render.HTML(t.Context(), w, r, again(many)); err != nil {
		t.Fatal(err)
	}
	if want := r.Grade(fips.Pass); passes != want || fails != r.Population()-want {
		t.Errorf("%d lines and %d entries for %d passing of %d", passes, fails, want, r.Population())
	}
}

// counter looks at what is written and keeps none of it.
type counter struct{ count func([]byte) }

func (c *counter) Write(p []byte) (int, error) {
	c.count(p)
	return len(p), nil
}
