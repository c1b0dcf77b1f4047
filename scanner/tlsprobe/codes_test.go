package tlsprobe

import (
	"math/rand/v2"
	"testing"
)

// What is struck out of the registry's own lists needs no memory but the stack.
func TestCodesFitTheirPages(t *testing.T) {
	q := newQuestions()
	for _, list := range [][]uint16{q.suites, q.suites13, q.groups, q.groups13, q.schemes} {
		var s codeSet
		for _, c := range list {
			s.add(c)
		}
		if len(s.rest) > 0 {
			t.Errorf("of %d code points %d are beside the pages", len(list), len(s.rest))
		}
	}
}

func TestCodeSet(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var s codeSet
	want := map[uint16]bool{}
	for i := range 1 << 12 {
		c := uint16(rnd.Uint32()) // in the end of every page
		if i < 100 {
			c &= 0xff3f
		}
		s.add(c)
		want[c] = true
	}
	for c := range 1 << 16 {
		if s.has(uint16(c)) != want[uint16(c)] {
			t.Fatalf("%04x: %v", c, !want[uint16(c)])
		}
	}
}
