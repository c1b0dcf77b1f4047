package catalogue

import (
	_ "embed"
	"fmt"
	"reflect"

	"github.com/fipsweep/fipsweep/fips"
)

//go:generate go run github.com/fipsweep/fipsweep/cmd/gen catalogue data packed.bin

// packedFile is the catalogue that is built in. Reading and validating the data
// files would be most of what a short run costs; they are held against this by
// a test instead. It is a string so that every text of a rule is a part of it,
// which is not read from the program's file before somebody needs it.
//
//go:embed packed.bin
var packedFile string

// Load returns the catalogue that is built in.
func Load() (*fips.Catalogue, error) {
	c := new(fips.Catalogue)
	if err := unpack(packedFile, reflect.ValueOf(c).Elem()); err != nil {
		return nil, fmt.Errorf("built-in catalogue: %w", err)
	}
	return c, nil
}

// Pack is the form in which a catalogue is built in.
func Pack(c *fips.Catalogue) ([]byte, error) {
	p := packer{at: map[string]int{}}
	if err := p.value(reflect.ValueOf(c).Elem()); err != nil {
		return nil, fmt.Errorf("packing the catalogue: %w", err)
	}
	return p.file(), nil
}
