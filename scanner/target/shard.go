package target

import (
	"fmt"
	"strconv"
	"strings"
)

// A Shard is one of several parts into which a sweep is cut. Every address,
// name and path of the targets belongs to one part, by its place among them
// and not by the order in which they are asked, so the parts of the same
// targets and exclusions make up the whole whatever their seeds. The zero
// Shard is all of it.
type Shard struct{ Number, Of uint64 } // Number counts from 1

// ParseShard reads "2/5": the second of five.
func ParseShard(s string) (Shard, error) {
	number, of, _ := strings.Cut(s, "/")
	i, err := strconv.ParseUint(number, 10, 32)
	n, err2 := strconv.ParseUint(of, 10, 32)
	if err != nil || err2 != nil || i < 1 || i > n {
		return Shard{}, fmt.Errorf("%.40q is no shard: write 1/3, 2/3 and 3/3 for three of them", s)
	}
	return Shard{i, n}, nil
}

// String is what ParseShard reads; "" for all of a sweep.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Of)
}

// below is how many of the shard's numbers are below n: those that leave
// Number-1 when divided by Of.
func (s Shard) below(n uint64) uint64 {
	if s.Of == 0 {
		return n
	}
	if n < s.Number {
		return 0
	}
	return (n-s.Number)/s.Of + 1
}

// at is the i-th of the shard's numbers.
func (s Shard) at(i uint64) uint64 {
	if s.Of == 0 {
		return i
	}
	return i*s.Of + s.Number - 1
}

// has tells whether the number is the shard's.
func (s Shard) has(n uint64) bool { return s.Of == 0 || n%s.Of == s.Number-1 }
