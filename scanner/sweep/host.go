package sweep

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/fipsweep/fipsweep/scanner"
)

// silentAfter is how many ports of a host must stay without any answer before
// the rest are knocked at rather than probed one by one. One would not do: a
// knock costs a port that answers a second connection.
const silentAfter = 2

// A host is what a sweep knows of one address while any endpoint of it is in
// flight. It is forgotten afterwards, so memory does not grow with addresses.
type host struct {
	lanes  chan struct{} // a token for each endpoint of it being probed
	silent atomic.Int32  // connects that nothing came back from
	users  int           // guarded by hosts.mu
}

// drops tells whether the host, or a firewall before it, looks like dropping
// packets: then each further port may cost a whole timeout.
func (h *host) drops() bool { return h.silent.Load() >= silentAfter }

// note learns from an endpoint's outcome.
func (h *host) note(o scanner.Observation) {
	if f := o.Failure; f != nil && f.Stage == scanner.StageConnect && silence(f.Reason) {
		h.silent.Add(1)
	}
}

// silence tells whether a failed connect means that the host itself sent
// nothing: a router, or our own kernel, says "unreachable" for it.
func silence(r scanner.Reason) bool {
	return r == scanner.ReasonTimeout || r == scanner.ReasonUnreachable
}

// hostKey is an address, or zero for files.
type hostKey = netip.Addr

// hosts is the hosts in flight. Several targets may lead to one, as names of
// one address do, and together they keep to its bound.
type hosts struct {
	mu      sync.Mutex
	at      map[hostKey]*host
	perHost int
}

func (hs *hosts) enter(k hostKey) *host {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.at[k]
	if h == nil {
		h = &host{lanes: make(chan struct{}, hs.perHost)}
		hs.at[k] = h
	}
	h.users++
	return h
}

func (hs *hosts) leave(k hostKey) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.at[k]
	if h.users--; h.users == 0 {
		delete(hs.at, k)
	}
}
