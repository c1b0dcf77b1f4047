package scanner

import (
	"context"
	"iter"
	"net"
	"net/netip"
)

// An Expander turns a target into the endpoints it stands for: names are
// resolved, trees are walked, lazily. An error concerns one endpoint, which
// comes with it, and does not end the sequence.
type Expander interface {
	Expand(ctx context.Context, t Target) iter.Seq2[Endpoint, error]
}

// A Prober asks one endpoint its questions. It always returns an observation:
// a peer that is unreachable, hostile or strange is data.
type Prober interface {
	Probe(ctx context.Context, e Endpoint) Observation
}

// A Sweeper yields one observation for each endpoint of the targets. It calls
// emit from one goroutine, which gives back-pressure, and stops when emit
// fails or ctx is done.
type Sweeper interface {
	Sweep(ctx context.Context, targets iter.Seq[Target], emit func(Observation) error) error
}

// Dial opens a TCP connection. Whoever owns the sweep's limits supplies it, so
// that every connection of every probe is counted and bounded. It bounds the
// time of connecting itself, and the connection lives no longer than ctx: a
// prober passes the ctx under which it will talk.
type Dial func(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
