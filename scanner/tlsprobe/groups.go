package tlsprobe

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// moreGroups asks for the groups and primes that the suites' own answers did
// not show. A hello without extensions cannot ask.
func (l *listing) moreGroups() {
	if l.v == ssl3 || l.shape.bare {
		return
	}
	l.bothGroups()
	l.ecGroups()
	l.ffGroups()
}

// bothGroups asks for the groups on curves and in finite fields that were not
// seen yet at once: a refusal ends both lists.
func (l *listing) bothGroups() {
	onCurves, keep := l.ecSuites()
	inFields := l.ffSuites()
	if len(onCurves) == 0 || len(inFields) == 0 {
		return
	}
	l.purpose = l.v.name + " groups"
	for l.stopped == nil {
		left := without(without(l.legacyGroups(), append(slices.Clone(l.curves), keep...)), finiteOf(l.primes))
		q := question{version: l.v, suites: append(turned(onCurves), turned(inFields)...), groups: left, keep: keep}
		a := l.pose(q)
		l.orders(q, a)
		// With all of RFC 7919 seen, that was a client that names none.
		l.unnamed = a
		l.unnamedAsked = !slices.ContainsFunc(left, finite) && (a.outcome == refused || a.kex != nil && len(a.kex.P) > 0)
		if a.outcome == refused && !a.vague() {
			l.curvesWhole, l.fieldsWhole = true, true
		}
		if a.outcome != chose || a.broken != nil {
			return
		}
		curves, primes := len(l.curves), len(l.primes)
		if l.exchange(a); len(l.curves) == curves && len(l.primes) == primes {
			l.unshown(a, keep)
			return
		}
	}
}

// unshown is an answer to the question for both kinds of groups that shows
// nothing new: a curve that was kept ends the curves (see ecGroups), and a prime
// that was seen the finite fields. Under a prime no curve is left either where
// the server chose a suite with a curve before one with a prime: here, too, we
// have it in front.
func (l *listing) unshown(a answer, keep []uint16) {
	if g, ok := groupOf(a.kex); ok {
		l.curvesWhole = slices.Contains(keep, g)
		return
	}
	l.fieldsWhole = a.kex != nil && len(a.kex.P) > 0
	first := slices.IndexFunc(l.suites, func(c uint16) bool { return shapeOf(c).Params == tlswire.ECParams })
	l.curvesWhole = l.fieldsWhole && first < slices.IndexFunc(l.suites, isFinite) && len(keep) == 0
}

// next asks for one of the suites left. By the way it asks for groups: where a
// newer version has shown some that this one has not yet, only those are
// offered, as long as a suite for them is likely to be left. Schemes seen are
// left out too, where it is known that the key can sign otherwise, and
// extensions wished for. A refusal counts where none of that can be its reason.
func (l *listing) next(left []uint16) answer {
	plain := question{version: l.v, suites: left, groups: l.unseenFirst()}
	fewer := l.unsigned(plain)
	if l.wishes {
		fewer = fewer.wishing()
	}
	if a, ok := l.anchored(left); ok {
		return a
	}
	a, whole := l.withGroups(left, fewer)
	doubtful := !whole || fewer.schemes != nil && !l.keepersDo() || l.wishes && !l.wished
	if l.wishes && a.outcome == chose && a.hello.Negotiated() == l.v.code {
		l.wished, l.wishes = true, !cbc(a.hello.Suite)
		l.grants(a)
	}
	broken := a.outcome == chose && a.broken != nil // some choose before they look for a group or a scheme
	if a.outcome != refused && !broken || !doubtful {
		return a
	}
	l.wishes = l.wished
	if l.doubt = !broken && len(l.listings) == 0 && !l.ended && l.shape == full; l.doubt {
		return a // the question for the end of the list comes next, and has none of that
	}
	l.purpose = l.v.name + " groups" // it may be for want of one, or of a scheme
	defer func() { l.purpose = l.v.suitesPurpose() }()
	return l.pose(plain)
}

