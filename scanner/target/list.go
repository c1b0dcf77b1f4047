package target

import (
	"iter"
	"math"
	"math/bits"

	"github.com/fipsweep/fipsweep/scanner"
)

// A List is the targets of one sweep. It cannot be invalid or empty; it may be
// read any number of times and by several readers.
type List struct {
	entries []entry
}

// All yields one target for each address, name and path, about in the order
// they were written, none twice. Nothing is expanded ahead.
func (l *List) All() iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		for i := range l.entries {
			if !l.entries[i].all(yield) {
				return
			}
		}
	}
}

func (e *entry) all(yield func(scanner.Target) bool) bool {
	s := e.place.span
	if !s.from.IsValid() {
		t := scanner.Target{Addr: e.place.zone, Name: e.place.name}
		return e.each(t, yield)
	}
	for a := s.from; ; a = a.Next() {
		if !e.each(scanner.Target{Addr: a}, yield) {
			return false
		}
		if a == s.to {
			return true
		}
	}
}

// each yields t once for each use of it.
func (e *entry) each(t scanner.Target, yield func(scanner.Target) bool) bool {
	for _, u := range e.uses {
		t.Text, t.Scheme, t.Path = u.spec.text, u.spec.scheme, u.spec.path
		t.Ports, t.Outright = u.ports, u.spec.outright
		if !yield(t) {
			return false
		}
	}
	return true
}

// Count is how many endpoints the targets stand for, as far as it can be known
// before asking: a name counts as one address, a path as one file. It
// saturates.
func (l *List) Count() uint64 {
	var total uint64
	for _, e := range l.entries {
		size := uint64(1)
		if e.place.span.from.IsValid() {
			size = e.place.span.size()
		}
		for _, u := range e.uses {
			total = addSat(total, mulSat(size, max(1, uint64(len(u.ports)))))
		}
	}
	return total
}

func addSat(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return math.MaxUint64
	}
	return sum
}

func mulSat(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}
