package control

import (
	"bytes"
	_ "embed" // the frameworks are data
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

//go:embed data/frameworks.json
var frameworks []byte

// A Framework is one catalogue of requirements.
type Framework struct {
	ID       string    `json:"id"`      // "soc2"
	Name     string    `json:"name"`    // "SOC 2"
	Short    string    `json:"short"`   // for narrow places: "ISO 27001"
	Edition  string    `json:"edition"` // which text the identifiers are of
	Controls []Control `json:"controls"`
}

// overNetwork is what a control is over whose population is what answers over
// a network: a file is neither evidence for it nor missing from it, but where it
// is the configuration or the list of such a service.
const overNetwork = "network"

// needsBoundary is what a control needs whose population is the endpoints that
// face outside, as the inventory tags them.
const needsBoundary = "boundary"

// A Control is one requirement, in our own words, and the classes of evidence
// that bear on it.
type Control struct {
	ID         string              `json:"id"` // the framework's own: "CC6.1"
	Asks       string              `json:"asks"`
	Classes    []fips.Class        `json:"classes"`
	Over       string              `json:"over,omitempty"`    // "network": files are not among its population
	Needs      string              `json:"needs,omitempty"`   // what the sweep must be told before this can be assessed: "boundary"
	Cannot     string              `json:"cannot,omitempty"`  // what this evidence does not show
	Earlier    map[string][]string `json:"earlier,omitempty"` // the same requirement in another edition
	Confidence string              `json:"confidence"`        // of the mapping: "high", "medium" or "low"
	Note       string              `json:"note,omitempty"`
	Shown      bool                `json:"shown,omitempty"` // reports tell of it
}

// A Table is frameworks ready to be counted into.
type Table struct {
	Frameworks []Framework
	byClass    map[fips.Class]bearing
}

// A bearing is the controls that a class bears on and that reports tell of.
type bearing struct {
	ids    []string
	inFile []string // those of them that a file's own evidence bears on
}

// Load reads every framework of the embedded data.
func Load() (*Table, error) { return parse(frameworks) }

// parse reads frameworks, strictly: a misspelt field or class would silently
// leave a control without evidence.
func parse(data []byte) (*Table, error) {
	t := &Table{byClass: map[fips.Class]bearing{}}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&t.Frameworks); err != nil {
		return nil, fmt.Errorf("read control frameworks: %w", err)
	}
	var errs []error
	for _, f := range t.Frameworks {
		for _, c := range f.Controls {
			errs = append(errs, wrong(f, c)...)
			if !c.Shown {
				continue
			}
			for _, class := range c.Classes {
				s := t.byClass[class]
				s.ids = append(s.ids, c.ID)
				if c.Over != overNetwork {
					s.inFile = append(s.inFile, c.ID)
				}
				t.byClass[class] = s
			}
		}
	}
	return t, errors.Join(errs...)
}

// wrong says everything that keeps a control from being counted.
func wrong(f Framework, c Control) []error {
	var errs []error
	if c.ID == "" || c.Asks == "" || len(c.Classes) == 0 {
		errs = append(errs, fmt.Errorf("control %s %q: want id, asks and classes", f.ID, c.ID))
	}
	if c.Over != "" && c.Over != overNetwork {
		errs = append(errs, fmt.Errorf("control %s %s: over %q, want network or nothing", f.ID, c.ID, c.Over))
	}
	seen := map[fips.Class]bool{}
	for _, class := range c.Classes {
		if _, known := kindsOf(class); !known {
			errs = append(errs, fmt.Errorf("control %s %s: unknown class %q", f.ID, c.ID, class))
		}
		if seen[class] {
			errs = append(errs, fmt.Errorf("control %s %s: class %q twice", f.ID, c.ID, class))
		}
		seen[class] = true
	}
	return errs
}

// Shown is the part of the table that reports tell of.
func (t *Table) Shown() *Table {
	s := &Table{byClass: t.byClass}
	for _, f := range t.Frameworks {
		var shown []Control
		for _, c := range f.Controls {
			if c.Shown {
				shown = append(shown, c)
			}
		}
		if len(shown) > 0 {
			f.Controls = shown
			s.Frameworks = append(s.Frameworks, f)
		}
	}
	return s
}

// Of lists the shown controls that a finding of the class bears on; in a file
// it does not bear on those over the network. The list is shared, and not to be
// changed.
func (t *Table) Of(class fips.Class, e scanner.Endpoint) []string {
	s := t.byClass[class]
	if ofFile(class, e) {
		return slices.Clip(s.inFile)
	}
	return slices.Clip(s.ids)
}

// ofFile tells whether the evidence is a file's own, and not of a service that
// the file belongs to.
func ofFile(class fips.Class, e scanner.Endpoint) bool {
	k, _ := kindsOf(class)
	return e.Path != "" && k&store != 0
}
