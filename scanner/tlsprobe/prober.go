package tlsprobe

import (
	"context"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
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

	Anchors []*pkix.Anchors // by which each chain's trust is told; none for none
	Known   *pkix.KnownKeys // keys that others have; nil for none
}

// A Prober asks TLS endpoints. It may be used by many goroutines at once; each
// endpoint is asked over one connection at a time.
type Prober struct {
	dial      scanner.Dial
	timeout   time.Duration
	pause     time.Duration
	anchors   []*pkix.Anchors
	known     *pkix.KnownKeys
	questions questions
	asked     scanner.Asked
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
	asked := scanner.Asked{Version: questionsVersion, SHA256: scanner.Digest([]byte(q.text))}
	return &Prober{dial: dial, timeout: o.Timeout, pause: o.Pause, anchors: o.Anchors, known: o.Known, questions: q, asked: asked}
}

// Probe asks the endpoint everything. It connects anew for each question.
func (p *Prober) Probe(ctx context.Context, e scanner.Endpoint) scanner.Observation {
	return p.begin(ctx, e).run()
}

// Hello is the bytes of the first question: a ClientHello of TLS 1.2 with
// every suite. It is nil where a STARTTLS dialogue must come first.
func (p *Prober) Hello(e scanner.Endpoint) []byte {
	if _, ok := dialogues[e.Scheme]; ok {
		return nil
	}
	s := p.begin(context.Background(), e)
	hello, err := s.hello(question{version: tls12, suites: s.suites(tls12), groups: s.legacyGroups()})
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
	if _, ok := dialogues[e.Scheme]; ok {
		_ = conn.Close() // no hello was written: the dialogue needs a fresh start
	} else {
		s.given = conn
	}
	return s.run()
}
