package tlsprobe

// A codeSet is a set of code points. Those that are registered share few high
// bytes, so it is some hundred bytes where a bit for each of all would be 8 KiB:
// on the stack of every probe at once, that is most of what a sweep takes.
type codeSet struct {
	page [256]uint16 // by high byte: which of the pages holds its bits, from 1; 0 for none
	bits [][4]uint64 // by low byte
}

func (s *codeSet) add(c uint16) {
	at := &s.page[c>>8]
	if *at == 0 {
		s.bits = append(s.bits, [4]uint64{})
		*at = uint16(len(s.bits))
	}
	s.bits[*at-1][c>>6&3] |= 1 << (c & 63)
}

func (s *codeSet) has(c uint16) bool {
	at := s.page[c>>8]
	return at > 0 && s.bits[at-1][c>>6&3]>>(c&63)&1 == 1
}
