package cyclonedx

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// A verdict is what was ruled of something, each once for all that it is about.
type verdict struct {
	status fips.Status
	rule   string // "" where no rule speaks of it
	cite   []fips.Citation
	base   *fips.Rule // the catalogue's; nil where no rule speaks of it
	whole  bool       // cite is a ruling's, and not only the catalogue's
	waiver waiver     // that takes the findings out of the counts; the zero one for none
}

type verdictKey struct {
	status fips.Status
	rule   string
	waiver waiver
}

// A waiver is what is told of one.
type waiver struct {
	id      string
	expires fips.Date
}

func (w waiver) String() string { return fmt.Sprintf("waiver %s until %s", w.id, w.expires) }

// waiverOf is the waiver of a mark; the zero one for none.
func waiverOf(m *fips.WaiverMark) waiver {
	if m == nil {
		return waiver{}
	}
	return waiver{m.ID, m.Expires}
}

func waiverOfFact(f reports.Fact) waiver {
	if f.Finding == nil {
		return waiver{}
	}
	return waiverOf(f.Finding.Waiver)
}

func (x *inventory) verdict(status fips.Status, rule, base string, cite []fips.Citation, w waiver) *verdict {
	key := verdictKey{status, rule, w}
	v := x.verdicts[key]
	if v == nil {
		v = &verdict{status: status, rule: rule, base: x.rules[base], waiver: w}
		if v.base != nil {
			v.cite = v.base.Cite
		}
		x.verdicts[key] = v
	}
	if cite != nil && !v.whole {
		v.cite, v.whole = cite, true
	}
	return v
}

func (x *inventory) ruled(r *fips.Ruling, w waiver) *verdict {
	base := r.Rule
	if r.Base != nil {
		base = r.Base.Rule
	}
	return x.verdict(r.Status, r.Rule, base, r.Cite, w)
}

// An index is the rulings of one assessment by what they are about.
type index struct {
	subjects map[fips.Subject]*fips.Ruling // the worst of each
	parts    map[fips.Subject]fips.Part
	digests  map[string][]*fips.Ruling // by certificate or key
	waived   map[rulingKey]waiver
}

// A rulingKey tells the rulings of one assessment apart, by what a waiver is
// held against.
type rulingKey struct {
	rule, use, certificate string
	subject                fips.Subject
}

func keyOfRuling(r *fips.Ruling) rulingKey {
	return rulingKey{r.Rule, r.Use, r.Certificate, r.Subject}
}

func indexed(a fips.Assessment) index {
	i := index{map[fips.Subject]*fips.Ruling{}, map[fips.Subject]fips.Part{}, map[string][]*fips.Ruling{}, map[rulingKey]waiver{}}
	for n := range a.Rulings {
		r := &a.Rulings[n]
		i.digests[r.Certificate] = append(i.digests[r.Certificate], r)
		if i.subjects[r.Subject] == nil {
			i.subjects[r.Subject] = r
		}
		for _, p := range r.Parts {
			i.parts[fips.Subject{Kind: p.Kind, Name: p.Name}] = p
		}
	}
	for n := range a.Findings {
		if f := &a.Findings[n]; f.Waiver != nil {
			i.waived[keyOfRuling(&f.Ruling)] = waiverOf(f.Waiver)
		}
	}
	return i
}

// of is the verdicts of a subject, wherever it was seen.
func (i index) of(x *inventory, s fips.Subject) []*verdict {
	if r := i.subjects[s]; r != nil && len(r.Parts) == 0 {
		return []*verdict{x.ruled(r, i.waived[keyOfRuling(r)])}
	} else if r != nil {
		return x.decided(r, i.waived[keyOfRuling(r)])
	}
	if p, ok := i.parts[s]; ok {
		return []*verdict{x.verdict(p.Status, p.Rule, p.Rule, nil, waiver{})}
	}
	return nil
}

// decided is the verdicts on the parts that decide about a suite. Its ruling
// cites what all of them rest on, under the rule of one.
func (x *inventory) decided(r *fips.Ruling, w waiver) []*verdict {
	var all []*verdict
	for _, p := range r.Parts {
		if p.Status == r.Status {
			all = append(all, x.verdict(p.Status, p.Rule, p.Rule, nil, w))
		}
	}
	return all
}

// about is the verdicts on the certificate or key of the digest that want
// takes.
func (i index) about(x *inventory, digest string, want func(*fips.Ruling) bool) []*verdict {
	var all []*verdict
	for _, r := range i.digests[digest] {
		if want(r) {
			all = append(all, x.ruled(r, i.waived[keyOfRuling(r)]))
		}
	}
	return all
}

