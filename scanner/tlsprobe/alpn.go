package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// alpn is the protocols that are offered: of the registry, those that run over
// TLS on TCP. Never written to.
var alpn = []string{"h2", "http/1.1", "http/1.0", "acme-tls/1", "imap", "pop3", "managesieve", "ftp", "postgresql",
	"xmpp-client", "xmpp-server", "mqtt", "dot", "irc", "nntp", "tds/8.0", "coap", "ntske/1", "stun.turn"}

// maxProtocols bounds how many of them are asked for: a server that takes
// whatever it is offered would go through all.
const maxProtocols = 3

// protocols goes on with the application protocols that the server selects,
// where the answers of TLS 1.3 have not shown all.
func (s *session) protocols() {
	v, ok := s.newest(false)
	if !ok || v == ssl3 {
		if v, ok = tls13, accepted(s.found[tls13]); !ok {
			return
		}
	}
	for !s.protocolsDone {
		q := s.beyond(s.known(v))
		q.more = []tlswire.Extension{tlswire.ALPN(s.unselected())}
		if s.withUnknown(v, q) {
			continue
		}
		a, ok := s.riding("ALPN", q)
		if !ok {
			return
		}
		s.selected(v, a)
	}
}

// withUnknown puts the question with a version that nobody knows, where that
// was not asked and there is no TLS 1.3, and tells whether there was an answer.
func (s *session) withUnknown(v version, q question) bool {
	if v == tls13 || accepted(s.found[tls13]) || s.facts.VersionTolerant != nil || s.curious || s.stopped != nil {
		return false
	}
	s.curious = true
	q.legacy = unknownOld
	s.purpose = "ALPN"
	a := s.pose(q)
	if a.outcome != chose || a.broken != nil || a.hello.Negotiated() != v.code {
		return false
	}
	s.facts.VersionTolerant = yes(true)
	s.listings[v].exchange(a)
	s.selected(v, a)
	return true
}

func (s *session) unselected() []string {
	return slices.DeleteFunc(slices.Clone(alpn), func(p string) bool { return slices.Contains(s.facts.ALPN, p) })
}

// selected keeps the protocol that an answer selects; one that selects none of
// those offered ends the list.
func (s *session) selected(v version, a answer) {
	list := a.hello.Extensions
	if v == tls13 {
		list = a.encrypted().extensions
	}
	name, ok := tlswire.SelectedProtocol(list)
	if a.outcome != chose || !ok || !slices.Contains(s.unselected(), name) {
		s.protocolsDone = true
		return
	}
	s.facts.ALPN = append(s.facts.ALPN, name)
	s.protocolsDone = len(s.facts.ALPN) == maxProtocols
}

// withProtocols puts a question of TLS 1.3 and offers protocols with it, until
// they are known; a server may refuse for want of one it has (RFC 7301 section
// 3.2).
func (s *session) withProtocols(q question) answer {
	if s.protocolsDone {
		return s.pose(q)
	}
	with := q
	with.more = append(slices.Clone(q.more), tlswire.ALPN(s.unselected()))
	a := s.pose(with)
	unwanted := a.alert.Description == tlswire.AlertNoApplicationProt || a.broken != nil && a.broken.Detail == "no_application_protocol"
	switch {
	case unwanted:
		s.protocolsDone = true
		return s.pose(q)
	case a.outcome == chose && a.opened && a.broken == nil:
		s.selected(tls13, a)
	}
	return a
}
