package site

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fipsweep/fipsweep/fips"
)

// PolicySchema names the version of the files that ParsePolicies reads.
const PolicySchema = "fipsweep.policy/v1"

var (
	policyKeys = [...]string{"schema", "policy", "title", "version", "sources", "add", "tighten"}
	sourceKeys = [...]string{"id", "title", "edition", "date", "access", "notes", "url"}
	citeKeys   = [...]string{"document", "section", "note"}
	demandKeys = [...]string{"id", "kind", "name", "only", "role", "algorithm", "below_bits", "strength_below", "quantum_vulnerable",
		"status", "from", "until", "cite", "because", "remedy", "confidence", "source_read", "draft"}
	addKeys = [...]string{"kind", "name", "aliases", "codepoint", "oid", "use", "role", "status", "from", "until", "cite", "because", "remedy",
		"confidence", "source_read", "security_strength_bits", "quantum_vulnerable"}
)

// A policyReader reads one file against the catalogue that it is to tighten.
type policyReader struct {
	complaints
	cat     *fips.Catalogue
	index   *fips.Index
	kinds   []string
	sources map[string]bool
	policy  fips.Policy
	named   *yaml.Node     // where the policy's name stands
	ids     map[string]int // lines of the demands
}

// ParsePolicies reads files of policies, YAML or JSON, that are to stand on top
// of a catalogue. The error joins every complaint about every file. A demand
// that would loosen what the catalogue says is refused.
func ParsePolicies(cat *fips.Catalogue, files ...Source) ([]fips.Policy, error) {
	if len(files) == 0 {
		return nil, nil
	}
	index := fips.NewIndex(cat)
	var kinds []string
	for i := range cat.Rules {
		kinds = append(kinds, cat.Rules[i].Kind)
	}
	slices.Sort(kinds)
	var all []fips.Policy
	var errs []error
	seen := map[string]string{}
	for _, f := range files {
		r := &policyReader{complaints: complaints{file: f.Name}, cat: cat, index: index, kinds: slices.Compact(kinds),
			sources: map[string]bool{}, ids: map[string]int{}}
		for _, s := range cat.Sources {
			r.sources[s.ID] = true
		}
		r.read(f.Data)
		if where, twice := seen[r.policy.Name]; twice && r.policy.Name != "" {
			r.add(r.named.Line, r.named.Column, "policy %s is there already, in %s", r.policy.Name, where)
		}
		seen[r.policy.Name] = f.Name
		all = append(all, r.policy)
		errs = append(errs, r.err())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

// read reads the one document of a file.
func (r *policyReader) read(data []byte) {
	top := r.document(data)
	if top == nil {
		return
	}
	m := r.fields(top, "the file", policyKeys[:])
	if m == nil {
		return
	}
	if f, ok := m["schema"]; ok {
		if s := r.text(f.value, "schema", maxText); s != "" && s != PolicySchema {
			r.add(f.value.Line, f.value.Column, "schema %q: want %s", clip(s), PolicySchema)
		}
	}
	r.policy.Name, r.named = r.word(top, m, "policy"), m["policy"].value
	if slices.Contains(fips.BuiltInPolicies(), r.policy.Name) && r.file != r.policy.Name {
		r.add(r.named.Line, r.named.Column, "policy %s is built in: give this one a name of its own", r.policy.Name)
	}
	r.policy.Title, r.policy.Version = r.optional(m, "title", maxText), r.optional(m, "version", maxText)
	for _, n := range r.sequence(m, "sources") {
		r.source(n)
	}
	for _, n := range r.sequence(m, "add") {
		r.newRule(n)
	}
	for _, n := range r.sequence(m, "tighten") {
		r.demand(n)
	}
	if len(r.policy.Add)+len(r.policy.Tighten) == 0 && len(r.all) == 0 {
		r.add(top.Line, top.Column, "the policy asks for nothing: put demands under tighten, or rules about new names under add")
	}
}

var wordForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// word reads a name that others refer to.
func (r *policyReader) word(n *yaml.Node, m map[string]field, key string) string {
	s := r.required(n, m, key, maxText)
	if s != "" && !wordForm.MatchString(s) {
		v := m[key].value
		r.add(v.Line, v.Column, "%s %q: want small letters, digits, '.', '_' and '-', at most 63", key, clip(s))
	}
	return s
}

func (r *policyReader) required(n *yaml.Node, m map[string]field, key string, most int) string {
	if f, ok := m[key]; ok {
		return r.text(f.value, key, most)
	}
	r.add(n.Line, n.Column, "%s is missing", key)
	return ""
}

func (r *policyReader) optional(m map[string]field, key string, most int) string {
	if f, ok := m[key]; ok {
		return r.text(f.value, key, most)
	}
	return ""
}

// sequence is the list under a key; none where there is no such key.
func (r *policyReader) sequence(m map[string]field, key string) []*yaml.Node {
	f, ok := m[key]
	if !ok {
		return nil
	}
	if f.value.Kind != yaml.SequenceNode {
		r.add(f.value.Line, f.value.Column, "%s is %s: want a list", key, kindOf(f.value))
		return nil
	}
	return f.value.Content
}

// words is one text or a list of them.
func (r *policyReader) words(m map[string]field, key string) []string {
	f, ok := m[key]
	if !ok {
		return nil
	}
	var list []string
	for _, n := range r.list(f.value) {
		if s := r.text(n, key, maxText); s != "" {
			list = append(list, s)
		}
	}
	if f.value.Kind == yaml.SequenceNode && len(f.value.Content) == 0 {
		r.add(f.value.Line, f.value.Column, "%s is an empty list: name something or leave the key out", key)
	}
	return list
}

func (r *policyReader) number(m map[string]field, key string, most int) int {
	f, ok := m[key]
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(f.value.Value)
	if f.value.Kind != yaml.ScalarNode || f.value.Tag != "!!int" || err != nil || n < 1 || n > most {
		r.add(f.value.Line, f.value.Column, "%s is %s: want a number of bits from 1 to %d", key, kindOf(f.value), most)
		return 0
	}
	return n
}

func (r *policyReader) truth(m map[string]field, key string) bool {
	f, ok := m[key]
	if !ok {
		return false
	}
	if f.value.Kind != yaml.ScalarNode || f.value.Value != "true" && f.value.Value != "false" {
		r.add(f.value.Line, f.value.Column, "%s is %s: want true or false", key, kindOf(f.value))
	}
	return f.value.Value == "true"
}

// choice reads a text that is one of a list.
func (r *policyReader) choice(m map[string]field, key, unsaid string, list []string) string {
	f, ok := m[key]
	if !ok {
		return unsaid
	}
	s := r.text(f.value, key, maxText)
	if s != "" && !slices.Contains(list, s) {
		r.add(f.value.Line, f.value.Column, "unknown %s %q%s", key, clip(s), closest(s, list))
		return ""
	}
	return s
}

// status reads one that a rule may give; unclassified says that there is none.
func (r *policyReader) status(n *yaml.Node, m map[string]field) fips.Status {
	var names []string
	for _, s := range fips.Statuses() {
		if s != fips.Unclassified {
			names = append(names, s.String())
		}
	}
	if _, ok := m["status"]; !ok {
		r.add(n.Line, n.Column, "status is missing")
		return fips.Unobserved
	}
	s, err := fips.ParseStatus(r.choice(m, "status", "", names))
	if err != nil {
		return fips.Unobserved // choice has told
	}
	return s
}

func (r *policyReader) dates(m map[string]field) (from, until fips.Date) {
	from, until = r.date(m, "from"), r.date(m, "until")
	if from != "" && until != "" && until < from {
		v := m["until"].value
		r.add(v.Line, v.Column, "until %s is before from %s", until, from)
	}
	return from, until
}

func (r *policyReader) source(n *yaml.Node) {
	m := r.fields(n, "a source", sourceKeys[:])
	if m == nil {
		return
	}
	s := fips.Source{Notes: r.optional(m, "notes", maxReason), URL: r.optional(m, "url", maxText)}
	for _, f := range []struct {
		key string
		to  *string
	}{{"id", &s.ID}, {"title", &s.Title}, {"edition", &s.Edition}, {"date", &s.Date}, {"access", &s.Access}} {
		*f.to = r.required(n, m, f.key, maxText)
	}
	if _, err := fips.ParseIssued(s.Date); err != nil && s.Date != "" {
		v := m["date"].value
		r.add(v.Line, v.Column, "%w", err)
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		v := m["url"].value
		r.add(v.Line, v.Column, "url %q: want one that begins with https://", clip(s.URL))
	}
	if r.sources[s.ID] && s.ID != "" {
		v := m["id"].value
		r.add(v.Line, v.Column, "source %s is there already", clip(s.ID))
	}
	r.sources[s.ID] = true
	r.policy.Sources = append(r.policy.Sources, s)
}

// cites reads the citations, of which there must be one.
func (r *policyReader) cites(n *yaml.Node, m map[string]field) []fips.Citation {
	f, ok := m["cite"]
	if !ok || len(f.value.Content) == 0 && f.value.Kind == yaml.SequenceNode {
		r.add(n.Line, n.Column, "cite is missing: name a document and the section in it")
		return nil
	}
	var list []fips.Citation
	for _, item := range r.list(f.value) {
		cm := r.fields(item, "a citation", citeKeys[:])
		if cm == nil {
			continue
		}
		c := fips.Citation{Document: r.required(item, cm, "document", maxText), Section: r.required(item, cm, "section", maxText), Note: r.optional(cm, "note", maxReason)}
		if c.Document != "" && !r.sources[c.Document] {
			v := cm["document"].value
			r.add(v.Line, v.Column, "document %q is no source of the catalogue: add it under sources", clip(c.Document))
		}
		list = append(list, c)
	}
	return list
}

// suggest names what a word may have been meant for.
func (r *policyReader) suggest(word string) string {
	if r.more > 0 || len(r.all) >= maxComplaints {
		return "" // nobody will read it
	}
	if alike := r.index.Suggest(strings.TrimSuffix(word, "*"), 3); len(alike) > 0 {
		return fmt.Sprintf(": did you mean %s?", strings.Join(alike, ", "))
	}
	return ""
}
