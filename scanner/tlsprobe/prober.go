package tlsprobe

import (
	"context"
	"encoding/binary"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/starttls"
)

// Options of a Prober. The zero value is usable.
type Options struct {
	// Timeout bounds one connection, from dialling to the last byte read. A
	// peer that sends a byte a minute has no more of it than a silent one.
	// Five seconds if zero.
	Timeout time.Duration

	// Pause is how long an endpoint that no longer answers what it answered
	// before is left alone the first time; each further time is twice as long.
	// One second if zero.
	Pause time.Duration

	// Verdict is what a probe at depth verdict goes by; nil asks everything.
	Verdict *Verdict

	Anchors []*pkix.Anchors // by which each chain's trust is told; none for none
	Known   *pkix.KnownKeys // keys that others have; nil for none
}

// A Prober asks TLS endpoints. It may be used by many goroutines at once; each
// endpoint is asked over one connection at a time.
type Prober struct {
	dial      scanner.Dial
	timeout   time.Duration
	pause     time.Duration
	library   *library
	questions questions
	asked     scanner.Asked
	ranks     *ranks // at depth verdict; nil asks everything

	certSchemes []byte // all signature schemes, as the body of an extension
}

// New returns a prober that opens its connections through dial.
func New(dial scanner.Dial, o Options) *Prober {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	q := newQuestions()
	p := &Prober{dial: dial, timeout: o.Timeout, pause: o.Pause, library: newLibrary(o.Anchors, o.Known)}
	if o.Verdict != nil {
		p.ranks = newRanks(&q, *o.Verdict)
		q.text = p.ranks.text
		p.asked = p.ranks.asks()
	} else {
		p.asked = scanner.Asked{Version: questionsVersion, SHA256: scanner.Digest([]byte(q.text))}
	}
	p.questions = q
	p.certSchemes = binary.BigEndian.AppendUint16(nil, uint16(2*len(q.schemes)))
	for _, c := range q.schemes {
		p.certSchemes = binary.BigEndian.AppendUint16(p.certSchemes, c)
	}
	return p
}

// Probe asks the endpoint everything. It connects anew for each question.
func (p *Prober) Probe(ctx context.Context, e scanner.Endpoint) scanner.Observation {
	s := p.begin(ctx, e)
	if s.run(); e.Scheme != "mssql" || !hungUp(&s.o) {
		return s.o
	}
	// TDS 8 has TLS first and closes on whoever does not ([MS-TDS] section 2.1).
	first := p.begin(ctx, e)
	first.dialogue, first.tls.STARTTLS = nil, ""
	first.tls.Connections, first.tls.Hellos["TDS 7"] = 1, 1
	if first.run(); first.o.TLS != nil {
		return first.o
	}
	return s.o
}

// hungUp tells whether the peer ended the connection without a word.
func hungUp(o *scanner.Observation) bool {
	f := o.Failure
	return f != nil && f.Stage != scanner.StageConnect && (f.Reason == scanner.ReasonClosed || f.Reason == scanner.ReasonReset)
}

// Hello is the bytes of the first question: a ClientHello of TLS 1.2 with
// every suite, at depth verdict with those that pass. It is nil where a STARTTLS dialogue must come first.
func (p *Prober) Hello(e scanner.Endpoint) []byte {
	if starttls.Upgrade(e.Scheme) != nil {
		return nil
	}
	s := &session{p: p, endpoint: e, host: serverName(e)}
	q := question{version: tls12, suites: s.suites(tls12), groups: s.legacyGroups()}
	if p.ranks != nil {
		q = s.passing()
	}
	hello, err := s.hello(&q)
	if err != nil {
		return nil
	}
	return hello
}

// Brief is the bytes of a ClientHello of TLS 1.2 that is as short as can be, for
// servers that hang up on Hello's.
func (p *Prober) Brief(e scanner.Endpoint) []byte {
	s := &session{p: p, endpoint: e, host: serverName(e), shape: brief}
	hello, err := s.hello(&s.split(s.first(tls12))[0])
	if err != nil {
		return nil
	}
	return hello
}

// Continue asks the same as Probe, but takes the first answer from a
// connection that Hello's bytes were written to and nothing was read from. It
// closes the connection.
func (p *Prober) Continue(ctx context.Context, e scanner.Endpoint, conn net.Conn) scanner.Observation {
	s := p.begin(ctx, e)
	if starttls.Upgrade(e.Scheme) != nil {
		_ = conn.Close() // no hello was written: the dialogue needs a fresh start
	} else {
		s.given = conn
	}
	s.run()
	return s.o
}