func everything(*fips.Ruling) bool { return true }

func ofKey(r *fips.Ruling) bool {
	return r.Subject.Kind == kindPublicKey || r.Class == fips.ClassWeakKey
}

// maxVerdicts is how many verdicts are kept of one component, the worst.
const maxVerdicts = 8

// A verdicts is some verdicts, worst first, each such list once for all
// components that have it. nil is none.
type verdicts struct{ list []*verdict }

func (s *verdicts) all() []*verdict {
	if s == nil {
		return nil
	}
	return s.list
}

// judge adds verdicts to what is known of a component.
func (x *inventory) judge(r *record, more []*verdict) {
	list := slices.Concat(r.verdicts.all(), more)
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b *verdict) int {
		return cmp.Or(cmp.Compare(b.status, a.status), strings.Compare(a.rule, b.rule), strings.Compare(a.waiver.id, b.waiver.id), strings.Compare(string(a.waiver.expires), string(b.waiver.expires)))
	})
	list = slices.Compact(list)
	list = list[:min(len(list), maxVerdicts)]
	var key strings.Builder
	for _, v := range list {
		key.WriteString(v.status.String() + " " + v.rule + " " + v.waiver.id + " " + string(v.waiver.expires) + "\n")
	}
	same := x.lists[key.String()]
	if same == nil {
		same = &verdicts{slices.Clip(list)}
		x.lists[key.String()] = same
	}
	r.verdicts = same
}

// The names of our properties.
const (
	propStatus     = "fipsweep:status"     // the worst ruling's
	propRule       = "fipsweep:rule"       // each that gives this status
	propCite       = "fipsweep:cite"       // what these rest on: document, section
	propAlso       = "fipsweep:also"       // further findings: status, rule
	propSuite      = "fipsweep:suite"      // of a protocol, each that is a finding as a whole: status, name
	propOneWay     = "fipsweep:one-way"    // of SSH, what is taken in one direction only: direction, name
	propKind       = "fipsweep:kind"       // of algorithm, item or endpoint
	propEndpoints  = "fipsweep:endpoints"  // endpoints and files where it was met
	propWaived     = "fipsweep:waived"     // of a finding that a waiver takes out of the counts: status, rule, waiver
	propSerial     = "fipsweep:serial"     // of a certificate, as in 1.7's serialNumber
	propState      = "fipsweep:state"      // of a certificate, as in 1.7's certificateState: state, reason
	propExtension  = "fipsweep:extension"  // of a certificate, as in 1.7's certificateExtensions: name, value
	propProblem    = "fipsweep:problem"    // why it could not be read
	propFormat     = "fipsweep:format"     // of a file
	propMode       = "fipsweep:mode"       // permission bits of a file
	propOwner      = "fipsweep:owner"      // user id of a file
	propIncomplete = "fipsweep:incomplete" // asked for and not learned: what, reason
	propLeftOut    = "fipsweep:left-out"   // that our bounds cut
)

// properties tell how something was ruled on.
func (r *record) properties() []property {
	if r.verdicts == nil {
		return nil
	}
	worst := r.verdicts.list[0].status
	list := []property{{propStatus, worst.String()}}
	for _, v := range r.verdicts.list {
		switch {
		case v.rule == "":
		case v.status == worst:
			list = append(list, property{propRule, v.rule})
			for _, c := range v.cite {
				list = append(list, property{propCite, strings.TrimSuffix(c.Document+", "+c.Section, ", ")})
			}
		case v.status.IsFinding():
			list = append(list, property{propAlso, v.status.String() + ", " + v.rule})
		}
	}
	return unique(append(list, r.waived()...))
}

// waived tells which findings are waived; those that are not so everywhere are
// told as such.
func (r *record) waived() (list []property) {
	for _, v := range r.verdicts.list {
		if v.waiver == (waiver{}) {
			continue
		}
		text := fmt.Sprintf("%s, %s, %s", v.status, v.rule, v.waiver)
		if slices.ContainsFunc(r.verdicts.list, func(o *verdict) bool { return o.waiver == waiver{} && o.status == v.status && o.rule == v.rule }) {
			text += ", in some places only"
		}
		list = append(list, property{propWaived, text})
	}
	return list
}

func unique(list []property) []property {
	var out []property
	for _, p := range list {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func count(n uint32) property { return property{propEndpoints, strconv.FormatUint(uint64(n), 10)} }
