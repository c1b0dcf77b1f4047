package reports

import (
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// Tags are what the inventory says of an endpoint, nil where it says nothing:
// for the endpoints of facts, each of which may be another's.
func (r *Report) Tags(e scanner.Endpoint) *fips.Tags { return tagsOf(r.expected, e) }

func tagsOf(v *site.Inventory, e scanner.Endpoint) *fips.Tags {
	of := v.Of(e)
	if len(of) == 0 {
		return nil
	}
	return &v.All()[of[0]].Tags
}

// ownerOf is the owner of what stands at the endpoint, "" where nobody said.
func ownerOf(t *fips.Tags) string {
	if t == nil {
		return ""
	}
	return clip(t.Owner, maxText)
}

// maxTags bounds the owners, and what else is said, of one row.
const maxTags = 8

// tag puts what is said of one of the row's endpoints on the row.
func (r *Row) tag(t *fips.Tags) {
	if ownerOf(t) == "" {
		r.Unowned = true
	}
	if t == nil {
		return
	}
	if owner := ownerOf(t); owner != "" && len(r.Owners) < maxTags && !slices.Contains(r.Owners, owner) {
		r.Owners = append(r.Owners, owner)
	}
	short := fips.Tags{Owner: ownerOf(t), System: clip(t.System, maxText), Environment: clip(t.Environment, maxText), DataClass: clip(t.DataClass, maxText), Boundary: t.Boundary}
	if len(r.Tags) < maxTags && !slices.Contains(r.Tags, short) {
		r.Tags = append(r.Tags, short)
	}
}
