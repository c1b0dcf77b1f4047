package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"github.com/fipsweep/fipsweep/scanner"
)

const (
	defaultSockets = 1024
	defaultConnect = 5 * time.Second
	defaultLacking = 10 * time.Second

	// maxWait bounds the wait for a free socket. A probe that holds one and
	// waits for another must not wait for ever.
	maxWait = 5 * time.Minute
)

// DialLimits bounds the connections of a whole process. Zero values mean the
// defaults.
type DialLimits struct {
	Concurrency int           // sockets open at once; 1024, or fewer where the process may open fewer files
	Rate        float64       // new connections a second; 0 for no limit
	Timeout     time.Duration // of one connect; 5 s
	Proxy       *Proxy        // what connections go through; nil for none
	Progress    *Progress     // where connections are counted
	Log         *slog.Logger  // where a limit that had to be lowered is told
}

// A Dialer opens every connection of a sweep, within limits.
type Dialer struct {
	slots    chan struct{}
	rate     *rate.Limiter // nil for no limit
	knocks   chan struct{} // a token for each knock: half of the slots
	turn     chan struct{} // held by the one knock that waits for the limits
	net      net.Dialer
	timeout  time.Duration // of one connect
	lacking  time.Duration // how long a connection waits for what this machine lacks
	proxy    *Proxy
	progress *Progress
}

// NewDialer returns a Dialer with its socket bound lowered to what the
// process's limit on open files allows, so that running out of them is
// foreseen rather than met.
func NewDialer(l DialLimits) *Dialer {
	if l.Log == nil {
		l.Log = slog.New(slog.DiscardHandler)
	}
	if l.Progress == nil {
		l.Progress = new(Progress)
	}
	sockets := fitSockets(orDefault(l.Concurrency, defaultSockets), maxFiles(), l.Log)
	d := &Dialer{
		slots:    make(chan struct{}, sockets),
		knocks:   make(chan struct{}, max(1, sockets/2)),
		turn:     make(chan struct{}, 1),
		net:      net.Dialer{KeepAlive: -1},
		timeout:  orDefault(l.Timeout, defaultConnect),
		lacking:  defaultLacking,
		proxy:    l.Proxy,
		progress: l.Progress,
	}
	if l.Rate > 0 {
		// A burst of one spreads connections evenly: what a firewall counts
		// as a flood is a burst.
		d.rate = rate.NewLimiter(rate.Limit(l.Rate), 1)
	}
	return d
}

func orDefault[T int | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// fitSockets lowers want to what files allows, less some for logs, outputs,
// the journal and stores.
func fitSockets(want, files int, log *slog.Logger) int {
	reserve := min(64, files/2)
	if fit := max(1, files-reserve); want > fit {
		log.Warn("fewer sockets at once than asked for: the process may open too few files; raise the limit (ulimit -n)",
			"sockets", fit, "asked", want, "open_files", files)
		return fit
	}
	return want
}

// Capacity is how many sockets may be open at once.
func (d *Dialer) Capacity() int { return cap(d.slots) }

// endpoints is how many endpoints may be in flight with this Dialer. A probe
// may open a second connection while it holds one, so all of them together
// must never hold every socket; and a deadline of a prober's own may run while
// a connection waits for its turn, so none may wait longer than two seconds.
func (d *Dialer) endpoints() int {
	n := d.Capacity() / 2
	if d.rate != nil {
		n = min(n, int(2*float64(d.rate.Limit())))
	}
	return max(1, n)
}

// Dial opens a TCP connection once the limits allow it; it is a scanner.Dial.
// The connection is closed when ctx is done, from whatever call a probe hangs
// in, and its errors then tell why ctx ended. The time of the connect itself
// is bounded; waiting for the limits does not count in it, nor in the time
// that an endpoint may take; a deadline of the caller's own in ctx runs on.
//
// In a probe, the time also follows the round trip of the host, a host in
// trouble is given pauses, and what is lost is tried once more.
func (d *Dialer) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	t := talkOf(ctx)
	c, err := d.dial(ctx, addr, t, d.timeout)
	if err != nil && ctx.Err() == nil && t.failed(err) {
		c, err = d.dial(ctx, addr, t, d.timeout)
	}
	return c, err
}

func (d *Dialer) dial(ctx context.Context, addr netip.AddrPort, t *talk, most time.Duration) (net.Conn, error) {
	var h *host
	if t != nil {
		h = t.host
		if err := pausing(ctx, h.turn()); err != nil {
			return nil, fmt.Errorf("waiting to connect to %s: %w", addr, err)
		}
	}
	if err := d.admit(ctx); err != nil {
		return nil, fmt.Errorf("waiting to connect to %s: %w", addr, err)
	}
	return d.connect(ctx, addr, t, h, most)
}

// pausing waits without using up the time that an endpoint may take.
func pausing(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	defer hold(ctx)()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return waited(ctx)
	}
}

