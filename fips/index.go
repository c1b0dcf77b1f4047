package fips

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// An Index finds the rules of a catalogue by what a subject is called. It
// says nothing of dates: whoever asks takes the rules in force on a day. One
// goroutine at a time may ask it.
type Index struct {
	rules    []Rule
	byID     map[string][]*Rule
	byName   map[Subject][]*Rule // kind and folded name
	byAny    map[string][]*Rule  // name folded without regard to kind; nil until it is asked for
	families []family
	ranges   map[string][]span // by kind
	byOID    map[string][]*Rule
	keys     []*Rule // about keys within bounds, in the catalogue's order
}

// A family is a name that ends in "*": all names that begin so.
type family struct {
	kind, prefix string
	rule         *Rule
}

// A span is a range of code points.
type span struct {
	low, top uint64
	rule     *Rule
}

// NewIndex reads a catalogue into an index. The rules it yields are those of
// the catalogue itself and must not be changed.
func NewIndex(c *Catalogue) *Index {
	x := &Index{
		rules:  c.Rules,
		byID:   make(map[string][]*Rule, len(c.Rules)),
		byName: make(map[Subject][]*Rule, 2*len(c.Rules)), // names and aliases
		ranges: map[string][]span{},
		byOID:  map[string][]*Rule{},
	}
	for i := range c.Rules {
		x.add(&c.Rules[i])
	}
	return x
}

func (x *Index) add(r *Rule) {
	x.byID[r.ID] = append(x.byID[r.ID], r)
	if r.Kind == keyKind && r.Bounds != nil {
		x.keys = append(x.keys, r)
	}
	for name := range r.names() {
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			x.families = append(x.families, family{r.Kind, fold(r.Kind, prefix), r})
		}
		insert(x.byName, Subject{r.Kind, fold(r.Kind, name)}, r)
	}
	for _, s := range spans(r.CodePoints) {
		x.ranges[r.Kind] = append(x.ranges[r.Kind], span{s[0], s[1], r})
	}
	if r.OID != "" {
		for _, oid := range expandOID(r.OID) {
			insert(x.byOID, oid, r)
		}
	}
}

// insert keeps a rule whose alias differs from its name by case only from
// being found twice.
func insert[K comparable](m map[K][]*Rule, key K, r *Rule) {
	if !slices.Contains(m[key], r) {
		m[key] = append(m[key], r)
	}
}

// fold makes names comparable. SSH names are compared byte by byte (RFC 4250
// section 4.6.1); all others without regard to case.
func fold(kind, name string) string {
	if strings.HasPrefix(kind, "ssh-") {
		return name
	}
	return strings.ToLower(name)
}

// ID finds the rule of an id.
func (x *Index) ID(id string) (*Rule, bool) {
	if r := x.byID[id]; len(r) > 0 {
		return r[0], true
	}
	return nil, false
}

// Named finds the rules about a name, or another spelling of it, of one kind:
// several where they differ by use. A name that only a family covers, such as
// the GSS-API methods of SSH, gets the family's rules.
func (x *Index) Named(kind, name string) []*Rule {
	folded := fold(kind, name)
	if rules := x.byName[Subject{kind, folded}]; len(rules) > 0 {
		return rules
	}
	var rules []*Rule
	for _, f := range x.families {
		if f.kind == kind && strings.HasPrefix(folded, f.prefix) {
			rules = append(rules, f.rule)
		}
	}
	return rules
}

// CodePoint finds the rules about a code point of one kind.
func (x *Index) CodePoint(kind string, code uint32) []*Rule {
	var rules []*Rule
	for _, s := range x.ranges[kind] {
		if s.low <= uint64(code) && uint64(code) <= s.top {
			rules = append(rules, s.rule)
		}
	}
	return rules
}

// OID finds the rules about an object identifier, of one kind or of any ("").
func (x *Index) OID(kind, oid string) []*Rule {
	var rules []*Rule
	for _, r := range x.byOID[oid] {
		if kind == "" || r.Kind == kind {
			rules = append(rules, r)
		}
	}
	return rules
}

// Sized finds the public-key rules for a key of an algorithm and size, such as
// "RSA" and 1024.
func (x *Index) Sized(algorithm string, bits int) []*Rule {
	var rules []*Rule
	for _, r := range x.keys {
		if r.Bounds.sizes() && strings.EqualFold(r.Bounds.Algorithm, algorithm) && r.Bounds.Holds(bits) {
			rules = append(rules, r)
		}
	}
	return rules
}

