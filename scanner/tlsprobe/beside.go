package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// beside asks for what is in no list: extensions, order, chains without a
// name, and how the server bears versions. It asks with what was accepted, so
// that a refusal concerns the question.
func (s *session) beside() {
	if old, ok := s.newest(false); ok {
		s.order(old)
		s.extensions(old)
	}
	if accepted(s.found[tls13]) {
		s.facts.DowngradeSentinel = s.sentinel
		s.order(tls13)
	}
	s.protocols()
	if s.unknownVersion(); s.counted() {
		s.notPut("chains without a server name")
		return
	}
	s.namelessChains()
}

// newest is the newest version accepted with a list of suites, TLS 1.3 or not.
func (s *session) newest(with13 bool) (version, bool) {
	for _, v := range slices.Backward(oldestFirst) {
		if (v != tls13 || with13) && len(s.suitesOf(v)) > 0 {
			return v, true
		}
	}
	return version{}, false
}

// suitesOf is the suites that a version accepts, in the order the server chose
// them.
func (s *session) suitesOf(v version) []uint16 {
	switch l := s.listings[v]; {
	case l != nil:
		return l.suites
	case v == tls13 && s.plan13 != nil:
		return s.plan13.suites
	}
	return nil
}

// known is a question that the server answered before.
func (s *session) known(v version) question {
	q := question{version: v, suites: s.suitesOf(v), groups: s.legacyGroups()}
	if v == tls13 {
		q.groups = s.plan13.groups
		if g, ok := ownShare(q.groups); ok {
			q.groups, q.share = []uint16{g}, g
		}
		if r := readableOf(q.suites); len(r) > 0 {
			q.suites = r
		}
		return q
	}
	q.groups = s.listings[v].unseenFirst()
	q.suites = signedFirst(q.suites)
	return q
}

// signedFirst is the suites, in their order, with those in front that come with
// a signature: a server that goes by our order then shows another scheme.
func signedFirst(suites []uint16) []uint16 {
	unsigned := slices.DeleteFunc(slices.Clone(suites), func(c uint16) bool { return shapeOf(c).Signed })
	return append(without(suites, unsigned), unsigned...)
}

// reply puts a question to which a server that is well gives an answer of one
// kind or the other, and tells whether it did.
func (s *session) reply(what string, q question) (answer, bool) {
	s.purpose = what
	if s.stopped != nil {
		s.missed(what, *s.stopped)
		return answer{}, false
	}
	a := s.pose(q)
	switch l := s.listings[q.version]; {
	case a.outcome == chose && l != nil:
		l.exchange(a)
		return a, true
	case a.outcome == chose:
		return a, true
	case a.outcome == refused:
		if q.plain() && q.versions == nil && !s.unnamed && s.pose(s.known(q.version)).outcome == refused {
			s.disagree(what + ": what was granted before was refused")
		}
		return a, true
	}
	s.missed(what, a.failure)
	return a, false
}

// ordered tells whether the server goes by an order of its own. One that goes
// by ours has shown its groups and schemes already, since those seen were
// offered last.
func (l *listing) ordered() bool {
	o := l.found[l.v].ServerOrder
	return o != nil && *o
}

// riding is reply with the schemes seen struck out as long as that gets an
// answer: it names another one by the way.
func (s *session) riding(what string, q question) (answer, bool) {
	l := s.listings[q.version]
	if q.version != tls12 || len(l.signed) == 0 || !l.ordered() || l.walks || s.stopped != nil {
		return s.reply(what, q)
	}
	plain := q
	q.schemes = without(s.p.questions.schemes, l.signed)
	s.purpose = what
	a := s.pose(q)
	because := a.alert.Description // a refusal of what else the question asks
	if a.outcome == chose && a.broken == nil || a.outcome == refused && (because == tlswire.AlertFallback || because == tlswire.AlertNoApplicationProt) {
		l.exchange(a)
		return a, true
	}
	l.walks = true
	return s.reply(what, plain)
}

// extensions offers what a ServerHello up to TLS 1.2 grants in clear. SSLv3
// has none. A CBC suite is chosen where there is one, since a truncated MAC is
// granted under no other.
func (s *session) extensions(v version) {
	q := s.known(v)
	if v == ssl3 || v == ssl2 {
		return
	}
	if s.listings[v].wished && (s.facts.TruncatedHMAC != nil || !slices.ContainsFunc(q.suites, cbc)) {
		return // by the way
	}
	if block := slices.DeleteFunc(slices.Clone(q.suites), func(c uint16) bool { return !cbc(c) }); len(block) > 0 {
		q.suites = block
	}
	if a, ok := s.riding("extensions", q.wishing()); ok && a.outcome == chose && a.hello.Negotiated() == v.code {
		s.grants(a)
	}
}

