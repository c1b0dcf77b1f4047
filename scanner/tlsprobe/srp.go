package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// srpUser is the user that a hello with suites of SRP names (RFC 5054 section
// 2.8.1), fipsweep: without one, some servers take none of them. No password
// follows. Never written to.
var srpUser = tlswire.Extension{Type: 12, Body: []byte("\x08fipsweep")}

// isSRP tells the suites of RFC 5054 section 2.7, which stand together.
func isSRP(code uint16) bool { return 0xc01a <= code && code <= 0xc022 }

// unknownUser tells whether a server refuses because it does not know the
// user: it had chosen a suite of SRP (RFC 5054 section 2.5.1.3).
func (a *answer) unknownUser() bool {
	return a.outcome == refused && a.alert.Description == tlswire.AlertUnknownPSKIdentity
}

// users asks for the suites of SRP one by one, since such a refusal names none
// of them, and returns what else is left.
func (l *listing) users(suites []uint16) (left []uint16) {
	purpose := l.purpose
	defer func() { l.purpose = purpose }()
	l.purpose = l.v.name + " suites of SRP"
	for _, c := range suites {
		if !isSRP(c) {
			left = append(left, c)
			continue
		}
		switch a := l.put(l.v, []uint16{c}, l.legacyGroups()); {
		case a.unknownUser():
			l.found[l.v].Accepted = yes(true)
			l.suites = append(l.suites, c)
		case l.goesOn(l.purpose, a) && a.hello.Suite == c:
			l.choice(a)
		}
	}
	return left
}

// withUser names the user where suites of SRP are offered.
func withUser(more []tlswire.Extension, suites []uint16) []tlswire.Extension {
	if slices.ContainsFunc(suites, isSRP) {
		return append(slices.Clip(more), srpUser)
	}
	return more
}
