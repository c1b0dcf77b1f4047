package tlsprobe

import (
	"crypto/rand"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// A question is "which of these in this version?".
type question struct {
	version        version
	suites, groups []uint16
	keep           []uint16 // groups that go last, in each hello of a question that is split
	schemes        []uint16 // nil: all
	share          uint16   // the group to send a fixed share of; 0: as the session does
	along          []uint16 // TLS 1.3: groups to send a fixed share of by the way

	more     []tlswire.Extension
	versions []uint16 // supported_versions, where others than the version itself
	legacy   uint16   // the version in the field of old, where another than it should be
	deflate  bool
	fallback bool
	wishes   bool // more is what any server may be asked for by the way
	lax      bool // an internal error says no as well: some mean by it that they lack a prime
	known    bool // an answer by a suite or group that was refused is another server's
	finish   bool // TLS 1.3: end the handshake, and read the tickets that follow
}

// read reads the answer to a question put by the hello.
func (a *answer) read(q *question, d *tlswire.Decoder, rw io.ReadWriter, hello []byte) {
	switch {
	case q.version == ssl2:
		a.readSSL2(d, rw)
	case q.finish:
		a.readTickets(d, rw, hello)
	default:
		a.readFlight(d, rw, hello)
	}
}

// hello writes a question. The bytes are the session's, until the next.
func (s *session) hello(q *question) ([]byte, error) {
	if q.version == ssl2 {
		return s.helloSSL2()
	}
	h := s.clientHello(q)
	out, err := h.Write(s.out)
	if err == nil {
		s.out = out
	}
	return out, err
}

func (s *session) clientHello(q *question) tlswire.ClientHello {
	v := q.version
	h := tlswire.ClientHello{Version: min(v.code, tlswire.VersionTLS12), Suites: fitting(q.suites, s.shape.suites, nil), Pad: !s.shape.brief,
		Deflate: q.deflate, Fallback: q.fallback}
	_, _ = rand.Read(s.random[:]) // never fails (crypto/rand)
	h.Random = [32]byte(s.random[:])
	if v == ssl3 || s.shape.bare && v != tls13 {
		return h // SSLv3 has no extensions
	}
	h.ServerName = s.name()
	h.More = q.more
	if s.unstapling() {
		h.More = slices.DeleteFunc(slices.Clone(q.more), asksStaple)
	}
	if v != tls13 {
		h.More = withMAC(withUser(h.More, q.suites), q.suites)
	}
	if q.legacy != 0 {
		h.Version = q.legacy
	}
	h.Groups = append(slices.Clip(fitting(q.groups, s.shape.lists, usualGroups)), q.keep...)
	if v == tls12 || v == tls13 {
		s.offerSchemes(&h, q)
	}
	if v == tls13 {
		h.SessionID = s.random[32:] // for middleboxes: RFC 8446 appendix D.4
		h.Versions = []uint16{tlswire.VersionTLS13}
		if q.versions != nil {
			h.Versions = q.versions
		}
		h.KeyShares = s.shares(q)
		inOrder(h.KeyShares, h.Groups)
		return h
	}
	h.Versions = q.versions
	h.PointFormats = []uint8{0, 1, 2}
	h.ExtendedMasterSecret = true
	h.RenegotiationInfo = true
	return h
}

// withMAC asks for the MAC over what is encrypted, RFC 7366, where suites in CBC
// mode are offered: there are servers that grant them in no other way.
func withMAC(more []tlswire.Extension, suites []uint16) []tlswire.Extension {
	if slices.ContainsFunc(suites, cbc) {
		return append(slices.Clip(more), tlswire.Extension{Type: tlswire.ExtEncryptThenMAC})
	}
	return more
}

// offerSchemes offers all signature schemes, or the question's for the
// handshake and all for certificates (RFC 8446 section 4.2.3): a server that
// is asked how it signs must not miss how its issuer did.
func (s *session) offerSchemes(h *tlswire.ClientHello, q *question) {
	if q.version == tls13 && q.schemes == nil && s.only13 != nil {
		q.schemes = s.only13
	}
	h.Schemes = q.schemes
	if q.schemes == nil {
		h.Schemes = s.schemes()
	}
	if q.version == tls12 {
		h.Schemes = s.signable(h.Schemes)
	}
	if n := s.shape.lists; n != 0 {
		h.Schemes = fitting(h.Schemes, n, usualSchemes)
		return
	}
	if q.schemes == nil {
		return
	}
	h.More = append(slices.Clip(h.More), tlswire.Extension{Type: tlswire.ExtCertSchemes, Body: s.p.certSchemes})
}

// schemes is all signature schemes, those already seen behind the likeliest of the
// others: a server that follows the client's order then shows another one each
// time, at no cost.
func (s *session) schemes() []uint16 { return behindLikely(s.p.questions.schemes, s.seenSchemes) }

// behindLikely is the list with the schemes named behind the likeliest of the others.
// They do not stand at the end, since wolfSSL (5.5) reads the first 19 of a hello, and
// would find none to sign with.
func behindLikely(list, named []uint16) []uint16 {
	const likeliest = 12
	list = last(list, named)
	if n := slices.IndexFunc(list, func(c uint16) bool { return slices.Contains(named, c) }); n > likeliest {
		return slices.Concat(list[:likeliest], list[n:], list[likeliest:n])
	}
	return list
}

// last is the list with those named moved to its end, where they are few.
func last(list, named []uint16) []uint16 {
	if len(named) == 0 {
		return list[:len(list):len(list)]
	}
	out := make([]uint16, 0, len(list))
	for _, c := range list {
		if !slices.Contains(named, c) {
			out = append(out, c)
		}
	}
	for _, c := range list {
		if slices.Contains(named, c) {
			out = append(out, c)
		}
	}
	return out
}

// serverName is the name to ask for; an address is none (RFC 6066 section 3).
func serverName(e scanner.Endpoint) string {
	if e.Name == "" {
		return ""
	}
	name := strings.TrimSuffix(e.Name, ".")
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return name
}

// without is the list less what is struck out, in its order.
func without(list, struck []uint16) []uint16 {
	var gone codeSet
	for _, c := range struck {
		gone.add(c)
	}
	out := make([]uint16, 0, len(list))
	for _, c := range list {
		if !gone.has(c) {
			out = append(out, c)
		}
	}
	return out
}
