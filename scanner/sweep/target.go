package sweep

import (
	"context"
	"net/netip"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// target expands one target and sees each endpoint of it asked.
func (r *run) target(t scanner.Target) {
	defer func() {
		if v := recover(); v != nil {
			e := scanner.Endpoint{Path: t.Path, Address: t.Addr, Name: t.Name, Target: t.Text, Outright: t.Outright}
			r.finish(scanner.Failed(e, probeName, r.panicked(t.Text, v)))
		}
	}()
	v := visit{run: r, named: newNamed(t)}
	defer func() { r.sendAll(v.named.end()) }()
	defer v.end()
	if t.Path != "" {
		defer r.cfg.Progress.Walked.Add(1)
	}
	for e, err := range r.cfg.Expander.Expand(r.ctx, t) {
		if r.ctx.Err() != nil {
			return
		}
		if t.Path != "" {
			r.cfg.Progress.Files.Add(1)
		}
		if done, heard, answered := r.done(e); done {
			v.named.met(answered)
			v.met(e, heard)
			continue
		}
		if err != nil {
			r.cfg.Progress.Asked.Add(1)
			r.finish(scanner.Failed(e, probeName, expandFailure(e, err)))
			continue
		}
		if !v.ask(e) {
			return
		}
	}
	v.knock()
}

func (r *run) done(e scanner.Endpoint) (done, heard, answered bool) {
	if r.cfg.Done == nil {
		return false, false, false
	}
	return r.cfg.Done(e)
}

func expandFailure(e scanner.Endpoint, err error) scanner.Failure {
	stage := scanner.StageResolve
	if e.Path != "" {
		stage = scanner.StageOpen
	}
	return scanner.Failure{Stage: stage, Reason: scanner.ReasonOf(err), Detail: err.Error()}
}

// finish stamps and hands on what was not probed.
func (r *run) finish(o scanner.Observation) {
	r.stamp(&o)
	if r.ctx.Err() == nil {
		r.send(o)
	}
}

func (r *run) sendAll(list []scanner.Observation) {
	for _, o := range list {
		r.send(o)
	}
}

func (r *run) stamp(o *scanner.Observation) {
	o.Sweep = r.cfg.SweepID
	o.Time = r.cfg.Now().UTC()
}

// A visit is the way of one target's endpoints from host to host. Expanders
// yield the ports of an address one after the other.
type visit struct {
	run  *run
	key  hostKey
	host *host              // nil between hosts
	held []scanner.Endpoint // ports of a host that drops packets, not asked yet

	named *named // the name that was asked for outright, if it was one
}

// ask begins the probe of an endpoint as soon as the limits allow it. It tells
// whether the sweep goes on.
func (v *visit) ask(e scanner.Endpoint) bool {
	if !e.Address.IsValid() {
		return v.start(e, nil)
	}
	if !v.at(e.Address) {
		return false
	}
	switch v.lane() {
	case laneNone:
		return false
	case laneDrops:
		v.held = append(v.held, e)
		if len(v.held) < knocks {
			return true
		}
		return v.knock()
	}
	return v.share() && v.start(e, v.host)
}

// at goes to the host of an address, and tells whether the sweep goes on.
func (v *visit) at(a netip.Addr) bool {
	if v.host != nil && v.key == a {
		return true
	}
	if !v.knock() {
		return false
	}
	v.end()
	v.key, v.host = a, v.run.hosts.enter(a)
	return true
}

// met is told of an endpoint that was asked before, and whether its host sent
// anything back then.
func (v *visit) met(e scanner.Endpoint, heard bool) {
	if heard && e.Address.IsValid() && v.at(e.Address) {
		v.host.alive()
	}
}

// What became of waiting for a lane.
type lane int

const (
	laneTaken lane = iota
	laneNone       // the sweep is over
	laneDrops      // the host looks like dropping packets
)

// lane waits for a lane of the host, for as long as the host does not look
// like dropping packets. The lane comes before all else: once it is free, more
// is known of the host.
func (v *visit) lane() lane {
	d := v.run.cfg.Dialer
	if d == nil {
		if !v.run.take(v.host.lanes) {
			return laneNone
		}
		return laneTaken
	}
	for v.run.ctx.Err() == nil {
		drops, again := v.host.drops(d.hush())
		if drops {
			return laneDrops
		}
		if !v.wait(again) {
			continue
		}
		if drops, _ = v.host.drops(d.hush()); drops {
			<-v.host.lanes
			return laneDrops
		}
		return laneTaken
	}
	return laneNone
}

// wait takes a lane that comes free within a time.
func (v *visit) wait(most time.Duration) bool {
	select {
	case v.host.lanes <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case v.host.lanes <- struct{}{}:
		return true
	case <-v.run.ctx.Done():
	case <-timer.C:
	}
	return false
}

// share takes the subnet's part in a lane that was taken, or gives the lane
// back with the sweep's end.
func (v *visit) share() bool {
	s := v.host.subnet
	if s == nil || v.run.take(s.lanes) {
		return true
	}
	<-v.host.lanes
	return false
}

// end leaves the host.
func (v *visit) end() {
	if v.host != nil {
		v.run.hosts.leave(v.key)
		v.host = nil
	}
}

// start probes e in a goroutine of its own; h is its host with a lane taken,
// or nil for a file.
func (v *visit) start(e scanner.Endpoint, h *host) bool {
	r := v.run
	file := e.Path != ""
	if file && !r.take(r.files) {
		return false
	}
	if !r.take(r.slots) {
		if h != nil {
			h.free()
		}
		return false
	}
	if h != nil {
		r.hosts.enter(v.key)
	}
	key := v.key
	v.named.begin()
	r.work.Go(func() {
		o, whole := r.probe(&e, h)
		if h != nil {
			h.note(o)
			h.free()
			r.hosts.leave(key)
		}
		// The slot is given back after sending: a slow receiver holds up the
		// sweep rather than pile up observations.
		r.probed(v.named, o, whole)
		<-r.slots
		if file {
			<-r.files
		}
	})
	return true
}

// probed hands on what a probe came to, if it is whole.
func (r *run) probed(n *named, o *scanner.Observation, whole bool) {
	switch {
	case !whole:
		r.sendAll(n.end())
	case n == nil:
		r.send(*o)
	default:
		r.sendAll(n.end(*o))
	}
}

// probe asks one endpoint within its budget. An observation is not whole if
// the sweep's end cut it short. It is handed on by address while the probe's
// stack is under it: a copy for each call would be most of that.
func (r *run) probe(e *scanner.Endpoint, h *host) (o *scanner.Observation, whole bool) {
	r.cfg.Progress.Asked.Add(1)
	began := r.cfg.Now().UTC()
	ctx, done := withBudget(r.ctx, r.cfg.Limits.HostTimeout)
	o = r.guarded(withTalk(ctx, h), e)
	spent := context.Cause(ctx) == context.DeadlineExceeded
	done()
	o.Sweep, o.Time = r.cfg.SweepID, began
	if spent {
		outOfTime(o)
	}
	r.filtered(o, h)
	lacks := o.Failure != nil || len(o.Incomplete) > 0
	return o, r.ctx.Err() == nil || !lacks
}

// filtered sets right what a probe says of a port that nothing came back from,
// where its host is there: packets to the port are thrown away, or turned down
// by somebody else. Of a proxy's word for it so much does not follow.
func (r *run) filtered(o *scanner.Observation, h *host) {
	if d := r.cfg.Dialer; d != nil && d.proxy != nil {
		return
	}
	if f := o.Failure; h != nil && f != nil && f.Stage == scanner.StageConnect && silence(f.Reason) && h.isAlive() {
		known := *f
		known.Reason = scanner.ReasonFiltered
		o.Failure = &known
	}
}

// outOfTime sets right what a probe says of itself when its budget was spent:
// to the probe it looks as if the sweep had been stopped.
func outOfTime(o *scanner.Observation) {
	if f := o.Failure; f != nil && f.Reason == scanner.ReasonInterrupted {
		late := *f
		late.Reason = scanner.ReasonTimeout
		o.Failure = &late
	}
	for i := range o.Incomplete {
		if o.Incomplete[i].Reason == scanner.ReasonInterrupted {
			o.Incomplete[i].Reason = scanner.ReasonTimeout
		}
	}
}
