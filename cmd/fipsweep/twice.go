package main

import (
	"fmt"
	"hash/maphash"

	"github.com/fipsweep/fipsweep/scanner"
)

// twice finds what several saved files would have counted more than once. A
// sweep asks no endpoint twice, so that two files which hold the same endpoint
// of the same sweep hold the same observation, such as a sweep's journal and
// its JSON lines. Shards are sweeps of their own, or hold other endpoints.
type twice struct {
	paths    []string
	seed     maphash.Seed
	sweeps   map[string]int     // by id, numbered as they are met
	known    map[sighting]int   // the file of each observation
	asked    map[uint64]int     // the sweep that met each endpoint first
	again    map[[2]int]int     // endpoints that two sweeps met, by these
	hosts    map[int]string     // the machine of each sweep
	conflict map[[2]int]refusal // by the two files
	order    [][2]int
}

// A sighting is an endpoint, by the hash of its id, in a sweep.
type sighting struct {
	sweep    int
	endpoint uint64
}

// A refusal is an observation that two files hold.
type refusal struct{ sweep, endpoint string }

// maxKnown bounds the observations that are held against those of other files:
// copies of a sweep begin alike.
const maxKnown = 1 << 20

func newTwice(paths []string) *twice {
	return &twice{paths: paths, seed: maphash.MakeSeed(), sweeps: map[string]int{}, known: map[sighting]int{}, asked: map[uint64]int{},
		again: map[[2]int]int{}, hosts: map[int]string{}, conflict: map[[2]int]refusal{}}
}

// see takes an observation of the file with the number n.
func (t *twice) see(n int, o scanner.Observation) {
	sweep, ok := t.sweeps[o.Sweep]
	if !ok {
		sweep = len(t.sweeps)
		t.sweeps[o.Sweep] = sweep
	}
	s := sighting{sweep, maphash.String(t.seed, o.Endpoint.ID)}
	if file, ok := t.known[s]; ok {
		pair := [2]int{file, n}
		if _, told := t.conflict[pair]; file != n && !told {
			t.conflict[pair] = refusal{o.Sweep, o.Endpoint.String()}
			t.order = append(t.order, pair)
		}
		return
	}
	if len(t.known) < maxKnown {
		t.known[s] = n
	}
	if first, ok := t.asked[s.endpoint]; ok {
		t.again[[2]int{first, sweep}]++
	} else if len(t.asked) < maxKnown {
		t.asked[s.endpoint] = sweep
	}
}

// about takes what a file says of its sweep.
func (t *twice) about(s scanner.Sweep) {
	if n, ok := t.sweeps[s.ID]; ok {
		t.hosts[n] = s.Host
	}
}

// refusals says which files may not be read together.
func (t *twice) refusals() []error {
	var errs []error
	for _, pair := range t.order {
		x := t.conflict[pair]
		errs = append(errs, fmt.Errorf("%s and %s both hold sweep %s (%s is in both), which would be counted twice: name one of them",
			t.paths[pair[0]], t.paths[pair[1]], x.sweep, x.endpoint))
	}
	return errs
}

// note says of how many endpoints several sweeps of one machine tell: each
// counts once a sweep. Of another machine the same address or path may be
// another thing.
func (t *twice) note() string {
	n := 0
	for pair, count := range t.again {
		if t.hosts[pair[0]] == t.hosts[pair[1]] {
			n += count
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "one endpoint is in more than one of these sweeps and counts once for each"
	}
	return fmt.Sprintf("%d endpoints are in more than one of these sweeps and count once for each", n)
}
