package replay

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"

	"github.com/fipsweep/fipsweep/scanner"
)

// Done is the endpoints that a sweep has finished, and nothing of what was
// observed there: IPv4 addresses without a name as numbers that lie close
// together, a byte or two for each, and all else in eight bytes. All are added
// before the first is looked for; then it may be read by many goroutines.
type Done struct {
	addrs    numbers       // the lowest bit tells whether the host sent anything back, as it does of ids
	ids      [256][]uint64 // by the highest byte, so that none is large when it grows
	answered []uint64      // of those with a name
	n        int
	sorted   sync.Once
}

// Add adds the endpoint of an observation.
func (d *Done) Add(o scanner.Observation) {
	d.n++
	if k, ok := numberOf(o.Endpoint); ok {
		d.addrs.add(k | heard(o))
		return
	}
	k := keyOf(o.Endpoint)
	ids := d.ids[k>>56]
	if n := len(ids); n == cap(ids) { // append would leave a fifth of the room empty
		ids = append(make([]uint64, 0, n+n/16+8), ids...)
	}
	d.ids[k>>56] = append(ids, k|heard(o))
	if o.Endpoint.Name != "" && o.Answered() {
		d.answered = append(d.answered, k)
	}
}

// Has tells whether an endpoint was added, whether its host sent anything back,
// and whether one of a name answered.
func (d *Done) Has(e scanner.Endpoint) (done, heard, answered bool) {
	d.sorted.Do(func() {
		d.addrs.settle()
		d.addrs.waiting = nil
		for _, ids := range d.ids {
			slices.Sort(ids)
		}
		slices.Sort(d.answered)
	})
	if d.n == 0 {
		return false, false, false
	}
	if k, ok := numberOf(e); ok {
		v, ok := d.addrs.from(k)
		done = ok && v&^1 == k
		return done, done && v != k, false
	}
	k := keyOf(e)
	ids := d.ids[k>>56]
	if i, _ := slices.BinarySearch(ids, k); i < len(ids) && ids[i]&^1 == k {
		done, heard = true, ids[i] != k
	}
	_, answered = slices.BinarySearch(d.answered, k)
	return done, heard, answered
}

// Size is about how many bytes it takes.
func (d *Done) Size() int {
	ids := d.n - d.addrs.n - len(d.addrs.waiting)
	return 8*(ids+len(d.addrs.waiting)+len(d.answered)) + len(d.addrs.steps) + 16*len(d.addrs.runs)
}

// Len is how many endpoints were added.
func (d *Done) Len() int { return d.n }

// heard is 1 where the host sent anything back, be it a refusal.
func heard(o scanner.Observation) uint64 {
	if f := o.Failure; f != nil && f.Stage == scanner.StageResolve {
		return 0
	} else if f != nil && f.Stage == scanner.StageConnect {
		switch f.Reason {
		case scanner.ReasonRefused, scanner.ReasonReset, scanner.ReasonFiltered:
		default:
			return 0
		}
	}
	return 1
}

// numberOf is the port and the address of an endpoint that is no more than
// these, without the lowest bit: of one port, neighbours lie close together.
func numberOf(e scanner.Endpoint) (uint64, bool) {
	addr := e.Address.Unmap()
	if !addr.Is4() || e.Name != "" || e.Path != "" {
		return 0, false
	}
	b := addr.As4()
	return uint64(e.Port)<<33 | uint64(binary.BigEndian.Uint32(b[:]))<<1, true
}

// keyOf is the endpoint's id, which is 64 bits of a digest already, without the
// lowest.
func keyOf(e scanner.Endpoint) uint64 {
	if k, err := strconv.ParseUint(e.ID, 16, 64); err == nil {
		return k &^ 1
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(e.String()))
	return h.Sum64() &^ 1
}
