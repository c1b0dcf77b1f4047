package tlsprobe

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/starttls"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// maxLost is how many answers may fail to come before an endpoint is let go.
// The first question has no second chance: one silent host costs one timeout.
const maxLost = 3

// session is one endpoint being asked.
type session struct {
	p        *Prober
	ctx      context.Context
	clock    clock
	out      []byte          // the hello
	random   [64]byte        // of it, with its session's id
	in       tlswire.Decoder // of the answer
	endpoint scanner.Endpoint
	host     string            // the name that it is asked by
	given    net.Conn          // a connection on which the first question is already put
	dialogue starttls.Dialogue // what comes before TLS; nil for nothing
	began    time.Time

	o     scanner.Observation
	tls   scanner.TLS
	found map[version]*scanner.TLSVersion
	certs chains

	spoke      bool             // the peer has answered in TLS
	wondered   bool             // it was asked whether it insists on TLS
	insisted   bool             // of FTP: it insists for users with a password
	lost       int              // answers that did not come
	stopped    *scanner.Failure // why no further question is put
	shape      shape            // what one hello may hold
	fixed      bool             // TLS 1.3 hellos carry fixed shares
	nameless   bool             // the server does not want the name
	taken      bool             // it granted a hello with the name, which stays
	stapleless bool             // it hangs up on who asks for an OCSP staple
	strict     bool             // it declines whoever gives no name that it knows
	unnamed    bool             // the question goes without the name
	speaks13   bool             // an older answer showed that TLS 1.3 is known

	seenSchemes   []uint16
	facts         scanner.Extensions
	protocolsDone bool                 // no further application protocol is selected
	curious       bool                 // they were asked for with an unknown version
	sentinel      *bool                // an answer of TLS 1.2 bore the downgrade sentinel
	listings      map[version]*listing // SSLv3 to TLS 1.2
	plan13        *plan13
	long          bool   // at depth verdict: it bears a long list of suites
	late          bool   // at depth verdict: TLS 1.3 is asked for last
	purpose       string // what is being asked, for the count of hellos

	firsts   map[version]answer           // answers to first questions that were had already
	proof    question                     // one that got an answer, to be put beside a doubtful one
	granted  bool                         // and was granted
	quiet    bool                         // the server says no by saying nothing
	breaks   bool                         // it breaks down over groups, and not where known ones come first
	quits    bool                         // it was seen to hang up after a choice that it cannot serve
	slowest  time.Duration                // of the answers so far
	gap      time.Duration                // between connections
	marks    map[version]map[string]shown // of the ServerHellos to plain questions, by kind of key
	confirms bool                         // a question is put again whose answer others do not fit
	unlike   bool                         // answers disagree: there are several servers
	answered []uint16                     // versions that answers were in when newer ones were asked for
	fronted  bool                         // it prefers suites that it cannot serve
	ours     []string                     // kinds of key with which the server goes by our order of schemes
	denied13 bool                         // TLS 1.3 was refused as a version
	only13   []uint16                     // the schemes with which TLS 1.3 is spoken; nil for all
	cohort   cohort                       // the oldest client that an RSA key has answered in TLS 1.2
	belief   belief                       // at depth verdict: of noes that are no alerts

	lessened
	curveOrder
}

func (p *Prober) begin(ctx context.Context, e scanner.Endpoint) *session {
	s := &session{p: p, ctx: ctx, endpoint: e, host: serverName(e), began: time.Now().UTC(), o: scanner.Observe(e, "tls"), found: map[version]*scanner.TLSVersion{},
		listings: map[version]*listing{}, marks: map[version]map[string]shown{}, certs: chains{library: p.library}}
	s.tls = scanner.TLS{Depth: p.depth(), Asked: p.Asked(), Hellos: map[string]int{}}
	if s.dialogue = starttls.Upgrade(e.Scheme); s.dialogue != nil {
		s.tls.STARTTLS = e.Scheme
	}
	return s
}

// run puts all questions and sums up in the session's observation.
func (s *session) run() {
	defer s.clock.end()
	for _, v := range askedOrder {
		s.found[v] = &scanner.TLSVersion{Version: v.name}
	}
	if !s.speaks() {
		return
	}
	s.belief.active = s.p.ranks != nil
	if !s.versions() {
		s.o.Failure, s.o.Incomplete = s.stopped, nil
		return
	}
	if s.p.ranks != nil {
		s.decide()
		s.prove()
		s.unseen13()
		if s.cohort != withoutBoth {
			s.notPut("chains of old clients")
		}
	} else {
		s.besides()
	}
	s.inClear()
	s.sum()
}

// versions asks each version in turn, and is false where the server declines
// whoever gives no name that it knows.
func (s *session) versions() bool {
	for _, v := range askedOrder {
		if s.sharesHello(v) || v == tls13 && s.comesLast() {
			continue
		}
		if _, answered := s.firsts[v]; s.stopped != nil && !answered {
			s.missed(v.name, *s.stopped)
			continue
		}
		if s.version(v); s.strict && !s.granted {
			return false
		}
		if v == tls12 && !s.shape.brief && s.pure() && !accepted(s.found[tls13]) { // its list was too long
			s.version(tls13)
		}
		if v == tls12 && s.p.ranks == nil {
			s.keysOf13()
		}
	}
	return true
}

// besides asks at full depth what is left once every version was asked.
func (s *session) besides() {
	s.holes()
	s.plan13.otherKeys()
	s.beside()
	if l := s.listings[tls12]; l != nil {
		l.moreSchemes()
		l.longerKeys()
	}
	s.fallback()
	s.again()
	s.asOldClient()
	s.prove()
	if own, asked := s.ownSecurity(); asked {
		s.tls.OwnCiphers, s.tls.Required = own, yes(len(own) == 0)
	}
}

