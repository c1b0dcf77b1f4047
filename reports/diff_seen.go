package reports

import (
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// A digest8 stands for an id.
type digest8 [8]byte

func shortOf(id string) digest8 {
	sum := sha256.Sum256([]byte(id))
	return digest8(sum[:8])
}

// keyed yields the findings of one endpoint, each with its key.
func keyed(all []fips.Finding) iter.Seq2[findingKey, *fips.Finding] {
	return func(yield func(findingKey, *fips.Finding) bool) {
		met := make(map[string]int32, len(all))
		for i := range all {
			key := findingKey{shortOf(all[i].ID), met[all[i].ID]}
			met[all[i].ID]++
			if !yield(key, &all[i]) {
				return
			}
		}
	}
}

// A sight is what one side shows of an endpoint, in short.
type sight struct {
	met      bool // it was asked
	there    bool // it is there, or was named
	reached  bool // more than its name: it was connected to, or opened
	observed bool
	partly   bool // not all was learned
	refused  bool
	empty    bool
	told     bool // what became of it
	changed  bool // is counted
	worst    fips.Status
	reason   scanner.Reason // why nothing was judged
	unasked  uint32         // a hash of what was not learned and lies in what was found; 0 for nothing
}

// see keeps what a side shows of an endpoint, and gives what was known before,
// and whether the older side has it. Of ports where nobody answered nothing is
// kept, unless the older side saw more there.
func (d *differ) see(side int, a fips.Assessment) (was [2]sight, known bool) {
	id := shortOf(a.Observation.Endpoint.ID)
	was, had := d.endpoints[id]
	known = was[older].there
	s := sightOf(a)
	if !s.there && !had {
		return was, known
	}
	both := was
	both[side] = joined(was[side], s)
	d.endpoints[id] = both
	return was, known
}

// joined is what two sightings of one endpoint by one side come to: what
// either saw is there, and what either lost is not known.
func joined(a, b sight) sight {
	if !a.met {
		return b
	}
	if !b.met {
		return a
	}
	c := sight{met: true, there: a.there || b.there, observed: a.observed || b.observed, reached: a.reached || b.reached, partly: a.partly || b.partly || a.observed != b.observed,
		refused: a.refused && b.refused, empty: a.empty && b.empty, told: a.told || b.told, changed: a.changed || b.changed, worst: max(a.worst, b.worst), unasked: a.unasked ^ b.unasked}
	if !c.observed {
		c.reason = b.reason
	}
	return c
}

func sightOf(a fips.Assessment) sight {
	o := a.Observation
	stand := control.Stand(a)
	s := sight{met: true, there: stand == control.Observed || stand == control.NotSeen, observed: stand == control.Observed, empty: stand == control.Empty, reached: true, worst: max(a.Worst, a.Waived)}
	if f := o.Failure; f != nil {
		s.reason = f.Reason
		s.reached = f.Stage != scanner.StageResolve && f.Stage != scanner.StageConnect && f.Stage != scanner.StageOpen
		s.refused = f.Reason == scanner.ReasonRefused || f.Reason == scanner.ReasonNotFound
	} else if !s.observed && !s.empty {
		s.reason = reasonOf(a)
	}
	h := fnv.New32a()
	for _, i := range o.Incomplete {
		switch {
		case i.Reason.Excused():
			fmt.Fprintf(h, "%s %s\n", i.What, i.Reason)
			s.unasked = h.Sum32()
		case i.Reason != scanner.ReasonAlert:
			s.partly = true
		}
	}
	if o.TLS != nil {
		for _, q := range o.TLS.Asked.NotPut {
			fmt.Fprintln(h, q)
			s.unasked = h.Sum32()
		}
	}
	if o.SSH != nil {
		for _, q := range o.SSH.NotPut {
			fmt.Fprintln(h, q)
			s.unasked = h.Sum32()
		}
	}
	// A probe for the verdict ends when something fails, waived or not.
	s.partly = s.partly || a.Short() || o.TLS != nil && o.TLS.Depth == fips.DepthVerdict && a.Waived >= fips.Unclassified
	return s
}

// shows tells whether a side saw the endpoint so that what is not there is not.
func shows(both [2]sight, side int) bool {
	s, other := both[side], both[1-side]
	return s.observed && !s.partly && (s.unasked == 0 || s.unasked == other.unasked)
}

// unseen says why a side may not have had a finding that the other has, though
// it was there; "" if it was not.
func (d *differ) unseen(side int, f *fips.Finding) Why { return d.unseenAt(side, f.Endpoint, f) }

func (d *differ) unseenAt(side int, e scanner.Endpoint, f *fips.Finding) Why {
	both := d.endpoints[shortOf(e.ID)]
	switch s := both[side]; {
	case side == older && (!s.met || !s.there):
		return WhyNewEndpoint
	case !s.met:
		return WhyNotAsked
	case !s.observed:
		return WhyNotObserved
	case d.otherwise(side, f.Class):
		return WhyNotAsked
	case !shows(both, side):
		return WhyPartly
	}
	return ""
}

// otherwise tells whether a side held chains to fewer anchors, or keys to fewer
// lists, where the finding comes from these.
func (d *differ) otherwise(side int, class fips.Class) bool {
	scope := [2]scanner.Scope{d.Before.Sweep.Scope, d.After.Sweep.Scope}
	lacks := func(of func(scanner.Scope) []string) bool {
		return slices.ContainsFunc(of(scope[1-side]), func(s string) bool { return !slices.Contains(of(scope[side]), s) })
	}
	switch class {
	case fips.ClassCertChain:
		return lacks(func(s scanner.Scope) []string { return s.Trust })
	case fips.ClassWeakKey:
		return lacks(func(s scanner.Scope) []string { return s.WeakKeys })
	}
	return false
}

// became says what the newer sweep makes of an endpoint that the older one met.
func (d *differ) became(e scanner.Endpoint, both [2]sight) (EndpointMove, Why) {
	was, now := both[older], both[newer]
	switch {
	case now.observed && !was.observed:
		return EndpointObserved, ""
	case now.observed:
		return "", ""
	case now.refused:
		return EndpointGone, WhyRefused
	case now.empty:
		return EndpointGone, WhyEmpty
	case !now.met && d.walked(e):
		return EndpointGone, WhyNotMet
	case !was.observed:
		return "", ""
	case !now.met:
		return EndpointUnobserved, WhyNotAsked
	}
	return EndpointUnobserved, WhyNotObserved
}

// walked tells whether the newer sweep would have met the file: it asked for
// the same places as the older one, and no folder above was lost. (An endpoint
// of the network that it asked has an observation, whatever became of it.)
func (d *differ) walked(e scanner.Endpoint) bool {
	if !d.alike || e.Path == "" {
		return false
	}
	for dir := e.Path; ; {
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			return true
		}
		dir = dir[:i]
		at := dir
		if at == "" {
			at = "/"
		}
		if s := d.endpoints[shortOf(scanner.File(at).ID)]; s[newer].met && s[newer].reason != "" {
			return false
		}
	}
}

// left says what became of a finding that the newer sweep does not have. Only
// where it would have been seen is it mended.
func (d *differ) left(e scanner.Endpoint, f *fips.Finding) (Move, Why) {
	move, why := d.became(e, d.endpoints[shortOf(e.ID)])
	switch move {
	case EndpointGone:
		return MoveGone, why
	case EndpointUnobserved:
		return MoveUnobserved, why
	}
	if why := d.unseenAt(newer, e, f); why != "" {
		return MoveUnobserved, why
	}
	return MoveMended, ""
}

// leftTogether is the same for a finding about several endpoints: if one of
// them was not seen, it may be as it was. Where not all are known by name, any
// that was not seen may be one of them.
func (d *differ) leftTogether(f *fips.Finding) (Move, Why) {
	move, why := MoveMended, Why("")
	for _, e := range f.Endpoints {
		switch m, w := d.left(e, f); m {
		case MoveUnobserved:
			return m, w
		case MoveGone:
			move, why = m, w
		}
	}
	if f.EndpointCount > len(f.Endpoints) && (d.ends[EndpointUnobserved] != nil || d.After.Gaps.Incomplete()) {
		return MoveUnobserved, WhyPartly
	}
	return move, why
}