// unseenFirst is all groups: a server that goes by our order shows another one
// each time.
func (l *listing) unseenFirst() []uint16 {
	return last(l.legacyGroups(), append(slices.Clone(l.curves), finiteOf(l.primes)...))
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
	left := slices.DeleteFunc(slices.Clone(l.p.questions.schemes), func(c uint16) bool {
		keeper := slices.ContainsFunc(kept, func(k uint16) bool { return keyKind(tls12, schemeName(k)) == keyKind(tls12, schemeName(c)) })
		return keeper && slices.Contains(l.signed, c) && !slices.Contains(kept, c)
	})
	if len(left) < len(l.p.questions.schemes) {
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
		a := l.pose(question{version: l.v, suites: append([]uint16{known[0]}, left...), groups: without(l.unseenFirst(), l.curves)})
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

// finiteOf is the groups of RFC 7919 among the primes.
func finiteOf(primes [][]byte) []uint16 {
	var codes []uint16
	for _, p := range primes {
		if g, ok := iana.GroupByName(iana.PrimeName(p)); ok && g.Kind == "ff" {
			codes = append(codes, g.Code)
		}
	}
	return codes
}

func (s *session) notPut(what string) {
	s.tls.Asked.NotPut = add(s.tls.Asked.NotPut, what)
}

// ecGroups strikes out curve after curve under suites known to be accepted.
//
// A curve in supported_groups also allows certificates on it (RFC 8422
// section 5.1.1), so with ECDSA alone the certificate's curve cannot be left
// out: it goes last, and once it is chosen no other is left that the server
// prefers to it.
//
// In TLS 1.2 the schemes seen are struck out with the groups, where the server
// has an order of its own and while that gets answers: each names both. A refusal of both, and an answer once all groups
// are offered again, mean that there are no more groups.
func (l *listing) ecGroups() {
	suites, keep := l.ecSuites()
	if len(suites) == 0 || l.curvesWhole || len(keep) == 1 && l.keptLast {
		return
	}
	what := l.v.name + " groups"
	l.purpose = what
	joint := l.v == tls12 && l.ordered() && !l.walks
	for l.stopped == nil {
		left := without(l.legacyGroups(), append(slices.Clone(l.curves), keep...))
		q := question{version: l.v, suites: turned(suites), groups: left, keep: keep}
		if joint {
			q.schemes = without(l.p.questions.schemes, l.signed)
		}
		a := l.pose(q)
		l.orders(q, a)
		if joint && !l.agreed(a) && !l.keptAgain(a, keep) {
			if joint = false; l.schemesGoOn(suites) {
				return
			}
			continue
		}
		if !l.goesOn(what, a) {
			return
		}
		g, ok := groupOf(a.kex)
		switch {
		case a.broken != nil && a.broken.Reason == scanner.ReasonAlert:
			return // it chose a suite, and then found no curve for it
		case !ok:
			l.missed(what, *noCurve(a))
			return
		case l.keptAgain(a, keep):
			l.exchange(a) // it may show another scheme
			return
		case slices.Contains(l.curves, g):
			l.strangely(what, groupName(g))
			return
		}
		l.exchange(a)
	}
	l.missed(what, *l.stopped)
}

// agreed tells whether an answer names a group that was not seen yet.
func (l *listing) agreed(a answer) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && !slices.Contains(l.curves, g)
}

// keptAgain tells whether an answer names a curve that was kept, and seen
// before.
func (l *listing) keptAgain(a answer, keep []uint16) bool {
	g, ok := groupOf(a.kex)
	return a.outcome == chose && ok && a.broken == nil && slices.Contains(l.curves, g) && slices.Contains(keep, g)
}

// schemesGoOn asks with all groups, and the schemes seen struck out: an answer
// means that it was the groups that were refused before.
func (l *listing) schemesGoOn(suites []uint16) bool {
	left := without(l.p.questions.schemes, l.signed)
	a := l.pose(question{version: l.v, suites: suites, groups: l.legacyGroups(), schemes: left})
	if a.outcome != chose || a.broken != nil || a.kex == nil || !slices.Contains(left, a.kex.Scheme) {
		if kind := authentication(suites[0]); a.outcome == refused && !a.vague() {
			l.unsigns = add(l.unsigns, kind) // ecSuites gives those of one kind of key
		}
		return false
	}
	l.exchange(a)
	return true
}

// ecSuites is accepted suites with an ephemeral curve, those to be preferred:
// under RSA the certificate is on no curve; without a signature some servers
// choose before they look for a curve; under ECDSA the certificates' curves
// must be kept.
func (l *listing) ecSuites() (suites, keep []uint16) {
	for _, auth := range []string{"RSA", "anon", "PSK", "ECDSA"} {
		for _, c := range l.suites {
			if s, _ := iana.SuiteByCode(c); s.Authentication == auth && shapeOf(c).Params == tlswire.ECParams {
				suites = append(suites, c)
			}
		}
		if len(suites) == 0 {
			continue
		}
		if auth == "ECDSA" {
			keep = l.certificateCurves()
		}
		break
	}
	return suites, keep
}

func (l *listing) certificateCurves() []uint16 {
	var codes []uint16
	for _, curve := range l.certs.curves() {
		if g, ok := iana.GroupByName(curve); ok {
			codes = append(codes, g.Code)
		}
	}
	return codes
}

// ffGroups asks for the finite-field groups of RFC 7919 one by one where the
// server took one of them, and at last for what it sends to a client that
// offers none.
func (l *listing) ffGroups() {
	suites := l.ffSuites()
	if len(suites) == 0 {
		return
	}
	what := l.v.name + " finite-field groups"
	l.purpose = what
	left := l.legacyGroups()
	if l.fieldsWhole {
		left = slices.DeleteFunc(slices.Clone(left), finite)
	}
	for l.stopped == nil {
		left = without(left, finiteOf(l.primes))
		before := len(l.primes)
		if l.unnamedAsked {
			l.exportPrime(suites, l.unnamed, left)
			return
		}
		q := question{version: l.v, suites: turned(suites), groups: left}
		a := l.pose(q)
		l.orders(q, a)
		if l.goesOn(what, a) {
			l.exchange(a)
		} else if a.outcome != refused {
			return
		}
		if !slices.ContainsFunc(left, finite) {
			l.exportPrime(suites, a, left)
			return
		}
		if len(l.primes) == before {
			left = slices.DeleteFunc(slices.Clone(left), finite)
		}
	}
	l.missed(what, *l.stopped)
}

// ffSuites is the accepted suites of a finite field, where the server took a
// group of RFC 7919 for one.
func (l *listing) ffSuites() (suites []uint16) {
	if !slices.ContainsFunc(l.primes, negotiable) {
		return nil
	}
	for _, c := range l.suites {
		if isFinite(c) {
			suites = append(suites, c)
		}
	}
	return suites
}

// exportPrime asks for the prime of the export suites, where the server's own
// was shown under another.
func (l *listing) exportPrime(suites []uint16, shown answer, groups []uint16) {
	export := func(c uint16) bool { s, _ := iana.SuiteByCode(c); return s.Export }
	weak := slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool { return !export(c) })
	if len(weak) == 0 || shown.outcome != chose || export(shown.hello.Suite) {
		return
	}
	if a := l.put(l.v, weak, groups); l.goesOn(l.purpose, a) {
		l.exchange(a)
	}
}

