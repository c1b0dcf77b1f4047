package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
)

// A shape is how much one hello may hold for a server that bears no full one.
// Servers have been met that hang up on more than 64 or 128 suites, on lists
// longer than a buffer of theirs, and on any extension.
type shape struct {
	suites int  // in one hello; 0 is all
	lists  int  // groups, and signature schemes, in one hello; 0 is all
	bare   bool // up to TLS 1.2 without extensions
}

// The shapes, fullest first.
var (
	full  = shape{}
	short = shape{suites: pieceSize}
	small = shape{suites: pieceSize, lists: listSize}
	bare  = shape{suites: pieceSize, lists: listSize, bare: true}
)

// pieceSize is how many suites go into one hello to a server that bears no
// more of them, listSize how many groups or schemes.
const (
	pieceSize = 64
	listSize  = 16
)

// split is the question in hellos that the server bears: together they ask the
// same. A refusal of each is a refusal of all.
func (s *session) split(q question) []question {
	if s.whole(&q) {
		return []question{q}
	}
	n := s.shape.lists
	groups, schemes := chunks(q.groups, n), chunks(q.schemes, n)
	var all []question
	for _, g := range groups {
		for _, c := range schemes {
			piece := q
			piece.groups, piece.schemes = g, c
			if s.sendable(piece) {
				all = append(all, piece)
			}
		}
	}
	return all
}

// whole tells whether the server bears the question in one hello.
func (s *session) whole(q *question) bool {
	return s.shape.lists == 0 || s.shape.bare && q.version != tls13
}

// sendable tells whether a hello can be written for the question: one of TLS
// 1.3 with fixed shares needs a group that has one.
func (s *session) sendable(q question) bool {
	if q.version != tls13 || !s.fixed || q.share != 0 {
		return true
	}
	_, ok := tlskeys.Shareable(q.groups)
	return ok
}

// chunks cuts a list; an empty one is a piece too.
func chunks(list []uint16, n int) [][]uint16 {
	if len(list) <= n {
		return [][]uint16{list}
	}
	return slices.Collect(slices.Chunk(list, n))
}

// pieces splits a list of suites for servers that bear no long one.
func (s *session) pieces(all []uint16) [][]uint16 {
	if s.shape.suites == 0 {
		return [][]uint16{all}
	}
	return chunks(all, s.shape.suites)
}
