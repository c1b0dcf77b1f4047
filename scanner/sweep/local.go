package sweep

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

const (
	defaultEndpoints = 256
	defaultPerHost   = 2
	defaultHostTime  = 2 * time.Minute

	// fileReaders is how many files are read at once: each may take as much
	// memory as may be read of one, and a disk gives no more to many.
	fileReaders = 16

	// grace is how long a sweep that is being stopped waits for probes to end.
	// They end at once where they only wait on connections.
	grace = 1500 * time.Millisecond
)

// Limits bounds a sweep. Zero values mean the defaults. Sockets, rate and the
// time of a connect are the Dialer's.
type Limits struct {
	Concurrency int           // endpoints in flight; 256, or fewer where the Dialer's sockets or rate would not do
	PerHost     int           // endpoints of one address in flight; 2
	PerSubnet   int           // endpoints of one /24, or /64 of IPv6, in flight; 0 for no bound
	HostTimeout time.Duration // all that one endpoint may take, whatever it does; 2 minutes
	Deadline    time.Duration // all that the sweep may take; 0 for no limit
}

// ErrDeadline says that the time for the sweep was over before everything was
// asked.
var ErrDeadline = errors.New("the time for the sweep is over")

// Config is what a Local needs.
type Config struct {
	Expander scanner.Expander
	Prober   scanner.Prober
	Limits   Limits
	SweepID  string // set on every observation

	// Done tells of an endpoint whether it was asked already, and need not be
	// asked again; whether its host sent anything back then, be it a refusal;
	// and of one with a name whether it answered. Nil is for none. It is called
	// from many goroutines.
	Done func(scanner.Endpoint) (done, heard, answered bool)

	// Dialer is what the prober dials with. It is also used to find out at
	// once which further ports answer of a host that drops packets; without
	// it each is probed in turn.
	Dialer   *Dialer
	Progress *Progress
	Log      *slog.Logger
	Now      func() time.Time // stamps observations; time.Now
}

// Local sweeps from this machine. It is a scanner.Sweeper.
type Local struct{ cfg Config }

// New returns a Local. Expander and Prober must be set.
func New(cfg Config) *Local {
	l := &cfg.Limits
	l.Concurrency = orDefault(l.Concurrency, defaultEndpoints)
	l.PerHost = orDefault(l.PerHost, defaultPerHost)
	l.HostTimeout = orDefault(l.HostTimeout, defaultHostTime)
	if cfg.Progress == nil {
		cfg.Progress = new(Progress)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Dialer != nil {
		l.Concurrency = min(l.Concurrency, cfg.Dialer.endpoints())
	}
	return &Local{cfg}
}

// A run is one sweep under way.
type run struct {
	cfg   Config
	ctx   context.Context
	out   chan scanner.Observation // closed when everything was asked
	gone  chan struct{}            // closed when nobody receives from out any more
	open  chan struct{}            // a token for each target being expanded
	slots chan struct{}            // a token for each endpoint being probed
	files chan struct{}            // one more for each of them that is a file
	work  sync.WaitGroup
	hosts *hosts
}

// Sweep asks every endpoint of the targets and calls emit, from the calling
// goroutine, with what each gave. When ctx ends it takes no more targets, cuts
// the probes short, emits what had finished, and returns within two seconds;
// an observation that was cut short is left out, since the endpoint was not
// asked everything and the peer is not to blame. An error of emit ends the
// sweep likewise and is returned; so does the loss of the Dialer's proxy.
func (l *Local) Sweep(ctx context.Context, targets iter.Seq[scanner.Target], emit func(scanner.Observation) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx = withAbort(ctx, cancel)
	if d := l.cfg.Limits.Deadline; d > 0 {
		timer := time.AfterFunc(d, func() { cancel(ErrDeadline) })
		defer timer.Stop()
	}
	r := &run{
		cfg:   l.cfg,
		ctx:   ctx,
		out:   make(chan scanner.Observation),
		gone:  make(chan struct{}),
		open:  make(chan struct{}, l.cfg.Limits.Concurrency),
		slots: make(chan struct{}, l.cfg.Limits.Concurrency),
		files: make(chan struct{}, fileReaders),
		hosts: newHosts(l.cfg.Limits.PerHost, l.cfg.Limits.PerSubnet),
	}
	defer close(r.gone)
	go r.feed(targets)
	for {
		select {
		case o, ok := <-r.out:
			if !ok {
				return r.ended()
			}
			if err := r.emit(o, emit); err != nil {
				cancel(nil)
				r.drain(nil)
				return err
			}
		case <-ctx.Done():
			if err := r.drain(emit); err != nil {
				return err
			}
			return r.ended()
		}
	}
}

// ended is why the sweep is over; nil if everything was asked.
func (r *run) ended() error {
	if lost := (*lostProxy)(nil); errors.As(context.Cause(r.ctx), &lost) {
		return lost
	}
	if cause := context.Cause(r.ctx); cause == ErrDeadline {
		return cause
	}
	return r.ctx.Err()
}

// drain emits what still comes in, for as long as a stopped sweep may take;
// without emit it only waits.
func (r *run) drain(emit func(scanner.Observation) error) error {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for {
		select {
		case o, ok := <-r.out:
			if !ok {
				return nil
			}
			if emit == nil {
				continue
			}
			if err := r.emit(o, emit); err != nil {
				return err
			}
		case <-timer.C:
			r.cfg.Log.Warn("some probes did not end in time and were left behind")
			return nil
		}
	}
}

func (r *run) emit(o scanner.Observation, emit func(scanner.Observation) error) error {
	err := emit(o)
	if err == nil {
		r.cfg.Progress.Done.Add(1)
		if o.Answered() {
			r.cfg.Progress.Answered.Add(1)
		}
	}
	return err
}

// feed takes targets one by one, never more ahead than endpoints in flight.
func (r *run) feed(targets iter.Seq[scanner.Target]) {
	defer close(r.out)
	defer r.work.Wait()
	for t := range targets {
		if !r.take(r.open) {
			return
		}
		r.work.Go(func() {
			defer func() { <-r.open }()
			r.target(t)
		})
	}
}

// take waits for a token, and tells whether it got one before the sweep ended.
func (r *run) take(tokens chan struct{}) bool {
	if r.ctx.Err() != nil {
		return false
	}
	select {
	case tokens <- struct{}{}:
		return true
	case <-r.ctx.Done():
		return false
	}
}

// send hands an observation to the emitting goroutine.
func (r *run) send(o scanner.Observation) {
	select {
	case r.out <- o:
	case <-r.gone:
	}
}
