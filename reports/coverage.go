package reports

import (
	"cmp"
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
// eight: a sweep of a /8 has all there is room for, and each costs 100 bytes.
type coverage struct {
	byKind [Unknown + 1]Reach
	four   map[[3]byte]int32 // to the place in list
	six    map[[8]byte]int32
	list   []subnet
	files  subnet
	names  subnet // that led to no address
	beyond Reach
}

type subnet struct {
	Reach
	reasons []reasonCount // of NotSeen: one or two, and a map would be most of the subnet
}

type reasonCount struct {
	reason scanner.Reason
	n      int
}

func (x *subnet) because(r scanner.Reason) {
	for i := range x.reasons {
		if x.reasons[i].reason == r {
			x.reasons[i].n++
			return
		}
	}
	x.reasons = append(x.reasons, reasonCount{r, 1})
}

// told is the subnet as a report has it.
func (x *subnet) told(name string) SubnetReach {
	s := SubnetReach{Subnet: name, Reach: x.Reach}
	for _, c := range x.reasons {
		if s.Reasons == nil {
			s.Reasons = map[scanner.Reason]int{}
		}
		s.Reasons[c.reason] = c.n
	}
	return s
}

func newCoverage() *coverage {
	return &coverage{four: map[[3]byte]int32{}, six: map[[8]byte]int32{}}
}

func (c *coverage) add(a fips.Assessment, s control.Standing) {
	o := a.Observation
	c.byKind[KindOf(o)].add(o, s)
	x := c.subnet(o.Endpoint)
	if x == nil {
		c.beyond.add(o, s)
		return
	}
	x.add(o, s)
	if s == control.NotSeen {
		x.because(reasonOf(a))
	}
}

// subnet is what an endpoint is counted in: the /24 of its address, or the /64
// of IPv6; nil where there is no room for another.
func (c *coverage) subnet(e scanner.Endpoint) *subnet {
	switch addr := e.Address.Unmap(); {
	case e.Path != "":
		return &c.files
	case addr.Is4():
		b := addr.As4()
		return among(c, c.four, [3]byte(b[:]))
	case addr.IsValid():
		b := addr.As16()
		return among(c, c.six, [8]byte(b[:]))
	}
	return &c.names
}

func among[K comparable](c *coverage, places map[K]int32, key K) *subnet {
	i, ok := places[key]
	if !ok {
		if len(c.list) == maxSubnets {
			return nil
		}
		i = int32(len(c.list))
		places[key] = i
		c.list = append(c.list, subnet{})
	}
	return &c.list[i]
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
	type named struct {
		prefix netip.Prefix
		*subnet
	}
	all := make([]named, 0, len(c.list))
	for b, i := range c.four {
		all = append(all, named{netip.PrefixFrom(netip.AddrFrom4([4]byte{b[0], b[1], b[2]}), 24), &c.list[i]})
	}
	for b, i := range c.six {
		var whole [16]byte
		copy(whole[:], b[:])
		all = append(all, named{netip.PrefixFrom(netip.AddrFrom16(whole), 64), &c.list[i]})
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(b.Observed+b.NotSeen, a.Observed+a.NotSeen), cmp.Compare(b.Asked, a.Asked), a.prefix.Addr().Compare(b.prefix.Addr()))
	})
	out := Coverage{ByKind: c.byKind, Left: c.beyond}
	var last []SubnetReach
	if c.files.Asked > 0 {
		last = append(last, c.files.told("files"))
	}
	if c.names.Asked > 0 {
		last = append(last, c.names.told("names without an address"))
	}
	listed := min(len(all), listedSubnets-len(last))
	for _, x := range all[listed:] {
		out.Left = out.Left.Plus(x.Reach)
		out.LeftOut++
	}
	all = all[:listed]
	slices.SortFunc(all, func(a, b named) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	for _, x := range all {
		out.Subnets = append(out.Subnets, x.told(x.prefix.String()))
	}
	out.Subnets = append(out.Subnets, last...)
	return out
}
