package cyclonedx

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// Limits bound what is distinct and so kept in memory. What one of them cuts
// is left out of the document, with each reference to it, and counted there.
type limits struct {
	algorithms int // names; a peer may invent some
	assets     int // certificates, keys and other items, and ways of speaking a protocol
	places     int // named for one component; all are counted
}

// usual takes about a hundred bytes for each asset.
var usual = limits{algorithms: 1 << 14, assets: 1 << 20, places: 8}

// An inventory is what is distinct in a sweep.
type inventory struct {
	report     *reports.Report
	version    Version
	limits     limits
	day        time.Time // of judging
	rules      map[string]*fips.Rule
	verdicts   map[verdictKey]*verdict
	algorithms map[fips.Subject]*known
	lists      map[string]*verdicts
	assets     map[digest]*record
	cut        cut
	words      map[string]string // of places, each once
	n          uint32            // of the assessment at hand, from 1
}

// cut counts what limits left out, each time that it was met.
type cut struct{ algorithms, assets int }

// A record is what is gathered of a component.
type record struct {
	verdicts *verdicts
	places   []occurrence // of an asset those behind the first, with which it is written
	count    uint32       // endpoints and files
	last     uint32       // the assessment that was counted last
	state    keyState
	written  bool
	linked   bool
}

// known is an algorithm.
type known struct {
	record
	fips.Subject
	ref       string
	algorithm algorithm
	oid       string
}

// A digest stands for a bom-ref: half of its SHA-256.
type digest [sha256.Size / 2]byte

func digestOf(ref string) digest {
	sum := sha256.Sum256([]byte(ref))
	return digest(sum[:len(digest{})])
}

func newInventory(r *reports.Report, v Version, l limits) *inventory {
	x := &inventory{report: r, version: v, limits: l, rules: map[string]*fips.Rule{}, verdicts: map[verdictKey]*verdict{},
		algorithms: map[fips.Subject]*known{}, lists: map[string]*verdicts{}, assets: map[digest]*record{}, words: map[string]string{}}
	x.day, _ = time.Parse(time.DateOnly, string(r.AsOf)) // a date by its type
	for i := range r.Catalogue.Rules {
		x.rules[r.Catalogue.Rules[i].ID] = &r.Catalogue.Rules[i]
	}
	return x
}

// gather reads the sweep for what is distinct in it.
func (x *inventory) gather(ctx context.Context, again reports.Assessments) error {
	err := each(ctx, again, func(a fips.Assessment) error {
		x.n++
		i, at := indexed(a), location(a.Observation.Endpoint)
		x.walk(a.Observation, i, func(f found) {
			for _, m := range f.algorithms {
				x.sawAlgorithm(m, f.context, i, at)
			}
			x.sawAsset(f, at)
		})
		for _, m := range x.keeping(a.Observation, i) {
			x.sawAlgorithm(m, "the whole file", i, at)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for f := range x.report.Facts.All() {
		if f.Ruling == nil {
			continue
		}
		for _, ref := range []string{publicRef(f.SHA256), privateRef(f.SHA256, nil), certificateRef(f.SHA256)} {
			if r := x.assets[digestOf(ref)]; r != nil {
				x.judge(r, []*verdict{x.ruled(f.Ruling, waiverOfFact(f))})
			}
		}
	}
	return nil
}

// each reads every assessment once.
func each(ctx context.Context, again reports.Assessments, do func(fips.Assessment) error) error {
	for a, err := range again(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the sweep again: %w", err)
		}
		if err := do(a); err != nil {
			return err
		}
	}
	return nil
}

// seen counts a component in the assessment at hand.
func (x *inventory) seen(r *record, at, context string, bound int) {
	if r.last == x.n {
		return
	}
	r.last = x.n
	r.count++
	if len(r.places) < bound {
		r.places = append(r.places, occurrence{at, x.word(context)})
	}
}

// word keeps what many places say once. Names of items are as many as the
// files, so only so many are kept.
func (x *inventory) word(s string) string {
	if kept, ok := x.words[s]; ok || len(x.words) >= maxWords {
		return cmp.Or(kept, s)
	}
	x.words[s] = s
	return s
}

const maxWords = 1 << 12

// sawAlgorithm takes an algorithm that was met.
func (x *inventory) sawAlgorithm(m mention, context string, i index, at string) {
	k := x.algorithms[m.Subject]
	if k == nil {
		if len(x.algorithms) >= x.limits.algorithms {
			x.cut.algorithms++
			return
		}
		k = &known{Subject: m.Subject, ref: algorithmRef(m.Subject)}
		k.algorithm, k.oid = described(m.Subject)
		if m.key != nil {
			k.algorithm, k.oid = keyAlgorithm(*m.key), cmp.Or(m.key.OID, keyOID(m.key.Algorithm))
		}
		k.oid = cmp.Or(m.oid, k.oid)
		x.algorithms[m.Subject] = k
	}
	x.seen(&k.record, at, context, x.limits.places)
	if m.verdicts == nil {
		m.verdicts = i.of(x, cmp.Or(m.ruledAs, m.Subject))
	}
	x.judge(&k.record, m.verdicts)
}

func (x *inventory) sawAsset(f found, at string) {
	d := digestOf(f.ref)
	r := x.assets[d]
	if r == nil {
		if len(x.assets) >= x.limits.assets {
			x.cut.assets++
			return
		}
		r = &record{}
		x.assets[d] = r
	}
	bound := x.limits.places - 1
	if r.count == 0 {
		bound = 0
	}
	x.seen(r, at, f.context, bound)
	r.state = max(r.state, f.state)
	x.judge(r, f.verdicts)
}

// kept tells whether there is a component of the reference.
func (x *inventory) kept(ref string) bool { return x.assets[digestOf(ref)] != nil }

// refs are the references of those algorithms that are kept.
func (x *inventory) refs(list []mention) []string {
	var all []string
	for _, m := range list {
		if k := x.algorithms[m.Subject]; k != nil && !slices.Contains(all, k.ref) {
			all = append(all, k.ref)
		}
	}
	return all
}

// sortedAlgorithms lists them by reference.
func (x *inventory) sortedAlgorithms() []*known {
	return slices.SortedFunc(maps.Values(x.algorithms), func(a, b *known) int { return strings.Compare(a.ref, b.ref) })
}

// component is the algorithm as it is written. Its strength is the catalogue's.
func (k *known) component() component {
	a := k.algorithm
	for _, v := range k.verdicts.all() {
		if v.base == nil {
			continue
		}
		if a.Classical == nil && k.Kind != "key-exchange" { // of which the group decides
			a.Classical = v.base.Strength
		}
		if a.Quantum == nil && v.base.Quantum {
			a.Quantum = new(int)
		}
	}
	a.Functions = functions[a.Primitive]
	return component{
		Type: typeCrypto, Ref: k.ref, Name: k.Name,
		Properties: append(append([]property{{propKind, k.Kind}}, k.properties()...), count(k.count)),
		Evidence:   &evidence{k.places}, Crypto: &crypto{Type: "algorithm", Algorithm: &a, OID: k.oid},
	}
}

// maxRef bounds the names that references are made of: peers invent names.
const maxRef = 200

// algorithmRef is made of the name, so that it is the same in every sweep.
func algorithmRef(s fips.Subject) string {
	if len(s.Name) > maxRef {
		return "algorithm/" + s.Kind + "/sha256:" + scanner.Digest([]byte(s.Name))
	}
	return "algorithm/" + s.Kind + "/" + s.Name
}
