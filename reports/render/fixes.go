package render

import (
	"crypto/sha256"
	"fmt"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
)

// maxFixes bounds how many unlike sets of configuration lines one page holds:
// most endpoints share theirs with others.
const maxFixes = 200

// fixes remembers the sets of lines that the page holds, by their digest.
type fixes map[[sha256.Size]byte]fixPlace

// A fixPlace is where lines stand, and whose they are.
type fixPlace struct{ anchor, name string }

// A fixView is the lines for one endpoint, or where the same ones stand.
type fixView struct {
	Anchor         string
	Same, SameName string // the anchor of an earlier endpoint with the same lines
	Full           bool   // the page has as many sets as it may
	Products       []fixProduct
}

// A fixProduct is the lines for one product that the endpoint may be.
type fixProduct struct {
	Name   string
	Open   bool // there is no other
	Notes  []string
	Blocks []fixBlock
}

type fixBlock struct{ Where, Text string }

// fix tells of an endpoint's configuration lines; nil where it has none.
func (v *view) fix(a fips.Assessment) *fixView {
	x := &fixView{}
	all := v.R.Remedies(a)
	if len(all) == 0 {
		return nil
	}
	h := sha256.New()
	for _, r := range all {
		p := newFixProduct(r)
		p.Open = len(all) == 1
		x.Products = append(x.Products, p)
		fmt.Fprintf(h, "%#v", p)
	}
	digest := [sha256.Size]byte(h.Sum(nil))
	place, known := v.fixes[digest]
	switch {
	case known:
		return &fixView{Same: place.anchor, SameName: place.name}
	case len(v.fixes) >= maxFixes:
		return &fixView{Full: true}
	}
	x.Anchor = fmt.Sprintf("fix-%d", len(v.fixes)+1)
	v.fixes[digest] = fixPlace{x.Anchor, clean(a.Observation.Endpoint.String())}
	return x
}

func newFixProduct(r remedy.Remedy) fixProduct {
	p := fixProduct{Name: r.Product}
	for _, note := range r.Notes {
		p.Notes = append(p.Notes, clean(note))
	}
	for _, b := range r.Blocks {
		var text []byte
		for _, l := range b.Lines {
			if l.Because != "" {
				text = fmt.Appendf(text, "%s %s\n", b.Comment, clean(l.Because))
			}
			if l.Text != "" {
				text = fmt.Appendf(text, "%s\n", clean(l.Text))
			}
		}
		p.Blocks = append(p.Blocks, fixBlock{b.Where, string(text)})
	}
	return p
}
