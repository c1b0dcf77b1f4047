package tlsprobe

import "slices"

// A codeSet is a set of code points. Those that are registered share few high
// bytes, so it is some hundred bytes where a bit for each of all would be 8 KiB:
// on the stack of every probe at once, that is most of what a sweep takes.
type codeSet struct {
	page [256]uint8           // by high byte: which of the pages holds its bits, from 1; 0 for none
	bits [codePages][4]uint64 // by low byte
	used uint8                // pages
	rest []uint16             // those of further pages
}

// codePages is more than the suites, groups or schemes of the registry take.
const codePages = 20

func (s *codeSet) add(c uint16) {
	at := &s.page[c>>8]
	if *at == 0 {
		if s.used == codePages {
			s.rest = append(s.rest, c)
			return
		}
		s.used++
		*at = s.used
	}
	s.bits[*at-1][c>>6&3] |= 1 << (c & 63)
}

func (s *codeSet) has(c uint16) bool {
	at := s.page[c>>8]
	if at == 0 {
		return len(s.rest) > 0 && slices.Contains(s.rest, c)
	}
	return s.bits[at-1][c>>6&3]>>(c&63)&1 == 1
}
