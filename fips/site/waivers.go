package site

import (
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fipsweep/fipsweep/fips"
)

// WaiversSchema names the version of the files that ParseWaivers reads.
const WaiversSchema = "fipsweep.waivers/v1"

// The keys of a waiver. Those that the subject does without are not among the
// required: see subject.
var (
	waiverKeys     = [...]string{"id", "rule", "algorithm", "finding", "scope", "reason", "ticket", "approver", "from", "expires"}
	waiverRequired = [...]string{"id", "reason", "approver", "from", "expires"}
)

// ParseWaivers reads files of waivers, YAML or JSON: a mapping with a list
// under waivers. The error joins every complaint about every file.
func ParseWaivers(files ...Source) (*fips.Waivers, error) {
	var all []fips.Waiver
	var errs []error
	seen := map[string]string{}
	for _, f := range files {
		c := &complaints{file: f.Name}
		for _, n := range c.entries(f.Data, "waivers", WaiversSchema) {
			w := c.waiver(n)
			if where, twice := seen[w.ID]; twice && w.ID != "" {
				c.add(n.Line, n.Column, "waiver %s is there already, in %s", w.ID, where)
			}
			seen[w.ID] = fmt.Sprintf("%s:%d", f.Name, n.Line)
			all = append(all, w)
		}
		errs = append(errs, c.err())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return fips.NewWaivers(all), nil
}

// waiver reads one waiver.
func (c *complaints) waiver(n *yaml.Node) fips.Waiver {
	m := c.fields(n, "a waiver", waiverKeys[:])
	if m == nil {
		return fips.Waiver{}
	}
	for _, key := range waiverRequired {
		if _, ok := m[key]; !ok {
			c.add(n.Line, n.Column, "the waiver has no %s", key)
		}
	}
	text := func(key string, most int) string {
		if f, ok := m[key]; ok {
			return c.text(f.value, key, most)
		}
		return ""
	}
	w := fips.Waiver{ID: text("id", maxText), Rule: text("rule", maxText), Algorithm: text("algorithm", maxText), Finding: text("finding", maxText),
		Reason: text("reason", maxReason), Ticket: text("ticket", maxText), Approver: text("approver", maxText)}
	c.subject(n, m)
	if f, ok := m["scope"]; ok {
		w.Scope = c.scope(f.value)
	}
	w.From, w.Expires = c.date(m, "from"), c.date(m, "expires")
	c.life(m, w)
	return w
}

// subject holds the waiver to one thing that it is about, and to a scope where
// that thing has none of its own.
func (c *complaints) subject(n *yaml.Node, m map[string]field) {
	var named []field
	for _, key := range [...]string{"rule", "algorithm", "finding"} {
		if f, ok := m[key]; ok {
			named = append(named, f)
		}
	}
	switch len(named) {
	case 0:
		c.add(n.Line, n.Column, "the waiver is about nothing: name a rule, an algorithm or a finding")
	case 1:
		if _, scoped := m["scope"]; !scoped && named[0].key.Value != "finding" {
			c.add(n.Line, n.Column, "the waiver has no scope: say where it holds, as in 10.0.0.0/24, host:443, *.example.com or /etc/pki")
		}
	default:
		second := named[1].key
		c.add(second.Line, second.Column, "%s beside %s: a waiver is about one of them", second.Value, named[0].key.Value)
	}
}

// scope reads one pattern or a list of them.
func (c *complaints) scope(n *yaml.Node) []fips.Pattern {
	items := c.list(n)
	if len(items) == 0 {
		c.add(n.Line, n.Column, "the scope is empty: say where the waiver holds")
	}
	var scope []fips.Pattern
	for _, item := range items {
		s := c.text(item, "scope", maxReason)
		if s == "" {
			continue
		}
		p, err := fips.ParsePattern(s)
		if err != nil {
			c.add(item.Line, item.Column, "scope %q: %w", clip(s), err)
			continue
		}
		scope = append(scope, p)
	}
	return scope
}

func (c *complaints) date(m map[string]field, key string) fips.Date {
	f, ok := m[key]
	if !ok {
		return ""
	}
	s := c.text(f.value, key, maxText)
	if s == "" {
		return ""
	}
	d, err := fips.ParseDate(s)
	if err != nil {
		c.add(f.value.Line, f.value.Column, "%s: %w", key, err)
	}
	return d
}

// life holds the waiver's dates to each other. The bound is on the length and
// not on how far ahead of today the end lies, so that a file is as good on any
// day on which it is read.
func (c *complaints) life(m map[string]field, w fips.Waiver) {
	from, err1 := time.Parse(time.DateOnly, string(w.From))
	end, err2 := time.Parse(time.DateOnly, string(w.Expires))
	if err1 != nil || err2 != nil {
		return
	}
	at := m["expires"].value
	switch days := int(end.Sub(from).Hours() / 24); {
	case days < 0:
		c.add(at.Line, at.Column, "expires %s is before from %s", w.Expires, w.From)
	case days > fips.MaxWaiverDays:
		c.add(at.Line, at.Column, "expires %s is %d days after from %s: at most %d, so %s at the latest", w.Expires, days, w.From,
			fips.MaxWaiverDays, fips.DateOf(from.AddDate(0, 0, fips.MaxWaiverDays)))
	}
}
