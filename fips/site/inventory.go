package site

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// InventorySchema names the version of the YAML files that ParseInventory
// reads.
const InventorySchema = "fipsweep.inventory/v1"

// The keys of an entry, which are the columns of a CSV file.
var inventoryKeys = [...]string{"target", "owner", "system", "environment", "data_class", "boundary"}

// An Expected is an entry of the inventory: where something should be, and
// what it is.
type Expected struct {
	Target fips.Pattern
	fips.Tags
	Where string // file and line

	column int // of the target
}

// An Inventory is what the operator expects. A nil one expects nothing. It is
// never written to once made.
type Inventory struct {
	all   []Expected
	index *fips.Patterns
}

// ParseInventory reads an inventory: CSV with a header, or YAML or JSON with a
// list under inventory. Which of them it is shows in the first line. The error
// joins every complaint.
func ParseInventory(f Source) (*Inventory, error) {
	f.Data = bytes.TrimPrefix(f.Data, []byte(byteOrderMark))
	c := &complaints{file: f.Name}
	v := &Inventory{}
	if line, column, bad := notText(f.Data); bad != "" && !utf8.Valid(f.Data) {
		c.add(line, column, "no CSV, YAML or JSON: %s", bad)
	} else if isCSV(f.Data) {
		v.all = c.table(f.Data)
	} else {
		for _, n := range c.entries(f.Data, "inventory", InventorySchema) {
			v.all = append(v.all, c.expected(n))
		}
	}
	c.distinct(v.all)
	if err := c.err(); err != nil {
		return nil, err
	}
	var patterns []fips.Pattern
	for _, x := range v.all {
		patterns = append(patterns, x.Target)
	}
	v.index = fips.NewPatterns(patterns)
	return v, nil
}

// isCSV tells whether the first line that says something is a row of columns:
// YAML's has a colon, or the sign of a list or of a JSON document.
func isCSV(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		return !bytes.ContainsAny(line[:1], "{[-%") && !bytes.ContainsRune(line, ':')
	}
	return false
}

// expected reads one entry of a YAML file.
func (c *complaints) expected(n *yaml.Node) Expected {
	x := Expected{Where: fmt.Sprintf("%s:%d", c.file, n.Line)}
	m := c.fields(n, "an entry", inventoryKeys[:])
	if m == nil {
		return x
	}
	if _, ok := m["target"]; !ok {
		c.add(n.Line, n.Column, "the entry has no target: write a network, host:port, *.example.com or /etc/pki")
	}
	for _, key := range inventoryKeys {
		f, ok := m[key]
		switch {
		case !ok:
		case key == "boundary" && f.value.Kind == yaml.ScalarNode && f.value.Tag == "!!bool":
			x.Boundary = strings.EqualFold(f.value.Value, "true")
		case f.value.Kind == yaml.ScalarNode && f.value.Tag == "!!null" && key != "target":
		default:
			if s := c.text(f.value, key, bound(key)); s != "" {
				c.set(&x, key, s, f.value.Line, f.value.Column)
			}
		}
	}
	return x
}

func bound(key string) int {
	if key == "target" {
		return maxReason
	}
	return maxText
}

// set puts one value into its place.
func (c *complaints) set(x *Expected, key, s string, line, column int) {
	switch key {
	case "target":
		x.column = column
		var err error
		if x.Target, err = fips.ParsePattern(s); err != nil {
			c.add(line, column, "target %q: %w", clip(s), err)
		}
	case "owner":
		x.Owner = s
	case "system":
		x.System = s
	case "environment":
		x.Environment = s
	case "data_class":
		x.DataClass = s
	case "boundary":
		switch strings.ToLower(s) {
		case "true", "yes", "1":
			x.Boundary = true
		case "false", "no", "0":
		default:
			c.add(line, column, "boundary %q: want true or false", clip(s))
		}
	}
}

// distinct complains of targets that stand twice: which owner would hold?
func (c *complaints) distinct(all []Expected) {
	seen := map[string]string{}
	for _, x := range all {
		key := x.Target.String()
		if where, twice := seen[key]; twice && key != "" {
			var line int
			fmt.Sscanf(strings.TrimPrefix(x.Where, c.file+":"), "%d", &line)
			c.add(line, max(1, x.column), "target %s is there already, in %s", clip(key), where)
			continue
		}
		seen[key] = x.Where
	}
}

// All is every entry of the inventory.
func (v *Inventory) All() []Expected {
	if v == nil {
		return nil
	}
	return v.all
}

// Of lists the entries that speak of the endpoint by their places in All, the
// narrowest first.
func (v *Inventory) Of(e scanner.Endpoint) []int {
	if v == nil {
		return nil
	}
	return v.index.Of(e)
}

// Tag puts what the narrowest entry says of the endpoint on the assessment and
// its findings.
func (v *Inventory) Tag(a *fips.Assessment) {
	of := v.Of(a.Observation.Endpoint)
	if len(of) == 0 {
		return
	}
	a.Tags = &v.all[of[0]].Tags
	for i := range a.Findings {
		a.Findings[i].Tags = a.Tags
	}
}
