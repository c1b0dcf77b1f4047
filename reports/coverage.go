package reports

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// Coverage is how far the sweep reached: the same endpoints by kind and by
// subnet.
type Coverage struct {
	ByKind  [Unknown + 1]Reach
	Subnets []SubnetReach // by address; what has none comes last
	Left    Reach         // of subnets that are not listed
	LeftOut int           // how many of them, as far as they were told apart
}

// A Reach counts endpoints by how far each was reached. Asked is Observed +
// NotSeen + Empty + Quiet.
type Reach struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
	Observed int `json:"observed"`
	NotSeen  int `json:"not_seen"`
	Empty    int `json:"empty"`
	Quiet    int `json:"quiet"`
}

// A SubnetReach is the endpoints of one /24, or /64 of IPv6; or the files, or
// the names that led to no address.
type SubnetReach struct {
	Subnet string `json:"subnet"`
	Reach
	Reasons map[scanner.Reason]int `json:"reasons,omitempty"` // of NotSeen
}

func (r *Reach) add(o scanner.Observation, s control.Standing) {
	r.Asked++
	if o.Answered() {
		r.Answered++
	}
	switch s {
	case control.Observed:
		r.Observed++
	case control.NotSeen:
		r.NotSeen++
	case control.Empty:
		r.Empty++
	case control.Quiet:
		r.Quiet++
	}
}

// Plus is the reach of both together.
func (r Reach) Plus(x Reach) Reach {
	return Reach{Asked: r.Asked + x.Asked, Answered: r.Answered + x.Answered, Observed: r.Observed + x.Observed,
		NotSeen: r.NotSeen + x.NotSeen, Empty: r.Empty + x.Empty, Quiet: r.Quiet + x.Quiet}
}

// Bounds of the subnets: those that are told apart while the sweep runs (a /8
// has as many /24s), and those that a report lists.
const (
	maxSubnets    = 1 << 16
	listedSubnets = 512
)

// coverage gathers the reach. A subnet is found by its first bytes, three or
// eight: a sweep of a /8 has all there is room for, and each costs 40 bytes.
type coverage struct {
	byKind [Unknown + 1]Reach
	four   map[[3]byte]int32 // to the place among subnets
	six    map[[8]byte]int32
	pages  []*[pageSize]subnet // which never move, so that no room is left over
	n      int32               // subnets in them
	beyond Reach

	reasons []scanner.Reason        // those that were met
	more    map[int32][]reasonCount // of subnets with several: all but the first
}

// The first places in the list are of what is in no subnet.
const (
	filesAt = iota
	namesAt // names that led to no address
	firstSubnet
)

const pageSize = 1 << 10

// A subnet is a Reach in little room.
type subnet struct {
	answered, observed, notSeen, empty, quiet uint32

	first uint16 // the reason that was met first of NotSeen, as a place among reasons; the others are in more
}

type reasonCount struct {
	reason uint16
	n      uint32
}

func newCoverage() *coverage {
	return &coverage{four: map[[3]byte]int32{}, six: map[[8]byte]int32{}, pages: []*[pageSize]subnet{{}}, n: firstSubnet, more: map[int32][]reasonCount{}}
}

func (c *coverage) at(i int32) *subnet { return &c.pages[i/pageSize][i%pageSize] }

func (c *coverage) add(a fips.Assessment, s control.Standing) {
	o := a.Observation
	c.byKind[KindOf(o)].add(o, s)
	i := c.subnet(o.Endpoint)
	if i < 0 {
		c.beyond.add(o, s)
		return
	}
	x := c.at(i)
	if o.Answered() {
		x.answered++
	}
	switch s {
	case control.Observed:
		x.observed++
	case control.NotSeen:
		c.because(i, c.reason(reasonOf(a)))
		x.notSeen++
	case control.Empty:
		x.empty++
	case control.Quiet:
		x.quiet++
	}
}

// reason is the place of a reason among those that were met.
func (c *coverage) reason(r scanner.Reason) uint16 {
	i := slices.Index(c.reasons, r)
	if i < 0 {
		i = min(len(c.reasons), math.MaxUint16)
		c.reasons = append(c.reasons[:i], r)
	}
	return uint16(i)
}

// because counts a reason why one of a subnet is not seen.
func (c *coverage) because(at int32, reason uint16) {
	x := c.at(at)
	switch {
	case x.notSeen == 0:
		x.first = reason
	case x.first != reason:
		for i, m := range c.more[at] {
			if m.reason == reason {
				c.more[at][i].n++
				return
			}
		}
		c.more[at] = append(c.more[at], reasonCount{reason, 1})
	}
}

