package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The readers below take YAML, and JSON as the part of YAML that it is. They
// look at the tree and not at Go values, because only the tree knows where a
// thing stands and whether a key stands twice.

// document parses one YAML document into its top node; nil where it cannot.
func (c *complaints) document(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if line, column, bad := notText(data); bad != "" {
		c.add(line, column, "no YAML or JSON: %s", bad)
		return nil
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		data = fromJSON(data)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		c.add(1, 1, "the file is empty")
		return nil
	case err != nil:
		c.syntax(err)
		return nil
	case len(doc.Content) != 1:
		c.add(1, 1, "the file holds nothing")
		return nil
	}
	var more yaml.Node
	if err := d.Decode(&more); err == nil {
		c.add(more.Line, more.Column, "a second document: put everything into the first")
	} else if !errors.Is(err, io.EOF) {
		c.syntax(err)
	}
	return doc.Content[0]
}

// fromJSON writes what JSON has and YAML has not: a tab between values, and a
// slash with a backslash before it.
func fromJSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\t':
			out = append(out, ' ')
		case c == '\\' && i+1 < len(data):
			i++
			if data[i] != '/' {
				out = append(out, c)
			}
			out = append(out, data[i])
		default:
			out = append(out, c)
		}
	}
	return out
}

// notText finds what keeps a file from being text: where, and what.
func notText(data []byte) (line, column int, what string) {
	line, column = 1, 1
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return line, column, "it is no UTF-8: save it as that"
		case c < ' ' && c != '\n' && c != '\r' && c != '\t':
			return line, column, "it holds control characters"
		case c == '\n':
			line, column = line+1, 0
		}
		column++
		i += size
	}
	return 0, 0, ""
}

// syntax tells what the parser says, at the line that it names.
func (c *complaints) syntax(err error) {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := regexp.MustCompile(`^(?:[a-z ]+: )?line (\d+)(?:, column \d+)?: `).FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.TrimPrefix(text, m[0])
	}
	c.add(line, 1, "no YAML or JSON: %s", clip(strings.ReplaceAll(text, "\n", " ")))
}

// A field is a key of a mapping with what stands under it.
type field struct{ key, value *yaml.Node }

// fields reads a mapping whose keys are all known and none twice.
func (c *complaints) fields(n *yaml.Node, what string, known []string) map[string]field {
	if n.Kind != yaml.MappingNode {
		c.add(n.Line, n.Column, "%s is %s: want a mapping with %s", what, kindOf(n), strings.Join(known, ", "))
		return nil
	}
	m := map[string]field{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch old, twice := m[k.Value]; {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge":
			c.add(k.Line, k.Column, "a key of %s is %s: write it as a plain word", what, kindOf(k))
		case twice:
			c.add(k.Line, k.Column, "key %s stands twice, first in line %d", k.Value, old.key.Line)
		case !slices.Contains(known, k.Value):
			c.add(k.Line, k.Column, "unknown key %q%s", clip(k.Value), closest(k.Value, known))
		default:
			m[k.Value] = field{k, v}
		}
	}
	return m
}

// kindOf says what a node is, for people.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias, which is not followed"
	}
	switch n.Tag {
	case "!!null":
		return "empty"
	case "!!bool":
		return "true or false"
	}
	return fmt.Sprintf("%q", clip(n.Value))
}

// text reads a line of text. A number or a date is taken as it is written.
func (c *complaints) text(n *yaml.Node, key string, most int) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!bool" || n.Tag == "!!binary" {
		c.add(n.Line, n.Column, "%s is %s: want text%s", key, kindOf(n), quoteHint(n))
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if key == "reason" {
		s = oneLine(s)
	}
	if s == "" {
		c.add(n.Line, n.Column, "%s is empty", key)
	} else if err := plainText(s, most); err != nil {
		c.add(n.Line, n.Column, "%s: %w", key, err)
		return ""
	}
	return s
}

func quoteHint(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		return ", in quotes"
	}
	return ""
}

// list is the items of a list, or the one item that stands without one.
func (c *complaints) list(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// entries opens a file: a mapping with the list under key, and a schema if it
// says one.
func (c *complaints) entries(data []byte, key, schema string) []*yaml.Node {
	top := c.document(data)
	if top == nil {
		return nil
	}
	m := c.fields(top, "the file", []string{"schema", key})
	if f, ok := m["schema"]; ok {
		if s := c.text(f.value, "schema", maxText); s != "" && s != schema {
			c.add(f.value.Line, f.value.Column, "schema %q: want %s", clip(s), schema)
		}
	}
	f, ok := m[key]
	switch {
	case m == nil:
		return nil
	case !ok:
		c.add(top.Line, top.Column, "no %s: want a list under that key", key)
		return nil
	case f.value.Kind == yaml.ScalarNode && f.value.Tag == "!!null":
		return nil // all of them were taken out
	case f.value.Kind != yaml.SequenceNode:
		c.add(f.value.Line, f.value.Column, "%s is %s: want a list", key, kindOf(f.value))
		return nil
	}
	return f.value.Content
}
