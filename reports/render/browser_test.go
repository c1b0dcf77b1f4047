package render_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shown lists the rows of findings that can be seen: status, subject, findings
// and endpoints, with a bar between.
const shown = `Array.from(document.querySelectorAll('#ft tr[data-s]')).filter(r => r.offsetParent !== null).map(r => [r.dataset.st, r.querySelector('.subj code').textContent, r.dataset.f, r.dataset.n].join('|'))`

// openReport shows the sample's page, with a name in it that a peer made up to
// be taken for markup.
func openReport(t *testing.T) (*browser, string) {
	t.Helper()
	all := append(sample(t), strange(`<img src=x onerror="document.title='owned'">`)...)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page(t, build(t, sweep(), all), all)), 0o666); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t)
	b.screen(1400, "light")
	b.open(file)
	return b, file
}

// The page's own script runs in a real browser under the page's policy, which
// lets no other run: it filters, sorts and opens, by the keyboard alone too;
// the page asks for nothing, and the console stays empty.
func TestHTMLInBrowser(t *testing.T) {
	b, file := openReport(t)
	t.Run("as it opens", func(t *testing.T) {
		if got := eval[string](b, `document.getElementById('fo').textContent`); !strings.HasSuffix(got, " rows, holding 128 of 128 findings") {
			t.Errorf("the table says %q", got)
		}
		if got := eval[string](b, `document.getElementById('eo').textContent`); got != "77 of 77 endpoints" {
			t.Errorf("the list says %q", got)
		}
		if eval[int](b, `document.querySelectorAll('[role=rowgroup]').length`) == 0 {
			t.Error("the script did not run")
		}
		if title := eval[string](b, `document.title`); !strings.HasPrefix(title, "fipsweep") {
			t.Errorf("title %q: a name from a peer ran as script", title)
		}
	})
	t.Run("filter", func(t *testing.T) { filters(t, b) })
	t.Run("sort", func(t *testing.T) { sorts(t, b) })
	t.Run("open", func(t *testing.T) { opens(t, b) })
	t.Run("endpoints", func(t *testing.T) { picks(t, b) })
	for _, width := range []int{400, 1400} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d px %s", width, scheme), func(t *testing.T) { fits(t, b, width, scheme) })
		}
	}
	t.Run("theme", func(t *testing.T) { themes(t, b) })
	t.Run("print", func(t *testing.T) { prints(t, b) })
	b.quiet(file)
}

func filters(t *testing.T, b *browser) {
	whole := eval[[]string](b, shown)
	b.tabTo("#q")
	b.write("chacha20")
	some := eval[[]string](b, shown)
	if len(some) == 0 || len(some) >= len(whole) {
		t.Fatalf("%d of %d rows with chacha20", len(some), len(whole))
	}
	for _, row := range some {
		if !strings.Contains(strings.ToLower(row), "chacha20") {
			t.Errorf("row %s fits chacha20?", row)
		}
	}
	b.tabTo("#fr") // Clear
	b.press("Enter")
	if got := eval[[]string](b, shown); len(got) != len(whole) {
		t.Errorf("%d rows after Clear, want %d", len(got), len(whole))
	}
	if at := eval[string](b, `document.activeElement.id`); at != "q" {
		t.Errorf("Clear leaves the focus at %q", at)
	}
	b.write("10.20.1.45:443") // in the middle of a run
	if got := eval[[]string](b, shown); len(got) == 0 || len(got) >= len(whole) {
		t.Errorf("%d of %d rows hold 10.20.1.45:443", len(got), len(whole))
	}
	b.tabTo("#fr")
	b.press("Space")
	b.tabTo("#fs")
	b.press("ArrowDown")
	b.press("ArrowDown")
	if v := eval[string](b, `document.getElementById('fs').value`); v != "disallowed" {
		t.Fatalf("two times down in the list of statuses: %q", v)
	}
	for _, row := range eval[[]string](b, shown) {
		if !strings.HasPrefix(row, "disallowed|") {
			t.Errorf("row %s among the disallowed", row)
		}
	}
	b.tabTo("#fr")
	b.press("Enter")
	b.write("nothing is called so")
	if none := eval[bool](b, `document.getElementById('none').offsetParent !== null`); !none || len(eval[[]string](b, shown)) != 0 {
		t.Error("rows where nothing fits, or nobody says so")
	}
	b.tabTo("#fr")
	b.press("Enter")
}

func sorts(t *testing.T, b *browser) {
	b.tabTo("#fg") // group by change
	b.press("Space")
	places := func() (list []int) {
		for _, row := range eval[[]string](b, shown) {
			var n int
			fmt.Sscan(row[strings.LastIndexByte(row, '|')+1:], &n)
			list = append(list, n)
		}
		return list
	}
	sortedBy := func() string {
		return eval[string](b, `document.querySelector('#ft button[data-k=n]').parentNode.getAttribute('aria-sort')`)
	}
	b.tabTo("#ft button[data-k=n]")
	b.press("Enter")
	down := places()
	if !slices.IsSortedFunc(down, func(a, b int) int { return b - a }) || down[0] == down[len(down)-1] || sortedBy() != "descending" {
		t.Errorf("by endpoints %v, %s", down, sortedBy())
	}
	b.press("Space")
	if up := places(); !slices.IsSorted(up) || len(up) != len(down) || sortedBy() != "ascending" {
		t.Errorf("by endpoints again %v, %s", up, sortedBy())
	}
	b.tabTo("#fr")
	b.press("Enter")
}

