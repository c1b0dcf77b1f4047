package site

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
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

// A waiverReader reads one file.
type waiverReader struct {
	complaints
	day   fips.Date
	names *fips.Glossary // nil where names are not looked up
}

// ParseWaivers reads files of waivers, YAML or JSON: a mapping with a list
// under waivers. The day is that of reading, or of judging if that is later: no
// waiver may end more than fips.MaxWaiverDays ahead of it. The error joins every
// complaint about every file.
//
// A rule or algorithm that nobody knows is let pass, as what a waiver was about
// may be gone from a newer catalogue: such a waiver is idle.
func ParseWaivers(day fips.Date, files ...Source) (*fips.Waivers, error) {
	return parseWaivers(day, nil, files)
}

// CheckWaivers is ParseWaivers for whoever writes the files: a rule that the
// catalogue and the policies on it do not have is a complaint, and so is a name
// under which nothing could be ruled on.
func CheckWaivers(day fips.Date, cat *fips.Catalogue, files ...Source) (*fips.Waivers, error) {
	return parseWaivers(day, cat.Glossary(), files)
}

func parseWaivers(day fips.Date, names *fips.Glossary, files []Source) (*fips.Waivers, error) {
	var all []fips.Waiver
	var errs []error
	seen := map[string]string{}
	for _, f := range files {
		c := &waiverReader{complaints{file: f.Name}, day, names}
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
func (c *waiverReader) waiver(n *yaml.Node) fips.Waiver {
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
	c.known(m, w)
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

// findingForm is how the ids of findings are written.
var findingForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

// known complains of what the waiver is about where there is no such thing.
func (c *waiverReader) known(m map[string]field, w fips.Waiver) {
	if w.Finding != "" && !findingForm.MatchString(w.Finding) {
		v := m["finding"].value
		c.add(v.Line, v.Column, "finding %q: an id has 16 of 0-9 and a-f, as a report tells it", clip(w.Finding))
	}
	if c.names == nil {
		return
	}
	if w.Rule != "" && !c.names.Rule(w.Rule) {
		v := m["rule"].value
		c.add(v.Line, v.Column, "rule %q: neither the catalogue nor a policy has it%s", clip(w.Rule), c.meant(c.names.SuggestRule, w.Rule, "'fipsweep rules' lists them, and --policy FILE brings a site's own"))
	}
	switch v := m["algorithm"].value; {
	case w.Algorithm == "" || c.names.Subject(w.Algorithm):
	case strings.Contains(w.Algorithm, "*"):
		c.add(v.Line, v.Column, "algorithm %q: a * stands for nothing here: name one algorithm, or the rule about them", clip(w.Algorithm))
	default:
		c.add(v.Line, v.Column, "algorithm %q: no rule and no registry has the name%s", clip(w.Algorithm),
			c.meant(c.names.SuggestSubject, w.Algorithm, "what nobody knows is waived by the id of its finding"))
	}
}

// meant says what a word may have been meant for, else what to do.
func (c *waiverReader) meant(suggest func(string, int) []string, word, otherwise string) string {
	if c.more > 0 || len(c.all) >= maxComplaints {
		return "" // nobody will read it
	}
	if alike := suggest(word, 3); len(alike) > 0 {
		return ": did you mean " + strings.Join(alike, ", ") + "?"
	}
	return ": " + otherwise
}

// life holds the waiver's dates to each other and to the day. It may neither
// last longer than fips.MaxWaiverDays nor be written so far ahead that it ends
// later than that from now: nobody accepts for the year after next. A file that
// could be read once can be read on every later day.
func (c *waiverReader) life(m map[string]field, w fips.Waiver) {
	if w.From == "" || w.Expires == "" {
		return
	}
	at := m["expires"].value
	days := daysFrom(w.From, w.Expires)
	switch ahead := daysFrom(c.day, w.Expires); {
	case days < 0:
		c.add(at.Line, at.Column, "expires %s is before from %s", w.Expires, w.From)
	case days > fips.MaxWaiverDays:
		c.add(at.Line, at.Column, "expires %s is %d days after from %s: at most %d, so %s at the latest", w.Expires, days, w.From,
			fips.MaxWaiverDays, daysAfter(w.From, fips.MaxWaiverDays))
	case ahead > fips.MaxWaiverDays:
		c.add(at.Line, at.Column, "expires %s is %d days ahead of %s: at most %d, so %s at the latest; write the rest when it is due", w.Expires, ahead, c.day,
			fips.MaxWaiverDays, daysAfter(c.day, fips.MaxWaiverDays))
	}
}

// daysFrom counts the days from one to another, however far they lie apart.
func daysFrom(a, b fips.Date) int {
	from, _ := time.Parse(time.DateOnly, string(a)) // a Date parses
	to, _ := time.Parse(time.DateOnly, string(b))
	return int((to.Unix() - from.Unix()) / (24 * 60 * 60))
}

// daysAfter is n days after the day.
func daysAfter(day fips.Date, n int) fips.Date {
	t, _ := time.Parse(time.DateOnly, string(day))
	return fips.DateOf(t.AddDate(0, 0, n))
}
