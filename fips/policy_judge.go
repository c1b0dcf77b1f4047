package fips

import (
	"fmt"
)

// over says, of a ruling by which a policy decides, what the catalogue alone
// says of the subject.
func (r Ruling) over(base Ruling) Ruling {
	if r.Rule == base.Rule {
		return r
	}
	r.Base = &Base{base.Rule, base.Status}
	if base.Rule == "" {
		r.Because += " The catalogue itself has no rule for it."
	} else {
		r.Because += fmt.Sprintf(" The catalogue itself says %s (%s).", base.Status, base.Rule)
	}
	return r
}

// unruled rules on a subject of which the catalogue does not speak: by the
// policies' own rules, and by demands that leave nothing but a list of names
// alone. The ruling that is given is the catalogue's.
func (j *Judge) unruled(r Ruling) Ruling {
	s := r.Subject
	if added := j.addedRules(s); len(added) > 0 {
		return j.strictest(added, s, r.Class, 0)
	}
	about := func(d *Demand) bool { return d.coversName(s.Kind, s.Name) }
	d := j.demandOn(j.asOf, r.Status, about)
	if d == nil {
		return r
	}
	now := Standing{Status: d.Status, From: d.From, Until: d.Until, By: d, Turned: d.transition(d.From)}
	return applied(d.rule(s, r.Use), now, s, r.Class)
}

// addedRules finds what the policies add about a subject.
func (j *Judge) addedRules(s Subject) []*Rule {
	if j.added == nil {
		return nil
	}
	for _, rules := range [][]*Rule{
		j.added.Named(s.Kind, s.Name), j.added.Named(s.Kind, "sigalg:"+s.Name), j.added.OID(s.Kind, s.Name),
	} {
		if len(rules) > 0 {
			return rules
		}
	}
	for _, code := range spans(s.Name) { // one that has no name goes by its code point
		if rules := j.added.CodePoint(s.Kind, uint32(code[0])); len(rules) > 0 {
			return rules
		}
	}
	return nil
}

// adds tells whether a rule is a policy's own.
func (j *Judge) adds(r *Rule) bool {
	if j.added == nil {
		return false
	}
	_, ok := j.added.ID(r.ID)
	return ok
}

// added is the policies' own rules, as a catalogue.
func (c *Catalogue) added() *Catalogue {
	all := &Catalogue{Version: c.Version, Since: c.Since}
	for _, p := range c.Policies {
		all.Rules = append(all.Rules, p.Add...)
	}
	return all
}

// alone is what the catalogue says of a rule's subject without the policies;
// nothing of the subject of a rule that is their own.
func (j *Judge) alone(r *Rule) Ruling {
	subject := Subject{r.Kind, r.Name}
	if j.adds(r) {
		return j.unclassified(nil, subject, "")
	}
	now, _ := r.On(j.asOf)
	return applied(r, now, subject, "")
}
