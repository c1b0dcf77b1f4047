package target

import (
	"iter"
	"math"
	"math/bits"
	"sort"

	"github.com/fipsweep/fipsweep/scanner"
)

// A List is the targets of one sweep, or of one shard of it. It cannot be
// invalid, and is empty only where fewer hosts and paths than shards leave
// nothing to this one; it may be read any number of times and by several readers.
type List struct {
	named   row // names, paths, and addresses that are in no span
	singles singles
	spans   row
	names   map[string]bool
	seed    uint64
	shard   Shard
}

// A row numbers every address of its entries, and so stands for all of them
// without holding any.
type row struct {
	entries []entry
	starts  []uint64 // the number of each entry's first address, saturating
	size    uint64   // how many there are, saturating
}

func newRow(entries []entry) row {
	r := row{entries: entries, starts: make([]uint64, len(entries))}
	for i, e := range entries {
		r.starts[i] = r.size
		r.size = addSat(r.size, e.size())
	}
	return r
}

// size is how many addresses an entry holds; a name or path counts as one.
func (e *entry) size() uint64 {
	if !e.place.span.from.IsValid() {
		return 1
	}
	return e.place.span.size()
}

// All yields one target for each address, name and path, none twice: what is
// named first, then the addresses, each in an order that depends on the targets
// and the seed alone and in which neighbours come far apart. Nothing is
// expanded ahead.
//
// Of more than 2^64 addresses those beyond are not reached, nor would they be
// in a thousand years.
func (l *List) All() iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		_ = l.each(l.named.size, l.named.at, yield) && l.each(addSat(l.singles.size(), l.spans.size), l.address, yield)
	}
}

// each yields what the shard has of a number of places.
func (l *List) each(size uint64, at func(uint64) (scanner.Target, []use), yield func(scanner.Target) bool) bool {
	size = l.shard.below(size)
	order := newPermutation(size, l.seed)
	for i := range size {
		t, uses := at(l.shard.at(order.at(i)))
		if !eachUse(t, uses, yield) {
			return false
		}
	}
	return true
}

// address is the n-th address, the single ones before those of networks.
func (l *List) address(n uint64) (scanner.Target, []use) {
	if n < l.singles.size() {
		return l.singles.at(n)
	}
	return l.spans.at(n - l.singles.size())
}

// at is the n-th place of a row and what is asked there.
func (r *row) at(n uint64) (scanner.Target, []use) {
	i := sort.Search(len(r.starts), func(k int) bool { return r.starts[k] > n }) - 1
	e := &r.entries[i]
	return e.target(n - r.starts[i]), e.uses
}

// target is what the n-th address of the entry has in common.
func (e *entry) target(n uint64) scanner.Target {
	if e.place.span.from.IsValid() {
		return scanner.Target{Addr: plus(e.place.span.from, n)}
	}
	return scanner.Target{Addr: e.place.addr, Name: e.place.name, Known: e.known}
}

// eachUse yields t once for each use of it.
func eachUse(t scanner.Target, uses []use, yield func(scanner.Target) bool) bool {
	for _, u := range uses {
		t.Text, t.Scheme, t.Path = u.spec.textAt(t.Addr), u.spec.scheme, u.spec.path
		t.Ports, t.Outright, t.Single = u.ports, u.spec.outright, u.spec.place.alone()
		if !yield(t) {
			return false
		}
	}
	return true
}

// HasName tells whether a name is a target itself, or one by which an address
// is asked. It is safe for concurrent use.
func (l *List) HasName(name string) bool { return l.names[name] }

// Count is how many endpoints the targets stand for, as far as it can be known
// before asking: a name counts as one address, a path as one file. It
// saturates.
func (l *List) Count() uint64 { return addSat(l.count(&l.named, 0), l.Addresses()) }

// Addresses is how many of them are ports of addresses that no name and no zone
// was given with: how many there are of these is known exactly, unless it is
// too much to count.
func (l *List) Addresses() uint64 {
	return addSat(l.singles.count(l.shard), l.count(&l.spans, l.singles.size()))
}

// Paths is how many paths the shard has, each of which Count counts as one
// file: the files of a tree are known once it was walked.
func (l *List) Paths() uint64 {
	var total uint64
	for i, e := range l.named.entries {
		if e.uses[0].spec.path != "" {
			total += l.shard.below(l.named.starts[i]+1) - l.shard.below(l.named.starts[i])
		}
	}
	return total
}

// count is how many endpoints the shard has of a row, whose numbers begin with
// first.
func (l *List) count(r *row, first uint64) uint64 {
	var total uint64
	for i := range r.entries {
		begin := addSat(first, r.starts[i])
		size := l.shard.below(addSat(begin, r.entries[i].size())) - l.shard.below(begin)
		for _, u := range r.entries[i].uses {
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