// sizes tells whether the bounds are about nothing but a key's length.
func (b *Bounds) sizes() bool {
	return (b.MinBits != 0 || b.MaxBits != 0) && b.Parity == "" && b.ExponentParity == "" && b.MinExponentBits == 0 && b.MaxExponentBits == 0
}

// Find finds the rules that a person may mean by a word: an id, a name or
// another spelling of it of any kind, or an object identifier, without regard
// to case. SSH names that differ in case only are all found.
func (x *Index) Find(word string) []*Rule {
	if r, ok := x.ID(word); ok {
		return []*Rule{r}
	}
	rules := x.called(word)
	if len(rules) == 0 {
		rules = slices.Clone(x.byOID[word])
	}
	if len(rules) == 0 {
		rules = x.called("sigalg:" + word)
	}
	for _, f := range x.families {
		if len(rules) == 0 && strings.HasPrefix(strings.ToLower(word), strings.ToLower(f.prefix)) {
			rules = x.Named(f.kind, word)
		}
	}
	return rules
}

// called finds the rules of a name of any kind, without regard to case. No sweep
// asks for that, so the first who does pays for it.
func (x *Index) called(word string) []*Rule {
	if x.byAny == nil {
		x.byAny = make(map[string][]*Rule, 2*len(x.rules))
		for i := range x.rules {
			for name := range x.rules[i].names() {
				insert(x.byAny, strings.ToLower(name), &x.rules[i])
			}
		}
	}
	return slices.Clone(x.byAny[strings.ToLower(word)])
}

// names are the rule's name and its other spellings.
func (r *Rule) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(r.Name) {
			return
		}
		for _, name := range r.Aliases {
			if !yield(name) {
				return
			}
		}
	}
}

// spans reads "0x0017", "23" and lists of ranges such as
// "0x00C6-0x00C7,0x1306"; what is no number is no code point.
func spans(text string) [][2]uint64 {
	var list [][2]uint64
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		low, top, found := strings.Cut(part, "-")
		if !found {
			top = low
		}
		a, errA := strconv.ParseUint(low, 0, 32)
		b, errB := strconv.ParseUint(top, 0, 32)
		if errA == nil && errB == nil {
			list = append(list, [2]uint64{a, b})
		}
	}
	return list
}

// expandOID reads "1.2.3", "1.2.3.20-31", which stands for twelve, and lists
// of both.
func expandOID(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		dot := strings.LastIndexByte(part, '.')
		low, top, found := strings.Cut(part[dot+1:], "-")
		a, errA := strconv.Atoi(low)
		b, errB := strconv.Atoi(top)
		if !found || errA != nil || errB != nil || b-a > maxArcs {
			list = append(list, part)
			continue
		}
		for n := a; n <= b; n++ {
			list = append(list, part[:dot+1]+strconv.Itoa(n))
		}
	}
	return list
}

// maxArcs bounds what a range of object identifiers stands for.
const maxArcs = 1000

// Suggest lists at most n known names that resemble a word or have it among
// theirs, the nearest first: names of rules and of TLS suites.
func (x *Index) Suggest(word string, n int) []string {
	limit := max(1, min(len(word)/3, 6))
	best := map[string]int{}
	try := func(name string) {
		if d := resemblance(word, name, limit); d <= limit {
			best[name] = d
		} else if hasWord(name, word) {
			best[name] = 1
		}
	}
	for i := range x.rules {
		try(x.rules[i].Name)
		for _, a := range x.rules[i].Aliases {
			try(a)
		}
	}
	for _, name := range iana.SuiteNames() {
		try(name)
	}
	names := make([]string, 0, len(best))
	for name := range best {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(best[a], best[b]), strings.Compare(a, b))
	})
	return names[:min(n, len(names))]
}

// Overlaps tells whether a code point or an object identifier of another
// catalogue's rules is one of this index's, within a kind.
func (x *Index) Overlaps(c *Catalogue) bool {
	for _, r := range c.Rules {
		for _, s := range spans(r.CodePoints) {
			for _, own := range x.ranges[r.Kind] {
				if own.low <= s[1] && s[0] <= own.top {
					return true
				}
			}
		}
		if r.OID != "" && slices.ContainsFunc(expandOID(r.OID), func(oid string) bool { return len(x.OID(r.Kind, oid)) > 0 }) {
			return true
		}
	}
	return false
}
