package site

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Setting is one key of a configuration file, with what stands under it.
type Setting struct {
	Verb         string // the verb for which it holds; "" for every one that knows the key
	Key          string
	Values       []string // one, unless it is a list
	List         bool
	Line, Column int
}

// verbsKey is the mapping from verbs to what holds for each alone.
const verbsKey = "verbs"

// ParseSettings reads a configuration file: a mapping from keys to a word or a
// list of words, and under "verbs" one such mapping for each verb. keys are
// those that may stand at the top, verbs those of each verb. The error joins
// every complaint.
func ParseSettings(src Source, keys []string, verbs map[string][]string) ([]Setting, error) {
	c := &complaints{file: src.Name}
	var all []Setting
	if top := c.document(src.Data); top != nil {
		all = c.settings(top, "", append(slices.Clone(keys), verbsKey), verbs)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return all, nil
}

func (c *complaints) settings(n *yaml.Node, verb string, keys []string, verbs map[string][]string) []Setting {
	what := "the file"
	if verb != "" {
		what = "verb " + verb
	}
	var all []Setting
	for _, f := range inOrder(c.fields(n, what, keys)) {
		if verb == "" && f.key.Value == verbsKey {
			all = append(all, c.ofVerbs(f.value, verbs)...)
			continue
		}
		all = append(all, c.setting(f, verb))
	}
	return all
}

func (c *complaints) ofVerbs(n *yaml.Node, verbs map[string][]string) []Setting {
	var names []string
	for name := range verbs {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []Setting
	for _, f := range inOrder(c.fields(n, verbsKey, names)) {
		all = append(all, c.settings(f.value, f.key.Value, verbs[f.key.Value], nil)...)
	}
	return all
}

// setting reads a word or a list of words. Numbers, dates, true and false are
// taken as they are written: what they are is the flag's to say.
func (c *complaints) setting(f field, verb string) Setting {
	s := Setting{Verb: verb, Key: f.key.Value, List: f.value.Kind == yaml.SequenceNode, Line: f.key.Line, Column: f.key.Column}
	for _, n := range c.list(f.value) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!binary" {
			c.add(n.Line, n.Column, "%s is %s: want a word, a number, or a list of them", s.Key, kindOf(n))
			continue
		}
		v := strings.TrimSpace(n.Value)
		if err := plainText(v, maxReason); err != nil {
			c.add(n.Line, n.Column, "%s: %w", s.Key, err)
		}
		s.Values = append(s.Values, v)
	}
	return s
}

// inOrder is the fields as they stand in the file.
func inOrder(m map[string]field) []field {
	var list []field
	for _, f := range m {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b field) int {
		if a.key.Line != b.key.Line {
			return a.key.Line - b.key.Line
		}
		return a.key.Column - b.key.Column
	})
	return list
}
