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
	brief  bool // not filled up to the length that some servers need
}

// The shapes, fullest first.
var (
	full  = shape{}
	half  = shape{suites: halfSize}
	short = shape{suites: pieceSize}
	small = shape{suites: pieceSize, lists: listSize}
	bare  = shape{suites: pieceSize, lists: listSize, bare: true}

	brief = shape{suites: fewest, lists: fewest, brief: true}
)

// halfSize is how many suites wolfSSL bears, which reads 150 (5.5).
const halfSize = 144

// pieceSize is how many suites go into one hello to a server that bears no
// more of them, listSize how many groups or schemes.
const (
	pieceSize = 64
	listSize  = 16
)

// briefSize is how many suites leave a hello of TLS 1.2 below 256 bytes beside
// fewest groups and schemes and a name of 40 bytes; fewest is the least that a
// hello is cut to.
const (
	briefSize = 40
	fewest    = 8
)

// likelySuites is what most servers have one of. Never written to.
var likelySuites = []uint16{0xc02f, 0xc02b, 0xc030, 0xc02c, 0xc013, 0xc009, 0x009c, 0x002f}

// split is the question in hellos that the server bears: together they ask the
// same. A refusal of each is a refusal of all.
func (s *session) split(q question) []question {
	if s.whole(&q) {
		return []question{q}
	}
	n := s.shape.lists
	groups, schemes := chunks(q.groups, n), chunks(q.schemes, n)
	if q.version != tls13 {
		// Of what is not asked for go as many as fit.
		forSuites := len(without(q.suites, s.suitesOf(q.version))) > 0
		if forSuites || len(q.groups)+len(q.keep) >= len(s.legacyGroups()) {
			groups = [][]uint16{q.groups}
		}
		if forSuites {
			schemes = [][]uint16{q.schemes}
		}
	}
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

// pieces splits a list of suites for servers that bear no long one. Behind one of
// the likely suites, short ones are of one kind each, so that none stands in front of
// another.
func (s *session) pieces(all []uint16) [][]uint16 {
	n := s.shape.suites
	switch {
	case n == 0:
		return [][]uint16{all}
	case !s.pure():
		return chunks(all, n)
	}
	some := slices.DeleteFunc(slices.Clone(likelySuites), func(c uint16) bool { return !slices.Contains(all, c) })
	pieces := chunks(some, n)
	var kinds []kind
	of := map[kind][]uint16{}
	for _, c := range all {
		k := kindOf(c)
		if of[k] == nil {
			kinds = append(kinds, k)
		}
		of[k] = append(of[k], c)
	}
	for _, k := range kinds {
		pieces = append(pieces, chunks(of[k], n)...)
	}
	return slices.DeleteFunc(pieces, func(p []uint16) bool { return len(p) == 0 })
}

// pure tells whether suites are asked for in pieces that are of one kind each.
func (s *session) pure() bool { return 0 < s.shape.suites && s.shape.suites < pieceSize }

// fitting is as many of these as the server bears, where one is as good as all: n,
// or 0 for all, and those in wide use first.
func fitting(list []uint16, n int, usual []uint16) []uint16 {
	if n == 0 || len(list) <= n {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b uint16) int { return place(usual, a) - place(usual, b) })
	return list[:n]
}
