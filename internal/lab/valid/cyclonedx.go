package valid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// BOM holds a CycloneDX document to the schema of its version, and to what the
// schema cannot say: see CheckBOM.
func BOM(t testing.TB, data []byte) {
	t.Helper()
	if err := CheckBOM(data); err != nil {
		t.Fatalf("%v\n%.2000s", err, data)
	}
}

// CheckBOM says in what a document departs from its schema, or which of its
// references is there twice, leads nowhere, or has no place in the graph of
// dependencies.
func CheckBOM(data []byte) error {
	var head struct {
		Version string `json:"specVersion"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	compiled, err := bomSchemas()
	if err != nil {
		return err
	}
	if compiled[head.Version] == nil {
		return fmt.Errorf("no schema of CycloneDX %q", head.Version)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if err := compiled[head.Version].Validate(value); err != nil {
		return err
	}
	return checkRefs(value.(map[string]any))
}

// refKeys are the members of components and services that name others.
var refKeys = map[string]bool{"ref": true, "algorithmRef": true, "signatureAlgorithmRef": true, "subjectPublicKeyRef": true,
	"algorithms": true, "cryptoRefArray": true, "dependsOn": true, "provides": true}

func checkRefs(bom map[string]any) error {
	defined := map[string]int{}
	for _, list := range []string{"components", "services"} {
		all, _ := bom[list].([]any)
		for _, c := range all {
			ref, _ := c.(map[string]any)["bom-ref"].(string)
			if defined[ref]++; ref == "" || defined[ref] > 1 {
				return fmt.Errorf("bom-ref %q is empty or there twice", ref)
			}
		}
	}
	for ref := range referred(bom) {
		if defined[ref] == 0 {
			return fmt.Errorf("nothing has the bom-ref %q, to which something refers", ref)
		}
	}
	nodes := map[string]int{}
	all, _ := bom["dependencies"].([]any)
	for _, d := range all {
		nodes[d.(map[string]any)["ref"].(string)]++
	}
	for ref := range defined {
		if nodes[ref] != 1 {
			return fmt.Errorf("%q is %d times among the dependencies, want once", ref, nodes[ref])
		}
	}
	return nil
}

// referred gathers every reference below a value.
func referred(value any) map[string]bool {
	found := map[string]bool{}
	var walk func(v any, isRef bool)
	walk = func(v any, isRef bool) {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(inner, refKeys[key])
			}
		case []any:
			for _, inner := range v {
				walk(inner, isRef)
			}
		case string:
			if isRef {
				found[v] = true
			}
		}
	}
	walk(value, false)
	return found
}

// bomSchemas compiles the schemas of each version, once.
var bomSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "..", "testdata", "schemas", "cyclonedx")
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range []string{"bom-1.6", "bom-1.7", "cryptography-defs", "jsf-0.82", "spdx"} {
		text, err := os.ReadFile(filepath.Join(dir, name+".schema.json"))
		if err != nil {
			return nil, err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		if err := c.AddResource("http://cyclonedx.org/schema/"+name+".schema.json", value); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, version := range []string{"1.6", "1.7"} {
		s, err := c.Compile("http://cyclonedx.org/schema/bom-" + version + ".schema.json")
		if err != nil {
			return nil, fmt.Errorf("schema of CycloneDX %s: %w", version, err)
		}
		compiled[version] = s
	}
	return compiled, nil
})
