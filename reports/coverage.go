package reports

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

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

// coverage gathers the reach.
type coverage struct {
	byKind  [Unknown + 1]Reach
	subnets map[string]*SubnetReach
	beyond  Reach
}

func newCoverage() *coverage { return &coverage{subnets: map[string]*SubnetReach{}} }

func (c *coverage) add(a fips.Assessment, s control.Standing) {
	o := a.Observation
	c.byKind[KindOf(o)].add(o, s)
	name := network(o.Endpoint)
	x := c.subnets[name]
	if x == nil {
		if len(c.subnets) >= maxSubnets {
			c.beyond.add(o, s)
			return
		}
		x = &SubnetReach{Subnet: name}
		c.subnets[name] = x
	}
	x.add(o, s)
	if s != control.NotSeen {
		return
	}
	if x.Reasons == nil {
		x.Reasons = map[scanner.Reason]int{}
	}
	x.Reasons[reasonOf(a)]++
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
	all := make([]SubnetReach, 0, len(c.subnets))
	for _, x := range c.subnets {
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b SubnetReach) int {
		return cmp.Or(compareBool(isSubnet(a), isSubnet(b)), cmp.Compare(b.Observed+b.NotSeen, a.Observed+a.NotSeen), cmp.Compare(b.Asked, a.Asked), bySubnet(a, b))
	})
	out := Coverage{ByKind: c.byKind, Left: c.beyond}
	for i, x := range all {
		if i < listedSubnets {
			out.Subnets = append(out.Subnets, x)
			continue
		}
		out.Left = out.Left.Plus(x.Reach)
		out.LeftOut++
	}
	slices.SortFunc(out.Subnets, bySubnet)
	return out
}

func isSubnet(x SubnetReach) bool { return strings.Contains(x.Subnet, "/") }

func bySubnet(a, b SubnetReach) int {
	x, err1 := netip.ParsePrefix(a.Subnet)
	y, err2 := netip.ParsePrefix(b.Subnet)
	if err1 != nil || err2 != nil {
		return cmp.Or(compareBool(err1 != nil, err2 != nil), cmp.Compare(a.Subnet, b.Subnet))
	}
	return x.Addr().Compare(y.Addr())
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// network is the subnet that an address is counted in: /24, or /64 for IPv6.
func network(e scanner.Endpoint) string {
	if e.Path != "" {
		return "files"
	}
	addr := e.Address.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	if p, err := addr.Prefix(bits); err == nil && p.IsValid() {
		return p.String()
	}
	return "names without an address"
}
