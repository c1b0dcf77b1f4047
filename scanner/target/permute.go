package target

import "math/bits"

// A permutation puts the numbers below size into an order that looks random
// and depends on nothing but size and seed. It keeps no table: it is a Feistel
// network over the smallest even number of bits that holds every number, and
// what falls outside is sent through again until it falls inside, which it
// does after fewer than four rounds on average.
//
// It is meant to spread load, not to keep a secret.
type permutation struct {
	size uint64
	half uint   // bits in each half of a number
	mask uint64 // those bits
	keys [feistelRounds]uint64
}

// feistelRounds is two more than make a random-looking permutation of
// random-looking round functions (Luby and Rackoff, 1988).
const feistelRounds = 6

func newPermutation(size, seed uint64) *permutation {
	p := &permutation{size: size}
	if size > 1 {
		p.half = (uint(bits.Len64(size-1)) + 1) / 2
	}
	p.mask = 1<<p.half - 1
	for i := range p.keys {
		seed += 0x9e3779b97f4a7c15 // the odd number next to 2^64 over the golden ratio
		p.keys[i] = mix(seed)
	}
	return p
}

// at is the i-th number of the order; i is below size.
func (p *permutation) at(i uint64) uint64 {
	for {
		if i = p.once(i); i < p.size {
			return i
		}
	}
}

func (p *permutation) once(i uint64) uint64 {
	left, right := i>>p.half, i&p.mask
	for _, k := range p.keys {
		left, right = right, left^mix(right^k)&p.mask
	}
	return left<<p.half | right
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
