package schema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports/schema"
)

// Each schema stands alone: what it refers to is in it, and it is a schema of
// draft 2020-12 itself.
func TestSchemasStandAlone(t *testing.T) {
	for _, name := range schema.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := schema.Of(name)
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			doc := value.(map[string]any)
			if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" || doc["$id"] != "urn:fipsweep:schema:"+name+":v1" {
				t.Errorf("$schema %v, $id %v", doc["$schema"], doc["$id"])
			}
			if doc["title"] == nil || doc["description"] == nil {
				t.Error("no title or no description")
			}
			c := jsonschema.NewCompiler()
			c.UseLoader(none{})
			if err := c.AddResource("file:///schema.json", value); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Compile("file:///schema.json"); err != nil {
				t.Error(err)
			}
		})
	}
}

// none loads nothing.
type none struct{}

func (none) Load(url string) (any, error) { return nil, os.ErrNotExist }

func TestUnknownName(t *testing.T) {
	for _, name := range []string{"", "nosuch", "common", "../schema"} {
		if _, err := schema.Of(name); err == nil || !strings.Contains(err.Error(), "observation") {
			t.Errorf("%q: %v, want the names that there are", name, err)
		}
	}
}

// lines are one line of each sort, as the sample has them.
func lines(t *testing.T) map[string]map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "golden", "sample.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	valid.Lines(t, data)
	all := map[string]map[string]any{}
	for line := range bytes.Lines(data) {
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		if name := v["schema"].(string); all[name] == nil {
			all[name] = v
		}
	}
	return all
}

// A field that is missing, renamed or of another type is refused.
func TestSchemasAreStrict(t *testing.T) {
	tests := []struct {
		name, schema string
		change       func(map[string]any)
	}{
		{"no endpoint", "observation", func(v map[string]any) { delete(v, "endpoint") }},
		{"endpoint renamed", "observation", func(v map[string]any) { v["host"] = v["endpoint"] }},
		{"two bodies", "observation", func(v map[string]any) { v["failure"] = map[string]any{"stage": "connect", "reason": "refused"} }},
		{"no body", "observation", func(v map[string]any) { delete(v, "tls") }},
		{"an unknown field in a chain", "observation", func(v map[string]any) {
			v["tls"].(map[string]any)["chains"].([]any)[0].(map[string]any)["leaf"] = "x"
		}},
		{"accepted as a word", "observation", func(v map[string]any) {
			v["tls"].(map[string]any)["versions"].([]any)[0].(map[string]any)["accepted"] = "yes"
		}},
		{"another version", "observation", func(v map[string]any) { v["schema"] = "fipsweep.observation/v2" }},
		{"a time that is none", "observation", func(v map[string]any) { v["time"] = "yesterday" }},
		{"an endpoint that is nowhere", "observation", func(v map[string]any) { v["endpoint"] = map[string]any{"id": "98b7dd19506e7ccb", "port": 443} }},
		{"no citation", "finding", func(v map[string]any) { delete(v, "cite") }},
		{"a finding that is approved", "finding", func(v map[string]any) { v["status"] = "approved" }},
		{"upper-case id", "finding", func(v map[string]any) { v["id"] = "ABCDEFABCDEFABCD" }},
		{"because renamed", "finding", func(v map[string]any) { v["reason"] = v["because"]; delete(v, "because") }},
		{"no controls", "sweep", func(v map[string]any) { delete(v, "controls") }},
		{"an unknown status", "sweep", func(v map[string]any) { v["posture"] = map[string]any{"good": 1} }},
		{"a negative count", "sweep", func(v map[string]any) { v["asked"] = -1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := lines(t)["fipsweep."+tt.schema+"/v1"]
			tt.change(v)
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if valid.Check(tt.schema, data) == nil {
				t.Errorf("taken as valid: %s", data)
			}
		})
	}
}

// The published schemas let a field pass that a later version adds.
func TestLaterFieldsPass(t *testing.T) {
	text, err := schema.Of("finding")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("file:///finding.json", value); err != nil {
		t.Fatal(err)
	}
	finding := lines(t)["fipsweep.finding/v1"]
	finding["later"] = true
	if err := c.MustCompile("file:///finding.json").Validate(finding); err != nil {
		t.Error(err)
	}
}
