package target

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// A span is a run of addresses of one family, both ends included.
type span struct{ from, to netip.Addr }

func single(a netip.Addr) span { return span{a, a} }

// size is the number of addresses, saturating: an IPv6 span may hold more than
// fit.
func (s span) size() uint64 {
	from, to := s.from.As16(), s.to.As16()
	lo, borrow := bits.Sub64(binary.BigEndian.Uint64(to[8:]), binary.BigEndian.Uint64(from[8:]), 0)
	hi, _ := bits.Sub64(binary.BigEndian.Uint64(to[:8]), binary.BigEndian.Uint64(from[:8]), borrow)
	if hi != 0 || lo == math.MaxUint64 {
		return math.MaxUint64
	}
	return lo + 1
}

// plus is the n-th address behind a, which must be one.
func plus(a netip.Addr, n uint64) netip.Addr {
	if a.Is4() {
		b := a.As4()
		binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
		return netip.AddrFrom4(b)
	}
	b := a.As16()
	lo, carry := bits.Add64(binary.BigEndian.Uint64(b[8:]), n, 0)
	binary.BigEndian.PutUint64(b[8:], lo)
	binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])+carry)
	return netip.AddrFrom16(b)
}

// wide tells whether a span holds more addresses than an IPv4 /8 or, which is
// the same, an IPv6 /104.
func (s span) wide() bool { return s.size() > 1<<24 }

func (s span) has(a netip.Addr) bool {
	return a.BitLen() == s.from.BitLen() && s.from.Compare(a) <= 0 && a.Compare(s.to) <= 0
}

// parsePrefix reads CIDR notation. Host bits are allowed and ignored, as
// 10.0.0.5/24 is what people paste from an interface's configuration.
func parsePrefix(s string) (span, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return span{}, prefixComplaint(s)
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	p = p.Masked()
	return span{p.Addr(), lastOf(p)}, nil
}

// prefixComplaint says which half of address/length is wrong.
func prefixComplaint(s string) error {
	host, length, _ := strings.Cut(s, "/")
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return fmt.Errorf("%.60q is no address, so this is no network; for a file write ./%s", host, clip(s))
	case a.Zone() != "":
		return errors.New("a network has no zone: leave off everything from % to /")
	default:
		return fmt.Errorf("%.20q is no prefix length: write a number from 0 to %d", length, a.BitLen())
	}
}

// lastOf is the highest address of a masked prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// parseRange reads what follows an address and a hyphen: a whole address, or
// for IPv4 the last octet alone.
func parseRange(first netip.Addr, rest string) (span, error) {
	last, err := netip.ParseAddr(rest)
	if err != nil {
		if !first.Is4() {
			return span{}, fmt.Errorf("%.60q is no address: write both ends of an IPv6 range in full", rest)
		}
		octet, err := strconv.ParseUint(rest, 10, 8)
		if err != nil {
			return span{}, fmt.Errorf("%.60q ends no range: write the last octet (0 to 255) or a whole address", rest)
		}
		b := first.As4()
		b[3] = byte(octet)
		last = netip.AddrFrom4(b)
	}
	last = last.Unmap()
	switch {
	case last.Zone() != "":
		return span{}, errors.New("a range has no zone: name such addresses one by one")
	case first.BitLen() != last.BitLen():
		return span{}, errors.New("a range cannot run from IPv4 to IPv6: write two targets")
	case last.Less(first):
		return span{}, fmt.Errorf("the range runs backwards: write %s-%s", last, first)
	}
	return span{first, last}, nil
}

// clip bounds what a message repeats of its input.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}
