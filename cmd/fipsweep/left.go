package main

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// A remainder knows what of a sweep's targets is left. It hands the targets to
// the sweeper and, as a Recorder, is told of each endpoint that is finished. Of
// addresses it counts; only what was named and is under way is kept.
type remainder struct {
	list  *target.List
	loose bool                        // addresses may have endpoints beyond those that are planned
	done  func(scanner.Endpoint) bool // in a sweep before it was resumed; nil for none

	mu     sync.Mutex
	next   func() (scanner.Target, bool)
	stop   func()
	asked  uint64                    // endpoints of addresses without a name
	under  bool                      // the sweep is under way
	begun  map[string]scanner.Target // single targets of which nothing is finished yet, by their texts
	before map[string]bool           // texts of what was asked before the sweep was resumed, but of addresses
}

// Bounds of what is listed, kept, and looked at for more to list.
const (
	listedLeft = 64
	maxBegun   = 1 << 13
	walkedLeft = 1 << 17
)

// mostLeft is the greatest number that JSON has exactly everywhere.
const mostLeft = 1 << 53

func newRemainder(l *target.List, loose bool, done func(scanner.Endpoint) bool) *remainder {
	r := &remainder{list: l, loose: loose, done: done, begun: map[string]scanner.Target{}, before: map[string]bool{}}
	r.next, r.stop = iter.Pull(l.All())
	return r
}

// all is the targets, for one sweeper.
func (r *remainder) all() iter.Seq[scanner.Target] {
	return func(yield func(scanner.Target) bool) {
		for t, ok := r.take(); ok && yield(t); t, ok = r.take() {
		}
	}
}

// end lets go of the targets.
func (r *remainder) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop()
}

func (r *remainder) take() (scanner.Target, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.under = true
	t, ok := r.next()
	if ok && t.Single && len(r.begun) < maxBegun && !r.met(t) {
		r.begun[t.Text] = t
	}
	return t, ok
}

// met tells whether anything of a single target was asked before the sweep was
// resumed.
func (r *remainder) met(t scanner.Target) bool {
	if vague(t) || r.done == nil {
		return r.before[t.Text]
	}
	return slices.ContainsFunc(t.Ports, func(port uint16) bool { return r.done(scanner.Host(t.Addr, port, "")) })
}

// vague tells whether it is not known of a target, or not counted, how many
// endpoints it has.
func vague(t scanner.Target) bool { return t.Path != "" || t.Name != "" || t.Addr.Zone() != "" }

// Record takes note of an endpoint that is finished.
func (r *remainder) Record(_ context.Context, a fips.Assessment) error {
	e, text := a.Observation.Endpoint, a.Observation.Target
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case e.Address.IsValid() && e.Name == "" && e.Address.Zone() == "":
		r.asked++
	case !r.under:
		r.before[text] = true
	}
	delete(r.begun, text)
	return nil
}

// left is what is left once the sweeper takes no more.
func (r *remainder) left(by scanner.StoppedBy) *scanner.Left {
	r.mu.Lock()
	defer r.mu.Unlock()
	planned := r.list.Addresses()
	l := &scanner.Left{By: by, Endpoints: planned - min(r.asked, planned), AtLeast: r.loose || r.list.Count() > planned}
	for _, text := range slices.Sorted(maps.Keys(r.begun)) {
		leave(l, r.begun[text])
	}
	walked := 0
	for t, ok := r.next(); ok; t, ok = r.next() {
		// Names and paths come first, and are counted to the last of them.
		if walked++; !vague(t) && (l.More || walked > walkedLeft) {
			l.More = true
			break
		}
		if t.Single && !r.met(t) {
			leave(l, t)
		}
	}
	if l.Endpoints > mostLeft {
		l.Endpoints, l.AtLeast = mostLeft, true
	}
	return l
}

// leave adds a single target of which nothing was finished. Of addresses the
// endpoints are counted already.
func leave(l *scanner.Left, t scanner.Target) {
	if vague(t) {
		l.Endpoints += uint64(max(1, len(t.Ports)))
	}
	if len(l.Unreached) == listedLeft {
		l.More = true
		return
	}
	l.Unreached = append(l.Unreached, t.Text)
}

// leftOfBoth is what two parts of a sweep left; nil where one was stopped of
// which that is not known, or none was.
func leftOfBoth(a, b scanner.Sweep) *scanner.Left {
	switch {
	case !a.Interrupted:
		return b.Left
	case !b.Interrupted:
		return a.Left
	case a.Left == nil || b.Left == nil:
		return nil
	}
	both := scanner.Left{By: a.Left.By, Endpoints: a.Left.Endpoints + b.Left.Endpoints, AtLeast: a.Left.AtLeast || b.Left.AtLeast, More: a.Left.More || b.Left.More}
	if b.Left.By != both.By {
		both.By = ""
	}
	both.Unreached = slices.Concat(a.Left.Unreached, b.Left.Unreached)
	if len(both.Unreached) > listedLeft {
		both.Unreached, both.More = both.Unreached[:listedLeft], true
	}
	return &both
}