// speaks tells whether the endpoint answers in TLS.
func (s *session) speaks() bool {
	if _, over := s.unwrapped(); over {
		return false
	}
	a := s.contact()
	switch {
	case s.strict:
		s.o.Failure = s.stopped
		return false
	case a.plain != nil:
		s.o.Plain = a.plain
		s.o.Plain.OwnCiphers, _ = s.ownSecurity()
		return false
	case s.spoke:
		return true
	}
	if s.o.Plain = plainAnswer(a.first); s.o.Plain == nil {
		f := a.failure
		s.o.Failure = &f
	}
	return false
}

// version asks all of one version.
func (s *session) version(v version) {
	s.purpose = v.suitesPurpose()
	switch {
	case v == ssl2:
		s.enumerateSSL2()
	case s.p.ranks != nil:
		s.spoken(v)
	case v == tls13:
		s.enumerate13()
	default:
		s.enumerate(v)
	}
}

// sum puts what was found in order.
func (s *session) sum() {
	for _, v := range oldestFirst {
		if l := s.listings[v]; l != nil && l.broke != nil && len(l.suites) == 0 {
			s.missed(v.name+" handshake", brokeOff(*l.broke))
		}
		s.tls.Versions = append(s.tls.Versions, s.named(v))
	}
	s.tls.Chains = s.certs.settle(s.began)
	s.tls.Extensions = &s.facts
	s.o.Evidence = append(s.o.Evidence, s.certs.evidence...)
	s.o.TLS = &s.tls
}

// named is what was found of a version, its lists by name.
func (s *session) named(v version) scanner.TLSVersion {
	found := *s.found[v]
	suites, groups := s.suitesOf(v), []uint16(nil)
	switch l := s.listings[v]; {
	case l != nil:
		groups = l.curves
	case v == tls13 && s.plan13 != nil:
		groups = s.plan13.groups
	}
	for _, c := range suites {
		found.Suites = append(found.Suites, suiteName(c))
	}
	for _, g := range groups {
		found.Groups = append(found.Groups, groupName(g))
	}
	return found
}

// put asks which of these in this version, with all signature schemes.
func (s *session) put(v version, suites, groups []uint16) answer {
	return s.pose(question{version: v, suites: suites, groups: groups})
}

// single puts a question on one connection.
func (s *session) single(q question) (a answer) {
	s.try(&q, &a)
	return a
}

// try is single for those through whom each question passes. An alert about the
// name makes the session go without it only where the hello bore it and none
// that did was granted.
func (s *session) try(q *question, a *answer) {
	*a = answer{}
	if s.ask(q, a); a.unnamed() {
		s.unwanted(q, a)
	}
	if a.failed() && q.version.code < tls13.code {
		s.lessens(q, a)
	}
	s.belief.learns(a, s.purpose)
	if a.outcome == chose || a.outcome == refused {
		s.proven(q, a)
	}
	if a.outcome != chose {
		return
	}
	s.taken = s.taken || s.extends(q) && s.name() != ""
	if q.version != ssl2 {
		s.served(q, a)
		s.note(q.version, a)
		s.answersAs(q, a)
		s.tellsOrder(q, a)
		s.tellsCurves(q, a)
		s.compare(q, a)
		s.chainOf(q, a)
		s.mark(q, a)
	}
}

// name is the server name to ask for.
func (s *session) name() string {
	if s.nameless || s.unnamed {
		return ""
	}
	return s.host
}

// note keeps what an answer tells besides the choice itself.
func (s *session) note(v version, a *answer) {
	s.speaks13 = s.speaks13 || a.hello.Speaks13()
	if a.hello.Negotiated() != v.code {
		return
	}
	found := s.found[v]
	if !accepted(found) {
		s.o.Evidence = append(s.o.Evidence, scanner.EvidenceOf("ServerHello "+v.name, a.raw))
	}
	found.Accepted = yes(true)
	if v == tls13 || v == ssl3 || s.shape.bare {
		return
	}
	for _, f := range a.hello.PointFormats() {
		s.facts.PointFormats = add(s.facts.PointFormats, f)
	}
	_, renegotiation := a.hello.Extension(tlswire.ExtRenegotiationInfo)
	s.facts.SecureRenegotiation = yes(renegotiation && (s.facts.SecureRenegotiation == nil || *s.facts.SecureRenegotiation))
	if v == tls12 && s.sentinel == nil {
		s.sentinel = yes(a.hello.Speaks13())
	}
	if cbc(a.hello.Suite) {
		s.facts.EncryptThenMAC = either(s.facts.EncryptThenMAC, has(a.hello.Extensions, tlswire.ExtEncryptThenMAC))
	}
	_, ems := a.hello.Extension(tlswire.ExtExtendedMasterSecret)
	found.ExtendedMasterSecret = yes(ems && (found.ExtendedMasterSecret == nil || *found.ExtendedMasterSecret))
}

// missed records what was asked for and not learned, once however often it was
// asked.
func (s *session) missed(what string, f scanner.Failure) {
	row := scanner.Incomplete{What: what, Reason: f.Reason, Detail: f.Detail}
	if !slices.Contains(s.o.Incomplete, row) {
		s.o.Incomplete = append(s.o.Incomplete, row)
	}
}

// strangely records that a list ends early because the server picked what it
// was not offered.
func (s *session) strangely(what, picked string) {
	s.missed(what, scanner.Failure{
		Reason: scanner.ReasonGarbage,
		Detail: fmt.Sprintf("the server chose %s, which was not offered", picked),
	})
}

func accepted(v *scanner.TLSVersion) bool { return v != nil && v.Accepted != nil && *v.Accepted }

func yes(b bool) *bool { return &b }

// add appends a name that is not in the list yet.
func add(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
