// Package schema owns the JSON Schemas (draft 2020-12) of every line and
// document that fipsweep writes. Within a major version fields are only ever
// added, so the schemas say which fields must be there and what they hold, and
// leave others alone; our own tests hold what is written to no other field.
//
// It never validates: that would put a validator into the program.
package schema

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// shared is the schema that the others refer to; it describes no document.
const shared = "common"

// Names lists the lines and documents that have a schema.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // an embedded folder
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), path.Ext(e.Name())); name != shared {
			names = append(names, name)
		}
	}
	return names
}

// Of is the schema of a line or document by its name, in one document: what it
// refers to is in it, each under its own $id (JSON Schema Core, section 9.3).
func Of(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("no schema %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	text, err := read(name)
	if err != nil {
		return nil, err
	}
	parts, err := referred(name, text)
	if err != nil || len(parts) == 0 {
		return text, err
	}
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(bytes.TrimSpace(text), []byte("\n}")))
	b.WriteString(",\n  \"$defs\": {")
	for i, part := range parts {
		if text, err = read(part); err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    %q: %s", part, bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte("\n    ")))
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes(), nil
}

func read(name string) ([]byte, error) {
	text, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil, fmt.Errorf("read the schema of %s: %w", name, err)
	}
	return text, nil
}

// referred lists every other schema that one needs, at whatever remove, in the
// order of their names.
func referred(name string, text []byte) ([]string, error) {
	needed := map[string]bool{name: true}
	var list []string
	for todo := [][]byte{text}; len(todo) > 0; todo = todo[1:] {
		for _, piece := range bytes.Split(todo[0], []byte(`"$ref": "urn:fipsweep:schema:`))[1:] {
			other, _, _ := strings.Cut(string(piece), ":")
			if needed[other] {
				continue
			}
			needed[other] = true
			list = append(list, other)
			more, err := read(other)
			if err != nil {
				return nil, err
			}
			todo = append(todo, more)
		}
	}
	slices.Sort(list)
	return list, nil
}
