package catalogue

import (
	"os"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
)

// Every name that a product was shipped with has a rule on every day, and one
// that nobody shipped has none.
func TestSSHProducts(t *testing.T) {
	data, err := os.ReadFile("../../testdata/ssh/products.txt")
	if err != nil {
		t.Fatal(err)
	}
	x := fips.NewIndex(load(t))
	product, products, names := "", 0, map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			product, _, _ = strings.Cut(rest, ":")
			products++
			continue
		}
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		switch fields[0] {
		case "kex", "hostkey", "cipher", "mac":
		default:
			t.Fatalf("%s: list %q", product, fields[0])
		}
		for _, name := range fields[1:] {
			kind := "ssh-" + fields[0]
			names[kind+"/"+name] = true
			if day, ok := unruled(x.Named(kind, name)); !ok {
				t.Errorf("%s: %s %s has no rule on %s", product, kind, name, day)
			}
		}
	}
	if products < 20 || len(names) < 270 {
		t.Errorf("%d names of %d products: the list has lost some", len(names), products)
	}
	for _, kind := range []string{"ssh-kex", "ssh-hostkey", "ssh-cipher", "ssh-mac"} {
		if rules := x.Named(kind, "nobody@shipped.example"); len(rules) > 0 {
			t.Errorf("%s: a name that nobody shipped is ruled on by %s", kind, rules[0].ID)
		}
	}
}
