package scanner

import "time"

// Sweep is one run over many targets.
type Sweep struct {
	ID          string    `json:"id"` // UTC start and four hex digits: "20261122T011502Z-7c41"
	Started     time.Time `json:"started"`
	Ended       time.Time `json:"ended,omitzero"`
	Scope       Scope     `json:"scope"`
	Host        string    `json:"host"`                  // the machine that asked
	User        string    `json:"user"`                  // who ran it
	Tool        string    `json:"tool"`                  // version of fipsweep
	FIPS        string    `json:"fips"`                  // the tool's own FIPS mode: "off", "on" and module version
	Interrupted bool      `json:"interrupted,omitempty"` // stopped before everything was asked
	Left        *Left     `json:"left,omitempty"`        // of an interrupted sweep; nil where that is not known
}

// Left is what a sweep that was stopped left unasked.
type Left struct {
	By        StoppedBy `json:"stopped_by,omitempty"` // "" where several were stopped, by one and the other
	Endpoints uint64    `json:"endpoints"`
	AtLeast   bool      `json:"at_least,omitempty"`  // there are more: names and trees lead to as many as they do, which is known once they are asked
	Unreached []string  `json:"unreached,omitempty"` // hosts and paths that were named and of which nothing was asked to the end: the first of them
	More      bool      `json:"more,omitempty"`      // not all of these are listed
}

// StoppedBy is what stopped a sweep.
type StoppedBy string

// What stops a sweep.
const (
	ByDeadline StoppedBy = "deadline"
	BySignal   StoppedBy = "signal"
)

// Scope is what was asked for, as the operator wrote it.
type Scope struct {
	Targets []string `json:"targets"`
	Exclude []string `json:"exclude,omitempty"`
	Ports   []uint16 `json:"ports,omitempty"`
	Depth   string   `json:"depth"`
	Seed    uint64   `json:"seed,omitempty"`  // of the order in which addresses were asked
	Shard   string   `json:"shard,omitempty"` // the part of the targets, such as "2/5"; "" for all
	Of      string   `json:"of,omitempty"`    // of a shard: the digest of all that it is a part of, the same for each part
	Empty   bool     `json:"empty,omitempty"` // no target falls to this shard, so that it has nothing to ask
	Proxy   string   `json:"proxy,omitempty"` // what connections went through, without its credentials

	Trust    []string `json:"trust,omitempty"`     // sets of anchors that chains were held to: AnchorsSystem, or files
	WeakKeys []string `json:"weak_keys,omitempty"` // lists that keys were looked up in
}
