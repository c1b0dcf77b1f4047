package target

import "encoding/binary"

// runLength is how many addresses are packed together, of which reaching one
// may take as many steps.
const runLength = 64

// A packed is IPv4 addresses in little room. Of each run the first is kept, and
// of every further one how far it lies behind the one before it, as a varint:
// where addresses ascend, that is a byte for each of a million in a /8, and two
// over all of IPv4.
type packed struct {
	n     int
	runs  []run
	steps []byte
	last  uint32
}

// A run is where some addresses begin.
type run struct {
	first uint32
	steps uint32 // the place of its first step
}

func (p *packed) add(addr uint32) {
	if p.n%runLength == 0 {
		p.runs = append(p.runs, run{addr, uint32(len(p.steps))})
	} else {
		p.steps = binary.AppendUvarint(p.steps, uint64(addr-p.last))
	}
	p.last = addr
	p.n++
}

// at is the i-th address that was added.
func (p *packed) at(i int) uint32 {
	r := p.runs[i/runLength]
	addr, steps := r.first, p.steps[r.steps:]
	for range i % runLength {
		step, n := binary.Uvarint(steps)
		addr, steps = addr+uint32(step), steps[n:]
	}
	return addr
}
