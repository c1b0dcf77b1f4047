package tlsprobe

import (
	"math/rand/v2"
	"testing"
)

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
