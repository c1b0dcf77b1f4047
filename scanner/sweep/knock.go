package sweep

import (
	"sync"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// knocks is how many ports of a host are knocked at before the first of them
// must have had its time.
const knocks = 64

// hush is how long a host may say nothing before its further ports are
// knocked at. Through a proxy it is the proxy that says nothing.
func (d *Dialer) hush() time.Duration {
	if d.proxy != nil {
		return d.timeout
	}
	return d.timeout / 5
}

// spread is the time between two of n knocks, unless the first is answered
// before: all of them begin within a fifth of a timeout.
func (d *Dialer) spread(n int) time.Duration { return d.timeout / 5 / time.Duration(max(1, n)) }

// knock tries the held ports of a host with a bare connect each, so that a host
// whose every packet is lost costs one timeout rather than one for each port,
// and still no port is given up unasked: behind a firewall that drops what it
// does not know, the last may be the one that is open. Those that accept are
// probed as any other. It tells whether the sweep goes on.
//
// A host is never asked by more than one knock at a time, whatever names lead to
// it: the next one begins when this one is answered, or when nothing came back for a while. What
// nothing came back from costs the host nothing, and so goes on listening for
// as long as any connect does. The limits of the sweep hold for each.
func (v *visit) knock() bool {
	r, held := v.run, v.held
	v.held = nil
	failed := make([]error, len(held))
	var all sync.WaitGroup
	for i, e := range held {
		if !r.take(v.host.knocks) {
			break
		}
		spread := r.cfg.Dialer.spread(len(held))
		answered, ok := v.knockAt(e, &failed[i], time.Duration(i)*spread, &all)
		if ok {
			v.pause(answered, spread)
		}
		<-v.host.knocks
		if !ok {
			break
		}
	}
	all.Wait()
	for i, e := range held {
		if r.ctx.Err() != nil || !v.knocked(e, failed[i]) {
			return false
		}
	}
	return true
}

// knockAt begins a knock once the limits allow it, and tells whether the sweep
// goes on. With the hush before the first knock, and as late as this one is, it
// takes no longer than one connect may.
func (v *visit) knockAt(e scanner.Endpoint, failed *error, late time.Duration, all *sync.WaitGroup) (answered <-chan struct{}, ok bool) {
	r, d, s := v.run, v.run.cfg.Dialer, v.host.subnet
	if s != nil && !r.take(s.lanes) {
		return nil, false
	}
	if !r.take(d.knocks) {
		if s != nil {
			<-s.lanes
		}
		return nil, false
	}
	*failed = d.queue(r.ctx)
	h, end := v.host, make(chan struct{})
	all.Go(func() {
		if *failed == nil {
			*failed = d.knock(r.ctx, e.AddrPort(), h, d.timeout*4/5-late)
		}
		<-d.knocks
		if s != nil {
			<-s.lanes
		}
		close(end)
	})
	return end, true
}

// pause waits for an answer, or for a time, or for the sweep's end.
func (v *visit) pause(answered <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-answered:
	case <-timer.C:
	case <-v.run.ctx.Done():
	}
}

// knocked hands on what a knock came to: nobody is there, or one is and is
// asked. It tells whether the sweep goes on.
func (v *visit) knocked(e scanner.Endpoint, err error) bool {
	r := v.run
	if reason := scanner.ReasonOf(err); !silence(reason) && reason != scanner.ReasonRefused {
		return r.take(v.host.lanes) && v.share() && v.start(e, v.host)
	}
	r.cfg.Progress.Asked.Add(1)
	o := scanner.Failed(e, probeName, scanner.Failure{
		Stage: scanner.StageConnect, Reason: scanner.ReasonOf(err), Detail: err.Error(),
	})
	r.stamp(&o)
	r.filtered(&o, v.host)
	v.named.begin()
	r.sendAll(v.named.end(o))
	return true
}