// told is a subnet as a report has it.
func (c *coverage) told(at int32, name string) SubnetReach {
	x := c.at(at)
	s := SubnetReach{Subnet: name, Reach: x.reach()}
	if x.notSeen == 0 {
		return s
	}
	first := int(x.notSeen)
	s.Reasons = map[scanner.Reason]int{}
	for _, m := range c.more[at] {
		s.Reasons[c.reasons[m.reason]] = int(m.n)
		first -= int(m.n)
	}
	s.Reasons[c.reasons[x.first]] = first
	return s
}

func (x *subnet) reach() Reach {
	r := Reach{Answered: int(x.answered), Observed: int(x.observed), NotSeen: int(x.notSeen), Empty: int(x.empty), Quiet: int(x.quiet)}
	r.Asked = r.Observed + r.NotSeen + r.Empty + r.Quiet
	return r
}

// subnet is the place of what an endpoint is counted in: the /24 of its
// address, or the /64 of IPv6; -1 where there is no room for another.
func (c *coverage) subnet(e scanner.Endpoint) int32 {
	switch addr := e.Address.Unmap(); {
	case e.Path != "":
		return filesAt
	case addr.Is4():
		b := addr.As4()
		return among(c, c.four, [3]byte(b[:]))
	case addr.IsValid():
		b := addr.As16()
		return among(c, c.six, [8]byte(b[:]))
	}
	return namesAt
}

func among[K comparable](c *coverage, places map[K]int32, key K) int32 {
	i, ok := places[key]
	if !ok {
		if c.n == maxSubnets+firstSubnet {
			return -1
		}
		i = c.n
		if c.n++; i%pageSize == 0 {
			c.pages = append(c.pages, new([pageSize]subnet))
		}
		places[key] = i
	}
	return i
}

// reasonOf is why an endpoint that could not be judged could not.
func reasonOf(a fips.Assessment) scanner.Reason {
	o := a.Observation
	if o.Failure != nil {
		return o.Failure.Reason
	}
	if lost, ok := a.Gap(); ok {
		return lost.Reason
	}
	if len(o.Incomplete) > 0 {
		return o.Incomplete[0].Reason
	}
	return ReasonUnruled
}

// result lists the subnets with the most in them, and what has no address.
func (c *coverage) result() Coverage {
	out := Coverage{ByKind: c.byKind, Left: c.beyond}
	var last []SubnetReach
	for at, name := range [firstSubnet]string{filesAt: "files", namesAt: "names without an address"} {
		if s := c.told(int32(at), name); s.Asked > 0 {
			last = append(last, s)
		}
	}
	most := largest{of: c, room: listedSubnets - len(last), left: &out}
	for b, i := range c.four {
		most.add(placed{netip.PrefixFrom(netip.AddrFrom4([4]byte{b[0], b[1], b[2]}), 24), i})
	}
	for b, i := range c.six {
		var whole [16]byte
		copy(whole[:], b[:])
		most.add(placed{netip.PrefixFrom(netip.AddrFrom16(whole), 64), i})
	}
	most.cut()
	slices.SortFunc(most.list, func(a, b placed) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	for _, x := range most.list {
		out.Subnets = append(out.Subnets, c.told(x.at, x.prefix.String()))
	}
	out.Subnets = append(out.Subnets, last...)
	return out
}

// A placed is a subnet and where it is kept.
type placed struct {
	prefix netip.Prefix
	at     int32
}

// The largest are as many subnets as there is room for, with the most in them.
// What is cut off is counted.
type largest struct {
	of   *coverage
	room int
	list []placed
	left *Coverage
}

func (l *largest) add(x placed) {
	if l.list = append(l.list, x); len(l.list) > 2*listedSubnets {
		l.cut()
	}
}

func (l *largest) cut() {
	slices.SortFunc(l.list, func(a, b placed) int {
		x, y := l.of.at(a.at).reach(), l.of.at(b.at).reach()
		return cmp.Or(cmp.Compare(y.Observed+y.NotSeen, x.Observed+x.NotSeen), cmp.Compare(y.Asked, x.Asked), a.prefix.Addr().Compare(b.prefix.Addr()))
	})
	for _, x := range l.list[min(l.room, len(l.list)):] {
		l.left.Left = l.left.Left.Plus(l.of.at(x.at).reach())
		l.left.LeftOut++
	}
	l.list = l.list[:min(l.room, len(l.list))]
}
