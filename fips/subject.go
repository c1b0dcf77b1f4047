package fips

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A Glossary knows the names that the catalogue and policies have: ids of
// rules, and names of what is ruled on. Spelling counts, as it does where a
// waiver is held against a finding.
type Glossary struct {
	rules    map[string]bool
	subjects map[string]bool
	all      []Rule
	index    *Index
}

// Glossary gathers the names of the catalogue and of the policies on it.
func (c *Catalogue) Glossary() *Glossary {
	g := &Glossary{rules: map[string]bool{}, subjects: map[string]bool{}, all: slices.Clone(c.Rules), index: NewIndex(c)}
	for _, p := range c.Policies {
		g.all = append(g.all, p.Add...)
		for _, d := range p.Tighten {
			g.rules[d.ID] = true
		}
	}
	for i := range g.all {
		g.add(&g.all[i])
	}
	for _, names := range [][]string{iana.SuiteNames(), registered()} {
		for _, n := range names {
			g.subjects[n] = true
		}
	}
	return g
}

// add takes the names of a rule. A way to protect a store has a rule for each
// family of ciphers, and goes without that.
func (g *Glossary) add(r *Rule) {
	g.rules[r.ID] = true
	for _, n := range append([]string{r.Name}, r.Aliases...) {
		g.subjects[strings.TrimPrefix(n, "sigalg:")] = true
		if i := strings.LastIndexByte(n, '-'); i > 0 && r.Kind == protectionKind {
			g.subjects[n[:i]] = true
		}
	}
}

// registered are the names of the registries, but for those of suites.
func registered() []string {
	var list []string
	for _, x := range iana.Groups() {
		list = append(list, x.Name)
	}
	for _, x := range iana.Schemes() {
		list = append(list, x.Name)
	}
	for _, x := range iana.Versions() {
		list = append(list, x.Name)
	}
	for _, x := range iana.Signals() {
		list = append(list, x.Name)
	}
	for _, x := range iana.SSL2Kinds() {
		list = append(list, x.Name)
	}
	for _, x := range iana.SSHNames() {
		list = append(list, x.Name)
	}
	for _, x := range iana.OIDs() {
		list = append(list, x.Name)
	}
	return list
}

// Rule tells whether a rule has the id.
func (g *Glossary) Rule(id string) bool { return g.rules[id] }

// unregistered are the forms of subjects that no registry lists: keys and
// primes by their size, what has no name by its code point, object identifier
// or digest, and the names that makers of SSH software give themselves (RFC
// 4251 section 6).
var unregistered = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`[RSAPDHECL-]+ [0-9]+(?:, q of [0-9]+)?`, // see keyName
	`DHE prime of [0-9]+ bits`,
	`[A-Za-z0-9-]+ key of [0-9]+ bits`,
	`0x[0-9A-Fa-f]{1,8}`,
	`[0-2](?:\.[0-9]+)+`,
	`[0-9a-f]{64}`,
	`[!-+\--?A-~]{1,60}@[A-Za-z0-9.-]{1,60}`,
	`SSH-[0-9.]+`,
	`unknown`,
}, "|") + `)$`)

// Subject tells whether something could be ruled on under the name: a rule or
// registry has it, or it has a form in which what has no name is told.
func (g *Glossary) Subject(name string) bool {
	if curve, ok := strings.CutPrefix(name, "EC "); ok {
		j := &Judge{rules: g.index}
		return len(j.curveRules(scanner.Key{Algorithm: "EC", Curve: curve})) > 0
	}
	return g.subjects[name] || unregistered.MatchString(name) || strings.HasPrefix(name, "gss-") && len(g.index.Named("ssh-kex", name)) > 0
}

// SuggestSubject lists at most n names that resemble a word.
func (g *Glossary) SuggestSubject(word string, n int) []string {
	list := slices.DeleteFunc(g.index.Suggest(word, n+1), func(s string) bool { return s == word })
	return list[:min(n, len(list))]
}

// SuggestRule lists at most n ids of rules that resemble a word.
func (g *Glossary) SuggestRule(word string, n int) []string {
	kind, name, found := strings.Cut(word, "/")
	if !found {
		kind, name = "", word
	}
	near := g.index.Suggest(name, n)
	var ids []string
	for _, fits := range []func(*Rule) bool{
		func(r *Rule) bool { return strings.EqualFold(r.ID, word) },
		func(r *Rule) bool { return r.Kind == kind && strings.EqualFold(r.Name, name) },
		func(r *Rule) bool { return (kind == "" || r.Kind == kind) && slices.Contains(near, r.Name) },
		func(r *Rule) bool { return strings.EqualFold(r.Name, name) },
	} {
		for i := range g.all {
			if r := &g.all[i]; fits(r) && !slices.Contains(ids, r.ID) {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) > 0 {
			break
		}
	}
	return ids[:min(n, len(ids))]
}
