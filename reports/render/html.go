package render

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
)

//go:embed html
var pages embed.FS

// HTML writes the report as one file that loads nothing: for a screen, light
// or dark, and for paper. Sections are written one after the other, and the
// endpoints are read again one at a time, so that no sweep is too large.
func HTML(ctx context.Context, w io.Writer, r *reports.Report, again reports.Assessments) error {
	v, err := newView(r)
	if err != nil {
		return err
	}
	t, err := template.New("report").Funcs(functions()).ParseFS(pages, "html/*.tmpl")
	if err != nil {
		return fmt.Errorf("read the report's templates: %w", err)
	}
	for _, section := range [...]string{"top", "one", "posture", "controls", "findings", "endpoints"} {
		if err := t.ExecuteTemplate(w, section, v); err != nil {
			return fmt.Errorf("write report section %s: %w", section, err)
		}
	}
	if err := endpoints(ctx, w, t, v, again); err != nil {
		return err
	}
	for _, section := range [...]string{"endpoints-end", "trace", "certs", "facts", "calendar", "unseen", "coverage", "waivers", "methods", "glossary", "bottom"} {
		if err := t.ExecuteTemplate(w, section, v); err != nil {
			return fmt.Errorf("write report section %s: %w", section, err)
		}
	}
	return nil
}

// endpoints writes an entry for each endpoint of the population.
func endpoints(ctx context.Context, w io.Writer, t *template.Template, v *view, again reports.Assessments) error {
	for a, err := range again(ctx) {
		if err != nil {
			return fmt.Errorf("read the sweep again: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if s := control.Stand(a); s != control.Observed && s != control.NotSeen {
			continue
		}
		name, e := "endpoint", v.endpoint(a)
		if e.Plainly {
			name = "plainly"
		}
		if err := t.ExecuteTemplate(w, name, e); err != nil {
			return fmt.Errorf("write the entry of %s: %w", a.Observation.Endpoint, err)
		}
	}
	return nil
}

// asset reads one of our own files, which are trusted as they are.
func asset(name string) (string, error) {
	b, err := pages.ReadFile("html/" + name)
	if err != nil {
		return "", fmt.Errorf("read the report's %s: %w", name, err)
	}
	return string(b), nil
}

// policy lets the page load nothing and run only our script, whatever a peer
// may have put into a name.
func policy(js string) template.HTML {
	sum := sha256.Sum256([]byte(js))
	return template.HTML(fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'">`,
		base64.StdEncoding.EncodeToString(sum[:])))
}

func functions() template.FuncMap {
	return template.FuncMap{
		"code": code, "number": number, "many": many, "kind": subjectKind, "access": access,
		"clean": clean, "wbr": wbr, "upper": strings.ToUpper,
		"cut":   func(n int, s string) string { return cutRunes(clean(s), n) },
		"inc":   func(n int) int { return n + 1 },
		"stamp": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"groups": func(s string) string {
			var parts []string
			for ; len(s) > 8; s = s[8:] {
				parts = append(parts, s[:8])
			}
			return strings.Join(append(parts, s), " ")
		},
	}
}

// code is the two letters of a status, by which marks and colours are named.
func code(s fips.Status) string {
	return [...]string{"uo", "ap", "al", "de", "le", "uc", "no", "di"}[s]
}

// clean shows what cannot be seen: control characters and those that turn the
// writing direction, so that a name reads as what it is.
func clean(s string) string {
	return (&paper{o: TextOptions{UTF8: true}}).plain(s)
}

// wbr lets a long registry name break where people would break it.
func wbr(s string) template.HTML {
	safe := html.EscapeString(clean(s))
	return template.HTML(strings.NewReplacer("_", "_<wbr>", "@", "<wbr>@", "/", "/<wbr>").Replace(safe))
}

func cutRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
