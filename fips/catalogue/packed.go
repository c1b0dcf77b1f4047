package catalogue

import (
	"bytes"
	_ "embed"
	"encoding/gob"
	"fmt"

	"github.com/fipsweep/fipsweep/fips"
)

//go:generate go run github.com/fipsweep/fipsweep/cmd/gen catalogue data packed.gob

// packedFile is the catalogue that is built in. Reading and validating the data
// files would be most of what a short run costs; they are held against this by
// a test instead.
//
//go:embed packed.gob
var packedFile []byte

// packed is what packedFile holds. Gob takes a pointer to zero for nil, so the
// rules whose strength is known to be none are named beside them; and an empty
// list for none, so that a reading which went by nothing needs one again.
type packed struct {
	Catalogue    fips.Catalogue
	Strengthless []int // indexes of rules
}

// Load returns the catalogue that is built in.
func Load() (*fips.Catalogue, error) {
	var p packed
	if err := gob.NewDecoder(bytes.NewReader(packedFile)).Decode(&p); err != nil {
		return nil, fmt.Errorf("built-in catalogue: %w", err)
	}
	for _, i := range p.Strengthless {
		p.Catalogue.Rules[i].Strength = new(int)
	}
	for _, r := range p.Catalogue.Rules {
		if r.Second != nil && r.Second.By == nil {
			r.Second.By = []string{}
		}
	}
	return &p.Catalogue, nil
}

// Pack is the form in which a catalogue is built in.
func Pack(c *fips.Catalogue) ([]byte, error) {
	p := packed{Catalogue: *c}
	for i, r := range c.Rules {
		if r.Strength != nil && *r.Strength == 0 {
			p.Strengthless = append(p.Strengthless, i)
		}
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(p); err != nil {
		return nil, fmt.Errorf("packing the catalogue: %w", err)
	}
	return b.Bytes(), nil
}
