package detect

import (
	"context"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// There are TLS servers, and things that stand before them, that hang up on a hello
// which is longer than they expect, or say nothing to it. So a port that hangs up on
// ours is sent one more, as short as can be, and so is one that says nothing where
// the operator named it by itself: any other would cost a second wait.

// bearsBrief tells whether a port that said nothing to the first hello answers the
// short one in TLS. The first connection is closed before.
func (p *Prober) bearsBrief(ctx context.Context, e scanner.Endpoint, l *listener, hungUp bool) bool {
	silent := e.Outright && len(l.heard) == 0 && scanner.ReasonOf(l.err) == scanner.ReasonTimeout && ctx.Err() == nil
	if p.c.Brief == nil || p.c.STARTTLS == nil || !hungUp && !silent {
		return false
	}
	l.close()
	conn, err := p.connect(ctx, e)
	if err != nil {
		return false
	}
	wait := p.c.Timeout
	if silent {
		wait = min(wait, p.c.GreetingWait)
	}
	again, until := listen(ctx, conn), time.Now().Add(wait)
	defer again.close()
	if again.wait(until) != nil {
		return false
	}
	again.Write(p.c.Brief(e)) // if it fails, reading says why
	again.hear(until, until)
	return recognise(again.heard, true).protocol == "tls"
}

// briefTLS has a TLS server asked that bears no long hello.
func (p *Prober) briefTLS(ctx context.Context, e scanner.Endpoint) (o scanner.Observation) {
	e.Scheme = "tls"
	if o = p.c.STARTTLS(ctx, e, e.Scheme); o.TLS != nil {
		o.TLS.Connections += 2
		o.TLS.Hellos["hellos of other lengths"] += 2
	}
	return o
}