// opens holds that what is folded opens from the keyboard, and a link to
// something folded opens it.
func opens(t *testing.T, b *browser) {
	b.tabTo("#ft summary")
	b.press("Enter")
	if !eval[bool](b, `document.activeElement.parentNode.open`) {
		t.Error("Enter does not open the details of a finding")
	}
	b.press("Enter")
	if eval[bool](b, `document.activeElement.parentNode.open`) {
		t.Error("Enter does not close them")
	}
	id := eval[string](b, `document.querySelector('details.ep:not([open])').id`)
	eval[string](b, fmt.Sprintf(`location.hash = %q`, id))
	eval[int](b, `document.body.offsetHeight`)
	b.call("Runtime.evaluate", map[string]any{"expression": `new Promise(r => setTimeout(r, 100))`, "awaitPromise": true}, nil)
	if !eval[bool](b, fmt.Sprintf(`document.getElementById(%q).open`, id)) {
		t.Error("a link to an endpoint does not open it")
	}
}

func picks(t *testing.T, b *browser) {
	const visible = `Array.from(document.querySelectorAll('.ep')).filter(e => e.offsetParent !== null).length`
	whole := eval[int](b, visible)
	b.tabTo("#eq")
	b.write("10.20.1.")
	n := eval[int](b, visible)
	if n == 0 || n >= whole {
		t.Errorf("%d of %d endpoints are in 10.20.1.", n, whole)
	}
	if said := eval[string](b, `document.getElementById('eo').textContent`); said != fmt.Sprintf("%d of 77 endpoints", n) {
		t.Errorf("the list says %q of %d", said, n)
	}
	eval[string](b, `document.getElementById('eq').select(), ''`)
	b.press("Backspace")
	if n := eval[int](b, visible); n != whole {
		t.Errorf("%d endpoints when the filter is empty, want %d", n, whole)
	}
}

// luminance gives relative luminance and contrast of a selector's text on the
// page's ground, by WCAG 2.2 ("relative luminance", "contrast ratio").
const luminance = `(sel => {
  const lum = c => { const v = c.match(/[\d.]+/g).slice(0, 3).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)' && c !== 'transparent') return c; } return 'rgb(255, 255, 255)'; };
  const e = document.querySelector(sel), g = lum(ground(e)), f = lum(getComputedStyle(e).color);
  return [g, (Math.max(g, f) + 0.05) / (Math.min(g, f) + 0.05)];
})`

// fits holds the page to its width: nothing of it stands out to the side, and
// text is told from its ground.
func fits(t *testing.T, b *browser, width int, scheme string) {
	b.screen(width, scheme)
	if got := eval[int](b, `innerWidth`); got != width {
		t.Fatalf("the window is %d wide", got)
	}
	if got := eval[int](b, `document.documentElement.scrollWidth`); got > width {
		wide := eval[[]string](b, `Array.from(document.querySelectorAll('body *')).filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && getComputedStyle(e).overflowX === 'visible').slice(-6).map(e => e.tagName + '.' + e.className + ' ' + e.scrollWidth + ' in ' + (e.closest('[id]') || e).id + ': ' + e.textContent.trim().slice(0, 60))`)
		t.Errorf("the page is %d wide: %q", got, wide)
	}
	for _, sel := range []string{"main p", "#ft td .sub", "#ft .subj code", "header.mast h1", "nav a"} {
		got := eval[[]float64](b, luminance+fmt.Sprintf("(%q)", sel))
		if dark := got[0] < 0.2; dark != (scheme == "dark") {
			t.Errorf("the ground of %s has luminance %.2f", sel, got[0])
		}
		if got[1] < 4.5 {
			t.Errorf("%s has a contrast of %.2f, want 4.5", sel, got[1])
		}
	}
	if got := eval[int](b, shown+".length"); got == 0 {
		t.Error("no finding can be seen")
	}
}

// themes holds that the page's own switch overrides what the system likes, by
// the arrow keys.
func themes(t *testing.T, b *browser) {
	b.screen(1400, "dark")
	eval[string](b, `document.querySelector('[name=theme]:checked').focus(), ''`)
	b.press("ArrowRight")
	if v := eval[string](b, `document.documentElement.dataset.theme || ''`); v != "light" {
		t.Errorf("theme %q after the arrow key, want light", v)
	}
	if got := eval[[]float64](b, luminance+`("main p")`); got[0] < 0.2 {
		t.Errorf("light, and the ground has luminance %.2f", got[0])
	}
}

// prints makes a PDF: several pages of A4 or letter size, everything opened for
// it and closed again after it.
func prints(t *testing.T, b *browser) {
	eval[string](b, `window._open = 0, addEventListener('beforeprint', () => { window._open = document.querySelectorAll('details:not([open])').length === 0 ? 1 : 2; }), ''`)
	before := eval[int](b, `document.querySelectorAll('details[open]').length`)
	var r struct {
		Data string `json:"data"`
	}
	b.call("Page.printToPDF", map[string]any{"printBackground": true, "preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69}, &r)
	pdf, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		t.Fatal(err)
	}
	pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1))
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || pages < 5 || pages > 200 {
		t.Errorf("%d bytes with %d pages, want 5 to 200", len(pdf), pages)
	}
	t.Logf("%d pages, %d kB", pages, len(pdf)>>10)
	if got := eval[int](b, `window._open`); got != 1 {
		t.Error("something stays folded in print")
	}
	if after := eval[int](b, `document.querySelectorAll('details[open]').length`); after != before {
		t.Errorf("%d details open after printing, %d before", after, before)
	}
}
