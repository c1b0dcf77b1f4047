package sshprobe

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

const probeName = "ssh"

// Options are the limits of a probe.
type Options struct {
	Timeout time.Duration // of each connection, from its opening to the host key; 0 means 10 seconds
	// Verdict leaves out further primes of group exchange once one was sent that
	// is of no published group: whatever the others are, that one decides.
	Verdict bool
	Moduli  map[string]bool // digests of the primes of a moduli file; nil for none
	Known   *pkix.KnownKeys // keys that others have; nil for none
}

// A Prober asks SSH servers what they offer. It may be used by many callers
// at once.
type Prober struct {
	dial    scanner.Dial
	timeout time.Duration
	verdict bool
	moduli  map[string]bool
	known   *pkix.KnownKeys
	primes  primes
}

// New returns a prober that connects through dial.
func New(dial scanner.Dial, o Options) *Prober {
	return &Prober{dial: dial, timeout: cmp.Or(o.Timeout, 10*time.Second), verdict: o.Verdict, moduli: o.Moduli, known: o.Known}
}

// Probe asks the endpoint everything.
func (p *Prober) Probe(ctx context.Context, e scanner.Endpoint) scanner.Observation {
	conn, err := p.connect(ctx, e)
	if err != nil {
		return scanner.Failed(e, probeName, scanner.Failure{Stage: scanner.StageConnect, Reason: reasonOf(ctx, err)})
	}
	return p.Continue(ctx, e, conn)
}

// Continue is Probe with its first connection made already: nothing has been
// written to conn and everything the server sent is still to be read from it.
// It closes conn.
func (p *Prober) Continue(ctx context.Context, e scanner.Endpoint, conn net.Conn) scanner.Observation {
	s := survey{prober: p, endpoint: e, o: scanner.Observe(e, probeName)}
	if failure := s.first(ctx, conn); failure != nil {
		return scanner.Failed(e, probeName, *failure)
	}
	s.rest(ctx)
	reading := s.ssh.Read()
	s.ssh.Reading, s.o.SSH = &reading, &s.ssh
	return s.o
}

func (p *Prober) connect(ctx context.Context, e scanner.Endpoint) (net.Conn, error) {
	return p.dial(ctx, e.AddrPort()) // under ctx, with which the connection ends
}

// A survey is the state of one probe.
type survey struct {
	prober   *Prober
	endpoint scanner.Endpoint
	o        scanner.Observation
	ssh      scanner.SSH
	keys     []keyQuestion // host keys still to be asked for

	sizes      []uint32 // of primes of group exchange, still to be asked for
	oldStyle   bool     // and once more in the old style
	groupFails bool     // group exchange once failed to bring a host key
	extensions bool     // SSH_MSG_EXT_INFO is still to be asked for
	backedOff  bool     // the server had too many connections, and was waited for
}

// first learns what one connection can tell. It returns a failure if that was
// nothing at all.
func (s *survey) first(ctx context.Context, conn net.Conn) *scanner.Failure {
	t := newTalk(ctx, conn, s.prober.timeout)
	defer t.close()
	s.ssh.Connections++
	if err := t.identify(); err != nil {
		f := t.failure(ctx, err)
		return &f
	}
	s.ssh.Banner = scanner.Escape(t.theirs.Line)
	s.evidence("ssh identification", t.theirs.Line)
	if v := t.theirs.Protocol(); v != "2.0" && v != "1.99" {
		return nil // protocol 1 has no KEXINIT
	}
	if err := t.readKexinit(); err != nil {
		s.missing("ssh kexinit", t.failure(ctx, err))
		return nil
	}
	s.evidence("SSH_MSG_KEXINIT", t.theirKexinit)
	s.ssh.Kexinit = kexinitFacts(t.offer)
	s.emptyLists(t.offer)
	s.plan(t.offer)
	s.ask(ctx, t)
	if s.pending() {
		t.part()
	}
	return nil
}

// emptyLists tells which lists name nothing, of those that must (RFC 4253 section
// 7.1): what the server would do was not learned, and cannot show that all is
// right. A MAC is not needed beside a cipher that authenticates.
func (s *survey) emptyLists(k sshwire.Kexinit) {
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"ssh kex_algorithms", k.KexAlgorithms},
		{"ssh server_host_key_algorithms", k.ServerHostKeyAlgorithms},
		{"ssh encryption_algorithms_client_to_server", k.EncryptionClientServer},
		{"ssh encryption_algorithms_server_to_client", k.EncryptionServerClient},
	} {
		if len(list.names) == 0 {
			s.missing(list.what, scanner.Failure{Reason: scanner.ReasonGarbage, Detail: "the list is empty"})
		}
	}
}

// plan makes the questions out of the server's KEXINIT.
func (s *survey) plan(offer sshwire.Kexinit) {
	var skipped []scanner.Incomplete
	s.keys, skipped = keyQuestions(offer.ServerHostKeyAlgorithms)
	s.extensions = len(s.keys) > 0
	if len(s.keys) > 0 && offersGroupExchange(offer.KexAlgorithms) {
		s.sizes, s.oldStyle = groupSizes(), true
	}
	s.o.Incomplete = append(s.o.Incomplete, skipped...)
}