// queue waits until a knock may begin. However many ports are knocked at, only
// one knock at a time queues for the limits, so that probes of live hosts do
// not wait behind dead ones.
func (d *Dialer) queue(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return d.admit(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// knock opens a connection and closes it. It is called with a slot taken.
func (d *Dialer) knock(ctx context.Context, addr netip.AddrPort, h *host, most time.Duration) error {
	c, err := d.connect(ctx, addr, nil, h, most)
	if err != nil {
		return err
	}
	return c.Close()
}

// connect is called with a slot taken, and gives it back with the connection.
// It learns of the host, which like the talk may be nil.
func (d *Dialer) connect(ctx context.Context, addr netip.AddrPort, t *talk, h *host, most time.Duration) (net.Conn, error) {
	d.progress.Open.Add(1)
	d.progress.Connections.Add(1)
	if h != nil {
		most = h.begin(most)
	}
	began := time.Now()
	l := t.leashOf(ctx)
	raw, ahead, err := d.reach(ctx, addr, l, most)
	if h != nil && (err == nil || scanner.ReasonOf(err) == scanner.ReasonRefused) {
		h.answered(time.Since(began))
	}
	if err != nil {
		d.release()
		if ctx.Err() != nil && scanner.ReasonOf(err) != scanner.ReasonLimit {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("connecting to %s: %w", addr, err)
	}
	if l == nil {
		l = newLeash(ctx, false)
	}
	c := &conn{Conn: raw, ahead: ahead, ctx: ctx, leash: l, dialer: d, talk: t}
	l.tie(c)
	return c, nil
}

// bound is ctx with the time that one connect may take, by its leash if it has
// one.
func bound(ctx context.Context, l *leash, most time.Duration) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if ok && time.Until(end) <= most {
		return undated{ctx}, func() {}
	}
	if l != nil {
		if limit, ok := l.wind(most); ok {
			return undated{limit}, l.unwind
		}
	}
	ctx, stop := context.WithTimeout(ctx, most)
	return undated{ctx}, stop
}

// undated is a context that ends when it ends, but does not say when: told a
// time beforehand, package net sets and clears a timer of its own for each
// connect, which costs a fifth of it.
type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

// Err tells a time that is over as what it is, where a timer cancelled.
func (u undated) Err() error {
	if err := u.Context.Err(); err == nil || context.Cause(u.Context) != context.DeadlineExceeded {
		return err
	}
	return context.DeadlineExceeded
}

// reach connects to the address, through the proxy where there is one. The
// sweep ends with a proxy that is lost.
func (d *Dialer) reach(ctx context.Context, addr netip.AddrPort, l *leash, most time.Duration) (raw net.Conn, ahead []byte, err error) {
	if d.proxy == nil {
		raw, err = d.direct(ctx, addr, l, most)
		return raw, nil, err
	}
	raw, ahead, err = d.proxy.reach(ctx, &net.Dialer{Timeout: d.timeout, KeepAlive: -1}, addr)
	if lost := (*lostProxy)(nil); errors.As(err, &lost) {
		abort(ctx, lost)
	}
	return raw, ahead, err
}

// direct connects. A lack of this machine's own, of files or of free ports, is
// waited for, since nothing was sent yet, and never taken for the peer's doing.
func (d *Dialer) direct(ctx context.Context, addr netip.AddrPort, l *leash, most time.Duration) (net.Conn, error) {
	var spent time.Duration
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		// Not DialTCP, which binds to a port before it connects: ports bound so
		// are not shared between peers, and a wide sweep runs out of them.
		bounded, stop := bound(ctx, l, most)
		raw, err := d.net.DialContext(bounded, "tcp", addr.String())
		stop()
		if errors.Is(err, syscall.ECONNRESET) {
			return wreck{addr}, nil
		}
		if !ownLack(addr, err) {
			return raw, err
		}
		if spent += wait; spent > d.lacking {
			return nil, lackError{err}
		}
		if ending := pausing(ctx, wait); scanner.ReasonOf(ending) == scanner.ReasonLimit {
			return nil, lackError{err}
		} else if ending != nil {
			return nil, ending
		}
	}
}

// ownLack tells errors that say something of this machine alone. That no
// address is to be had means, to IPv4, that every port is taken; to IPv6 it may
// mean that there is none.
func ownLack(addr netip.AddrPort, err error) bool {
	return scanner.ReasonOf(err) == scanner.ReasonLimit || errors.Is(err, syscall.EADDRNOTAVAIL) && addr.Addr().Unmap().Is4()
}

// admit waits for a socket and then for the rate: in this order no two
// connections that waited for sockets begin at once.
func (d *Dialer) admit(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case d.slots <- struct{}{}:
		if d.rate == nil {
			return nil
		}
		defer hold(ctx)()
	default:
		defer hold(ctx)()
		timer := time.NewTimer(maxWait)
		defer timer.Stop()
		select {
		case d.slots <- struct{}{}:
		case <-timer.C:
			return limitError{}
		case <-ctx.Done():
			return waited(ctx)
		}
	}
	if err := d.pace(ctx); err != nil {
		<-d.slots
		return err
	}
	return nil
}

// pace waits for the rate.
func (d *Dialer) pace(ctx context.Context) error {
	if d.rate == nil {
		return nil
	}
	turn := d.rate.Reserve()
	delay := turn.Delay()
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		turn.Cancel()
		return waited(ctx)
	}
}

func (d *Dialer) release() {
	d.progress.Open.Add(-1)
	<-d.slots
}

// waited is the error of a wait that ctx ended. Where a deadline ended it, the
// peer is not to blame: nothing was sent to it.
func waited(ctx context.Context) error {
	if err := context.Cause(ctx); err != context.DeadlineExceeded {
		return err
	}
	return limitError{}
}

// limitError says that a limit of ours kept a connection from being tried. It
// unwraps to an error that scanner.ReasonOf knows as such.
type limitError struct{}

func (limitError) Error() string {
	return "no connection came free within the limits of this sweep: raise --concurrency or --rate"
}
func (limitError) Unwrap() error { return syscall.EMFILE }

// lackError says that this machine had no file or port for a connection, which
// is never the peer's doing. It unwraps as limitError does, and not to what was
// lacking: having no address may be a peer's too.
type lackError struct{ err error }

func (e lackError) Error() string {
	return fmt.Sprintf("this machine has no file or port left for a connection: raise its limits, such as ulimit -n, or lower --concurrency (%v)", e.err)
}
func (lackError) Unwrap() error { return syscall.EMFILE }
