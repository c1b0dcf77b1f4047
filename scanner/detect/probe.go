package detect

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

const probeName = "detect"

// Config says who takes over what is found, and how long to wait for it.
type Config struct {
	Dial scanner.Dial

	// Hello is the TLS probe's first question to the endpoint.
	Hello func(scanner.Endpoint) []byte
	// Brief is a question of the TLS probe's that is as short as can be; nil where
	// none is put.
	Brief func(scanner.Endpoint) []byte
	// TLS goes on with a connection on which Hello has been written and
	// nothing been read; SSH with one on which neither happened.
	TLS, SSH Continuer
	// STARTTLS opens its own connections to an endpoint, whose Scheme is the
	// protocol, "tls" where TLS comes first. If nil, what could turn to TLS is said to be plain.
	STARTTLS func(ctx context.Context, e scanner.Endpoint, protocol string) scanner.Observation

	GreetingWait time.Duration // for the first byte where servers speak first; 0 means 2 seconds
	Timeout      time.Duration // once connected, for all that is waited for here; 0 means 10 seconds
}

// A Continuer asks an endpoint all its questions, the first on a connection
// that it is given, and closes that.
type Continuer interface {
	Continue(context.Context, scanner.Endpoint, net.Conn) scanner.Observation
}

// A Prober finds out what speaks on a port. It may be used by many callers at
// once.
type Prober struct{ c Config }

