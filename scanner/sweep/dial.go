package sweep

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

const (
	defaultSockets = 1024
	defaultConnect = 5 * time.Second

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
	Progress    *Progress     // where connections are counted
	Log         *slog.Logger  // where a limit that had to be lowered is told
}

// A Dialer opens every connection of a sweep, within limits.
type Dialer struct {
	slots    chan struct{}
	rate     *rate.Limiter // nil for no limit
	net      net.Dialer
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
	d := &Dialer{
		slots:    make(chan struct{}, fitSockets(orDefault(l.Concurrency, defaultSockets), maxFiles(), l.Log)),
		net:      net.Dialer{Timeout: orDefault(l.Timeout, defaultConnect), KeepAlive: -1},
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

// Dial opens a TCP connection once the limits allow it; it is a scanner.Dial.
// The connection is closed when ctx is done, from whatever call a probe hangs
// in, and its errors then tell why ctx ended. The time of the connect itself
// is bounded; waiting for the limits does not count in it.
func (d *Dialer) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	if err := d.admit(ctx); err != nil {
		return nil, fmt.Errorf("waiting to connect to %s: %w", addr, err)
	}
	d.progress.Open.Add(1)
	d.progress.Connections.Add(1)
	raw, err := d.net.DialTCP(ctx, "tcp", netip.AddrPort{}, addr)
	if err != nil {
		d.release()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connecting to %s: %w", addr, context.Cause(ctx))
		}
		return nil, fmt.Errorf("connecting to %s: %w", addr, err)
	}
	c := &conn{Conn: raw, ctx: ctx, release: d.release}
	c.stop = context.AfterFunc(ctx, c.shut)
	return c, nil
}

// admit waits for a socket and then for the rate: in this order no two
// connections that waited for sockets begin at once.
func (d *Dialer) admit(ctx context.Context) error {
	defer hold(ctx)()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case d.slots <- struct{}{}:
	default:
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

// conn is a connection that ends with its context.
type conn struct {
	net.Conn
	ctx     context.Context
	stop    func() bool
	release func()
	once    sync.Once
	err     error
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, c.why("reading", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, c.why("writing", err)
}

// why puts the context's cause in the place of an error that its end brought
// about.
func (c *conn) why(doing string, err error) error {
	if err == nil || err == io.EOF || c.ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%s: %w", doing, context.Cause(c.ctx))
}

func (c *conn) Close() error {
	c.stop()
	c.shut()
	return c.err
}

func (c *conn) shut() {
	c.once.Do(func() {
		c.err = c.Conn.Close()
		c.release()
	})
}
