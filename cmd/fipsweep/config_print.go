package main

import (
	"io"
	"regexp"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// print writes every flag of the verb as a configuration file, with what set
// it. A flag that means something else in other verbs stands below this one.
func (c *configurator) print(w io.Writer) error {
	flags, general := configurable(c.verb), c.general()
	doc := &yaml.Node{Kind: yaml.MappingNode, HeadComment: "What holds for " + c.verb.CommandPath() + "."}
	own := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range sortedNames(flags) {
		whence, set := c.whence[name]
		if !set {
			whence = "default"
		}
		value := shown(flags[name])
		value.LineComment = whence
		part := doc
		if flags[name].Value.Type() != general[name].Value.Type() {
			part = own
		}
		part.Content = append(part.Content, word(name), value)
	}
	if len(own.Content) > 0 {
		verb := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{word(verbName(c.verb)), own}}
		doc.Content = append(doc.Content, word("verbs"), verb)
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return err
	}
	return e.Close()
}

func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// shown is a flag's value as YAML: text in quotes where it would read as
// something else.
func shown(fl *pflag.Flag) *yaml.Node {
	if list, ok := fl.Value.(pflag.SliceValue); ok {
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, v := range list.GetSlice() {
			n.Content = append(n.Content, text(masked(v)))
		}
		return n
	}
	v := masked(fl.Value.String())
	if fl.Value.Type() == "string" {
		return text(v)
	}
	return word(v)
}

func text(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	return n
}

// masked hides the user and password of a URL: what is printed is pasted into
// tickets.
func masked(s string) string {
	return regexp.MustCompile(`://[^/?#\s]*@`).ReplaceAllString(s, "://***@")
}
