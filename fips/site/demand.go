package site

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fipsweep/fipsweep/fips"
)

// Bounds of what a demand may ask for.
const (
	maxKeyBits  = 65536
	maxStrength = 512
)

// maxNamed bounds how many rules a complaint names.
const maxNamed = 5

// demand reads one demand, and holds it to tightening only.
func (r *policyReader) demand(n *yaml.Node) {
	m := r.fields(n, "a demand", demandKeys[:])
	if m == nil {
		return
	}
	before := len(r.all) + r.more
	name := r.word(n, m, "id")
	if line, twice := r.ids[name]; twice && name != "" {
		v := m["id"].value
		r.add(v.Line, v.Column, "id %s is there already, in line %d", name, line)
	}
	r.ids[name] = n.Line
	d := fips.Demand{ID: r.policy.Name + "/" + name}
	r.matter(n, m, &d)
	d.Status = r.status(n, m)
	d.From, d.Until = r.dates(m)
	d.Cite = r.cites(n, m)
	d.Because, d.Remedy = r.required(n, m, "because", maxReason), r.required(n, m, "remedy", maxReason)
	d.Confidence = r.choice(m, "confidence", "high", []string{"high", "medium", "low"})
	d.SourceRead, d.Draft = r.truth(m, "source_read"), r.truth(m, "draft")
	if len(r.all)+r.more == before {
		r.tightens(n, m, &d)
	}
	r.policy.Tighten = append(r.policy.Tighten, d)
}

// matter reads what the demand is about.
func (r *policyReader) matter(n *yaml.Node, m map[string]field, d *fips.Demand) {
	d.Kinds = r.kindsOf(m)
	d.Quantum = r.truth(m, "quantum_vulnerable")
	d.Names, d.Only = r.names(m, "name", d.Kinds), r.names(m, "only", d.Kinds)
	d.Role = r.choice(m, "role", "", fips.Roles()[1:])
	d.StrengthBelow = r.number(m, "strength_below", maxStrength)
	d.BelowBits = r.number(m, "below_bits", maxKeyBits)
	if _, ok := m["kind"]; !ok && !d.Quantum {
		r.add(n.Line, n.Column, "kind is missing: only a demand on what is quantum_vulnerable may be about every kind")
	}
	bits, sized := m["below_bits"]
	switch a, said := m["algorithm"]; {
	case sized && !said:
		r.add(bits.key.Line, bits.key.Column, "below_bits without algorithm: say RSA or DSA; for curves and groups use strength_below")
	case said && !sized:
		r.add(a.key.Line, a.key.Column, "algorithm without below_bits: say which keys are too short, or use name")
	case said:
		d.Algorithm = r.choice(m, "algorithm", "", []string{"RSA", "DSA"})
	}
	if sized && !slices.Equal(d.Kinds, []string{"public-key"}) {
		r.add(bits.key.Line, bits.key.Column, "below_bits is about keys: want kind: public-key")
	}
}

func (r *policyReader) kindsOf(m map[string]field) []string {
	var list []string
	for _, k := range r.words(m, "kind") {
		if !slices.Contains(r.kinds, k) {
			v := m["kind"].value
			r.add(v.Line, v.Column, "unknown kind %q%s", clip(k), closest(k, r.kinds))
			continue
		}
		list = append(list, k)
	}
	return list
}

// names reads names that must be known, so that a slip of the pen is no demand
// on nothing.
func (r *policyReader) names(m map[string]field, key string, kinds []string) []string {
	f, ok := m[key]
	if !ok {
		return nil
	}
	own := func(name string) bool {
		return slices.ContainsFunc(r.policy.Add, func(x fips.Rule) bool { return x.Name == name })
	}
	for _, n := range r.list(f.value) {
		beginning, _ := strings.CutSuffix(n.Value, "*")
		switch {
		case n.Kind != yaml.ScalarNode || n.Value == "": // words tells
		case r.cat.Knows(kinds, n.Value) || own(n.Value):
		case strings.Contains(beginning, "*"):
			r.add(n.Line, n.Column, "%s %q: a * stands at the end only, for whatever begins so", key, clip(n.Value))
		default:
			r.add(n.Line, n.Column, "%s %q: no rule and no TLS suite is called so%s", key, clip(n.Value), r.suggest(n.Value))
		}
	}
	return r.words(m, key)
}

// tightens refuses a demand that would loosen a rule, or reaches nothing.
func (r *policyReader) tightens(n *yaml.Node, m map[string]field, d *fips.Demand) {
	milder, reaches := d.Loosens(r.cat)
	at := m["status"].value
	own := slices.ContainsFunc(r.policy.Add, func(x fips.Rule) bool { return slices.Contains(d.Names, x.Name) })
	if !reaches && !own {
		r.add(n.Line, n.Column, "%s reaches no rule of the catalogue", d.ID)
	}
	for i, l := range milder {
		if i == maxNamed {
			r.add(at.Line, at.Column, "%s loosens %d further rules", d.ID, len(milder)-i)
			break
		}
		since, end := "", ""
		if l.Day != "" && l.Day > d.From {
			since, end = " from "+string(l.Day), ", end it before that day"
		}
		r.add(at.Line, at.Column, "%s loosens the rule %s, which says %s%s, to %s: ask for %s%s, or leave the rule alone; loosening is a waiver's job",
			d.ID, l.Rule, l.Has, since, d.Status, l.Has, end)
	}
}

