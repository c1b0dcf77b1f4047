package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// ride is how it stands with what is asked by the way, while the suites of a
// version up to TLS 1.2 are listed.
type ride struct {
	rode   bool // asking for groups told something the last time
	adrift bool // curves are not asked for any more
	signs  bool // the last suite came with a signature
	wishes bool // extensions are asked for
	wished bool // and that was answered
	doubt  bool // the last refusal may be for want of something else than a suite

	fewFields bool // the last question left out groups of a finite field
	keptLast  bool // the one curve that was kept was chosen when all others seen were left out
	offCurve  bool // curves were asked for without the certificate's, those seen among them
}

// next asks for one of the suites left. By the way it asks for groups: where a
// newer version has shown some that this one has not yet, those seen are left
// out, as long as a suite for others is likely to be left. So are schemes seen,
// where it is known that the key can sign otherwise, and extensions are wished
// for. A refusal counts where none of that can be its reason.
func (l *listing) next(left []uint16) answer {
	plain := question{version: l.v, suites: left, groups: l.unseenFirst(), schemes: l.only}
	fewer := l.unsigned(plain)
	as := l.listsAs()
	if as != modern {
		fewer.schemes = last(as.of(l.p.questions.schemes), l.signed)
	}
	if l.wishes {
		fewer = fewer.wishing()
	}
	if a, ok := l.anchored(left); ok {
		return a
	}
	a, whole := l.withGroups(left, fewer)
	doubtful := !whole || as != modern || len(fewer.schemes) != len(plain.schemes) && !l.keepersDo() || l.wishes && !l.wished
	if l.wishes && a.outcome == chose && a.hello.Negotiated() == l.v.code {
		l.wished, l.wishes = true, !cbc(a.hello.Suite)
		l.grants(a)
	}
	// Some choose before they look for a group or a scheme.
	broken := a.outcome == chose && a.failed()
	if a.outcome != refused && !broken || !doubtful {
		return a
	}
	l.wishes = l.wished
	if l.doubt = !broken && !l.fewFields && len(l.listings) == 0 && !l.ended && l.shape == full; l.doubt {
		return a // the question for the end of the list comes next, and has none of that
	}
	l.purpose = l.v.name + " groups" // it may be for want of one, or of a scheme
	defer func() { l.purpose = l.v.suitesPurpose() }()
	return l.pose(plain)
}

// unseenFirst is all groups, those already seen behind the others in wide use: a
// server that goes by our order shows another one each time. They do not stand at
// the end, since Mbed TLS (2.28) reads the first 11 curves that it knows.
func (l *listing) unseenFirst() []uint16 {
	seen := append(slices.Clone(l.curves), finiteOf(l.primes)...)
	list := last(l.legacyGroups(), seen)
	others := without(list, seen)
	usual := slices.IndexFunc(others, func(g uint16) bool { return !slices.Contains(usualGroups, g) })
	if usual < 0 || len(others) == len(list) {
		return list
	}
	return slices.Concat(others[:usual], list[len(others):], others[usual:])
}

// keepersDo tells whether the schemes kept are known to do in this version, too.
func (l *listing) keepersDo() bool {
	return !slices.ContainsFunc(l.kept(), func(c uint16) bool { return !slices.Contains(l.signed, c) })
}

// unsigned leaves out of a question the schemes seen, but for one of each kind
// of key that TLS 1.3 has shown: the one that the server prefers least. Once an
// answer was not signed, the list has come to suites that are not.
func (l *listing) unsigned(q question) question {
	if l.v != tls12 || l.plan13 == nil || l.shape != full || !l.signs {
		return q
	}
	kept := l.kept()
	keeper := func(c uint16) bool {
		return slices.ContainsFunc(kept, func(k uint16) bool { return keyKind(tls12, schemeName(k)) == keyKind(tls12, schemeName(c)) })
	}
	all := l.p.questions.schemes
	if l.only != nil {
		all = l.only
	}
	left := slices.DeleteFunc(slices.Clone(all), func(c uint16) bool {
		return slices.Contains(l.signed, c) && !slices.Contains(kept, c) && keeper(c)
	})
	if len(left) < len(all) {
		q.schemes = last(left, kept) // a server that goes by our order shows the others first
	}
	return q
}

// kept is a scheme of each kind of key that TLS 1.3 has shown: the last.
func (l *listing) kept() (codes []uint16) {
	kinds := map[string]bool{}
	for _, c := range slices.Backward(l.plan13.signed) {
		if k := keyKind(tls12, schemeName(c)); !kinds[k] {
			kinds[k] = true
			codes = append(codes, c)
		}
	}
	return codes
}

