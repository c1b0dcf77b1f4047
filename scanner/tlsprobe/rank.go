package tlsprobe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Verdict makes a prober ask whether anything is accepted that does not
// pass, and no more. What passes is told to it: a prober knows no rule.
type Verdict struct {
	// Rank says how bad a name of the registry is: 0 passes, and what is worse
	// is greater. The kinds are "protocol-version",
	// "tls-cipher-suite", "named-group" and "signature-scheme".
	Rank func(kind, name string) int
	// Statuses is the digest of what Rank rests on, for the observation.
	Statuses string
	// Thresholds are the statuses at which Rank rises, for the observation.
	Thresholds []string
}

// ranks is every code point that is offered, with its rank. It is never
// written to once made.
type ranks struct {
	suites, groups, schemes map[uint16]int
	versions                map[version]int
	top                     int // the worst rank there is
	statuses, text          string
	thresholds              []string
}

// newRanks ranks the questions, and puts the worst of each list first: a
// server that goes by the client's order then names it at once.
func newRanks(q *questions, v Verdict) *ranks {
	r := &ranks{suites: map[uint16]int{}, groups: map[uint16]int{}, schemes: map[uint16]int{}, versions: map[version]int{}, statuses: v.Statuses, thresholds: v.Thresholds}
	rank := func(codes []uint16, of map[uint16]int, kind string, name func(uint16) string) {
		for _, c := range codes {
			of[c] = v.Rank(kind, name(c))
			r.top = max(r.top, of[c])
		}
		slices.SortStableFunc(codes, func(a, b uint16) int { return of[b] - of[a] })
	}
	rank(q.suites, r.suites, "tls-cipher-suite", suiteName)
	rank(q.suites13, r.suites, "tls-cipher-suite", suiteName)
	rank(q.groups, r.groups, "named-group", groupName)
	rank(q.groups13, r.groups, "named-group", groupName)
	rank(q.schemes, r.schemes, "signature-scheme", schemeName)
	hearable(q.schemes, r.schemes)
	for _, x := range askedOrder {
		r.versions[x] = v.Rank("protocol-version", x.name)
		r.top = max(r.top, r.versions[x])
	}
	r.text = r.write(*q)
	return r
}

// hearable puts the schemes that pass behind the likeliest of those that do not.
// wolfSSL (5.5) reads the first 19 of a hello: with more than 50 in front, which hardly any
// server has, it finds none to sign with and declines whatever else was asked.
func hearable(schemes []uint16, of map[uint16]int) {
	const likeliest = 12
	passing := within(schemes, of, 0)
	rest := without(schemes, passing)
	n := min(likeliest, len(rest))
	copy(schemes, slices.Concat(rest[:n], passing, rest[n:]))
}

// write gives the text of the question set: the lists with a line for each
// rank, so that it tells what was wanted of whom.
func (r *ranks) write(q questions) string {
	var b strings.Builder
	b.WriteString("depth verdict\n")
	for _, v := range oldestFirst {
		fmt.Fprintf(&b, "%s rank %d\n", v.name, r.versions[v])
	}
	line := func(what string, codes []uint16, of map[uint16]int) {
		for rank := r.top; rank >= 0; rank-- {
			fmt.Fprintf(&b, "%s of rank %d", what, rank)
			for _, c := range codes {
				if of[c] == rank {
					fmt.Fprintf(&b, " %04x", c)
				}
			}
			b.WriteByte('\n')
		}
	}
	line("suites to TLSv1.2", q.suites, r.suites)
	line("TLSv1.3 suites", q.suites13, r.suites)
	line("groups", q.groups, r.groups)
	line("signature schemes", q.schemes, r.schemes)
	return b.String()
}

// worse is those of the codes that have the rank or a worse one.
func worse(codes []uint16, of map[uint16]int, rank int) []uint16 {
	return slices.DeleteFunc(slices.Clone(codes), func(c uint16) bool { return of[c] < rank })
}

// within is those of the codes that have the rank or a better one, the best
// first.
func within(codes []uint16, of map[uint16]int, rank int) []uint16 {
	list := slices.DeleteFunc(slices.Clone(codes), func(c uint16) bool { return of[c] > rank })
	slices.SortStableFunc(list, func(a, b uint16) int { return of[a] - of[b] })
	return list
}

// worst is the worst rank among the codes; 0 where there is none.
func worst(codes []uint16, of map[uint16]int) int {
	rank := 0
	for _, c := range codes {
		rank = max(rank, of[c])
	}
	return rank
}

// asks is what an observation says of the set at depth verdict.
func (r *ranks) asks() scanner.Asked {
	return scanner.Asked{Version: "verdict " + verdictVersion, SHA256: scanner.Digest([]byte(r.text)), Statuses: r.statuses, Thresholds: r.thresholds}
}

// verdictVersion changes when the plan of depth verdict puts a question that
// its text does not show.
const verdictVersion = "8"
