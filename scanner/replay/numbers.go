package replay

import (
	"encoding/binary"
	"slices"
	"sort"
)

// numbers is a growing set of numbers in little room. They are kept in order:
// of each run the first as it is, of the others how far each lies behind the one
// before, as a varint. What is added waits, and is worked in by the thousand.
type numbers struct {
	runs  []numberRun
	steps []byte
	n     int
	last  uint64

	waiting []uint64
}

// A numberRun is where some of them begin.
type numberRun struct {
	first uint64
	steps int // the place of the first step behind it
}

const (
	numbersInRun = 64      // reaching one takes as many steps at most
	mostWaiting  = 1 << 15 // or a sixteenth of all, where that is more
)

func (s *numbers) add(v uint64) {
	if s.waiting = append(s.waiting, v); len(s.waiting) >= max(mostWaiting, s.n/16) {
		s.settle()
	}
}

// settle works in what waits.
func (s *numbers) settle() {
	slices.Sort(s.waiting)
	all := numbers{steps: make([]byte, 0, len(s.steps)+2*len(s.waiting))}
	rest := s.waiting
	for v := range s.each {
		for ; len(rest) > 0 && rest[0] < v; rest = rest[1:] {
			all.put(rest[0])
		}
		all.put(v)
	}
	for _, v := range rest {
		all.put(v)
	}
	*s = numbers{runs: slices.Clip(all.runs), steps: all.steps, n: all.n, last: all.last, waiting: s.waiting[:0]}
}

// put puts one behind all others.
func (s *numbers) put(v uint64) {
	if s.n%numbersInRun == 0 {
		s.runs = append(s.runs, numberRun{v, len(s.steps)})
	} else {
		s.steps = binary.AppendUvarint(s.steps, v-s.last)
	}
	s.last = v
	s.n++
}

// each yields those that are worked in, in order.
func (s *numbers) each(yield func(uint64) bool) {
	for i := range s.runs {
		for v := range s.run(i) {
			if !yield(v) {
				return
			}
		}
	}
}

// run yields those of one run.
func (s *numbers) run(i int) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		v, steps := s.runs[i].first, s.steps[s.runs[i].steps:]
		for range min(numbersInRun, s.n-i*numbersInRun) - 1 {
			if !yield(v) {
				return
			}
			step, n := binary.Uvarint(steps)
			v, steps = v+step, steps[n:]
		}
		yield(v)
	}
}

// from is the least that is worked in and not below v, if there is one.
func (s *numbers) from(v uint64) (uint64, bool) {
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].first > v })
	if i > 0 {
		for x := range s.run(i - 1) {
			if x >= v {
				return x, true
			}
		}
	}
	if i == len(s.runs) {
		return 0, false
	}
	return s.runs[i].first, true
}
