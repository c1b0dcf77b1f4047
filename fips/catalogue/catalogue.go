// Package catalogue holds the rules as data, one file for each kind of
// subject, and the loader that lets no flawed file through.
//
// A rule of kind tls-cipher-suite or tls-cipher-suite-rule that has a code
// point rules on those suites as a whole; all other suites are ruled on by
// their parts.
//
// The data files are the source: a rule is changed by closing the old record's
// dates and opening a new one, and go generate ./fips/catalogue then packs them
// all for the program. The package applies no rule and reads nothing but what
// it is given.
package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// The files that are not rules.
const (
	metaFile    = "meta.json"
	sourcesFile = "sources.json"
)

// Read reads a catalogue from a directory: meta.json with version and first
// date, sources.json, and for each kind of subject a file <kind>.json with its
// rules. The error tells everything that is wrong, not the first thing only.
func Read(dir fs.FS) (*fips.Catalogue, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	c := new(fips.Catalogue)
	complaints := readMeta(dir, c)
	sources, errs := records[fips.Source](dir, sourcesFile)
	c.Sources = sources
	complaints = append(complaints, errs...)
	for _, name := range names {
		if name == metaFile || name == sourcesFile {
			continue
		}
		rules, errs := records[fips.Rule](dir, name)
		complaints = append(complaints, errs...)
		complaints = append(complaints, strays(name, rules)...)
		c.Rules = append(c.Rules, rules...)
	}
	explainContests(c.Rules)
	complaints = append(complaints, validate(c)...)
	if len(complaints) > 0 {
		return nil, errors.Join(complaints...)
	}
	return c, nil
}

func readMeta(dir fs.FS, c *fips.Catalogue) []error {
	var meta struct {
		Version string    `json:"version"`
		Since   fips.Date `json:"since"`
	}
	data, err := fs.ReadFile(dir, metaFile)
	if err == nil {
		err = strict(data, &meta)
	}
	if err != nil {
		return []error{fmt.Errorf("%s: %w", metaFile, err)}
	}
	c.Version, c.Since = meta.Version, meta.Since
	return nil
}

// records reads an array, each element on its own, so that a fault in one
// hides none in the next. A record with a fault is kept as far as it could be
// read, to be held against the rest.
func records[T any](dir fs.FS, name string) ([]T, []error) {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, []error{err}
	}
	var raw []json.RawMessage
	if err := strict(data, &raw); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", name, err)}
	}
	list := make([]T, len(raw))
	var errs []error
	for i, r := range raw {
		if err := strict(r, &list[i]); err != nil {
			errs = append(errs, fmt.Errorf("%s: record %d: %w", name, i+1, err))
			_ = json.Unmarshal(r, &list[i]) // the fault is told; see what else there is
		}
	}
	return list, errs
}

// strict decodes one value and refuses fields it does not know.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// strays finds rules in a file of another kind.
func strays(name string, rules []fips.Rule) []error {
	kind := strings.TrimSuffix(path.Base(name), ".json")
	var errs []error
	for i, r := range rules {
		if r.Kind != kind {
			errs = append(errs, fmt.Errorf("%s: record %d (%s): kind is %q; move it to its kind's file", name, i+1, r.ID, r.Kind))
		}
	}
	return errs
}

// explainContests says of each contested rule who reads it otherwise.
func explainContests(rules []fips.Rule) {
	for i := range rules {
		r := &rules[i]
		if r.Contested == "" && r.Second != nil && r.Second.Result == "contested" {
			r.Contested = fmt.Sprintf("%s (second reading by %s)", r.Second.Note, strings.Join(r.Second.By, "; "))
		}
	}
}