// newRule reads a rule about a name that the catalogue does not know.
func (r *policyReader) newRule(n *yaml.Node) {
	m := r.fields(n, "a rule", addKeys[:])
	if m == nil {
		return
	}
	x := fips.Rule{Name: r.required(n, m, "name", maxText), Aliases: r.words(m, "aliases"), CodePoints: r.optional(m, "codepoint", maxText),
		OID: r.optional(m, "oid", maxText), Use: r.required(n, m, "use", maxText), Role: r.choice(m, "role", "", fips.Roles()[1:])}
	kinds := r.kindsOf(m)
	switch len(kinds) {
	case 1:
		x.Kind = kinds[0]
		r.unknownYet(m, &x)
	default:
		r.add(n.Line, n.Column, "a rule has one kind")
	}
	x.ID = r.policy.Name + "/" + x.Kind + "/" + x.Name
	x.Status = r.status(n, m)
	x.From, x.Until = r.dates(m)
	x.Cite = r.cites(n, m)
	x.Because, x.Remedy = r.required(n, m, "because", maxReason), r.required(n, m, "remedy", maxReason)
	x.Confidence = r.choice(m, "confidence", "high", []string{"high", "medium", "low"})
	x.SourceRead, x.Quantum = r.truth(m, "source_read"), r.truth(m, "quantum_vulnerable")
	if s := r.number(m, "security_strength_bits", maxStrength); s > 0 {
		x.Strength = &s
	}
	r.policy.Add = append(r.policy.Add, x)
}

// unknownYet holds a rule to names of which the catalogue says nothing.
func (r *policyReader) unknownYet(m map[string]field, x *fips.Rule) {
	refuse := func(key, what string) {
		v := m[key].value
		r.add(v.Line, v.Column, "%s %q is in the catalogue already: ask for more under tighten; loosening is a waiver's job", key, clip(what))
	}
	for i, name := range append([]string{x.Name}, x.Aliases...) {
		key := [...]string{"name", "aliases"}[min(i, 1)]
		switch {
		case name == "":
		case strings.Contains(name, "*"):
			v := m[key].value
			r.add(v.Line, v.Column, "%s %q: a rule about new names has no *", key, clip(name))
		case len(r.index.Named(x.Kind, name)) > 0, r.cat.Knows([]string{x.Kind}, name):
			refuse(key, name)
		}
	}
	if v := m["oid"].value; x.OID != "" && !oidForm.MatchString(x.OID) {
		r.add(v.Line, v.Column, "oid %q: want 1.3.6.1.4.1.99999.1, a list of such, or 1.3.6.1.4.1.99999.1-9", clip(x.OID))
	}
	if v := m["codepoint"].value; x.CodePoints != "" && !codeForm.MatchString(x.CodePoints) {
		r.add(v.Line, v.Column, "codepoint %q: want 0x4242, a list of such, or 0x4242-0x4250", clip(x.CodePoints))
	}
	probe := fips.Catalogue{Rules: []fips.Rule{*x}}
	if x.OID != "" && r.index.Overlaps(&probe) {
		refuse("oid", x.OID)
	} else if x.CodePoints != "" && r.index.Overlaps(&probe) {
		refuse("codepoint", x.CodePoints)
	}
	r.addedOnce(m, x)
}

// How object identifiers and code points are written: alone, as a range or in
// a list.
var (
	oidForm  = regexp.MustCompile(`^[0-2](\.[0-9]+)+(-[0-9]+)?(,[0-2](\.[0-9]+)+(-[0-9]+)?)*$`)
	codeForm = regexp.MustCompile(`^(0x[0-9A-Fa-f]{1,8}|[0-9]{1,9})([,-](0x[0-9A-Fa-f]{1,8}|[0-9]{1,9}))*$`)
)

// addedOnce complains of a rule about what an earlier one of the file is about
// in the same role: which should hold?
func (r *policyReader) addedOnce(m map[string]field, x *fips.Rule) {
	for i := range r.policy.Add {
		old := &r.policy.Add[i]
		if old.Kind != x.Kind || old.Role != x.Role {
			continue
		}
		index := fips.NewIndex(&fips.Catalogue{Rules: []fips.Rule{*old}})
		for i, name := range append([]string{x.Name}, x.Aliases...) {
			if key := [...]string{"name", "aliases"}[min(i, 1)]; name != "" && len(index.Named(x.Kind, name)) > 0 {
				v := m[key].value
				r.add(v.Line, v.Column, "%s %q is that of %s already, added above", key, clip(name), old.ID)
			}
		}
		if index.Overlaps(&fips.Catalogue{Rules: []fips.Rule{*x}}) {
			key := "codepoint"
			if _, ok := m[key]; !ok {
				key = "oid"
			}
			v := m[key].value
			r.add(v.Line, v.Column, "%s %q is that of %s already, added above", key, clip(v.Value), old.ID)
		}
	}
}