// unnamedPrimes asks for the suites of a finite field without its groups,
// where none was accepted with them: a server that has none of those that a
// client names must not choose such a suite (RFC 7919 section 4), and yet has a
// prime of its own for clients that name none.
func (l *listing) unnamedPrimes() {
	if l.asked || l.v == ssl3 || l.shape.bare || l.stopped != nil || slices.ContainsFunc(l.suites, isFinite) {
		return
	}
	if n := l.newer(); n != nil && !n.unfinite && !slices.ContainsFunc(n.suites, isFinite) {
		return
	}
	var left []uint16
	for _, c := range l.session.suites(l.v) {
		if isFinite(c) {
			left = append(left, c)
		}
	}
	l.purpose = l.v.name + " primes without a group"
	l.unfinite = true
	for _, piece := range l.pieces(left) {
		a := l.finite
		if l.finite = (answer{}); !slices.Contains(piece, a.hello.Suite) {
			a = l.put(l.v, piece, l.legacyGroups())
		}
		if a.outcome == chose && a.hello.Negotiated() == l.v.code {
			l.exhaust(piece, a)
		} else {
			l.goesOn(l.purpose, a)
		}
	}
	l.unfinite = slices.ContainsFunc(l.suites, isFinite)
}

// isFinite tells whether a suite's parameters are in a finite field.
func isFinite(code uint16) bool { return shapeOf(code).Params == tlswire.DHParams }

// finite tells whether a group is one of RFC 7919.
func finite(code uint16) bool {
	g, ok := iana.GroupByCode(code)
	return ok && g.Kind == "ff"
}

// negotiable tells whether a prime is one that a client can ask for by name.
func negotiable(p []byte) bool {
	g, ok := iana.GroupByName(iana.PrimeName(p))
	return ok && g.Kind == "ff"
}

// noCurve is why a choice shows no curve.
func noCurve(a answer) *scanner.Failure {
	if a.broken != nil {
		return a.broken
	}
	return &scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the server chose " + suiteName(a.hello.Suite) + " without a curve"}
}

// groupOf is the curve that the server's parameters are on.
func groupOf(k *tlswire.ServerKeyExchange) (uint16, bool) {
	if k == nil {
		return 0, false
	}
	switch k.CurveType {
	case tlswire.CurveNamed:
		return k.Group, true
	case tlswire.CurveExplicitPrime:
		return explicitPrime, true
	case tlswire.CurveExplicitChar2:
		return explicitChar2, true
	}
	return 0, false
}

// primeOf is the facts of a finite-field group as it was sent.
func primeOf(p, g []byte) scanner.Prime {
	p, g = bytes.TrimLeft(p, "\x00"), bytes.TrimLeft(g, "\x00")
	return scanner.Prime{
		Bits:      new(big.Int).SetBytes(p).BitLen(),
		Group:     iana.PrimeName(p),
		Shared:    iana.SharedPrime(p),
		SHA256:    scanner.Digest(p),
		Generator: trimZero(hex.EncodeToString(g)),
	}
}

func trimZero(digits string) string {
	if len(digits) > 1 && digits[0] == '0' {
		return digits[1:]
	}
	return digits
}