func cbc(code uint16) bool {
	s, _ := iana.SuiteByCode(code)
	return s.Mode == "CBC"
}

// wished is the extensions that a ServerHello may grant, beside those that each
// hello asks for. Never written to.
var wished = []tlswire.Extension{
	{Type: tlswire.ExtTruncatedHMAC},
	{Type: tlswire.ExtSessionTicket},
	{Type: tlswire.ExtSCT},
	{Type: tlswire.ExtHeartbeat, Body: []byte{1}},
	{Type: tlswire.ExtStatusRequest, Body: []byte{1, 0, 0, 0, 0}},
}

// wishing is the question with all that a ServerHello may grant.
func (q question) wishing() question {
	q.wishes, q.deflate, q.more = true, true, wished
	return q
}

// grants keeps what an answer to such a question grants.
func (s *session) grants(a answer) {
	granted := func(e tlswire.ExtensionType) bool { return has(a.hello.Extensions, e) }
	f := &s.facts
	if cbc(a.hello.Suite) {
		f.TruncatedHMAC = either(f.TruncatedHMAC, granted(tlswire.ExtTruncatedHMAC))
	}
	f.Heartbeat = either(f.Heartbeat, granted(tlswire.ExtHeartbeat))
	f.SCTs = either(f.SCTs, granted(tlswire.ExtSCT))
	f.SessionTicket = either(f.SessionTicket, granted(tlswire.ExtSessionTicket))
	f.Compression = either(f.Compression, a.hello.Compression != 0)
	if a.whole {
		s.staples(a.stapled)
		s.client(a)
	}
}

// client keeps whether the server asks for a certificate, and the schemes it
// would take.
func (s *session) client(a answer) {
	s.facts.ClientCertificate = yes(a.request != nil || s.facts.ClientCertificate != nil && *s.facts.ClientCertificate)
	if a.request == nil {
		return
	}
	for _, c := range a.request.Schemes {
		s.facts.ClientSchemes = add(s.facts.ClientSchemes, schemeName(c))
	}
}

// fallback pretends to fall back from the newest version to the one below: a
// server that heeds RFC 7507 refuses, for a reason that it names: it still
// serves, so this comes last.
func (s *session) fallback() {
	if s.counted() {
		s.notPut("fallback signal")
		return
	}
	var all []version
	for _, v := range oldestFirst {
		if len(s.suitesOf(v)) > 0 {
			all = append(all, v)
		}
	}
	if len(all) < 2 {
		return
	}
	q := s.beyond(s.known(all[len(all)-2]))
	q.fallback = true
	a, ok := s.riding("fallback", q)
	switch {
	case !ok:
	case a.outcome == chose:
		s.facts.FallbackSCSV = yes(false)
	case a.mute, a.alert.Description == tlswire.AlertFallback:
		s.facts.FallbackSCSV = yes(true)
	}
}

// unknown is a version that RFC 8701 keeps free for ever, unknownOld one that
// nobody has for the field of old.
const (
	unknown    = 0x7a7a
	unknownOld = 0x037f
)

// unknownVersion offers a version that nobody knows: in supported_versions,
// which RFC 8701 reserves some for, or where there is none of it in the field
// of old (RFC 5246 appendix E.1).
func (s *session) unknownVersion() {
	v, ok := s.newest(true)
	if !ok || s.facts.VersionTolerant != nil {
		return
	}
	q := s.beyond(s.known(v))
	if v == tls13 {
		q.versions = []uint16{unknown, v.code}
	} else {
		q.legacy = unknownOld
	}
	a, ok := s.riding("unknown version", q)
	if ok {
		s.facts.VersionTolerant = yes(a.outcome == chose && a.hello.Negotiated() == v.code)
	}
}

// firstSigned puts the first question about signatures, to its end. By the way
// it offers an unknown version, where that does not ride with the order.
func (p *plan13) firstSigned(q question) answer {
	if p.facts.VersionTolerant != nil || len(p.suites) > 1 && p.found[tls13].ServerOrder == nil {
		return p.tickets(q)
	}
	with := q
	with.versions = []uint16{unknown, tls13.code}
	a := p.tickets(with)
	if a.outcome != chose || a.hello.Negotiated() != tls13.code {
		return p.tickets(q)
	}
	p.facts.VersionTolerant = yes(true)
	return a
}

func authentication(code uint16) string {
	s, _ := iana.SuiteByCode(code)
	return s.Authentication
}

func has(list []tlswire.Extension, kind tlswire.ExtensionType) bool {
	return slices.ContainsFunc(list, func(e tlswire.Extension) bool { return e.Type == kind })
}