// withGroups puts the question without the groups seen, where there are others
// to be expected. It is whole where it left none out.
func (l *listing) withGroups(left []uint16, plain question) (a answer, whole bool) {
	ec, ff := l.elsewhere()
	onCurves := len(without(ec, l.curves)) > 0 && l.likely(left, tlswire.ECParams)
	inFields := len(without(ff, finiteOf(l.primes))) > 0 && l.likely(left, tlswire.DHParams)
	l.fewFields = inFields
	if l.v == ssl3 || l.shape.bare || !onCurves && !inFields {
		return l.pose(plain), true
	}
	q := plain
	if q.keep = l.certificateCurves(); l.unkept(left, q.keep) {
		q.keep = nil
	}
	q.groups = without(plain.groups, q.keep)
	if onCurves {
		q.groups = without(q.groups, l.curves)
	}
	if inFields {
		q.groups = without(q.groups, finiteOf(l.primes))
	}
	a = l.pose(q)
	l.rode = l.agreed(a) || a.kex != nil && len(a.kex.P) > 0
	g, ok := groupOf(a.kex)
	l.keptLast = l.keptLast || onCurves && ok && a.broken == nil && len(q.keep) == 1 && g == q.keep[0]
	return a, false
}

// anchored asks for the curves that are left where no suite left is likely to
// have one, in a version whose order is not told: beside the suites left it
// offers one known to have. While there are curves, that is chosen; a choice of
// another suite of the same key, to which it was preferred before, ends them,
// and goes on with the suites.
func (l *listing) anchored(left []uint16) (answer, bool) {
	known, keep := l.ecSuites()
	if l.v == ssl3 || l.newer() == nil || l.curvesWhole || l.adrift || len(known) == 0 || len(keep) > 0 || l.shape != full || l.likely(left, tlswire.ECParams) {
		return answer{}, false
	}
	what := l.v.name + " groups"
	defer func() { l.purpose = l.v.suitesPurpose() }()
	for l.stopped == nil {
		l.purpose = what
		groups := without(l.unseenFirst(), l.curves)
		if _, ff := l.elsewhere(); len(without(ff, finiteOf(l.primes))) > 0 {
			groups = without(groups, finiteOf(l.primes))
		}
		a := l.pose(question{version: l.v, suites: append([]uint16{known[0]}, left...), groups: groups})
		if a.outcome == chose && a.hello.Suite == known[0] && l.agreed(a) {
			l.exchange(a)
			continue
		}
		l.curvesWhole = a.outcome == refused && !a.vague() ||
			a.outcome == chose && a.broken == nil && authentication(a.hello.Suite) == authentication(known[0]) && shapeOf(a.hello.Suite).Params != tlswire.ECParams
		l.adrift = !l.curvesWhole
		if a.outcome == chose && a.broken == nil && a.hello.Negotiated() == l.v.code && slices.Contains(left, a.hello.Suite) {
			l.recount(what, l.v.suitesPurpose())
			return a, true
		}
		break
	}
	return answer{}, false
}

// recount counts the last hello under another purpose.
func (s *session) recount(from, to string) {
	if s.tls.Hellos[from]--; s.tls.Hellos[from] == 0 {
		delete(s.tls.Hellos, from)
	}
	s.tls.Hellos[to]++
}

// unkept tells whether the curves of ECDSA certificates can be left out: they
// were seen, other suites with a curve are likely to be left, and the order in
// which the suites are chosen is not told of this version.
func (l *listing) unkept(left, keep []uint16) bool {
	n := l.newer()
	return n != nil && len(without(keep, l.curves)) == 0 && slices.ContainsFunc(left, func(c uint16) bool {
		return slices.Contains(n.suites, c) && shapeOf(c).Params == tlswire.ECParams && authentication(c) != "ECDSA" && !since12(c)
	})
}

// elsewhere is the groups that newer versions have shown, on curves and in
// finite fields.
func (l *listing) elsewhere() (ec, ff []uint16) {
	if p := l.plan13; p != nil {
		for _, c := range p.groups {
			switch g, _ := iana.GroupByCode(c); g.Kind {
			case "ec":
				ec = append(ec, c)
			case "ff":
				ff = append(ff, c)
			}
		}
	}
	if n := l.newer(); n != nil {
		ec = append(ec, without(n.curves, ec)...)
		ff = append(ff, without(finiteOf(n.primes), ff)...)
	}
	return ec, ff
}

// likely tells whether a suite of that kind is likely to be among those left:
// a newer list had it, or where there is none, asking by the way has told
// something each time.
func (l *listing) likely(left []uint16, kind tlswire.Params) bool {
	n := l.newer()
	return slices.ContainsFunc(left, func(c uint16) bool {
		if shapeOf(c).Params != kind || n != nil && n.v == tls12 && since12(c) {
			return false
		}
		return n != nil && slices.Contains(n.suites, c) || n == nil && l.rode
	})
}

// since12 tells whether a suite is for no version before TLS 1.2: for its MAC
// (RFC 5246 section 1.2, RFC 5288 section 4), which those of PSK may have in any
// (RFC 5487 section 3.2).
func since12(code uint16) bool {
	s, _ := iana.SuiteByCode(code)
	return s.MAC == "AEAD" || (s.MAC == "HMAC-SHA256" || s.MAC == "HMAC-SHA384") && !strings.Contains(s.KeyExchange, "PSK")
}

// newer is the list of the newest version up to TLS 1.2 that was asked before.
func (l *listing) newer() *listing {
	for _, v := range []version{tls12, tls11} {
		if n := l.listings[v]; n != nil && v.code > l.v.code {
			return n
		}
	}
	return nil
}
