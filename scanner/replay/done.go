package replay

import (
	"hash/fnv"
	"strconv"

	"github.com/fipsweep/fipsweep/scanner"
)

// Done is the endpoints that a sweep has finished: some 20 bytes for each,
// and nothing of what was observed there. It may be read by many goroutines
// once all were added.
type Done struct {
	ids      map[uint64]struct{}
	answered map[uint64]struct{} // of those with a name
}

// Add adds the endpoint of an observation.
func (d *Done) Add(o scanner.Observation) {
	if d.ids == nil {
		d.ids, d.answered = map[uint64]struct{}{}, map[uint64]struct{}{}
	}
	k := keyOf(o.Endpoint)
	d.ids[k] = struct{}{}
	if o.Endpoint.Name != "" && o.Answered() {
		d.answered[k] = struct{}{}
	}
}

// Has tells whether an endpoint was added, and whether one of a name answered.
func (d *Done) Has(e scanner.Endpoint) (done, answered bool) {
	if d == nil || len(d.ids) == 0 {
		return false, false
	}
	k := keyOf(e)
	_, done = d.ids[k]
	_, answered = d.answered[k]
	return done, answered
}

// Len is how many endpoints were added.
func (d *Done) Len() int { return len(d.ids) }

// keyOf is the endpoint's id, which is 64 bits of a digest already.
func keyOf(e scanner.Endpoint) uint64 {
	if k, err := strconv.ParseUint(e.ID, 16, 64); err == nil {
		return k
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(e.String()))
	return h.Sum64()
}
