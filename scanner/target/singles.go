package target

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"iter"
	"math/bits"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// Singles are the single addresses among the targets, such as a list has them
// by the million. While they are gathered, each is its bytes and the number of
// the form in which it is written; then those of IPv4 lie together by what is
// asked of them, of which there are as few.
type singles struct {
	forms []*spec
	byKey map[[2]string]uint32 // what stands before and behind the address, to its form
	four  []uint64             // the address, and below it the number
	six   []numbered

	asked [][]use
	addrs packed // of IPv4
	ends  []int  // behind the addrs of each of asked that has any, which come first
}

type numbered struct {
	addr   [16]byte
	number uint32
}

// maxForms bounds the forms. Where each target is written in one of its own,
// nothing is gained by them.
const maxForms = 1 << 12

// take keeps a spec if it is of a single address, written as netip does.
func (l *singles) take(s spec) bool {
	a := s.place.span.from
	if !a.IsValid() || !s.place.alone() {
		return false
	}
	before, after, ok := strings.Cut(s.text, a.String())
	if !ok {
		return false
	}
	n, ok := l.byKey[[2]string{before, after}]
	if !ok {
		if n = uint32(len(l.forms)); n == maxForms {
			return false
		}
		s.place, s.text = place{}, ""
		s.before, s.after = strings.Clone(before), strings.Clone(after)
		l.forms = append(l.forms, &s)
		if l.byKey == nil {
			l.byKey = map[[2]string]uint32{}
		}
		l.byKey[[2]string{s.before, s.after}] = n
	}
	if a.Is4() {
		b := a.As4()
		l.four = append(l.four, uint64(binary.BigEndian.Uint32(b[:]))<<32|uint64(n))
	} else {
		l.six = append(l.six, numbered{a.As16(), n})
	}
	return true
}

// settle takes out what is excluded, and numbers what is asked of each address
// that is left. One that lies in a network is given back, since it cuts that.
func (l *singles) settle(networks []use, x *Excludes) (back []use, err error) {
	var spans []span
	for _, u := range networks {
		spans = append(spans, u.spec.place.span)
	}
	within := &Excludes{spans: merge(spans)}
	numbers := map[string]uint32{}
	var errs []error
	number := func(a netip.Addr, key []byte) (uint32, bool) {
		if x.Has(a) {
			return 0, false
		}
		uses := l.uses(key)
		if within.Has(a) {
			for i := range uses {
				s := *uses[i].spec
				s.text, s.place = s.textAt(a), place{span: single(a)}
				uses[i].spec = &s
			}
			back = append(back, uses...)
			return 0, false
		}
		n, ok := numbers[string(key)]
		if !ok {
			n = uint32(len(l.asked))
			uses, err := share(uses, a)
			errs = append(errs, err)
			l.asked, numbers[string(key)] = append(l.asked, uses), n
		}
		return n, true
	}
	kept := 0
	for a, key := range l.eachFour() {
		if n, ok := number(a, key); ok {
			b := a.As4()
			l.four[kept] = uint64(binary.BigEndian.Uint32(b[:]))<<32 | uint64(n)
			kept++
		}
	}
	l.gather(l.four[:kept])
	kept = 0
	for a, key := range l.eachSix() {
		if n, ok := number(a, key); ok {
			l.six[kept] = numbered{a.As16(), n}
			kept++
		}
	}
	l.six = l.six[:kept]
	return back, errors.Join(errs...)
}

// gather packs the addresses, those of one number together.
func (l *singles) gather(list []uint64) {
	for i, v := range list {
		list[i] = bits.RotateLeft64(v, 32)
	}
	slices.Sort(list)
	l.ends = make([]int, len(l.asked))
	for i, v := range list {
		l.addrs.add(uint32(v))
		l.ends[v>>32] = i + 1
	}
	l.four = nil
}

// uses are those of the forms whose numbers a key holds.
func (l *singles) uses(key []byte) []use {
	var all []use
	for ; len(key) > 0; key = key[4:] {
		s := l.forms[binary.BigEndian.Uint32(key)]
		all = append(all, use{spec: s, ports: s.ports})
	}
	return all
}

// eachFour yields each IPv4 address, in order, with the numbers of the forms in
// which it is written, four bytes each. What was yielded may be written over.
func (l *singles) eachFour() iter.Seq2[netip.Addr, []byte] {
	slices.Sort(l.four)
	return func(yield func(netip.Addr, []byte) bool) {
		for i := 0; i < len(l.four); {
			addr, key := l.four[i]>>32, []byte(nil)
			for ; i < len(l.four) && l.four[i]>>32 == addr; i++ {
				key = appendNew(key, uint32(l.four[i]))
			}
			if !yield(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(addr)))), key) {
				return
			}
		}
	}
}

// eachSix is eachFour for IPv6.
func (l *singles) eachSix() iter.Seq2[netip.Addr, []byte] {
	slices.SortFunc(l.six, func(a, b numbered) int {
		return cmp.Or(bytes.Compare(a.addr[:], b.addr[:]), cmp.Compare(a.number, b.number))
	})
	return func(yield func(netip.Addr, []byte) bool) {
		for i := 0; i < len(l.six); {
			addr, key := l.six[i].addr, []byte(nil)
			for ; i < len(l.six) && l.six[i].addr == addr; i++ {
				key = appendNew(key, l.six[i].number)
			}
			if !yield(netip.AddrFrom16(addr), key) {
				return
			}
		}
	}
}

// appendNew adds a number to a key of ascending ones, unless it is the last.
func appendNew(key []byte, n uint32) []byte {
	if len(key) > 0 && binary.BigEndian.Uint32(key[len(key)-4:]) == n {
		return key
	}
	return binary.BigEndian.AppendUint32(key, n)
}

func (l *singles) size() uint64 { return uint64(l.addrs.n + len(l.six)) }

// at is the i-th address and what is asked there.
func (l *singles) at(i uint64) (scanner.Target, []use) {
	if i < uint64(l.addrs.n) {
		a := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, l.addrs.at(int(i)))))
		return scanner.Target{Addr: a}, l.asked[l.number(i)]
	}
	return scanner.Target{Addr: netip.AddrFrom16(l.six[i-uint64(l.addrs.n)].addr)}, l.asked[l.number(i)]
}

// number is that of what is asked of the i-th address.
func (l *singles) number(i uint64) int {
	if i < uint64(l.addrs.n) {
		return sort.Search(len(l.ends), func(n int) bool { return uint64(l.ends[n]) > i })
	}
	return int(l.six[i-uint64(l.addrs.n)].number)
}

// count is how many endpoints the shard has of them.
func (l *singles) count(shard Shard) uint64 {
	each := make([]uint64, len(l.asked))
	for i, uses := range l.asked {
		for _, u := range uses {
			each[i] += max(1, uint64(len(u.ports)))
		}
	}
	var total uint64
	for i := range l.size() {
		if shard.has(i) {
			total += each[l.number(i)]
		}
	}
	return total
}
