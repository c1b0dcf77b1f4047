package sweep

import (
	"net/netip"
	"sync"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// silentAfter is how many ports of a host must stay without any answer before
// the rest are knocked at rather than probed one by one. One would not do: a
// knock costs a port that answers a second connection.
const silentAfter = 2

// How long a host that gets into trouble is left alone before each further
// connection: twice as long each time, half as long with each connection that
// goes well. A server that resets may merely dislike a question, so of that
// less is made.
const (
	firstPause   = 25 * time.Millisecond
	pauseReset   = 100 * time.Millisecond
	pauseRefused = time.Second
)

// A host is what a sweep knows of one address while any endpoint of it is in
// flight. It is forgotten afterwards, so memory does not grow with addresses.
type host struct {
	lanes  chan struct{} // a token for each endpoint of it being probed
	knocks chan struct{} // a token for the one knock that may be answered yet
	subnet *subnet       // nil where subnets have no bound

	users int // guarded by hosts.mu

	mu     sync.Mutex
	asked  time.Time     // when the first connection to it was begun
	heard  bool          // anything at all came back
	known  bool          // anything came back when it was asked before
	rtt    time.Duration // of the last connections, smoothed
	silent int           // connects that nothing came back from
	pause  time.Duration
	next   time.Time // before which no connection begins while it pauses
}

// drops tells whether the host, or a firewall before it, looks like dropping
// packets: then each further port may cost a whole timeout. So it does when
// nothing at all came back for a hush; until then, look again after a while.
func (h *host) drops(hush time.Duration) (drops bool, again time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	again = hush
	if !h.heard && !h.asked.IsZero() {
		again = hush - time.Since(h.asked)
	}
	return h.silent >= silentAfter || again <= 0, max(again, time.Millisecond)
}

// alive is told that the host had sent something back before this sweep was
// gone on with. How long it takes to answer now is not known by that.
func (h *host) alive() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known = true
}

func (h *host) isAlive() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard || h.known
}

// note learns from an endpoint's outcome.
func (h *host) note(o *scanner.Observation) {
	if f := o.Failure; f != nil && f.Stage == scanner.StageConnect && silence(f.Reason) {
		h.mu.Lock()
		h.silent++
		h.mu.Unlock()
	}
}

// silence tells whether a failed connect means that the host itself sent
// nothing: a router, or our own kernel, says "unreachable" for it.
func silence(r scanner.Reason) bool {
	return r == scanner.ReasonTimeout || r == scanner.ReasonUnreachable
}

// begin is told of a connection that is being opened, and gives how long it
// may take: where the host's round trip is known, the time for three SYNs
// (Linux sends them after 0, 1 and 3 seconds) and the answer to the last.
func (h *host) begin(most time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.asked.IsZero() {
		h.asked = time.Now()
	}
	if !h.heard {
		return most
	}
	return min(most, 3*time.Second+max(500*time.Millisecond, 4*h.rtt))
}

// answered is told what came of it: the host accepted or refused, after a
// time.
func (h *host) answered(after time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.heard {
		h.heard, h.rtt = true, after
		return
	}
	h.rtt += (after - h.rtt) / 8
}

// trouble is told that a port which had served us no longer does.
func (h *host) trouble(most time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pause < most {
		h.pause = min(most, max(firstPause, 2*h.pause))
	}
}

// well is told that a connection was of use.
func (h *host) well() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pause /= 2; h.pause < firstPause {
		h.pause = 0
	}
}

// turn is how long the next connection is to wait, and has the one behind it
// wait longer.
func (h *host) turn() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pause == 0 {
		return 0
	}
	now := time.Now()
	at := now
	if h.next.After(now) {
		at = h.next
	}
	h.next = at.Add(h.pause)
	return at.Sub(now)
}

// free gives back what was taken for one endpoint.
func (h *host) free() {
	if h.subnet != nil {
		<-h.subnet.lanes
	}
	<-h.lanes
}

// hostKey is an address, or zero for files.
type hostKey = netip.Addr

// A subnet is a /24, or a /64 of IPv6, with hosts in flight.
type subnet struct {
	prefix netip.Prefix
	lanes  chan struct{} // a token for each endpoint in it being probed
	hosts  int           // guarded by hosts.mu
}

// hosts is the hosts in flight. Several targets may lead to one, as names of
// one address do, and together they keep to its bound.
type hosts struct {
	perHost   int
	perSubnet int // 0 for no bound

	mu      sync.Mutex
	at      map[hostKey]*host
	subnets map[netip.Prefix]*subnet
}

func newHosts(perHost, perSubnet int) *hosts {
	return &hosts{perHost: perHost, perSubnet: perSubnet, at: map[hostKey]*host{}, subnets: map[netip.Prefix]*subnet{}}
}

func (hs *hosts) enter(k hostKey) *host {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.at[k]
	if h == nil {
		h = &host{lanes: make(chan struct{}, hs.perHost), knocks: make(chan struct{}, 1), subnet: hs.subnetOf(k)}
		hs.at[k] = h
	}
	h.users++
	return h
}

// subnetOf is called with mu held.
func (hs *hosts) subnetOf(k hostKey) *subnet {
	if hs.perSubnet <= 0 {
		return nil
	}
	bits := 24
	if k.Is6() {
		bits = 64
	}
	prefix := netip.PrefixFrom(k.WithZone(""), bits).Masked()
	s := hs.subnets[prefix]
	if s == nil {
		s = &subnet{prefix: prefix, lanes: make(chan struct{}, hs.perSubnet)}
		hs.subnets[prefix] = s
	}
	s.hosts++
	return s
}

func (hs *hosts) leave(k hostKey) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.at[k]
	if h.users--; h.users > 0 {
		return
	}
	delete(hs.at, k)
	if s := h.subnet; s != nil {
		if s.hosts--; s.hosts == 0 {
			delete(hs.subnets, s.prefix)
		}
	}
}
