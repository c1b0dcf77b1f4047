// Package valid holds what tests write as JSON to the published schemas, and
// more strictly than they say: a field that no schema names is wrong too, so
// that one which is added or renamed is noticed. Only tests import it, so that
// no validator is part of the program.
package valid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fipsweep/fipsweep/reports/schema"
)

// Lines holds each line to the schema that it names.
func Lines(t testing.TB, data []byte) {
	t.Helper()
	n := 0
	for line := range bytes.Lines(data) {
		n++
		name, err := named(line)
		if err == nil {
			err = Check(name, line)
		}
		if err != nil {
			t.Fatalf("line %d: %v\n%.2000s", n, err, line)
		}
	}
	if n == 0 {
		t.Error("no line was written")
	}
}

// Document holds a whole document to the schema of the name.
func Document(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := Check(name, data); err != nil {
		t.Fatalf("%v\n%.2000s", err, data)
	}
}

// named is the name of the schema that a line says it has: of
// fipsweep.observation/v1 it is observation.
func named(line []byte) (string, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return "", err
	}
	name, found := strings.CutPrefix(head.Schema, "fipsweep.")
	name, version := name[:max(0, strings.LastIndexByte(name, '/'))], name[strings.LastIndexByte(name, '/')+1:]
	if !found || version != "v1" {
		return "", fmt.Errorf("no schema of ours: %q", head.Schema)
	}
	return name, nil
}

// Check says in what a document departs from the schema of the name.
func Check(name string, data []byte) error {
	compiled, err := schemas()
	if err != nil {
		return err
	}
	if compiled[name] == nil {
		return fmt.Errorf("no schema is called %q", name)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return compiled[name].Validate(value)
}

// schemas compiles every schema, once.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	compiled := map[string]*jsonschema.Schema{}
	for _, name := range schema.Names() {
		text, err := schema.Of(name)
		if err != nil {
			return nil, err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		url := "urn:fipsweep:schema:" + name + ":v1"
		if err := c.AddResource(url, closed(value)); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		if compiled[name], err = c.Compile(url); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
	}
	return compiled, nil
})

// closed lets every object that lists its properties have no other.
func closed(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = closed(inner)
		}
		_, lists := v["properties"].(map[string]any)
		if _, said := v["additionalProperties"]; lists && !said {
			v["additionalProperties"] = false
		}
	case []any:
		for i, inner := range v {
			v[i] = closed(inner)
		}
	}
	return value
}