// New returns a prober. Dial, Hello, TLS and SSH must be there.
func New(c Config) *Prober {
	c.GreetingWait = cmp.Or(c.GreetingWait, 2*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	return &Prober{c}
}

// Probe asks the port what it speaks and has the protocol's own prober go on.
// Where a port is one protocol's and its server says nothing first, that
// protocol is tried before all others.
//
// (What a probe comes to is some 300 bytes, which a return of a call's result
// copies on the stack that all of the probe stands on; to name it does not.)
func (p *Prober) Probe(ctx context.Context, e scanner.Endpoint) (o scanner.Observation) {
	if protocol := clientFirst(e.Port); protocol != "" && p.c.STARTTLS != nil {
		o = p.tryFirst(ctx, e, protocol)
		return o
	}
	o = p.find(ctx, e)()
	return o
}

// tryFirst tries the protocol of the port before all others.
func (p *Prober) tryFirst(ctx context.Context, e scanner.Endpoint, protocol string) scanner.Observation {
	asked := e
	asked.Scheme = protocol
	o := p.c.STARTTLS(ctx, asked, protocol)
	if !mistaken(protocol, o.Failure) || ctx.Err() != nil {
		return o
	}
	found := p.find(ctx, e)()
	if !found.Answered() && o.Answered() {
		return o
	}
	if found.TLS != nil {
		found.TLS.Connections++
	}
	return found
}

// mistaken tells whether an endpoint that failed to be the protocol of its
// port may be another. Those that have TLS at once or not at all have been
// sent a ClientHello already: who was silent then will be again.
func mistaken(protocol string, f *scanner.Failure) bool {
	if f == nil || f.Stage == scanner.StageConnect {
		return false
	}
	switch f.Reason {
	case scanner.ReasonTimeout:
		return protocol != "amqp" && protocol != "mongodb" && protocol != "redis"
	case scanner.ReasonClosed, scanner.ReasonReset, scanner.ReasonGarbage, scanner.ReasonTooLarge, scanner.ReasonAlert:
		return true
	}
	return false
}

// next is what is left to do for an endpoint, by which its stack no longer
// holds what was done before.
type next func() scanner.Observation

// find asks the port what it speaks, and leaves the rest to whoever knows that.
func (p *Prober) find(ctx context.Context, e scanner.Endpoint) next {
	conn, err := p.connect(ctx, e)
	if err != nil {
		return func() scanner.Observation {
			return scanner.Failed(e, probeName, scanner.Failure{Stage: scanner.StageConnect, Reason: reasonOf(ctx, err)})
		}
	}
	until := time.Now().Add(p.c.Timeout) // from here: dialing may have waited its turn
	l := listen(ctx, conn)
	hello := p.firstBytes(l, e, until)
	return p.handle(ctx, e, l, hello, until)
}

// reasonOf knows that a done context is why a deadline passed.
func reasonOf(ctx context.Context, err error) scanner.Reason {
	if ctx.Err() != nil {
		return scanner.ReasonOf(ctx.Err())
	}
	return scanner.ReasonOf(err)
}

// connect dials under ctx, with which the connection ends; how long connecting
// may take is for whoever supplies Dial.
func (p *Prober) connect(ctx context.Context, e scanner.Endpoint) (net.Conn, error) {
	return p.c.Dial(ctx, e.AddrPort())
}

// firstBytes gets the server to say something, and tells whether it took a
// ClientHello to do so.
func (p *Prober) firstBytes(l *listener, e scanner.Endpoint, until time.Time) (hello bool) {
	if speaksFirst(e.Port) {
		patience := time.Now().Add(p.c.GreetingWait)
		if patience.After(until) {
			patience = until
		}
		l.hear(patience, until)
		if len(l.heard) > 0 || ended(l.err) != nil {
			return false
		}
	}
	if l.err = l.wait(until); l.err == nil {
		l.Write(p.c.Hello(e)) // if it fails, reading says why
		l.hear(until, until)
	}
	return true
}

// handle gives the connection to whoever knows what it speaks.
func (p *Prober) handle(ctx context.Context, e scanner.Endpoint, l *listener, hello bool, until time.Time) next {
	g := recognise(l.heard, hello)
	if g.protocol == "" && len(l.heard) > 0 && isText(l.heard[0]) && expectsSSH(e.Port) {
		g.protocol = "ssh"
	}
	hungUp := hello && len(l.heard) == 0 && ended(l.err) != nil && ctx.Err() == nil
	switch {
	case g.protocol == "tls" && hello, hungUp && expectsTLS(e.Port):
		return p.goOn(ctx, e, l, p.c.TLS)
	case g.protocol == "ssh" && !hello:
		return p.goOn(ctx, e, l, p.c.SSH)
	case hello && p.bearsBrief(ctx, e, l, hungUp):
		return func() scanner.Observation { return p.briefTLS(ctx, e) }
	}
	return func() scanner.Observation { return p.end(ctx, e, l, g, hello, until) }
}

// goOn has the connection's protocol asked.
func (p *Prober) goOn(ctx context.Context, e scanner.Endpoint, l *listener, c Continuer) next {
	conn := l.handOn()
	return func() (o scanner.Observation) {
		o = c.Continue(ctx, e, conn)
		return o
	}
}

// end is the end of a connection on which nothing further is asked.
func (p *Prober) end(ctx context.Context, e scanner.Endpoint, l *listener, g greeting, hello bool, until time.Time) scanner.Observation {
	defer l.close()
	switch {
	case g.protocol == "ssh":
		l.close()
		return p.sshAgain(ctx, e, l.heard)
	case g.protocol == "" || g.protocol == "tls": // nothing that we know; a TLS record nobody asked for
		return scanner.Failed(e, probeName, notUnderstood(ctx, l))
	case g.protocol == "220":
		g.protocol = mailOrFTP(l, e, hello || g.refused, until)
	}
	return p.plain(ctx, e, l, g, hello)
}

// notUnderstood says why the first bytes told nothing.
func notUnderstood(ctx context.Context, l *listener) scanner.Failure {
	f := scanner.Failure{Stage: scanner.StageGreeting, Reason: reasonOf(ctx, l.err)}
	if len(l.heard) == 0 {
		return f
	}
	f.Stage, f.Detail = scanner.StageHandshake, "first bytes: "+scanner.Escape(l.heard[:min(len(l.heard), 48)])
	if l.err == nil || ended(l.err) != nil && ctx.Err() == nil {
		f.Reason = scanner.ReasonGarbage
	}
	return f
}

// sshAgain opens the second connection that an SSH server costs on a port
// where it got a ClientHello first.
func (p *Prober) sshAgain(ctx context.Context, e scanner.Endpoint, heard []byte) scanner.Observation {
	conn, err := p.connect(ctx, e)
	if err != nil {
		o := scanner.Observe(e, probeName)
		o.SSH = &scanner.SSH{Banner: firstLine(heard), Connections: 1}
		o.Incomplete = []scanner.Incomplete{{What: "ssh kexinit", Reason: reasonOf(ctx, err), Detail: "connecting again"}}
		return o
	}
	o := p.c.SSH.Continue(ctx, e, conn)
	if o.SSH != nil {
		o.SSH.Connections++
	}
	return o
}

// plain ends with what answers without encryption, unless it can turn to TLS
// and somebody is there to ask it.
func (p *Prober) plain(ctx context.Context, e scanner.Endpoint, l *listener, g greeting, hello bool) scanner.Observation {
	banner := firstLine(l.heard)
	if g.protocol == "mysql" {
		banner = mysqlText(l.heard)
	}
	if g.busy && !hello {
		return scanner.Failed(e, probeName, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonThrottled, Detail: banner})
	}
	if g.protocol == "mysql" && g.refused && !g.busy {
		return scanner.Failed(e, probeName, scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonDenied, Detail: banner})
	}
	// A refusal may be of the ClientHello; asked politely it may welcome us.
	// MySQL's greeting says itself that it has no TLS.
	if upgradable(g.protocol) && (g.protocol != "mysql" || g.starttls) && p.c.STARTTLS != nil && (hello || !g.refused) {
		l.close()
		e.Scheme = g.protocol
		o := p.c.STARTTLS(ctx, e, g.protocol)
		if o.TLS != nil {
			o.TLS.Connections++
		}
		return o
	}
	o := scanner.Observe(e, probeName)
	o.Plain = &scanner.Plain{Protocol: g.protocol, STARTTLS: g.starttls, Banner: banner}
	return o
}

// upgradable are the protocols whose dialogue the TLS probe knows.
func upgradable(protocol string) bool {
	switch protocol {
	case "smtp", "lmtp", "imap", "pop3", "ftp", "nntp", "ldap", "sieve", "irc", "xmpp", "mysql":
		return true
	}
	return false
}
