package cyclonedx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// A verdict is what was ruled of something, each once for all that it is about.
type verdict struct {
	status fips.Status
	rule   string // "" where no rule speaks of it
	cite   []fips.Citation
	base   *fips.Rule // the catalogue's; nil where no rule speaks of it
	whole  bool       // cite is a ruling's, and not only the catalogue's
}

type verdictKey struct {
	status fips.Status
	rule   string
}

func (x *inventory) verdict(status fips.Status, rule, base string, cite []fips.Citation) *verdict {
	key := verdictKey{status, rule}
	v := x.verdicts[key]
	if v == nil {
		v = &verdict{status: status, rule: rule, base: x.rules[base]}
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

func (x *inventory) ruled(r *fips.Ruling) *verdict {
	base := r.Rule
	if r.Base != nil {
		base = r.Base.Rule
	}
	return x.verdict(r.Status, r.Rule, base, r.Cite)
}

// An index is the rulings of one assessment by what they are about.
type index struct {
	subjects map[fips.Subject]*fips.Ruling // the worst of each
	parts    map[fips.Subject]fips.Part
	digests  map[string][]*fips.Ruling // by certificate or key
}

func indexed(a fips.Assessment) index {
	i := index{map[fips.Subject]*fips.Ruling{}, map[fips.Subject]fips.Part{}, map[string][]*fips.Ruling{}}
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
	return i
}

// of is the verdicts of a subject, wherever it was seen.
func (i index) of(x *inventory, s fips.Subject) []*verdict {
	if r := i.subjects[s]; r != nil && len(r.Parts) == 0 {
		return []*verdict{x.ruled(r)}
	} else if r != nil {
		return x.decided(r)
	}
	if p, ok := i.parts[s]; ok {
		return []*verdict{x.verdict(p.Status, p.Rule, p.Rule, nil)}
	}
	return nil
}

// decided is the verdicts on the parts that decide about a suite. Its ruling
// cites what all of them rest on, under the rule of one.
func (x *inventory) decided(r *fips.Ruling) []*verdict {
	var all []*verdict
	for _, p := range r.Parts {
		if p.Status == r.Status {
			all = append(all, x.verdict(p.Status, p.Rule, p.Rule, nil))
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
			all = append(all, x.ruled(r))
		}
	}
	return all
}

func everything(*fips.Ruling) bool { return true }

func ofKey(r *fips.Ruling) bool {
	return r.Subject.Kind == kindPublicKey || r.Class == fips.ClassWeakKey
}

func ofKeptKey(r *fips.Ruling) bool { return ofKey(r) || r.Class == fips.ClassKeyAtRest }

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
		return cmp.Or(cmp.Compare(b.status, a.status), strings.Compare(a.rule, b.rule))
	})
	list = slices.Compact(list)
	list = list[:min(len(list), maxVerdicts)]
	var key strings.Builder
	for _, v := range list {
		key.WriteString(v.status.String() + " " + v.rule + "\n")
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
	propKind       = "fipsweep:kind"       // of algorithm, item or endpoint
	propEndpoints  = "fipsweep:endpoints"  // endpoints and files where it was met
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
	return unique(list)
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