// rest opens the further connections, one after the other.
func (s *survey) rest(ctx context.Context) {
	for s.pending() {
		conn, err := s.prober.connect(ctx, s.endpoint)
		if err != nil {
			s.stop(turnedAwayLater(scanner.Failure{Stage: scanner.StageConnect, Reason: reasonOf(ctx, err)}))
			break
		}
		s.further(ctx, conn)
	}
	if s.extensions {
		s.missing(whatExtensions, scanner.Failure{Reason: scanner.ReasonUncomputable, Detail: "no key exchange that we can finish"})
	}
}

// further asks for one more host key, one more prime, or both.
func (s *survey) further(ctx context.Context, conn net.Conn) {
	t := newTalk(ctx, conn, s.prober.timeout)
	defer t.close()
	s.ssh.Connections++
	if err := t.identify(); err != nil {
		if s.backedOff || !busy(t.theirs) {
			s.stop(turnedAwayLater(t.failure(ctx, err)))
			return
		}
		s.backedOff = true
		pause(ctx, busyPause)
		return
	}
	if err := t.readKexinit(); err != nil {
		s.stop(t.failure(ctx, err))
		return
	}
	s.ask(ctx, t)
	if s.pending() {
		t.part()
	}
}

// pending tells whether there is more to ask.
func (s *survey) pending() bool { return len(s.keys) > 0 || len(s.sizes) > 0 || s.oldStyle }

// ask puts the first of the pending questions of each sort. A question is done
// with whether it was answered or not, save when group exchange spoiled it:
// then another key exchange may still bring the key.
func (s *survey) ask(ctx context.Context, t *talk) {
	if len(s.keys) == 0 {
		if len(s.sizes) > 0 || s.oldStyle {
			s.askGroup(ctx, t)
		}
		return
	}
	question, group := s.keys[0], s.nextGroup()
	m, ok := chooseMethod(t.offer.KexAlgorithms, len(s.sizes) > 0 && !s.groupFails)
	if !ok {
		s.stop(scanner.Failure{Reason: scanner.ReasonUncomputable, Detail: "no key exchange that we can begin"})
		return
	}
	if m.isGroupExchange() && group.bits == 0 { // nothing else is there
		group.bits = groupSizes()[0]
		s.sizes = append(s.sizes, group.bits)
	}
	t.extensions = s.extensions
	answer, err := t.exchange(m, question.algorithm, group)
	if m.isGroupExchange() {
		s.addGroup(group, answer)
	}
	if err == nil {
		s.answered(ctx, t, question, answer)
		return
	}
	f := t.failure(ctx, err)
	switch {
	case final(f.Reason):
		s.stop(f)
	case m.isGroupExchange() && !s.groupFails && s.canAskWithoutGroup(t.offer):
		s.lostGroup(group, answer, f)
	default:
		if m.isGroupExchange() {
			s.lostGroup(group, answer, f)
		}
		s.keys = s.keys[1:]
		s.missing(question.what(), f)
	}
}

// answered records what an exchange brought, unless that was a prime only.
func (s *survey) answered(ctx context.Context, t *talk, q keyQuestion, a answer) {
	if a.key == nil {
		return
	}
	s.keys = s.keys[1:]
	s.addKey(q, a)
	s.addExtensions(ctx, t, a)
}

// canAskWithoutGroup tells whether the next attempt will differ from the one
// that failed, so that there is an end to it.
func (s *survey) canAskWithoutGroup(offer sshwire.Kexinit) bool {
	m, ok := chooseMethod(offer.KexAlgorithms, false)
	return ok && !m.isGroupExchange()
}

// final tells whether a failure says that asking on is useless or unwelcome.
func final(r scanner.Reason) bool {
	switch r {
	case scanner.ReasonThrottled, scanner.ReasonTimeout, scanner.ReasonInterrupted, scanner.ReasonLimit, scanner.ReasonUnreachable:
		return true
	}
	return false
}

// stop gives up every pending question for one reason.
func (s *survey) stop(f scanner.Failure) {
	for _, q := range s.keys {
		s.missing(q.what(), f)
	}
	s.keys = nil
	if len(s.sizes) > 0 {
		s.missing(whatPrimes(s.sizes...), f)
	}
	if s.oldStyle {
		s.missing(whatOldStyle, f)
	}
	s.sizes, s.oldStyle = nil, false
	if s.extensions {
		s.missing(whatExtensions, f)
		s.extensions = false
	}
}

func (s *survey) missing(what string, f scanner.Failure) {
	s.o.Incomplete = append(s.o.Incomplete, scanner.Incomplete{What: what, Reason: f.Reason, Detail: f.Detail})
}

func (s *survey) evidence(what string, data []byte) {
	s.o.Evidence = append(s.o.Evidence, scanner.EvidenceOf(what, data))
}
