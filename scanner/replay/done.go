package replay

import (
	"hash/fnv"
	"slices"
	"strconv"
	"sync"

	"github.com/fipsweep/fipsweep/scanner"
)

// Done is the endpoints that a sweep has finished: eight bytes for each, and
// nothing of what was observed there. All are added before the first is looked
// for; then it may be read by many goroutines.
type Done struct {
	ids      []uint64
	answered []uint64 // of those with a name
	sorted   sync.Once
}

// Add adds the endpoint of an observation.
func (d *Done) Add(o scanner.Observation) {
	k := keyOf(o.Endpoint)
	d.ids = append(d.ids, k)
	if o.Endpoint.Name != "" && o.Answered() {
		d.answered = append(d.answered, k)
	}
}

// Has tells whether an endpoint was added, and whether one of a name answered.
func (d *Done) Has(e scanner.Endpoint) (done, answered bool) {
	d.sorted.Do(func() {
		slices.Sort(d.ids)
		slices.Sort(d.answered)
	})
	if len(d.ids) == 0 {
		return false, false
	}
	k := keyOf(e)
	_, done = slices.BinarySearch(d.ids, k)
	_, answered = slices.BinarySearch(d.answered, k)
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
